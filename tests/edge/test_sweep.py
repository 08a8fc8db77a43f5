"""The sweep on a real record: every step once, on any number of workers, whatever dies in between."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, text
from sqlmodel import Session, col, select

from dispatch import orders, timekeeping
from dispatch.sweep import sweep
from dispatch.timekeeper import Timekeeper
from hotline.budgets import parse_budget, parse_offset
from hotline.clock_policy import Audience, ClockRule, Does, Kind, Step
from hotline.messages import Channel
from hotline.pack.model import CityPack, SendingHours
from hotline.record.city_in_force import CityInForce
from hotline.settings import Settings, environment
from hotline.store import Store
from hotline.store.rows import put
from hotline.store.tables import (
    Account,
    ClockFiring,
    ClockRow,
    FactRow,
    Mark,
    MessageRow,
    Ticket,
    UnitDelivery,
    WorkOrder,
)
from hotline.tickets import Urgency
from tests.edge.conftest import Town
from tests.edge.test_orders import UNIT, open_one
from tests.edge.test_timekeeping import local
from tests.patience import eventually

pytestmark = pytest.mark.edge

HOUR = timedelta(hours=1)
DUE = local("2026-12-14 17:30")  # a complaint's fifteen working days from town.at
STEPS = ("clock.reminded", "clock.amber", "clock.red", "clock.escalated")
LADDER = ("reminder", "amber", "red", "message", "notice", "supervision", "report")


def issue(
    town: Town, session: Session, count: int = 1, city: CityPack | None = None, **changed: object
) -> list[WorkOrder]:
    """Tickets that the unit has, signed for and contacted: only the time to resolve runs, and the citizen's."""
    agent, made = town.viewer("chenjiaqi"), []
    for _ in range(count):
        ticket = open_one(town, session, **changed)
        order = orders.issue(session, city or town.city, ticket, UNIT, "", agent, town.at)
        timekeeping.stop(session, ticket, order, {Kind.SIGN, Kind.CONTACT}, town.at, "system")
        made.append(order)
    return made


def swept(town: Town, at: datetime, city: CityPack | None = None) -> int:
    """Sweeps until nothing is due; returns in how many looks."""
    looks = 1
    while True:
        with town.store.transaction() as session:
            if sweep(session, city or town.city, at, most=50) < 50:
                return looks
        looks += 1


def firings(store: Store) -> Counter[str]:
    """How often each step was taken, of the clocks to resolve."""
    with store.transaction() as session:
        asked = select(ClockFiring.step).join(ClockRow, col(ClockRow.id) == ClockFiring.clock)
        return Counter(session.exec(asked.where(ClockRow.kind == Kind.RESOLVE)))


def marks(store: Store) -> list[tuple[str, str]]:
    """What lies upon orders, in the order in which it was put."""
    with store.transaction() as session:
        return list(session.exec(select(Mark.kind, Mark.step).order_by(col(Mark.id))))


def facts(store: Store, *kinds: str) -> list[FactRow]:
    with store.transaction() as session:
        return list(
            session.exec(select(FactRow).where(col(FactRow.kind).in_(kinds)).order_by(col(FactRow.id)))
        )


def posted(store: Store) -> list[MessageRow]:
    with store.transaction() as session:
        return list(session.exec(select(MessageRow).order_by(col(MessageRow.id))))


def test_the_whole_ladder_step_by_step(town: Town) -> None:
    with town.store.transaction() as session:
        (order,) = issue(town, session)
    for at, steps in (
        ("2026-12-10 17:29", ()),
        ("2026-12-10 17:30", LADDER[:1]),
        ("2026-12-11 17:30", LADDER[:2]),
        ("2026-12-14 17:30", LADDER[:3]),
        ("2026-12-15 10:30", LADDER[:4]),
        ("2026-12-15 17:30", LADDER[:5]),
        ("2026-12-17 17:30", LADDER[:6]),
        ("2026-12-21 17:30", LADDER),
        ("2027-12-21 17:30", LADDER),
    ):
        swept(town, local(at))
        assert tuple(firings(town.store)) == steps, at
    told = [one for one in facts(town.store, *STEPS) if one.data["order"] == order.id]
    assert [one.data.get("step", one.kind.partition(".")[2]) for one in told] == ["reminded", *LADDER[1:]]
    assert told[-1].data["does"] == "report"
    assert {one.data["unit"] for one in told} == {UNIT}


