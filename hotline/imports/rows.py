"""From a row's cells to the values of its fields, or to what is wrong with it. Compiled once for a file: a million
rows pass through here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from zoneinfo import ZoneInfo

from hotline.areas import Area
from hotline.catalogue import Matter
from hotline.errors import Misconfigured
from hotline.imports.kinds import KEY, Fault, Field
from hotline.imports.mapping import ImportMapping
from hotline.imports.values import Reader, Unreadable, reader_for
from hotline.pack.model import CityPack
from hotline.units import Unit
from hotline.words import N_

APART = "\x1f"
"""Stands between the values of a row; no value has it."""

MISSING = N_("Nothing stands here, but it is needed")
UNFIT = N_("Bytes that are no text in this encoding, or control characters")
CELLS = N_("The row has {found} cells, the header {expected}")
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1e\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Mapped:
    """A row understood: `values` are its fields' texts with `APART` between them; `digest` tells whether they
    changed.
    """

    row: int
    key: str
    digest: bytes
    values: str


@dataclass(frozen=True)
class Blamed:
    """A fault of a row with the column and the value that it is about, for the file of rejected rows."""

    column: str
    value: str
    reason: str
    facts: Mapping[str, object]


class RowReader:
    """Understands the rows of one file. Raises `Misconfigured` for a mapping that doesn't fit file or city."""

    def __init__(
        self,
        mapping: ImportMapping,
        header: Sequence[str],
        city: CityPack,
        now: datetime,
        where: str = "mapping",
        *,
        short_rows: bool = False,
    ) -> None:
        self._mapping = mapping
        self._kind = mapping.kind
        self._width = len(header)
        self._short_rows = short_rows
        self._names = self._kind.names
        self._nothing = mapping.empty
        readers = {field.name: _reader(field, mapping, city, now) for field in self._kind.fields}
        self._constants = [
            _constant(field, mapping, readers[field.name], where) for field in self._kind.fields
        ]
        self._cells = {
            name: _places(columns, header, where, name) for name, columns in mapping.columns.items()
        }
        self._single: list[tuple[int, int, Reader]] = []
        self._joined: list[tuple[int, list[int], str, Reader]] = []
        for name, cells in self._cells.items():
            place = self._names.index(name)
            if len(cells) == 1:
                self._single.append((place, cells[0], readers[name]))
            else:
                self._joined.append((place, cells, "/" if name == KEY else "\n", readers[name]))
        self._needed = [place for place, field in enumerate(self._kind.fields) if field.required]
        self._refuse_unfed(where)

    def read(self, row: int, cells: Sequence[str]) -> Mapped | list[Blamed]:
        """The row with its number in the file, or all that is wrong with it."""
        if len(cells) != self._width:
            fitted = self._fitted(cells)
            if fitted is None:
                return [Blamed("", "", CELLS, {"found": len(cells), "expected": self._width})]
            cells = fitted
        values, faults = self._values(cells)
        together = APART.join(values)
        if _UNFIT.search(together) or together.count(APART) != len(values) - 1:
            faults += [
                Fault(name, UNFIT, {})
                for name, value in zip(self._names, values, strict=True)
                if _UNFIT.search(value) or APART in value
            ]
        elif not faults:
            faults = list(self._kind.check(dict(zip(self._names, values, strict=True))))
        if faults:
            return [self._blame(fault, cells) for fault in faults]
        digest = blake2b(together.encode(), digest_size=16).digest()
        return Mapped(row, values[0], digest, together)

    def blame(self, field: str, cells: Sequence[str], reason: str, **facts: object) -> Blamed:
        """A fault that only the record could find, in this row."""
        return self._blame(Fault(field, reason, facts), self._fitted(cells) or cells)

    def _values(self, cells: Sequence[str]) -> tuple[list[str], list[Fault]]:
        values, faults, nothing = self._constants.copy(), [], self._nothing
        for place, index, read in self._single:
            cell = cells[index].strip()
            if cell and cell not in nothing:
                try:
                    values[place] = read(cell)
                except Unreadable as error:
                    faults.append(Fault(self._names[place], error.reason, error.facts))
        for place, indexes, between, read in self._joined:
            parts = (cells[index].strip() for index in indexes)
            cell = between.join(part for part in parts if part and part not in nothing)
            if cell:
                try:
                    values[place] = read(cell)
                except Unreadable as error:
                    faults.append(Fault(self._names[place], error.reason, error.facts))
        wrong = {fault.field for fault in faults}
        missing = (self._names[place] for place in self._needed if not values[place])
        faults += [Fault(name, MISSING, {}) for name in missing if name not in wrong]
        return values, faults

    def _fitted(self, cells: Sequence[str]) -> Sequence[str] | None:
        """A spreadsheet leaves out empty cells at a row's end, and some write a delimiter too many."""
        if len(cells) > self._width:
            return None if any(cell.strip() for cell in cells[self._width :]) else cells[: self._width]
        return [*cells, *[""] * (self._width - len(cells))] if self._short_rows else None

    def _blame(self, fault: Fault, cells: Sequence[str]) -> Blamed:
        columns = self._mapping.columns.get(fault.field, ())
        places = self._cells.get(fault.field, ())
        said = (cells[place].strip() for place in places if place < len(cells))
        value = " ".join(part for part in said if part)
        return Blamed(" + ".join(columns) or fault.field, value[:200], fault.reason, fault.facts)

    def _refuse_unfed(self, where: str) -> None:
        """A field that every row needs must have a column or a constant."""
        for place in self._needed:
            name = self._names[place]
            if name not in self._mapping.columns and not self._constants[place]:
                expected = f'[columns] {name} = "…" or [constants] {name} = "…"'
                raise Misconfigured(f"{where}, {name}", "neither a column nor a constant", expected)


def _reader(field: Field, mapping: ImportMapping, city: CityPack, now: datetime) -> Reader:
    return reader_for(
        field,
        codes=mapping.codes.get(field.name, {}),
        known=_known(city, field.names) if field.names else {},
        dates=mapping.dates,
        zone=mapping.zone or ZoneInfo(city.city.timezone),
        now=now,
    )


def _constant(field: Field, mapping: ImportMapping, read: Reader, where: str) -> str:
    written = mapping.constants.get(field.name, "")
    if not written:
        return field.default
    try:
        return read(written)
    except Unreadable as error:
        expected = error.reason.format(**error.facts)
        raise Misconfigured(f"{where}, constants.{field.name}", repr(written), expected) from None


def _places(columns: Iterable[str], header: Sequence[str], where: str, name: str) -> list[int]:
    found = []
    for column in columns:
        places = [place for place, title in enumerate(header) if title == column]
        if len(places) != 1:
            what = f"no column {column!r}" if not places else f"{len(places)} columns {column!r}"
            raise Misconfigured(f"{where}, {name}", what, "one of " + ", ".join(filter(None, header)))
        found += places
    return found


def _known(city: CityPack, what: str) -> dict[str, str]:
    """The city's codes of this sort by code and by name; a name that two of them have means neither."""
    if what == "lines":
        return {line.number: line.number for line in city.lines}
    things: Mapping[str, Iterable[Area | Unit | Matter]] = {
        "areas": city.areas,
        "units": city.units,
        "matters": city.catalogue.matters.values(),
    }
    named = [(name, thing.code) for thing in things[what] for name in {thing.name_zh, thing.name_en}]
    often = Counter(name for name, _ in named)
    names = {name: code for name, code in named if often[name] == 1}
    return names | {thing.code: thing.code for thing in things[what]}
