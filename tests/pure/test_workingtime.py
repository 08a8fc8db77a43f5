"""Working time: the laws that any calendar obeys, a slow reference that counts minute by minute, and the
cases by name that ticket systems are known to get wrong.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hotline.budgets import Budget, Measure, parse_budget
from hotline.calendars import ROUND_THE_CLOCK, Calendar, Day, Kind, Span
from hotline.workingtime import (
    add,
    before,
    between,
    due,
    is_working,
    length,
    nth_working_day,
    opening,
    subtract,
    working_days,
)
from tests.pure.offices import OFFICE, SHANGHAI, at, calendars, hours, instants, minutes

pytestmark = pytest.mark.pure

MINUTE = timedelta(minutes=1)
lengths = st.integers(1, 3 * 24 * 3600).map(lambda seconds: timedelta(seconds=seconds))


def working(minutes: int) -> Budget:
    return Budget(minutes, Measure.WORKING_MINUTES)


def days(count: int) -> Budget:
    return Budget(count, Measure.WORKING_DAYS)


def counted(start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """The slow reference: looks at every minute, knows nothing of years, searches or UTC."""
    found, now = 0, start.astimezone(SHANGHAI)
    while now < end:
        differing, usual = calendar.days.get(now.date()), next(spans for spans in calendar.week if spans)
        spans = calendar.week[now.weekday()]
        if differing is not None:
            spans = () if differing.kind is Kind.OFF else differing.spans or usual
        found += any(span.start <= now.hour * 60 + now.minute < span.end for span in spans)
        now += MINUTE
    return found * MINUTE


@settings(max_examples=40)
@given(calendars(), minutes(), st.integers(0, 9 * 1440))
def test_it_agrees_with_counting_every_minute(calendar: Calendar, start: datetime, later: int) -> None:
    end = start + later * MINUTE
    assert between(start, end, calendar) == counted(start, end, calendar)


@given(calendars(), instants(), lengths)
def test_what_is_added_lies_between(calendar: Calendar, start: datetime, time: timedelta) -> None:
    assert between(start, add(start, time, calendar), calendar) == time


@given(calendars(), instants(), lengths)
def test_the_due_time_is_the_first_instant(calendar: Calendar, start: datetime, time: timedelta) -> None:
    end = add(start, time, calendar)
    assert between(start, end - timedelta(microseconds=1), calendar) < time


@given(calendars(), instants(), lengths)
def test_the_warning_is_the_last_instant(calendar: Calendar, end: datetime, time: timedelta) -> None:
    start = subtract(end, time, calendar)
    assert between(start, end, calendar) == time
    assert between(start + timedelta(microseconds=1), end, calendar) < time


@given(calendars(), instants(), lengths, lengths)
def test_adding_twice_is_adding_the_sum(
    calendar: Calendar, start: datetime, one: timedelta, other: timedelta
) -> None:
    assert add(add(start, one, calendar), other, calendar) == add(start, one + other, calendar)


@given(calendars(), st.lists(instants(), min_size=3, max_size=3).map(sorted))
def test_time_between_adds_up(calendar: Calendar, instants: list[datetime]) -> None:
    first, second, third = instants
    parts = between(first, second, calendar) + between(second, third, calendar)
    assert parts == between(first, third, calendar)
    assert between(third, first, calendar) == timedelta(0)


LENGTHS = (Measure.MINUTES, Measure.WORKING_MINUTES, Measure.WORKING_DAYS)
BUDGETS = st.builds(Budget, st.integers(1, 60), st.sampled_from(LENGTHS))
HOURS = st.builds(Budget, st.integers(0, 1440), st.sampled_from([m for m in Measure if m not in LENGTHS]))


@given(calendars(), st.lists(instants(), min_size=2, max_size=2).map(sorted), BUDGETS | HOURS)
def test_who_starts_later_is_never_due_earlier(
    calendar: Calendar, starts: list[datetime], budget: Budget
) -> None:
    assert due(starts[0], budget, calendar).at <= due(starts[1], budget, calendar).at


@given(calendars(), instants(), BUDGETS)
def test_who_has_more_is_never_due_earlier(calendar: Calendar, start: datetime, budget: Budget) -> None:
    more = Budget(budget.amount + 1, budget.measure)
    assert start < due(start, budget, calendar).at < due(start, more, calendar).at


@given(calendars(), instants(), HOURS)
def test_an_hour_of_a_day_is_that_hour_and_still_to_come(
    calendar: Calendar, start: datetime, budget: Budget
) -> None:
    at = due(start, budget, calendar).at
    day = calendar.local_date(at - timedelta(microseconds=budget.amount == 1440))
    assert at > start
    assert at == calendar.moment(day, budget.amount)
    assert budget.measure.is_natural or calendar.spans(day)


@given(calendars(), instants())
def test_the_next_opening_is_reached_without_working(calendar: Calendar, at: datetime) -> None:
    opens = opening(at, calendar)
    assert is_working(opens, calendar)
    assert between(at, opens, calendar) == timedelta(0)
    assert opens == (at if is_working(at, calendar) else opening(opens - MINUTE / 60, calendar))


@given(calendars(), instants(), st.integers(1, 60))
def test_n_working_days_lie_between(calendar: Calendar, start: datetime, count: int) -> None:
    first, last = (
        calendar.local_date(start),
        calendar.local_date(due(start, days(count), calendar).at - MINUTE),
    )
    assert working_days(first, last, calendar) == count
    assert calendar.spans(last)


@given(calendars(), st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(1, 300))
def test_back_and_forth_among_working_days(calendar: Calendar, day: date, count: int) -> None:
    assume(calendar.spans(day))
    assert nth_working_day(nth_working_day(day, count, calendar), -count, calendar) == day
    assert working_days(day, day, calendar) == 0


@given(instants(), lengths)
def test_round_the_clock_is_natural_time(start: datetime, time: timedelta) -> None:
    assert add(start, time, ROUND_THE_CLOCK) == start + time
    assert between(start, start + time, ROUND_THE_CLOCK) == time


def test_natural_time_runs_through_nights_and_holidays_and_is_never_a_guess() -> None:
    found = due(at("2026-12-31 20:00"), Budget(24 * 60, Measure.MINUTES), OFFICE)
    assert (found.at, found.provisional) == (at("2027-01-01 20:00"), False)


def test_due_times_are_in_utc_wherever_they_began() -> None:
    start = datetime(2026, 11, 20, 9, tzinfo=SHANGHAI)
    for measure in Measure:
        assert due(start, Budget(5, measure), OFFICE).at.tzinfo is UTC


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-11-20 09:00", 120, "2026-11-20 11:00"),
        ("2026-11-20 11:30", 60, "2026-11-20 15:00"),  # a split shift
        ("2026-11-20 13:00", 30, "2026-11-20 15:00"),  # between the shifts
        ("2026-11-20 03:00", 30, "2026-11-20 09:00"),  # before the day
        ("2026-11-20 16:45", 45, "2026-11-20 17:30"),  # under an hour, to the very end of the day
        ("2026-11-20 16:45", 46, "2026-11-23 08:31"),  # and a minute more, over the weekend
        ("2026-11-20 17:20", 30, "2026-11-23 08:50"),  # under an hour before the day's end
        ("2026-11-21 10:00", 60, "2026-11-23 09:30"),  # begun on a Saturday off
        ("2026-02-28 10:00", 60, "2026-02-28 11:00"),  # begun on a make-up Saturday
        ("2026-09-30 17:00", 60, "2026-10-08 09:00"),  # over the holidays of National Day
        ("2026-10-10 17:00", 60, "2026-10-12 09:00"),  # out of a make-up Saturday
        ("2026-12-31 16:30", 60, "2026-12-31 17:30"),  # up to the year's edge
        ("2026-12-31 16:30", 61, "2027-01-04 08:31"),  # and over it
    ],
)
def test_working_minutes_by_name(start: str, minutes: int, end: str) -> None:
    assert due(at(start), working(minutes), OFFICE).at == at(end)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-11-20 09:00", 1, "2026-11-23 17:30"),  # a Friday
        ("2026-11-20 23:59", 1, "2026-11-23 17:30"),  # however late
        ("2026-11-21 10:00", 1, "2026-11-23 17:30"),  # created on a day off: the next day counts all the same
        ("2026-02-28 10:00", 1, "2026-03-02 17:30"),  # created on a make-up Saturday
        ("2026-02-27 10:00", 1, "2026-02-28 17:30"),  # due on a make-up Saturday
        ("2026-09-30 10:00", 2, "2026-10-09 17:30"),  # over the holidays of National Day
        ("2026-09-30 10:00", 3, "2026-10-10 17:30"),  # and onto the Saturday that makes up for them
        ("2026-11-22 10:00", 15, "2026-12-11 17:30"),
        ("2025-12-31 10:00", 1, "2026-01-04 17:30"),  # over the year's edge, onto a make-up Sunday
    ],
)
def test_working_days_by_name(start: str, count: int, end: str) -> None:
    assert due(at(start), days(count), OFFICE).at == at(end)


@pytest.mark.parametrize(
    ("start", "until", "end"),
    [
        ("2026-11-20 09:00", "17:30 next working day", "2026-11-23 17:30"),  # a Friday
        ("2026-11-20 09:00", "17:30 same working day", "2026-11-20 17:30"),
        ("2026-11-20 17:30", "17:30 same working day", "2026-11-23 17:30"),  # the hour is over
        ("2026-11-21 09:00", "17:30 same working day", "2026-11-23 17:30"),  # a Saturday off
        ("2026-02-28 09:00", "17:30 same working day", "2026-02-28 17:30"),  # a make-up Saturday
        ("2026-02-27 09:00", "12:00 next working day", "2026-02-28 12:00"),
        ("2026-11-20 09:00", "12:00 next day", "2026-11-21 12:00"),
        ("2026-11-20 09:00", "24:00 same day", "2026-11-21 00:00"),
        ("2026-11-20 09:00", "08:00 same day", "2026-11-21 08:00"),
        ("2026-12-31 09:00", "09:00 next working day", "2027-01-04 09:00"),
    ],
)
def test_until_an_hour_by_name(start: str, until: str, end: str) -> None:
    found = due(at(start), parse_budget(until), OFFICE)
    assert (found.at, found.provisional) == (at(end), end.startswith("2027"))


def test_a_due_time_in_a_year_without_a_list_says_so() -> None:
    this_year, next_year = (due(at("2026-12-30 09:00"), days(n), OFFICE) for n in (1, 2))
    assert (this_year.at, this_year.provisional) == (at("2026-12-31 17:30"), False)
    assert (next_year.at, next_year.provisional) == (at("2027-01-04 17:30"), True)
    assert due(at("2026-12-31 17:00"), working(60), OFFICE).provisional


def test_an_imported_list_moves_the_due_time_and_settles_it() -> None:
    listed = Calendar(
        "office", OFFICE.week, {**OFFICE.days, date(2027, 1, 3): Day(Kind.WORKING)}, date(2027, 12, 31)
    )
    found = due(at("2026-12-30 09:00"), days(2), listed)
    assert (found.at, found.provisional) == (at("2027-01-03 17:30"), False)


def test_a_week_without_monday_and_thursday() -> None:
    week = ((), OFFICE.usual, OFFICE.usual, (), OFFICE.usual, (), ())
    calendar = Calendar("gaps", week)
    assert due(at("2026-11-18 16:30"), working(120), calendar).at == at("2026-11-20 09:30")
    assert due(at("2026-11-18 16:30"), days(2), calendar).at == at("2026-11-24 17:30")


def test_a_night_shift_ends_at_midnight() -> None:
    night = Calendar("night", ((Span.parse("20:00-24:00"),),) * 7)
    assert due(at("2026-11-20 21:00"), working(180), night).at == at("2026-11-21 00:00")
    assert due(at("2026-11-20 21:00"), days(1), night).at == at("2026-11-22 00:00")


def test_a_day_on_which_the_clocks_change_has_the_hours_that_it_has() -> None:
    berlin = Calendar("berlin", ROUND_THE_CLOCK.week, zone=ZoneInfo("Europe/Berlin"))
    start, end = datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert between(start, end, berlin) == hours(23)


@pytest.mark.parametrize(
    ("budget", "warned"),
    [
        (days(1), "2026-11-20 17:30"),
        (working(60), "2026-11-23 16:30"),
        (working(390), "2026-11-23 08:30"),
        (working(391), "2026-11-20 17:29"),
        (Budget(60, Measure.MINUTES), "2026-11-23 16:30"),
    ],
)
def test_the_time_before_a_due_time(budget: Budget, warned: str) -> None:
    assert before(at("2026-11-23 17:30"), budget, OFFICE) == at(warned)


def test_the_time_before_goes_back_to_the_edge_of_the_year_and_over_it() -> None:
    assert before(at("2027-01-04 09:30"), working(60), OFFICE) == at("2027-01-04 08:30")
    assert before(at("2027-01-04 09:30"), working(61), OFFICE) == at("2026-12-31 17:29")


def test_only_minutes_have_a_length() -> None:
    assert length(working(90)) == hours(1.5)
    assert length(days(3)) == length(parse_budget("17:30 next day")) == timedelta(0)
    with pytest.raises(ValueError, match="no length"):
        before(at("2026-11-20 09:00"), parse_budget("17:30 next day"), OFFICE)
