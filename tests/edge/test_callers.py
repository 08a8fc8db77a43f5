"""What the record says of whoever rings; and that nobody waits long for it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session
from structlog.testing import capture_logs

from dispatch import timekeeping
from hotline import calls
from hotline.bell import Bell
from hotline.pack.load import read_pack
from hotline.record import callers, city, tickets
from hotline.record import calls as call_record
from hotline.record.callers import Caller
from hotline.record.city import Change
from hotline.record.city_in_force import CityInForce
from hotline.store import Store, open_store
from hotline.store.tables import Ticket
from telephony.directory import THREADS, WITHIN, Callers
from telephony.routing import NOTHING, Directory, Known
from tests.edge.conftest import Town
from tests.edge.test_orders import ZONE, draft

pytestmark = pytest.mark.edge

NUMBER = "13000000001"


@pytest.fixture
def asked(town: Town, database_url: str, redis_url: str) -> Iterator[Callers]:
    """Somebody who answers for that town's record."""
    store = open_store(database_url, Bell(redis_url), THREADS, WITHIN)
    opened = Callers(store, CityInForce(town.city))
    yield opened
    opened.close()
    store.close()


def learn(asked: Callers, number: str = NUMBER) -> tuple[Directory, Known]:
    return asyncio.run(asked.learn(number))


def served(session: Session, town: Town, queue: str, minute: int, caller: str = NUMBER) -> None:
    """A call that was answered in `queue`."""
    call, at = f"a1-{minute}.1", town.at + timedelta(minutes=minute)
    signals: list[call_record.Signal] = [
        calls.Queued(call=call, at=at, line="12345", caller=caller, linkedid=call, queue=queue),
        calls.Answered(call=call, at=at, extension="8001"),
        calls.Ended(call=call, at=at),
    ]
    call_record.apply(session, signals, "a1")


def opened(session: Session, town: Town, matter: str) -> Ticket:
    agent = town.viewer("chenjiaqi")
    ticket = tickets.open_ticket(session, draft(number=NUMBER, matter=matter), agent, town.at, ZONE)
    timekeeping.start_for_ticket(session, town.city, ticket, town.at, agent.by)
    return ticket


def test_nobody_is_known_at_first(town: Town, session: Session) -> None:
    assert callers.look(session, NUMBER) == Caller(city.newest(session), None, None)


def test_the_queue_in_which_somebody_was_answered_last_is_known(town: Town, session: Session) -> None:
    served(session, town, "cantonese", 5)
    served(session, town, "citywide", 1)
    served(session, town, "law", 9, caller="13000000002")
    assert callers.look(session, NUMBER).queue == "cantonese"


def test_the_matter_of_the_newest_open_ticket_is_known_and_a_closed_one_is_over(
    town: Town, session: Session
) -> None:
    opened(session, town, "020101")
    newest = opened(session, town, "010101")
    assert callers.look(session, f"+{NUMBER}").matter == "010101"
    newest.closed_at = town.at
    session.flush()
    assert callers.look(session, NUMBER).matter == "020101"


def test_every_part_of_it_comes_by_an_index(town: Town, session: Session) -> None:
    session.execute(text("SET LOCAL enable_seqscan = off"))
    asked = callers.LOOK.compile(session.connection().engine)
    values = {**asked.params, "caller": NUMBER, "number": NUMBER}
    plan = "\n".join(session.connection().exec_driver_sql(f"EXPLAIN {asked}", values).scalars())
    assert "Seq Scan" not in plan
    for index in ("call_by_caller", "citizen_number_pkey", "ticket_by_citizen"):
        assert index in plan


def test_a_change_of_the_city_is_known_from_the_next_call_on(town: Town, asked: Callers) -> None:
    with town.store.transaction() as session:
        city.settle(session, read_pack("foshan"), town.at)
    before, _ = learn(asked)
    with town.store.transaction() as session:
        row = next(row for row in city.rows(session, "lines") if row.written["number"] == "12319")
        moved = Change("lines", row.number, row.written | {"queue": "law"})
        city.change(session, [moved], by="account:1", at=town.at)
    after, _ = learn(asked)
    queues = [{line.number: line.queue for line in one.lines}["12319"] for one in (before, after)]
    assert queues == ["urban", "law"]


def test_whoever_is_known_is_told(town: Town, asked: Callers) -> None:
    with town.store.transaction() as session:
        served(session, town, "english", 1)
    assert learn(asked)[1] == Known("english", None)


def test_a_record_that_is_locked_makes_nobody_wait(town: Town, asked: Callers) -> None:
    learn(asked)
    with town.store.transaction() as session, capture_logs() as logs:
        session.execute(text("LOCK TABLE ticket IN ACCESS EXCLUSIVE MODE"))
        directory, known = learn(asked)
    assert (known, len(directory.lines)) == (NOTHING, len(town.city.lines))
    assert [entry["event"] for entry in logs] == ["caller not looked up"]
    assert NUMBER not in str(logs)
    assert learn(asked)[1] == Known()


def test_a_record_that_is_away_costs_nothing_but_what_it_would_have_said(town: Town) -> None:
    store: Store = open_store("postgresql:///nobody?host=/nowhere", Bell("unix:///nowhere"), THREADS, WITHIN)
    asked = Callers(store, CityInForce(town.city))
    with capture_logs() as logs:
        directory, known = learn(asked)
    assert (directory.default_queue, known) == ("citywide", NOTHING)
    assert [entry["error"] for entry in logs] == ["OperationalError"]
    asked.close()
    store.close()
