"""`hotline telephony`: the process beside a switch. It follows the switch's events into the record and answers the
switch's questions; when it is gone, callers are still answered, and what they missed here is made up later.
"""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from functools import partial
from zoneinfo import ZoneInfo

import structlog

from hotline.bell import Bell
from hotline.log import set_up as set_up_log
from hotline.pack.load import load_pack
from hotline.platform import addresses, secrets
from hotline.platform.child import Child, Port
from hotline.platform.children import command as command_line
from hotline.repairs import Gap
from hotline.settings import Settings, load
from hotline.store import Store, open_store
from telephony.ami.link import Address, Link
from telephony.answering import answering
from telephony.bridge import Bridge
from telephony.keeping import keep
from telephony.listening import Stop
from telephony.repair.run import Repair
from telephony.repair.streams import streams
from telephony.spool import Spool
from telephony.translate import READERS
from telephony.wrapup import WrapUp

GRACE = 3.0  # seconds in which what has arrived is written, when we are told to stop
AT_MOST = 5.0  # seconds until we end anyway: a thread that waits for the record can't be called off
POOL = 4  # the bridge writes one batch at a time, and so does repair; questions of the switch need the others
MEGABYTE = 1_000_000
WANTED = frozenset(event.encode() for event in [*READERS, "FullyBooted"])  # the others are passed over unread

log = structlog.get_logger()


def command() -> None:
    """Follow the switch and answer its questions until told to stop."""
    settings = load()
    set_up_log("telephony")
    asyncio.run(run(settings))


def children(settings: Settings) -> Iterator[Child]:
    """This process, as `hotline up` runs it. It is ready when it answers questions: calls wait for nothing else."""
    place = Port("asterisk.agi_port", settings.asterisk.host, settings.asterisk.agi_port)
    yield Child(
        name="telephony",
        argv=command_line("telephony"),
        ready=lambda: _is_listening(place),
        after=("postgresql", "redis", "asterisk"),
        ports=(place,),
    )


async def run(settings: Settings) -> None:
    """Runs until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, _stop, stop)
    store = open_store(addresses.database(settings), Bell(addresses.redis(settings)), POOL)
    try:
        async with answering(settings):
            await bridge(settings, store, stop)
    finally:
        store.close()


async def bridge(settings: Settings, store: Store, stop: asyncio.Event) -> None:
    """The link and what it brings, until `stop` is set. SIGHUP has a refused login tried again."""
    nudge = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, nudge.set)
    spool = open_spool(settings)
    link = Link(link_address(settings), wanted=WANTED)
    wrapup = WrapUp(link, settings.desk.wrap_up)
    repair = repairing(settings, store, lambda: spool.waiting > 0)
    carrying = Bridge(link, spool, store, settings.asterisk.node, wrapup, partial(after_gap, repair))
    keeping = asyncio.create_task(keep(link, lambda: link_address(settings), nudge))
    writing = asyncio.create_task(carrying.run())
    mending = asyncio.create_task(repair.run())
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((keeping, writing, mending, stopping), return_when=asyncio.FIRST_COMPLETED)
        for task in (keeping, writing, mending):
            if task.done():
                task.result()  # neither ends by itself but by a mistake of ours: better to be started again
    finally:
        keeping.cancel()
        mending.cancel()
        link.insert(Stop())
        try:
            await asyncio.wait_for(writing, GRACE)
        except TimeoutError:
            log.warning("stopped before all was written: the record doesn't answer", waiting=spool.waiting)
            spool.sync()


def open_spool(settings: Settings) -> Spool:
    """Where what was heard waits for the record."""
    folder = settings.paths.state / "spool" / settings.asterisk.node
    return Spool(folder, settings.asterisk.spool * MEGABYTE)


def repairing(settings: Settings, store: Store, is_catching_up: Callable[[], bool]) -> Repair:
    """What makes up for what nobody heard, from the switch's own records."""
    zone = ZoneInfo(load_pack(settings.site.city).city.timezone)
    return Repair(store, settings.asterisk.node, streams(settings), zone, is_catching_up)


def after_gap(repair: Repair, gap: Gap) -> None:
    """Nobody listened for a while, and the record is in line with the switch again; now for what is over."""
    log.info("gap over", seconds=round((gap.back_at - gap.lost_at).total_seconds(), 1))
    repair.soon()


def link_address(settings: Settings) -> Address:
    """Where the switch's events are read, and as whom."""
    secret = secrets.read(settings.paths.state).ami_telephony
    return Address(settings.asterisk.host, settings.asterisk.ami_port, "link", secret)


def _stop(stop: asyncio.Event) -> None:
    """Ends all in good order; after `AT_MOST` seconds the alarm, which nobody handles, ends the process anyway."""
    stop.set()
    signal.setitimer(signal.ITIMER_REAL, AT_MOST)


def _is_listening(place: Port) -> bool:
    with socket.create_connection((place.host, place.number), timeout=1):
        return True
