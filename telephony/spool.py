"""The spool: what Asterisk said, in order, in files, until the record has it. So a record that is slow or away, and
a process that is killed in between, lose nothing that was heard.

Every entry has a number, and the record keeps the number up to which it has been applied in the same transaction as
the facts (see docs/decisions/spool-before-record.md). One thread may append while another reads.
"""

from __future__ import annotations

import fcntl
import os
import struct
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import IntEnum
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from hotline.errors import Misconfigured

SEGMENT = 8 * 1024 * 1024  # bytes after which a new file is begun; files are thrown away whole
CHUNK = 1024 * 1024  # bytes that are read at once
_HEAD = struct.Struct(">IIQdB")  # length of the body, checksum of all that follows, number, moment, kind
_CHECKED = struct.Struct(">QdB")  # the part of the head that is checked with the body
SUFFIX = ".spool"


class Kind(IntEnum):
    """What an entry is. Its body is text as Asterisk writes it, or empty."""

    MESSAGE = 1
    BEGUN = 2  # a process of ours began to listen
    LOST = 3  # the link was lost
    REFUSED = 4  # the switch refuses us
    RESTORED = 5  # the first look at the switch after one of these
    LOOK = 6  # a later one


class Entry(NamedTuple):
    """Something heard at `at`, by this machine's clock. `number` is given by the spool."""

    kind: Kind
    at: datetime
    body: bytes = b""
    number: int = 0


class Full(Exception):
    """The spool has no room for anything more."""


class Spool:
    """The spool in `folder`; at most `largest` bytes wait in it. Raises `Misconfigured` if another process has it."""

    def __init__(self, folder: Path, largest: int) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._largest = largest
        self._guard = threading.Lock()
        self._lock: int | None = _locked(folder / "lock")
        self._segments = sorted(folder.glob(f"*{SUFFIX}"))
        self._sizes = {file: file.stat().st_size for file in self._segments}
        self._place = 0  # how far the first segment has been applied
        self._reading: int | None = None
        self._writing: int | None = None
        self._last = self._unused_number()
        self.first = self._last + 1  # no entry that is appended from now on has a lower number
        self._begin(self.first)

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(self._sizes.values())

    @property
    def waiting(self) -> int:
        """Bytes that have not been applied."""
        with self._guard:
            return self.size - self._place

    def append(self, entries: Sequence[Entry]) -> int:
        """Put `entries` behind all others and return how many there was room for, from the first on. They are the
        operating system's then: a kill can't undo it. Raises `Full` where there was room for none, or on the disk.
        """
        packed = [_packed(entry, number) for number, entry in enumerate(entries, self._last + 1)]
        with self._guard:
            room = self._largest - (self.size - self._place)
            fitting = _fitting(packed, room)
            if packed and not fitting:
                raise Full(f"{room} of {self._largest} bytes are left")
            if self._sizes[self._segments[-1]] >= SEGMENT:
                self._begin(self._last + 1)
            file = self._segments[-1]
            end = self._sizes[file]
        data = b"".join(fitting)
        self._write(data, end)
        with self._guard:
            self._sizes[file] = end + len(data)
            self._last += len(fitting)
        return len(fitting)

    def sync(self) -> None:
        """Have the disk itself keep what was appended: for a machine that loses its power."""
        assert self._writing is not None
        os.fsync(self._writing)

    def peek(self, most: int) -> list[Entry]:
        """The next entries to apply, at most so many; the same ones again until `done` is told."""
        with self._guard:
            self._pass_over_read_segments()
            file, place = self._segments[0], self._place
            end = self._sizes[file]
        if place >= end:
            return []
        if self._reading is None:
            self._reading = os.open(file, os.O_RDONLY)
        wanted = CHUNK
        while not (entries := _unpacked(os.pread(self._reading, min(wanted, end - place), place), most)):
            if wanted >= end - place:
                # Torn by a power cut: what follows can't be trusted. Looks and repair make up for it.
                self._place = end
                return self.peek(most)
            wanted *= 4
        return entries

    def done(self, entries: Sequence[Entry]) -> None:
        """`entries`, the first ones of what `peek` returned, are in the record."""
        with self._guard:
            self._place += sum(_HEAD.size + len(entry.body) for entry in entries)

    def close(self) -> None:
        """Let go of it; what waits, waits for the next who opens it."""
        for handle in filter(None, (self._reading, self._writing, self._lock)):
            os.close(handle)
        self._reading = self._writing = self._lock = None

    def _begin(self, first: int) -> None:
        """A new segment, for the entries from the number `first` on."""
        file = self._folder / f"{first:020d}{SUFFIX}"
        if self._writing is not None:
            os.close(self._writing)
        self._writing = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._segments.append(file)
        self._sizes[file] = 0

    def _write(self, data: bytes, end: int) -> None:
        assert self._writing is not None
        try:
            written = os.pwrite(self._writing, data, end)
            while written < len(data):
                written += os.pwrite(self._writing, data[written:], end + written)
        except OSError as error:
            os.ftruncate(self._writing, end)
            raise Full(str(error)) from error

    def _pass_over_read_segments(self) -> None:
        while len(self._segments) > 1 and self._place >= self._sizes[self._segments[0]]:
            if self._reading is not None:
                os.close(self._reading)
                self._reading = None
            file = self._segments.pop(0)
            del self._sizes[file]
            file.unlink()
            self._place = 0

    def _unused_number(self) -> int:
        """Numbers are never used twice, also when a power cut took the last ones: a start begins at the present
        microsecond, or above all that the last file has room for.
        """
        last = self._segments[-1] if self._segments else None
        used = int(last.stem) + self._sizes[last] // _HEAD.size if last else 0
        return max(used, time.time_ns() // 1000)


def _packed(entry: Entry, number: int) -> bytes:
    checked = _CHECKED.pack(number, entry.at.timestamp(), entry.kind)
    return (
        _HEAD.pack(len(entry.body), crc32(entry.body, crc32(checked)), *_CHECKED.unpack(checked)) + entry.body
    )


def _fitting(packed: Sequence[bytes], room: int) -> Sequence[bytes]:
    """The first ones of `packed` that `room` has bytes for."""
    ends = accumulate(map(len, packed))
    return packed[: sum(end <= room for end in ends)]


def _unpacked(data: bytes, most: int | None) -> list[Entry]:
    """The whole entries that `data` begins with."""
    entries: list[Entry] = []
    place = 0
    while place + _HEAD.size <= len(data) and (most is None or len(entries) < most):
        length, checksum, number, moment, kind = _HEAD.unpack_from(data, place)
        begin = place + _HEAD.size
        body = data[begin : begin + length]
        if len(body) < length or crc32(body, crc32(_CHECKED.pack(number, moment, kind))) != checksum:
            break
        entries.append(Entry(Kind(kind), datetime.fromtimestamp(moment, UTC), body, number))
        place = begin + length
    return entries


def _locked(file: Path) -> int:
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise Misconfigured(str(file), "in use", "one telephony process for each switch") from None
    return handle
