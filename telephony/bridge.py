"""From the link to the record: what Asterisk says is kept in the spool at once, and from there translated and written
in its order, several signals to a transaction. Nothing that goes wrong with one event reaches the next, and nothing
that is slow or away makes the link wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from hotline.facts import Fact
from hotline.repairs import Gap
from hotline.store import Store
from telephony.ami.link import Link
from telephony.ami.parser import Message
from telephony.listening import Listening
from telephony.reach import Reach
from telephony.spool import Entry, Kind, Spool
from telephony.translate import can_wait
from telephony.wrapup import WrapUp
from telephony.writing import Writer, Written

AWAY = (OperationalError, InterfaceError, PoolTimeout)  # the database, not the data, is at fault
RETRY = 1.0  # seconds until a database that is away is tried again
COMPANY = 0.01  # seconds in which what somebody waits for has followed what can wait
MOST = 2000  # entries of one transaction, where so many wait
STALE = timedelta(
    seconds=10
)  # what was heard so long ago calls for no action any more, only for another look

T = TypeVar("T")
log = structlog.get_logger()


class Bridge:
    """Writes what `link` hears of the switch `node` into `store`, by way of `spool`. `after_gap` is told of each time
    in which nobody listened, when it is over and written.

    `failed` counts events that raised, `ignored` signals that changed nothing, `corrected` facts that a look at the
    switch had to add.
    """

    def __init__(
        self,
        link: Link,
        spool: Spool,
        store: Store,
        node: str,
        wrapup: WrapUp,
        after_gap: Callable[[Gap], None] = lambda gap: None,
    ) -> None:
        self._link = link
        self._spool = spool
        self._wrapup = wrapup
        self._after_gap = after_gap
        self._reach = Reach(link)
        self._listening = Listening(link, spool)
        self._writer = Writer(store, node)
        self._skipped = 0
        self._is_catching_up = False
        self._failed = 0
        self.ignored = 0
        self.corrected = 0

    @property
    def failed(self) -> int:
        """Events and looks that raised."""
        return self._failed + self._listening.failed

    async def run(self) -> None:
        """Until a `Stop` comes along. What arrived before it is written, or waits in the spool for the next start."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listening.run())
            group.create_task(self._write_all())

    async def _write_all(self) -> None:
        await self._patiently(self._check_numbers)
        while entries := await self._next():
            await self._take(entries)
        self._wrapup.stop()

    async def _next(self) -> list[Entry]:
        """What waits; nothing means that nothing will come. What can wait does so for a moment, lest its writing stand
        in the way of what follows.
        """
        until: float | None = None
        while True:
            self._listening.arrived.clear()
            entries = await asyncio.to_thread(self._spool.peek, MOST)
            if self._listening.is_over or (entries and not all(_can_wait(entry) for entry in entries)):
                return entries
            if entries and until is None:
                until = asyncio.get_running_loop().time() + COMPANY
            try:
                async with asyncio.timeout_at(until):
                    await self._listening.arrived.wait()
            except TimeoutError:
                return entries

    async def _take(self, entries: Sequence[Entry]) -> None:
        """Write `entries`. One that spoils it for all is found by writing them one by one."""
        try:
            await self._write(entries)
        except Exception:
            for entry in entries:
                await self._take_alone(entry)

    async def _take_alone(self, entry: Entry) -> None:
        for _ in range(2):  # somebody else may have written the same row first, once
            try:
                await self._write([entry])
                return
            except Exception as error:
                reason = error
        self._failed += 1
        log.error(
            "not recorded", kind=entry.kind.name, event_name=Message(raw=entry.body).event, exc_info=reason
        )
        await self._patiently(lambda: self._writer.pass_over(entry))
        self._spool.done([entry])

    async def _write(self, entries: Sequence[Entry]) -> None:
        waiting, skipped = self._spool.waiting, self._link.skipped - self._skipped
        written = await self._patiently(lambda: self._writer.write(entries, waiting, skipped))
        if written is None:
            await self._pass_over_known(entries)
            return
        self._skipped += skipped
        self._spool.done(entries)
        self._follow_up(written, is_stale=datetime.now(UTC) - entries[0].at > STALE)

    async def _pass_over_known(self, entries: Sequence[Entry]) -> None:
        """Some are in the record already: its word that they are was lost, or the process that wrote them."""
        known = await self._patiently(self._writer.written_up_to)
        self._spool.done([entry for entry in entries if entry.number <= known])

    def _follow_up(self, written: Written, is_stale: bool) -> None:
        self.ignored += written.ignored
        self.corrected += written.corrected
        self._failed += written.failed
        _tell(written.facts)
        for gap in written.gaps:
            self._after_gap(gap)
        if is_stale:
            self._is_catching_up = True
        else:
            self._wrapup.heed(written.facts)
            if written.seen:
                self._wrapup.look_over(written.seats)
                self._reach.heed(written.seen)
        if self._is_catching_up and self._link.is_up and not self._spool.waiting:
            self._is_catching_up = False
            self._listening.look()

    async def _patiently(self, work: Callable[[], T]) -> T:
        """Do `work` outside the loop's thread; again and again while the database is away."""
        while True:
            try:
                return await asyncio.to_thread(work)
            except AWAY as error:
                log.warning("record out of reach", error=type(error).__name__, waiting=self._spool.waiting)
                await asyncio.to_thread(self._spool.sync)
                await asyncio.sleep(RETRY)

    def _check_numbers(self) -> None:
        """The record may know numbers that this spool hasn't given yet: its files are lost and the clock went back."""
        if self._writer.written_up_to() >= self._spool.first:
            log.warning("the spool counts anew", first=self._spool.first)
            self._writer.rewind(self._spool.first - 1)


def _can_wait(entry: Entry) -> bool:
    return entry.kind is Kind.MESSAGE and can_wait(Message(raw=entry.body))


def _tell(facts: Iterable[Fact]) -> None:
    for fact in facts:
        if fact.was != fact.became:
            log.info(f"{fact.subject} {fact.was} -> {fact.became}", kind=fact.kind, call=fact.call)
