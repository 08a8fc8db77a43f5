"""Tickets go by themselves: looks every few seconds for a newer model, and for what agents left to a dispatcher.

In the web process, which has the model already. Several may look at once: each ticket is looked at by one of them.
"""

from __future__ import annotations

from agent_desk import watching
from agent_desk.house import House, now
from dispatch import automatic_sweep

LOOK_EVERY = 2.0  # seconds


async def watch(house: House) -> None:
    """Looks until cancelled."""
    await watching.keep_looking(lambda: look(house), LOOK_EVERY, "tickets left to dispatchers not looked at")


def look(house: House) -> int:
    """Takes up a newer model and looks at the tickets that wait; returns how many went by themselves."""
    model = house.learnt.look()
    return automatic_sweep.sweep(house.store, house.city, model, house.settings.site.language, now)
