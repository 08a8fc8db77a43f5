"""China's days: the make-up days as the State Council published them, and the guess for years without a list."""

from __future__ import annotations

from datetime import date

import holidays
import pytest

from hotline.calendars import Kind
from hotline.calendars_china import NOTES, OFFICIAL_UNTIL, seed_china
from hotline.words import catalogue

pytestmark = pytest.mark.pure

MAKE_UP_DAYS = {
    2025: {(1, 26), (2, 8), (4, 27), (9, 28), (10, 11)},
    2026: {(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)},
}
WORKING_DAYS = {2024: 251, 2025: 248, 2026: 248}


def is_working(day: date) -> bool:
    differing = seed_china([day.year]).get(day)
    return day.weekday() < 5 if differing is None else differing.kind is Kind.WORKING


@pytest.mark.parametrize("year", MAKE_UP_DAYS)
def test_the_weekends_worked_are_those_of_the_official_list(year: int) -> None:
    worked = {day for day, what in seed_china([year]).items() if what.kind is Kind.WORKING}
    assert worked == {date(year, *month_day) for month_day in MAKE_UP_DAYS[year]}
    assert all(day.weekday() >= 5 for day in worked)


LABOUR_DAY_2019 = {date(2019, 4, 28), date(2019, 5, 2), date(2019, 5, 3), date(2019, 5, 5)}
"""Lengthened by a notice of March 2019, which the other library's older releases don't know."""


def test_day_by_day_two_libraries_that_know_nothing_of_one_another_say_the_same() -> None:
    other = holidays.China(years=range(2008, OFFICIAL_UNTIL.year + 1))
    days = (date.fromordinal(n) for n in range(date(2008, 1, 1).toordinal(), OFFICIAL_UNTIL.toordinal() + 1))
    seeded = seed_china(range(2008, OFFICIAL_UNTIL.year + 1))
    ours = {day: seeded[day].kind is Kind.WORKING if day in seeded else day.weekday() < 5 for day in days}
    assert len(ours) > 6900
    differing = {day for day, works in ours.items() if works != other.is_working_day(day)}
    assert differing <= LABOUR_DAY_2019


@pytest.mark.parametrize("year", WORKING_DAYS)
def test_a_year_has_the_official_number_of_working_days(year: int) -> None:
    days = (
        date.fromordinal(n) for n in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal())
    )
    assert sum(map(is_working, days)) == WORKING_DAYS[year]


def test_national_day_of_2026_lasts_a_week() -> None:
    assert not any(is_working(date(2026, 10, n)) for n in range(1, 8))
    assert is_working(date(2026, 10, 8))


@pytest.mark.parametrize("year", range(2027, 2037))
def test_a_year_without_a_list_has_thirteen_statutory_days_off_that_cost_a_working_day_each(
    year: int,
) -> None:
    if year <= OFFICIAL_UNTIL.year:
        pytest.skip("its list has come out")
    days = seed_china([year])
    assert {what.kind for what in days.values()} == {Kind.OFF}
    festivals_that_fall_together = {2028: 1, 2031: 1}  # Mid-autumn on one of the three days of October
    assert sum(day.weekday() < 5 for day in days) == 13 - festivals_that_fall_together.get(year, 0)


def test_the_guess_for_2027_knows_the_lunar_new_year() -> None:
    spring = {day for day, what in seed_china([2027]).items() if what.note == "Spring Festival"}
    assert {date(2027, 2, n) for n in (5, 6, 7, 8, 9, 10)} == spring


def test_beyond_the_known_moons_only_the_solar_festivals_are_guessed() -> None:
    assert {what.note for what in seed_china([2050]).values()} == {
        "New Year's Day",
        "Tomb-sweeping Day",
        "Labour Day",
        "National Day",
    }


def test_every_note_has_words_in_both_languages() -> None:
    assert {what.note for what in seed_china(range(2004, 2037)).values()} <= set(NOTES)
    assert not [text for text in NOTES if text not in catalogue("zh_Hans")]
