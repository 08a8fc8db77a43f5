"""What whoever keeps the switch's configuration needs of its programs: the door between two packages that don't know
each other. The package that has the programs contributes it through the entry-point group `hotline.exchange`, under
the name `switch`: callable(settings) → `Exchange`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hotline.errors import Misconfigured
from hotline.platform import plugins
from hotline.settings import Settings

Tell = Callable[[str], str]
"""Gives one console command to a switch and returns all that it answers. Raises `Unreachable`."""


@dataclass(frozen=True)
class Exchange:
    """The switch of one installation, and its programs.

    `is_running` asks the switch itself; `tell` speaks to its console. `rehearsing(base)` is a throw-away switch that
    has loaded the configuration in `base/etc`, for as long as the block lasts; it raises `Misconfigured` when it
    doesn't start with that, `Unreachable` when it isn't ready in time. `speak(sentences, say)` makes the sounds that
    are missing or out of date.
    """

    is_running: Callable[[], bool]
    tell: Tell
    rehearsing: Callable[[Path], AbstractContextManager[Tell]]
    speak: Callable[[Iterable[Mapping[str, Any]], Callable[[str], None]], None]


def exchange(settings: Settings) -> Exchange:
    """The exchange of these settings. Raises `Misconfigured` where no package brings one, or no programs are there."""
    found = plugins.contributed("hotline.exchange").get("switch")
    if found is None:
        raise Misconfigured(
            "hotline.exchange", "nobody who has the switch's programs", "an installed hotline"
        )
    made: Exchange = plugins.load(found)(settings)
    return made
