"""The floor 坐席大屏: who waits, who talks, how the day goes. A pure reducer over facts, so that the same code draws it
live, after a crash, and at any moment that has passed. Where the day begins is told from outside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from hotline.calls import Outcome
from hotline.facts import Fact

WAITING = ("queued", "offered")
TARGET = 15  # seconds, for a queue that sets itself none


@dataclass(frozen=True)
class OpenCall:
    """A call that hasn't ended. `since` is when its state began; `waiting_since` when its queue did."""

    call: str
    direction: str
    state: str
    line: str
    since: datetime
    queue: str | None = None
    waiting_since: datetime | None = None
    extension: str | None = None
    is_answered: bool = False


@dataclass(frozen=True)
class SeatNow:
    """A seat, the state that it shows, and since when."""

    extension: str
    state: str
    since: datetime
    reason: str = ""
    call: str | None = None
    queues: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Count:
    """A queue's calls since the day began, by the time they joined, were answered or given up. A call that moves on
    to another queue is that one's from then on.

    `in_time` were answered within the queue's target; `soon` gave up within it, and may be left out of account.
    """

    offered: int = 0
    answered: int = 0
    in_time: int = 0
    abandoned: int = 0
    soon: int = 0
    waited: float = 0.0

    def __add__(self, other: Count) -> Count:
        return Count(
            self.offered + other.offered,
            self.answered + other.answered,
            self.in_time + other.in_time,
            self.abandoned + other.abandoned,
            self.soon + other.soon,
            self.waited + other.waited,
        )

    @property
    def service_level(self) -> float | None:
        """Answered in time, of all answered: what Asterisk calls SL. None without any."""
        return self.in_time / self.answered if self.answered else None

    @property
    def kept(self) -> float | None:
        """Answered in time, of all that were answered or given up later than the target. None without any."""
        judged = self.answered + self.abandoned - self.soon
        return self.in_time / judged if judged else None

    def as_json(self) -> dict[str, Any]:
        return {
            "offered": self.offered,
            "answered": self.answered,
            "in_time": self.in_time,
            "abandoned": self.abandoned,
            "abandoned_soon": self.soon,
            "mean_wait": round(self.waited / self.answered, 1) if self.answered else None,
            "service_level": self.service_level,
            "kept": self.kept,
        }


@dataclass(frozen=True)
class Floor:
    """The floor at one moment. `targets`: queue → seconds; the day begins at `day`.

    `lost_at` is when the link to the switch was lost, while it is; what is shown is then no longer certain.
    """

    day: datetime
    targets: Mapping[str, int]
    calls: Mapping[str, OpenCall] = field(default_factory=lambda: MappingProxyType({}))
    seats: Mapping[str, SeatNow] = field(default_factory=lambda: MappingProxyType({}))
    counts: Mapping[str, Count] = field(default_factory=lambda: MappingProxyType({}))
    lost_at: datetime | None = None

    def after(self, fact: Fact) -> Floor:
        """The floor with `fact`; the very same value where it is of no concern."""
        follow = _FOLLOW.get(fact.kind)
        return follow(self, fact) if follow else self

    def on(self, day: datetime) -> Floor:
        """The floor as a new day begins: the same calls and seats, and everything counted from nothing."""
        return replace(self, day=day, counts={})

    def waiting(self, queue: str) -> list[OpenCall]:
        """Who waits in `queue`, the longest first."""
        found = [call for call in self.calls.values() if call.queue == queue and call.state in WAITING]
        return sorted(found, key=lambda call: call.waiting_since or call.since)

    def snapshot(self) -> dict[str, Any]:
        """Everything that a board shows, in plain values. Times in ISO 8601, durations in seconds."""
        in_use = {call.queue for call in self.calls.values() if call.queue}
        names = sorted(self.targets.keys() | self.counts.keys() | in_use)
        return {
            "day": self.day.isoformat(),
            "lost_at": self.lost_at.isoformat() if self.lost_at else None,
            "queues": [self._queue(name) for name in names],
            "seats": [_seat(seat) for _, seat in sorted(self.seats.items())],
            "calls": [_call(call) for _, call in sorted(self.calls.items())],
            "total": sum(self.counts.values(), Count()).as_json(),
        }

    def target(self, queue: str) -> int:
        """Seconds within which the queue's calls should be answered."""
        return self.targets.get(queue, TARGET)

    def _queue(self, name: str) -> dict[str, Any]:
        waiting = self.waiting(name)
        longest = waiting[0].waiting_since if waiting else None
        staffed = [seat for seat in self.seats.values() if name in seat.queues]
        return {
            "queue": name,
            "target": self.target(name),
            "waiting": len(waiting),
            "longest_since": longest.isoformat() if longest else None,
            "seats": len(staffed),
            "ready": sum(seat.state == "ready" for seat in staffed),
            **self.counts.get(name, Count()).as_json(),
        }


