"""Recorded calls, multiplied: what a busy floor sounds like, each call with ids, times and a seat of its own.

Of eleven calls seven are simply answered; one is abandoned, one rings in vain, one is parked, one is sent on.
"""

from __future__ import annotations

import gzip
import heapq
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from itertools import count
from operator import itemgetter
from random import Random

from bench.recording import RECORDINGS
from telephony.ami.parser import END, EVENT

MIX = (*["answered"] * 7, "abandoned", "rang_in_vain", "parked", "sent_on")
FIRST_SEAT = 8001
SEAT = b"8001"  # in the recordings
PAUSE = (1.0, 5.0)  # seconds between two calls at a seat

STAMP = re.compile(rb"(?<=\r\nTimestamp: )\d{10}\.\d{6}")
ITS_OWN = re.compile(
    rb"(?<=Timestamp: )\d{10}\.\d{6}"
    rb"|\b\d{10}\.\d{1,4}(?!\d)"  # a channel's unique id
    rb"|(?<=-)[0-9a-f]{8}(?=\r|;|$)"  # the end of a channel's name
    rb"|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"  # a bridge
    rb"|\bdesk-00aa\b|\b8001\b|\b13800138000\b"
)


@dataclass(frozen=True)
class Said:
    """One event of a recording: when, in seconds since the first one; its name; and its words, of which every other
    one is the recorded call's own.
    """

    after: float
    name: bytes
    words: tuple[bytes, ...]


Timed = tuple[float, bytes]


def recording(name: str) -> list[Said]:
    """The events of a recorded call."""
    blocks = gzip.decompress((RECORDINGS / f"{name}.ami.gz").read_bytes()).split(END)[:-1]
    begun = float(_stamp(blocks[0]))
    return [_said(block, begun) for block in blocks]


def floor(seats: int, calls: int, begin: float, only: Container[bytes] | None = None) -> Iterator[Timed]:
    """What is said of `calls` calls at `seats` seats from the moment `begin` on, in order, each event with its moment
    (seconds since 1970). The seats are taken to be in their queues. `only`: the names of those that count.
    """
    kept = {
        name: [said for said in recording(name) if only is None or said.name in only] for name in set(MIX)
    }
    numbers, dice = iter(range(calls)), Random(12345)
    lanes = [
        _lane(kept, FIRST_SEAT + seat, begin + dice.uniform(0, PAUSE[1]), numbers) for seat in range(seats)
    ]
    return heapq.merge(*lanes, key=itemgetter(0))


def seats_for(rate: float, only: Container[bytes] | None = None) -> int:
    """How many seats make so many events a second, more or less."""
    calls = [[said for said in recording(name) if only is None or said.name in only] for name in MIX]
    seconds = sum(call[-1].after + sum(PAUSE) / 2 for call in calls)
    return max(1, round(rate * seconds / sum(map(len, calls))))


def joining(seats: int) -> Iterator[Timed]:
    """The seats come into a queue, as in the recordings they are."""
    for seat in range(FIRST_SEAT, FIRST_SEAT + seats):
        member = f"Queue: citywide\r\nInterface: PJSIP/{seat}\r\nPaused: 0\r\nPenalty: 0"
        yield 0.0, f"Event: QueueMemberAdded\r\n{member}\r\n\r\n".encode()


def entering(call: str) -> bytes:
    """A call enters: a word by which the end of a speech is known."""
    header = f"UserEvent: HotlineEntered\r\nCall: {call}\r\nLine: 12345\r\nCaller: 13800138000"
    return f"Event: UserEvent\r\n{header}\r\n\r\n".encode()


def _lane(kept: dict[str, list[Said]], seat: int, at: float, numbers: Iterator[int]) -> Iterator[Timed]:
    """One call after the other, at one seat."""
    dice = Random(seat)
    for number in numbers:
        name = MIX[number % len(MIX)]
        yield from copy(kept[name], number, seat, at)
        at += kept[name][-1].after + dice.uniform(*PAUSE)


def copy(said: list[Said], number: int, seat: int, at: float) -> Iterator[Timed]:
    """A recorded call as the call with this number, at this seat and moment."""
    own = _Own(number, seat, int(at))
    for one in said:
        then = at + one.after
        yield then, b"".join(own.word(word, n, then) for n, word in enumerate(one.words)) + END


class _Own:
    """What a copy says in place of the recorded call's own words."""

    def __init__(self, number: int, seat: int, began: int) -> None:
        self._began = began
        self._serial = count(number * 32)
        self._number = number
        self._words = {SEAT: b"%d" % seat, b"13800138000": b"138%08d" % number}

    def word(self, word: bytes, place: int, then: float) -> bytes:
        if not place % 2:
            return word
        if len(word) == 17 and word[10:11] == b".":
            return b"%.6f" % then
        if word not in self._words:
            self._words[word] = self._fresh(word, next(self._serial))
        return self._words[word]

    def _fresh(self, word: bytes, serial: int) -> bytes:
        if b"." in word:
            return b"%d.%d" % (self._began, serial)
        if word.startswith(b"desk-"):
            return b"desk-%x" % serial
        return b"%08x" % serial + word[8:]


def _said(block: bytes, begun: float) -> Said:
    words, end = [], 0
    for found in ITS_OWN.finditer(block):
        words += [block[end : found.start()], found.group()]
        end = found.end()
    name = block[len(EVENT) : block.index(b"\r\n")]
    return Said(float(_stamp(block)) - begun, name, (*words, block[end:]))


def _stamp(block: bytes) -> bytes:
    found = STAMP.search(block)
    assert found
    return found.group()
