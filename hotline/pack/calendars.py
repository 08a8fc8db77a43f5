"""From a city's rows to working calendars: the weekly pattern, upon it the country's days where they apply, upon those
the days of the calendar that it follows, and its own at last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from importlib.metadata import version
from typing import Any
from zoneinfo import ZoneInfo

from hotline.calendars import Calendar, Day, Kind, Status
from hotline.calendars_china import OFFICIAL_UNTIL, seed_china

YEARS = range(2015, 2037)  # before them and after them the weekly pattern alone holds
SOURCE = f"chinesecalendar {version('chinesecalendar')}"

Values = Mapping[str, Any]


def calendars_of(rows: Iterable[Values], days: Iterable[Values], zone: ZoneInfo) -> dict[str, Calendar]:
    """The calendars by name. A day without a calendar is the country's; a city that has none of those takes the ones
    that come along.
    """
    by_name = {row["name"]: row for row in rows}
    own: dict[str | None, dict[date, Values]] = {}
    for day in days:
        own.setdefault(day["calendar"], {})[day["day"]] = day
    country = own.get(None) or {day["day"]: day for day in seed()}
    return {name: _calendar(name, by_name, own, country, zone) for name in by_name}


@cache
def seed() -> tuple[Values, ...]:
    """The country's days as rows of the sheet: official ones, and guesses for the years that have no list yet."""
    return tuple(
        {
            "calendar": None,
            "day": day,
            "working": what.kind is Kind.WORKING,
            "hours": what.spans,
            "note": what.note,
            "source": SOURCE if day <= OFFICIAL_UNTIL else "",
            "status": Status.OFFICIAL if day <= OFFICIAL_UNTIL else Status.PROVISIONAL,
        }
        for day, what in sorted(seed_china(YEARS).items())
    )


def seed_as_written(years: Iterable[int] = YEARS) -> list[dict[str, Any]]:
    """The same as a pack's file would say it."""
    wanted = frozenset(years)
    return [
        {
            "day": row["day"].isoformat(),
            "working": row["working"],
            "note": row["note"],
            "status": row["status"].value,
            **({"source": row["source"]} if row["source"] else {}),
        }
        for row in seed()
        if row["day"].year in wanted
    ]


def official_until(country: Iterable[tuple[date, Status]]) -> date:
    """The last day of the last year for which the country's days are known and none of them is a guess."""
    years: dict[int, bool] = {}
    for day, status in country:
        years[day.year] = years.get(day.year, True) and status is Status.OFFICIAL
    last = max((year for year, is_official in years.items() if is_official), default=None)
    return date(last, 12, 31) if last else date.min


def chain(name: str, by_name: Mapping[str, Values]) -> Sequence[str]:
    """The calendar and those that it follows, the farthest first."""
    found = [name]
    while (followed := by_name[found[0]]["follows"]) is not None:
        found.insert(0, followed)
    return found


def _calendar(
    name: str,
    by_name: Mapping[str, Values],
    own: Mapping[str | None, Mapping[date, Values]],
    country: Mapping[date, Values],
    zone: ZoneInfo,
) -> Calendar:
    row, followed = by_name[name], chain(name, by_name)
    has_country = any(by_name[one]["official_days"] for one in followed)
    layers = [country] if has_country else []
    layers.extend(own.get(one, {}) for one in followed)
    return Calendar(
        code=name,
        week=tuple(row["hours"] if weekday in row["weekdays"] else () for weekday in range(1, 8)),
        days={day: _day(values) for layer in layers for day, values in layer.items()},
        official_until=(
            official_until((day, values["status"]) for day, values in country.items())
            if has_country
            else date.max
        ),
        zone=zone,
    )


def _day(values: Values) -> Day:
    return Day(Kind.WORKING if values["working"] else Kind.OFF, values["note"], values["hours"])