def _follow_call(floor: Floor, fact: Fact) -> Floor:
    """What became of a call. One that the floor hasn't seen before is told by its facts well enough."""
    assert fact.call is not None
    before = floor.calls.get(fact.call)
    call = _open_call(before, fact)
    after = replace(floor, calls={**floor.calls, fact.call: call})
    was_in = before.queue if before else None
    waits_since_yesterday = call.waiting_since is not None and call.waiting_since < floor.day
    if call.queue == was_in or waits_since_yesterday:
        return after
    return _count(_count(after, fact, was_in, Count(offered=-1)), fact, call.queue, Count(offered=1))


def _open_call(before: OpenCall | None, fact: Fact) -> OpenCall:
    is_same_state = before is not None and before.state == fact.became
    is_queued = fact.kind == "call.queued" and (before is None or before.waiting_since is None)
    return OpenCall(
        call=str(fact.call),
        direction=fact.data["direction"],
        state=str(fact.became),
        line=fact.data["line"],
        since=before.since if before and is_same_state else fact.at,
        queue=fact.data["queue"],
        waiting_since=fact.at if is_queued else before.waiting_since if before else None,
        extension=fact.data["extension"],
        is_answered=fact.kind == "call.answered" or bool(before and before.is_answered),
    )


def _follow_answer(floor: Floor, fact: Fact) -> Floor:
    """Only the first voice answers: a seat that takes over doesn't, nor one after another time in a queue."""
    before = floor.calls.get(str(fact.call))
    after = _follow_call(floor, fact)
    if before and before.is_answered:
        return after
    waited, queue = fact.data["waited"], fact.data["queue"]
    in_time = int(waited <= floor.target(queue))
    return _count(after, fact, queue, Count(answered=1, in_time=in_time, waited=waited))


def _follow_end(floor: Floor, fact: Fact) -> Floor:
    calls = {call: open_call for call, open_call in floor.calls.items() if call != fact.call}
    after = replace(floor, calls=calls)
    if fact.data["outcome"] != Outcome.ABANDONED or not fact.data["queue"]:
        return after
    soon = int(fact.data["waited"] <= floor.target(fact.data["queue"]))
    return _count(after, fact, fact.data["queue"], Count(abandoned=1, soon=soon))


def _follow_seat(floor: Floor, fact: Fact) -> Floor:
    extension = fact.data["extension"]
    before = floor.seats.get(extension) or SeatNow(extension, "away", fact.at)
    if fact.kind == "seat.became":
        is_busy = fact.became in ("ringing", "talking")
        seat = replace(
            before,
            state=str(fact.became),
            reason=fact.data["reason"],
            since=fact.at,
            call=fact.call if is_busy else None,
        )
    else:
        queue = frozenset({fact.data["queue"]})
        seat = replace(
            before, queues=before.queues | queue if fact.kind == "seat.joined" else before.queues - queue
        )
    return replace(floor, seats={**floor.seats, extension: seat})


def _follow_link(floor: Floor, fact: Fact) -> Floor:
    return replace(floor, lost_at=fact.at if fact.kind == "link.lost" else None)


def _count(floor: Floor, fact: Fact, queue: str | None, more: Count) -> Floor:
    if queue is None or fact.at < floor.day:
        return floor
    return replace(floor, counts={**floor.counts, queue: floor.counts.get(queue, Count()) + more})


def _seat(seat: SeatNow) -> dict[str, Any]:
    return {
        "extension": seat.extension,
        "state": seat.state,
        "reason": seat.reason,
        "since": seat.since.isoformat(),
        "call": seat.call,
        "queues": sorted(seat.queues),
    }


def _call(call: OpenCall) -> dict[str, Any]:
    return {
        "call": call.call,
        "direction": call.direction,
        "state": call.state,
        "line": call.line,
        "queue": call.queue,
        "extension": call.extension,
        "since": call.since.isoformat(),
        "waiting_since": call.waiting_since.isoformat() if call.waiting_since else None,
    }


_FOLLOW: Mapping[str, Callable[[Floor, Fact], Floor]] = {
    "call.placed": _follow_call,
    "call.rang": _follow_call,
    "call.entered": _follow_call,
    "call.queued": _follow_call,
    "call.offered": _follow_call,
    "call.not_answered": _follow_call,
    "call.answered": _follow_answer,
    "call.held": _follow_call,
    "call.resumed": _follow_call,
    "call.parked": _follow_call,
    "call.sent_on": _follow_call,
    "call.handed_over": _follow_call,
    "call.ended": _follow_end,
    "seat.became": _follow_seat,
    "seat.joined": _follow_seat,
    "seat.left": _follow_seat,
    "link.lost": _follow_link,
    "link.restored": _follow_link,
}
