"""The journal's one promise: whoever reads from horizon to horizon sees every fact, once, whoever commits late."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError
from sqlmodel import Session

from hotline import journal
from hotline.facts import Fact
from hotline.store import Store
from tests.patience import eventually

pytestmark = pytest.mark.edge

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def fact(kind: str) -> Fact:
    return Fact(kind, "ticket:1", NOW, ticket=1)


def read(store: Store, since: int) -> journal.Reading:
    with store.transaction() as session:
        return journal.read(session, since)


def kinds(reading: journal.Reading) -> list[str]:
    return [fact.kind for fact in reading.facts]


def test_what_is_committed_is_read_once(store: Store) -> None:
    start = read(store, 0).horizon
    with store.transaction() as session:
        journal.append(session, fact("ticket.opened"), fact("ticket.dispatched"))
    first = read(store, start)
    assert kinds(first) == ["ticket.opened", "ticket.dispatched"]
    assert kinds(read(store, first.horizon)) == []


def test_a_late_committer_is_not_skipped(store: Store) -> None:
    start = read(store, 0).horizon
    with Session(store.engine) as late:
        journal.append(late, fact("ticket.late"))
        with store.transaction() as session:
            journal.append(session, fact("ticket.early"))
        while_open = read(store, start)
        late.commit()
    after = read(store, while_open.horizon)
    assert sorted(kinds(while_open) + kinds(after)) == ["ticket.early", "ticket.late"]


def test_who_waited_for_a_row_is_told_after_whom_they_waited_for(store: Store) -> None:
    start = read(store, 0).horizon
    with Session(store.engine) as early:
        early.execute(text("SELECT pg_current_xact_id()"))
        with store.transaction() as session:
            journal.append(session, fact("ticket.first"))
        journal.append(early, fact("ticket.second"))
        early.commit()
    assert kinds(read(store, start)) == ["ticket.first", "ticket.second"]


def test_what_was_rolled_back_is_never_read(store: Store) -> None:
    start = read(store, 0).horizon
    with pytest.raises(DataError), store.transaction() as session:
        journal.append(session, fact("ticket.opened"))
        session.execute(text("SELECT 1 / 0"))
    assert kinds(read(store, start)) == []


def test_many_writers_and_a_reader_lose_nothing(store: Store) -> None:
    start = read(store, 0).horizon

    def write(writer: int) -> None:
        for number in range(25):
            with store.transaction() as session:
                journal.append(session, fact(f"ticket.w{writer}n{number}"))

    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
    for writer in writers:
        writer.start()
    seen: list[str] = []
    horizon = start

    def everything_seen() -> bool:
        nonlocal horizon
        reading = read(store, horizon)
        seen.extend(kinds(reading))
        horizon = reading.horizon
        return len(seen) >= 100 and not any(writer.is_alive() for writer in writers)

    eventually(everything_seen, 20)
    assert len(seen) == len(set(seen)) == 100


def test_the_bell_rings_after_a_commit_with_facts_alone(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    strokes: list[bool] = []
    monkeypatch.setattr(store.bell, "ring", lambda: strokes.append(True))
    with store.transaction() as session:
        journal.append(session)
    assert strokes == []
    with store.transaction() as session:
        journal.append(session, fact("ticket.opened"))
    assert strokes == [True]


def test_a_story_has_the_ticket_its_orders_and_its_calls_in_time_order(store: Store) -> None:
    with store.transaction() as session:
        journal.append(
            session,
            Fact("call.entered", "call:a1-1", NOW.replace(hour=7), call="a1-1"),
            Fact("ticket.opened", "ticket:1", NOW, ticket=1),
            Fact("order.issued", "order:5", NOW.replace(hour=9), ticket=1),
            Fact("ticket.opened", "ticket:2", NOW, ticket=2),
        )
    with store.transaction() as session:
        told = journal.story(session, 1, ["a1-1"])
    assert [fact.kind for fact in told] == ["call.entered", "ticket.opened", "order.issued"]


def test_a_reader_who_is_too_far_behind_is_told_so(store: Store) -> None:
    start = read(store, 0).horizon
    with store.transaction() as session:
        journal.append(session, *[fact("ticket.opened")] * 5)
        session.commit()
        at_most_five, at_most_four = journal.read(session, start, 5), journal.read(session, start, 4)
    assert (len(at_most_five.facts), at_most_five.complete) == (5, True)
    assert (len(at_most_four.facts), at_most_four.complete) == (0, False)
    assert at_most_four.horizon == at_most_five.horizon
