"""Special days as a year at a glance, for one calendar: what is worked and what isn't, by whose word; and the way by
which a year's official list comes in. A single day is edited by its row, as everything of the city is.
"""

from __future__ import annotations

from calendar import Calendar as Month
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

from babel.dates import format_date, get_day_names
from fastapi import APIRouter, Form, Query, Request, Response, UploadFile

from agent_desk.city_pages import TITLE, book, form_page, sheet_of, status_of, tabs
from agent_desk.city_view import Book
from agent_desk.render import fragment, page_for, render
from agent_desk.visit import Visit, Visiting, VisitRoute
from hotline.calendars import Calendar, Status
from hotline.daylists import read_list
from hotline.errors import Misconfigured, Refused
from hotline.pack.calendars import chain
from hotline.record import days
from hotline.store.tables import CityRow
from hotline.words import N_, translate

router = APIRouter(route_class=VisitRoute)

LARGEST_FILE = 1024 * 1024  # bytes; a year's list has some forty lines
FIRST_YEAR, LAST_YEAR = 2015, 2099

Code = Annotated[str, Query(max_length=64)]
Year = Annotated[int | None, Query(ge=FIRST_YEAR, le=LAST_YEAR)]


@dataclass(frozen=True)
class Cell:
    """One date. `kind`: usual or weekend where nothing is special, else off or working. `words` say all of it."""

    day: date
    kind: str
    words: str
    href: str
    provisional: bool
    today: bool


@dataclass(frozen=True)
class Sheet:
    """A month: its name and its weeks, in which days of other months are None."""

    name: str
    weeks: Sequence[Sequence[Cell | None]]


@dataclass(frozen=True)
class Special:
    """Days in a row that have one name."""

    name: str
    kind: str
    span: str
    count: int
    whose: str
    source: str
    provisional: bool
    href: str


@dataclass(frozen=True)
class YearView:
    """A calendar's year. `working_days` counts them; `provisional`: its official list isn't there yet."""

    calendar: str
    calendars: Sequence[tuple[str, str]]
    year: int
    first: int
    last: int
    weekdays: Sequence[str]
    months: Sequence[Sheet]
    specials: Sequence[Special]
    working_days: int
    provisional: bool


@router.get("/city/days")
def days_page(request: Request, visit: Visiting, calendar: Code = "", year: Year = None) -> Response:
    """The year of one calendar, the present one unless another is asked for."""
    page = page_for(visit, TITLE, "city")
    view = _view(visit, calendar, year)
    return render(
        request, "city/days.html", page, view=view, tabs=tabs(visit, "days"), status=status_of(visit)
    )


@router.get("/city/days/year")
def days_fragment(visit: Visiting, calendar: Code = "", year: Year = None) -> Response:
    """The year again, after somebody changed something."""
    return fragment(visit, "city/year.html", view=_view(visit, calendar, year))


@router.get("/city/days/new")
def new_day_page(request: Request, visit: Visiting, calendar: Code = "", day: Code = "") -> Response:
    """A form for a day of a calendar."""
    return form_page(request, visit, sheet_of(visit, days.SHEET), None, {"calendar": calendar, "day": day})


@router.post("/api/city/days/import", max_body_size=LARGEST_FILE)
def bring_in(
    visit: Visiting,
    file: UploadFile,
    source: Annotated[str, Form(max_length=200)] = "",
    calendar: Annotated[str, Form(max_length=64)] = "",
) -> dict[str, Any]:
    """Lets a year's list be in force. A mistake in it is told with its line."""
    sheet_of(visit, days.SHEET)
    if not file.filename:
        raise Refused("field.missing", field="file")
    name = Path(file.filename).name[:100]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "list"
        path.write_bytes(file.file.read())
        try:
            listed = read_list(path, name)
        except Misconfigured as error:
            raise Refused("days.bad_list", field="file", what=_said(error, visit.viewer.language)) from None
    made = days.bring_in(
        visit.session,
        listed,
        source=source.strip() or name,
        calendar=calendar or None,
        by=visit.viewer.by,
        at=visit.at,
    )
    words = N_("{count} days of {year} are in force as revision {number}. Open clocks are recomputed")
    said = {"count": len(listed.days), "year": listed.year, "number": made.id}
    at = f"/city/days?year={listed.year}" + (f"&calendar={calendar}" if calendar else "")
    return {"message": translate(words, visit.viewer.language, **said), "next": at}


