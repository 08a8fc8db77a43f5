"""Clocks: what a pause does to each measure, the laws that hold whatever happened, and by name the mistakes that
come from adding up elapsed time instead of replaying it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dispatch.clocks import (
    COLOUR_WORDS,
    LIFECYCLE,
    REFUSAL_WORDS,
    STATE_WORDS,
    Clock,
    Colour,
    Extension,
    Pause,
    State,
)
from hotline.budgets import Budget, Measure, Share, parse_budget
from hotline.calendars import ROUND_THE_CLOCK, Calendar, Day, Kind
from hotline.clock_policy import Kind as Promise
from hotline.errors import Refused
from hotline.words import catalogue
from hotline.workingtime import Due, before, between, due, length
from tests.pure.offices import OFFICE, at, calendars, hours, instants

pytestmark = pytest.mark.pure

NOTHING = timedelta(0)
LENGTHS = (Measure.MINUTES, Measure.WORKING_MINUTES, Measure.WORKING_DAYS)


def clock(budget: Budget, start: str = "2026-11-20 09:00", amber: Budget | Share = Share(20)) -> Clock:
    return Clock(Promise.RESOLVE, budget, amber, "2026-1", at(start))


def natural(minutes: int) -> Budget:
    return Budget(minutes, Measure.MINUTES)


def working(minutes: int) -> Budget:
    return Budget(minutes, Measure.WORKING_MINUTES)


def days(count: int) -> Budget:
    return Budget(count, Measure.WORKING_DAYS)


def paused(what: Clock, start: str, end: str | None = None) -> Clock:
    standing = what.pause(at(start), "awaiting an expert's report", "account:7")
    return standing if end is None else standing.resume(at(end))


def due_at(what: Clock, calendar: Calendar = OFFICE) -> datetime:
    found = what.due(calendar)
    assert found is not None
    return found.at


@st.composite
def histories(draw: st.DrawFn) -> tuple[Clock, Calendar, list[datetime]]:
    """A clock with some pauses behind it, its calendar, and the instants at which something happened to it."""
    calendar = draw(calendars())
    budget = draw(st.builds(Budget, st.integers(1, 40), st.sampled_from(Measure)))
    granted = draw(st.none() | st.builds(Budget, st.integers(1, 40), st.sampled_from(LENGTHS)))
    moments = draw(st.lists(instants(), min_size=2, max_size=8, unique=True).map(sorted))
    what = Clock(Promise.RESOLVE, budget, Share(20), "1", moments[0])
    for n, moment in enumerate(moments[1:]):
        if granted and n and not what.is_paused and not what.is_late(moment, calendar):
            what, granted = what.extend(moment, granted, calendar), None
        what = what.resume(moment) if n % 2 else what.pause(moment, "why", "who")
    return what, calendar, moments


@given(histories(), instants())
def test_time_used_and_time_left_make_the_whole(
    history: tuple[Clock, Calendar, list[datetime]], now: datetime
) -> None:
    what, calendar, moments = history
    assume(now >= moments[0] and length(what.budget) and what.extension is None)
    assert what.elapsed(now, calendar) + what.remaining(now, calendar) == length(what.budget)


@given(histories())
def test_a_clock_never_runs_backwards(history: tuple[Clock, Calendar, list[datetime]]) -> None:
    what, calendar, moments = history
    for earlier, later in pairwise(moments):
        assert what.elapsed(earlier, calendar) <= what.elapsed(later, calendar)
        if length(what.budget) and what.extension is None:
            assert what.remaining(earlier, calendar) >= what.remaining(later, calendar)


@given(histories())
def test_what_is_known_at_a_moment_does_not_depend_on_what_came_later(
    history: tuple[Clock, Calendar, list[datetime]],
) -> None:
    what, calendar, moments = history
    for moment in moments:
        then = what.as_of(moment)
        assert then.colour(moment, calendar) == what.colour(moment, calendar)
        assert then.elapsed(moment, calendar) == what.elapsed(moment, calendar)
        assert then.as_of(moment) == then


@given(histories())
def test_a_clock_never_breaks_its_promise_while_it_stands(
    history: tuple[Clock, Calendar, list[datetime]],
) -> None:
    what, calendar, _ = history
    for pause in what.pauses:
        if pause.end is not None and not what.is_late(pause.start, calendar):
            assert not what.is_late(pause.end - timedelta(microseconds=1), calendar)


@given(histories())
def test_a_longer_pause_is_never_due_earlier(history: tuple[Clock, Calendar, list[datetime]]) -> None:
    what, calendar, moments = history
    assume(what.is_paused)
    one, other = what.resume(moments[-1] + hours(1)), what.resume(moments[-1] + hours(30))
    assert due_at(what.as_of(moments[0]), calendar) <= due_at(one, calendar) <= due_at(other, calendar)


@given(histories())
def test_it_changes_its_colour_at_its_turns_and_at_no_other_time(
    history: tuple[Clock, Calendar, list[datetime]],
) -> None:
    what, calendar, moments = history
    assume(not what.is_paused)
    turns = what.turns(calendar)
    assert turns is not None
    before = what.colour(moments[-1], calendar)
    for turn, colour in zip(turns, (Colour.AMBER, Colour.RED), strict=True):
        if turn > moments[-1] and turns[0] < turns[1]:
            assert what.colour(turn - timedelta(microseconds=1), calendar) is before
            assert what.colour(turn, calendar) is colour
            before = colour


@given(instants(), st.lists(st.integers(1, 10_000), min_size=2, max_size=2).map(sorted))
def test_a_pause_moves_natural_time_by_its_length(start: datetime, minutes: list[int]) -> None:
    one, other = (start + timedelta(minutes=n) for n in minutes)
    what = (
        Clock(Promise.RESOLVE, natural(10_001), Share(20), "1", start).pause(one, "why", "who").resume(other)
    )
    assert due_at(what) == start + timedelta(minutes=10_001) + (other - one)


@given(calendars(), instants(), st.integers(1, 5_000), st.integers(0, 20_000))
def test_a_pause_moves_working_time_by_the_working_time_in_it(
    calendar: Calendar, start: datetime, budget: int, later: int
) -> None:
    what = Clock(Promise.RESOLVE, working(budget), Share(20), "1", start)
    end = start + timedelta(minutes=later)
    moved = what.pause(start, "why", "who").resume(end)
    assert due_at(moved, calendar) == due(end, working(budget), calendar).at
    assert between(end, due_at(moved, calendar), calendar) == timedelta(minutes=budget)


def test_a_clock_that_stands_has_no_due_time_and_no_next_event() -> None:
    what = paused(clock(days(5)), "2026-11-23 10:00")
    assert what.is_paused
    assert what.due(OFFICE) is None
    assert what.turns(OFFICE) is None


def test_paused_straight_to_resolved() -> None:
    """On hold from February to August and closed without ever being resumed: three days were used, not six months."""
    what = paused(clock(days(5), "2026-02-02 09:00"), "2026-02-05 09:00").stop(at("2026-08-05 09:00"))
    now = at("2026-11-20 09:00")
    assert what.elapsed(now, OFFICE) == 3 * hours(6.5)
    assert not what.is_late(now, OFFICE)
    assert what.colour(now, OFFICE) is Colour.STOPPED
    assert what.due(OFFICE) == Due(at("2026-02-09 17:30"), provisional=False)


def test_a_clock_does_not_run_after_it_stopped() -> None:
    what = clock(working(120)).stop(at("2026-11-20 10:00"))
    assert what.remaining(at("2027-11-20 10:00"), OFFICE) == hours(1)
    assert what.turns(OFFICE) is None
    assert what.stop(at("2026-11-20 11:00")) == what


def test_broken_while_pending() -> None:
    """The due day passes during the pause: the promise is kept, and due when its day has come again."""
    what = paused(clock(days(1)), "2026-11-23 16:00", "2026-12-01 10:00")
    assert not what.is_late(at("2026-11-30 12:00"), OFFICE)
    assert due_at(what) == at("2026-12-01 17:30")


def test_already_broken_when_paused() -> None:
    what = paused(clock(working(60)), "2026-11-20 11:00")
    assert due_at(what) == at("2026-11-20 10:00")
    assert what.colour(at("2026-11-23 09:00"), OFFICE) is Colour.RED
    assert what.remaining(at("2026-11-23 09:00"), OFFICE) == -hours(1)
    assert due_at(what.resume(at("2026-11-23 09:00"))) == at("2026-11-20 10:00")


def test_a_pause_at_the_very_moment_of_the_due_time_comes_too_late() -> None:
    what = paused(clock(natural(60)), "2026-11-20 10:00")
    assert due_at(what) == due_at(what.resume(at("2026-11-20 11:00"))) == at("2026-11-20 10:00")
    assert what.is_late(at("2026-11-20 10:00"), OFFICE)


def test_what_happens_at_a_moment_has_happened_by_then() -> None:
    what = paused(clock(days(5)), "2026-11-23 10:00", "2026-11-23 11:00").stop(at("2026-11-23 12:00"))
    assert what.as_of(at("2026-11-23 10:00")).is_paused
    assert not what.as_of(at("2026-11-23 11:00")).is_paused
    assert what.as_of(at("2026-11-23 12:00")) == what
    assert what.as_of(at("2026-11-23 09:00")) == clock(days(5))


def test_hold_outside_working_hours_is_not_counted_twice() -> None:
    what = paused(clock(working(600)), "2026-11-20 16:30", "2026-11-23 09:30")
    assert due_at(what) == at("2026-11-23 17:00")
    assert what.elapsed(at("2026-11-23 09:30"), OFFICE) == hours(5)


def test_a_pause_over_the_weekend_costs_working_time_nothing() -> None:
    what = clock(working(600))
    assert due_at(paused(what, "2026-11-20 17:30", "2026-11-23 08:30")) == due_at(what)


@pytest.mark.parametrize(
    ("start", "end", "moved"),
    [
        ("2026-11-23 10:00", "2026-11-23 15:00", "2026-11-27 17:30"),  # within one day: nothing
        ("2026-11-23 10:00", "2026-11-24 10:00", "2026-11-30 17:30"),  # to the next day: one day
        ("2026-11-23 18:00", "2026-11-24 08:00", "2026-11-30 17:30"),  # the day begins while it stands
        ("2026-11-21 10:00", "2026-11-22 10:00", "2026-11-27 17:30"),  # a weekend: nothing
        ("2026-11-20 10:00", "2026-11-23 10:00", "2026-11-30 17:30"),  # over the weekend: one day
        ("2026-11-27 10:00", "2026-11-27 11:00", "2026-11-27 17:30"),  # on the due day, within it
        ("2026-11-27 10:00", "2026-11-28 10:00", "2026-11-30 17:30"),  # on the due day, into the weekend
        ("2026-11-27 10:00", "2026-11-30 10:00", "2026-11-30 17:30"),  # on the due day, to the next
        ("2026-11-27 10:00", "2026-11-30 20:00", "2026-12-01 17:30"),  # resumed when the day was over
    ],
)
def test_what_a_pause_does_to_working_days(start: str, end: str, moved: str) -> None:
    assert due_at(paused(clock(days(5)), start, end)) == at(moved)


def test_two_pauses_on_one_day_cost_no_more_than_one() -> None:
    what = paused(clock(days(5)), "2026-11-23 09:00", "2026-11-23 10:00")
    assert due_at(paused(what, "2026-11-23 11:00", "2026-11-24 10:00")) == at("2026-11-30 17:30")


def test_a_promise_until_an_hour_is_made_anew_after_a_pause() -> None:
    what = paused(clock(parse_budget("12:00 next working day")), "2026-11-20 10:00", "2026-11-24 15:00")
    assert due_at(what) == at("2026-11-25 12:00")


def test_a_ticket_handed_on_starts_a_clock_of_its_own() -> None:
    """Two units in sequence: the second has its whole time, the citizen's date stays."""
    citizen, leg = clock(days(10)), clock(working(120))
    second = clock(working(120), "2026-11-24 09:00")
    assert leg.stop(at("2026-11-20 09:30")).elapsed(at("2026-11-24 12:00"), OFFICE) == hours(0.5)
    assert due_at(second) == at("2026-11-24 11:00")
    assert due_at(citizen) == at("2026-12-04 17:30")


