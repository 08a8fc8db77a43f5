"""A call 来电: one caller's telephone episode, as far as it can be observed. Signals go in, the next state and
its facts come out, and nothing is ever refused: a signal that is late, doubled or unknown changes nothing.
What the switch's own messages mean is said elsewhere; here they have become signals already.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from hotline.facts import Fact, subject
from hotline.lifecycle import Edge, Lifecycle, edges
from hotline.words import N_


class State(StrEnum):
    """Where a call stands. The first two of the list belong to calls that we place ourselves."""

    PLACED = "placed"
    RINGING = "ringing"
    ENTERED = "entered"
    QUEUED = "queued"
    OFFERED = "offered"
    TALKING = "talking"
    HELD = "held"
    ENDED = "ended"


class Verb(StrEnum):
    """What can be observed to happen to a call that exists."""

    RING = "ring"
    QUEUE = "queue"
    OFFER = "offer"
    RETURN = "return"
    ANSWER = "answer"
    HOLD = "hold"
    RESUME = "resume"
    END = "end"


class Outcome(StrEnum):
    """How a call ended. `LOST` means that it was gone when we looked again, and nobody saw it go."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    CALLBACK = "callback"
    OVERFLOWED = "overflowed"
    BRANCH = "branch"
    EMERGENCY = "emergency"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"
    LOST = "lost"


_IN_TALK = (State.TALKING, State.HELD)
_OPEN = tuple(state for state in State if state is not State.ENDED)

LIFECYCLE = Lifecycle(
    "call",
    (State.ENTERED, State.PLACED),
    (
        Edge(State.PLACED, Verb.RING, State.RINGING),
        # From one queue to the next, and back to a queue after a transfer.
        *edges((State.ENTERED, State.QUEUED, State.OFFERED, *_IN_TALK), Verb.QUEUE, State.QUEUED),
        # From offered to offered: one more seat rings.
        *edges((State.QUEUED, State.OFFERED), Verb.OFFER, State.OFFERED),
        Edge(State.OFFERED, Verb.RETURN, State.QUEUED),
        # From talking to talking: another seat has taken over.
        *edges((State.PLACED, State.RINGING, State.ENTERED), Verb.ANSWER, State.TALKING),
        *edges((State.QUEUED, State.OFFERED, *_IN_TALK), Verb.ANSWER, State.TALKING),
        Edge(State.TALKING, Verb.HOLD, State.HELD),
        Edge(State.HELD, Verb.RESUME, State.TALKING),
        *edges(_OPEN, Verb.END, State.ENDED),
    ),
)


@dataclass(frozen=True)
class Call:
    """A call as it was last seen. Fields as in the record; `agent` is the extension that has it or had it last."""

    id: str
    node: str
    linkedid: str
    direction: str
    line: str
    caller: str
    state: State
    entered_at: datetime
    language: str = "cmn"
    queue: str | None = None
    agent: str | None = None
    outcome: Outcome | None = None
    queued_at: datetime | None = None
    offered_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    ticket: int | None = None
    recording: str | None = None
    inferred: bool = False

    @property
    def is_over(self) -> bool:
        """Whether it has ended; nothing changes it after that."""
        return self.state is State.ENDED

    @property
    def since(self) -> datetime:
        """The latest moment at which anything is known to have happened to it."""
        moments = (self.queued_at, self.offered_at, self.answered_at, self.ended_at)
        return max([self.entered_at, *(moment for moment in moments if moment)])

    @property
    def waited(self) -> float:
        """Seconds from its queue (or, without one, from its entry) to a voice or to its end; 0 while it waits."""
        until = self.answered_at or self.ended_at
        return (until - (self.queued_at or self.entered_at)).total_seconds() if until else 0.0

    @property
    def talked(self) -> float:
        """Seconds from the first voice to the end; 0 for a call without either."""
        both = self.answered_at and self.ended_at
        return (self.ended_at - self.answered_at).total_seconds() if both else 0.0  # type: ignore[operator]


def name(node: str, channel: str) -> str:
    """The call's id: the switch's name and the unique id of the channel that it began with."""
    return f"{node}-{channel}"


def channel(call: str) -> str:
    """The unique id of the channel that the call with this id began with."""
    return call.partition("-")[2]


@dataclass(frozen=True, kw_only=True)
class Signal:
    """Something seen at `at` about the call with this id; `inferred` where it was concluded, not heard."""

    call: str
    at: datetime
    inferred: bool = False

    verb: ClassVar[Verb | None] = None
    fact: ClassVar[str] = ""

    def changes(self, call: Call) -> Mapping[str, Any]:
        """Which of the call's fields have become what, apart from its state."""
        return {}


