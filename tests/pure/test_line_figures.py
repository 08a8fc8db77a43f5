"""A line's figures: sums, shares and means of its days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_desk.line_figures import Sums, days_of, point, sums_of

pytestmark = pytest.mark.pure

FIRST = date(2026, 11, 2)


@dataclass
class Day:
    """One day's counts."""

    calls: int = 0
    answered: int = 0
    in_target: int = 0
    abandoned: int = 0
    to_branch: int = 0
    waited: int = 0
    talked: int = 0
    tickets: int = 0


WEEK = {
    FIRST + timedelta(days=ahead): Day(calls=10 * (ahead + 1), answered=5, waited=30) for ahead in range(7)
}


def test_shares_are_of_what_was_ours_to_answer() -> None:
    sums = Sums(days=2, calls=20, answered=9, in_target=6, abandoned=3, to_branch=8, waited=27)
    assert (sums.a_day, sums.answered_share, sums.in_target_share, sums.mean_wait) == (10.0, 0.75, 0.5, 3.0)


def test_where_nothing_was_there_is_nothing_to_share() -> None:
    sums = Sums(days=1)
    assert (sums.a_day, sums.answered_share, sums.in_target_share, sums.mean_wait) == (0.0, None, None, None)
    assert point({}, FIRST, FIRST, "answered_share") is None
    assert point({}, FIRST, FIRST, "calls") == 0.0


def test_a_point_of_a_week_is_what_a_day_of_it_had() -> None:
    assert point(WEEK, FIRST, FIRST + timedelta(days=6), "calls") == 40.0
    assert point(WEEK, FIRST, FIRST, "calls") == 10.0
    assert point(WEEK, FIRST, FIRST + timedelta(days=6), "mean_wait") == 6.0


@given(st.integers(0, 6), st.integers(0, 6))
def test_parts_of_a_span_add_up_to_it(one: int, other: int) -> None:
    cut, last = FIRST + timedelta(days=min(one, other)), FIRST + timedelta(days=6)
    parts = sums_of(WEEK, FIRST, cut - timedelta(days=1)), sums_of(WEEK, cut, last)
    whole = sums_of(WEEK, FIRST, last)
    assert sum(part.calls for part in parts) == whole.calls
    assert sum(part.days for part in parts) == whole.days == len(days_of(FIRST, last))
