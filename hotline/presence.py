"""An agent's presence 话务员状态, derived from what is observed: which queues the seat belongs to, whether it is
paused and why, and which call is at it. Those three can change in any order and at any time; the state
that people see is a function of them, so that no order of events can leave it wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from hotline import calls
from hotline.facts import SYSTEM, Fact, subject
from hotline.words import N_

WRAP_UP = "wrap-up"  # the reason of the pause that we lay ourselves when a call is answered
UNSAID = "unsaid"  # a pause for which nobody gave a reason
LINK_LOST = "link_lost"  # the reason of the pause of a seat whose desk or telephone is out of reach


class State(StrEnum):
    """What a seat is doing."""

    AWAY = "away"
    READY = "ready"
    RINGING = "ringing"
    TALKING = "talking"
    WRAP_UP = "wrap-up"
    PAUSED = "paused"


@dataclass(frozen=True)
class Seat:
    """A seat as it was last seen. `reason` is its pause's and empty without one; `since` is its state's."""

    extension: str
    since: datetime
    queues: frozenset[str] = frozenset()
    reason: str = ""
    call: str | None = None
    is_talking: bool = False

    @property
    def shown(self) -> tuple[State, str]:
        """The state, with the pause's reason where the pause is what people see."""
        return self.state, self.reason if self.state in (State.PAUSED, State.WRAP_UP) else ""

    @property
    def state(self) -> State:
        """What people see. A call outweighs a pause, and a pause outweighs being ready."""
        if self.call:
            return State.TALKING if self.is_talking else State.RINGING
        if not self.queues:
            return State.AWAY
        if self.reason:
            return State.WRAP_UP if self.reason == WRAP_UP else State.PAUSED
        return State.READY


@dataclass(frozen=True, kw_only=True)
class Signal:
    """Something seen at `at` about the seat `extension`; `inferred` where it was concluded, not heard."""

    extension: str
    at: datetime
    inferred: bool = False

    def change(self, seat: Seat) -> Seat:
        """The seat after this, except for its `since`."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Joined(Signal):
    """It may be offered the calls of `queue`."""

    queue: str

    def change(self, seat: Seat) -> Seat:
        return replace(seat, queues=seat.queues | {self.queue})


@dataclass(frozen=True, kw_only=True)
class Left(Signal):
    """It belongs to `queue` no longer."""

    queue: str

    def change(self, seat: Seat) -> Seat:
        return replace(seat, queues=seat.queues - {self.queue})


@dataclass(frozen=True, kw_only=True)
class Paused(Signal):
    """No queue offers it anything, for `reason`."""

    reason: str

    def change(self, seat: Seat) -> Seat:
        return _because(seat, self.reason or UNSAID)


@dataclass(frozen=True, kw_only=True)
class Unpaused(Signal):
    """The queues offer it calls again."""

    def change(self, seat: Seat) -> Seat:
        return _because(seat, "")


@dataclass(frozen=True, kw_only=True)
class Rings(Signal):
    """`call` rings at it."""

    call: str

    def change(self, seat: Seat) -> Seat:
        return seat if seat.is_talking else replace(seat, call=self.call)


@dataclass(frozen=True, kw_only=True)
class Talks(Signal):
    """It is connected with `call`."""

    call: str

    def change(self, seat: Seat) -> Seat:
        return replace(seat, call=self.call, is_talking=True)


@dataclass(frozen=True, kw_only=True)
class Freed(Signal):
    """`call` is no longer at it."""

    call: str

    def change(self, seat: Seat) -> Seat:
        return replace(seat, call=None, is_talking=False) if seat.call == self.call else seat


@dataclass(frozen=True, kw_only=True)
class Found(Signal):
    """A look at the switch showed it so, whatever had been believed."""

    queues: frozenset[str]
    reason: str
    call: str | None = None
    is_talking: bool = False

    def change(self, seat: Seat) -> Seat:
        return Seat(self.extension, seat.since, self.queues, self.reason, self.call, self.is_talking)


def step(seat: Seat | None, signal: Signal, by: str = SYSTEM) -> tuple[Seat, tuple[Fact, ...]]:
    """The seat after `signal`, and what it became. No facts means that nothing changed; `by` is the switch."""
    before = seat or Seat(signal.extension, signal.at)
    after = signal.change(before)
    if after == before:
        return before, ()
    if after.shown != before.shown:
        after = replace(after, since=signal.at)
    return after, _facts(before, after, signal, by)


def implied(call: calls.Call, signal: calls.Signal, at_call: Iterable[Seat]) -> tuple[Signal, ...]:
    """What `signal` means for seats. `call` is as it stands after it; `at_call` are the seats that have it."""
    if call.is_over:
        return tuple(_free(seat.extension, signal) for seat in at_call)
    if isinstance(signal, calls.Offered) and call.state is calls.State.OFFERED:
        return (_at(Rings, signal.extension, signal),)
    if isinstance(signal, calls.Placed):
        return (_at(Rings, signal.extension, signal),)
    if isinstance(signal, calls.NotAnswered):
        return (_free(signal.extension, signal),)
    if isinstance(signal, calls.Rang | calls.Answered) and call.agent == signal.extension:
        others = (seat.extension for seat in at_call if seat.extension != signal.extension)
        return (_at(Talks, signal.extension, signal), *(_free(other, signal) for other in others))
    if isinstance(signal, calls.Queued | calls.Parked):
        return tuple(_free(seat.extension, signal) for seat in at_call)
    if isinstance(signal, calls.WithParty):
        return _implied_by_party(call, signal, at_call)
    return ()


def _implied_by_party(
    call: calls.Call, signal: calls.WithParty, at_call: Iterable[Seat]
) -> tuple[Signal, ...]:
    """A third party may be a seat, at which the call then rings too."""
    extension = signal.extension
    others: tuple[Signal, ...] = ()
    if isinstance(signal, calls.SentOn) and call.state is calls.State.HANDED_OVER:
        others = tuple(_free(seat.extension, signal) for seat in at_call if seat.extension != extension)
    if not extension:
        return others
    if isinstance(signal, calls.PartyLeft):
        return (_free(extension, signal),) if call.agent != extension else ()
    return (*others, _at(Talks if isinstance(signal, calls.PartyMet) else Rings, extension, signal))


def _because(seat: Seat, reason: str) -> Seat:
    """Paused for `reason`. Asterisk says the same once for each of the seat's queues."""
    return seat if seat.reason == reason else replace(seat, reason=reason)


