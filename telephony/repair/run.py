"""Repair as it goes on beside the bridge: at the start, after every gap, and now and then, Asterisk's own records are
read on from where they were left; once a day, the day before is compared with them.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from hotline.errors import Unreachable
from hotline.record import repair as record
from hotline.record.calls import calls_queued
from hotline.record.repair import Position, Repaired
from hotline.store import Store
from telephony.repair.comparison import Comparison, compare, told_by
from telephony.repair.episodes import LONGEST, SETTLED, Episode, Episodes
from telephony.repair.files import Placed
from telephony.repair.streams import QUEUES, Stream

EVERY = 30.0  # seconds between two readings
SOON = SETTLED.total_seconds() + 1  # seconds to the one after a gap's: what ended in it has settled by then
PATIENCE = 1.0  # seconds until somebody who is catching up is asked again
AT_ONCE = 2000  # rows between two transactions
COMPARED_AT = time(
    0, 30
)  # of the next day, by the city's clock: most calls that began before midnight are over
AWAY = (OperationalError, InterfaceError, PoolTimeout)  # the database, not the data, is at fault
SHOWN = 20  # differences that the fact carries; all are printed by `hotline reconcile`

log = structlog.get_logger()


class Repair:
    """Repairs the record of the switch `node` from its own `streams`.

    While `is_catching_up` says so, what was heard is still on its way into the record, and repair waits.
    """

    def __init__(
        self,
        store: Store,
        node: str,
        streams: Mapping[str, Stream],
        zone: ZoneInfo,
        is_catching_up: Callable[[], bool] = lambda: False,
    ) -> None:
        self._store = store
        self._node = node
        self._streams = streams
        self._zone = zone
        self._is_catching_up = is_catching_up
        self._wanted = asyncio.Event()
        self._compared: date | None = None
        self._is_stopped = False

    def soon(self) -> None:
        """Read on as soon as possible: a gap is over."""
        self._wanted.set()

    async def run(self) -> None:
        """Until cancelled. Whatever goes wrong with one reading, there is a next."""
        is_urgent = True
        try:
            while True:
                is_urgent = is_urgent or self._wanted.is_set()
                self._wanted.clear()
                if self._is_catching_up():
                    await self._wait(PATIENCE)
                    continue
                await self._try(self.once)
                await self._try(self.compare_yesterday)
                await self._wait(SOON if is_urgent else EVERY)
                is_urgent = False
        finally:
            self._is_stopped = True

    def once(self, now: datetime) -> Repaired:
        """Read on, and put right what the record lacks. Raises `Unreachable`."""
        with self._store.transaction() as session:
            known = record.positions(session, self._node)
        episodes: Episodes[Position] = Episodes(self._node)
        ends = {stream: place for stream, (place, _) in known.items() if stream in self._streams}
        ends = dict.fromkeys(self._streams, Position("", 0)) | ends
        repaired = Repaired()
        for count, (stream, placed) in enumerate(self._merged(known), 1):
            ends[stream] = placed.behind
            if placed.row:
                episodes.take(stream, placed.before, placed.row)
            if placed.row and count % AT_ONCE == 0:
                if self._is_stopped:
                    return repaired
                repaired += self._write(episodes, placed.row.by_then, ends, now)
        repaired += self._write(episodes, now, ends, now)
        if repaired.added or repaired.mended:
            log.info("repaired from the switch's own records", added=repaired.added, mended=repaired.mended)
        return repaired

    def compare(self, day: date) -> Comparison:
        """The day's calls in the record, compared with queue_log. Raises `Unreachable`."""
        start, end = (
            datetime.combine(day + timedelta(n), time(), self._zone).astimezone(UTC) for n in (0, 1)
        )
        queue_log = self._streams[QUEUES]
        told = told_by(queue_log.between(start, end + LONGEST), self._node)
        with self._store.transaction() as session:
            known = calls_queued(session, self._node, start, end, told)
            beyond = record.gone_beyond(session, known)
        return compare(told, known, start, end, beyond)

    def compare_yesterday(self, now: datetime) -> None:
        """Once, when the day is over for long enough; what it came to is a fact."""
        local = now.astimezone(self._zone)
        day = local.date() - timedelta(1)
        if QUEUES not in self._streams or self._compared == day or local.time() < COMPARED_AT:
            return
        with self._store.transaction() as session:
            last = record.last_comparison(session, self._node)
        if last is None or last["day"] != day.isoformat():
            self._tell(day, self.compare(day), now)
        self._compared = day

    async def _try(self, work: Callable[[datetime], object]) -> None:
        try:
            await asyncio.to_thread(work, datetime.now(UTC))
        except (*AWAY, Unreachable) as error:
            log.warning("not repaired yet", error=type(error).__name__)
        except Exception:
            log.exception("not repaired")

    async def _wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wanted.wait()

    def _merged(self, known: Mapping[str, tuple[Position, datetime]]) -> Iterator[tuple[str, Placed]]:
        """The streams' rows in one, by their time; one that makes no sense stays with the one before it."""

        def rows(stream: str) -> Iterator[tuple[datetime, str, Placed]]:
            place, read_at = known.get(stream, (None, None))
            at = datetime.min.replace(tzinfo=UTC)
            for placed in self._streams[stream].read(place, read_at):
                at = placed.row.by_then if placed.row else at
                yield at, stream, placed

        merged = heapq.merge(*map(rows, sorted(self._streams)), key=lambda row: row[:2])
        return ((stream, placed) for _, stream, placed in merged)

    def _write(
        self, episodes: Episodes[Position], until: datetime, ends: Mapping[str, Position], now: datetime
    ) -> Repaired:
        finished = episodes.finished(until)
        places = {**ends, **episodes.unread(until)}
        try:
            return self._repair(finished, places, now)
        except AWAY:
            raise
        except Exception:  # one of them spoils it for all: it alone is left out
            repaired = sum((self._repair_alone(episode, now) for episode in finished), Repaired())
            return repaired + self._repair([], places, now)

    def _repair_alone(self, episode: Episode, now: datetime) -> Repaired:
        try:
            return self._repair([episode], {}, now)
        except AWAY:
            raise
        except Exception:
            log.exception("call not repaired", call=episode.call)
            return Repaired()

    def _repair(self, finished: Sequence[Episode], places: Mapping[str, Position], now: datetime) -> Repaired:
        with self._store.transaction() as session:
            told = {episode.call: episode.signals for episode in finished}
            repaired = record.repair(session, self._node, told, now)
            record.keep_positions(session, self._node, places, now)
        return repaired

    def _tell(self, day: date, found: Comparison, now: datetime) -> None:
        differences = [{"call": call, "what": words} for call, words in found.differences]
        with self._store.transaction() as session:
            record.compared(
                session,
                self._node,
                day.isoformat(),
                now,
                calls=found.calls,
                differing=len({call for call, _ in found.differences}),
                differences=differences[:SHOWN],
            )
        log.info("record compared with the switch's", day=day.isoformat(), differences=len(differences))
