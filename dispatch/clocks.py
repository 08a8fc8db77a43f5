"""A clock 时限: a promise that runs against a calendar. Its due time, colour and elapsed time are replayed from
its history (begun, paused, resumed, extended, stopped) each time they are asked; nothing is added up on the way, so
that nothing can go wrong on the way. Pure: the time and the calendar are parameters.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from hotline.budgets import Budget, Measure, Share
from hotline.calendars import NOTHING, Calendar
from hotline.clock_policy import Kind
from hotline.errors import Refused
from hotline.lifecycle import Edge, Lifecycle, edges
from hotline.words import N_
from hotline.workingtime import (
    Due,
    add,
    before,
    between,
    day_ending,
    due,
    length,
    nth_working_day,
    subtract,
    working_days,
)


class State(StrEnum):
    """Whether time runs against the promise."""

    RUNNING = "running"
    STANDING = "standing"
    STOPPED = "stopped"


class Verb(StrEnum):
    """What may be decided about a clock."""

    PAUSE = "pause"
    RESUME = "resume"
    EXTEND = "extend"
    STOP = "stop"
    REOPEN = "reopen"


LIFECYCLE = Lifecycle(
    "clock",
    (State.RUNNING,),
    (
        Edge(State.RUNNING, Verb.PAUSE, State.STANDING),
        Edge(State.STANDING, Verb.RESUME, State.RUNNING),
        Edge(State.RUNNING, Verb.EXTEND, State.RUNNING),
        *edges((State.RUNNING, State.STANDING), Verb.STOP, State.STOPPED),
        # Done again or taken up again: by policy it goes on, with or without the time in between.
        Edge(State.STOPPED, Verb.REOPEN, State.RUNNING),
    ),
)

STATE_WORDS = {
    State.RUNNING: N_("Time runs"),
    State.STANDING: N_("Time stands"),
    State.STOPPED: N_("Clock stopped"),
}


class Colour(StrEnum):
    """How a promise stands. Computed, never stored."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    STOPPED = "stopped"


COLOUR_WORDS = {
    Colour.GREEN: N_("In time"),
    Colour.AMBER: N_("Nearly due"),
    Colour.RED: N_("Overdue"),
    Colour.STOPPED: N_("Clock stopped"),
}

REFUSAL_WORDS = {
    "clock.may_not_pause": N_("This clock isn't running"),
    "clock.may_not_resume": N_("This clock isn't paused"),
    "clock.may_not_extend": N_("This clock isn't running"),
    "clock.extended_already": N_("The time was extended once already"),
    "clock.overdue": N_("It is overdue: the time can't be extended any more"),
}


@dataclass(frozen=True)
class Pause:
    """From `start` until `end` (None: still) the clock stood. `by`: who approved it, as the journal names them."""

    start: datetime
    end: datetime | None
    why: str
    by: str


@dataclass(frozen=True)
class Extension:
    """At `at` so much more `time` was granted, counted from when the promise was due until then."""

    at: datetime
    time: Budget


