"""Waiting in tests: for a condition, with a deadline; never for luck."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import TypeVar

Thing = TypeVar("Thing")


def eventually(condition: Callable[[], Thing], seconds: float = 10, step: float = 0.02) -> Thing:
    """Wait until `condition()` is true and return what it said; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (said := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {condition}"
        time.sleep(step)
    return said


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    """A port of 127.0.0.1 that nobody used a moment ago."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
