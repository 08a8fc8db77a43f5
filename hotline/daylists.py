"""A year's list of days off and make-up working days, as somebody writes it down from the notice: CSV, XLSX or TOML.

`day,working,note` with `2027-01-01,false,元旦`; in TOML a `[[day]]` with these keys. Chinese headings will do as well.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hotline.calendars import Day, Kind, Span
from hotline.catalogue_source import table_of
from hotline.errors import Misconfigured
from hotline.words import N_, Phrase

HEADINGS = {
    "day": ("day", "date", "日期"),
    "working": ("working", "上班", "是否上班", "类型"),
    "note": ("note", "name", "名称", "节日", "备注"),
    "hours": ("hours", "时段", "工作时间"),
}
YES = ("true", "yes", "班", "上班", "调休上班", "是")
NO = ("false", "no", "休", "放假", "休息", "否")
FEWEST = 11
"""Days off that the State Council's rules give every year at least; since 2025 they are thirteen."""
EDGE = timedelta(days=20)
"""So near to its year a list may name days of another: New Year's holidays begin in December."""


@dataclass(frozen=True)
class DayList:
    """All that differs from the weekly pattern in `year`, and the few days beyond its edges that belong to them."""

    year: int
    days: Mapping[date, Day]


@dataclass(frozen=True)
class _Line:
    place: str
    values: Mapping[str, Any]


def read_list(path: Path, name: str = "") -> DayList:
    """The list in the file at `path`, called `name` by whoever sent it. Raises `Misconfigured` with the line."""
    name = name or path.name
    lines = _toml(path, name) if Path(name).suffix.lower() == ".toml" else _table(path, name)
    return understood(lines, name)


def understood(lines: Iterable[_Line], name: str) -> DayList:
    """What the lines say together. Raises `Misconfigured`."""
    days: dict[date, Day] = {}
    for line in lines:
        day, what = _day(line), _what(line)
        if day in days:
            raise Misconfigured(line.place, day.isoformat(), N_("each date once"))
        if what.kind is Kind.WORKING and day.weekday() < 5:
            raise Misconfigured(
                line.place, day.isoformat(), N_("a Saturday or Sunday: other days are worked anyway")
            )
        days[day] = what
    return DayList(_year(days, name), days)


def _year(days: Mapping[date, Day], name: str) -> int:
    off = Counter(day.year for day, what in days.items() if what.kind is Kind.OFF)
    year, count = max(off.items(), key=lambda one: one[1], default=(0, 0))
    if count < FEWEST:
        found = f"{count} days off in {year}" if count else "no days off"
        raise Misconfigured(
            name, found, Phrase(N_("a whole year's list, with {count} or more"), count=FEWEST)
        )
    first, last = date(year, 1, 1) - EDGE, date(year, 12, 31) + EDGE
    for day in sorted(days):
        if not first <= day <= last:
            expected = Phrase(N_("days of {year} alone: one file for each year"), year=str(year))
            raise Misconfigured(name, day.isoformat(), expected)
    return year


def _day(line: _Line) -> date:
    value = line.values.get("day")
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(str(value or "").strip().replace("/", "-")[:10])
    except ValueError:
        raise Misconfigured(line.place, repr(value or ""), N_("a date as 2025-01-31")) from None


def _what(line: _Line) -> Day:
    word = line.values.get("working")
    said = ("true" if word else "false") if isinstance(word, bool) else str(word or "").strip().lower()
    if said not in (*YES, *NO):
        expected = Phrase(N_("one of {choices}"), choices=", ".join((*YES, *NO)))
        raise Misconfigured(line.place, repr(word or ""), expected)
    try:
        spans = tuple(Span.parse(part) for part in _parts(line.values.get("hours")))
    except ValueError as error:
        raise Misconfigured(line.place, str(error), N_("a stretch of a day as 08:30-12:00")) from None
    note = str(line.values.get("note") or "").strip()
    if not note:
        raise Misconfigured(line.place, N_("no name"), N_("the holiday's name"))
    return Day(Kind.WORKING if said in YES else Kind.OFF, note[:100], spans)


def _parts(hours: Any) -> list[str]:
    if isinstance(hours, list):
        return [str(part) for part in hours]
    return [part.strip() for part in str(hours or "").split("|") if part.strip()]


def _table(path: Path, name: str) -> Iterator[_Line]:
    (_, header), *rows = table_of(path, name)
    columns = {heading.strip().lower(): place for place, heading in enumerate(header)}
    found = {
        field: place
        for field, headings in HEADINGS.items()
        if (place := next((columns[one] for one in headings if one in columns), None)) is not None
    }
    missing = [field for field in ("day", "working", "note") if field not in found]
    if missing:
        said = ", ".join(header)
        raise Misconfigured(f"{name} line 1", said, Phrase(N_("a column {column}"), column=missing[0]))
    for number, cells in rows:
        if cells and str(cells[0]).startswith("#"):
            continue
        values = {field: cells[place] for field, place in found.items() if place < len(cells)}
        yield _Line(f"{name} line {number}", values)


def _toml(path: Path, name: str) -> Iterator[_Line]:
    try:
        document = tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured(name, str(error), "TOML") from None
    tables = document.get("day")
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        raise Misconfigured(name, ", ".join(document) or "nothing", N_("tables headed [[day]]"))
    for number, values in enumerate(tables, start=1):
        unknown = values.keys() - HEADINGS.keys()
        if unknown:
            expected = Phrase(N_("one of {choices}"), choices=", ".join(HEADINGS))
            raise Misconfigured(f"{name} [[day]] {number}", ", ".join(sorted(unknown)), expected)
        yield _Line(f"{name} [[day]] {number}", values)
