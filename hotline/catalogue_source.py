"""A catalogue's file as a table: CSV or XLSX, the rows with their numbers, read whole since a catalogue is small."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hotline.errors import Misconfigured
from hotline.imports.sources import Torn, open_source

LARGEST = 200_000  # rows; the largest catalogues have some ten thousand


def table_of(path: Path, name: str = "") -> list[tuple[int, Sequence[str]]]:
    """The header and the rows of the file at `path`, called `name` by whoever sent it. Raises `Misconfigured`."""
    name = name or path.name
    source = open_source(path)
    try:
        table: list[tuple[int, Sequence[str]]] = [(1, source.header)]
        for number, cells in source.rows():
            if isinstance(cells, Torn):
                raise Misconfigured(f"{name} row {number}", cells.text[:60], "a row of cells")
            if len(table) > LARGEST:
                raise Misconfigured(name, f"more than {LARGEST} rows", "a catalogue")
            table.append((number, cells))
    finally:
        source.close()
    return table
