"""What Asterisk may ask us, answered from the city in force and the record."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import structlog

from hotline.bell import Bell
from hotline.pack.load import load_pack
from hotline.platform import addresses
from hotline.record.city_in_force import CityInForce
from hotline.settings import Settings
from hotline.store import open_store
from telephony import directory
from telephony.fastagi import serving
from telephony.routing import Route
from telephony.scripts import Script, scripts

log = structlog.get_logger()


@asynccontextmanager
async def answering(settings: Settings) -> AsyncIterator[None]:
    """The switch's questions are answered for as long as the context lasts."""
    bell = Bell(addresses.redis(settings))
    store = open_store(addresses.database(settings), bell, directory.THREADS, directory.WITHIN)
    callers = directory.Callers(store, CityInForce(load_pack(settings.site.city)))
    try:
        await callers.learn("")  # so that the first caller needn't wait for a connection
        async with serving(settings.asterisk.host, settings.asterisk.agi_port, answers(callers)):
            yield
    finally:
        callers.close()
        store.close()


def answers(callers: directory.Callers) -> Mapping[str, Script]:
    """The scripts, by what the switch calls them."""
    return scripts(callers.learn, lambda: datetime.now(UTC), _tell)


def _tell(call: str, chosen: Route) -> None:
    log.info("routed", call=call, queue=chosen.queue, reason=chosen.reason)