def _at(kind: type[Rings] | type[Talks], extension: str, signal: calls.Signal) -> Signal:
    return kind(extension=extension, at=signal.at, call=signal.call, inferred=signal.inferred)


def _free(extension: str, signal: calls.Signal) -> Signal:
    return Freed(extension=extension, at=signal.at, call=signal.call, inferred=signal.inferred)


def _facts(before: Seat, after: Seat, signal: Signal, by: str) -> tuple[Fact, ...]:
    template = Fact(
        kind="seat.became",
        subject=subject("seat", after.extension),
        at=signal.at,
        by=by,
        data={"extension": after.extension} | ({"inferred": True} if signal.inferred else {}),
        call=after.call or before.call,
    )
    facts = [*_moves(template, "seat.joined", after.queues - before.queues)]
    facts += _moves(template, "seat.left", before.queues - after.queues)
    if after.shown != before.shown:
        data = {**template.data, "reason": after.shown[1], "pause": after.reason}
        facts.append(replace(template, was=before.state, became=after.state, data=data))
    return tuple(facts)


def _moves(template: Fact, kind: str, queues: Iterable[str]) -> list[Fact]:
    return [replace(template, kind=kind, data={**template.data, "queue": queue}) for queue in sorted(queues)]


STATE_WORDS = {
    State.AWAY: N_("Away"),
    State.READY: N_("Ready"),
    State.RINGING: N_("Ringing"),
    State.TALKING: N_("In a call"),
    State.WRAP_UP: N_("Wrap-up"),
    State.PAUSED: N_("Paused"),
}

REASON_WORDS = {
    WRAP_UP: N_("Wrap-up"),
    UNSAID: N_("No reason given"),
    "break": N_("Break"),
    "meal": N_("Meal"),
    "training": N_("Training"),
    "meeting": N_("Meeting"),
    "paperwork": N_("Finishing tickets"),
    LINK_LOST: N_("Desk out of reach"),
}
