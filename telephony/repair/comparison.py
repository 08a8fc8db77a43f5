"""Comparing a day of the record with queue_log, call by call: what Asterisk's own log says on its face, read in
another way than repair reads it, so that a mistake there is found here. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hotline import calls
from telephony.repair.rows import QueueRow, Row
from telephony.repair.signals import LAST_WORDS
from telephony.translate import extension_of

SLACK = 2.0  # seconds: queue_log has whole ones, and two of them in each difference
TRANSFERS = ("BLINDTRANSFER", "ATTENDEDTRANSFER", "TRANSFER")


@dataclass(frozen=True)
class Told:
    """What queue_log says of one call. `agent` was connected last; `talked` is None where it doesn't say."""

    call: str
    entered_at: datetime
    queue: str
    agent: str = ""
    answered_at: datetime | None = None
    left_at: datetime | None = None
    talked: float | None = None
    is_over: bool = False

    @property
    def waited(self) -> float | None:
        until = self.answered_at or self.left_at
        return (until - self.entered_at).total_seconds() if until else None


@dataclass(frozen=True)
class Comparison:
    """How many calls of the day queue_log knows to be over, and what differs: (call, in words)."""

    calls: int
    differences: tuple[tuple[str, str], ...]


def told_by(rows: Iterable[Row], node: str) -> dict[str, Told]:
    """The calls of queue_log, by the id that they have in the record. Those that were there before the first row are
    left out.
    """
    about: dict[str, list[QueueRow]] = defaultdict(list)
    for row in rows:
        if isinstance(row, QueueRow) and row.is_about_a_call:
            about[calls.name(node, row.channel)].append(row)
    return {call: _told(call, own) for call, own in about.items() if own[0].event == "ENTERQUEUE"}


def compare(
    told: Mapping[str, Told],
    record: Iterable[calls.Call],
    start: datetime,
    end: datetime,
    beyond: Set[str] = frozenset(),
) -> Comparison:
    """The calls that entered a queue from `start` until before `end`. Those of `beyond` went on among more than two
    people, or were parked: for queue_log, that was their end.
    """
    told = {call: _until_moved(one) if call in beyond else one for call, one in told.items()}
    of_day = {call: one for call, one in told.items() if start <= one.entered_at < end and one.is_over}
    known: dict[str, list[calls.Call]] = defaultdict(list)
    for call in record:
        known[call.id if call.id in told else calls.name(call.node, call.linkedid)].append(call)
    found = [(id_, words) for id_, one in sorted(of_day.items()) for words in _differences(one, known[id_])]
    return Comparison(len(of_day), (*found, *_untold(told, known, start, end)))


def _until_moved(told: Told) -> Told:
    """What queue_log says of a call, without what it can't know after the call left it."""
    return replace(told, agent="", talked=None)


def _told(call: str, rows: Sequence[QueueRow]) -> Told:
    found = Told(call, rows[0].at, rows[0].queue)
    for row in rows:
        if row.event == "ENTERQUEUE":
            found = replace(found, queue=row.queue, is_over=False)
        elif row.event == "CONNECT":
            agent = row.member if row.member.isdigit() else extension_of(row.member)
            found = replace(found, agent=agent, answered_at=found.answered_at or row.at)
        elif row.event in ("COMPLETECALLER", "COMPLETEAGENT"):
            talked = (
                float(row.number(1)) if found.talked is None else None
            )  # twice with a seat: it doesn't say
            found = replace(found, talked=talked, left_at=row.at, is_over=True)
        elif row.event in LAST_WORDS:
            agent = "" if row.event in TRANSFERS else found.agent
            found = replace(found, left_at=row.at, is_over=True, agent=agent)
    return found


def _differences(told: Told, known: Sequence[calls.Call]) -> Iterator[str]:
    if len(known) != 1:
        yield "isn't in the record" if not known else f"is in the record {len(known)} times"
        return
    (call,) = known
    if not call.is_over:
        yield "is over at the switch, and goes on in the record"
        return
    if bool(told.answered_at) != bool(call.answered_at):
        yield f"{_answered(told.answered_at)} at the switch, and {_answered(call.answered_at)} in the record"
        return
    if told.queue != call.queue:
        yield f"waited in {told.queue} at the switch, and in {call.queue} in the record"
    if told.agent and told.agent != call.agent:
        yield f"was answered by {told.agent} at the switch, and by {call.agent} in the record"
    for word, switch, record in (("waited", told.waited, call.waited), ("talked", told.talked, call.talked)):
        if switch is not None and abs(switch - record) > SLACK:
            yield f"{word} {switch:.0f} s at the switch, and {record:.0f} s in the record"


def _untold(
    told: Mapping[str, Told], known: Mapping[str, Sequence[calls.Call]], start: datetime, end: datetime
) -> Iterator[tuple[str, str]]:
    """Calls of the record that queue_log doesn't know; not those at the day's very edges."""
    edge = timedelta(seconds=SLACK)
    for id_, rows in sorted(known.items()):
        for call in rows:
            is_of_day = call.queued_at is not None and start + edge <= call.queued_at < end - edge
            if id_ not in told and is_of_day and call.direction == "in":
                yield call.id, "isn't known to the switch"


def _answered(at: datetime | None) -> str:
    return "was answered" if at else "wasn't answered"
