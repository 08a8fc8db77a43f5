"""Calls and seats in the record: a batch of signals becomes rows and facts. Whatever the signals are, there is
exactly one row for a call's id, and a signal that changes nothing costs nothing but being counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, or_, select

from hotline import calls, journal, presence
from hotline.facts import Fact, subject
from hotline.store.tables import Call as CallRow
from hotline.store.tables import CallAlias
from hotline.store.tables import Seat as SeatRow

Signal = calls.Signal | presence.Signal

_CALL_FIELDS = [field.name for field in fields(calls.Call)]


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


def open_calls(session: Session, node: str) -> list[calls.Call]:
    """The calls of `node` that have not ended, as far as the record knows."""
    wanted = select(CallRow).where(col(CallRow.ended_at).is_(None), CallRow.node == node)
    return [_to_call(row) for row in session.exec(wanted)]


def all_seats(session: Session) -> list[presence.Seat]:
    """Every seat that ever had somebody."""
    return [_to_seat(row) for row in session.exec(select(SeatRow))]


class _Batch:
    """The rows that a batch may touch, locked and turned into values until they are written back."""

    def __init__(self, session: Session, signals: Sequence[Signal], by: str) -> None:
        self._session = session
        self._by = by
        about_calls = [signal for signal in signals if isinstance(signal, calls.Signal)]
        self._call_rows = self._lock_calls({signal.call for signal in about_calls})
        self._aliases = self._find_aliases(about_calls)
        self._seat_rows = self._lock_seats(signals)
        self._calls = {id: _to_call(row) for id, row in self._call_rows.items()}
        self._seats = {extension: _to_seat(row) for extension, row in self._seat_rows.items()}
        self._touched: set[str] = set()
        self._renamed: list[dict[str, str]] = []
        self.facts: list[Fact] = []
        self.ignored = 0

    def let_happen(self, signal: Signal) -> None:
        is_news = self._at_seat(signal) if isinstance(signal, presence.Signal) else self._in_call(signal)
        self.ignored += not is_news

    def write(self) -> None:
        for id, call in self._calls.items():
            _write(self._session, CallRow, self._call_rows.get(id), _call_values(call))
        for extension in self._touched:
            seat = self._seats[extension]
            _write(self._session, SeatRow, self._seat_rows.get(extension), _seat_values(seat))
        if self._renamed:
            self._session.flush()
            self._session.execute(insert(CallAlias).on_conflict_do_nothing(), self._renamed)

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
        at_call = [seat for seat in self._seats.values() if seat.call == id]
        moved = [self._at_seat(implied) for implied in presence.implied(call, signal, at_call)]
        return bool(facts) or any(moved)

    def _at_seat(self, signal: presence.Signal) -> bool:
        before = self._seats.get(signal.extension)
        after, facts = presence.step(before, signal, self._by)
        self._seats[signal.extension] = after
        self._touched.add(signal.extension)
        self.facts += facts
        return after != before

    def _lock_calls(self, ids: set[str]) -> dict[str, CallRow]:
        if not ids:
            return {}
        wanted = select(CallRow).where(col(CallRow.id).in_(ids)).order_by(col(CallRow.id)).with_for_update()
        return {row.id: row for row in self._session.exec(wanted)}

    def _find_aliases(self, signals: Iterable[calls.Signal]) -> dict[str, str]:
        strange = {
            calls.channel(signal.call): signal.call
            for signal in signals
            if signal.call not in self._call_rows and not isinstance(signal, calls.Entered | calls.Placed)
        }
        if not strange:
            return {}
        found = self._session.exec(select(CallAlias).where(col(CallAlias.linkedid).in_(strange))).all()
        self._call_rows |= self._lock_calls({alias.call for alias in found} - self._call_rows.keys())
        return {strange[alias.linkedid]: alias.call for alias in found}

    def _lock_seats(self, signals: Iterable[Signal]) -> dict[str, SeatRow]:
        extensions = {getattr(signal, "extension", None) for signal in signals} - {None}
        at_calls = self._call_rows.keys()
        wanted = (
            select(SeatRow)
            .where(or_(col(SeatRow.extension).in_(extensions), col(SeatRow.call).in_(at_calls)))
            .order_by(col(SeatRow.extension))
            .with_for_update()
        )
        return {row.extension: row for row in self._session.exec(wanted)}


def _to_call(row: CallRow) -> calls.Call:
    values = {name: getattr(row, name) for name in _CALL_FIELDS}
    outcome = calls.Outcome(row.outcome) if row.outcome else None
    return calls.Call(**{**values, "state": calls.State(row.state), "outcome": outcome})


def _call_values(call: calls.Call) -> dict[str, Any]:
    return {name: getattr(call, name) for name in _CALL_FIELDS}


def _to_seat(row: SeatRow) -> presence.Seat:
    return presence.Seat(
        extension=row.extension,
        since=row.since,
        queues=frozenset(row.queues),
        reason=row.reason,
        call=row.call,
        is_talking=row.state == presence.State.TALKING,
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
    session: Session, table: type[CallRow | SeatRow], row: CallRow | SeatRow | None, values: dict[str, Any]
) -> None:
    """Add the row, or change what differs in it."""
    if row is None:
        session.add(table(**values))
    else:
        row.sqlmodel_update(values)