def test_two_clocks_on_one_order_each_by_its_own_calendar() -> None:
    what = clock(working(24 * 60), "2026-11-20 17:00")
    assert due_at(what, ROUND_THE_CLOCK) == at("2026-11-21 17:00")
    assert due_at(what, OFFICE) == at("2026-11-26 15:00")


def test_a_list_imported_mid_flight_recomputes_the_due_time() -> None:
    what = clock(days(3), "2026-12-30 09:00")
    listed = Calendar(
        "office", OFFICE.week, {**OFFICE.days, date(2027, 1, 3): Day(Kind.WORKING)}, date(2027, 12, 31)
    )
    assert what.due(OFFICE) == Due(at("2027-01-05 17:30"), provisional=True)
    assert what.due(listed) == Due(at("2027-01-04 17:30"), provisional=False)


def test_a_natural_clock_is_never_provisional() -> None:
    assert clock(natural(60), "2027-06-01 09:00").due(OFFICE) == Due(
        at("2027-06-01 10:00"), provisional=False
    )


@pytest.mark.parametrize(
    ("budget", "amber", "turns"),
    [
        (days(5), days(1), "2026-11-26 17:30"),
        (days(1), working(120), "2026-11-23 15:30"),
        (days(1), days(1), "2026-11-20 17:30"),
        (days(2), Share(25), "2026-11-24 10:15"),
        (working(390), Share(20), "2026-11-20 16:42"),
        (natural(24 * 60), natural(240), "2026-11-21 05:00"),
        (natural(30), Share(20), "2026-11-20 09:24"),
        (natural(30), natural(60), "2026-11-20 09:00"),  # all of it is little
        (parse_budget("19:00 same day"), Share(20), "2026-11-20 17:00"),
    ],
)
def test_when_it_turns_amber(budget: Budget, amber: Budget | Share, turns: str) -> None:
    what = clock(budget, amber=amber)
    found = what.turns(OFFICE)
    assert found is not None
    assert found[1] == due_at(what)
    if at(turns) > what.started_at:
        assert found[0] == at(turns)
        assert what.colour(at(turns) - timedelta(seconds=1), OFFICE) is Colour.GREEN
    assert what.colour(at(turns), OFFICE) is Colour.AMBER


