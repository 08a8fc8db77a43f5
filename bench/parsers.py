"""Reading a switch's messages and nothing else: our parser, as the link uses it and with every header read, and the
three Python clients of the manager interface, each with a callback that does nothing. All from memory, no network.
"""

from __future__ import annotations

import importlib
import io
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from asterisk.ami import AMIClient
from panoramisk import Manager
from panoramisk.ami_protocol import AMIProtocol

from telephony.ami.parser import Parser
from telephony.process import WANTED

TURN = 2000  # events
READ = 65536  # bytes that asyncio reads at once
BANNER = b"Asterisk Call Manager/11.0.0\r\n"
PYSTRIX = "pystrix==1.3.0"  # under the LGPL, and no dependency: fetched for this alone
FETCHED = Path(__file__).parent.parent / ".hotline" / "bench"

Read = Callable[[bytes, int], int]


def parsers() -> Mapping[str, Read]:
    """Each reads the messages in some bytes, of which there are so many, and says how many it found."""
    found: dict[str, Read] = {
        "ours": _ours,
        "ours_every_header": _ours_every_header,
        "panoramisk": _panoramisk,
        "asterisk_ami": _asterisk_ami,
    }
    if _fetch_pystrix():
        found["pystrix"] = _pystrix
    return found


def rates(read: Mapping[str, Read], events: Sequence[bytes]) -> dict[str, float]:
    """Messages in a second. All take turns at a few of the events, lest a busy moment be one parser's alone."""
    seconds = dict.fromkeys(read, 0.0)
    for few in (events[begin : begin + TURN] for begin in range(0, len(events), TURN)):
        data = b"".join(few)
        for name in read:
            begun = time.perf_counter()
            found = read[name](data, len(few))
            seconds[name] += time.perf_counter() - begun
            assert found == len(few), (name, found)
    return {name: len(events) / took for name, took in seconds.items()}


def _ours(data: bytes, count: int) -> int:
    """As the link reads: what means nothing is passed over by its first line."""
    parser = Parser(wanted=WANTED)
    for piece in _pieces(data, READ):
        parser.feed(piece)
    return count


def _ours_every_header(data: bytes, count: int) -> int:
    parser = Parser()
    return sum(bool(message.headers) for piece in _pieces(data, READ) for message in parser.feed(piece))


def _panoramisk(data: bytes, count: int) -> int:
    found = 0

    def note(manager: Manager, event: object) -> None:
        nonlocal found
        found += 1

    manager, protocol = Manager(), AMIProtocol()
    manager.register_event("*", note)
    protocol.connection_made(None)
    protocol.factory, protocol.config, protocol.encoding = manager, manager.config, "utf8"
    for piece in _pieces(BANNER + data, READ):
        protocol.data_received(piece)
    return found


def _asterisk_ami(data: bytes, count: int) -> int:
    found = 0

    def note(**_: object) -> None:
        nonlocal found
        found += 1

    client = AMIClient(on_event=note)
    client._socket, client.finished = _Memory(BANNER + data), threading.Event()
    client.listen()
    return found


def _pystrix(data: bytes, count: int) -> int:
    ami: Any = _pystrix_module()
    source = object.__new__(ami._SynchronisedSocket)
    source._connected, source._socket, source._socket_file = True, None, io.BytesIO(data)
    source._socket_read_lock = source._socket_write_lock = threading.Lock()
    return sum(bool(source.read_message()) for _ in range(count))  # it never notices an end by itself


class _Memory:
    """Bytes in the place of a socket."""

    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)

    def recv(self, most: int) -> bytes:
        return self._file.read(most)

    def close(self) -> None:
        """There is nothing to close."""


def _pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[begin : begin + size] for begin in range(0, len(data), size))


def _fetch_pystrix() -> bool:
    """Whether it is there, fetched now if it wasn't."""
    if not (FETCHED / "pystrix").exists():
        options = ("--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:")
        command = [sys.executable, "-m", "pip", "install", *options, "--target", str(FETCHED), PYSTRIX]
        return subprocess.run(command, capture_output=True).returncode == 0
    return True


def _pystrix_module() -> ModuleType:
    if str(FETCHED) not in sys.path:
        sys.path.append(str(FETCHED))
    return importlib.import_module("pystrix.ami.ami")
