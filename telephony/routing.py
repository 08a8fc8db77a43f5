"""Where a call belongs: from the number that was dialled, on a given day, to a queue, a language and a greeting.

Pure. A number that is no line of ours still gets a person: nobody is turned away for dialling oddly.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hotline.lines import Line, line_on


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


def route(directory: Directory, dialled: str, day: date) -> Route:
    """The route of a call to `dialled` on `day`."""
    line = line_on(directory.lines, dialled, day)
    if line is None:
        reason = f"no line has {dialled} on {day}"
        return Route(directory.default_queue, directory.default_language, (), reason)
    return Route(line.queue, line.language, (line.announcement,), f"line {dialled}, {line.mode}")
