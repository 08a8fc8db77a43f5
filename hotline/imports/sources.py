"""Files as they come, read row by row in bounded memory: CSV in UTF-8 or GB18030, and XLSX.

A source tells its header at once, then its rows, each with its number as a spreadsheet shows it (the header is
row 1). What can't be read as a row is a `Torn`, and reading goes on with the next line. `place` is where reading
can go on later: bytes of a CSV file, rows of a spreadsheet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from hotline.errors import Misconfigured
from hotline.imports.mapping import ImportMapping

ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Torn:
    """What stands where a row should be: the text, as far as one wants to see it, and why it is none."""

    text: str
    reason: str


Numbered = tuple[int, Sequence[str] | Torn]


class Source(Protocol):
    """An open file of rows. `size` is in the measure of `place`; 0 where nobody knows."""

    @property
    def header(self) -> Sequence[str]: ...

    @property
    def size(self) -> int: ...

    @property
    def place(self) -> int: ...

    @property
    def short_rows(self) -> bool:
        """Whether its rows end with their last cell that has something in it."""

    def rows(self, place: int = 0, row: int = 0) -> Iterator[Numbered]:
        """The rows after `place`, of which `row` is the number of the last one read; all of them from 0."""

    def close(self) -> None:
        """Let go of the file."""


def open_source(path: Path, mapping: ImportMapping | None = None) -> Source:
    """The file at `path`, read as `mapping` says, or as it looks. Raises `Misconfigured`."""
    from hotline.imports.csv_source import CsvSource
    from hotline.imports.xlsx_source import XlsxSource

    beginning = _beginning(path)
    header_row = mapping.header_row if mapping else 1
    if beginning.startswith(ZIP):
        return XlsxSource(path, mapping.sheet if mapping else "", header_row)
    if beginning.startswith(OLD_EXCEL):
        raise Misconfigured(str(path), "an Excel file of the old kind (.xls)", "it saved as .xlsx or .csv")
    if beginning.startswith(UTF16):
        raise Misconfigured(str(path), "text in UTF-16", "it saved as UTF-8 or GB18030")
    return CsvSource(
        path, mapping.encoding if mapping else "", mapping.delimiter if mapping else "", header_row
    )


def digest_of(path: Path) -> str:
    """The file's SHA-256, in hex. The same file, whatever it is called, has the same."""
    whole = sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            whole.update(piece)
    return whole.hexdigest()


def checked_header(cells: Sequence[str], where: str) -> tuple[str, ...]:
    """The header without space around its words. Raises `Misconfigured` where there is none."""
    # Bytes that are no text in the file's encoding are seen as such, for this is shown to people.
    header = tuple(cell.strip().encode("utf-8", "replace").decode() for cell in cells)
    while header and not header[-1]:
        header = header[:-1]
    if not header:
        raise Misconfigured(where, "nothing", "a header and rows below it")
    return header


def _beginning(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            beginning = file.read(8)
    except FileNotFoundError:
        raise Misconfigured(str(path), "no such file", "a CSV or XLSX file") from None
    except IsADirectoryError:
        raise Misconfigured(str(path), "a folder", "a CSV or XLSX file") from None
    if not beginning:
        raise Misconfigured(str(path), "an empty file", "a header and rows below it")
    return beginning
