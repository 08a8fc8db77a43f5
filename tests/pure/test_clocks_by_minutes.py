"""Clocks beside a slow reference that goes from minute to minute and from day to day, with a finger on the calendar. It
knows no years, no searches and no UTC, and keeps a counter where the clock replays.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.clocks import Clock, Colour
from hotline.budgets import Budget, Measure, Share
from hotline.calendars import Calendar, Kind, Span
from hotline.clock_policy import Kind as Promise
from tests.pure.offices import SHANGHAI, calendars, minutes

pytestmark = pytest.mark.pure

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def spans_of(day: date, calendar: Calendar) -> tuple[Span, ...]:
    differing = calendar.days.get(day)
    if differing is None:
        return calendar.week[day.weekday()]
    usual = next(spans for spans in calendar.week if spans)
    return () if differing.kind is Kind.OFF else differing.spans or usual


def is_worked(now: datetime, calendar: Calendar) -> bool:
    minute = now.hour * 60 + now.minute
    return any(span.start <= minute < span.end for span in spans_of(now.date(), calendar))


def stands(now: datetime, clock: Clock) -> bool:
    """Whether that minute lies in a pause."""
    return any(pause.start <= now and (pause.end is None or now < pause.end) for pause in clock.pauses)


def counted_minutes(clock: Clock, calendar: Calendar) -> datetime:
    """The end of the last minute of the budget, found by walking."""
    left, now = clock.budget.amount, clock.started_at.astimezone(SHANGHAI)
    natural = clock.budget.measure is Measure.MINUTES
    while left:
        if not stands(now, clock) and (natural or is_worked(now, calendar)):
            left -= 1
        now += MINUTE
    return now


def end_of(day: date, calendar: Calendar) -> datetime:
    minute = spans_of(day, calendar)[-1].end
    return datetime.combine(day, time(), SHANGHAI) + minute * MINUTE


def after(day: date, count: int, calendar: Calendar) -> date:
    """The so-many-th working day after it."""
    while count:
        day += DAY
        count -= bool(spans_of(day, calendar))
    return day


def counted_days(clock: Clock, calendar: Calendar) -> datetime:
    """Working days from the next day on; those to come when a pause begins are counted anew when it ends."""
    due = end_of(after(clock.started_at.astimezone(SHANGHAI).date(), clock.budget.amount, calendar), calendar)
    for pause in clock.pauses:
        begins = pause.start.astimezone(SHANGHAI)
        if begins >= due:
            break
        assert pause.end is not None
        ends, last, left = pause.end.astimezone(SHANGHAI), (due - MINUTE).date(), 0
        day = begins.date()
        while day < last:
            day += DAY
            left += bool(spans_of(day, calendar))
        today = spans_of(ends.date(), calendar)
        if not left and today and end_of(ends.date(), calendar) > ends:
            due = end_of(ends.date(), calendar)
        else:
            due = end_of(after(ends.date(), max(left, 1), calendar), calendar)
    return due


@st.composite
def running(draw: st.DrawFn, measures: tuple[Measure, ...], most: int) -> tuple[Clock, Calendar]:
    """A clock that runs, with up to two pauses behind it, all to the minute."""
    calendar, start = draw(calendars()), draw(minutes())
    budget = draw(st.builds(Budget, st.integers(1, most), st.sampled_from(measures)))
    gaps = draw(st.lists(st.integers(1, 4000), max_size=4).filter(lambda some: len(some) % 2 == 0))
    clock, at = Clock(Promise.RESOLVE, budget, Share(20), "1", start), start
    for number, gap in enumerate(gaps):
        at += gap * MINUTE
        clock = clock.resume(at) if number % 2 else clock.pause(at, "why", "who")
    return clock, calendar


@settings(max_examples=40, deadline=None)
@given(running((Measure.MINUTES, Measure.WORKING_MINUTES), 1500))
def test_minutes_are_due_when_a_walk_from_minute_to_minute_arrives(history: tuple[Clock, Calendar]) -> None:
    clock, calendar = history
    due = clock.due(calendar)
    assert due is not None
    assert due.at == counted_minutes(clock, calendar)


@settings(max_examples=100, deadline=None)
@given(running((Measure.WORKING_DAYS,), 20))
def test_days_are_due_when_a_walk_from_day_to_day_arrives(history: tuple[Clock, Calendar]) -> None:
    clock, calendar = history
    due = clock.due(calendar)
    assert due is not None
    assert due.at == counted_days(clock, calendar)


@settings(max_examples=40, deadline=None)
@given(running((Measure.MINUTES, Measure.WORKING_MINUTES), 1500), st.integers(0, 6000))
def test_what_a_stopped_clock_used_is_what_a_counter_would_have_counted(
    history: tuple[Clock, Calendar], later: int
) -> None:
    clock, calendar = history
    last = clock.pauses[-1].end if clock.pauses else clock.started_at
    assert last is not None
    end = last + later * MINUTE
    natural = clock.budget.measure is Measure.MINUTES
    counter, now = 0, clock.started_at.astimezone(SHANGHAI)
    while now < end:
        counter += not stands(now, clock) and (natural or is_worked(now, calendar))
        now += MINUTE
    stopped = clock.stop(end)
    assert stopped.elapsed(end + DAY, calendar) == counter * MINUTE
    assert stopped.is_late(end + DAY, calendar) == (counter >= clock.budget.amount)
    assert stopped.colour(end, calendar) is Colour.STOPPED
