"""Rates as pages draw them: nobody reaches a limit by rounding, curves have gaps, months are counted back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_desk.rate_figures import HEIGHT, WHAT, WIDTH, curve, figures_of, marks, months_back, percent
from agent_desk.turnstile import Turnstile
from dispatch.rates import Counts, Part, Rate

pytestmark = pytest.mark.pure


@given(st.fractions(0, 1, max_denominator=2000))
def test_a_percentage_is_never_better_than_the_share(share: Fraction) -> None:
    said = percent(share)
    assert said is not None
    assert 0 <= share * 100 - Fraction(said) < Fraction(1, 10)


def test_a_percentage_says_what_it_is() -> None:
    assert [percent(one) for one in (None, Fraction(0), Fraction(1), Fraction(1999, 2000))] == [
        None, "0.0", "100.0", "99.9"
    ]  # fmt: skip


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 30))
def test_months_are_counted_back_to_their_first_days(last: date, count: int) -> None:
    months = months_back(last, count)
    assert (len(months), months[-1]) == (count, last.replace(day=1))
    assert all((later - earlier).days in (28, 29, 30, 31) for earlier, later in pairwise(months))


@given(st.lists(st.none() | st.fractions(0, 1, max_denominator=100), max_size=12))
def test_a_curve_stays_in_its_frame_and_leaves_gaps(shares: list[Fraction | None]) -> None:
    lines = curve(shares)
    points = [tuple(map(float, point.split(","))) for line in lines for point in line.split()]
    assert all(0 <= x <= WIDTH + 0.1 and 0 <= y <= HEIGHT for x, y in points)
    known = [share is not None for share in shares]
    assert len(lines) == sum(now and not before for before, now in zip([False, *known], known, strict=False))
    assert len({x for x, _ in points}) == sum(known)


def test_the_five_marks_fill_their_bar() -> None:
    counts = Counts(very_satisfied=3, satisfied=4, fair=1, dissatisfied=1, very_dissatisfied=1)
    parts = marks(counts)
    assert [count for _, count, _ in parts] == [3, 4, 1, 1, 1]
    assert sum(share for _, _, share in parts) == pytest.approx(1)
    assert [share for _, _, share in marks(Counts())] == [0.0] * 5


def test_a_figure_is_its_fraction() -> None:
    counts = Counts(responded=3, not_responded=1, solved=1, partly=1)
    shown = {one.rate: (one.percent, one.numerator, one.denominator) for one in figures_of(counts)}
    assert shown == {
        Rate.RESPONDED: ("75.0", 3, 4), Rate.SOLVED: ("50.0", 1, 2), Rate.SATISFIED: (None, 0, 0)
    }  # fmt: skip


def test_every_number_has_an_address() -> None:
    assert set(WHAT) == {*Part, *(f"{how}-{rate}" for how in ("for", "of") for rate in Rate)}


START = datetime(2026, 11, 23, tzinfo=UTC)


@given(st.lists(st.integers(0, 200), max_size=60).map(sorted))
def test_a_turnstile_lets_so_many_through_in_any_stretch_of_time(seconds: list[int]) -> None:
    gate = Turnstile(most=3, within=timedelta(seconds=60))
    let = [at for at in seconds if gate.lets("192.0.2.1", START + timedelta(seconds=at))]
    for at in let:
        assert sum(at - 60 < other <= at for other in let) <= 3
    for at in seconds:
        if at not in let:
            assert sum(at - 60 < other <= at for other in let) >= 3


def test_a_turnstile_holds_nobody_for_others_and_forgets_the_oldest() -> None:
    gate = Turnstile(most=1, addresses=2)
    assert gate.lets("a", START)
    assert not gate.lets("a", START)
    assert gate.lets("b", START)
    assert gate.lets("c", START)  # a is forgotten for it
    assert gate.lets("a", START)
    assert gate.lets("c", START + timedelta(minutes=1))
