"""A ticket's way through the record: opened, dispatched, signed, replied, closed; with its clocks and its facts."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, select

from dispatch import handling, orders, reviewing, revisiting, timekeeping
from dispatch.handling import Reply
from dispatch.revisits import Answers, Outcome
from hotline import journal
from hotline.clock_policy import Kind
from hotline.errors import Refused
from hotline.record import citizens, tickets, visibility
from hotline.record.tickets import Draft
from hotline.store.tables import ClockRow, FactRow, Ticket, WorkOrder
from hotline.tickets import Satisfaction, Solution, Type, Urgency
from tests.edge.conftest import Town

pytestmark = pytest.mark.edge

ZONE = ZoneInfo("Asia/Shanghai")
UNIT, STAFF, OTHER = "zumiao-office", "zumiao", "guicheng"


def draft(**changed: object) -> Draft:
    values: dict[str, object] = {
        "type": Type.COMPLAINT,
        "line": "12319",
        "number": "13000000001",
        "title": "路灯不亮",
        "content": "小区门口的路灯坏了三天，晚上看不清路。",
        "name": "梁女士",
        "area": "zumiao",
    }
    return Draft(**(values | changed))  # type: ignore[arg-type]


def open_one(town: Town, session: Session, **changed: object) -> Ticket:
    agent = town.viewer("chenjiaqi")
    ticket = tickets.open_ticket(session, draft(**changed), agent, town.at, ZONE)
    timekeeping.start_for_ticket(session, town.city, ticket, town.at, agent.by)
    return ticket


def dispatch(town: Town, session: Session, ticket: Ticket) -> WorkOrder:
    return orders.issue(session, town.city, ticket, UNIT, "in its area", town.viewer("chenjiaqi"), town.at)


def kinds(session: Session, ticket: Ticket) -> list[str]:
    journal.write(session)
    told = session.exec(select(FactRow.kind).where(FactRow.ticket == ticket.id).order_by(FactRow.id))
    return [kind for kind in told.all() if not kind.startswith("clock.")]


def running(session: Session, ticket: Ticket) -> set[str]:
    session.flush()
    rows = session.exec(select(ClockRow).where(ClockRow.ticket == ticket.id)).all()
    return {row.kind for row in rows if row.stopped_at is None}


def test_the_whole_way_is_told_by_the_journal(town: Town, session: Session) -> None:
    staff, agent = town.viewer(STAFF), town.viewer("chenjiaqi")
    ticket = open_one(town, session)
    assert running(session, ticket) == {"dispatch"}
    order = dispatch(town, session, ticket)
    assert running(session, ticket) == {"answer", "sign", "contact", "resolve"}
    order = orders.find(session, staff, order.id or 0)
    handling.sign(session, order, staff, town.at + timedelta(hours=1))
    assert running(session, ticket) == {"answer", "contact", "resolve"}
    handling.reply(
        session, town.city, order, Reply("已更换灯泡。", "班组三组处理"), staff, town.at + timedelta(hours=5)
    )
    assert running(session, ticket) == {"review"}
    assert (ticket.state, ticket.reply) == ("replied", "已更换灯泡。")
    dispatcher = town.viewer("tanweiming")
    reviewing.accept(session, town.city, ticket, "", dispatcher, town.at + timedelta(hours=5, minutes=30))
    assert running(session, ticket) == {"revisit"}
    assert (ticket.state, order.state, order.ended_at) == ("revisit", "accepted", None)
    content = Answers(True, Solution.SOLVED, Satisfaction.SATISFIED)
    at = town.at + timedelta(hours=6)
    revisiting.close(session, town.city, ticket, Outcome.HEARD, content, agent.by, at)
    assert (ticket.state, order.state) == ("closed", "accepted")
    assert running(session, ticket) == set()
    assert kinds(session, ticket) == [
        "ticket.opened",
        "order.issued",
        "ticket.dispatched",
        "order.signed",
        "order.replied",
        "ticket.replied",
        "ticket.revisited",
        "revisit.begun",
        "order.accepted",
        "ticket.closed",
        "revisit.ended",
    ]


def test_the_citizen_is_told_fifteen_working_days_for_a_complaint(town: Town, session: Session) -> None:
    ticket = open_one(town, session)
    dispatch(town, session, ticket)
    # Monday 23 November 2026: the fifteenth working day after it is Monday 14 December, 17:30 there.
    assert ticket.due_at is not None
    assert ticket.due_at.astimezone(ZONE).isoformat() == "2026-12-14T17:30:00+08:00"


def test_an_urgent_order_is_to_be_signed_sooner(town: Town, session: Session) -> None:
    plain, urgent = open_one(town, session), open_one(town, session, urgency=Urgency.URGENT)
    due = {}
    for ticket in (plain, urgent):
        order = dispatch(town, session, ticket)
        clocks = timekeeping.of_ticket(session, ticket)
        signs = {row.work_order: row for row, clock in clocks if clock.kind is Kind.SIGN}
        due[ticket.id] = signs[order.id].due_at
    assert due[urgent.id] < due[plain.id]  # type: ignore[operator]


def test_a_consultation_is_closed_with_its_answer(town: Town, session: Session) -> None:
    agent = town.viewer("chenjiaqi")
    ticket = open_one(town, session, type=Type.CONSULT)
    with pytest.raises(Refused, match=r"field\.missing"):
        tickets.answer_at_once(session, ticket, "  ", agent, town.at)
    tickets.answer_at_once(session, ticket, "办事大厅周一至周五上班。", agent, town.at)
    assert ticket.state == "answered"
    assert ticket.closed_at == town.at


def test_another_unit_finds_no_such_order(town: Town, session: Session) -> None:
    order = dispatch(town, session, open_one(town, session))
    with pytest.raises(Refused, match=r"order\.unknown"):
        orders.find(session, town.viewer(OTHER), order.id or 0)
    above = town.viewer("chancheng")
    assert orders.find(session, above, order.id or 0).id == order.id


def test_signing_twice_is_refused_and_changes_nothing(town: Town, session: Session) -> None:
    staff = town.viewer(STAFF)
    order = orders.find(session, staff, dispatch(town, session, open_one(town, session)).id or 0)
    handling.sign(session, order, staff, town.at)
    with pytest.raises(Refused, match=r"order\.may_not_sign"):
        handling.sign(session, order, staff, town.at)
    assert order.state == "signed"


def test_an_agent_may_not_sign_and_a_unit_may_not_open(town: Town, session: Session) -> None:
    with pytest.raises(Refused, match="not_allowed"):
        handling.sign(
            session, dispatch(town, session, open_one(town, session)), town.viewer("chenjiaqi"), town.at
        )
    with pytest.raises(Refused, match="not_allowed"):
        tickets.open_ticket(session, draft(), town.viewer(STAFF), town.at, ZONE)


def test_a_confidential_ticket_is_hidden_from_other_agents(town: Town, session: Session) -> None:
    ticket = open_one(town, session, confidential=True)
    session.flush()
    mine, other, supervisor = (town.viewer(login) for login in ("chenjiaqi", "liangwenhao", "guanshufen"))
    for viewer in (mine, supervisor):
        assert visibility.find_ticket(session, viewer, ticket.id or 0).id == ticket.id
    with pytest.raises(Refused, match=r"ticket\.unknown"):
        visibility.find_ticket(session, other, ticket.id or 0)


def test_a_citizen_is_remembered_by_number_and_lives_where_they_first_said(
    town: Town, session: Session
) -> None:
    first = open_one(town, session, place="同济路1号")
    second = open_one(
        town, session, name="梁小姐", title="再次反映路灯不亮", place="百花广场", area="guicheng"
    )
    assert first.citizen == second.citizen
    journal.write(session)
    (change,) = session.exec(select(FactRow).where(FactRow.kind == "citizen.changed")).all()
    assert (change.subject, change.data) == (f"citizen:{first.citizen}", {"fields": ["name"]})
    caller = citizens.who_has(session, "13000000001")
    assert caller is not None
    assert (caller.name, caller.address, caller.area) == ("梁小姐", "同济路1号", "zumiao")


@pytest.mark.parametrize("number", ["", "12", "abc", "130-000x", "1" * 21, "+", "１３０"])
def test_what_is_no_telephone_number_is_refused(number: str) -> None:
    with pytest.raises(Refused, match=r"citizen\.bad_number"):
        citizens.plain_number(number)


@pytest.mark.parametrize("field", ["title", "content"])
def test_an_empty_or_endless_field_is_named(field: str) -> None:
    with pytest.raises(Refused, match=r"field\.missing"):
        draft(**{field: "  "})
    with pytest.raises(Refused, match=r"field\.too_long"):
        draft(**{field: "长" * 5000})
