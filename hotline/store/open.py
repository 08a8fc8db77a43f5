"""Opening the record. A `Store` hands out transactions; whoever asks for one is the edge that commits it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from hotline.bell import APPENDED, Bell


class Store:
    """The record of one city, open for use. Safe to share between threads."""

    def __init__(self, engine: Engine, bell: Bell) -> None:
        self.engine = engine
        self.bell = bell

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One unit of work: committed at the end, rolled back by an exception; then the bell rings for its facts."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session
            session.commit()
            if session.info.get(APPENDED):
                self.bell.ring()

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()
        self.bell.close()


def open_store(url: str, bell: Bell, pool: int = 12, deadline: float | None = None) -> Store:
    """The record at `url` (`postgresql://…`), with at most `pool` connections kept and waited for. Whoever can't wait
    longer than `deadline` seconds, for a connection or for a statement, says so.
    """
    limit = f" -c statement_timeout={deadline * 1000:.0f}" if deadline else ""
    connecting = {"connect_timeout": 2} if deadline else {}  # seconds; libpq knows no shorter time
    engine = create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1),
        pool_size=pool,
        max_overflow=0,
        pool_pre_ping=False,
        pool_timeout=deadline or 10,
        hide_parameters=True,  # an error that quotes them would carry names and addresses into the log
        connect_args={"application_name": "hotline", "options": f"-c timezone=UTC{limit}", **connecting},
    )
    return Store(engine, bell)


def migrate(url: str, revision: str = "head") -> None:
    """Bring the record's tables to `revision`. Doing it again changes nothing."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["url"] = url.replace("postgresql://", "postgresql+psycopg://", 1)
    command.upgrade(config, revision)


def is_away(error: BaseException) -> bool:
    """Whether `error` says that no PostgreSQL answers there, rather than what one answered."""
    return isinstance(error, OperationalError) and getattr(error.orig, "sqlstate", None) is None
