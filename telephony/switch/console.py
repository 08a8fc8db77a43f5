"""The switch's own console, a unix socket in its folder: what needs no account and works before all modules do."""

from __future__ import annotations

import socket
from pathlib import Path

from hotline.errors import Unreachable

BOOTED = b"fully booted"
NEVER = b"\0"  # nothing that is said has a NUL in it: reading ends with the connection


def is_ready(base: Path) -> bool:
    """Whether the switch whose folder is `base` has loaded everything. Never raises; answers within a second."""
    try:
        return BOOTED in tell(base, "core waitfullybooted", until=BOOTED, deadline=1.0)
    except Unreachable:
        return False


def tell(base: Path, command: str, until: bytes = b"\n", deadline: float = 5.0) -> bytes:
    """Give one console command and read what is said until `until`, for `deadline` seconds at most.

    The switch names itself first, in a line that is not part of the answer. Raises `Unreachable`.
    """
    try:
        with socket.socket(socket.AF_UNIX) as console:
            console.settimeout(deadline)
            console.connect(str(base / "run" / "asterisk.ctl"))
            _read(console, b"\n")
            console.sendall(command.encode() + b"\0")
            return _read(console, until)
    except OSError as error:
        raise Unreachable(f"the switch's console in {base}: {error}") from error


def ask(base: Path, command: str, deadline: float = 10.0) -> str:
    """Everything that the switch answers to one console command: it is asked to hang up behind it.

    Raises `Unreachable`, also for an answer that isn't complete within `deadline` seconds.
    """
    said = tell(base, f"cli quit after {command}", until=NEVER, deadline=deadline)
    return said.decode(errors="replace")


def _read(console: socket.socket, until: bytes) -> bytes:
    said = b""
    while until not in said:
        more = console.recv(65536)
        if not more:
            break
        said += more
    return said
