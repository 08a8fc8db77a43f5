"""Repair in the record: what the switch's own records say of calls that are over becomes rows and facts, in the
transaction that also keeps how far they were read. Done again, it changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql
from sqlmodel import Session, col

from hotline import calls, journal, repairs
from hotline.facts import Fact, subject
from hotline.record import line_days, links
from hotline.record.calls import apply, keep_calls, locked_calls
from hotline.store.tables import CallAlias, FactRow, SwitchReading

COMPARED = "record.compared"


@dataclass(frozen=True)
class Position:
    """A place in one of a switch's streams; see `SwitchReading`."""

    file: str
    offset: int


@dataclass(frozen=True)
class Repaired:
    """How many calls were unknown until now, and of how many something was put right."""

    added: int = 0
    mended: int = 0

    def __add__(self, other: Repaired) -> Repaired:
        return Repaired(self.added + other.added, self.mended + other.mended)


def repair(
    session: Session, node: str, episodes: Mapping[str, Sequence[calls.Signal]], at: datetime
) -> Repaired:
    """Let the record say of each call (id → its signals) what they say, where it doesn't. A call that they don't
    bring to its end stays as it is. A call's other names are heeded.
    """
    aliases = _aliases(session, episodes)
    named = {aliases.get(call, call): signals for call, signals in episodes.items()}
    believed = locked_calls(session, named)
    began = min((call.entered_at for call in believed.values()), default=None)
    gaps = links.gaps(session, node, began) if began else []
    by = subject("switch", node)
    added = [id_ for id_ in named if id_ not in believed and _add(session, named[id_], at, by)]
    mended = [id_ for id_ in believed if _mend(session, believed[id_], named[id_], gaps, at, by)]
    line_days.count_calls(session, added)
    _recount(session, {believed[id_].entered_at.date() for id_ in mended})
    return Repaired(len(added), len(mended))


def positions(session: Session, node: str) -> dict[str, tuple[Position, datetime]]:
    """Per stream, the place to read on from, and when it was read last. Nobody else repairs this switch meanwhile."""
    asked = select(SwitchReading).where(col(SwitchReading.node) == node).with_for_update()
    return {row.stream: (Position(row.file, row.offset), row.read_at) for row in session.scalars(asked)}


def keep_positions(session: Session, node: str, found: Mapping[str, Position], at: datetime) -> None:
    """The places to read on from, the next time."""
    rows = [
        {"node": node, "stream": stream, "file": place.file, "offset": place.offset, "read_at": at}
        for stream, place in found.items()
    ]
    if not rows:
        return
    into = postgresql.insert(SwitchReading)
    changed = {name: into.excluded[name] for name in ("file", "offset", "read_at")}
    session.connection().execute(
        into.on_conflict_do_update(index_elements=["node", "stream"], set_=changed), rows
    )


def gone_beyond(session: Session, known: Iterable[calls.Call]) -> set[str]:
    """Those of the calls that were more than a citizen's talk with one seat after the other: a third party was called
    into them, or they were parked.
    """
    ids = [call.id for call in known]
    asked = select(col(FactRow.call)).where(col(FactRow.call).in_(ids), col(FactRow.kind).in_(repairs.BEYOND))
    return {str(call) for call in session.scalars(asked.distinct())}


def compared(session: Session, node: str, day: str, at: datetime, **found: Any) -> None:
    """Write down what a comparison of the day's calls with the switch's own record came to."""
    of, by = subject("record", node), subject("switch", node)
    journal.append(session, Fact(kind=COMPARED, subject=of, at=at, by=by, data={"day": day, **found}))


def last_comparison(session: Session, node: str) -> Mapping[str, Any] | None:
    """What the last one came to, as `compared` was told; None before the first."""
    asked = (
        select(col(FactRow.data))
        .where(col(FactRow.subject) == subject("record", node), col(FactRow.kind) == COMPARED)
        .order_by(col(FactRow.id).desc())
        .limit(1)
    )
    return session.scalars(asked).first()


def _add(session: Session, signals: Iterable[calls.Signal], at: datetime, by: str) -> bool:
    call, facts = repairs.replay(None, signals)
    if call is None or not call.is_over:
        return False
    call = replace(call, inferred=True)
    keep_calls(session, {}, {call.id: call})
    journal.append(session, *facts, repairs.told(None, call, at, by))
    return True


def _mend(
    session: Session,
    believed: calls.Call,
    signals: Iterable[calls.Signal],
    gaps: Iterable[repairs.Gap],
    at: datetime,
    by: str,
) -> bool:
    mended = repairs.put_right(believed, repairs.as_it_was(believed, signals), gaps)
    if mended == believed:
        return False
    if not believed.is_over and mended.ended_at:
        # Its end as everything hears of it: whatever seat still seemed to have it is free.
        end = calls.Ended(call=believed.id, at=mended.ended_at, outcome=mended.outcome, inferred=True)
        apply(session, [end], believed.node)
    keep_calls(session, {believed.id: believed}, {mended.id: mended})
    journal.append(session, repairs.told(believed, mended, at, by))
    return True


def _recount(session: Session, days: Iterable[date]) -> None:
    """The counts of the days on which a call was put right. Which day that is by the city's clock, they know."""
    for day in sorted(set(days)):
        line_days.recount(session, day - timedelta(days=1), day + timedelta(days=2))


def _aliases(session: Session, episodes: Iterable[str]) -> dict[str, str]:
    channels = {calls.channel(call): call for call in episodes}
    asked = select(col(CallAlias.linkedid), col(CallAlias.call))
    found = session.execute(asked.where(col(CallAlias.linkedid).in_(channels)))
    return {channels[linkedid]: call for linkedid, call in found if call != channels[linkedid]}
