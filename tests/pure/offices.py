"""Calendars for the tests of working time: one office as they really are, and any office that may be."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from hotline.calendars import Calendar, Day, Kind, Span
from hotline.calendars_china import OFFICIAL_UNTIL, seed_china

SHANGHAI = ZoneInfo("Asia/Shanghai")
SPLIT_SHIFT = (Span.parse("08:30-12:00"), Span.parse("14:30-17:30"))
OFFICE = Calendar("office", (SPLIT_SHIFT,) * 5 + ((), ()), seed_china(range(2025, 2029)), OFFICIAL_UNTIL)
"""Six and a half hours a day: 08:30 to 12:00 and 14:30 to 17:30."""


def at(text: str) -> datetime:
    """An instant from its local time in Shanghai, such as `2026-11-20 16:45`."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def spans() -> st.SearchStrategy[tuple[Span, ...]]:
    """The spans of a day that is worked: some pairs of an ordered row of minutes."""
    minutes = st.lists(st.integers(0, 1440), min_size=2, max_size=6, unique=True).map(sorted)
    return minutes.map(lambda m: tuple(Span(*pair) for pair in zip(m[::2], m[1::2], strict=False)))


def days() -> st.SearchStrategy[Day]:
    """A day that differs, in either direction, with or without hours of its own."""
    off = st.just(Day(Kind.OFF))
    return off | st.builds(Day, st.just(Kind.WORKING), spans=st.just(()) | spans())


DATES = st.dates(date(2025, 11, 1), date(2027, 3, 1))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Any calendar with at least one working day a week."""
    week = draw(st.lists(st.just(()) | spans(), min_size=7, max_size=7).filter(any))
    return Calendar("any", tuple(week), draw(st.dictionaries(DATES, days(), max_size=8)))


def instants() -> st.SearchStrategy[datetime]:
    """Instants of the years that the calendars' differing days lie in, to the second."""
    return st.integers(0, 480 * 24 * 3600).map(lambda s: at("2025-11-01 00:00") + timedelta(seconds=s))


def minutes() -> st.SearchStrategy[datetime]:
    """The same, to the minute."""
    return instants().map(lambda instant: instant.replace(second=0))
