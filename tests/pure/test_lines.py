"""What a line is at a moment, and when the next change of any line comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.lines import Line, Mode, line_at, lines_at, next_change

pytestmark = pytest.mark.pure

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
MOMENTS = st.integers(-20_000, 20_000).map(lambda minutes: NOON + timedelta(minutes=minutes))


def line(number: str = "12319", since: datetime | None = None, until: datetime | None = None) -> Line:
    return Line(
        number, "城管", "Urban", Mode.DUAL, "urban", "urban", "welcome", valid_from=since, valid_until=until
    )


def chain(moments: list[datetime]) -> list[Line]:
    """One line whose mode changes at each of the moments."""
    bounds = [None, *sorted(set(moments)), None]
    return [line(since=since, until=until) for since, until in pairwise(bounds)]


def test_a_row_holds_from_its_minute_until_just_before_its_end() -> None:
    only = line(since=NOON, until=NOON + timedelta(minutes=1))
    assert [only.is_valid_at(NOON + timedelta(seconds=late)) for late in (-1, 0, 59, 60)] == [
        False,
        True,
        True,
        False,
    ]


def test_a_number_that_is_no_line_then_is_none() -> None:
    assert line_at([line(until=NOON)], "12319", NOON) is None
    assert line_at([line()], "12315", NOON) is None


@given(st.lists(MOMENTS, max_size=6), MOMENTS)
def test_a_chain_of_rows_gives_one_line_at_every_moment(moments: list[datetime], at: datetime) -> None:
    assert lines_at(chain(moments), at) == (line_at(chain(moments), "12319", at),)


@given(st.lists(MOMENTS, max_size=6), MOMENTS)
def test_nothing_changes_before_the_next_change(moments: list[datetime], at: datetime) -> None:
    lines, change = chain(moments), next_change(chain(moments), at)
    later = [moment for moment in sorted(moments) if moment > at]
    assert change == (later[0] if later else None)
    if change:
        assert lines_at(lines, at) == lines_at(lines, change - timedelta(microseconds=1))
        assert lines_at(lines, change) != lines_at(lines, at)
