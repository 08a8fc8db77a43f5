"""Where the record and the broker answer. Every process computes the same addresses from the same settings,
so that none has to be told by another.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from hotline.errors import Misconfigured
from hotline.settings import Settings

USER = "hotline"
DATABASE = "hotline"
LONGEST_SOCKET = 107  # bytes of a unix socket's path, unix(7)


def database(settings: Settings) -> str:
    """`postgresql://…` of the record: the operator's own, or the socket of the one that we run."""
    return settings.database.url or socket_url(postgresql_folder(settings.paths.state))


def redis(settings: Settings) -> str:
    """`redis://…` of the broker: the operator's own, or `unix://…` of the one that we run."""
    return settings.redis.url or f"unix://{quote(str(redis_socket(settings.paths.state)))}?db=0"


def socket_url(folder: Path, name: str = DATABASE) -> str:
    """The database `name` of the PostgreSQL that listens in `folder`."""
    return f"postgresql://{USER}@/{name}?host={quote(str(folder), safe='')}"


def postgresql_folder(state: Path) -> Path:
    """Holds PostgreSQL's socket, beside its `data`."""
    folder = state / "postgresql"
    _check_length(folder / ".s.PGSQL.5432")
    return folder


def redis_socket(state: Path) -> Path:
    """Redis's socket, beside its append-only file."""
    socket = state / "redis" / "redis.sock"
    _check_length(socket)
    return socket


def _check_length(socket: Path) -> None:
    if len(bytes(socket)) > LONGEST_SOCKET:
        room = LONGEST_SOCKET - len("/postgresql/.s.PGSQL.5432")
        raise Misconfigured(
            "paths.state", f"a path too long for a socket ({socket})", f"at most {room} bytes"
        )
