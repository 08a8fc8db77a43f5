"""Where a call belongs: from the number that was dialled, the moment and what is known of the caller, to a queue, a
language, what is played first, and a branch centre if the line has one that is open.

Pure. A number that is no line of ours still gets a person: nobody is turned away for dialling oddly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hotline.calendars import Calendar
from hotline.lines import Line, Mode, Queue, line_at
from hotline.skills import Skill, skill_for
from hotline.workingtime import is_working

CLOSED = "branch-closed"  # the prompt for whoever rings a branch centre out of its hours


@dataclass(frozen=True)
class Directory:
    """What a route is chosen from. `languages` are those of the city, the preferred one first."""

    lines: tuple[Line, ...]
    queues: tuple[Queue, ...]
    skills: tuple[Skill, ...]
    calendars: Mapping[str, Calendar]
    default_queue: str
    languages: tuple[str, ...]

    def queue(self, name: str | None) -> Queue | None:
        """The queue of this name, or None."""
        return next((queue for queue in self.queues if queue.name == name), None)

    def queue_for(self, skill: str, language: str) -> Queue | None:
        """The first queue for a skill in a language, or None."""
        return next((one for one in self.queues if (one.skill, one.language) == (skill, language)), None)


@dataclass(frozen=True)
class Known:
    """What the record knows of a caller: the queue in which they were last answered, and the matter of their newest
    ticket that is still open.
    """

    queue: str | None = None
    matter: str | None = None


NOTHING = Known()


@dataclass(frozen=True)
class Branch:
    """A branch centre to be dialled: its number, its unit, and the seconds that it may ring."""

    number: str
    unit: str
    wait: int


@dataclass(frozen=True)
class Route:
    """`prompts` are names of sounds, in the order in which they are played. `reason` is for the log. With a `branch`
    the queue is where the call comes back to.
    """

    queue: str
    language: str
    prompts: tuple[str, ...]
    reason: str
    branch: Branch | None = None


def route(directory: Directory, dialled: str, at: datetime, known: Known = NOTHING) -> Route:
    """The route of a call to `dialled` at the aware moment `at`."""
    line = line_at(directory.lines, dialled, at)
    language = _language(directory, line, known)
    if line is None:
        queue = _queue(directory, directory.default_queue, language, None)
        return Route(queue, language, (), f"{dialled} is no line now")
    matter = known.matter if line.mode is Mode.UNIFIED else None
    queue = _queue(directory, line.queue, language, matter)
    reason = f"line {dialled}, {line.mode}" + (f", open ticket on {matter}" if matter else "")
    if line.mode is not Mode.BRANCH or line.branch_number is None:
        return Route(queue, language, (line.announcement,), reason)
    if not _is_open(directory, line, at):
        return Route(queue, language, (CLOSED,), f"{reason}, closed")
    branch = Branch(line.branch_number, line.unit, line.branch_wait)
    return Route(queue, language, (line.announcement,), reason, branch)


def _language(directory: Directory, line: Line | None, known: Known) -> str:
    """The language in which the caller was served last; else the line's, else the city's."""
    last = directory.queue(known.queue)
    if last is not None and last.language in directory.languages:
        return last.language
    return line.language if line else directory.languages[0]


def _queue(directory: Directory, usual: str, language: str, matter: str | None) -> str:
    """The queue for the usual one's skill, or for that of the matter, among those who speak the language.

    To be understood comes before the skill: where nobody has both, it is the queue of that language for everything.
    """
    own = directory.queue(usual) or directory.queue(directory.default_queue)
    if own is None:
        return directory.default_queue
    skill = (skill_for(directory.skills, matter) if matter else None) or own.skill
    if (skill, language) == (own.skill, own.language):
        return own.name
    default = directory.queue(directory.default_queue)
    found = (
        directory.queue_for(skill, language)
        or (directory.queue_for(default.skill, language) if default else None)
        or directory.queue_for(skill, own.language)
    )
    return found.name if found else own.name


def _is_open(directory: Directory, line: Line, at: datetime) -> bool:
    hours = directory.calendars.get(line.branch_hours or "")
    return hours is None or is_working(at, hours)
