"""The switch's questions, answered by a thread of the test; and where its calls went."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from hotline.settings import Settings
from telephony.fastagi import serving
from telephony.routing import NOTHING, Directory, Known, Route
from telephony.scripts import scripts
from tests.live.conftest import Switch


@contextmanager
def answering(settings: Settings, directory: Callable[[], Directory], told: list[Route]) -> Iterator[None]:
    """Our FastAGI server, for a city that may change meanwhile; every route is added to `told`."""

    async def learn(caller: str) -> tuple[Directory, Known]:
        return directory(), NOTHING

    answers = scripts(learn, lambda: datetime.now(UTC), lambda call, route: told.append(route))
    ready, loop = threading.Event(), asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        async with serving(settings.asterisk.host, settings.asterisk.agi_port, answers):
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    try:
        assert ready.wait(5)
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


def entered(switch: Switch, since: int) -> list[str]:
    """The queues that calls entered, after the first `since` rows of queue_log."""
    return [row[2] for row in switch.queue_log()[since:] if row[4] == "ENTERQUEUE"]
