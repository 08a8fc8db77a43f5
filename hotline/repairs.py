"""Putting a call right, once the switch's own records say how it really was. Pure.

What we heard ourselves is kept wherever it is complete: a record is put right only in what it lacks, in what it
learnt too late, or where it lost sight of the call, if only for a moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from hotline import calls
from hotline.calls import Call, Outcome, State
from hotline.facts import Fact, subject

REPAIRED = "call.repaired"
# What happens to a call beyond a citizen's talk with one seat after the other.
BEYOND = ("call.parked", "call.party_called", "call.party_met", "call.sent_on", "call.handed_over")
TOLERANCE = timedelta(
    seconds=1
)  # no further apart, two clocks mean the same moment; queue_log has whole seconds
_UNANSWERED = (Outcome.ABANDONED, Outcome.NO_ANSWER, Outcome.FAILED, Outcome.LOST)
_BEGINNINGS = ("entered_at", "queued_at", "answered_at")
_NEVER_KNOWN_BETTER = ("line", "caller", "agent", "queue", "recording", "offered_at")
_WITH_OTHERS = ("party", "party_stands", "handed_over_at")
_TOLD = (
    "entered_at",
    "queued_at",
    "offered_at",
    "answered_at",
    "handed_over_at",
    "ended_at",
    "queue",
    "agent",
    "outcome",
    "party",
    "line",
)


@dataclass(frozen=True)
class Gap:
    """Nobody listened to the switch from `lost_at` to `back_at`."""

    lost_at: datetime
    back_at: datetime

    def concerns(self, call: Call) -> bool:
        """Whether something of the call, which is over, may have happened meanwhile."""
        begun, ended = call.entered_at - TOLERANCE, (call.ended_at or call.since) + TOLERANCE
        return begun <= self.back_at and self.lost_at <= ended


def replay(call: Call | None, signals: Iterable[calls.Signal]) -> tuple[Call | None, tuple[Fact, ...]]:
    """The call after all of them, and what happened."""
    happened: list[Fact] = []
    for signal in signals:
        call, facts = calls.step(call, signal)
        happened += facts
    return call, tuple(happened)


def as_it_was(believed: Call, signals: Iterable[calls.Signal]) -> Call:
    """What `signals` make of a call that we know of, gone through anew from its beginning. queue_log alone tells of no
    third party: then what we know of one stands.
    """
    told = list(signals)
    begun = next((signal.at for signal in told if isinstance(signal, calls.Beginning)), believed.entered_at)
    is_out = believed.direction == "out"
    start = Call(
        id=believed.id,
        node=believed.node,
        linkedid=believed.linkedid,
        direction=believed.direction,
        line=believed.line or _begun_with("line", told),
        caller=believed.caller or _begun_with("caller", told),
        state=State.PLACED if is_out else State.ENTERED,
        entered_at=min(begun, believed.entered_at),
        language=believed.language,
        agent=believed.agent if is_out else None,
        ticket=believed.ticket,
    )
    became, _ = replay(start, told)
    assert became is not None
    if any(isinstance(signal, calls.WithParty) for signal in told):
        return became
    return replace(became, **{name: getattr(believed, name) for name in _WITH_OTHERS})


def put_right(believed: Call, truth: Call, gaps: Iterable[Gap] = ()) -> Call:
    """`believed` with what `truth`, which is over, knows better; the same value where that is nothing. Of a call that
    any of `gaps` concerns, we don't know what we missed.
    """
    if not truth.is_over:
        return believed
    is_doubtful = _is_doubtful(believed, truth) or any(gap.concerns(truth) for gap in gaps)
    found: dict[str, Any] = {
        name: _earlier(getattr(believed, name), getattr(truth, name)) for name in _BEGINNINGS
    }
    found |= {name: getattr(believed, name) or getattr(truth, name) for name in _NEVER_KNOWN_BETTER}
    if is_doubtful:
        found |= {
            "state": State.ENDED,
            "agent": truth.agent or believed.agent,
            "queue": truth.queue or believed.queue,
            "offered_at": truth.offered_at or believed.offered_at,
            "ended_at": truth.ended_at,
            "outcome": _outcome(found["answered_at"], truth),
            **{name: getattr(truth, name) for name in _WITH_OTHERS},
        }
    became = replace(believed, **found)
    return became if became == believed else replace(became, inferred=True)


def told(was: Call | None, became: Call, at: datetime, by: str) -> Fact:
    """The fact that `was` has been put right. Its data say what the call is now, and, under `put_right`, what of it
    was otherwise before: field → [before, now]. A call that nobody knew has `was` None.
    """
    return Fact(
        kind=REPAIRED,
        subject=subject("call", became.id),
        at=at,
        by=by,
        was=was.state if was else None,
        became=became.state,
        data={
            "direction": became.direction,
            "line": became.line,
            "queue": became.queue,
            "extension": became.agent,
            "outcome": became.outcome,
            "waited": round(became.waited, 3),
            "talked": round(became.talked, 3),
            "answered": became.answered_at is not None,
            "ended_at": became.ended_at.isoformat() if became.ended_at else None,
            "put_right": _differences(was, became),
            "inferred": True,
        },
        ticket=became.ticket,
        call=became.id,
    )


def _is_doubtful(believed: Call, truth: Call) -> bool:
    """Whether we don't know how it ended: still open for us, lost sight of, or answered without our knowing."""
    is_news = truth.answered_at is not None and believed.answered_at is None
    return not believed.is_over or believed.outcome is Outcome.LOST or is_news


def _earlier(believed: datetime | None, truth: datetime | None) -> datetime | None:
    """A moment that was found out by a look is later than the true one, never earlier."""
    if believed is None or truth is None:
        return believed or truth
    return truth if believed - truth > TOLERANCE else believed


def _outcome(answered_at: datetime | None, truth: Call) -> Outcome | None:
    return Outcome.ANSWERED if answered_at and truth.outcome in _UNANSWERED else truth.outcome


def _begun_with(name: str, signals: Iterable[calls.Signal]) -> str:
    """The line or the caller, by the first signal of a beginning that tells it."""
    found = (getattr(signal, name) for signal in signals if isinstance(signal, calls.Beginning))
    return next(filter(None, found), "")


def _differences(was: Call | None, became: Call) -> Mapping[str, list[Any]]:
    if was is None:
        return {}
    names = [field.name for field in fields(Call) if field.name in _TOLD]
    return {
        name: [_plain(getattr(was, name)), _plain(getattr(became, name))]
        for name in names
        if getattr(was, name) != getattr(became, name)
    }


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