@pytest.mark.parametrize(
    ("budget", "more", "becomes"),
    [
        (days(5), days(3), "2026-12-02 17:30"),  # from the due day on, whenever it was granted
        (days(5), natural(24 * 60), "2026-11-28 17:30"),
        (working(390), working(120), "2026-11-23 11:00"),
        (natural(24 * 60), days(1), "2026-11-23 17:30"),
    ],
)
def test_time_that_is_granted_counts_from_the_due_time(budget: Budget, more: Budget, becomes: str) -> None:
    what = clock(budget).extend(at("2026-11-20 10:00"), more, OFFICE)
    assert due_at(what) == at(becomes)


def test_time_is_granted_once_and_before_it_is_due() -> None:
    what = clock(natural(60))
    with pytest.raises(Refused, match=r"clock\.overdue"):
        what.extend(at("2026-11-20 10:00"), days(1), OFFICE)
    extended = what.extend(at("2026-11-20 09:59"), days(1), OFFICE)
    with pytest.raises(Refused, match=r"clock\.extended_already"):
        extended.extend(at("2026-11-20 10:00"), days(1), OFFICE)
    for still in (what.stop(at("2026-11-20 09:30")), paused(what, "2026-11-20 09:30")):
        with pytest.raises(Refused, match=r"clock\.may_not_extend"):
            still.extend(at("2026-11-20 09:40"), days(1), OFFICE)


