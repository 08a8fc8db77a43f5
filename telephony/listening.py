"""Listening: what the link brings is put into the spool in Asterisk's order, and looks at the switch in their place
among it. Nothing here waits for the record, so that Asterisk needn't either, until the spool is full.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from hotline.errors import Refused, Unreachable
from telephony.ami.link import Down, Link, Up
from telephony.ami.parser import Message
from telephony.look import look, packed
from telephony.pauses import Pauses
from telephony.spool import Entry, Full, Kind, Spool

SETTLE = 0.2  # seconds after a look until it is put in its place: events from before it have arrived by then
LOOK_AGAIN = (
    5.0  # seconds from the first look after a login to the next: what was late has arrived for certain
)
LOOK_OFTEN = 60.0  # seconds between later looks, which should find nothing
RETRY = 1.0  # seconds until a full spool is tried again

log = structlog.get_logger()


@dataclass(frozen=True)
class Refusal:
    """Put among what the link hands out: the switch doesn't let us in; `why` in its words."""

    why: str


@dataclass(frozen=True)
class Seen:
    """Put among what the link hands out: a look at the switch, taken while it had been heard so far."""

    body: bytes


@dataclass(frozen=True)
class Stop:
    """Put among what the link hands out: nothing behind it is wanted any more."""


class Listening:
    """Puts what `link` hears into `spool` and sets `arrived`; `is_over` when nothing more will be put there.

    `failed` counts looks that raised.
    """

    def __init__(self, link: Link, spool: Spool) -> None:
        self._link = link
        self._spool = spool
        self._is_behind = True
        self._is_stopped = False
        self._pauses = Pauses()
        self._next_look: asyncio.TimerHandle | None = None
        self._looking: asyncio.Task[None] | None = None
        self.arrived = asyncio.Event()
        self.is_over = False
        self.failed = 0

    async def run(self) -> None:
        """Until a `Stop` comes along; what arrived before it is in the spool then."""
        await self._put([_entry(Kind.BEGUN)])
        while not self._is_stopped:
            items = await self._link.batch()
            await self._put([entry for item in items for entry in self._take(item)])
        self.is_over = True
        self.arrived.set()

    def look(self) -> None:
        """Look at the switch now, and regularly from now on."""
        self._stop_looking()
        self._looking = asyncio.create_task(self._look_once())

    def _take(self, item: object) -> Sequence[Entry]:
        """What is to be kept of something that the link handed out."""
        if self._is_stopped:
            return ()
        if isinstance(item, Message):
            return () if self._pauses.repeats(item) else (_entry(Kind.MESSAGE, item.raw),)
        if isinstance(item, Up):
            self.look()
        elif isinstance(item, Seen):
            kind = Kind.RESTORED if self._is_behind else Kind.LOOK
            self._is_behind = False
            self._pauses.forget()
            return (_entry(kind, item.body),)
        elif isinstance(item, Down):
            return self._lose(item.why, item.quiet)
        elif isinstance(item, Refusal):
            return (_entry(Kind.REFUSED, item.why.encode()),)
        elif isinstance(item, Stop):
            self._is_stopped = True
            return self._lose("stopped")
        return ()

    def _lose(self, why: str, quiet: float = 0.0) -> Sequence[Entry]:
        self._stop_looking()
        self._pauses.forget()
        was_behind, self._is_behind = self._is_behind, True
        at = datetime.now(UTC) - timedelta(seconds=quiet)
        return () if was_behind else (Entry(Kind.LOST, at, why.encode()),)

    async def _put(self, entries: Sequence[Entry]) -> None:
        """Put them into the spool. While that is full, nothing more is taken from the link, which makes Asterisk wait;
        when it has waited for its `writetimeout` it drops the link, and a look makes up for what it then didn't say.
        """
        is_told = False
        while entries:
            try:
                entries = entries[await asyncio.to_thread(self._spool.append, entries) :]
                self.arrived.set()
            except Full as full:
                if not is_told:
                    log.error(
                        "spool full: the record must come back, or calls are only made up later",
                        found=str(full),
                    )
                is_told = True
                await asyncio.sleep(RETRY)

    async def _look_once(self) -> None:
        pause = LOOK_AGAIN if self._is_behind else LOOK_OFTEN
        try:
            seen = await look(self._link)
            await asyncio.sleep(SETTLE)
            self._link.insert(Seen(packed(seen)))
        except (Refused, Unreachable) as error:
            pause = LOOK_AGAIN
            log.warning("no look at the switch", error=str(error))
        except Exception:  # an answer that makes no sense must not be the last look
            pause = LOOK_AGAIN
            self.failed += 1
            log.exception("look not understood")
        self._next_look = asyncio.get_running_loop().call_later(pause, self.look)

    def _stop_looking(self) -> None:
        if self._next_look:
            self._next_look.cancel()
        if self._looking and self._looking is not asyncio.current_task():
            self._looking.cancel()


def _entry(kind: Kind, body: bytes = b"") -> Entry:
    return Entry(kind, datetime.now(UTC), body)
