"""Turns of a roster: every moment belongs to exactly one, and a night is one turn."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.shifts import Shift, Turn, monday_of, turn_at, week_of

pytestmark = pytest.mark.pure

MOMENTS = st.datetimes(datetime.fromisoformat("2020-01-01"), datetime.fromisoformat("2040-01-01"))


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-28 08:30", Turn(date(2026, 11, 28), Shift.DAY)),
        ("2026-11-28 17:29", Turn(date(2026, 11, 28), Shift.DAY)),
        ("2026-11-28 17:30", Turn(date(2026, 11, 28), Shift.NIGHT)),
        ("2026-11-29 02:00", Turn(date(2026, 11, 28), Shift.NIGHT)),
        ("2026-12-01 08:29", Turn(date(2026, 11, 30), Shift.NIGHT)),
    ],
)
def test_a_night_belongs_to_the_day_on_which_it_begins(moment: str, expected: Turn) -> None:
    assert turn_at(datetime.fromisoformat(moment)) == expected


@given(MOMENTS)
def test_a_turn_is_over_when_the_next_begins(moment: datetime) -> None:
    turn = turn_at(moment)
    assert moment < turn.ends()
    assert turn_at(turn.ends() - timedelta(microseconds=1)) == turn
    assert turn_at(turn.ends()) != turn


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_a_week_begins_on_a_monday(day: date) -> None:
    assert day in list(week_of(monday_of(day)))
    assert monday_of(day).weekday() == 0
