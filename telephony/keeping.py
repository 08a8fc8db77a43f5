"""Keeping the link: it comes back by itself from everything but a refused login. That one waits until somebody has
mended the account, and needs no restart then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from hotline.errors import Misconfigured, Refused
from telephony.ami.link import Address, Link
from telephony.listening import Refusal

LOOK_EVERY = 2.0  # seconds between looks at our own secret
TRY_AGAIN = 600.0  # seconds until the same secret is tried again: the switch's side may have been mended

log = structlog.get_logger()


async def keep(link: Link, address: Callable[[], Address], nudge: asyncio.Event) -> None:
    """Keep `link` up until cancelled.

    After a refused login the next attempt is made as soon as `address()` says something else or `nudge` is set, and
    else after `TRY_AGAIN` seconds: six attempts an hour, below every guard that shuts out who guesses passwords.
    """
    while True:
        tried = address()
        link.readdress(tried)
        try:
            await link.run()
        except Refused as refused:
            why = str(refused.facts.get("message", refused.key))
            link.insert(Refusal(why))
            log.error("the switch refuses the event link: mend its account", account=repr(tried), why=why)
        await _mended(tried, address, nudge)


async def _mended(tried: Address, address: Callable[[], Address], nudge: asyncio.Event) -> None:
    """Until another attempt makes sense."""
    nudge.clear()
    try:
        async with asyncio.timeout(TRY_AGAIN):
            while not nudge.is_set() and _now(tried, address) == tried:
                try:
                    await asyncio.wait_for(nudge.wait(), LOOK_EVERY)
                except TimeoutError:
                    continue
    except TimeoutError:
        log.info("the same secret once more")


def _now(tried: Address, address: Callable[[], Address]) -> Address:
    try:
        return address()
    except Misconfigured:
        return tried  # somebody is writing it just now
