"""Following the journal: one reader for the whole process, and a queue for everybody who listens.

A listener who can't keep up is let go; their page notices, comes back and resumes from its own cursor.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import redis
import structlog
from sqlalchemy.exc import SQLAlchemyError

from hotline import journal
from hotline.journal import Reading
from hotline.store import Store

LOOK_EVERY = 2.0  # seconds; the bell may be lost
BREATH = 0.002  # seconds between two looks, so that a busy minute's bells share one
CATCH_UP = 1000  # facts that a page is told one by one when it comes back
BACKLOG = 500  # readings that a slow listener may be behind

log = structlog.get_logger()


class Listener:
    """One open page's place in the journal."""

    def __init__(self) -> None:
        self.readings: asyncio.Queue[Reading | None] = asyncio.Queue(BACKLOG)

    def hand(self, reading: Reading) -> bool:
        """Takes what was read, or says that there is no room left."""
        try:
            self.readings.put_nowait(reading)
        except asyncio.QueueFull:
            return False
        return True

    def let_go(self) -> None:
        """Makes `None` the next thing that the listener hears: it is too far behind."""
        while not self.readings.empty():
            self.readings.get_nowait()
        self.readings.put_nowait(None)


class Follower:
    """Reads the journal once for everybody in this process, and not at all while nobody listens."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._listeners: set[Listener] = set()
        self._rung = asyncio.Event()
        self._joining = asyncio.Lock()
        self._horizon = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Follower]:
        """Follows for as long as the block lasts."""
        tasks = [asyncio.create_task(self._listen_for_bell()), asyncio.create_task(self._follow())]
        try:
            yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    @asynccontextmanager
    async def listening(self, since: int) -> AsyncIterator[Listener]:
        """A listener who misses nothing from the horizon `since` on."""
        listener = Listener()
        async with self._joining:
            if not self._listeners:
                self._horizon = await asyncio.to_thread(self._stand)
            self._listeners.add(listener)
        try:
            listener.hand(await asyncio.to_thread(self._read, since, CATCH_UP))
            yield listener
        finally:
            self._listeners.discard(listener)

    async def _follow(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._rung.wait(), LOOK_EVERY)
            self._rung.clear()
            if not self._listeners:
                continue
            try:
                reading = await asyncio.to_thread(self._read, self._horizon)
            except SQLAlchemyError as error:
                # That no connection was free counts too: every open page depends on this loop.
                log.warning("journal unreadable", error=type(error).__name__)
                await asyncio.sleep(LOOK_EVERY)
                continue
            self._horizon = reading.horizon
            if reading.facts:
                self._hand_round(reading)
            await asyncio.sleep(BREATH)

    async def _listen_for_bell(self) -> None:
        while True:
            try:
                async for _ in self._store.bell.strokes():
                    self._rung.set()
            except redis.RedisError as error:
                log.warning("bell unheard", error=type(error).__name__)
            await asyncio.sleep(LOOK_EVERY)

    def _hand_round(self, reading: Reading) -> None:
        for listener in [one for one in self._listeners if not one.hand(reading)]:
            self._listeners.discard(listener)
            listener.let_go()

    def _stand(self) -> int:
        with self._store.transaction() as session:
            return journal.horizon(session)

    def _read(self, since: int, most: int | None = None) -> Reading:
        with self._store.transaction() as session:
            return journal.read(session, since, most)
