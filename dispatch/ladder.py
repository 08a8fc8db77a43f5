"""The ladder: what happens to a clock and when, step by step. Pure: a clock, its policy's steps and a calendar come in,
instants come out; what has been taken of them already is told by one instant and a generation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.calendars import Calendar
from hotline.clock_policy import Does, Step
from hotline.workingtime import before, due


@dataclass(frozen=True)
class Event:
    """A step that is taken at `at`."""

    step: Step
    at: datetime


Turns = tuple[datetime, datetime]
"""When a clock turns amber and red, as `Clock.turns` says."""


def events(turns: Turns | None, steps: Iterable[Step], calendar: Calendar) -> list[Event]:
    """All steps of a clock in the order in which they come; none for one that stands or is over."""
    if turns is None:
        return []
    found = (Event(step, _instant(step, turns, calendar)) for step in steps)
    return sorted(found, key=lambda event: (event.at, event.step.does.rank, event.step.key))


def due_by(found: Sequence[Event], seen_until: datetime, now: datetime) -> list[Event]:
    """Those later than `seen_until` that have come by `now`."""
    return [event for event in found if seen_until < event.at <= now]


def next_after(found: Sequence[Event], at: datetime) -> datetime | None:
    """When the first of them comes that is later than `at`."""
    return next((event.at for event in found if event.at > at), None)


def gravest(found: Sequence[Event]) -> Event | None:
    """The one that says all that the others say, or None where there are none."""
    return max(found, key=lambda event: (event.step.does.rank, event.at), default=None)


def _instant(step: Step, turns: Turns, calendar: Calendar) -> datetime:
    amber_at, due_at = turns
    if step.when is None:
        return amber_at if step.does is Does.AMBER else due_at
    if step.when.is_after:
        return due(due_at, step.when.time, calendar).at
    return before(due_at, step.when.time, calendar)
