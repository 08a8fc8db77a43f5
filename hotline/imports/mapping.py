"""The mapping file: how one old system's columns, codes and dates are to be understood.

kind = "tickets"
source = "12315"                      # whose rows these are; --line where absent
key = ["工单编号"]                     # what tells its rows apart, for good
dates = ["%Y/%m/%d %H:%M"]
[columns]
opened_at = "受理时间"
content = ["内容", "补充内容"]          # several columns become one text
[constants]
type = "complaint"
[codes.state]
"已办结" = "closed"
"*" = "archived"                      # whatever else stands there
"""

from __future__ import annotations

import codecs
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hotline.errors import Misconfigured
from hotline.imports.kinds import KEY, KINDS, Kind
from hotline.imports.values import is_date_form

NOTHING = ("NULL", "null", "\\N", "-", "—", "/", "无", "0000-00-00 00:00:00")
"""What old systems write where they have nothing to say, unless the mapping names other words."""

_SETTINGS = (
    "kind",
    "source",
    "encoding",
    "delimiter",
    "sheet",
    "header_row",
    "timezone",
    "dates",
    "empty",
    "key",
)
_TABLES = ("columns", "constants", "codes")


@dataclass(frozen=True)
class ImportMapping:
    """A mapping file as a value. Empty or None means: found out from the file, or the city's own.

    `columns`: field → the header's words for it, several where they are joined; `codes`: field → old → ours.
    """

    kind: Kind
    source: str
    columns: Mapping[str, tuple[str, ...]]
    constants: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    dates: tuple[str, ...] = ()
    empty: frozenset[str] = frozenset(NOTHING)
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_row: int = 1
    zone: ZoneInfo | None = None

    def on_line(self, line: str) -> ImportMapping:
        """The same for the rows of one old number: it is their source and their line unless the mapping says."""
        constants = self.constants if "line" in self.columns else {"line": line, **self.constants}
        return replace(
            self, source=self.source or line, constants=constants if self._has("line") else self.constants
        )

    def _has(self, name: str) -> bool:
        return name in self.kind.names


def read_mapping(text: str, where: str) -> ImportMapping:
    """The mapping in a TOML `text` of the file `where`. Raises `Misconfigured` for the first thing that is wrong."""
    try:
        document = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(where, str(error), "TOML") from None
    _refuse_unknown(document, (*_SETTINGS, *_TABLES), where)
    kind = KINDS.get(str(document.get("kind", "")))
    if kind is None:
        raise Misconfigured(f"{where}, kind", repr(document.get("kind")), "one of " + ", ".join(KINDS))
    reading = _Reading(where, document)
    columns = {KEY: reading.texts("key"), **_columns(reading, kind)}
    if not columns[KEY]:
        raise Misconfigured(f"{where}, key", "nothing", "the column that tells the rows apart")
    return ImportMapping(
        kind=kind,
        source=reading.text("source"),
        columns=columns,
        constants=_constants(reading, kind),
        codes=_codes(reading, kind),
        dates=_dates(reading),
        empty=frozenset(reading.texts("empty")) if "empty" in document else frozenset(NOTHING),
        encoding=_encoding(reading),
        delimiter=_delimiter(reading),
        sheet=reading.text("sheet"),
        header_row=_header_row(reading),
        zone=_zone(reading),
    )


@dataclass(frozen=True)
class _Reading:
    """A document that is being understood; every fault names its place."""

    where: str
    document: Mapping[str, Any]

    def fault(self, name: str, found: object, expected: str) -> Misconfigured:
        return Misconfigured(f"{self.where}, {name}", repr(found), expected)

    def text(self, name: str) -> str:
        value = self.document.get(name, "")
        if not isinstance(value, str):
            raise self.fault(name, value, "a text")
        return value.strip() if name != "delimiter" else value

    def texts(self, name: str, value: object = None) -> tuple[str, ...]:
        value = self.document.get(name, ()) if value is None else value
        listed = (value,) if isinstance(value, str) else value
        if not isinstance(listed, list | tuple) or not all(isinstance(one, str) for one in listed):
            raise self.fault(name, value, "a text or a list of texts")
        return tuple(one.strip() for one in listed)

    def table(self, name: str) -> Mapping[str, Any]:
        value = self.document.get(name, {})
        if not isinstance(value, dict):
            raise self.fault(name, value, f"a table [{name}]")
        return value

    def known(self, table: str, kind: Kind, but: Iterable[str] = (KEY,)) -> Mapping[str, Any]:
        """A table by fields of `kind`."""
        values = self.table(table)
        fields = [name for name in kind.names if name not in but]
        _refuse_unknown(values, fields, f"{self.where}, [{table}]")
        return values


def _refuse_unknown(values: Iterable[str], known: Iterable[str], where: str) -> None:
    expected = list(known)
    for name in values:
        if name not in expected:
            raise Misconfigured(where, repr(name), "one of " + ", ".join(expected))


def _columns(reading: _Reading, kind: Kind) -> dict[str, tuple[str, ...]]:
    return {
        name: reading.texts(f"columns.{name}", value)
        for name, value in reading.known("columns", kind).items()
    }


def _constants(reading: _Reading, kind: Kind) -> dict[str, str]:
    values = reading.known("constants", kind)
    for name, value in values.items():
        if not isinstance(value, str):
            raise reading.fault(f"constants.{name}", value, "a text")
    return {name: value.strip() for name, value in values.items()}


def _codes(reading: _Reading, kind: Kind) -> dict[str, dict[str, str]]:
    tables = reading.known("codes", kind)
    choices = {one.name: one.choices for one in kind.fields}
    for name, table in tables.items():
        if not isinstance(table, dict) or not all(isinstance(ours, str) for ours in table.values()):
            raise reading.fault(f"codes.{name}", table, "a table from old codes to ours, all texts")
        for old, ours in table.items():
            if choices[name] and ours and ours not in choices[name]:
                raise reading.fault(f"codes.{name}, {old!r}", ours, "one of " + ", ".join(choices[name]))
    return {name: {str(old).strip(): ours for old, ours in table.items()} for name, table in tables.items()}


def _dates(reading: _Reading) -> tuple[str, ...]:
    forms = reading.texts("dates")
    for form in forms:
        if not is_date_form(form):
            raise reading.fault("dates", form, "a form such as %Y-%m-%d %H:%M:%S, or unix, unix_ms, excel")
    return forms


def _encoding(reading: _Reading) -> str:
    name = reading.text("encoding")
    try:
        return codecs.lookup(name).name if name else ""
    except LookupError:
        raise reading.fault("encoding", name, "utf-8 or gb18030") from None


def _delimiter(reading: _Reading) -> str:
    sign = reading.text("delimiter")
    if len(sign) > 1 or (sign and sign in '"\r\n'):
        raise reading.fault("delimiter", sign, "one character, such as , or ;")
    return sign


def _header_row(reading: _Reading) -> int:
    row = reading.document.get("header_row", 1)
    if type(row) is not int or not 1 <= row <= 100:
        raise reading.fault("header_row", row, "a row from 1 to 100")
    return row


def _zone(reading: _Reading) -> ZoneInfo | None:
    name = reading.text("timezone")
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise reading.fault("timezone", name, "a time zone such as Asia/Shanghai") from None