def test_each_step_tells_whom_the_policy_names(town: Town) -> None:
    with town.store.transaction() as session:
        (order,) = issue(town, session)
        names = {account.id: account.login for account in session.exec(select(Account))}
    swept(town, local("2026-12-11 17:30"))
    reminder_and_amber = [
        (names[int(one.to.partition(":")[2])], one.channel, one.link) for one in posted(town.store)
    ]
    assert ("zumiao", "notice", f"/portal/orders/{order.id}") in reminder_and_amber
    assert ("zumiao-leader", "notice", f"/portal/orders/{order.id}") in reminder_and_amber
    assert {channel for _, channel, _ in reminder_and_amber} == {"notice"}
    swept(town, local("2026-12-17 17:30"))
    supervised = {
        names[int(one.to.partition(":")[2])] for one in posted(town.store) if "督办单" in one.subject
    }
    assert {"guanshufen", "tanweiming", "zumiao-leader"} <= supervised
    assert "zumiao" not in supervised


def test_sweeping_again_takes_nothing_again(town: Town) -> None:
    with town.store.transaction() as session:
        issue(town, session)
    for _ in range(3):
        swept(town, DUE)
    assert set(firings(town.store).values()) == {1}
    with town.store.transaction() as session:
        (clock,) = session.exec(select(ClockRow).where(ClockRow.kind == Kind.RESOLVE))
        clock.next_event_at, clock.seen_until = (
            clock.started_at,
            clock.started_at,
        )  # as if it had never been seen
    before = len(posted(town.store))
    swept(town, DUE)
    assert set(firings(town.store).values()) == {1}
    assert len(posted(town.store)) == before


def test_after_an_outage_only_the_gravest_step_is_told(town: Town) -> None:
    with town.store.transaction() as session:
        issue(town, session)
    swept(town, local("2026-12-15 17:30"))
    assert tuple(firings(town.store)) == LADDER[:5]
    with town.store.transaction() as session:
        staff = session.exec(select(Account).where(Account.login == "zumiao")).one()
    theirs = [one.subject for one in posted(town.store) if one.to == f"account:{staff.id}"]
    assert len(theirs) == 1
    assert theirs[0].startswith("催办通知书：工单")


def test_a_days_end_writes_to_nobody_a_hundred_times(town: Town) -> None:
    with town.store.transaction() as session:
        made = issue(town, session, 30)
        numbers = [session.get_one(Ticket, order.ticket).number for order in made]
    with town.store.transaction() as session:
        assert sweep(session, town.city, DUE) == 60  # each ticket's own and its order's
    with town.store.transaction() as session:
        staff = session.exec(select(Account).where(Account.login == "zumiao")).one()
    (one,) = [one for one in posted(town.store) if one.to == f"account:{staff.id}"]
    assert one.subject == "超期警示：30 件工单"
    assert one.body.splitlines()[-1] == "另有 10 件"
    assert numbers[0] in one.body
    assert one.link == "/portal"


def test_it_looks_only_at_what_is_due(town: Town) -> None:
    with town.store.transaction() as session:
        issue(town, session, 3)
        issue(town, session, urgency=Urgency.URGENT)
    with town.store.transaction() as session:
        assert sweep(session, town.city, town.at + HOUR) == 0
        assert sweep(session, town.city, local("2026-12-10 17:30")) == 4


def test_what_somebody_holds_is_passed_over_and_comes_next_time(town: Town) -> None:
    with town.store.transaction() as session:
        one, other = issue(town, session, 2)
    with town.store.transaction() as holding:
        held = holding.exec(select(Ticket).where(Ticket.id == one.ticket).with_for_update()).one()
        swept(town, DUE)
        assert held.id == one.ticket
        assert {row.data["order"] for row in facts(town.store, "clock.red") if row.data["order"]} == {
            other.id
        }
    swept(town, DUE)
    assert {row.data["order"] for row in facts(town.store, "clock.red") if row.data["order"]} == {
        one.id,
        other.id,
    }
    assert set(firings(town.store).values()) == {2}


def test_two_workers_at_once_take_each_step_once(town: Town) -> None:
    with town.store.transaction() as session:
        issue(town, session, 60)
    ready = threading.Barrier(2)

    def work() -> None:
        ready.wait()
        for _ in range(20):
            with town.store.transaction() as session:
                sweep(session, town.city, DUE, most=7)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert firings(town.store) == dict.fromkeys(LADDER[:3], 60)
    told = Counter(row.kind for row in facts(town.store, *STEPS) if row.data["order"])
    assert told == {"clock.reminded": 60, "clock.amber": 60, "clock.red": 60}
    lines = [line for one in posted(town.store) for line in one.body.splitlines() if "办理" in line]
    assert set(Counter(lines).values()) <= {1, 2}  # once to each of the two who are told


