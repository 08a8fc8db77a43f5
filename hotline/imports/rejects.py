"""The file of rejected rows: the original columns as they were, and after them what is wrong. Corrected, it can be
imported with the same mapping, which doesn't look at the columns that were added.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from hotline.imports.rows import Blamed
from hotline.words import translate

ADDED = ("_file", "_row", "_column", "_value", "_reason")


class Rejects:
    """Rejected rows of one file, written with a batch's others before its transaction ends.

    UTF-8 with a byte order mark, so that a spreadsheet and the next import know it whatever the mapping says.
    """

    def __init__(
        self, path: Path, header: Sequence[str], file: str, delimiter: str, language: str, size: int
    ) -> None:
        """Goes on after the first `size` bytes: what stands behind them belongs to a batch that never was."""
        self.path = path
        self._columns = [place for place, name in enumerate(header) if name not in ADDED]
        self._header = [header[place] for place in self._columns]
        self._file = file
        self._delimiter = delimiter or ","
        self._language = language
        self.size = size
        if path.exists():
            with path.open("r+b") as opened:
                opened.truncate(size)

    def write(self, rows: Sequence[tuple[int, Sequence[str], Sequence[Blamed]]]) -> None:
        """Adds these rows, with the number, the cells and the faults of each."""
        if not rows:
            return
        text = io.StringIO()
        writer = csv.writer(text, delimiter=self._delimiter)
        if self.size == 0:
            text.write("\ufeff")
            writer.writerow([*self._header, *ADDED])
        for row, cells, faults in rows:
            writer.writerow([*self._original(cells), self._file, row, *self._why(faults)])
        encoded = text.getvalue().encode("utf-8", "replace")
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.touch(mode=0o600)
        with self.path.open("r+b") as opened:
            opened.seek(self.size)
            opened.write(encoded)
        self.size += len(encoded)

    def _original(self, cells: Sequence[str]) -> list[str]:
        return [cells[place] if place < len(cells) else "" for place in self._columns]

    def _why(self, faults: Sequence[Blamed]) -> tuple[str, str, str]:
        return (
            "; ".join(fault.column for fault in faults),
            "; ".join(fault.value for fault in faults),
            "; ".join(words(fault, self._language) for fault in faults),
        )


def words(fault: Blamed, language: str) -> str:
    """Why, in the reader's language."""
    return translate(fault.reason, language, **fault.facts)
