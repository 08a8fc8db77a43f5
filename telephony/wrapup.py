"""Wrap-up is ours, not the queue's: a pause laid as soon as a seat is in a call, so that the queue never has an
instant in which it could offer the next one; lifted by the desk, or here when its time is over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime

import structlog

from hotline.errors import Refused, Unreachable
from hotline.facts import Fact
from hotline.presence import WRAP_UP, Seat, State
from telephony.ami.link import Link

log = structlog.get_logger()


class WrapUp:
    """Lays and lifts the pause of each seat over `link`; it lasts at most `limit` seconds after the call."""

    def __init__(self, link: Link, limit: float) -> None:
        self._link = link
        self._limit = limit
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._orders: set[asyncio.Task[None]] = set()

    def heed(self, facts: Iterable[Fact]) -> None:
        """What has just become of seats."""
        for fact in facts:
            if fact.kind == "seat.became":
                self._heed_one(
                    fact.data["extension"], str(fact.was), str(fact.became), fact.data["pause"], fact.at
                )

    def look_over(self, seats: Iterable[Seat]) -> None:
        """What seats are doing now, after we have been away."""
        for seat in seats:
            if seat.state is State.TALKING or seat.extension not in self._timers:
                self._heed_one(seat.extension, "", seat.state, seat.reason, seat.since)

    def stop(self) -> None:
        """Lift nothing any more."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _heed_one(self, extension: str, was: str, became: str, pause: str, since: datetime) -> None:
        if timer := self._timers.pop(extension, None):
            timer.cancel()
        is_free_too_early = was == State.TALKING and became == State.READY
        if (became == State.TALKING and not pause) or is_free_too_early:
            self._order({"Paused": "true", "Reason": WRAP_UP}, extension)
        if became == State.WRAP_UP:
            left = self._limit - (datetime.now(UTC) - since).total_seconds()
            loop = asyncio.get_running_loop()
            self._timers[extension] = loop.call_later(max(0, left), self._lift, extension)

    def _lift(self, extension: str) -> None:
        del self._timers[extension]
        self._order({"Paused": "false"}, extension)

    def _order(self, pause: dict[str, str], extension: str) -> None:
        task = asyncio.create_task(
            self._ask({"Action": "QueuePause", "Interface": f"PJSIP/{extension}", **pause})
        )
        self._orders.add(task)
        task.add_done_callback(self._orders.discard)

    async def _ask(self, action: dict[str, str]) -> None:
        try:
            await self._link.ask(action)
        except (Refused, Unreachable) as error:
            # A seat may have left its queues in the middle of a call; after a lost link we look again anyway.
            log.info("pause not set", seat=action["Interface"], error=str(error))