SWEEPER = """
import os, signal, sys
from datetime import datetime
from sqlalchemy import event
from dispatch.sweep import sweep
from hotline.bell import Bell
from hotline.pack.load import load_pack
from hotline.store import open_store

url, broker, at, where = sys.argv[1:]
store = open_store(url, Bell(broker))

@event.listens_for(store.engine, "before_cursor_execute")
def die(connection, cursor, statement, *rest):
    if where in statement:
        os.kill(os.getpid(), signal.SIGKILL)

if where == "COMMIT":
    @event.listens_for(store.engine, "commit")
    def die_at_the_end(connection):
        os.kill(os.getpid(), signal.SIGKILL)

with store.transaction() as session:
    sweep(session, load_pack("foshan"), datetime.fromisoformat(at))
"""


@pytest.mark.parametrize(
    "where", ["INSERT INTO clock_firing", 'INSERT INTO "message"', 'INSERT INTO "fact"', "COMMIT"]
)
def test_crash_between_firing_and_message(town: Town, database_url: str, redis_url: str, where: str) -> None:
    """Killed at any point between them: nothing is lost, nothing is there twice."""
    with town.store.transaction() as session:
        issue(town, session, 3)
    died = subprocess.run(
        [sys.executable, "-c", SWEEPER, database_url, redis_url, DUE.isoformat(), where],
        timeout=60,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL
    eventually(lambda: _nobody_writes(town.store))
    assert firings(town.store) == {}
    assert posted(town.store) == []
    swept(town, DUE)
    assert firings(town.store) == dict.fromkeys(LADDER[:3], 3)
    assert len(facts(town.store, "message.posted")) == len(posted(town.store)) > 0


def _nobody_writes(store: Store) -> bool:
    """The server has noticed that the killed one is gone."""
    with store.engine.connect() as connection:
        asked = text(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE state LIKE 'idle in transaction%' AND datname = current_database()"
        )
        return bool(connection.execute(asked).scalar_one() == 0)


def test_quiet_hours_postpone_messages_and_not_facts(town: Town) -> None:
    step = Step(Does.RED, to=(Audience.HANDLER,), by=(Channel.NOTICE, Channel.SMS))
    city = with_steps(town.city, step)
    late = local("2026-11-23 23:00")
    with town.store.transaction() as session:
        session.exec(select(Account).where(Account.login == "zumiao")).one().mobile = "16000000009"
        quick = ClockRule(Kind.RESOLVE, parse_budget("23:00 same day"), parse_budget("1 h"))
        (policy,) = city.clock_policies
        city = replace(city, clock_policies=(replace(policy, rules=(quick, *policy.rules)),))
        issue(town, session, city=city)
        issue(town, session, city=city, urgency=Urgency.URGENT)
    swept(town, late, city)
    assert len([row for row in facts(town.store, "clock.red") if row.data["order"]]) == 2
    morning = local("2026-11-24 07:30")
    plain = replace(city, sending_hours={Channel.SMS: SendingHours("waking", urgent=False)})
    sms = [one.next_try_at for one in posted(town.store) if one.channel == "sms"]
    assert sms == [late]  # one of the two is urgent, and the city's rule lets that through
    with town.store.transaction() as session:
        issue(town, session, city=city)
    swept(town, late + timedelta(seconds=1), plain)
    assert [one.next_try_at for one in posted(town.store) if one.channel == "sms"] == [late, morning]


def with_steps(city: CityPack, *steps: Step) -> CityPack:
    (policy,) = city.clock_policies
    return replace(city, clock_policies=(replace(policy, steps=steps),))


def test_who_has_no_address_is_told_on_their_pages_alone(town: Town) -> None:
    city = with_steps(
        town.city, Step(Does.RED, to=(Audience.HANDLER,), by=(Channel.NOTICE, Channel.MAIL, Channel.SMS))
    )
    with town.store.transaction() as session:
        issue(town, session, city=city)
    swept(town, DUE, city)
    assert {one.channel for one in posted(town.store)} == {"notice"}


def test_steps_put_cards_and_a_supervision_upon_the_order_itself(town: Town) -> None:
    with town.store.transaction() as session:
        issue(town, session)
    swept(town, local("2026-12-11 17:30"))
    assert marks(town.store) == [("yellow", "")]
    swept(town, local("2026-12-14 17:30"))
    assert marks(town.store) == [("yellow", ""), ("red", "")]
    swept(town, local("2026-12-21 17:30"))
    supervised = [("supervised", step) for step in ("message", "notice", "order", "report")]
    assert marks(town.store) == [("yellow", ""), ("red", ""), *supervised]
    swept(town, local("2027-03-01 17:30"))
    assert len(marks(town.store)) == 6
    assert [row.data["mark"] for row in facts(town.store, "mark.put")] == [
        kind for kind, _ in marks(town.store)
    ]


def test_who_signs_late_gets_no_card_and_the_centre_none(town: Town) -> None:
    with town.store.transaction() as session:
        agent = town.viewer("chenjiaqi")
        open_one(town, session)  # which the centre itself lets lie
        orders.issue(session, town.city, open_one(town, session), UNIT, "", agent, town.at)
    swept(town, local("2026-11-27 17:30"))
    assert {row.kind for row in facts(town.store, "clock.amber", "clock.red")} == {"clock.amber", "clock.red"}
    assert marks(town.store) == [("supervised", "message")]  # of the clock to sign


def test_a_units_own_system_is_told_of_each_card(town: Town) -> None:
    with town.store.transaction() as session:
        issue(town, session)
        way = {"way": "webhook", "address": "https://example.org", "secret": ""}
        put(session, UnitDelivery(unit=UNIT, set_by="system", set_at=town.at, **way))
    swept(town, local("2026-12-14 17:30"))
    told = [json.loads(one.body) for one in posted(town.store) if one.subject == "mark.put"]
    assert [one["mark"] for one in told] == ["yellow", "red"]


def test_a_step_of_a_policy_that_tells_nobody_is_a_fact_all_the_same(town: Town) -> None:
    city = with_steps(town.city, Step(Does.NOTICE, parse_offset("1 h after")))
    with town.store.transaction() as session:
        issue(town, session, city=city)
    swept(town, DUE + HOUR, city)
    assert [row.data["step"] for row in facts(town.store, "clock.escalated")] == ["notice", "notice"]
    assert posted(town.store) == []


def test_a_clock_that_was_stopped_or_stands_is_silent(town: Town) -> None:
    with town.store.transaction() as session:
        replied, suspended = issue(town, session, 2)
        first, second = (session.get_one(Ticket, order.ticket) for order in (replied, suspended))
        timekeeping.stop(session, first, replied, timekeeping.AT_REPLY, town.at + HOUR, "system")
        timekeeping.pause_for_order(session, town.city, second, suspended, "why", town.at + HOUR, "system")
    swept(town, local("2027-03-01 10:00"))
    assert {row.data["clock"] for row in facts(town.store, "clock.red")} == {"answer"}


def test_a_resumed_clock_takes_its_steps_again_for_its_new_date(town: Town) -> None:
    """Reminded and amber before the suspension; afterwards both come again, red once."""
    with town.store.transaction() as session:
        (order,) = issue(town, session)
        ticket = session.get_one(Ticket, order.ticket)
    swept(town, local("2026-12-11 17:30"))
    with town.store.transaction() as session:
        timekeeping.pause_for_order(
            session, town.city, ticket, order, "", local("2026-12-14 09:00"), "system"
        )
    with town.store.transaction() as session:
        timekeeping.resume_for_order(session, town.city, ticket, order, local("2026-12-28 09:00"), "system")
    swept(town, local("2026-12-28 17:29"))
    assert firings(town.store) == {"reminder": 1, "amber": 1}
    swept(town, local("2026-12-28 17:30"))
    assert firings(town.store) == {"reminder": 1, "amber": 1, "red": 1}


def test_the_process_looks_again_when_the_next_step_comes(town: Town, served: Settings) -> None:
    with town.store.transaction() as session:
        issue(town, session)
    keeper = Timekeeper(served, town.store, CityInForce(town.city))
    assert keeper.look(DUE - timedelta(days=9)) == 2.0
    pause = keeper.look(local("2026-12-10 17:30") - timedelta(seconds=1))
    assert pause == pytest.approx(1.0)
    keeper.look(local("2026-12-10 17:30"))
    assert firings(town.store) == {"reminder": 1}


def test_a_process_of_the_platform_does_it_by_itself(town: Town, served: Settings) -> None:
    with town.store.transaction() as session:
        (order,) = issue(town, session)
        clock = session.exec(
            select(ClockRow).where(ClockRow.work_order == order.id, ClockRow.kind == Kind.RESOLVE)
        ).one()
        clock.started_at = town.at - timedelta(days=60)
        clock.due_at = clock.next_event_at = town.at - timedelta(days=30)
    process = subprocess.Popen(
        [sys.executable, "-m", "hotline.cli", "clocks", "run"], env={**os.environ, **environment(served)}
    )
    try:
        eventually(lambda: facts(town.store, "clock.red", "clock.recomputed"), 20)
    finally:
        process.terminate()
        assert process.wait(10) == 0


def test_a_sweep_costs_the_same_number_of_statements_for_one_and_for_many(town: Town) -> None:
    def cost(at: datetime) -> int:
        sent: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            sent.append(statement)

        event.listen(town.store.engine, "before_cursor_execute", note)
        try:
            swept(town, at)
        finally:
            event.remove(town.store.engine, "before_cursor_execute", note)
        return len(sent)

    with town.store.transaction() as session:
        issue(town, session)
    one = cost(DUE)
    with town.store.transaction() as session:
        issue(town, session, 20)
    assert cost(DUE + timedelta(days=1)) <= one + 1
