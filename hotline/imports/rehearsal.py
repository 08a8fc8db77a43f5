"""What a dry run remembers instead of the record: the keys that it has met, in a file of its own that nobody sees."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from hotline.imports.account import Decided, Known

_PIECE = 500  # variables in one statement


class Seen:
    """Keys met so far in one dry run."""

    def __init__(self) -> None:
        self._file = sqlite3.connect("")  # a temporary database on disk, gone when closed
        self._file.execute("CREATE TABLE seen (key TEXT PRIMARY KEY, digest BLOB, row INTEGER) WITHOUT ROWID")

    def known(self, keys: Iterable[str], run: int) -> dict[str, Known]:
        """Those of `keys` that were met, as the record would know them if this were no dry run."""
        asked = list(keys)
        found: dict[str, Known] = {}
        for start in range(0, len(asked), _PIECE):
            piece = asked[start : start + _PIECE]
            marks = ",".join("?" * len(piece))
            rows = self._file.execute(f"SELECT key, digest, row FROM seen WHERE key IN ({marks})", piece)
            found |= {key: Known(digest, run, row, 0) for key, digest, row in rows}
        return found

    def add(self, decided: Decided) -> None:
        """Remembers what a real run would have written."""
        met = [*decided.new, *decided.alike, *(mapped for mapped, _ in decided.changed)]
        self._file.executemany(
            "INSERT INTO seen VALUES (?, ?, ?)", [(one.key, one.digest, one.row) for one in met]
        )
