"""Calls and seats in the record: a batch of signals becomes rows and facts. Whatever the signals are, there is
exactly one row for a call's id, and a signal that changes nothing costs nothing but being counted.

A caller's card waits for this, so it speaks to the tables themselves: row objects would cost more than the queries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ARRAY, ColumnElement, RowMapping, Select, Table, Text, any_, bindparam, or_, select
from sqlalchemy.dialects import postgresql
from sqlmodel import Session

from hotline import calls, journal, presence
from hotline.facts import Fact, subject
from hotline.parties import Standing
from hotline.record import line_days
from hotline.store.rows import change_all, put_all
from hotline.store.tables import Call as CallRow
from hotline.store.tables import CallAlias
from hotline.store.tables import Seat as SeatRow

Signal = calls.Signal | presence.Signal
Thing = TypeVar("Thing", calls.Call, presence.Seat)

_CALLS: Table = CallRow.__table__  # type: ignore[attr-defined]
_SEATS: Table = SeatRow.__table__  # type: ignore[attr-defined]
_ALIASES: Table = CallAlias.__table__  # type: ignore[attr-defined]


def _among(column: ColumnElement[str], name: str) -> ColumnElement[bool]:
    """Whether it is one of the values given as `name`, in words that don't depend on how many there are."""
    return column == any_(bindparam(name, type_=ARRAY(Text)))


_CALL_FIELDS = [field.name for field in fields(calls.Call)]
_CALL = select(*(_CALLS.c[name] for name in _CALL_FIELDS))
_OPEN_CALLS = _CALL.where(_CALLS.c.ended_at.is_(None), _CALLS.c.node == bindparam("node"))
_LOCK_CALLS = _CALL.where(_among(_CALLS.c.id, "ids"))
_LOCK_CALLS = _LOCK_CALLS.order_by(_CALLS.c.id).with_for_update()

_SEAT = select(*(_SEATS.c[name] for name in ("extension", "state", "reason", "since", "call", "queues")))
_LOCK_SEATS = _SEAT.where(or_(_among(_SEATS.c.extension, "extensions"), _among(_SEATS.c.call, "calls")))
_LOCK_SEATS = _LOCK_SEATS.order_by(_SEATS.c.extension).with_for_update()

_FIND_ALIASES = select(_ALIASES.c.linkedid, _ALIASES.c.call)
_FIND_ALIASES = _FIND_ALIASES.where(_among(_ALIASES.c.linkedid, "linkedids"))
_ADD_ALIAS = postgresql.insert(_ALIASES).on_conflict_do_nothing()


@dataclass(frozen=True)
class Applied:
    """What a batch came to: its facts in order, and how many of its signals changed nothing."""

    facts: tuple[Fact, ...]
    ignored: int


def apply(session: Session, signals: Sequence[Signal], node: str) -> Applied:
    """Let `signals` from the switch `node` happen, in their order. Locks the rows of all calls and seats named."""
    batch = _Batch(session, signals, subject("switch", node))
    for signal in signals:
        batch.let_happen(signal)
    batch.write()
    journal.append(session, *batch.facts)
    return Applied(tuple(batch.facts), batch.ignored)


def locked_calls(session: Session, ids: Iterable[str]) -> dict[str, calls.Call]:
    """Those of the calls that there are, their rows locked until the end of the transaction."""
    wanted = list(ids)
    rows = _rows(session, _LOCK_CALLS, ids=wanted) if wanted else ()
    return {row["id"]: _to_call(row) for row in rows}


def keep_calls(session: Session, before: Mapping[str, calls.Call], after: Mapping[str, calls.Call]) -> None:
    """Write those of `after` that are new, or not what they were in `before`, as `locked_calls` found it."""
    _write(session, _CALLS, "id", before, after, _call_values)


def open_calls(session: Session, node: str) -> list[calls.Call]:
    """The calls of `node` that have not ended, as far as the record knows."""
    return [_to_call(row) for row in _rows(session, _OPEN_CALLS, node=node)]


def calls_queued(
    session: Session, node: str, since: datetime, until: datetime, also: Iterable[str]
) -> list[calls.Call]:
    """The calls of `node` that entered a queue from `since` until before `until`, and those with these ids."""
    then = (_CALLS.c.queued_at >= since) & (_CALLS.c.queued_at < until)
    asked = _CALL.where(_CALLS.c.node == node, then | _CALLS.c.id.in_(list(also)))
    return [_to_call(row) for row in _rows(session, asked)]


def all_seats(session: Session) -> list[presence.Seat]:
    """Every seat that ever had somebody."""
    return [_to_seat(row) for row in _rows(session, _SEAT)]


