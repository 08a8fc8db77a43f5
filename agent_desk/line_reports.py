"""Reports by line: what each number that people dial had, before and after it was merged, in one curve and in figures.

Everything comes from the counts by line and day; no call and no ticket is counted here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from agent_desk import naming, spreadsheets
from agent_desk.line_figures import Sums, days_of, point, sums_of
from agent_desk.render import page_for, render
from agent_desk.visit import Visit, Visiting, VisitRoute
from hotline.errors import Refused
from hotline.lines import MODE_WORDS, Line
from hotline.record import line_days
from hotline.roles import Permission
from hotline.store.tables import LineDay
from hotline.words import N_, translate

router = APIRouter(prefix="/reports/lines", route_class=VisitRoute)

SPANS = {
    30: N_("30 days"),
    90: N_("90 days"),
    180: N_("half a year"),
    365: N_("a year"),
    1095: N_("three years"),
}
MOST_POINTS = 190  # of a curve; with more days than these, a point is a week
TONES = ("accent", "talk", "good", "wait", "bad")
MOST_LINES = len(TONES)

MEASURES = {
    "calls": N_("Incoming calls"),
    "answered_share": N_("Answered, %"),
    "in_target_share": N_("Answered in time, %"),
    "abandoned": N_("Abandoned"),
    "tickets": N_("Tickets"),
    "mean_wait": N_("Mean wait, s"),
}
COLUMNS = {
    "calls": N_("Incoming calls"),
    "answered": N_("Answered"),
    "in_target": N_("Answered in time"),
    "abandoned": N_("Abandoned"),
    "to_branch": N_("To the branch centre"),
    "waited": N_("Waited, s"),
    "talked": N_("Talked, s"),
    "tickets": N_("Tickets"),
}

Numbers = Annotated[list[Annotated[str, Query(max_length=20)]], Query(max_length=40)]
Days = Annotated[int, Query(ge=7, le=3700)]
Code = Annotated[str, Query(max_length=32)]
Until = Annotated[date | None, Query(ge=date(2000, 1, 1), le=date(2100, 1, 1))]


@dataclass(frozen=True)
class Mark:
    """A cut-over within the span: when, on which day, and what the line became, in words."""

    at: datetime
    day: date
    line: str
    words: str


@dataclass(frozen=True)
class Stage:
    """A line between two of its cut-overs, as far as the span shows it; `words` are its mode's."""

    words: str
    first: date
    last: date
    sums: Sums


@dataclass(frozen=True)
class LineReport:
    """One line over the whole span, and in its stages where it was cut over."""

    number: str
    name: str
    sums: Sums
    stages: Sequence[Stage]


@dataclass(frozen=True)
class Asked:
    """What a report is about: the lines, the days from `first` to `last`, and what the curve shows."""

    lines: tuple[str, ...]
    first: date
    last: date
    measure: str
    days: int

    @property
    def query(self) -> list[tuple[str, str]]:
        """The same as an address says it."""
        chosen = [("line", number) for number in self.lines]
        return [
            *chosen,
            ("days", str(self.days)),
            ("until", self.last.isoformat()),
            ("measure", self.measure),
        ]


@router.get("")
def report_page(
    request: Request,
    visit: Visiting,
    line: Numbers = [],  # noqa: B006  (FastAPI copies it)
    days: Days = 180,
    until: Until = None,
    measure: Code = "calls",
) -> Response:
    """The report: which lines, how far back from `until`, and what the curve shows."""
    page = page_for(visit, N_("Reports by line"), "reports")
    asked = _asked(visit, line, days, until, measure)
    return render(
        request,
        "reports/lines.html",
        page,
        asked=asked,
        reports=_reports(visit, asked),
        marks=_marks(visit, asked),
        choices=[(number, naming.line(visit, number)) for number in _numbers(visit)],
        spans=SPANS,
        measures=MEASURES,
        most=MOST_LINES,
    )


@router.get("/curve")
def curve(
    visit: Visiting,
    line: Numbers = [],  # noqa: B006
    days: Days = 180,
    until: Until = None,
    measure: Code = "calls",
) -> dict[str, Any]:
    """The curve's points: one a day, or one a week over a long span."""
    asked = _asked(visit, line, days, until, measure)
    step = 1 if (asked.last - asked.first).days < MOST_POINTS else 7
    starts = [
        asked.first + timedelta(days=ahead) for ahead in range(0, (asked.last - asked.first).days + 1, step)
    ]
    rows = _by_line(visit, asked)
    return {
        "step": "day",
        "at": [_midnight(visit, day).timestamp() for day in starts],
        "series": [
            {
                "label": f"{number} {naming.line(visit, number)}".strip(),
                "tone": tone,
                "kind": "line",
                "values": [
                    point(rows[number], day, min(day + timedelta(days=step - 1), asked.last), asked.measure)
                    for day in starts
                ],
            }
            for number, tone in zip(asked.lines, TONES, strict=False)
        ],
        "marks": [{"at": mark.at.timestamp(), "words": mark.words} for mark in _marks(visit, asked)],
    }


