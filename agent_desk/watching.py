"""Work that a web process does by itself every few seconds, whatever becomes of a single look."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

log = structlog.get_logger()


async def keep_looking(look: Callable[[], object], every: float, trouble: str) -> None:
    """Looks in a thread until cancelled, with `every` seconds in between; a look that raises is logged as `trouble`."""
    while True:
        try:
            await asyncio.to_thread(look)
        except Exception:
            log.exception(trouble)
        await asyncio.sleep(every)
