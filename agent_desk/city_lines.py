"""The lines in one table: what each is now, what it was and will be along a time line, and cut-overs to schedule,
cancel and roll back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from babel.dates import format_date
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from agent_desk.city_commands import Preview, Why, make, preview
from agent_desk.city_pages import TITLE, book, sheet_of, status_of, tabs
from agent_desk.city_view import Book
from agent_desk.render import fragment, page_for, render
from agent_desk.visit import Visit, Visiting, VisitRoute
from hotline.errors import Refused
from hotline.lines import MODE_WORDS, Mode
from hotline.pack.sheets import BY_NAME
from hotline.record import cutovers
from hotline.record.city import Change
from hotline.record.cutovers import Stretch

router = APIRouter(route_class=VisitRoute)

BACK, AHEAD = timedelta(days=120), timedelta(days=180)
WIDTH = 240  # pixels of the time line
FITTING = {
    Mode.UNIFIED: "welcome",
    Mode.MERGED: "welcome-merged",
    Mode.DUAL: "welcome-dual",
    Mode.BRANCH: "welcome-branch",
}
"""The prompt that greets a line's callers unless another is chosen."""
_FIELDS = {field.name: field for field in BY_NAME["lines"].fields}


class Cutover(BaseModel):
    """What a line is to become, and when by the city's clock; at once where `at` is empty. What is left empty stays
    as it is, but for the greeting, which then follows the mode.
    """

    mode: Mode
    at: str = ""
    queue: Annotated[str, Field(max_length=64)] = ""
    greeting: Annotated[str, Field(max_length=64)] = ""
    branch_number: Annotated[str, Field(max_length=64)] = ""
    branch_hours: Annotated[str, Field(max_length=64)] = ""
    why: Why = ""


class RollBack(BaseModel):
    """When a line becomes again what it was; at once where `at` is empty."""

    at: str = ""
    why: Why = ""


class Cancel(BaseModel):
    """The row of a cut-over that isn't to happen."""

    row: int
    why: Why = ""


@dataclass(frozen=True)
class Bar:
    """A stretch of a line on the time line: from `left`, `width` wide, in pixels; `words` say what it is."""

    left: float
    width: float
    mode: str
    words: str


@dataclass(frozen=True)
class LineRow:
    """One number. `row` is what it is now (or will be first, or was last), `coming` the row of its next cut-over."""

    number: str
    name: str
    row: int
    is_open: bool
    mode: str
    queue: str
    greeting: str
    sound: str
    unit: str
    hours: str
    since: str
    bars: Sequence[Bar]
    coming: int | None
    coming_words: str
    coming_at: str
    was: str


@dataclass(frozen=True)
class LinesView:
    """All lines, the time line's width with its months and today on it, and what the dialogs offer."""

    rows: Sequence[LineRow]
    width: int
    months: Sequence[tuple[float, str]]
    today: float
    soonest: str
    queues: Sequence[tuple[str, str]]
    greetings: Sequence[tuple[str, str]]
    calendars: Sequence[tuple[str, str]]


class _Scale:
    """Where a moment stands on the time line."""

    def __init__(self, now: datetime, moments: Sequence[datetime]) -> None:
        self.begin = now - BACK
        self.end = max([now + AHEAD, *(moment + timedelta(days=30) for moment in moments)])

    def x(self, at: datetime | None, otherwise: float) -> float:
        """Its distance from the left in pixels, within the picture."""
        if at is None:
            return otherwise
        share = (at - self.begin) / (self.end - self.begin)
        return round(min(max(share, 0.0), 1.0) * WIDTH, 1)

    def months(self, language: str) -> list[tuple[float, str]]:
        """Where every second month begins, with its name."""
        first = self.begin.replace(day=1, hour=0, minute=0)
        starts = (_months_after(first, count) for count in range(1, 40))
        shown = [one for one in starts if one < self.end - timedelta(days=20)]
        step = 1 + len(shown) // 6
        return [(self.x(one, 0), format_date(one, "MMM", locale=language)) for one in shown[::step]]


@router.get("/city/lines")
def lines_page(request: Request, visit: Visiting) -> Response:
    """All lines."""
    page = page_for(visit, TITLE, "city")
    return render(
        request,
        "city/lines.html",
        page,
        view=_view(visit),
        tabs=tabs(visit, "lines"),
        status=status_of(visit),
    )


@router.get("/city/lines/rows")
def lines_fragment(visit: Visiting) -> Response:
    """The table again, after somebody changed something."""
    return fragment(visit, "city/line_rows.html", view=_view(visit))


@router.post("/api/city/lines/{number}/cutover/preview")
def preview_cutover(visit: Visiting, number: str, wanted: Cutover) -> Preview:
    """What a cut-over would change."""
    return preview(visit, _scheduled(visit, number, wanted), "lines", None)


@router.post("/api/city/lines/{number}/cutover")
def schedule(visit: Visiting, number: str, wanted: Cutover) -> dict[str, Any]:
    """A line becomes something else at a moment, by itself."""
    return make(visit, _scheduled(visit, number, wanted), wanted.why, "lines", None, "")


