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

from hotline import parties
from hotline.facts import Fact, subject
from hotline.lifecycle import Edge, Lifecycle, edges
from hotline.parties import IN_CALL, Kind, Standing
from hotline.words import N_


class State(StrEnum):
    """Where a call stands. The first two of the list belong to calls that we place ourselves; a call that is handed
    over goes on between the citizen and somebody who sits at no seat of ours.
    """

    PLACED = "placed"
    RINGING = "ringing"
    ENTERED = "entered"
    QUEUED = "queued"
    OFFERED = "offered"
    TALKING = "talking"
    HELD = "held"
    PARKED = "parked"
    HANDED_OVER = "handed_over"
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
    PARK = "park"
    CALL_IN = "call_in"
    MEET = "meet"
    PART = "part"
    HAND_OVER = "hand_over"
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
_BEYOND = (State.PARKED, State.HANDED_OVER)  # without a seat of ours
_OPEN = tuple(state for state in State if state is not State.ENDED)

LIFECYCLE = Lifecycle(
    "call",
    (State.ENTERED, State.PLACED),
    (
        Edge(State.PLACED, Verb.RING, State.RINGING),
        # From one queue to the next, and back to a queue after a transfer.
        *edges((State.ENTERED, State.QUEUED, State.OFFERED, *_IN_TALK, *_BEYOND), Verb.QUEUE, State.QUEUED),
        # From offered to offered: one more seat rings.
        *edges((State.QUEUED, State.OFFERED), Verb.OFFER, State.OFFERED),
        Edge(State.OFFERED, Verb.RETURN, State.QUEUED),
        # From talking to talking: another seat has taken over.
        *edges((State.PLACED, State.RINGING, State.ENTERED), Verb.ANSWER, State.TALKING),
        *edges((State.QUEUED, State.OFFERED, *_IN_TALK, *_BEYOND), Verb.ANSWER, State.TALKING),
        Edge(State.TALKING, Verb.HOLD, State.HELD),
        Edge(State.HELD, Verb.RESUME, State.TALKING),
        *edges(_IN_TALK, Verb.PARK, State.PARKED),
        # A third party is called, picks up and leaves without the citizen and the agent parting.
        *(Edge(state, verb, state) for state in _IN_TALK for verb in (Verb.CALL_IN, Verb.MEET, Verb.PART)),
        # By a seat; or by the dialled line itself, whose calls go on to a branch centre. Who did it may be unseen.
        *edges((State.ENTERED, State.QUEUED, State.OFFERED), Verb.HAND_OVER, State.HANDED_OVER),
        *edges((*_IN_TALK, State.PARKED), Verb.HAND_OVER, State.HANDED_OVER),
        *(Edge(State.HANDED_OVER, verb, State.HANDED_OVER) for verb in (Verb.MEET, Verb.PART)),
        *edges(_OPEN, Verb.END, State.ENDED),
    ),
)


_ALONE: Mapping[str, Any] = {"party": None, "party_stands": None, "handed_over_at": None}


@dataclass(frozen=True)
class Call:
    """A call as it was last seen. Fields as in the record; `agent` is the extension that has it or had it last.

    `party` is the third party that was called into it last, as written by `parties`, and `party_stands` how that
    went; `handed_over_at` is when the agent left the two others.
    """

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
    handed_over_at: datetime | None = None
    ended_at: datetime | None = None
    ticket: int | None = None
    recording: str | None = None
    party: str | None = None
    party_stands: Standing | None = None
    inferred: bool = False

    @property
    def has_party(self) -> bool:
        """Whether a third party is being called, or is there."""
        return self.party_stands in IN_CALL

    @property
    def party_seat(self) -> str:
        """The extension of the third party, where that is a seat; else empty."""
        party = parties.parse(self.party or "")
        return party.extension if party else ""

    @property
    def is_over(self) -> bool:
        """Whether it has ended; nothing changes it after that."""
        return self.state is State.ENDED

    @property
    def since(self) -> datetime:
        """The latest moment at which anything is known to have happened to it."""
        moments = (self.queued_at, self.offered_at, self.answered_at, self.handed_over_at, self.ended_at)
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
        return {"queue": self.queue, "queued_at": call.queued_at or self.at, "handed_over_at": None}


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
        alone = _ALONE if call.state in _BEYOND or call.party_seat == self.extension else {}
        return {"agent": self.extension, "answered_at": call.answered_at or self.at, **alone}


@dataclass(frozen=True, kw_only=True)
class Held(Signal):
    """The citizen hears music. `extension` is the seat whose telephone did it; empty where the switch did."""

    extension: str = ""

    verb: ClassVar[Verb | None] = Verb.HOLD
    fact: ClassVar[str] = "call.held"


@dataclass(frozen=True, kw_only=True)
class Resumed(Signal):
    """The citizen hears a voice again. `extension` as in `Held`."""

    extension: str = ""

    verb: ClassVar[Verb | None] = Verb.RESUME
    fact: ClassVar[str] = "call.resumed"


@dataclass(frozen=True, kw_only=True)
class Parked(Signal):
    """The citizen hears music, and any seat may pick the call up."""

    verb: ClassVar[Verb | None] = Verb.PARK
    fact: ClassVar[str] = "call.parked"

    def changes(self, call: Call) -> Mapping[str, Any]:
        return _ALONE