class _Batch:
    """The calls and seats that a batch may touch: as they were found, their rows locked, and as they become."""

    def __init__(self, session: Session, signals: Sequence[Signal], by: str) -> None:
        self._session = session
        self._by = by
        about_calls = [signal for signal in signals if isinstance(signal, calls.Signal)]
        self._found_calls = locked_calls(session, {signal.call for signal in about_calls})
        self._aliases = self._find_aliases(about_calls)
        self._found_seats = self._lock_seats(signals)
        self._calls = dict(self._found_calls)
        self._seats = dict(self._found_seats)
        self._renamed: list[dict[str, str]] = []
        self.facts: list[Fact] = []
        self.ignored = 0

    def let_happen(self, signal: Signal) -> None:
        is_news = self._at_seat(signal) if isinstance(signal, presence.Signal) else self._in_call(signal)
        self.ignored += not is_news

    def write(self) -> None:
        keep_calls(self._session, self._found_calls, self._calls)
        _write(self._session, _SEATS, "extension", self._found_seats, self._seats, _seat_values)
        if self._renamed:
            self._session.connection().execute(_ADD_ALIAS, self._renamed)
        line_days.count_calls(self._session, [id for id in self._calls if self._has_ended(id)])

    def _has_ended(self, id: str) -> bool:
        found = self._found_calls.get(id)
        return self._calls[id].is_over and (found is None or not found.is_over)

    def _in_call(self, signal: calls.Signal) -> bool:
        id = self._aliases.get(signal.call, signal.call)
        if isinstance(signal, calls.Renamed):
            self._renamed += [{"linkedid": signal.linkedid, "call": id}] if id in self._calls else []
            return id in self._calls
        call, facts = calls.step(self._calls.get(id), signal)
        if call is None:
            return False
        self._calls[id] = call
        self.facts += facts
        at_call = (seat for seat in self._seats.values() if seat.call == id)
        moved = [self._at_seat(implied) for implied in presence.implied(call, signal, at_call)]
        return bool(facts) or any(moved)

    def _at_seat(self, signal: presence.Signal) -> bool:
        before = self._seats.get(signal.extension)
        after, facts = presence.step(before, signal, self._by)
        self._seats[signal.extension] = after
        self.facts += facts
        return after != before

    def _find_aliases(self, signals: Sequence[calls.Signal]) -> dict[str, str]:
        begun = {signal.call for signal in signals if isinstance(signal, calls.Entered | calls.Placed)}
        strange = {
            calls.channel(signal.call): signal.call
            for signal in signals
            if signal.call not in self._found_calls and signal.call not in begun
        }
        if not strange:
            return {}
        found = {
            row["linkedid"]: row["call"]
            for row in _rows(self._session, _FIND_ALIASES, linkedids=list(strange))
        }
        self._found_calls |= locked_calls(self._session, set(found.values()) - self._found_calls.keys())
        return {strange[linkedid]: call for linkedid, call in found.items()}

    def _lock_seats(self, signals: Iterable[Signal]) -> dict[str, presence.Seat]:
        extensions = {getattr(signal, "extension", "") for signal in signals} - {""}
        at_calls = list(self._found_calls)
        if not extensions and not at_calls:
            return {}
        rows = _rows(self._session, _LOCK_SEATS, extensions=list(extensions), calls=at_calls)
        return {row["extension"]: _to_seat(row) for row in rows}


def _rows(session: Session, asked: Select[Any], **values: object) -> Iterable[RowMapping]:
    return session.connection().execute(asked, values).mappings()


def _to_call(row: RowMapping) -> calls.Call:
    outcome = calls.Outcome(row["outcome"]) if row["outcome"] else None
    stands = Standing(row["party_stands"]) if row["party_stands"] else None
    return calls.Call(
        **{**row, "state": calls.State(row["state"]), "outcome": outcome, "party_stands": stands}
    )


def _call_values(call: calls.Call) -> dict[str, Any]:
    return {name: getattr(call, name) for name in _CALL_FIELDS}


def _to_seat(row: RowMapping) -> presence.Seat:
    return presence.Seat(
        extension=row["extension"],
        since=row["since"],
        queues=frozenset(row["queues"]),
        reason=row["reason"],
        call=row["call"],
        is_talking=row["state"] == presence.State.TALKING,
    )


def _seat_values(seat: presence.Seat) -> dict[str, Any]:
    return {
        "extension": seat.extension,
        "state": seat.state,
        "reason": seat.reason,
        "since": seat.since,
        "call": seat.call,
        "queues": sorted(seat.queues),
    }


def _write(
    session: Session,
    table: Table,
    key: str,
    before: Mapping[str, Thing],
    after: Mapping[str, Thing],
    values: Callable[[Thing], dict[str, Any]],
) -> None:
    """Add what wasn't there before and change what differs, each in one statement."""
    new = [values(thing) for id, thing in after.items() if id not in before]
    changed = [values(thing) for id, thing in after.items() if id in before and thing != before[id]]
    if new:
        put_all(session, table, new)
    if changed:
        change_all(session, table, key, changed)
