"""China's days off and the weekends worked to make up for them, from the State Council's yearly lists as the
library chinesecalendar holds them. A year without a list yet gets the statutory holidays, as a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

import chinese_calendar

from hotline.calendars import Day, Kind
from hotline.words import N_

OFFICIAL_UNTIL = date(max(chinese_calendar.holidays).year, 12, 31)
"""The last day for which this installation knows an official list."""

NOTES = (
    N_("New Year's Day"),
    N_("Spring Festival"),
    N_("Tomb-sweeping Day"),
    N_("Labour Day"),
    N_("Dragon Boat Festival"),
    N_("Mid-autumn Festival"),
    N_("National Day"),
    N_("Anti-Fascist 70th Day"),
)
"""The names that a day's note may have."""

# First day of the first lunar month, fifth of the fifth, fifteenth of the eighth.
_LUNAR = {
    2027: ((2, 6), (6, 9), (9, 15)),
    2028: ((1, 26), (5, 28), (10, 3)),
    2029: ((2, 13), (6, 16), (9, 22)),
    2030: ((2, 3), (6, 5), (9, 12)),
    2031: ((1, 23), (6, 24), (10, 1)),
    2032: ((2, 11), (6, 12), (9, 19)),
    2033: ((1, 31), (6, 1), (9, 8)),
    2034: ((2, 19), (6, 20), (9, 27)),
    2035: ((2, 8), (6, 10), (9, 16)),
    2036: ((1, 28), (5, 30), (10, 4)),
}


def seed_china(years: Iterable[int]) -> Mapping[date, Day]:
    """The days of `years` that differ from Monday to Friday. After `OFFICIAL_UNTIL` they are a guess: the
    statutory holidays, and a working day off for each that falls on a weekend; without the make-up days,
    which only the list can tell, and after 2036 without the festivals of the lunar calendar.
    """
    return {
        day: what
        for year in years
        for day, what in (_official(year) if year <= OFFICIAL_UNTIL.year else _statutory(year))
    }


def _official(year: int) -> Iterator[tuple[date, Day]]:
    for day, name in chinese_calendar.holidays.items():
        if day.year == year:
            yield day, Day(Kind.OFF, name)
    for day, name in chinese_calendar.workdays.items():
        if day.year == year:
            yield day, Day(Kind.WORKING, name)


def _statutory(year: int) -> Iterator[tuple[date, Day]]:
    """By the State Council's rules of 2024 for public holidays: 13 days, made good when on a weekend."""
    holidays = dict(_festivals(year))
    for day, name in sorted(holidays.items()):
        yield day, Day(Kind.OFF, name)
    taken = set(holidays)
    for day, name in sorted(holidays.items()):
        if day.weekday() >= 5:
            instead = next(d for d in _from(day) if d.weekday() < 5 and d not in taken)
            taken.add(instead)
            yield instead, Day(Kind.OFF, name)


def _festivals(year: int) -> Iterator[tuple[date, str]]:
    yield date(year, 1, 1), "New Year's Day"
    (tomb_sweeping,) = (
        day
        for day, term in chinese_calendar.get_solar_terms(date(year, 4, 3), date(year, 4, 6))
        if term == "清明"
    )
    yield tomb_sweeping, "Tomb-sweeping Day"
    yield from ((date(year, 5, n), "Labour Day") for n in (1, 2))
    yield from ((date(year, 10, n), "National Day") for n in (1, 2, 3))
    if year in _LUNAR:
        spring, dragon_boat, autumn = (date(year, *month_day) for month_day in _LUNAR[year])
        yield from ((spring + timedelta(days=n), "Spring Festival") for n in (-1, 0, 1, 2))
        yield dragon_boat, "Dragon Boat Festival"
        yield autumn, "Mid-autumn Festival"


def _from(day: date) -> Iterator[date]:
    while True:
        yield day
        day += timedelta(days=1)
