"""Special days in the record: rows of the city's sheet `days`, the country's and each calendar's own. An official list
takes the place of what stood there for its year; every such change is one revision of the city's data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from hotline.calendars import Day, Kind, Status
from hotline.calendars_china import OFFICIAL_UNTIL
from hotline.daylists import DayList
from hotline.errors import Refused
from hotline.facts import SYSTEM
from hotline.pack.calendars import SOURCE, YEARS, official_until, seed_as_written
from hotline.record import city
from hotline.record.city import Change
from hotline.store.tables import CityRevision, CityRow

SHEET = "days"


def bring_in(
    session: Session, listed: DayList, *, source: str, calendar: str | None, by: str, at: datetime
) -> CityRevision:
    """Lets a list be in force: the country's, or one calendar's own.

    Raises `Refused`: `city.no_change` where the record has it already, `field.unknown` for a calendar that isn't there.
    """
    if calendar and all(row.written["name"] != calendar for row in city.rows(session, "calendars")):
        raise Refused("field.unknown", field="calendar")
    rows = [_written(day, what, source, calendar) for day, what in sorted(listed.days.items())]
    standing = of_calendar(city.rows(session, SHEET), calendar)
    touched = {day for day in standing if day.year == listed.year} | set(listed.days)
    changes = _replacing(standing, touched, rows)
    if not changes:
        raise Refused("city.no_change")
    note = source if not calendar else f"{source} ({calendar})"
    return city.change(session, changes, by=by, at=at, note=note)


def seed(session: Session, at: datetime) -> Sequence[int]:
    """Takes the country's days of the years for which the software that came along knows a list and the record doesn't,
    and guesses for years of which it has nothing. Returns the years.
    """
    if not city.newest(session):
        return ()
    standing = of_calendar(city.rows(session, SHEET), None)
    known = {day.year for day in standing}
    until = official_until(
        (day, Status(row.written.get("status", Status.OFFICIAL))) for day, row in standing.items()
    )
    years = [year for year in YEARS if year not in known or (until.year < year <= OFFICIAL_UNTIL.year)]
    touched = {day for day in standing if day.year in years}
    changes = _replacing(standing, touched, seed_as_written(years))
    if changes:
        city.change(session, changes, by=SYSTEM, at=at, note=SOURCE)
    return years if changes else ()


def of_calendar(rows: Iterable[CityRow], calendar: str | None) -> dict[date, CityRow]:
    """The rows of one calendar, or the country's, by their date."""
    return {
        date.fromisoformat(row.written["day"]): row
        for row in rows
        if (row.written.get("calendar") or None) == calendar
    }


def _written(day: date, what: Day, source: str, calendar: str | None) -> dict[str, Any]:
    optional: dict[str, Any] = {
        "calendar": calendar,
        "hours": [str(span) for span in what.spans],
        "source": source,
    }
    return {
        **{name: value for name, value in optional.items() if value},
        "day": day.isoformat(),
        "working": what.kind is Kind.WORKING,
        "note": what.note,
        "status": Status.OFFICIAL.value,
    }


def _replacing(
    standing: Mapping[date, CityRow], touched: Iterable[date], rows: Sequence[Mapping[str, Any]]
) -> list[Change]:
    """What lets `rows` stand instead of whatever the `touched` days had; a row that stays as it was is left alone."""
    coming = {date.fromisoformat(row["day"]): row for row in rows}
    ended = [standing[day] for day in sorted(touched) if day in standing and day not in coming]
    return [
        *(Change(SHEET, row.number, None) for row in ended),
        *(
            Change(SHEET, standing[day].number if day in standing else None, row)
            for day, row in coming.items()
            if day not in standing or dict(standing[day].written) != dict(row)
        ),
    ]
