"""The arithmetic of a scorecard: shares, days, medians, months and where they stand on a bar."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.measures import BY_NAME, FIGURES, Measure, Sum, curve, middle, months_before, position, value

pytestmark = pytest.mark.pure

SUMS = {
    Measure.RECEIVED: Sum(40, 40),
    Measure.SIGNED: Sum(40, 36),
    Measure.RESOLVED: Sum(30, 27, 30 * 3 * 1440),
    Measure.RETURNED: Sum(4, 3),
    Measure.REDONE: Sum(3, 0),
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("signed", 0.9),
        ("resolved", 0.9),
        ("days", 3.0),
        ("returned", 0.1),
        ("rightly", 0.75),
        ("redone", 0.1),
        ("extended", 0.0),
        ("contacted", None),
        ("satisfied", None),
    ],
)
def test_a_figure_is_what_its_counts_say(name: str, expected: float | None) -> None:
    assert value(BY_NAME[name], SUMS) == expected


def test_nothing_is_measured_of_nothing() -> None:
    assert [value(figure, {}) for figure in FIGURES] == [None] * len(FIGURES)
    assert middle(BY_NAME["signed"], [{}, {}]) is None


def test_the_median_leaves_out_who_has_no_such_figure() -> None:
    others = [{Measure.SIGNED: Sum(10, good)} for good in (5, 10, 9)] + [{}]
    assert middle(BY_NAME["signed"], others) == 0.9


def test_months_are_first_days_in_their_order() -> None:
    assert months_before(date(2027, 1, 1), 3) == [date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)]


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 40))
def test_any_span_of_months_ends_with_its_last(day: date, count: int) -> None:
    months = months_before(day.replace(day=1), count)
    assert len(months) == count
    assert months[-1] == day.replace(day=1)
    assert months == sorted(set(months))


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_a_bar_never_leaves_its_place(number: float, most: float) -> None:
    assert 0 <= position(number, most) <= 100


def test_a_curve_rises_with_the_figure_and_skips_empty_months() -> None:
    assert curve([0.0, None, 1.0], 1.0) == [(0.0, 100.0), (100.0, 0.0)]
    assert curve([], 1.0) == []
