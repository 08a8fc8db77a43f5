"""A switch that only talks: a process of its own in the place of Asterisk's manager interface, which says what it is
given and answers what the link asks. Beside it the telephony process, the real one.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

from bench import servers
from bench.recorded import STAMP, Timed
from hotline.platform import addresses, launch, secrets
from hotline.settings import Settings, environment
from tests.edge.fake_ami import FakeAMI
from tests.patience import free_port

HOST = "127.0.0.1"
LARGEST = 256 * 1024  # bytes that are handed over at once

Speech = Callable[[], Iterator[Timed]]


class Peer:
    """The switch, at `port`."""

    def __init__(self, port: int, pipe: Connection) -> None:
        self.port = port
        self._pipe = pipe

    def say(self, speech: Speech, *, in_time: bool = False) -> float:
        """Say all of `speech`, as fast as it is taken, or `in_time` with its moments, each event then bearing the
        moment at which it was said. Returns when the first was said (seconds since 1970), when the last has been.
        """
        self._pipe.send((speech, in_time))
        begun: float = self._pipe.recv()
        return begun


@contextmanager
def speaking() -> Iterator[Peer]:
    """A peer inside the block."""
    spawn = multiprocessing.get_context("spawn")
    port, (ours, theirs) = free_port(), spawn.Pipe()
    process = spawn.Process(target=_speak, args=(port, theirs))
    process.start()
    try:
        ours.recv()
        yield Peer(port, ours)
    finally:
        ours.send(None)
        process.join()


def settings_beside(peer: Peer, state: Path) -> Settings:
    """Of a platform whose record is in `state` and whose switch is `peer`."""
    secrets.ensure(state)
    return Settings.model_validate(
        {
            "paths": {"state": state, "parts": state / "parts"},
            "database": {"url": addresses.socket_url(addresses.postgresql_folder(state))},
            "redis": {"url": servers.bell(state)},
            "asterisk": {"external": True, "ami_port": peer.port, "agi_port": free_port()},
        }
    )


@contextmanager
def telephony(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """`hotline telephony` inside the block."""
    log = launch.open_log(settings.paths.state / "logs", "telephony")
    process = subprocess.Popen(
        [sys.executable, "-m", "hotline.cli", "telephony"],
        env=os.environ | environment(settings),
        stdout=log,
        stderr=log,
    )
    os.close(log)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def _speak(port: int, pipe: Connection) -> None:
    asyncio.run(_speak_until_told(port, pipe))


async def _speak_until_told(port: int, pipe: Connection) -> None:
    ami = FakeAMI()
    ami.port = port
    async with ami.running():
        pipe.send("listening")
        while asked := await asyncio.to_thread(pipe.recv):
            speech, in_time = asked
            pipe.send(await (_say_in_time if in_time else _say)(ami, speech()))


async def _say(ami: FakeAMI, speech: Iterator[Timed]) -> float:
    begun, waiting = time.time(), bytearray()
    for _, event in speech:
        waiting += event
        if len(waiting) > LARGEST:
            await _hand_over(ami, bytes(waiting))
            waiting.clear()
    await _hand_over(ami, bytes(waiting))
    return begun


async def _say_in_time(ami: FakeAMI, speech: Iterator[Timed]) -> float:
    late = 0.0  # between the speech's clock and ours
    begun = 0.0
    for at, event in speech:
        begun, late = begun or time.time(), late or time.time() - at
        await asyncio.sleep(max(0.0, at + late - time.time()))
        await _hand_over(ami, STAMP.sub(b"%.6f" % time.time(), event))
    return begun


async def _hand_over(ami: FakeAMI, data: bytes) -> None:
    for writer in list(ami.connections):
        writer.write(data)
        await writer.drain()
