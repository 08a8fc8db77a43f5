"""Tables for spreadsheets: CSV as they read it, however many rows there are."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from tempfile import SpooledTemporaryFile

from fastapi.responses import StreamingResponse

IN_MEMORY = 1 << 20  # bytes; what is longer goes through a file that is gone afterwards
PIECE = 64 * 1024


def plain(text: str) -> str:
    """A spreadsheet would take a cell that begins so for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def table(name: str, rows: Iterable[Sequence[object]]) -> StreamingResponse:
    """The rows as the file `name`. They are written down before anything is sent, so that nobody who reads slowly keeps
    a transaction open.
    """
    kept: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  (closed when it is sent)
    text = io.TextIOWrapper(kept, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([plain(cell) if isinstance(cell, str) else cell for cell in row])
    text.detach()
    kept.seek(0)
    return StreamingResponse(
        _pieces(kept),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _pieces(kept: SpooledTemporaryFile[bytes]) -> Iterator[bytes]:
    with kept:
        while piece := kept.read(PIECE):
            yield piece