@dataclass(frozen=True, kw_only=True)
class WithParty(Signal):
    """Something about the third party that `party` writes."""

    party: str

    @property
    def extension(self) -> str:
        """Of the seat that is the third party; empty for whoever sits elsewhere."""
        party = parties.parse(self.party)
        return party.extension if party else ""


@dataclass(frozen=True, kw_only=True)
class PartyCalled(WithParty):
    """The agent has a third party called into the call."""

    verb: ClassVar[Verb | None] = Verb.CALL_IN
    fact: ClassVar[str] = "call.party_called"

    def changes(self, call: Call) -> Mapping[str, Any]:
        return {"party": self.party, "party_stands": Standing.CALLED}


@dataclass(frozen=True, kw_only=True)
class PartyMet(WithParty):
    """The third party picked up."""

    verb: ClassVar[Verb | None] = Verb.MEET
    fact: ClassVar[str] = "call.party_met"

    def changes(self, call: Call) -> Mapping[str, Any]:
        return {"party": self.party, "party_stands": Standing.PRESENT}


@dataclass(frozen=True, kw_only=True)
class PartyLeft(WithParty):
    """The third party is no longer there, or never came: `how`."""

    how: Standing = Standing.LEFT

    verb: ClassVar[Verb | None] = Verb.PART
    fact: ClassVar[str] = "call.party_left"

    def changes(self, call: Call) -> Mapping[str, Any]:
        return {"party_stands": self.how}


@dataclass(frozen=True, kw_only=True)
class SentOn(WithParty):
    """The agent, or the line's own way, sent the citizen on to a third party, who is being rung."""

    verb: ClassVar[Verb | None] = Verb.HAND_OVER
    fact: ClassVar[str] = "call.sent_on"

    def changes(self, call: Call) -> Mapping[str, Any]:
        return {"party": self.party, "party_stands": Standing.CALLED, "handed_over_at": self.at}


@dataclass(frozen=True, kw_only=True)
class SeatLeft(Signal):
    """The channel of the seat `extension` is no longer in the call. Its citizen may be left with a third party."""

    extension: str

    verb: ClassVar[Verb | None] = Verb.HAND_OVER
    fact: ClassVar[str] = "call.handed_over"

    def changes(self, call: Call) -> Mapping[str, Any]:
        return {"handed_over_at": self.at}


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
    if isinstance(signal, SeatLeft) and call.agent == signal.extension and call.party_seat:
        return _take_over(call, signal)
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
    if isinstance(signal, Held | Resumed):
        # In a room the citizen hears the others, whatever the seat's own telephone does.
        return bool(signal.extension) and call.has_party
    if isinstance(signal, WithParty | SeatLeft):
        return _is_no_news_of_a_party(call, signal)
    # Told twice it doesn't take the call off hold.
    return isinstance(signal, Answered) and signal.extension == call.agent and call.state in _IN_TALK


def _is_no_news_of_a_party(call: Call, signal: Signal) -> bool:
    if isinstance(signal, SeatLeft):
        return signal.extension != call.agent or call.party_stands is not Standing.PRESENT
    if isinstance(signal, PartyMet):
        # Told late: the seat that was called has the call already, or whoever picked up has put down again.
        is_late = signal.party == call.party and call.party_stands is not Standing.CALLED
        return is_late or signal.extension == call.agent
    if isinstance(signal, SentOn):
        return _is_before(signal, call.handed_over_at)
    if isinstance(signal, PartyCalled):
        # A look sees them ring; that they picked up has been heard.
        return signal.inferred and signal.party == call.party
    if isinstance(signal, PartyLeft):
        # That they weren't reached is told a moment before the reason is.
        is_reason = call.party_stands is Standing.FAILED and signal.how is not Standing.LEFT
        return signal.party != call.party or not (call.has_party or is_reason)
    return False


def _is_before(signal: Signal, moment: datetime | None) -> bool:
    return moment is not None and signal.at < moment


def _take_over(call: Call, signal: SeatLeft) -> tuple[Call, tuple[Fact, ...]]:
    """The second seat stays with the citizen, who may still hear music."""
    if call.party_stands is not Standing.PRESENT or call.state not in _IN_TALK:
        return call, ()
    became = replace(call, agent=call.party_seat, **_ALONE)
    return became, (_fact("call.answered", signal, call, became),)


def _note_recording(call: Call, signal: Recorded) -> tuple[Call, tuple[Fact, ...]]:
    if call.recording == signal.file:
        return call, ()
    became = replace(call, recording=signal.file)
    return became, (_fact("call.recorded", signal, call, became),)


_HANDED_TO = {Kind.BRANCH: Outcome.BRANCH, Kind.EMERGENCY: Outcome.EMERGENCY}


def _natural_outcome(call: Call) -> Outcome:
    if call.state is State.HANDED_OVER and call.party_stands in (Standing.PRESENT, Standing.LEFT):
        party = parties.parse(call.party or "")
        return _HANDED_TO.get(party.kind, Outcome.ANSWERED) if party else Outcome.ANSWERED
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
    if call.party and (party := parties.parse(call.party)):
        data |= {"party": call.party, "party_stands": call.party_stands, "unit": party.unit or None}
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
    State.PARKED: N_("Parked"),
    State.HANDED_OVER: N_("Handed over"),
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