def test_a_pause_after_an_extension_moves_what_was_granted_too() -> None:
    what = clock(natural(120)).extend(at("2026-11-20 10:00"), natural(60), OFFICE)
    assert due_at(paused(what, "2026-11-20 11:30", "2026-11-20 14:00")) == at("2026-11-20 14:30")


def test_what_was_granted_holds_though_the_calendar_changed() -> None:
    """The list moves the due day before the day on which the extension was granted."""
    what = replace(clock(days(3), "2026-12-30 09:00"), extension=Extension(at("2027-01-05 09:00"), days(2)))
    listed = OFFICE.with_days(
        "office", {date(2027, 1, 3): Day(Kind.WORKING), date(2027, 1, 2): Day(Kind.WORKING)}
    )
    assert due_at(what, listed) == at("2027-01-05 17:30")


def test_reopen_after_close_goes_on_or_leaves_the_time_in_between_out() -> None:
    closed = clock(days(5)).stop(at("2026-11-24 10:00"))
    reopened = at("2026-12-01 10:00")
    assert due_at(closed.reopen(reopened, excluding=False)) == at("2026-11-27 17:30")
    assert due_at(closed.reopen(reopened, excluding=True)) == at("2026-12-04 17:30")
    assert clock(days(5)).reopen(reopened, excluding=True) == clock(days(5))