@dataclass(frozen=True)
class Clock:
    """A promise of one kind. `amber`: how much is left when it turns amber. `pauses` are in order and apart.

    It keeps the version of the policy that it began with: a new policy doesn't change what was promised.
    """

    kind: Kind
    budget: Budget
    amber: Budget | Share
    policy_version: str
    started_at: datetime
    pauses: tuple[Pause, ...] = ()
    stopped_at: datetime | None = None
    extension: Extension | None = None

    def __post_init__(self) -> None:
        for one, other in pairwise(self.pauses):
            if one.end is None or one.end > other.start:
                raise ValueError("pauses overlap or are out of order")
        if any(p.start < self.started_at or (p.end is not None and p.end < p.start) for p in self.pauses):
            raise ValueError("a pause begins before the clock did, or ends before it begins")

    @property
    def state(self) -> State:
        """Whether it runs, stands or is over."""
        if self.stopped_at is not None:
            return State.STOPPED
        return State.STANDING if self.pauses and self.pauses[-1].end is None else State.RUNNING

    @property
    def is_paused(self) -> bool:
        """Whether it stands, to go on later."""
        return self.state is State.STANDING

    def pause(self, at: datetime, why: str, by: str) -> Clock:
        """The same clock, standing from `at`. Raises `Refused("clock.may_not_pause")`."""
        LIFECYCLE.after(self.state, Verb.PAUSE)
        return replace(self, pauses=(*self.pauses, Pause(at, None, why, by)))

    def resume(self, at: datetime) -> Clock:
        """The same clock, going on from `at`. Raises `Refused("clock.may_not_resume")`."""
        LIFECYCLE.after(self.state, Verb.RESUME)
        return replace(self, pauses=(*self.pauses[:-1], replace(self.pauses[-1], end=at)))

    def extend(self, at: datetime, time: Budget, calendar: Calendar) -> Clock:
        """The same clock with more time, once and before it is due.

        Raises `Refused`: `clock.may_not_extend` (while it stands, too), `clock.extended_already`, `clock.overdue`.
        """
        LIFECYCLE.after(self.state, Verb.EXTEND)
        if self.extension is not None:
            raise Refused("clock.extended_already")
        if at >= self._due_at(calendar):
            raise Refused("clock.overdue")
        return replace(self, extension=Extension(at, time))

    def reopen(self, at: datetime, *, excluding: bool) -> Clock:
        """The same clock, running again after it had stopped; `excluding` the time in between, which it then stood.

        Where it was stopped out of a pause, that pause ends when it was stopped.
        """
        if self.stopped_at is None:
            return self
        ended = tuple(p if p.end is not None else replace(p, end=self.stopped_at) for p in self.pauses)
        between = (Pause(self.stopped_at, at, "closed", "system"),) if excluding else ()
        return replace(self, stopped_at=None, pauses=(*ended, *between))

    def stop(self, at: datetime) -> Clock:
        """The same clock, over at `at`, straight from a pause too; one that is over already stays as it is."""
        return self if self.stopped_at is not None else replace(self, stopped_at=at)

    def as_of(self, now: datetime) -> Clock:
        """The clock as it stood at `now`: what came later has not happened yet."""
        seen = (p for p in self.pauses if p.start <= now)
        pauses = tuple(p if p.end is None or p.end <= now else replace(p, end=None) for p in seen)
        over = self.stopped_at is not None and self.stopped_at <= now
        granted = self.extension is not None and self.extension.at <= now
        return replace(
            self,
            pauses=pauses,
            stopped_at=self.stopped_at if over else None,
            extension=self.extension if granted else None,
        )

    def due(self, calendar: Calendar) -> Due | None:
        """When the promise is broken; None while it stands, for then nobody knows.

        A pause moves the due time by as much of the budget's own time as it lasted:
        minutes by the clock on the wall, working minutes by working time. Working days still to come when a
        pause begins are counted anew from the day on which it ends, again from the next day; where none was
        to come (the pause began on the due day), the end of that day counts if it is still ahead, else the
        end of the next working day. A promise until an hour of a day is made anew at the end of the pause. One that
        was already broken doesn't move. Time that was granted counts from when it was due until then.
        """
        at = self._due_at(calendar)
        if self.is_paused and self.pauses[-1].start < at:
            return None
        return Due(at, self._rests_on_days and calendar.is_provisional(at))

    def turns(self, calendar: Calendar) -> tuple[datetime, datetime] | None:
        """When it turns amber (never after red) and red; None for a clock that stands or is over."""
        if self.stopped_at is not None or self.is_paused:
            return None
        at = self._due_at(calendar)
        return min(self._amber_at(at, calendar), at), at

    def colour(self, now: datetime, calendar: Calendar) -> Colour:
        """How the promise stands at `now`. While a clock stands it keeps the colour that it had."""
        clock = self.as_of(now)
        if clock.stopped_at is not None:
            return Colour.STOPPED
        ran_until, at = clock._ran_until(now), clock._due_at(calendar)
        if ran_until >= at:
            return Colour.RED
        return Colour.AMBER if ran_until >= clock._amber_at(at, calendar) else Colour.GREEN

    def is_late(self, now: datetime, calendar: Calendar) -> bool:
        """Whether the promise is broken at `now`; of a clock that is over, whether it was broken when it stopped."""
        clock = self.as_of(now)
        return clock._ran_until(now) >= clock._due_at(calendar)

    def elapsed(self, now: datetime, calendar: Calendar) -> timedelta:
        """The time used until `now`: working time where the budget is one, else by the clock on the wall."""
        clock = self.as_of(now)
        return clock._ran(clock.started_at, clock._ran_until(now), calendar)

    def remaining(self, now: datetime, calendar: Calendar) -> timedelta:
        """The time left at `now`, in the same measure as `elapsed`; negative by how long it has run too late."""
        clock = self.as_of(now)
        ran_until, at = clock._ran_until(now), clock._due_at(calendar)
        if ran_until > at:
            return -clock._ran(at, ran_until, calendar)
        return clock._time(ran_until, at, calendar)

    @property
    def _rests_on_days(self) -> bool:
        return not self.budget.measure.is_natural

    def _time(self, start: datetime, end: datetime, calendar: Calendar) -> timedelta:
        return between(start, end, calendar) if self._rests_on_days else max(end - start, NOTHING)

    def _ran(self, since: datetime, until: datetime, calendar: Calendar) -> timedelta:
        """The time from `since` to `until` without the pauses that are over; none of them began before `since`
        and ended after it.
        """
        over = ((p.start, p.end) for p in self.pauses if p.end is not None and p.start >= since)
        stood = sum((self._time(start, end, calendar) for start, end in over), NOTHING)
        return self._time(since, until, calendar) - stood

    def _ran_until(self, now: datetime) -> datetime:
        """The last instant at which it ran: now, or when it was stopped, or when the pause began."""
        if self.pauses and self.pauses[-1].end is None:
            return self.pauses[-1].start
        return self.stopped_at or now

    def _due_at(self, calendar: Calendar) -> datetime:
        """The due time, moved by every pause that is over and by what was granted; an open one has moved nothing yet.

        What was granted holds, whatever a later change of the calendar says of the day on which it was.
        """
        at = due(self.started_at, self.budget, calendar).at
        granted = self.extension
        for pause in self.pauses:
            if granted is not None and granted.at < pause.start:
                at, granted = _granted(at, granted.time, calendar), None
            if pause.end is None or pause.start >= at:
                continue
            at = _moved(at, pause.start, pause.end, self.budget, calendar)
        return at if granted is None else _granted(at, granted.time, calendar)

    def _amber_at(self, due_at: datetime, calendar: Calendar) -> datetime:
        """When little is left; before its start where the whole budget is that little."""
        if isinstance(self.amber, Budget):
            return before(due_at, self.amber, calendar)
        share = self._whole(calendar) * self.amber.percent / 100
        return subtract(due_at, share, calendar) if self._rests_on_days else due_at - share

    def _whole(self, calendar: Calendar) -> timedelta:
        """All the time that the promise had at its beginning."""
        if whole := length(self.budget):
            return whole
        return self._time(self.started_at, due(self.started_at, self.budget, calendar).at, calendar)


