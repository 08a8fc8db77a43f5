"""Two clocks on one order: the unit's own, which stand, begin anew and are extended, and the citizen's, which doesn't
begin anew with anything that units do. Each change of a date is a fact.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from dispatch import handling, orders, timekeeping
from dispatch.clocks import Colour
from dispatch.handling import Reply
from hotline import journal
from hotline.budgets import Budget, Measure, parse_budget
from hotline.clock_policy import After, ClockRule, Kind
from hotline.errors import Refused
from hotline.pack.model import CityPack
from hotline.record import tickets
from hotline.store.tables import ClockFiring, ClockPause, ClockRow, FactRow, Ticket, WorkOrder
from hotline.tickets import Type, Verb
from tests.edge.conftest import Town
from tests.edge.test_orders import STAFF, UNIT, ZONE, dispatch, open_one

pytestmark = pytest.mark.edge

BY = "account:1"
DAY = timedelta(days=1)
THREE_DAYS = Budget(3, Measure.WORKING_DAYS)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def issued(town: Town, session: Session, **changed: object) -> tuple[Ticket, WorkOrder]:
    ticket = open_one(town, session, **changed)
    return ticket, dispatch(town, session, ticket)


def clock(session: Session, ticket: Ticket, kind: Kind, order: WorkOrder | None = None) -> ClockRow:
    """The newest of a kind."""
    asked = select(ClockRow).where(ClockRow.ticket == ticket.id, ClockRow.kind == kind)
    if order is not None:
        asked = asked.where(ClockRow.work_order == order.id)
    return session.exec(asked.order_by(col(ClockRow.id).desc()).limit(1)).one()


def told(session: Session, ticket: Ticket, kind: str) -> list[dict[str, Any]]:
    """The data of the facts of one kind."""
    journal.write(session)
    asked = select(FactRow.data).where(FactRow.ticket == ticket.id, FactRow.kind == kind)
    return list(session.exec(asked.order_by(col(FactRow.id))))


def with_rule(city: CityPack, rule: ClockRule) -> CityPack:
    """The city with a rule before all others."""
    (policy,) = city.clock_policies
    return replace(city, clock_policies=(replace(policy, rules=(rule, *policy.rules)),))


def test_the_citizen_and_the_unit_have_a_clock_each_from_the_first_order_on(
    town: Town, session: Session
) -> None:
    ticket, order = issued(town, session)
    answer, resolve = clock(session, ticket, Kind.ANSWER), clock(session, ticket, Kind.RESOLVE)
    assert (answer.work_order, resolve.work_order) == (None, order.id)
    assert ticket.due_at == answer.due_at == resolve.due_at
    (*_, started) = told(session, ticket, "clock.started")
    assert started == {
        "clock": "resolve",
        "order": order.id,
        "due": "2026-12-14T09:30:00+00:00",
        "provisional": False,
        "unit": UNIT,
        "number": ticket.number,
    }


def test_two_clocks_on_one_order_run_by_two_calendars(town: Town, session: Session) -> None:
    quick = ClockRule(
        Kind.CONTACT, parse_budget("4 working h"), parse_budget("1 h"), calendar="round-the-clock"
    )
    ticket = open_one(town, session)
    friday_evening = local("2026-11-27 20:00")
    orders.issue(
        session, with_rule(town.city, quick), ticket, UNIT, "", town.viewer("chenjiaqi"), friday_evening
    )
    assert clock(session, ticket, Kind.CONTACT).due_at == friday_evening + timedelta(hours=4)
    assert clock(session, ticket, Kind.SIGN).due_at == local("2026-11-30 17:30")


def test_a_rule_of_its_own_tells_the_citizen_another_date_than_the_unit(town: Town, session: Session) -> None:
    city = with_rule(
        town.city, ClockRule(Kind.ANSWER, parse_budget("17:30 next working day"), parse_budget("1 h"))
    )
    ticket = open_one(town, session)
    orders.issue(session, city, ticket, UNIT, "", town.viewer("chenjiaqi"), town.at)
    assert ticket.due_at == local("2026-11-24 17:30")
    assert clock(session, ticket, Kind.RESOLVE).due_at == local("2026-12-14 17:30")


def test_two_units_in_sequence_each_have_their_whole_time_and_the_citizens_date_stays(
    town: Town, session: Session
) -> None:
    ticket, first = issued(town, session)
    promised = ticket.due_at
    agent = town.viewer("chenjiaqi")
    orders.withdraw(session, town.city, ticket, agent, town.at + 2 * DAY)
    second = orders.issue(session, town.city, ticket, "guicheng-office", "", agent, town.at + 2 * DAY)
    assert clock(session, ticket, Kind.RESOLVE, first).stopped_at == town.at + 2 * DAY
    assert clock(session, ticket, Kind.RESOLVE, second).due_at == local("2026-12-16 17:30")
    answer = clock(session, ticket, Kind.ANSWER)
    assert (answer.due_at, answer.stopped_at, ticket.due_at) == (promised, None, promised)
    assert session.exec(select(ClockRow).where(ClockRow.kind == Kind.ANSWER)).all() == [answer]


def test_a_suspension_lets_the_units_clocks_stand_and_not_the_citizens(town: Town, session: Session) -> None:
    ticket, order = issued(town, session)
    timekeeping.pause_for_order(session, town.city, ticket, order, "等待勘察结果", town.at + DAY, BY)
    resolve, answer = clock(session, ticket, Kind.RESOLVE), clock(session, ticket, Kind.ANSWER)
    assert (resolve.due_at, resolve.next_event_at, resolve.amber_at) == (None, None, None)
    assert answer.next_event_at is not None
    with pytest.raises(Refused, match=r"clock\.may_not_pause"):
        timekeeping.pause_for_order(session, town.city, ticket, order, "again", town.at + DAY, BY)
    timekeeping.resume_for_order(session, town.city, ticket, order, town.at + 3 * DAY, BY)
    # From Tuesday to Thursday: the fourteen days that were to come are counted anew from Thursday.
    assert resolve.due_at == local("2026-12-16 17:30")
    assert ticket.due_at == answer.due_at == local("2026-12-14 17:30")
    assert resolve.generation == 2
    assert [one["clock"] for one in told(session, ticket, "clock.paused")] == ["sign", "contact", "resolve"]
    assert "等待勘察结果" not in str(told(session, ticket, "clock.paused"))
    with pytest.raises(Refused, match=r"clock\.may_not_resume"):
        timekeeping.resume_for_order(session, town.city, ticket, order, town.at + 3 * DAY, BY)


def test_pause_straight_to_resolved(town: Town, session: Session) -> None:
    """Replied to out of a suspension of months: the time that was used is that before it."""
    ticket, order = issued(town, session)
    timekeeping.pause_for_order(session, town.city, ticket, order, "承诺办理", town.at + DAY, BY)
    timekeeping.stop(session, ticket, order, timekeeping.AT_REPLY, town.at + 200 * DAY, BY)
    clocks = {row.kind: (row, what) for row, what in timekeeping.of_ticket(session, ticket)}
    row, what = clocks["resolve"]
    office = town.city.calendars["office"]
    assert what.colour(town.at + 200 * DAY, office) is Colour.STOPPED
    assert not what.is_late(town.at + 300 * DAY, office)
    assert what.elapsed(town.at + 300 * DAY, office) == timedelta(hours=7)
    assert row.next_event_at is None
    assert clocks["answer"][1].is_late(town.at + 200 * DAY, office)


def test_more_time_is_granted_once_before_it_is_due_and_the_first_date_is_kept(
    town: Town, session: Session
) -> None:
    ticket, order = issued(town, session)
    timekeeping.extend_for_order(session, town.city, ticket, order, THREE_DAYS, "专家论证", town.at + DAY, BY)
    resolve, answer = clock(session, ticket, Kind.RESOLVE), clock(session, ticket, Kind.ANSWER)
    first, later = local("2026-12-14 17:30"), local("2026-12-17 17:30")
    assert (resolve.first_due_at, resolve.due_at, resolve.extension_why) == (first, later, "专家论证")
    assert (answer.first_due_at, answer.due_at, ticket.due_at) == (first, later, later)
    facts = told(session, ticket, "clock.extended")
    dates = ("2026-12-14T09:30:00+00:00", "2026-12-17T09:30:00+00:00")
    assert [(one["clock"], one["was"], one["due"]) for one in facts] == [
        ("resolve", *dates),
        ("answer", *dates),
    ]
    with pytest.raises(Refused, match=r"clock\.extended_already"):
        timekeeping.extend_for_order(session, town.city, ticket, order, THREE_DAYS, "", town.at + 2 * DAY, BY)


def test_more_time_is_refused_when_it_is_over_or_nothing_runs(town: Town, session: Session) -> None:
    ticket, order = issued(town, session)
    late = local("2026-12-14 17:30")
    with pytest.raises(Refused, match=r"clock\.overdue"):
        timekeeping.extend_for_order(session, town.city, ticket, order, THREE_DAYS, "", late, BY)
    timekeeping.stop(session, ticket, order, timekeeping.AT_REPLY, town.at + DAY, BY)
    with pytest.raises(Refused, match=r"clock\.may_not_extend"):
        timekeeping.extend_for_order(session, town.city, ticket, order, THREE_DAYS, "", town.at + DAY, BY)


def test_a_second_unit_gets_more_time_though_the_citizens_date_was_moved_before(
    town: Town, session: Session
) -> None:
    ticket, first = issued(town, session)
    agent = town.viewer("chenjiaqi")
    timekeeping.extend_for_order(session, town.city, ticket, first, THREE_DAYS, "", town.at, BY)
    promised = ticket.due_at
    orders.withdraw(session, town.city, ticket, agent, town.at + DAY)
    second = orders.issue(session, town.city, ticket, "guicheng-office", "", agent, town.at + DAY)
    timekeeping.extend_for_order(session, town.city, ticket, second, THREE_DAYS, "", town.at + DAY, BY)
    assert clock(session, ticket, Kind.RESOLVE, second).first_due_at is not None
    assert ticket.due_at == promised


def replied(town: Town, session: Session) -> tuple[Ticket, WorkOrder]:
    ticket, order = issued(town, session)
    staff = town.viewer(STAFF)
    handling.sign(session, order, staff, town.at + DAY)
    handling.reply(session, town.city, order, Reply("已更换灯泡。"), staff, town.at + 2 * DAY)
    return ticket, order


def test_the_leads_reply_stops_the_citizens_clock_and_a_co_handlers_does_not(
    town: Town, session: Session
) -> None:
    ticket, order = issued(town, session)
    agent, staff = town.viewer("chenjiaqi"), town.viewer("guicheng")
    other = orders.issue(session, town.city, ticket, "guicheng-office", "", agent, town.at)
    handling.sign(session, other, staff, town.at)
    handling.reply(session, town.city, other, Reply("已协助。"), staff, town.at + DAY)
    assert clock(session, ticket, Kind.ANSWER).stopped_at is None
    handling.sign(session, order, town.viewer(STAFF), town.at + DAY)
    handling.reply(session, town.city, order, Reply("已更换灯泡。"), town.viewer(STAFF), town.at + 2 * DAY)
    assert clock(session, ticket, Kind.ANSWER).stopped_at == town.at + 2 * DAY


def test_a_redo_begins_the_units_clocks_anew_and_the_citizens_goes_on(town: Town, session: Session) -> None:
    ticket, order = replied(town, session)
    promised, redo = ticket.due_at, town.at + 4 * DAY
    timekeeping.restart_for_order(session, town.city, ticket, order, redo, BY)
    resolves = session.exec(
        select(ClockRow)
        .where(ClockRow.work_order == order.id, ClockRow.kind == Kind.RESOLVE)
        .order_by(col(ClockRow.id))
    ).all()
    assert [row.stopped_at for row in resolves] == [town.at + 2 * DAY, None]
    assert resolves[1].started_at == redo
    answer = clock(session, ticket, Kind.ANSWER)
    assert (answer.stopped_at, answer.due_at, ticket.due_at) == (None, promised, promised)
    assert answer.next_event_at is not None
    assert [one["clock"] for one in told(session, ticket, "clock.resumed")] == ["answer"]


@pytest.mark.parametrize(
    ("after", "stopped", "due"),
    [
        (After.GOES_ON, False, "2026-12-14 17:30"),
        (After.EXCLUDES, False, "2026-12-16 17:30"),  # two working days lay between reply and redo
        (After.STAYS, True, "2026-12-14 17:30"),
    ],
)
def test_what_a_redo_does_to_each_clock_is_the_policys(
    town: Town, session: Session, after: After, stopped: bool, due: str
) -> None:
    ticket, order = replied(town, session)
    rule = ClockRule(Kind.RESOLVE, Budget(15, Measure.WORKING_DAYS), parse_budget("1 h"), on_redo=after)
    timekeeping.restart_for_order(session, with_rule(town.city, rule), ticket, order, town.at + 4 * DAY, BY)
    resolve = clock(session, ticket, Kind.RESOLVE)
    assert (resolve.stopped_at is not None, resolve.due_at) == (stopped, local(due))
    assert len(session.exec(select(ClockRow).where(ClockRow.kind == Kind.RESOLVE)).all()) == 1


def closed(town: Town, session: Session) -> Ticket:
    """A ticket that was replied to after two days and reopened after twelve more."""
    ticket, _ = replied(town, session)
    ticket_at = town.at + 14 * DAY
    ticket.state = "closed"
    tickets.move(session, ticket, Verb.REOPEN, BY, ticket_at)
    return ticket


def test_reopen_after_close_leaves_the_time_in_between_out(town: Town, session: Session) -> None:
    ticket = closed(town, session)
    timekeeping.reopen_for_ticket(session, town.city, ticket, town.at + 14 * DAY, BY)
    # Thirteen working days were left on Wednesday the 25th; they are counted from Monday, 7 December.
    assert ticket.due_at == clock(session, ticket, Kind.ANSWER).due_at == local("2026-12-24 17:30")
    pause = session.exec(select(ClockPause)).one()
    assert (pause.begins_at, pause.ends_at) == (town.at + 2 * DAY, town.at + 14 * DAY)
    assert clock(session, ticket, Kind.DISPATCH).started_at == town.at + 14 * DAY


def test_reopened_tickets_may_promise_anew_by_policy(town: Town, session: Session) -> None:
    ticket = closed(town, session)
    anew = ClockRule(Kind.RESOLVE, Budget(5, Measure.WORKING_DAYS), parse_budget("1 h"), on_reopen=After.ANEW)
    city, at = with_rule(town.city, anew), town.at + 14 * DAY
    timekeeping.reopen_for_ticket(session, city, ticket, at, BY)
    assert ticket.due_at is None
    orders.issue(session, city, ticket, "guicheng-office", "", town.viewer("chenjiaqi"), at)
    assert ticket.due_at == local("2026-12-14 17:30")
    assert clock(session, ticket, Kind.ANSWER).started_at == at


def test_reopened_when_the_date_was_past_is_red_at_once_and_told_once(town: Town, session: Session) -> None:
    ticket, order = issued(town, session)
    late = town.at + 40 * DAY
    timekeeping.stop(session, ticket, order, timekeeping.AT_REPLY, late, BY)
    timekeeping.restart_for_order(session, town.city, ticket, order, late + DAY, BY)
    reds = [one for one in told(session, ticket, "clock.red") if one["clock"] == "answer"]
    assert [one["passed"] for one in reds] == [True]
    answer = clock(session, ticket, Kind.ANSWER)
    firing = session.exec(select(ClockFiring).where(ClockFiring.clock == answer.id)).one()
    assert (firing.step, firing.generation) == ("red", answer.generation)


def test_merge_of_running_clocks(town: Town, session: Session) -> None:
    """What is merged into another ticket no longer turns red, whoever had it."""
    ticket, _ = issued(town, session)
    timekeeping.stop_all(session, ticket, town.at + DAY, BY)
    rows = session.exec(select(ClockRow).where(ClockRow.ticket == ticket.id)).all()
    assert all(row.stopped_at is not None and row.next_event_at is None for row in rows)
    units = {one["clock"]: one["unit"] for one in told(session, ticket, "clock.stopped")}
    assert units == {"dispatch": None, "answer": None, "sign": UNIT, "contact": UNIT, "resolve": UNIT}


def test_already_breached_at_attach(town: Town, session: Session) -> None:
    """An old system's ticket that comes overdue is told of once, and steps that lie behind it are not taken."""
    ticket = open_one(town, session, type=Type.HELP)
    order = WorkOrder(
        ticket=ticket.id or 0, unit=UNIT, level="town", state="signed", issued_at=town.at, signed_at=town.at
    )
    session.add(order)
    session.flush()
    began, due = town.at - 30 * DAY, town.at - 3 * DAY
    timekeeping.go_on_for_order(session, town.city, ticket, order, began, due, town.at, "system")
    assert ticket.due_at == due
    assert {one["clock"]: one["passed"] for one in told(session, ticket, "clock.red")} == {
        "answer": True,
        "resolve": True,
    }
    resolve = clock(session, ticket, Kind.RESOLVE)
    assert (resolve.promised, resolve.due_at) == (True, due)
    assert resolve.next_event_at is not None
    assert resolve.next_event_at > town.at
