"""Where a call belongs: from the number that was dialled, on a given day, to a queue, a language and a greeting.

Pure. A number that is no line of ours still gets a person: nobody is turned away for dialling oddly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from hotline.lines import Line, line_on


@dataclass(frozen=True)
class Directory:
    """What a route is chosen from. `languages`: a caller's number → the language that they asked for before."""

    lines: tuple[Line, ...]
    default_queue: str
    default_language: str
    languages: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Route:
    """`prompts` are names of sounds, in the order in which they are played. `reason` is for the log."""

    queue: str
    language: str
    prompts: tuple[str, ...]
    reason: str


def route(directory: Directory, dialled: str, caller: str, day: date) -> Route:
    """The route of a call from `caller` to `dialled` on `day`."""
    line = line_on(directory.lines, dialled, day)
    asked_for = directory.languages.get(caller)
    if line is None:
        language = asked_for or directory.default_language
        return Route(directory.default_queue, language, (), f"no line has {dialled} on {day}")
    return Route(line.queue, asked_for or line.language, (line.announcement,), f"line {dialled}, {line.mode}")