@dataclass(frozen=True, kw_only=True)
class Beginning(Signal):
    """A signal from which a call that nobody knows yet can be begun."""

    line: str
    caller: str
    linkedid: str

    start: ClassVar[State] = State.ENTERED
    begun: ClassVar[str] = "call.entered"

    def begin(self) -> Call:
        """The call at its first moment."""
        return Call(
            id=self.call,
            node=self.call.partition("-")[0],
            linkedid=self.linkedid,
            direction="out" if self.start is State.PLACED else "in",
            line=self.line,
            caller=self.caller,
            state=self.start,
            entered_at=self.at,
            inferred=self.inferred,
        )


@dataclass(frozen=True, kw_only=True)
class Entered(Beginning):
    """The switch answered and gave the call its name."""

    language: str = "cmn"

    def begin(self) -> Call:
        return replace(super().begin(), language=self.language)


@dataclass(frozen=True, kw_only=True)
class Placed(Beginning):
    """The seat `extension` asked to be connected to the number `caller`, for `ticket` or for none."""

    extension: str
    ticket: int | None = None

    start: ClassVar[State] = State.PLACED
    begun: ClassVar[str] = "call.placed"

    def begin(self) -> Call:
        return replace(super().begin(), agent=self.extension, ticket=self.ticket)


@dataclass(frozen=True, kw_only=True)
class Queued(Beginning):
    """It waits in `queue`. If its entry was missed, this is the first that is known of it."""

    queue: str

    verb: ClassVar[Verb | None] = Verb.QUEUE
    fact: ClassVar[str] = "call.queued"

    def begin(self) -> Call:
        return replace(super().begin(), inferred=True)

    def changes(self, call: Call) -> Mapping[str, Any]:
        return {"queue": self.queue, "queued_at": call.queued_at or self.at}


@dataclass(frozen=True, kw_only=True)
class AtSeat(Signal):
    """Something between the call and the seat `extension`."""

    extension: str

    def changes(self, call: Call) -> Mapping[str, Any]:
        return {"agent": self.extension}


@dataclass(frozen=True, kw_only=True)
class Offered(AtSeat):
    """The seat rings."""

    verb: ClassVar[Verb | None] = Verb.OFFER
    fact: ClassVar[str] = "call.offered"

    def changes(self, call: Call) -> Mapping[str, Any]:
        is_repeated = call.state is State.OFFERED and call.agent == self.extension
        return {"agent": self.extension, "offered_at": call.offered_at if is_repeated else self.at}


@dataclass(frozen=True, kw_only=True)
class NotAnswered(AtSeat):
    """The seat rang in vain, or refused."""

    verb: ClassVar[Verb | None] = Verb.RETURN
    fact: ClassVar[str] = "call.not_answered"


@dataclass(frozen=True, kw_only=True)
class Rang(AtSeat):
    """The seat that placed the call is there; now the citizen's telephone is being rung."""

    verb: ClassVar[Verb | None] = Verb.RING
    fact: ClassVar[str] = "call.rang"


@dataclass(frozen=True, kw_only=True)
class Answered(AtSeat):
    """The seat and the citizen can hear each other."""

    verb: ClassVar[Verb | None] = Verb.ANSWER
    fact: ClassVar[str] = "call.answered"

    def changes(self, call: Call) -> Mapping[str, Any]:
        return {"agent": self.extension, "answered_at": call.answered_at or self.at}


@dataclass(frozen=True, kw_only=True)
class Held(Signal):
    """The citizen hears music."""

    verb: ClassVar[Verb | None] = Verb.HOLD
    fact: ClassVar[str] = "call.held"


@dataclass(frozen=True, kw_only=True)
class Resumed(Signal):
    """The citizen hears a voice again."""

    verb: ClassVar[Verb | None] = Verb.RESUME
    fact: ClassVar[str] = "call.resumed"


@dataclass(frozen=True, kw_only=True)
class Ended(Signal):
    """It is over. Without an `outcome`, the one that follows from how far the call had come."""

    outcome: Outcome | None = None

    verb: ClassVar[Verb | None] = Verb.END
    fact: ClassVar[str] = "call.ended"

    def changes(self, call: Call) -> Mapping[str, Any]:
        return {"outcome": self.outcome or _natural_outcome(call), "ended_at": max(self.at, call.since)}


@dataclass(frozen=True, kw_only=True)
class Recorded(Signal):
    """Its sound is being written to `file`, relative to the recordings' folder."""

    file: str


