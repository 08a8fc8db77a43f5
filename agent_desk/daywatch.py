"""What takes effect by itself: a catalogue whose first day has come, an organisation that changes today.

Looks every few seconds, away from everybody's requests. Several processes may look at once: what is done is done by
one of them, and what is read each reads for itself.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

import structlog

from agent_desk.house import House, now
from hotline.record import catalogues, organisations

LOOK_EVERY = 2.0  # seconds

log = structlog.get_logger()


async def watch(house: House) -> None:
    """Looks until cancelled."""
    while True:
        try:
            await asyncio.to_thread(look, house, now())
        except Exception:
            log.exception("the day not looked after")
        await asyncio.sleep(LOOK_EVERY)


def look(house: House, at: datetime) -> None:
    """Carries out what is due, then takes the catalogue that is in force."""
    while _carry_out(house, at):
        pass
    with house.store.transaction() as session:
        house.known.look(session, at)
        if house.known.look_at_catalogue(session, at):
            log.info("catalogue in force", version=house.city.catalogue.version)


def _carry_out(house: House, at: datetime) -> int:
    """One change of an organisation that is due; 0 where there is none, or none that can be carried out."""
    with house.store.transaction() as session:
        number = organisations.carry_out_due(session, catalogues.today(house.city, at), at)
    if number:
        log.info("organisation changed", number=number)
    return number
