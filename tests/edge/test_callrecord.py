"""Signals in the record: one row for each call, facts in the same transaction, and few queries."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event
from sqlmodel import select

from hotline import calls, journal, presence
from hotline.record.calls import all_seats, apply, open_calls
from hotline.store import Store
from hotline.store.tables import Call, CallAlias, FactRow, Seat

pytestmark = pytest.mark.edge

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
CALL = "a1-1763800000.1"


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def entered(call: str = CALL, seconds: float = 0) -> calls.Entered:
    return calls.Entered(
        call=call, at=at(seconds), line="12319", caller="13800138000", linkedid=calls.channel(call)
    )


STORY = (
    presence.Joined(extension="8001", at=START, queue="general"),
    entered(),
    calls.Queued(
        call=CALL, at=at(1), line="12319", caller="13800138000", linkedid="1763800000.1", queue="general"
    ),
    calls.Offered(call=CALL, at=at(2), extension="8001"),
    calls.Answered(call=CALL, at=at(5), extension="8001"),
    presence.Paused(extension="8001", at=at(5), reason=presence.WRAP_UP),
    calls.Held(call=CALL, at=at(8)),
    calls.Resumed(call=CALL, at=at(9)),
    calls.Ended(call=CALL, at=at(25)),
)


def test_a_whole_call_in_one_transaction(store: Store) -> None:
    with store.transaction() as session:
        applied = apply(session, STORY, "a1")
    assert applied.ignored == 0
    with store.transaction() as session:
        call = session.exec(select(Call)).one()
        seat = session.exec(select(Seat)).one()
        kinds = [fact.kind for fact in journal.read(session, 0).facts]
    assert (call.state, call.outcome, call.agent, call.queue) == ("ended", "answered", "8001", "general")
    assert (call.queued_at, call.answered_at, call.ended_at) == (at(1), at(5), at(25))
    assert (seat.state, seat.reason, seat.since, seat.call) == ("wrap-up", "wrap-up", at(25), None)
    assert kinds == [fact.kind for fact in applied.facts]
    assert [kind for kind in kinds if kind.startswith("call.")] == [
        f"call.{verb}" for verb in ("entered", "queued", "offered", "answered", "held", "resumed", "ended")
    ]


def test_one_signal_at_a_time_gives_the_same_rows_and_facts(store: Store) -> None:
    facts = []
    for signal in STORY:
        with store.transaction() as session:
            facts += apply(session, [signal], "a1").facts
    with store.transaction() as session:
        call = session.exec(select(Call)).one()
        written = journal.read(session, 0).facts
    assert (call.state, call.answered_at) == ("ended", at(5))
    assert [fact.kind for fact in written] == [fact.kind for fact in facts]


def test_signals_told_twice_make_no_second_row_and_no_second_fact(store: Store) -> None:
    with store.transaction() as session:
        apply(session, STORY, "a1")
    with store.transaction() as session:
        again = apply(session, STORY[1:2] + STORY[3:5] + STORY[8:], "a1")
    assert (again.facts, again.ignored) == ((), 4)


def test_a_call_known_by_another_linkedid_is_the_same_call(store: Store) -> None:
    with store.transaction() as session:
        apply(session, [*STORY[:5], calls.Renamed(call=CALL, at=at(6), linkedid="1763800000.9")], "a1")
    with store.transaction() as session:
        apply(session, [calls.Ended(call="a1-1763800000.9", at=at(7))], "a1")
        assert session.exec(select(CallAlias)).one().call == CALL
        assert session.exec(select(Call)).one().state == "ended"


def test_what_is_open_can_be_asked(store: Store) -> None:
    with store.transaction() as session:
        apply(session, [*STORY[:4], entered("a1-2.2"), entered("b7-3.3")], "a1")
        apply(session, [calls.Ended(call="a1-2.2", at=at(3))], "a1")
    with store.transaction() as session:
        assert [call.id for call in open_calls(session, "a1")] == [CALL]
        assert [(seat.extension, seat.state) for seat in all_seats(session)] == [("8001", "ringing")]


def test_a_rolled_back_batch_leaves_nothing(store: Store) -> None:
    with suppress(ZeroDivisionError), store.transaction() as session:
        apply(session, STORY, "a1")
        raise ZeroDivisionError
    with store.transaction() as session:
        assert not session.exec(select(Call)).all()
        assert not session.exec(select(FactRow)).all()


def test_a_batch_costs_few_statements_however_long(store: Store) -> None:
    statements: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    signals = [entered(f"a1-{number}.1", number) for number in range(100)]
    with store.transaction() as session:
        apply(session, signals, "a1")
    assert len(statements) <= 5