def test_reopened_out_of_a_pause_the_pause_ends_with_the_closing() -> None:
    closed = paused(clock(natural(600)), "2026-11-20 10:00").stop(at("2026-11-20 12:00"))
    for excluding, due_time in ((False, "2026-11-20 21:00"), (True, "2026-11-21 21:00")):
        assert due_at(closed.reopen(at("2026-11-21 12:00"), excluding=excluding)) == at(due_time)


def test_a_pause_keeps_the_colour_that_it_found() -> None:
    what = paused(clock(working(60)), "2026-11-20 09:50")
    assert what.colour(at("2026-11-27 09:00"), OFFICE) is Colour.AMBER
    assert what.colour(at("2026-11-20 09:20"), OFFICE) is Colour.GREEN


def test_a_clock_is_paused_once_and_resumed_once() -> None:
    running = clock(days(5))
    standing = paused(running, "2026-11-23 10:00")
    with pytest.raises(Refused, match=r"clock\.may_not_pause"):
        paused(standing, "2026-11-23 11:00")
    with pytest.raises(Refused, match=r"clock\.may_not_pause"):
        paused(running.stop(at("2026-11-23 10:00")), "2026-11-23 11:00")
    with pytest.raises(Refused, match=r"clock\.may_not_resume"):
        running.resume(at("2026-11-23 11:00"))
    with pytest.raises(Refused, match=r"clock\.may_not_resume"):
        standing.stop(at("2026-11-23 11:00")).resume(at("2026-11-23 12:00"))


@pytest.mark.parametrize(
    "pauses",
    [
        [("2026-11-20 08:00", "2026-11-20 10:00")],
        [("2026-11-20 10:00", "2026-11-20 09:30")],
        [("2026-11-20 10:00", "2026-11-20 12:00"), ("2026-11-20 11:00", None)],
        [("2026-11-20 10:00", None), ("2026-11-20 11:00", None)],
    ],
)
def test_a_history_that_cannot_have_been_is_an_error(pauses: list[tuple[str, str | None]]) -> None:
    history = tuple(Pause(at(start), end and at(end), "why", "who") for start, end in pauses)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="pause"):
        Clock(Promise.SIGN, days(1), Share(20), "1", at("2026-11-20 09:00"), history)


def test_every_colour_state_and_refusal_has_words_in_both_languages() -> None:
    assert set(COLOUR_WORDS) == set(Colour)
    assert set(STATE_WORDS) == set(State) == LIFECYCLE.states()
    texts = (*COLOUR_WORDS.values(), *STATE_WORDS.values(), *REFUSAL_WORDS.values())
    assert not [text for text in texts if text not in catalogue("zh_Hans")]


def test_a_due_day_that_ends_at_midnight_is_the_day_before() -> None:
    """Round the clock a working day ends when the next begins: neither a pause nor more time may count that one too."""
    what, always = clock(days(2), "2026-11-23 09:00"), ROUND_THE_CLOCK
    assert what.due(always) == Due(at("2026-11-26 00:00"), False)
    paused = what.pause(at("2026-11-24 09:00"), "why", "who").resume(at("2026-11-24 10:00"))
    assert paused.due(always) == Due(at("2026-11-26 00:00"), False)
    longer = what.extend(at("2026-11-24 09:00"), days(1), always)
    assert longer.due(always) == Due(at("2026-11-27 00:00"), False)
    assert before(at("2026-11-26 00:00"), days(1), always) == at("2026-11-25 00:00")
