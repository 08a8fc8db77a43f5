"""Working time: when a budget that starts now is used up, and how much of it lies between two instants.

Times are aware and come out in UTC; every answer is a binary search in a calendar's year. No clock is read here.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from hotline.budgets import Budget, Measure
from hotline.calendars import NOTHING, Calendar


@dataclass(frozen=True)
class Due:
    """An instant in UTC. `provisional`: it rests on days for which no official list exists yet."""

    at: datetime
    provisional: bool


def length(budget: Budget) -> timedelta:
    """The time that a budget of minutes lasts; nothing for one of days or until an hour, which has no length."""
    has_length = budget.measure in (Measure.MINUTES, Measure.WORKING_MINUTES)
    return timedelta(minutes=budget.amount) if has_length else NOTHING


def due(start: datetime, budget: Budget, calendar: Calendar) -> Due:
    """The first instant later than `start` at which `budget`, begun then, is used up.

    N working days count from the next day and end with the hours of the last of them (“自次日起N个工作日”).
    """
    match budget.measure:
        case Measure.MINUTES:
            at = start.astimezone(UTC) + length(budget)
        case Measure.WORKING_MINUTES:
            at = add(start, length(budget), calendar)
        case Measure.WORKING_DAYS:
            last = nth_working_day(calendar.local_date(start), budget.amount, calendar)
            at = calendar.end_of(last)
        case _:
            at = _until(start, budget, calendar)
    return Due(at, not budget.measure.is_natural and calendar.is_provisional(at))


def _until(start: datetime, budget: Budget, calendar: Calendar) -> datetime:
    """The minute of the day that the budget names: today's where that is allowed and still ahead."""
    today = calendar.local_date(start)
    is_same = budget.measure in (Measure.SAME_DAY, Measure.SAME_WORKING_DAY)
    at = calendar.moment(today, budget.amount)
    if is_same and at > start and (budget.measure.is_natural or calendar.spans(today)):
        return at
    following = (
        today + timedelta(days=1) if budget.measure.is_natural else nth_working_day(today, 1, calendar)
    )
    return calendar.moment(following, budget.amount)


def before(end: datetime, budget: Budget, calendar: Calendar) -> datetime:
    """The instant that lies `budget` before `end`: when to warn that something is due.

    N working days before it means the end of the N-th working day before that of `end`.
    """
    match budget.measure:
        case Measure.MINUTES:
            return end.astimezone(UTC) - length(budget)
        case Measure.WORKING_MINUTES:
            return subtract(end, length(budget), calendar)
        case Measure.WORKING_DAYS:
            return calendar.end_of(nth_working_day(day_ending(end, calendar), -budget.amount, calendar))
        case _:
            raise ValueError(f"an hour of a day is no length of time: {budget}")


def is_working(at: datetime, calendar: Calendar) -> bool:
    """Whether the instant lies within working hours: their first minute does, their end doesn't."""
    year = calendar.year(calendar.local_date(at).year)
    begun = bisect_right(year.starts, at)
    return begun > 0 and at < year.ends[begun - 1]


def opening(at: datetime, calendar: Calendar) -> datetime:
    """The first instant within working hours that isn't before `at`."""
    year = calendar.local_date(at).year
    while True:
        columns = calendar.year(year)
        index = bisect_right(columns.ends, at)
        if index < len(columns.ends):
            return max(at.astimezone(UTC), columns.starts[index])
        year += 1


def between(start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """The working time from `start` to `end`; nothing where `end` isn't later."""
    if end <= start:
        return NOTHING
    first, last = calendar.local_date(start).year, calendar.local_date(end).year
    whole = sum((calendar.year(year).total for year in range(first, last)), NOTHING)
    return whole + calendar.year(last).worked_by(end) - calendar.year(first).worked_by(start)


def add(start: datetime, time: timedelta, calendar: Calendar) -> datetime:
    """The first instant with `time` of working time since `start`; `start` itself for no time."""
    if time <= NOTHING:
        return start.astimezone(UTC)
    year = calendar.local_date(start).year
    worked = calendar.year(year).worked_by(start) + time
    while worked > calendar.year(year).total:
        worked -= calendar.year(year).total
        year += 1
    return calendar.year(year).earliest(worked)


def subtract(end: datetime, time: timedelta, calendar: Calendar) -> datetime:
    """The last instant with `time` of working time until `end`; `end` itself for no time."""
    if time <= NOTHING:
        return end.astimezone(UTC)
    year = calendar.local_date(end).year
    worked = calendar.year(year).worked_by(end) - time
    while worked < NOTHING:
        year -= 1
        worked += calendar.year(year).total
    return calendar.year(year).latest(worked)


def day_ending(at: datetime, calendar: Calendar) -> date:
    """The local date that `at` is in or the end of: midnight ends the day before."""
    return calendar.local_date(at - timedelta.resolution)


def nth_working_day(day: date, count: int, calendar: Calendar) -> date:
    """The `count`-th working day after the local date `day`, or before it for a negative count (never zero)."""
    year = day.year
    if count > 0:
        index = bisect_right(calendar.year(year).dates, day) + count - 1
        while index >= len(calendar.year(year).dates):
            index -= len(calendar.year(year).dates)
            year += 1
        return calendar.year(year).dates[index]
    index = bisect_left(calendar.year(year).dates, day) + count
    while index < 0:
        year -= 1
        index += len(calendar.year(year).dates)
    return calendar.year(year).dates[index]


def working_days(after: date, until: date, calendar: Calendar) -> int:
    """How many working days lie after the local date `after`, up to and including `until`."""
    if until <= after:
        return 0
    whole = sum(len(calendar.year(year).dates) for year in range(after.year, until.year))
    return whole + _up_to(until, calendar) - _up_to(after, calendar)


def _up_to(day: date, calendar: Calendar) -> int:
    return bisect_right(calendar.year(day.year).dates, day)
