"""What a call's route is chosen from: the city in force, and what the record knows of the caller.

A caller never waits longer for it than `WITHIN`. A record that is slow or away costs the call what it would have
said of the caller, and the newest change of the city; everything else is known here.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from hotline.pack.model import CityPack
from hotline.record import callers
from hotline.record.city_in_force import CityInForce
from hotline.store import Store
from telephony.routing import NOTHING, Directory, Known

WITHIN = 0.2  # seconds
THREADS = 4  # questions to the record at a time; what can't begin in time is given up

log = structlog.get_logger()


class Callers:
    """Answers `scripts.Learn`. `store` should be opened with the same deadline, so that its threads come back."""

    def __init__(self, store: Store, known: CityInForce, within: float = WITHIN) -> None:
        self._engine = store.engine.execution_options(isolation_level="AUTOCOMMIT")  # it only reads
        self._known = known
        self._within = within
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="caller")

    async def learn(self, caller: str) -> tuple[Directory, Known]:
        """Never raises, and never takes longer."""
        asked = asyncio.get_running_loop().run_in_executor(self._threads, self._ask, caller)
        try:
            async with asyncio.timeout(self._within):
                return await asked
        except (SQLAlchemyError, TimeoutError) as error:
            log.warning("caller not looked up", error=type(error).__name__)
            return directory_of(self._known.now), NOTHING

    def close(self) -> None:
        """Ask nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _ask(self, caller: str) -> tuple[Directory, Known]:
        with Session(self._engine) as session:
            found = callers.look(session, caller)
            city = self._known.keep_up(session, found.revision, datetime.now(UTC))
        return directory_of(city), Known(found.queue, found.matter)


def directory_of(city: CityPack) -> Directory:
    """What routes need of a city."""
    return Directory(
        city.lines, city.queues, city.skills, city.calendars, city.city.default_queue, city.city.languages
    )
