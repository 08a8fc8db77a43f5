"""Keeps the children of one `hotline up` running: starts each after those that it waits for, starts it again
when it dies, and stops all of them in the reverse order.

A child that fails in its *first* start ends everything, with its last words: set-up is wrong then, and starting it
again would hide that. Later deaths are repaired with a growing pause and said aloud.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from hotline.errors import Unreachable
from hotline.platform import launch
from hotline.platform.child import Child
from hotline.platform.running import ChildState

LOOK = 0.1  # seconds between two looks at a process
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds before a new start
HEALTHY = 60.0  # seconds of life after which the pause is short again

Say = Callable[[str], None]


@dataclass(eq=False)
class Kept:
    """A child and its present process."""

    child: Child
    process: subprocess.Popen[bytes] | None = None
    since: float = 0.0
    restarts: int = 0
    is_ready: bool = False
    first_ready: asyncio.Event = field(default_factory=asyncio.Event)
    stopped: asyncio.Event = field(default_factory=asyncio.Event)

    def state(self) -> ChildState:
        """What is to be told about it."""
        pid = self.process.pid if self.process and self.process.poll() is None else 0
        return ChildState(self.child.name, pid, self.since, self.is_ready and pid != 0, self.restarts)


class Supervisor:
    """The children of one run. `changed` is told all their states whenever one changes."""

    def __init__(
        self,
        children: Iterable[Child],
        logs: Path,
        say: Say,
        changed: Callable[[tuple[ChildState, ...]], None],
    ) -> None:
        self._kept = {child.name: Kept(child) for child in children}
        self._logs = logs
        self._listener = say
        self._changed = changed
        self._stopping = asyncio.Event()

    async def run(self, announce: Callable[[], None]) -> None:
        """Start all, call `announce` when all are ready, and stay until a signal comes; then stop all.

        Raises `Unreachable` when a child fails in its first start; the others are stopped by then.
        """
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(sign, self._stopping.set)
        keeping = [asyncio.create_task(self._keep(kept)) for kept in self._kept.values()]
        try:
            await self._until(self._all_ready(), keeping)
            if not self._stopping.is_set():
                announce()
            await self._until(self._stopping.wait(), keeping)
        finally:
            for task in keeping:
                task.cancel()
            await asyncio.gather(*keeping, return_exceptions=True)
            await self._stop_all()

    async def _until(self, what: object, keeping: list[asyncio.Task[None]]) -> None:
        """Wait for `what` or for the signal to stop; a keeper that gave up raises here."""
        awaited = [asyncio.ensure_future(what), asyncio.ensure_future(self._stopping.wait())]  # type: ignore[call-overload]
        done, _ = await asyncio.wait([*awaited, *keeping], return_when=asyncio.FIRST_COMPLETED)
        for future in awaited:
            future.cancel()
        for task in done.intersection(keeping):
            task.result()

    async def _all_ready(self) -> None:
        for kept in self._kept.values():
            await kept.first_ready.wait()

    async def _keep(self, kept: Kept) -> None:
        for name in kept.child.after:
            if name in self._kept:
                await self._kept[name].first_ready.wait()
        pause = FIRST_PAUSE
        while True:
            self._start(kept)
            await self._get_ready(kept)
            await _exited(kept.process)
            pause = FIRST_PAUSE if time.time() - kept.since > HEALTHY else min(pause * 2, LONGEST_PAUSE)
            await self._mourn(kept, pause)

    def _start(self, kept: Kept) -> None:
        kept.process = launch.start(kept.child, self._logs)
        kept.since = time.time()
        self._tell()

    async def _get_ready(self, kept: Kept) -> None:
        """Wait until the new process is ready. Only in the first start is it an error that it isn't."""
        deadline = time.monotonic() + kept.child.patience
        while not await asyncio.to_thread(launch.is_ready, kept.child):
            died = kept.process is None or kept.process.poll() is not None
            late = time.monotonic() > deadline
            if not kept.first_ready.is_set() and (died or late):
                words = launch.last_words(self._logs, kept.child.name)
                raise Unreachable(
                    f"{kept.child.name} {'ended' if died else 'is not ready'} at its start:\n{words}"
                )
            if died:
                return
            await asyncio.sleep(LOOK)
        kept.is_ready = True
        if kept.first_ready.is_set():
            self._say(f"{kept.child.name} runs again")
        kept.first_ready.set()
        self._tell()

    async def _mourn(self, kept: Kept, pause: float) -> None:
        assert kept.process is not None
        kept.is_ready = False
        kept.restarts += 1
        launch.kill_group(kept.process.pid)  # whatever it started must not stand in the new one's way
        self._say(
            f"{kept.child.name} ended ({_ending(kept.process.returncode)}); starting again in {pause:g} s"
        )
        self._tell()
        await asyncio.sleep(pause)

    async def _stop_all(self) -> None:
        self._say("Stopping …")
        await asyncio.gather(*(self._stop(kept) for kept in self._kept.values()))
        self._say("Stopped; nothing is left running")

    async def _stop(self, kept: Kept) -> None:
        for other in self._kept.values():
            if kept.child.name in other.child.after:
                await other.stopped.wait()
        if kept.process is not None:
            if kept.process.poll() is None:
                kept.process.send_signal(kept.child.stop)
            try:
                await asyncio.wait_for(_exited(kept.process), kept.child.grace)
            except TimeoutError:
                self._say(f"{kept.child.name} did not stop within {kept.child.grace:g} s; killed")
            launch.kill_group(kept.process.pid)
            await _exited(kept.process)
        kept.stopped.set()

    def _say(self, words: str) -> None:
        with suppress(OSError):  # a terminal that has gone must not keep the children alive
            self._listener(words)

    def _tell(self) -> None:
        self._changed(tuple(kept.state() for kept in self._kept.values()))


async def _exited(process: subprocess.Popen[bytes] | None) -> None:
    while process is not None and process.poll() is None:  # noqa: ASYNC110  (a process sets no event)
        await asyncio.sleep(LOOK)


def _ending(code: int) -> str:
    return f"by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