@dataclass(frozen=True, kw_only=True)
class Renamed(Signal):
    """The switch now speaks of it under another Linkedid, after a transfer."""

    linkedid: str


def step(call: Call | None, signal: Signal) -> tuple[Call | None, tuple[Fact, ...]]:
    """The call after `signal`, and what happened. No facts means that the signal changed nothing."""
    if call is None:
        return _begin(signal)
    if isinstance(signal, Recorded):
        return _note_recording(call, signal)
    after = LIFECYCLE.find(call.state, signal.verb) if signal.verb else None
    if after is None or _is_beside_the_point(call, signal):
        return call, ()
    became = replace(call, state=after, **signal.changes(call))
    return (became, (_fact(signal.fact, signal, call, became),)) if became != call else (call, ())


def _begin(signal: Signal) -> tuple[Call | None, tuple[Fact, ...]]:
    if not isinstance(signal, Beginning):
        return None, ()
    call = signal.begin()
    first = _fact(signal.begun, signal, None, call)
    if not isinstance(signal, Queued):
        return call, (first,)
    became, rest = step(call, signal)
    return became, (first, *rest)


def _is_beside_the_point(call: Call, signal: Signal) -> bool:
    """Whether the table has an edge, but the call's own seat says that it isn't meant."""
    if isinstance(signal, NotAnswered):
        # With several seats ringing, the last one that was offered the call decides whether it goes back.
        return signal.extension != call.agent or _is_before(signal, call.offered_at)
    if isinstance(signal, Queued):
        # Told twice it doesn't take the call from the seat that rings, nor told late from one that answered.
        is_repeated = signal.queue == call.queue and call.state is State.OFFERED
        return is_repeated or _is_before(signal, call.answered_at)
    # Told twice it doesn't take the call off hold.
    return isinstance(signal, Answered) and signal.extension == call.agent and call.state in _IN_TALK


def _is_before(signal: Signal, moment: datetime | None) -> bool:
    return moment is not None and signal.at < moment


def _note_recording(call: Call, signal: Recorded) -> tuple[Call, tuple[Fact, ...]]:
    if call.recording == signal.file:
        return call, ()
    became = replace(call, recording=signal.file)
    return became, (_fact("call.recorded", signal, call, became),)


def _natural_outcome(call: Call) -> Outcome:
    if call.answered_at:
        return Outcome.ANSWERED
    if call.state is State.PLACED:
        return Outcome.FAILED  # not even our own seat picked up
    return Outcome.NO_ANSWER if call.direction == "out" else Outcome.ABANDONED


def _fact(kind: str, signal: Signal, before: Call | None, call: Call) -> Fact:
    return Fact(
        kind=kind,
        subject=subject("call", call.id),
        at=signal.at,
        by=subject("switch", call.node),
        was=before.state if before else None,
        became=call.state,
        data=_data(call) | ({"inferred": True} if signal.inferred else {}),
        ticket=call.ticket,
        call=call.id,
    )


def _data(call: Call) -> dict[str, Any]:
    """What readers of a call's facts need, so that none has to ask back. Times in seconds."""
    data: dict[str, Any] = {
        "direction": call.direction,
        "line": call.line,
        "language": call.language,
        "queue": call.queue,
        "extension": call.agent,
    }
    if call.answered_at or call.is_over:
        data["waited"] = round(call.waited, 3)
    if call.is_over:
        data |= {"outcome": call.outcome, "talked": round(call.talked, 3), "answered": bool(call.answered_at)}
    return data


STATE_WORDS = {
    State.PLACED: N_("Calling the seat"),
    State.RINGING: N_("Calling the citizen"),
    State.ENTERED: N_("Entered"),
    State.QUEUED: N_("Waiting"),
    State.OFFERED: N_("Offered"),
    State.TALKING: N_("Talking"),
    State.HELD: N_("On hold"),
    State.ENDED: N_("Ended"),
}

OUTCOME_WORDS = {
    Outcome.ANSWERED: N_("Answered"),
    Outcome.ABANDONED: N_("Abandoned"),
    Outcome.CALLBACK: N_("To be called back"),
    Outcome.OVERFLOWED: N_("Overflowed"),
    Outcome.BRANCH: N_("Passed to the branch centre"),
    Outcome.EMERGENCY: N_("Passed to an emergency number"),
    Outcome.BUSY: N_("Busy"),
    Outcome.NO_ANSWER: N_("No answer"),
    Outcome.FAILED: N_("Failed"),
    Outcome.LOST: N_("Lost sight of"),
}