@router.post("/api/city/lines/{number}/rollback/preview")
def preview_roll_back(visit: Visiting, number: str, wanted: RollBack) -> Preview:
    """What a roll-back would change."""
    return preview(visit, _rolled_back(visit, number, wanted), "lines", None)


@router.post("/api/city/lines/{number}/rollback")
def roll_back(visit: Visiting, number: str, wanted: RollBack) -> dict[str, Any]:
    """A line becomes again what it was before its latest cut-over."""
    return make(visit, _rolled_back(visit, number, wanted), wanted.why, "lines", None, "")


@router.post("/api/city/lines/{number}/cancel")
def cancel(visit: Visiting, number: str, wanted: Cancel) -> dict[str, Any]:
    """A cut-over that hasn't come yet doesn't."""
    changes = cutovers.cancel(_line(visit, number), wanted.row, _now(visit))
    return make(visit, changes, wanted.why, "lines", None, "")


def _scheduled(visit: Visit, number: str, wanted: Cutover) -> list[Change]:
    becomes = {
        "mode": wanted.mode.value,
        "greeting": wanted.greeting or FITTING[wanted.mode],
        **{
            name: value
            for name in ("queue", "branch_number", "branch_hours")
            if (value := getattr(wanted, name))
        },
    }
    return cutovers.schedule(_line(visit, number), _moment(visit, wanted.at), becomes)


def _rolled_back(visit: Visit, number: str, wanted: RollBack) -> list[Change]:
    return cutovers.roll_back(_line(visit, number), _moment(visit, wanted.at))


def _line(visit: Visit, number: str) -> list[Stretch]:
    sheet_of(visit, "lines")
    found = cutovers.stretches(book(visit).rows("lines")).get(number)
    if not found:
        raise Refused("line.unknown")
    return found


def _now(visit: Visit) -> datetime:
    """The present minute by the city's clock."""
    return visit.at.astimezone(visit.house.zone).replace(tzinfo=None, second=0, microsecond=0)


def _moment(visit: Visit, written: str) -> datetime:
    """A moment by the city's clock that isn't over; the present minute where nothing is written."""
    if not written.strip():
        return _now(visit)
    try:
        at: datetime = _FIELDS[cutovers.FROM].form.parse(written.strip())
    except ValueError:
        raise Refused("line.bad_moment", field="at") from None
    if at < _now(visit):
        raise Refused("line.moment_over", field="at")
    return at


def _view(visit: Visit) -> LinesView:
    sheet_of(visit, "lines")
    known, now = book(visit), _now(visit)
    lines = cutovers.stretches(known.rows("lines"))
    moments = [at for line in lines.values() for one in line for at in (one.since, one.until) if at]
    scale = _Scale(now, moments)
    return LinesView(
        rows=[_row(known, number, line, now, scale) for number, line in lines.items()],
        width=WIDTH,
        months=scale.months(visit.viewer.language),
        today=scale.x(now, 0),
        soonest=now.isoformat(timespec="minutes"),
        queues=_choices(known, "queue"),
        greetings=_choices(known, "greeting"),
        calendars=_choices(known, "branch_hours"),
    )


def _choices(known: Book, field: str) -> Sequence[tuple[str, str]]:
    return next(one.options for one in known.controls(BY_NAME["lines"], {}) if one.field.name == field)


def _row(known: Book, number: str, line: Sequence[Stretch], now: datetime, scale: _Scale) -> LineRow:
    open_ = next((one for one in line if one.holds_at(now)), None)
    shown = open_ or line[-1]
    place = line.index(shown)
    later = [one for one in line if one.since and one.since > now]
    coming = later[0] if later else None
    ends = open_.until if open_ else None

    def said(name: str, stretch: Stretch = shown) -> str:
        return known.said(_FIELDS[name], stretch.written)

    title = known.title("lines", shown.written)
    return LineRow(
        number=number,
        name=title.removeprefix(f"{number} "),
        row=shown.row.number or 0,
        is_open=open_ is not None,
        mode=str(shown.written["mode"]),
        queue=said("queue"),
        greeting=str(shown.written["greeting"]),
        sound=f"{number}-{shown.written['greeting']}",
        unit=said("unit"),
        hours=" · ".join(filter(None, (said("branch_number"), said("branch_hours")))),
        since=said("valid_from"),
        bars=[_bar(known, one, scale) for one in line],
        coming=coming.row.number if coming else None,
        coming_words=said("mode", coming) if coming else "",
        coming_at=f"{(coming.since if coming else ends) or '':%Y-%m-%d %H:%M}" if coming or ends else "",
        was=said("mode", line[place - 1]) if open_ and place else "",
    )


def _bar(known: Book, stretch: Stretch, scale: _Scale) -> Bar:
    left, right = scale.x(stretch.since, 0), scale.x(stretch.until, WIDTH)
    mode = str(stretch.written["mode"])
    since, until = (known.said(_FIELDS[name], stretch.written) for name in (cutovers.FROM, cutovers.UNTIL))
    words = known.words(MODE_WORDS[Mode(mode)])
    return Bar(left, round(right - left, 1), mode, f"{words} {since} – {until}" if since or until else words)


def _months_after(first: datetime, count: int) -> datetime:
    years, month = divmod(first.month - 1 + count, 12)
    return first.replace(year=first.year + years, month=month + 1)
