"""Reading a city's rows, each of which still knows where every field of it stands: in a file, or in the record."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from hotline.errors import Misconfigured
from hotline.pack.sheets import SHEETS, Field, Sheet

LONGEST_CELL = 10_000
"""Characters. Told here, for the csv module's own limit is the whole process's and may have been raised."""


@dataclass(frozen=True)
class Row:
    """One row as read. `written` is what stands there, `values` what it means; `lines` has the line of each field
    that has one of its own. A row of the record has a `number` and stands in no line.
    """

    sheet: Sheet
    line: int
    written: Mapping[str, Any]
    values: Mapping[str, Any]
    lines: Mapping[str, int]
    number: int | None = None

    def fault(self, field: str, found: object, expected: str) -> Mistake:
        """A mistake in `field` of this row."""
        return Mistake(self._place(field), str(found), expected, self.sheet.name, self.number, field)

    @property
    def stand(self) -> str:
        """Where it is, for a mistake of another row that has to do with it."""
        return f"line {self.line}" if self.line else str(self.written.get(self.sheet.title, "a new row"))

    def _place(self, field: str) -> str:
        if self.line == 0:
            return f"{self.sheet.name} {self.stand}, {field}"
        word = "column" if self.sheet.is_csv else "key"
        return f"{self.sheet.file} line {self.lines.get(field, self.line)}, {word} {field}"

    def make(self) -> Any:
        """The value that the row stands for."""
        return self.sheet.make(**self.values)


class Mistake(Misconfigured):
    """A mistake in one field: of which sheet, which row of the record (None for a file's or a new one)."""

    def __init__(
        self, where: str, found: str, expected: str, sheet: str, number: int | None, field: str
    ) -> None:
        super().__init__(where, found, expected)
        self.sheet = sheet
        self.number = number
        self.field = field


@dataclass(frozen=True)
class _Raw:
    """A row before its fields are understood."""

    line: int
    values: Mapping[str, Any]
    lines: Mapping[str, int]


def read_text(path: Path) -> str:
    """The text of a UTF-8 file, with or without a byte order mark. Raises `Misconfigured`."""
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise Misconfigured(path.name, "no such file", "this file in the pack's folder") from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise Misconfigured(f"{path.name} line {line}", "bytes that are not UTF-8", "text in UTF-8") from None


def read_sheet(sheet: Sheet, text: str, problems: list[Misconfigured]) -> list[Row]:
    """The rows of `sheet` in its file's `text`; what is wrong with them is added to `problems`."""
    try:
        raws = list(_csv_rows(sheet, text) if sheet.is_csv else _toml_rows(sheet, text))
    except Misconfigured as problem:
        problems.append(problem)
        return []
    except csv.Error as error:
        problems.append(Misconfigured(sheet.file, str(error), "comma-separated values"))
        return []
    return [_understand(Row(sheet, raw.line, raw.values, {}, raw.lines), problems) for raw in raws]


def recorded_row(
    sheet: Sheet, number: int | None, written: Mapping[str, Any], problems: list[Misconfigured]
) -> Row:
    """A row of `sheet` as the record or a form has it; what is wrong with it is added to `problems`."""
    return _understand(Row(sheet, 0, written, {}, {}, number), problems)


def plain(written: Mapping[str, Any]) -> dict[str, Any]:
    """`written` as JSON can keep it: days and times as texts, which every form reads as well."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in written.items()}


def _csv_rows(sheet: Sheet, text: str) -> Iterator[_Raw]:
    # A comment line becomes an empty one, so that the reader's line numbers stay those of the file.
    reader = csv.reader("" if line.startswith("#") else line for line in text.splitlines())
    header: list[str] = []
    for cells in reader:
        if not cells:
            continue
        if not header:
            header = [cell.strip() for cell in cells]
            _check_header(sheet, header, reader.line_num)
            continue
        if len(cells) != len(header):
            where = f"{sheet.file} line {reader.line_num}"
            raise Misconfigured(where, f"{len(cells)} cells", f"{len(header)}, as in the header")
        for name, cell in zip(header, cells, strict=True):
            if len(cell) > LONGEST_CELL:
                where = f"{sheet.file} line {reader.line_num}, column {name}"
                raise Misconfigured(where, f"{len(cell)} characters", f"at most {LONGEST_CELL}")
        values = {name: cell.strip() for name, cell in zip(header, cells, strict=True) if cell.strip()}
        yield _Raw(reader.line_num, values, {})


def _check_header(sheet: Sheet, header: list[str], line: int) -> None:
    known = [field.name for field in sheet.fields]
    missing = [field.name for field in sheet.fields if field.required and field.name not in header]
    unknown = [name for name in header if name not in known]
    where = f"{sheet.file} line {line}"
    if missing:
        raise Misconfigured(where, "no column " + ", ".join(missing), "the columns " + ", ".join(known))
    if unknown:
        raise Misconfigured(where, "column " + ", ".join(unknown), "the columns " + ", ".join(known))


def _toml_rows(sheet: Sheet, text: str) -> Iterator[_Raw]:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(sheet.file, str(error), "TOML") from None
    _check_tables(sheet, document)
    places = list(_toml_places(sheet, text))
    for number, table in enumerate(_listed(document.get(sheet.table, []))):
        line, lines = places[number] if number < len(places) else (1, {})
        yield _Raw(line, table, lines)


def _check_tables(sheet: Sheet, document: dict[str, Any]) -> None:
    headers = {other.table: other.header for other in SHEETS if other.file == sheet.file}
    for name in document.keys() - headers.keys():
        raise Misconfigured(f"{sheet.file}, {name}", "an unknown table", " or ".join(headers.values()))
    if sheet.single and sheet.table not in document:
        raise Misconfigured(sheet.file, f"no {sheet.header}", "one")
    tables = document.get(sheet.table, [])
    if isinstance(tables, dict) != sheet.single or not all(isinstance(one, dict) for one in _listed(tables)):
        raise Misconfigured(
            f"{sheet.file}, {sheet.table}", "another kind of value", f"tables headed {sheet.header}"
        )


def _listed(tables: Any) -> list[Any]:
    return tables if isinstance(tables, list) else [tables]


def _toml_places(sheet: Sheet, text: str) -> Iterator[tuple[int, dict[str, int]]]:
    """The line of each of the sheet's headers, and those of the keys under it: the parser doesn't tell."""
    place: tuple[int, dict[str, int]] | None = None
    for line, written in enumerate(text.splitlines(), start=1):
        if written.startswith("["):
            if place:
                yield place
            place = (line, {}) if written.split("#")[0].strip() == sheet.header else None
        elif place and (found := re.match(r"\s*([\w-]+)\s*=", written)):
            place[1].setdefault(found[1], line)
    if place:
        yield place


def _understand(row: Row, problems: list[Misconfigured]) -> Row:
    values: dict[str, Any] = {}
    known = [field.name for field in row.sheet.fields]
    for name in row.written.keys() - set(known):
        problems.append(row.fault(name, "an unknown key", "one of " + ", ".join(known)))
    for field in row.sheet.fields:
        try:
            values[field.name] = _value(field, row.written)
        except (ValueError, TypeError):
            found = repr(row.written[field.name]) if field.name in row.written else "nothing"
            problems.append(row.fault(field.name, found, field.form.expected))
    return replace(row, values=values)


def _value(field: Field, values: Mapping[str, Any]) -> Any:
    if field.name in values:
        return field.form.parse(values[field.name])
    if field.required:
        raise ValueError(field.name)
    return field.default
