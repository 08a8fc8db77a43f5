"""`hotline telephony`: the process beside a switch. It follows the switch's events into the record and answers the
switch's questions; when it is gone, callers are still answered, and what they missed here is made up later.
"""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress

import structlog

from hotline.bell import Bell
from hotline.errors import Refused
from hotline.log import set_up as set_up_log
from hotline.platform import addresses, secrets
from hotline.settings import Settings, load
from hotline.store import Store, open_store
from telephony.ami.link import Address, Link
from telephony.bridge import Bridge
from telephony.wrapup import WrapUp

POOL = 3  # the bridge writes one batch at a time; questions of the switch need the others

log = structlog.get_logger()


def command() -> None:
    """Follow the switch until told to stop."""
    settings = load()
    set_up_log("telephony")
    asyncio.run(run(settings))


async def run(settings: Settings) -> None:
    """Runs until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    store = open_store(addresses.database(settings), Bell(addresses.redis(settings)), POOL)
    try:
        await bridge(settings, store, stop)
    finally:
        store.close()


async def bridge(settings: Settings, store: Store, stop: asyncio.Event) -> None:
    """The link and what it brings, until `stop` is set."""
    link = Link(link_address(settings))
    wrapup = WrapUp(link, settings.desk.wrap_up)
    carrying = Bridge(link, store, settings.asterisk.node, wrapup)
    tasks = [asyncio.create_task(_keep(link)), asyncio.create_task(carrying.run())]
    try:
        await stop.wait()
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
        await carrying.stop()


def link_address(settings: Settings) -> Address:
    """Where the switch's events are read, and as whom."""
    secret = secrets.read(settings.paths.state).ami_telephony
    return Address(settings.asterisk.host, settings.asterisk.ami_port, "link", secret)


async def _keep(link: Link) -> None:
    """A switch that refuses us needs an operator; the rest of the process goes on meanwhile."""
    try:
        await link.run()
    except Refused as refused:
        log.error("the switch refuses the event link: mend its account, then restart", error=str(refused))
