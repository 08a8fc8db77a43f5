"""Revisits go on by themselves: looks every few seconds which messages are to be sent and which waits are over.

Several processes may look at once: each ticket is gone on with by one of them.
"""

from __future__ import annotations

from agent_desk import watching
from agent_desk.house import House, now
from dispatch import revisit_sweep

LOOK_EVERY = 5.0  # seconds


async def watch(house: House) -> None:
    """Looks until cancelled."""
    await watching.keep_looking(lambda: look(house), LOOK_EVERY, "revisits not looked after")


def look(house: House) -> int:
    """Goes on with what is due; returns how many."""
    settings = house.settings
    return revisit_sweep.sweep(house.store, house.city, settings.web.origin, settings.site.language, now)
