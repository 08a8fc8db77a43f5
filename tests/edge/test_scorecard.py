"""Keeping count of units' work: each deed once, in time or late by its own clock, the sums equal to what stands behind
them, and a page whose numbers lead there.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlmodel import Session, func, select

from dispatch import handling, requesting, reviewing, revisiting, tally
from dispatch.measures import Measure, Sum
from dispatch.requests import Extension
from dispatch.revisits import Answers, Outcome
from hotline.pack.load import read_pack
from hotline.record import city
from hotline.store.tables import UnitMonth, UnitTally, WorkOrder
from hotline.tickets import Satisfaction, Solution, Type
from tests.edge.conftest import Town
from tests.edge.test_order_life import RETURN, TOWN_OFFICE, Cast
from tests.edge.visitors import Hall

pytestmark = pytest.mark.edge

NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)


@pytest.fixture
def cast(town: Town, session: Session) -> Cast:
    return Cast(town, session, town.at)


def counted(cast: Cast, month: date = NOVEMBER, unit: str = TOWN_OFFICE) -> dict[Measure, Sum]:
    tally.add_up(cast.session)
    return tally.sums(cast.session, [unit], [month]).get(unit, {})


def test_what_a_unit_does_is_counted_as_it_happens(cast: Cast) -> None:
    ticket = cast.ticket()
    order = cast.issue(ticket, TOWN_OFFICE)
    cast.later(hours=2)
    cast.sign(order)
    handling.contact(cast.session, order, "已电话联系", cast.of(TOWN_OFFICE), cast.at)
    cast.grant(cast.ask(order, Extension(2, "等待配件")))
    cast.later(days=2)
    cast.reply(order)
    assert counted(cast) == {
        Measure.RECEIVED: Sum(1, 1),
        Measure.SIGNED: Sum(1, 1),
        Measure.CONTACTED: Sum(1, 1),
        Measure.EXTENDED: Sum(1, 1),
        Measure.RESOLVED: Sum(1, 1, 50 * 60),
    }
    answers = Answers(True, Solution.PARTLY, Satisfaction.FAIR)
    revisiting.close(
        cast.session, cast.city, ticket, Outcome.HEARD, answers, cast.agent.by, cast.later(days=10)
    )
    assert counted(cast, DECEMBER) == {Measure.SATISFIED: Sum(1, 1), Measure.SOLVED: Sum(1, 0)}


def test_what_comes_late_is_counted_as_late(cast: Cast) -> None:
    order = cast.issue(cast.ticket(), TOWN_OFFICE)
    cast.later(days=3)
    cast.sign(order)
    cast.later(days=28)
    cast.reply(order)
    assert counted(cast)[Measure.SIGNED] == Sum(1, 0)
    assert counted(cast, DECEMBER)[Measure.RESOLVED] == Sum(1, 0, 31 * 1440)


def test_returns_count_by_how_they_were_decided(cast: Cast) -> None:
    right, wrong = (cast.ask(cast.issue(cast.ticket(), TOWN_OFFICE), RETURN) for _ in range(2))
    cast.grant(right)
    requesting.refuse(cast.session, wrong, "属地先行", cast.dispatcher, cast.at)
    assert counted(cast)[Measure.RETURNED] == Sum(2, 1)


def test_a_redo_counts_against_who_has_to_do_it(cast: Cast) -> None:
    ticket = cast.ticket(type=Type.COMPLAINT)
    order = cast.sign(cast.issue(ticket, TOWN_OFFICE))
    cast.reply(order)
    reviewing.send_back(cast.session, cast.city, ticket, "未答复第二项", cast.dispatcher, cast.at)
    assert counted(cast)[Measure.REDONE] == Sum(1, 0)


def test_a_month_ends_where_the_citys_does(cast: Cast) -> None:
    city.settle(cast.session, read_pack("foshan"), cast.at, "pack foshan")
    cast.at = cast.at.replace(day=30, hour=15, minute=59)  # 23:59 of the last day there
    cast.issue(cast.ticket(), TOWN_OFFICE)
    cast.later(minutes=1)
    cast.issue(cast.ticket(), TOWN_OFFICE)
    assert counted(cast)[Measure.RECEIVED] == counted(cast, DECEMBER)[Measure.RECEIVED] == Sum(1, 1)


def test_what_is_taken_back_was_never_counted(town: Town) -> None:
    with pytest.raises(ZeroDivisionError), town.store.transaction() as session:
        cast = Cast(town, session, town.at)
        cast.sign(cast.issue(cast.ticket(), TOWN_OFFICE))
        raise ZeroDivisionError
    with town.store.transaction() as session:
        assert session.exec(select(UnitMonth)).all() == []
        assert session.exec(select(UnitTally)).all() == []


def test_the_sums_are_what_stands_behind_them(hall: Hall) -> None:
    agent, unit = hall.visitor("chenjiaqi"), hall.visitor("zumiao")
    for number in range(3):
        ticket = hall.open_ticket(agent, TOWN_OFFICE, title=f"第{number}件")
        with hall.town.store.transaction() as session:
            order = session.exec(select(WorkOrder.id).where(WorkOrder.ticket == ticket)).one()
        unit.post(f"/api/orders/{order}/sign")
        unit.post(f"/api/orders/{order}/reply", public="已处理。")
    with hall.town.store.transaction() as session:
        behind = session.exec(
            select(
                UnitTally.unit,
                UnitTally.month,
                UnitTally.measure,
                func.count(),
                func.sum(UnitTally.amount),
            ).group_by(UnitTally.unit, UnitTally.month, UnitTally.measure)
        ).all()
        sums = [
            (one.unit, one.month, one.measure, one.count, one.amount)
            for one in session.exec(select(UnitMonth))
        ]
    assert sorted(sums) == sorted((*rest, int(amount)) for *rest, amount in behind)
    page = unit.page("/portal/scorecard").text
    assert "收到工单 3 件" in page
    link = re.search(r'href="(/portal/scorecard/orders\?figure=resolved[^"]*)"', page)
    assert link is not None
    listed = unit.page(link[1].replace("&amp;", "&")).text
    assert re.findall(r"第\d件", listed) == ["第2件", "第1件", "第0件"]


def test_a_missed_number_leads_to_the_orders_that_were_late(hall: Hall) -> None:
    unit = hall.visitor("zumiao")
    ticket = hall.open_ticket(hall.visitor("chenjiaqi"), TOWN_OFFICE)
    with hall.town.store.transaction() as session:
        order = session.exec(select(WorkOrder).where(WorkOrder.ticket == ticket)).one()
        now = order.issued_at
        tally.note(session, order, Measure.SIGNED, now, good=False)
        tally.note(session, order, Measure.SIGNED, now - timedelta(days=70), good=True)
    page = unit.page("/portal/scorecard").text
    assert "未达 1 件" in page
    missed = unit.page("/portal/scorecard/orders?figure=signed&which=missed").text
    assert missed.count("路灯不亮") == 1
    assert "超时签收" in missed
    assert unit.page("/portal/scorecard/orders?figure=signed&span=year").text.count("data-row>") == 2


def test_a_scorecard_is_the_units_own_and_of_those_below(hall: Hall) -> None:
    staff, district = hall.visitor("zumiao"), hall.visitor("chancheng")
    assert staff.read("/portal/scorecard?unit=guicheng-office").status_code == 404
    assert staff.read("/portal/scorecard/orders?figure=signed&unit=guicheng-office").status_code == 404
    assert district.page(f"/portal/scorecard?unit={TOWN_OFFICE}").status_code == 200
    assert staff.read("/portal/scorecard/orders?figure=whim").status_code == 404
    assert hall.visitor("chenjiaqi").read("/portal/scorecard").status_code == 403
