"""Seats whose telephone is gone although their desk says that it isn't: Asterisk would offer them nothing, and the
boards would show them ready. Two looks in a row have to say so, then the seat is paused until a person lifts it.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog

from hotline.errors import Refused, Unreachable
from hotline.presence import LINK_LOST
from telephony.ami.link import Link
from telephony.lineup import Snapshot, out_of_reach

APART = timedelta(
    seconds=30
)  # looks that follow one another sooner say nothing about a telephone that comes back

log = structlog.get_logger()


class Reach:
    """Pauses over `link` what stays out of reach."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._missed: dict[str, datetime] = {}
        self._orders: set[asyncio.Task[None]] = set()

    def heed(self, seen: Snapshot) -> None:
        """What a look at the switch showed."""
        gone = out_of_reach(seen)
        self._missed = {extension: self._missed.get(extension, seen.at) for extension in gone}
        for extension in [one for one, since in self._missed.items() if seen.at - since >= APART]:
            task = asyncio.create_task(self._pause(extension))
            self._orders.add(task)
            task.add_done_callback(self._orders.discard)

    async def _pause(self, extension: str) -> None:
        log.info("seat out of reach", extension=extension)
        pause = {"Paused": "true", "Reason": LINK_LOST}
        try:
            await self._link.ask({"Action": "QueuePause", "Interface": f"PJSIP/{extension}", **pause})
        except (Refused, Unreachable) as error:
            log.info("seat not paused", extension=extension, error=str(error))
