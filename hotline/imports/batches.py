"""A file's rows in batches that are loaded together, each already understood or rejected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from hotline.imports.account import AGAIN
from hotline.imports.rows import Blamed, Mapped, RowReader
from hotline.imports.sources import Numbered, Torn

MOST_ROWS = 2_000
"""Few enough that readers of the journal, who wait for a writing transaction, don't notice."""
MOST_SIGNS = 4_000_000

Rejected = tuple[int, Sequence[str], Sequence[Blamed]]


@dataclass
class Batch:
    """Some rows that follow one another: `rows` of them, good and bad; `row` is the number of the last."""

    mapped: list[Mapped] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    cells: dict[int, Sequence[str]] = field(default_factory=dict)
    rows: int = 0
    row: int = 0
    signs: int = 0

    def reject_clashing(self, reader: RowReader, clashing: Iterable[tuple[Mapped, int]]) -> None:
        """Rejects rows that contradict the earlier row whose number is beside them."""
        for mapped, row in clashing:
            cells = self.cells[mapped.row]
            self.rejected.append((mapped.row, cells, [reader.blame("key", cells, AGAIN, row=row)]))


def batches(rows: Iterable[Numbered], reader: RowReader) -> Iterator[Batch]:
    """The rows in batches, none of them empty."""
    batch = Batch()
    for number, cells in rows:
        batch.row = number
        batch.rows += 1
        if isinstance(cells, Torn):
            batch.rejected.append((number, [cells.text], [Blamed("", "", cells.reason, {})]))
            batch.signs += len(cells.text)
        else:
            _understand(batch, reader, number, cells)
        if batch.rows >= MOST_ROWS or batch.signs >= MOST_SIGNS:
            yield batch
            batch = Batch()
    if batch.rows:
        yield batch


def _understand(batch: Batch, reader: RowReader, number: int, cells: Sequence[str]) -> None:
    found = reader.read(number, cells)
    if isinstance(found, Mapped):
        batch.mapped.append(found)
        batch.cells[number] = cells
        batch.signs += len(found.values)
    else:
        batch.rejected.append((number, cells, found))
        batch.signs += sum(map(len, cells))
