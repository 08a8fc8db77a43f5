"""A PostgreSQL and a Redis of a measurement's own, as a platform runs them: the database syncs its log to disk."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from hotline.platform import addresses, launch, postgresql, redis_server
from hotline.store import migrate


@contextmanager
def servers(folder: Path, options: dict[str, str] | None = None) -> Iterator[Path]:
    """Both run inside the block; the folder of their state. `options` are PostgreSQL's, beside our own."""
    state = folder / "state"
    (state / "logs").mkdir(parents=True)
    folder.chmod(0o711)
    where, broker = addresses.postgresql_folder(state), addresses.redis_socket(state)
    postgresql.install(where)
    redis_server.install(broker)
    with (
        launch.running(postgresql.child(where, options), state / "logs"),
        launch.running(redis_server.child(broker), state / "logs"),
    ):
        yield state


def database(state: Path, name: str = addresses.DATABASE) -> str:
    """The address of a new record without rows."""
    where = addresses.postgresql_folder(state)
    postgresql.create(where, name)
    url = addresses.socket_url(where, name)
    migrate(url)
    return url


def bell(state: Path) -> str:
    """The address of the Redis."""
    return f"unix://{addresses.redis_socket(state)}?db=0"


def copy(url: str, limit_url: str, tables: Iterable[str], folder: Path) -> float:
    """Seconds that COPY needs to put the rows of one record into the same tables of another, one after the other."""
    seconds = 0.0
    with psycopg.connect(url) as source, psycopg.connect(limit_url) as target:
        for table in tables:
            dump = folder / f"{table}.copy"
            with dump.open("wb") as file, source.cursor().copy(f'COPY "{table}" TO STDOUT') as out:
                for piece in out:
                    file.write(piece)
            begun = time.perf_counter()
            _copy_in(target, table, dump)
            seconds += time.perf_counter() - begun
            dump.unlink()
    return seconds


def _copy_in(target: psycopg.Connection[Any], table: str, dump: Path) -> None:
    with dump.open("rb") as file, target.cursor().copy(f'COPY "{table}" FROM STDIN') as into:
        while piece := file.read(1 << 17):
            into.write(piece)
    target.commit()
