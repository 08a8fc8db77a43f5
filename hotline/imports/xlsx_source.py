"""XLSX files. openpyxl reads the rows one by one; the texts that cells share, which it would keep in memory, lie in a
file of their own instead, for a large export is nothing but such texts.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any
from xml.etree.ElementTree import ParseError, iterparse
from zipfile import BadZipFile, ZipFile

from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from hotline.errors import Misconfigured
from hotline.imports.sources import Numbered, checked_header

LARGEST = 8 << 30
"""Bytes that a workbook may unpack to."""
_BROKEN = (BadZipFile, zlib.error, ParseError, InvalidFileException, KeyError, ValueError, EOFError, OSError)


class XlsxSource:
    """One sheet of a workbook; the first where no name is given."""

    short_rows = True

    def __init__(self, path: Path, sheet: str, header_row: int) -> None:
        self._path = path
        self._book = _Workbook.of(path)
        titles = self._book.sheetnames
        if sheet and sheet not in titles:
            raise Misconfigured(f"{path}, sheet", repr(sheet), "one of " + ", ".join(titles))
        self._sheet = self._book[sheet or titles[0]]
        self._sheet.reset_dimensions()  # some programs write wrong ones
        self._header_row = header_row
        self.place = 0
        self.size = 0
        self.header = checked_header(self._header(), f"{path}, row {header_row}")

    def rows(self, place: int = 0, row: int = 0) -> Iterator[Numbered]:
        """The rows after the `place`-th; those before are read over. `row` is the same number here."""
        for number, values in enumerate(self._values(), start=1):
            if number <= max(place, self._header_row):
                continue
            self.place = number
            cells = [_text(value) for value in values]
            if any(cell and not cell.isspace() for cell in cells):
                yield number, cells

    def close(self) -> None:
        self._book.close()

    def _header(self) -> Sequence[str]:
        for number, values in enumerate(self._values(), start=1):
            if number == self._header_row:
                return [_text(value) for value in values]
        return ()

    def _values(self) -> Iterator[Sequence[Any]]:
        number = 0
        try:
            for values in self._sheet.iter_rows(values_only=True):
                number += 1
                yield values
        except _BROKEN as error:
            where, found = f"{self._path}, after row {number}", f"a damaged file ({error})"
            raise Misconfigured(where, found, "a whole XLSX file") from None


def _text(value: Any) -> str:
    """A cell as a CSV file would have it."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime | date | time):
        return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
    return str(value)


class _Workbook(ExcelReader):  # type: ignore[misc]
    """A workbook whose shared texts lie in a file."""

    @classmethod
    def of(cls, path: Path) -> Any:
        """The open workbook at `path`. Raises `Misconfigured`."""
        try:
            with ZipFile(path) as archive:
                size = sum(part.file_size for part in archive.infolist())
            if size > LARGEST:
                raise Misconfigured(str(path), f"{size >> 30} GB of sheets", f"at most {LARGEST >> 30} GB")
            reader = cls(path, read_only=True, data_only=True, keep_links=False)
            reader.read()
        except _BROKEN as error:
            raise Misconfigured(str(path), f"a damaged file ({error})", "a whole XLSX file") from None
        if not reader.wb.sheetnames:
            raise Misconfigured(str(path), "no sheet", "a sheet with rows")
        return reader.wb

    def read_strings(self) -> None:
        """Takes the place of openpyxl's own, which makes a list of them."""
        part = self.package.find(SHARED_STRINGS)
        if part is not None:
            with self.archive.open(part.PartName[1:]) as source:
                self.shared_strings = _Texts(source)


class _Texts(Sequence[str]):
    """Texts by their number, in a file that nobody else sees."""

    def __init__(self, source: Any) -> None:
        self._file = TemporaryFile()  # noqa: SIM115  (it lives as long as the workbook)
        self._ends = array("Q", [0])
        item, text = f"{{{SHEET_MAIN_NS}}}si", f"{{{SHEET_MAIN_NS}}}t"
        phonetic = f"{{{SHEET_MAIN_NS}}}rPh"
        events = iterparse(source, events=("start", "end"))
        _, root = next(events)
        for event, node in events:
            if event == "end" and node.tag == item:
                spoken = {one for run in node.iter(phonetic) for one in run.iter(text)}
                whole = "".join(one.text or "" for one in node.iter(text) if one not in spoken)
                whole = whole.replace("_x000D_", "")
                self._ends.append(self._ends[-1] + self._file.write(whole.encode("utf-8", "surrogatepass")))
                root.clear()
        self._file.flush()

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, number: Any) -> Any:
        begin, end = self._ends[number], self._ends[number + 1]
        self._file.seek(begin)
        return self._file.read(end - begin).decode("utf-8", "surrogatepass")
