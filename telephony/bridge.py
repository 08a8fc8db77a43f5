"""From the link to the record: what Asterisk says is translated and written, in its order, several signals to a
transaction, while the link goes on reading. Nothing that goes wrong with one event reaches the next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session

from hotline.errors import Refused, Unreachable
from hotline.facts import Fact
from hotline.presence import Seat
from hotline.record import calls as record
from hotline.record import links
from hotline.record.calls import Signal
from hotline.store import Store
from telephony.ami.link import Down, Link, Up
from telephony.ami.parser import Message
from telephony.lineup import Snapshot, corrections
from telephony.look import look
from telephony.translate import is_preamble, translate
from telephony.wrapup import WrapUp

LOOK_AGAIN = 5.0  # seconds after a login: events from before it have arrived by then
LOOK_OFTEN = 60.0  # seconds between later looks, which should find nothing
AWAY = (OperationalError, InterfaceError, PoolTimeout)  # the database, not the data, is at fault
RETRY = 1.0  # seconds until a database that is away is tried again
COMPANY = 0.02  # seconds in which what a preamble announces has arrived

T = TypeVar("T")
log = structlog.get_logger()


@dataclass(frozen=True)
class Stop:
    """Put among what the link hands out: nothing behind it is wanted any more."""


class Bridge:
    """Writes what `link` hears of the switch `node` into `store`.

    `failed` counts events that raised, `ignored` signals that changed nothing, `corrected` facts that a look at the
    switch had to add.
    """

    def __init__(self, link: Link, store: Store, node: str, wrapup: WrapUp) -> None:
        self._link = link
        self._store = store
        self._node = node
        self._wrapup = wrapup
        self._is_behind = True
        self._is_stopped = False
        self._next_look: asyncio.TimerHandle | None = None
        self._looking: asyncio.Task[None] | None = None
        self.failed = 0
        self.ignored = 0
        self.corrected = 0

    async def run(self) -> None:
        """Until a `Stop` comes along; what arrived before it is written."""
        while not self._is_stopped:
            await self._take(await self._batch())

    async def _batch(self) -> list[object]:
        """What has arrived; a preamble alone waits a moment, lest its writing stand in the way of what follows."""
        items = await self._link.batch()
        if all(isinstance(item, Message) and is_preamble(item) for item in items):
            with suppress(TimeoutError):
                async with asyncio.timeout(COMPANY):
                    items += await self._link.batch()
        return items

    async def _take(self, items: Iterable[object]) -> None:
        signals: list[Signal] = []
        for item in items:
            if isinstance(item, Message):
                signals += self._translate(item)
                continue
            await self._apply(signals)
            signals = []
            try:
                await self._note(item)
            except Exception:
                self.failed += 1
                log.exception("not recorded", item=type(item).__name__)
        await self._apply(signals)

    async def _note(self, item: object) -> None:
        if isinstance(item, Up):
            self._look()
        elif isinstance(item, Down):
            self._stop_looking()
            await self._lose(item)
        elif isinstance(item, Snapshot):
            await self._line_up(item)
        elif isinstance(item, Stop):
            await self._stop()

    def _translate(self, message: Message) -> tuple[Signal, ...]:
        try:
            return translate(message, self._node, datetime.now(UTC))
        except Exception:
            self.failed += 1
            log.exception("event not understood", event_name=message.one("Event"))
            return ()

    async def _apply(self, signals: Sequence[Signal], is_last_try: bool = False) -> None:
        if not signals:
            return
        try:
            applied = await self._write(lambda session: record.apply(session, signals, self._node))
        except Exception:
            if is_last_try:
                self.failed += 1
                log.exception("signal not recorded", signal=type(signals[0]).__name__)
                return
            # One of them spoils it for all, or somebody else wrote the same row first: once more, one by one.
            for signal in signals:
                await self._apply([signal], is_last_try=True)
            return
        self.ignored += applied.ignored
        self._follow_up(applied.facts)

    async def _line_up(self, seen: Snapshot) -> None:
        applied, seats = await self._write(lambda session: self._correct(session, seen))
        self.corrected += len(applied.facts)
        self._is_behind = False
        self._follow_up(applied.facts)
        self._wrapup.look_over(seats)

    def _correct(self, session: Session, seen: Snapshot) -> tuple[record.Applied, list[Seat]]:
        lost_at = links.last_heard(session, self._node) if self._is_behind else None
        signals = corrections(
            seen, self._node, record.open_calls(session, self._node), record.all_seats(session)
        )
        applied = record.apply(session, signals, self._node)
        if self._is_behind:
            links.restore(session, self._node, datetime.now(UTC), lost_at, len(applied.facts))
        return applied, record.all_seats(session)

    async def _lose(self, down: Down) -> None:
        self._is_behind = True
        at = datetime.now(UTC)
        await self._write(lambda session: links.lose(session, self._node, at, down.why))

    def _follow_up(self, facts: Iterable[Fact]) -> None:
        for fact in facts:
            if fact.was != fact.became:
                log.info(f"{fact.subject} {fact.was} -> {fact.became}", kind=fact.kind, call=fact.call)
        self._wrapup.heed(facts)

    async def _write(self, work: Callable[[Session], T]) -> T:
        """Do `work` in one transaction, outside the loop's thread; again and again while the database is away."""
        while True:
            try:
                return await asyncio.to_thread(self._in_transaction, work)
            except AWAY as error:
                log.warning("record out of reach", error=type(error).__name__)
                await asyncio.sleep(RETRY)

    def _in_transaction(self, work: Callable[[Session], T]) -> T:
        with self._store.transaction() as session:
            return work(session)

    async def _stop(self) -> None:
        """Write down that nobody listens from now on."""
        self._is_stopped = True
        self._stop_looking()
        self._wrapup.stop()
        if not self._is_behind:
            await self._lose(Down("stopped"))

    def _look(self) -> None:
        self._stop_looking()
        self._looking = asyncio.create_task(self._look_once())

    async def _look_once(self) -> None:
        pause = LOOK_AGAIN if self._is_behind else LOOK_OFTEN
        try:
            # Behind everything that has arrived meanwhile: what is older than the look is written first.
            self._link.insert(await look(self._link))
        except (Refused, Unreachable) as error:
            pause = LOOK_AGAIN
            log.warning("no look at the switch", error=str(error))
        except Exception:  # an answer that makes no sense must not be the last look
            pause = LOOK_AGAIN
            self.failed += 1
            log.exception("look not understood")
        self._next_look = asyncio.get_running_loop().call_later(pause, self._look)

    def _stop_looking(self) -> None:
        if self._next_look:
            self._next_look.cancel()
        if self._looking and self._looking is not asyncio.current_task():
            self._looking.cancel()
