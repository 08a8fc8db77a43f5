"""Reading single values as old systems write them: into the one way in which the record's tables read them.

A reader takes a cell's text, without space around it and not empty, and raises `Unreadable` with a reason in words.
Moments come out in UTC, all of one length, so that their order is that of their texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo

from hotline.imports.kinds import Field, Form
from hotline.words import N_

Reader = Callable[[str], str]

TOO_LONG = N_("At most {most} characters; this has {found}")
NO_NUMBER = N_("Not a telephone number: 3 to 20 digits")
NO_MOMENT = N_("Not a date and time in any of the mapping's forms: {forms}")
NO_DAY = N_("There is no such day or time")
TO_COME = N_("It lies in the future")
NOT_KNOWN = N_("Not in the mapping's table for {field}, and not known to the city")
NOT_A_CHOICE = N_("Not in the mapping's table for {field}, and none of {choices}")
TRUTHS = {"true": "true", "false": "false", "1": "true", "0": "false", "是": "true", "否": "false"}


class Unreadable(ValueError):
    """A value that can't be read; `reason` in English words, with `{names}` that `facts` fill in."""

    def __init__(self, reason: str, **facts: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.facts = facts


def reader_for(
    field: Field,
    *,
    codes: Mapping[str, str],
    known: Mapping[str, str],
    dates: Iterable[str],
    zone: tzinfo,
    now: datetime,
) -> Reader:
    """How `field` is read: `codes` is the mapping's table for it, `known` the city's codes by all their names."""
    match field.form:
        case Form.TEXT:
            return _text(field, codes)
        case Form.NUMBER:
            return number
        case Form.NUMBERS:
            return _numbers
        case Form.MOMENT:
            return moments(dates, zone, None if field.name == "due_at" else now)
        case Form.DAY:
            read = moments(dates, zone, None)
            return lambda cell: datetime.fromisoformat(read(cell)).astimezone(zone).date().isoformat()
        case Form.TRUTH:
            return _table(TRUTHS | dict(codes), NOT_A_CHOICE, field)
        case Form.CHOICE:
            return _table({one: one for one in field.choices} | dict(codes), NOT_A_CHOICE, field)
        case Form.NAMED:
            return _table(dict(known) | dict(codes), NOT_KNOWN, field)


def _text(field: Field, codes: Mapping[str, str]) -> Reader:
    most = field.most

    def read(cell: str) -> str:
        if len(cell) > most:
            raise Unreadable(TOO_LONG, most=most, found=len(cell))
        return cell

    return read if not codes else lambda cell: read(codes.get(cell, codes.get("*", cell)))


def _table(table: dict[str, str], reason: str, field: Field) -> Reader:
    fallback = table.pop("*", None)

    def read(cell: str) -> str:
        found = table.get(cell, fallback)
        if found is None:
            raise Unreadable(reason, field=field.name, choices=", ".join(field.choices or ("true", "false")))
        return found

    return read


_DROPPED = dict.fromkeys(map(ord, " -—－()（）\u3000\t"), None)
_WIDE = {ord("０") + n: ord("0") + n for n in range(10)} | {ord("＋"): ord("+")}
_PLAIN = _DROPPED | _WIDE
_NUMBER = re.compile(r"\+?[0-9]{3,20}", re.ASCII)
_CHINA = re.compile(r"(?:\+|00)?86(1[0-9]{10})|(?:\+|00)86([2-9][0-9]{8,10})", re.ASCII)
_APART = re.compile(r"[/,;、，；\n]+")
SHORTEST = 7  # digits of a number that stands beside another with no more than a space between them


def number(cell: str) -> str:
    """A telephone number as it is dialled here: spaces, dashes and China's own country code left out."""
    if cell.isascii() and cell.isdigit() and 3 <= len(cell) <= 11:
        return cell
    plain = cell.translate(_PLAIN)
    if _NUMBER.fullmatch(plain) is None:
        raise Unreadable(NO_NUMBER)
    abroad = _CHINA.fullmatch(plain)
    if abroad is None:
        return plain
    return abroad[1] or "0" + abroad[2]


def _numbers(cell: str) -> str:
    parts = (part for one in _APART.split(cell) if one.strip() for part in _spaced(one))
    found = dict.fromkeys(map(number, parts))
    if not found:
        raise Unreadable(NO_NUMBER)
    return " ".join(found)


def _spaced(text: str) -> list[str]:
    """Numbers apart by spaces, or one that is written with spaces in it."""
    parts = text.split()
    return parts if all(len(part) >= SHORTEST for part in parts) else [text]


_DIRECTIVE = re.compile(r"%(.)|([^%]+)")
_PARTS = "YmdHMS"
_EPOCH = {"unix": 1, "unix_ms": 1000}
_EXCEL_DAY = datetime(1899, 12, 30)  # noqa: DTZ001  (a spreadsheet's day 0 has no zone)


def is_date_form(form: str) -> bool:
    """Whether `form` is one that a mapping may name: `%Y-%m-%d %H:%M`, `unix`, `unix_ms` or `excel`."""
    if form in (*_EPOCH, "excel"):
        return True
    parts = [one[1] for one in _DIRECTIVE.finditer(form) if one[1]]
    return set("Ymd") <= set(parts) <= set(_PARTS) and len(set(parts)) == len(parts)


def moments(forms: Iterable[str], zone: tzinfo, latest: datetime | None) -> Reader:
    """Reads moments written in any of `forms`, or as ISO 8601, in `zone` where they don't say; not after `latest`."""
    written = tuple(forms)
    readers = [_date_form(form) for form in written]
    ceiling = _utc(latest, zone) if latest else "9999"
    shown = ", ".join(written) or "ISO 8601"

    def read(cell: str) -> str:
        try:
            at = _iso(cell) or next((at for one in readers if (at := one(cell)) is not None), None)
            text = _utc(at, zone) if at is not None else ""
        except (ValueError, OverflowError):
            raise Unreadable(NO_DAY) from None
        if not text:
            raise Unreadable(NO_MOMENT, forms=shown)
        if text > ceiling:
            raise Unreadable(TO_COME)
        return text

    return read


def _utc(at: datetime, zone: tzinfo) -> str:
    aware = at if at.tzinfo is not None else at.replace(tzinfo=zone)
    return aware.astimezone(UTC).isoformat(timespec="seconds")


def _iso(cell: str) -> datetime | None:
    if len(cell) < 10 or cell[4] != "-":
        return None
    try:
        return datetime.fromisoformat(cell)
    except ValueError:
        return None


def _date_form(form: str) -> Callable[[str], datetime | None]:
    if form in _EPOCH:
        unit = _EPOCH[form]
        return lambda cell: datetime.fromtimestamp(int(cell) / unit, UTC) if cell.isdecimal() else None
    if form == "excel":
        return _excel
    pattern, order = _pattern(form)

    def read(cell: str) -> datetime | None:
        found = pattern.fullmatch(cell)
        if found is None:
            return None
        groups = found.groups()
        return datetime(*(int(groups[place]) for place in order))  # type: ignore[arg-type]  # noqa: DTZ001

    return read


def _excel(cell: str) -> datetime | None:
    """A spreadsheet's serial number: days since 1899-12-30, the time as a part of one."""
    if re.fullmatch(r"\d{4,6}(\.\d+)?", cell) is None:
        return None
    return _EXCEL_DAY + timedelta(seconds=round(float(cell) * 86_400))


def _pattern(form: str) -> tuple[re.Pattern[str], list[int]]:
    """`form` as a pattern, and which of its groups are year, month, day, …; numbers side by side have all digits."""
    pieces = list(_DIRECTIVE.finditer(form))
    pattern, parts = "", []
    for place, piece in enumerate(pieces):
        if not piece[1]:
            pattern += re.sub(r"(\\ | )+", r"\\s+", re.escape(piece[2]))
            continue
        beside = (place > 0 and pieces[place - 1][1]) or (place + 1 < len(pieces) and pieces[place + 1][1])
        digits = "{4}" if piece[1] == "Y" else "{2}" if beside else "{1,2}"
        pattern += rf"(\d{digits})"
        parts.append(piece[1])
    order = [parts.index(part) for part in _PARTS if part in parts]
    return re.compile(pattern, re.ASCII), order