@router.get("/figures.csv")
def figures(
    visit: Visiting,
    line: Numbers = [],  # noqa: B006
    days: Days = 180,
    until: Until = None,
    measure: Code = "calls",
) -> Response:
    """Every day of every chosen line as a table for a spreadsheet; a day without anything is a row of noughts."""
    asked = _asked(visit, line, days, until, measure)
    return spreadsheets.table(f"lines-{asked.first}-{asked.last}.csv", _table(visit, asked))


def _table(visit: Visit, asked: Asked) -> Iterator[Sequence[object]]:
    rows, language = _by_line(visit, asked), visit.viewer.language
    heads = (N_("Line"), N_("Name"), N_("Date"), N_("Mode"), *COLUMNS.values())
    yield [translate(head, language) for head in heads]
    for number in asked.lines:
        for day in days_of(asked.first, asked.last):
            found = rows[number].get(day)
            mode = _mode(visit, number, _midnight(visit, day) + timedelta(hours=12))
            counts = [getattr(found, name) if found else 0 for name in COLUMNS]
            yield [number, naming.line(visit, number), day.isoformat(), mode, *counts]


def _asked(visit: Visit, lines: Sequence[str], days: int, until: date | None, measure: str) -> Asked:
    visit.viewer.must(Permission.REPORT_READ)
    if measure not in MEASURES:
        raise Refused("page.unknown")
    last = until or visit.at.astimezone(visit.house.zone).date()
    known = _numbers(visit)
    chosen = tuple(dict.fromkeys(number for number in lines if number in known))[:MOST_LINES]
    return Asked(chosen or _first_choice(visit), last - timedelta(days=days - 1), last, measure, days)


def _numbers(visit: Visit) -> list[str]:
    return list(dict.fromkeys(line.number for line in visit.house.city.lines))


def _first_choice(visit: Visit) -> tuple[str, ...]:
    """The lines that changed their mode, else the city's own number and those after it."""
    changed = [number for number in _numbers(visit) if len(_stretches(visit, number)) > 1]
    return tuple(changed[:3] or _numbers(visit)[:3])


def _stretches(visit: Visit, number: str) -> list[Line]:
    """What the number is one after the other; neighbours of one mode are one."""
    own = [line for line in visit.house.city.lines if line.number == number]
    own.sort(key=lambda line: line.valid_from.timestamp() if line.valid_from else float("-inf"))
    return [line for place, line in enumerate(own) if place == 0 or own[place - 1].mode != line.mode]


def _marks(visit: Visit, asked: Asked) -> list[Mark]:
    begin, end = _midnight(visit, asked.first), _midnight(visit, asked.last + timedelta(days=1))
    return [
        Mark(
            line.valid_from,
            line.valid_from.astimezone(visit.house.zone).date(),
            number,
            f"{number} → {translate(MODE_WORDS[line.mode], visit.viewer.language)}",
        )
        for number in asked.lines
        for line in _stretches(visit, number)[1:]
        if line.valid_from and begin < line.valid_from < end
    ]


def _by_line(visit: Visit, asked: Asked) -> dict[str, dict[date, LineDay]]:
    rows: dict[str, dict[date, LineDay]] = {number: {} for number in asked.lines}
    until = asked.last + timedelta(days=1)
    for row in line_days.between(visit.session, asked.lines, asked.first, until):
        rows[row.line][row.day] = row
    return rows


def _reports(visit: Visit, asked: Asked) -> list[LineReport]:
    rows, marks = _by_line(visit, asked), _marks(visit, asked)
    return [
        LineReport(
            number,
            naming.line(visit, number),
            sums_of(rows[number], asked.first, asked.last),
            _stages(visit, asked, rows[number], [mark for mark in marks if mark.line == number]),
        )
        for number in asked.lines
    ]


def _stages(visit: Visit, asked: Asked, rows: Mapping[date, LineDay], marks: Sequence[Mark]) -> list[Stage]:
    """A day on which a line was cut over belongs to what it became."""
    if not marks:
        return []
    firsts = [asked.first, *(mark.day for mark in marks)]
    lasts = [*(mark.day - timedelta(days=1) for mark in marks), asked.last]
    stages = []
    for first, last in zip(firsts, lasts, strict=True):
        mode = _mode(visit, marks[0].line, _midnight(visit, last) + timedelta(hours=23, minutes=59))
        stages.append(Stage(mode, first, last, sums_of(rows, first, last)))
    return [stage for stage in stages if stage.first <= stage.last]


def _mode(visit: Visit, number: str, at: datetime) -> str:
    line = naming.line_at(visit, number, at)
    return translate(MODE_WORDS[line.mode], visit.viewer.language) if line else ""


def _midnight(visit: Visit, day: date) -> datetime:
    return datetime.combine(day, time(), visit.house.zone)
