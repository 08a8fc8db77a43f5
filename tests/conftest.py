"""What every test may ask for: settings on free ports, a real PostgreSQL and Redis of its own, and patience.

Also the house rules: a module belongs to exactly one category, its folder's, and no process outlives the run.
"""

from __future__ import annotations

import os
import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import psycopg
import pytest
import redis
from argon2 import PasswordHasher

from hotline.bell import Bell
from hotline.platform import addresses, launch, postgresql, redis_server
from hotline.record import accounts
from hotline.settings import Settings
from hotline.store import Store, migrate, open_store
from tests.patience import free_port

CATEGORIES = ("pure", "edge", "live", "story")
MARK = "HOTLINE_TEST_RUN"  # in the environment of every process that the tests start
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # people log in hundreds of times
FAST = {"fsync": "off", "shared_buffers": "64MB", "autovacuum": "off"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        folder = item.path.relative_to(Path(__file__).parent).parts[0]
        found = [mark.name for mark in item.iter_markers() if mark.name in CATEGORIES]
        if found != [folder]:
            raise pytest.UsageError(
                f"{item.path}: found categories {found}; expected pytestmark of {folder!r}"
            )


def pytest_sessionstart() -> None:
    os.environ[MARK] = uuid.uuid4().hex
    accounts.hasher = CHEAP


def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.config.getoption("numprocesses", None):
        return  # those who ran the tests looked each after their own
    deadline = time.monotonic() + 5
    while (left := _processes_of_this_run()) and time.monotonic() < deadline:
        time.sleep(0.1)
    if left:
        print(f"\nleft running by the tests: {left}")  # noqa: T201
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _processes_of_this_run() -> list[str]:
    wanted = f"{MARK}={os.environ[MARK]}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if wanted in (process / "environ").read_bytes().split(b"\0"):
                found.append(f"{process.name} {(process / 'cmdline').read_bytes().decode().split(chr(0))[0]}")
    return found


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The state folder of a PostgreSQL and a Redis that run for the whole session."""
    state = tmp_path_factory.mktemp("servers")
    logs = state / "logs"
    logs.mkdir()
    folder, broker = addresses.postgresql_folder(state), addresses.redis_socket(state)
    postgresql.install(folder, sync=False)
    redis_server.install(broker)
    with ExitStack() as stack:
        stack.enter_context(launch.running(postgresql.child(folder, FAST), logs))
        stack.enter_context(launch.running(redis_server.child(broker), logs))
        yield state


@pytest.fixture(scope="session")
def template(servers: Path) -> str:
    """The name of a database with all tables and no rows, copied for each test."""
    folder = addresses.postgresql_folder(servers)
    postgresql.create(folder, "template_hotline")
    migrate(addresses.socket_url(folder, "template_hotline"))
    return "template_hotline"


@pytest.fixture
def beginning(template: str) -> str:
    """The database that the test's own begins as a copy of."""
    return template


@pytest.fixture
def database_url(servers: Path, beginning: str) -> Iterator[str]:
    """The address of a database of the test's own."""
    folder, name = addresses.postgresql_folder(servers), f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(addresses.socket_url(folder, "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {beginning}")
        yield addresses.socket_url(folder, name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def redis_url(servers: Path) -> str:
    """The address of the session's Redis, empty before the test."""
    url = f"unix://{addresses.redis_socket(servers)}?db=0"
    with redis.Redis.from_url(url) as client:
        client.flushall()
    return url


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings on folders of the test's own and on ports that are free; nothing runs."""
    ports = {name: free_port() for name in ("ami_port", "http_port", "agi_port")}
    return Settings.model_validate(
        {
            "paths": {"parts": tmp_path / "parts", "state": tmp_path / "state"},
            "web": {"port": free_port()},
            "asterisk": ports | {"sip_port": free_port(socket.SOCK_DGRAM)},
            "trunk": {"port": free_port(socket.SOCK_DGRAM)},
        }
    )


@pytest.fixture
def served(settings: Settings, database_url: str, redis_url: str) -> Settings:
    """Settings whose record and broker are the test's own databases, and run."""
    return settings.model_copy(
        update={
            "database": settings.database.model_copy(update={"url": database_url}),
            "redis": settings.redis.model_copy(update={"url": redis_url}),
        }
    )


@pytest.fixture
def store(database_url: str, redis_url: str) -> Iterator[Store]:
    """An open record with all tables and no rows."""
    opened = open_store(database_url, Bell(redis_url))
    yield opened
    opened.close()
