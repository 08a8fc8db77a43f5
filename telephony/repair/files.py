"""A log file read onward from a kept position, through everything that happens to log files: rotation (moved away,
copied and truncated, compressed), another inode, a line that is still being written.

A file is known by its first bytes, which stay the same whatever becomes of its name.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

import structlog

from hotline.record.repair import Position
from telephony.repair.rows import Row

HEAD = 256  # bytes that a file is known by, or all of it where it is shorter
log = structlog.get_logger()


@dataclass(frozen=True)
class Placed:
    """A row, and the positions before and behind it."""

    row: Row | None
    before: Position
    behind: Position


@dataclass(frozen=True)
class LogFile:
    """The file at `path`, whose lines are understood by `parse`, and those it was before it was rotated."""

    path: Path
    parse: Callable[[str], Row | None]

    def read(self, since: Position | None, read_at: datetime | None = None) -> Iterator[Placed]:
        """What was written since then. Without a position, from the beginning of the file as it is now.

        Where the file of the position is gone, everything is read that was written to after `read_at`: rows that come
        twice do no harm.
        """
        for file, offset in self._onward(since, read_at):
            yield from self._lines(file, offset)

    def between(self, start: datetime, end: datetime) -> Iterator[Row]:
        """The rows of that time, wherever they are now."""
        for file in (*self._rotated(start), self.path):
            for placed in self._lines(file, 0):
                if placed.row and start <= placed.row.at < end:
                    yield placed.row

    def _onward(self, since: Position | None, read_at: datetime | None) -> list[tuple[Path, int]]:
        if since is None:
            return [(self.path, 0)]
        if since.file and _is(self.path, since.file):
            return [(self.path, since.offset)]
        older = self._rotated(None if since.file else read_at)
        for place, file in enumerate(older):
            if since.file and _is(file, since.file):
                return [(file, since.offset), *((later, 0) for later in (*older[place + 1 :], self.path))]
        if since.file:
            log.warning("log rotated out of sight, read anew", file=self.path.name)
        return [(file, 0) for file in (*self._rotated(read_at), self.path)]

    def _rotated(self, since: datetime | None) -> list[Path]:
        """What it was before, oldest first; of those only what was written to since then."""
        try:
            names = [file for file in self.path.parent.iterdir() if file.name.startswith(self.path.name)]
            dated = [(file.stat().st_mtime, file) for file in names if file != self.path and file.is_file()]
        except FileNotFoundError:
            return []
        least = since.timestamp() - 1 if since else 0.0
        return [file for changed, file in sorted(dated) if changed >= least]

    def _lines(self, file: Path, offset: int) -> Iterator[Placed]:
        try:
            opened = _open(file)
        except FileNotFoundError:
            return
        with opened:
            name = _name(opened.read(HEAD))
            opened.seek(offset)
            before = Position(name, offset)
            for line in opened:
                if not line.endswith(b"\n"):
                    return
                behind = Position(name, before.offset + len(line))
                yield Placed(self.parse(line.decode("utf-8", "replace")), before, behind)
                before = behind


def _is(file: Path, name: str) -> bool:
    """Whether `file` begins with the bytes that `name` was made from, and has more than none."""
    try:
        with _open(file) as opened:
            return _name(opened.read(int(name.partition(":")[0]))) == name
    except (FileNotFoundError, EOFError, OSError):
        return False


def _name(head: bytes) -> str:
    return f"{len(head)}:{hashlib.sha256(head).hexdigest()[:32]}" if head else ""


def _open(file: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(file, "rb")) if file.suffix == ".gz" else file.open("rb")
