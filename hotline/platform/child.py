"""What a child process of the platform is: how it starts, how one sees that it is ready, how it stops.

Values only. Packages contribute theirs through the entry-point group `hotline.children`:
name → callable(settings) → iterable of `Child`. They are asked for before anything is set up, so that ports can be
checked first; what `argv` names need not exist yet.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True)
class Port:
    """A port that a child will listen on, with the setting that moves it (`web.port`)."""

    setting: str
    host: str
    number: int
    udp: bool = False


@dataclass(frozen=True)
class Child:
    """A process that `hotline up` keeps running.

    `ready` is asked again and again and must return within a second or so; an exception means not yet.
    `after` names the children that must be ready first (names that don't run here are passed over).
    `stop` is the polite signal; who is still there `grace` seconds later is killed with all its processes.
    `patience` is how long the first start may take, in seconds. `privileges` are options of setpriv(1).
    """

    name: str
    argv: tuple[str, ...]
    ready: Callable[[], bool]
    env: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    after: tuple[str, ...] = ()
    ports: tuple[Port, ...] = ()
    stop: signal.Signals = signal.SIGTERM
    grace: float = 4.0
    patience: float = 30.0
    privileges: tuple[str, ...] = ()
