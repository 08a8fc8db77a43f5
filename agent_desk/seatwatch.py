"""Keeping calls away from seats that are out of reach: looks at the seats' beats and pauses those that fell silent.

Only a person lifts such a pause: whoever comes back says so by being ready.
"""

from __future__ import annotations

import asyncio

import structlog

from agent_desk.house import House, now
from agent_desk.seatbeats import SeatBeats
from hotline import presence
from hotline.errors import Refused, Unreachable
from hotline.store.tables import Seat

LOOK_EVERY = 2.0  # seconds
REASON = "link_lost"

log = structlog.get_logger()


async def watch(house: House, beats: SeatBeats) -> None:
    """Looks until cancelled."""
    while True:
        await asyncio.sleep(LOOK_EVERY)
        for extension in beats.unfit(now()):
            try:
                await asyncio.to_thread(pause_lost, house, extension)
            except Exception:
                log.exception("seat not looked after", extension=extension)


def pause_lost(house: House, extension: str) -> None:
    """Pauses the seat, unless it takes no calls anyway: it is away, or its agent paused it.

    Its password ends with the desk session that it was made for: a page that comes back asks for a new one.
    """
    with house.store.transaction() as session:
        seat = session.get(Seat, extension)
        takes_calls = seat is not None and bool(seat.queues) and seat.reason in ("", presence.WRAP_UP)
    try:
        if takes_calls:
            log.info("seat paused", extension=extension, reason=REASON)
            house.telephone.pause(extension, REASON)
        house.telephone.withdraw_password(extension)
    except (Unreachable, Refused) as error:
        log.warning("seat not paused", extension=extension, error=str(error))
