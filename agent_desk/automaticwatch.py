"""Tickets go by themselves: looks every few seconds for a newer model, and for what agents left to a dispatcher.

In the web process, which has the model already. Several may look at once: each ticket is looked at by one of them.
"""

from __future__ import annotations

import asyncio

import structlog

from agent_desk.house import House, now
from dispatch import automatic_sweep

LOOK_EVERY = 2.0  # seconds

log = structlog.get_logger()


async def watch(house: House) -> None:
    """Looks until cancelled."""
    while True:
        try:
            await asyncio.to_thread(look, house)
        except Exception:
            log.exception("tickets left to dispatchers not looked at")
        await asyncio.sleep(LOOK_EVERY)


def look(house: House) -> int:
    """Takes up a newer model and looks at the tickets that wait; returns how many went by themselves."""
    model = house.learnt.look()
    return automatic_sweep.sweep(house.store, house.city, model, house.settings.site.language, now)
