"""The children that the platform itself contributes: its PostgreSQL and its Redis, where no others are set."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from hotline.platform import addresses, postgresql, redis_server
from hotline.platform.child import Child
from hotline.settings import Settings


def children(settings: Settings) -> Iterator[Child]:
    """The servers that run here; contributed like everybody else's children."""
    if not settings.database.url:
        yield postgresql.child(addresses.postgresql_folder(settings.paths.state))
    if not settings.redis.url:
        yield redis_server.child(addresses.redis_socket(settings.paths.state))


def command(name: str, *arguments: str) -> tuple[str, ...]:
    """The command line of `hotline NAME …` with this very Python."""
    return (sys.executable, "-m", "hotline.cli", name, *arguments)
