"""CSV files. Lines are split as bytes, so that a place in the file is exact whatever its encoding, and one line that
is broken doesn't take the next ones along: UTF-8 and GB18030 both leave line ends, commas and quotation marks alone.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from hotline.errors import Misconfigured
from hotline.imports.sources import Numbered, Torn, checked_header
from hotline.words import N_

LONGEST_CELL = 12_000_000
"""Characters. The csv module has one limit for the whole process; this is it."""
LONGEST_LINE = 50_000_000
MOST_LINES = 2_000
"""Lines that one quoted row may have; one with more lacks a quotation mark."""
SAMPLE = 1 << 20
BOM = b"\xef\xbb\xbf"
DELIMITERS = ",\t;|"

UNPAIRED = N_("Quotation marks that don't pair")
TOO_LARGE = N_("A cell or a line larger than can be read")


class CsvSource:
    """A text file of delimited cells."""

    short_rows = False

    def __init__(self, path: Path, encoding: str, delimiter: str, header_row: int) -> None:
        csv.field_size_limit(LONGEST_CELL)
        self._path = path
        self._file = path.open("rb")
        sample = self._file.read(SAMPLE)
        has_mark = sample.startswith(BOM)
        self.encoding = "utf-8" if has_mark else encoding or detect_encoding(sample)
        self.size = path.stat().st_size
        self._lines = _Lines(self._file, self.encoding, len(BOM) if has_mark else 0)
        self._number = 0
        self._delimiter = delimiter or _detect_delimiter(self._peek(header_row))
        try:
            self.header = self._read_header(header_row)
        except Misconfigured:
            self.close()
            raise
        self._begin = self._lines.place, self._number

    @property
    def place(self) -> int:
        """The byte at which the next row begins."""
        return self._lines.place

    def rows(self, place: int = 0, row: int = 0) -> Iterator[Numbered]:
        """The rows after `place`; a blank line is none, though it counts as one."""
        start, self._number = (place, row) if place else self._begin
        self._lines.go_to(start)
        for cells in self._cells():
            if isinstance(cells, Torn) or any(cell and not cell.isspace() for cell in cells):
                yield self._number, cells

    def close(self) -> None:
        self._file.close()

    def _cells(self) -> Iterator[list[str] | Torn]:
        reader = csv.reader(self._lines, delimiter=self._delimiter, strict=True)
        lines = self._lines
        while True:
            lines.row.clear()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                self._number += 1
                yield Torn(lines.give_back(), TOO_LARGE if "limit" in str(error) else UNPAIRED)
                reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
                continue
            self._number += 1
            yield cells

    def _peek(self, header_row: int) -> str:
        lines = [line for _, line in zip(range(header_row), self._lines, strict=False)]
        self._lines.go_to(self._lines.start)
        return lines[-1] if lines else ""

    def _read_header(self, header_row: int) -> tuple[str, ...]:
        cells, found = self._cells(), None
        for _ in range(header_row):
            found = next(cells, None)
            if isinstance(found, Torn):
                raise Misconfigured(f"{self._path}, row {self._number}", found.reason, "a header")
        return checked_header(cast("list[str]", found or []), f"{self._path}, row {header_row}")


class _Lines:
    """The lines of a file, decoded one by one; `row` holds those that the row being read has used so far."""

    def __init__(self, file: IO[bytes], encoding: str, start: int) -> None:
        self._file = file
        self._encoding = encoding
        self._again: deque[bytes] = deque()
        self.start = start
        self.row: list[bytes] = []
        self.place = start
        self.go_to(start)

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        raw = self._again.popleft() if self._again else self._file.readline(LONGEST_LINE)
        if not raw:
            raise StopIteration
        self.place += len(raw)
        self.row.append(raw)
        if len(raw) == LONGEST_LINE or len(self.row) > MOST_LINES:
            raise csv.Error("limit" if len(raw) == LONGEST_LINE else "lines")
        try:
            return raw.decode(self._encoding)
        except UnicodeDecodeError:
            return raw.decode(self._encoding, "surrogateescape")  # a fault of the cells that have such bytes

    def go_to(self, place: int) -> None:
        """Read on from the byte `place`."""
        self._file.seek(place)
        self._again.clear()
        self.row.clear()
        self.place = place

    def give_back(self) -> str:
        """Leaves the first of the row's lines as read and takes the others again; returns that line's beginning."""
        first, *rest = self.row or [b""]
        if len(first) == LONGEST_LINE and not first.endswith(b"\n"):
            self._skip_line()
        self.place -= sum(map(len, rest))
        self._again.extendleft(reversed(rest))
        self.row.clear()
        return first[:4_000].decode(self._encoding, "replace").rstrip("\r\n")

    def _skip_line(self) -> None:
        while piece := self._file.readline(LONGEST_LINE):
            self.place += len(piece)
            if piece.endswith(b"\n"):
                return


def detect_encoding(sample: bytes) -> str:
    """UTF-8 where nearly every line with Chinese in it is that; one damaged line doesn't make it another.

    A line of Chinese in GB18030 is practically never valid UTF-8.
    """
    lines = [line for line in sample.split(b"\n")[:-1] or [sample] if not line.isascii()]
    valid = sum(_is_valid(line, "utf-8") for line in lines)
    return "utf-8" if valid >= 0.9 * len(lines) else "gb18030"


def _is_valid(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _detect_delimiter(header: str) -> str:
    return max(DELIMITERS, key=header.count)
