"""A PostgreSQL and a Redis of a measurement's own, as a platform runs them: the database syncs its log to disk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
