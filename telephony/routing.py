"""Where a call belongs: from the number that was dialled, at a given moment, to a queue, a language and a greeting.

Pure. A number that is no line of ours still gets a person: nobody is turned away for dialling oddly.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hotline.lines import Line, line_at


@dataclass(frozen=True)
class Directory:
    """What a route is chosen from."""

    lines: tuple[Line, ...]
    default_queue: str
    default_language: str


@dataclass(frozen=True)
class Route:
    """`prompts` are names of sounds, in the order in which they are played. `reason` is for the log."""

    queue: str
    language: str
    prompts: tuple[str, ...]
    reason: str


def route(directory: Directory, dialled: str, at: datetime) -> Route:
    """The route of a call to `dialled` at the moment `at`."""
    line = line_at(directory.lines, dialled, at)
    if line is None:
        reason = f"no line has {dialled} now"
        return Route(directory.default_queue, directory.default_language, (), reason)
    return Route(line.queue, line.language, (line.announcement,), f"line {dialled}, {line.mode}")
