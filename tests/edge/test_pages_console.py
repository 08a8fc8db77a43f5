"""The dispatcher's console: what waits for the centre, oldest promise first, and what is done with it there."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlmodel import select

from hotline.store.tables import OrderRequest, Ticket, WorkOrder
from tests.edge.visitors import Hall, Visitor

pytestmark = pytest.mark.edge

LAMP = {"title": "路灯不亮", "content": "小区门口路灯坏了三天，一片漆黑"}


def listed(visitor: Visitor, tab: str) -> list[int]:
    """The ids of the rows of a tab, in their order."""
    html = visitor.page(f"/dispatching?tab={tab}").text
    return [int(one) for one in re.findall(r'<li id="(?:ticket|request|order)-(\d+)"', html)]


def counted(visitor: Visitor) -> dict[str, str]:
    html = visitor.page("/dispatching").text
    return dict(re.findall(r'tab=(\w+)"[^>]*>[^<]*<span class="count[^"]*">(\d+\+?)</span>', html))


def order_of(hall: Hall, ticket: int) -> int:
    with hall.town.store.transaction() as session:
        return int(session.exec(select(WorkOrder.id).where(WorkOrder.ticket == ticket)).all()[-1] or 0)


def state_of(hall: Hall, ticket: int) -> str:
    with hall.town.store.transaction() as session:
        return session.get_one(Ticket, ticket).state


def request_of(hall: Hall, order: int) -> int:
    with hall.town.store.transaction() as session:
        return int(
            session.exec(select(OrderRequest.id).where(OrderRequest.work_order == order)).all()[-1] or 0
        )


def test_only_those_who_review_may_enter(hall: Hall) -> None:
    for login, status in (("tanweiming", 200), ("guanshufen", 200), ("chenjiaqi", 403), ("zumiao", 403)):
        assert hall.visitor(login).page("/dispatching").status_code == status, login


def test_what_waits_is_dispatched_as_suggested_alone_or_all_at_once_and_taken_back(hall: Hall) -> None:
    agent, dispatcher = hall.visitor("chenjiaqi"), hall.visitor("tanweiming")
    urgent = hall.open_ticket(agent, urgency="urgent", **LAMP)
    first, second = hall.open_ticket(agent, **LAMP), hall.open_ticket(agent, **LAMP)
    assert listed(dispatcher, "dispatch") == [urgent, first, second]  # 15 minutes end before 30 do
    assert counted(dispatcher)["dispatch"] == "3"
    html = dispatcher.page("/dispatching").text
    chosen = re.findall(r'name="chosen" value="(\d+:[a-z-]+)"', html)
    assert [int(one.split(":")[0]) for one in chosen] == [urgent, first, second]
    sent = dispatcher.post("/api/dispatching/bulk", chosen=chosen)
    assert sent.status_code == 200, sent.text
    assert "3" in sent.json()["message"]
    assert listed(dispatcher, "dispatch") == []
    back = dispatcher.post(sent.json()["undo"]["url"])
    assert back.status_code == 200, back.text
    assert listed(dispatcher, "dispatch") == [urgent, first, second]


def test_of_several_either_all_are_dispatched_or_none(hall: Hall) -> None:
    agent, dispatcher = hall.visitor("chenjiaqi"), hall.visitor("tanweiming")
    one = hall.open_ticket(agent, **LAMP)
    answer = dispatcher.post("/api/dispatching/bulk", chosen=[f"{one}:zumiao-office", f"{one}:zumiao-office"])
    assert answer.status_code == 409
    assert state_of(hall, one) == "opened"
    assert dispatcher.post("/api/dispatching/bulk", chosen=[]).status_code == 409
    assert dispatcher.post("/api/dispatching/bulk", chosen=["x"]).status_code == 422


def test_an_agent_leaves_it_to_the_dispatcher(hall: Hall) -> None:
    agent, dispatcher = hall.visitor("chenjiaqi"), hall.visitor("tanweiming")
    one = hall.open_ticket(agent, **LAMP)
    assert agent.post(f"/api/tickets/{one}/submit").json()["state"] == "review"
    assert listed(dispatcher, "dispatch") == [one]


def test_a_return_is_decided_and_the_unit_it_named_is_suggested(hall: Hall) -> None:
    agent, dispatcher, leader = (
        hall.visitor(login) for login in ("chenjiaqi", "tanweiming", "zumiao-leader")
    )
    ticket = hall.open_ticket(agent, "zumiao-office", **LAMP)
    order = order_of(hall, ticket)
    asked = leader.post(
        f"/api/orders/{order}/return",
        reason="duty",
        basis="三定方案：路灯由城管部门维护",
        proposed="chancheng-urban-management",
    )
    assert asked.status_code == 200, asked.text
    request = request_of(hall, order)
    assert listed(dispatcher, "requests") == [request]
    shown = dispatcher.page("/dispatching?tab=requests").text
    assert "三定方案" in shown
    assert "非本单位职责" in shown or "职责" in shown
    refused = dispatcher.post(f"/api/requests/{request}/refuse", note="")
    assert (refused.status_code, refused.json()["field"]) == (422, "note")
    assert dispatcher.post(f"/api/requests/{request}/grant", note="").status_code == 200
    assert listed(dispatcher, "requests") == []
    waiting = dispatcher.page("/dispatching").text
    assert f'value="{ticket}:chancheng-urban-management"' in waiting
    again = dispatcher.post(f"/api/requests/{request}/grant", note="")
    assert again.status_code == 409


def test_a_reply_is_let_go_or_sent_back(hall: Hall) -> None:
    agent, dispatcher, unit = (hall.visitor(login) for login in ("chenjiaqi", "tanweiming", "zumiao"))
    ticket = hall.open_ticket(agent, "zumiao-office", type="complaint", **LAMP)
    order = order_of(hall, ticket)
    for words in ("已阅。", "已更换灯泡，恢复照明。"):
        unit.post(f"/api/orders/{order}/sign")
        assert unit.post(f"/api/orders/{order}/reply", public=words).status_code == 200
        assert listed(dispatcher, "replies") == [ticket]
        assert words in dispatcher.page("/dispatching?tab=replies").text
        if words == "已阅。":
            back = dispatcher.post(f"/api/tickets/{ticket}/redo", note="请说明处置结果", reply=words)
            assert back.json()["state"] == "dispatched"
            assert "请说明处置结果" in unit.page(f"/portal/orders/{order}").text
    edited = "您反映的路灯已更换灯泡，恢复照明。"
    assert dispatcher.post(f"/api/tickets/{ticket}/accept-reply", reply=edited, note="").status_code == 200
    assert state_of(hall, ticket) == "revisit"
    assert edited in agent.page(f"/tickets/{ticket}").text


def test_a_promise_that_has_to_be_looked_at_soon_is_shown(hall: Hall) -> None:
    agent, dispatcher, leader, unit = (
        hall.visitor(login) for login in ("chenjiaqi", "tanweiming", "zumiao-leader", "zumiao")
    )
    orders = {}
    for days in (3, 60):
        ticket = hall.open_ticket(agent, "zumiao-office", **LAMP)
        orders[days] = order = order_of(hall, ticket)
        unit.post(f"/api/orders/{order}/sign")
        day = (date.today() + timedelta(days=days)).isoformat()  # noqa: DTZ011
        asked = leader.post(f"/api/orders/{order}/suspend", promise="改造后修复", review_on=day)
        assert asked.status_code == 200, asked.text
        dispatcher.post(f"/api/requests/{request_of(hall, order)}/grant", note="")
    assert listed(dispatcher, "suspended") == [orders[3]]


def test_several_units_lead_and_help_or_are_equals(hall: Hall) -> None:
    agent = hall.visitor("chenjiaqi")
    helped, equal = hall.open_ticket(agent, **LAMP), hall.open_ticket(agent, **LAMP)
    others = ["chancheng-urban-management"]
    agent.post(f"/api/tickets/{helped}/dispatch", unit="zumiao-office", others=others)
    agent.post(f"/api/tickets/{equal}/dispatch", unit="zumiao-office", others=others, together="equal")
    with hall.town.store.transaction() as session:
        roles = {
            ticket: [one.role for one in session.exec(select(WorkOrder).where(WorkOrder.ticket == ticket))]
            for ticket in (helped, equal)
        }
    assert roles == {helped: ["lead", "co"], equal: ["equal", "equal"]}


def test_a_ticket_that_is_several_is_split(hall: Hall) -> None:
    agent, dispatcher = hall.visitor("chenjiaqi"), hall.visitor("tanweiming")
    one = hall.open_ticket(agent, title="路灯不亮、垃圾未清", content="一是路灯不亮；二是垃圾三天未清。")
    answer = dispatcher.post(
        f"/api/dispatching/{one}/split", titles=["垃圾未清"], contents=["垃圾三天未清。"]
    )
    assert answer.status_code == 200, answer.text
    rows = listed(dispatcher, "dispatch")
    assert len(rows) == 2
    story = dispatcher.page(f"/tickets/{one}").text
    with hall.town.store.transaction() as session:
        new = session.get_one(Ticket, next(row for row in rows if row != one))
        old = session.get_one(Ticket, one)
        assert (new.citizen, new.contact, new.area) == (old.citizen, old.contact, old.area)
        assert new.number in story
    assert dispatcher.post(f"/api/dispatching/{one}/split", titles=[], contents=[]).status_code == 422


def test_a_confidential_ticket_waits_only_for_who_may_see_it(hall: Hall) -> None:
    agent, dispatcher = hall.visitor("chenjiaqi"), hall.visitor("tanweiming")
    secret = hall.open_ticket(agent, confidential=True, **LAMP)
    accusing = hall.open_ticket(agent, type="report", about="hotline-centre", **LAMP)
    assert listed(dispatcher, "dispatch") == [secret]
    assert counted(dispatcher)["dispatch"] == "1"
    assert dispatcher.page(f"/tickets/{accusing}").status_code == 404
