"""From a pack's rows to working calendars: the weekly pattern, the country's days, and the city's own over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from hotline.calendars import Calendar, Day, Kind
from hotline.calendars_china import OFFICIAL_UNTIL, seed_china

YEARS = range(2015, 2037)  # before them and after them the weekly pattern alone holds


def calendar_of(row: Mapping[str, Any], days: Iterable[Mapping[str, Any]], zone: ZoneInfo) -> Calendar:
    """The calendar that `row` describes, with the city's own `days` of it over the country's."""
    own = {
        day["day"]: Day(Kind.WORKING if day["working"] else Kind.OFF, day["note"])
        for day in days
        if day["calendar"] == row["name"]
    }
    return Calendar(
        code=row["name"],
        week=tuple(row["hours"] if weekday in row["weekdays"] else () for weekday in range(1, 8)),
        days={**_official(), **own} if row["official_days"] else own,
        official_until=OFFICIAL_UNTIL if row["official_days"] else date.max,
        zone=zone,
    )


@cache
def _official() -> Mapping[date, Day]:
    return seed_china(YEARS)
