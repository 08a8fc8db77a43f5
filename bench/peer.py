"""A switch that only talks: a process of its own in the place of Asterisk's manager interface, which says what it is
given and answers what the link asks. Beside it the telephony process, the real one.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from bench.recorded import STAMP, Timed
from hotline.platform import launch, secrets
from hotline.settings import Settings, environment
from telephony.ami.parser import Message
from tests.edge.fake_ami import FakeAMI, Headers, listing
from tests.edge.fake_ami import until as until_async
from tests.patience import eventually, free_port

HOST = "127.0.0.1"
LARGEST = 256 * 1024  # bytes that are handed over at once

Speech = Callable[[], Iterator[Timed]]
Shown = Callable[
    [int], Mapping[str, Sequence[Headers]]
]  # what a look finds after so many logins, by the action


class Peer:
    """The switch, at `port`."""

    def __init__(self, port: int, pipe: Connection) -> None:
        self.port = port
        self._pipe = pipe

    def say(self, speech: Speech, *, in_time: bool = False) -> float:
        """Say all of `speech`, as fast as it is taken, or `in_time` with its moments, each event then bearing the
        moment at which it was said. Returns when the first was said (seconds since 1970), when the last has been.
        """
        return self._ask(_say_in_time if in_time else _say, speech)

    def reconnect(self) -> float:
        """Lose the link. Returns when it was back, and told that the switch is fully booted."""
        return self._ask(_reconnect)

    def _ask(self, act: Callable[..., Awaitable[float]], *about: object) -> float:
        self._pipe.send((act, about))
        told: float = self._pipe.recv()
        return told


class _Switch(FakeAMI):
    """It notes when it last let somebody in."""

    def __init__(self, port: int, shown: Shown) -> None:
        super().__init__()
        self.port, self.booted_at, self._shown = port, 0.0, shown
        self.replies["Ping"] = lambda action: [{"Response": "Success", "Timestamp": f"{time.time():.6f}"}]
        self.expect(1)

    def expect(self, login: int) -> None:
        """Have at hand what is shown after this login."""
        for action, items in self._shown(login).items():
            self.replies[action] = listing(action, *items)

    def _log_in(self, action: Message) -> list[Headers]:
        self.booted_at = time.time()
        return super()._log_in(action)


def nothing(login: int) -> Mapping[str, Sequence[Headers]]:
    """A switch without seats and calls."""
    return {}


@contextmanager
def speaking(shown: Shown = nothing) -> Iterator[Peer]:
    """A peer inside the block."""
    spawn = multiprocessing.get_context("spawn")
    port, (ours, theirs) = free_port(), spawn.Pipe()
    process = spawn.Process(target=_speak, args=(port, theirs, shown))
    process.start()
    try:
        ours.recv()
        yield Peer(port, ours)
    finally:
        ours.send(None)
        process.join()


@contextmanager
def telephony(peer: Peer, url: str, broker: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`hotline telephony` inside the block, with its state in the new `folder`; it has seen the switch when it
    begins.
    """
    settings = Settings.model_validate(
        {
            "paths": {"state": folder, "parts": folder / "parts"},
            "database": {"url": url},
            "redis": {"url": broker},
            "asterisk": {"external": True, "ami_port": peer.port, "agi_port": free_port()},
        }
    )
    (folder / "logs").mkdir(parents=True)
    secrets.ensure(folder)
    log = launch.open_log(folder / "logs", "telephony")
    process = subprocess.Popen(
        [sys.executable, "-m", "hotline.cli", "telephony"],
        env=os.environ | environment(settings),
        stdout=log,
        stderr=log,
    )
    os.close(log)
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            until(connection, "SELECT is_up FROM link", 30)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def until(connection: psycopg.Connection[Any], asked: LiteralString, seconds: float = 600) -> float:
    """Wait until the record answers the question with yes; that moment."""
    eventually(lambda: connection.execute(asked).fetchone() == (True,), seconds, step=0.01)
    return time.time()


def _speak(port: int, pipe: Connection, shown: Shown) -> None:
    logging.getLogger("asyncio").setLevel(logging.ERROR)  # whom it speaks to may go away in the middle
    asyncio.run(_speak_until_told(_Switch(port, shown), pipe))


async def _speak_until_told(switch: _Switch, pipe: Connection) -> None:
    async with switch.running():
        pipe.send("listening")
        while asked := await asyncio.to_thread(pipe.recv):
            act, about = asked
            pipe.send(await act(switch, *about))


async def _reconnect(switch: _Switch) -> float:
    known = switch.logins
    switch.expect(known + 1)
    switch.drop()
    await until_async(lambda: switch.logins > known, 30)
    return switch.booted_at


async def _say(switch: _Switch, speech: Speech) -> float:
    begun, waiting = time.time(), bytearray()
    for _, event in speech():
        waiting += event
        if len(waiting) > LARGEST:
            await _hand_over(switch, bytes(waiting))
            waiting.clear()
    await _hand_over(switch, bytes(waiting))
    return begun


async def _say_in_time(switch: _Switch, speech: Speech) -> float:
    late = 0.0  # between the speech's clock and ours
    begun = 0.0
    for at, event in speech():
        begun, late = begun or time.time(), late or time.time() - at
        await asyncio.sleep(max(0.0, at + late - time.time()))
        await _hand_over(switch, STAMP.sub(b"%.6f" % time.time(), event))
    return begun


async def _hand_over(switch: _Switch, data: bytes) -> None:
    for writer in list(switch.connections):
        writer.write(data)
        await writer.drain()