def _said(error: Misconfigured, language: str) -> str:
    expected = translate(N_("Expected: {expected}"), language, expected=translate(error.expected, language))
    return f"{error.where}: {translate(error.found, language)}. {expected}"


def _view(visit: Visit, asked: str, year: int | None) -> YearView:
    sheet_of(visit, days.SHEET)
    known, calendars = book(visit), visit.house.city.calendars
    if asked and asked not in calendars:
        raise Refused("page.unknown")
    name = asked or next((one for one, what in calendars.items() if what.days), next(iter(calendars)))
    calendar, today = calendars[name], visit.at.astimezone(visit.house.zone).date()
    shown = year or today.year
    rows = _rows(known, name)
    cells = {day: _cell(known, calendar, name, day, rows, today) for day in _days(shown)}
    return YearView(
        calendar=name,
        calendars=[(row.written["name"], row.written["name"]) for row in known.rows("calendars")],
        year=shown,
        first=FIRST_YEAR,
        last=LAST_YEAR,
        weekdays=[get_day_names("narrow", locale=known.language)[number] for number in range(7)],
        months=[_month(known.language, shown, month, cells) for month in range(1, 13)],
        specials=list(_specials(known, name, shown, rows)),
        working_days=len(calendar.year(shown).dates),
        provisional=shown > calendar.official_until.year,
    )


def _rows(known: Book, calendar: str) -> Mapping[date, CityRow]:
    """The rows that hold for a calendar, by date: the country's, over them those it follows, and its own at last."""
    by_name = {str(row.written["name"]): row.written for row in known.rows("calendars")}
    followed = chain(calendar, {name: {"follows": None, **row} for name, row in by_name.items()})
    has_country = any(by_name[one]["official_days"] for one in followed)
    layers = [*([None] if has_country else []), *followed]
    every = known.rows(days.SHEET)
    return {day: row for one in layers for day, row in days.of_calendar(every, one).items()}


def _days(year: int) -> Iterator[date]:
    first = date(year, 1, 1).toordinal()
    return (date.fromordinal(number) for number in range(first, date(year + 1, 1, 1).toordinal()))


def _cell(
    known: Book, calendar: Calendar, name: str, day: date, rows: Mapping[date, CityRow], today: date
) -> Cell:
    row, spans = rows.get(day), calendar.spans(day)
    kind = ("working" if spans else "off") if row else ("usual" if spans else "weekend")
    said = format_date(day, "full", locale=known.language)
    what = known.words(N_("worked") if spans else N_("day off"))
    note = known.words(str(row.written["note"])) if row else ""
    own = row is not None and (row.written.get("calendar") or None) == name
    return Cell(
        day=day,
        kind=kind,
        words=" · ".join(filter(None, (said, what, note, *map(str, spans if row else ())))),
        href=f"/city/days/{row.number}"
        if row and own
        else f"/city/days/new?calendar={name}&day={day.isoformat()}",
        provisional=bool(row and row.written.get("status") == Status.PROVISIONAL),
        today=day == today,
    )


def _month(language: str, year: int, month: int, cells: Mapping[date, Cell]) -> Sheet:
    weeks = Month().monthdatescalendar(year, month)
    return Sheet(
        format_date(date(year, month, 1), "LLLL", locale=language),
        [[cells[day] if day.month == month else None for day in week] for week in weeks],
    )


def _specials(known: Book, name: str, year: int, rows: Mapping[date, CityRow]) -> Iterator[Special]:
    """The year's special days, those in a row with one name together."""
    found = sorted((day, row) for day, row in rows.items() if day.year == year)

    def alike(one: tuple[int, tuple[date, CityRow]]) -> tuple[object, ...]:
        number, (day, row) = one
        said = row.written
        return (
            day.toordinal() - number,
            said["note"],
            said["working"],
            said.get("calendar"),
            said.get("source"),
        )

    for _, group in groupby(enumerate(found), key=alike):
        some = [pair for _, pair in group]
        first, row = some[0]
        said, whose = row.written, row.written.get("calendar") or ""
        yield Special(
            name=known.words(str(said["note"])),
            kind="working" if said["working"] else "off",
            span=_span(known, first, some[-1][0]),
            count=len(some),
            whose=known.name("calendars", whose) if whose else known.words(N_("The country")),
            source=str(said.get("source") or ""),
            provisional=said.get("status") == Status.PROVISIONAL,
            href=f"/city/days/{row.number}",
        )


def _span(known: Book, first: date, last: date) -> str:
    said = [format_date(day, "MMMd", locale=known.language) for day in dict.fromkeys((first, last))]
    return " – ".join(said)