def _granted(due_at: datetime, time: Budget, calendar: Calendar) -> datetime:
    """`due_at` with so much more time; days count from the one after that on which it was due."""
    if time.measure is Measure.WORKING_DAYS:
        return calendar.end_of(nth_working_day(day_ending(due_at, calendar), time.amount, calendar))
    return due(due_at, time, calendar).at


def _moved(due_at: datetime, start: datetime, end: datetime, budget: Budget, calendar: Calendar) -> datetime:
    """`due_at` after a pause that began before it."""
    match budget.measure:
        case Measure.MINUTES:
            return due_at + (end - start)
        case Measure.WORKING_MINUTES:
            return add(end, between(start, due_at, calendar), calendar)
        case Measure.WORKING_DAYS:
            return _days_after_pause(due_at, start, end, calendar)
        case _:
            return due(end, budget, calendar).at


def _days_after_pause(due_at: datetime, start: datetime, end: datetime, calendar: Calendar) -> datetime:
    resumed = calendar.local_date(end)
    to_come = working_days(calendar.local_date(start), day_ending(due_at, calendar), calendar)
    if not to_come and calendar.spans(resumed) and calendar.end_of(resumed) > end:
        return calendar.end_of(resumed)
    return calendar.end_of(nth_working_day(resumed, max(to_come, 1), calendar))
