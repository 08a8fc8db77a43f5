"""Calendars: the weekly pattern, what differs from it in both directions, and where knowledge ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hotline.calendars import KIND_WORDS, ROUND_THE_CLOCK, Calendar, Day, Kind, Span
from hotline.words import catalogue
from tests.pure.offices import OFFICE, SPLIT_SHIFT, at

pytestmark = pytest.mark.pure

SATURDAY, MONDAY = date(2026, 11, 21), date(2026, 11, 23)


def test_a_span_is_written_as_hours_of_the_day() -> None:
    assert Span.parse("08:30-12:00") == Span(510, 720)
    assert Span.parse("00:00-24:00") == Span(0, 1440)


@pytest.mark.parametrize(
    "text", ["", "8-12", "12:00-08:30", "08:30-24:01", "08:60-09:00", "08:30", "a:b-c:d"]
)
def test_any_other_text_is_no_span(text: str) -> None:
    with pytest.raises(ValueError, match="is no"):
        Span.parse(text)


def test_the_week_says_when_a_day_is_worked() -> None:
    assert OFFICE.spans(MONDAY) == SPLIT_SHIFT
    assert OFFICE.spans(SATURDAY) == ()


def test_a_day_may_differ_in_either_direction() -> None:
    own = OFFICE.with_days("own", {SATURDAY: Day(Kind.WORKING), MONDAY: Day(Kind.OFF)})
    assert (own.spans(SATURDAY), own.spans(MONDAY)) == (SPLIT_SHIFT, ())
    assert OFFICE.spans(SATURDAY) == ()


def test_a_working_day_may_have_hours_of_its_own() -> None:
    morning = (Span.parse("09:00-11:00"),)
    own = OFFICE.with_days("own", {SATURDAY: Day(Kind.WORKING, spans=morning)})
    assert own.end_of(SATURDAY) == at("2026-11-21 11:00")


def test_a_day_off_has_no_end() -> None:
    with pytest.raises(LookupError, match="day off"):
        OFFICE.end_of(SATURDAY)


def test_days_after_the_last_official_list_are_provisional() -> None:
    assert not OFFICE.is_provisional(at("2026-12-31 23:59"))
    assert OFFICE.is_provisional(at("2027-01-01 00:00"))
    assert not ROUND_THE_CLOCK.is_provisional(at("2099-01-01 00:00"))


def test_a_week_needs_seven_days_and_some_work() -> None:
    for week in (((),) * 7, (SPLIT_SHIFT,) * 6):
        with pytest.raises(ValueError, match="seven days"):
            Calendar("bad", week)


def test_spans_are_in_order_and_apart() -> None:
    with pytest.raises(ValueError, match="overlap"):
        Calendar("bad", (SPLIT_SHIFT[::-1],) * 7)
    with pytest.raises(ValueError, match="overlap"):
        OFFICE.with_days("bad", {SATURDAY: Day(Kind.WORKING, spans=SPLIT_SHIFT[::-1])})


def test_office_hours_follow_the_wall_clock_where_the_zone_changes_its_offset() -> None:
    berlin = Calendar("berlin", ((Span.parse("08:00-17:00"),),) * 7, zone=ZoneInfo("Europe/Berlin"))
    assert berlin.end_of(date(2026, 3, 28)) == datetime(2026, 3, 28, 16, tzinfo=UTC)
    assert berlin.end_of(date(2026, 3, 29)) == datetime(2026, 3, 29, 15, tzinfo=UTC)


def test_round_the_clock_works_every_hour_of_the_year() -> None:
    assert ROUND_THE_CLOCK.year(2026).total == timedelta(days=365)
    assert ROUND_THE_CLOCK.year(2028).total == timedelta(days=366)


def test_both_kinds_of_day_have_words_in_both_languages() -> None:
    assert set(KIND_WORDS) == set(Kind)
    assert not [text for text in KIND_WORDS.values() if text not in catalogue("zh_Hans")]
