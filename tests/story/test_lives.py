"""What can become of a ticket, each life from the first word to the last, over the doors that people use, and with the
working days that it takes: they pass at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.edge.conftest import beginning, city, hall, settled, town  # noqa: F401
from tests.edge.visitors import Hall
from tests.story.lives import (
    AGENT,
    BUREAU,
    CROSS,
    DISPATCHER,
    DISTRICT,
    HAPPY,
    SUPERVISOR,
    TOWN,
    VILLAGE,
    WITH_VILLAGE,
    World,
    world_in,
)

pytestmark = pytest.mark.story

FIXED = "已更换灯泡，现已恢复照明。联系电话0757-82345678。"
BASIS = "三定方案：路灯由城管部门负责"


@pytest.fixture
def world(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:  # noqa: F811
    with world_in(hall, monkeypatch) as made:
        yield made


def works(world: World, unit: str, order: int, words: str = FIXED) -> None:
    """A unit signs, calls the citizen and replies."""
    world.does(unit, f"/api/orders/{order}/sign")
    world.does(unit, f"/api/orders/{order}/contact", how="已电话联系市民")
    world.later(hours=4)
    world.does(unit, f"/api/orders/{order}/reply", public=words)


def test_solved_at_first(world: World) -> None:
    ticket = world.opens(TOWN)
    (order,) = world.orders(ticket)
    works(world, TOWN, order.id or 0)
    assert world.stands(ticket) == ("revisit", [(TOWN, "accepted")])
    world.does(AGENT, f"/api/tickets/{ticket}/close", **HAPPY)
    assert world.ticket(ticket).state == "closed"
    assert world.heard(ticket) == [FIXED]
    told = [one.kind for one in world.facts(ticket) if not one.kind.startswith(("clock.", "person."))]
    assert told == [
        "ticket.opened", "order.issued", "ticket.dispatched", "order.signed", "order.contacted",
        "order.replied", "ticket.replied", "ticket.revisited", "revisit.begun", "order.accepted",
        "revisit.tried", "ticket.closed", "revisit.ended",
    ]  # fmt: skip
    assert world.facts(ticket, "clock.amber", "clock.red", "clock.escalated") == []


def test_returned_once_and_then_bound(world: World) -> None:
    ticket = world.opens(TOWN)
    (first,) = world.orders(ticket)
    request = world.asks(TOWN, first.id or 0, "return", reason="duty", basis=BASIS, proposed=BUREAU)
    world.does(DISPATCHER, f"/api/requests/{request}/grant")
    assert world.stands(ticket) == ("review", [(TOWN, "returned")])
    assert world.by(TOWN).page(f"/portal/orders/{first.id}").status_code == 404
    world.does(DISPATCHER, f"/api/tickets/{ticket}/dispatch", unit=BUREAU, reason=BASIS)
    second = world.orders(ticket)[1]
    assert second.state == "bound"
    again = {"reason": "duty", "basis": "权责清单", "proposed": TOWN}
    assert world.is_refused(BUREAU, f"/api/orders/{second.id}/return", **again) == "request.may_not_return"
    works(world, BUREAU, second.id or 0)
    world.does(AGENT, f"/api/tickets/{ticket}/close", **HAPPY)
    assert world.stands(ticket) == ("closed", [(TOWN, "returned"), (BUREAU, "accepted")])


def test_extended(world: World) -> None:
    ticket = world.opens(TOWN)
    (order,) = world.orders(ticket)
    world.does(TOWN, f"/api/orders/{order.id}/sign")
    world.does(TOWN, f"/api/orders/{order.id}/contact", how="已电话联系市民")
    due, promised = world.due(ticket, "resolve", order.id), world.due(ticket, "answer")
    request = world.asks(TOWN, order.id or 0, "extend", amount=5, reason="等待配件到货")
    world.does(DISPATCHER, f"/api/requests/{request}/grant")
    assert due is not None
    assert promised is not None
    assert world.due(ticket, "resolve", order.id) == due + timedelta(
        days=7
    )  # five working days and a weekend
    assert world.due(ticket, "answer") == promised + timedelta(days=7)
    (told,) = world.heard(ticket)
    assert f"{promised + timedelta(days=7):%Y-%m-%d}" in told
    more = {"amount": 1, "reason": "仍未到货"}
    assert world.is_refused(TOWN, f"/api/orders/{order.id}/extend", **more) == "request.decided_already"
    world.later(days=15)  # it would have been late
    assert world.facts(ticket, "clock.red") == []
    world.does(TOWN, f"/api/orders/{order.id}/reply", public=FIXED)
    world.does(AGENT, f"/api/tickets/{ticket}/close", **HAPPY)
    assert world.ticket(ticket).state == "closed"


def test_suspended_with_a_promise(world: World) -> None:
    ticket = world.opens(TOWN)
    (order,) = world.orders(ticket)
    world.does(TOWN, f"/api/orders/{order.id}/sign")
    world.does(TOWN, f"/api/orders/{order.id}/contact", how="已电话联系市民")
    promised = world.due(ticket, "answer")
    promise = {"promise": "道路改造完工后一并修复。", "review_on": "2026-12-30", "reason": "纳入年度改造计划"}
    request = world.asks(TOWN, order.id or 0, "suspend", **promise)
    world.does(DISPATCHER, f"/api/requests/{request}/grant")
    assert world.orders(ticket)[0].state == "suspended"
    assert "道路改造完工后一并修复" in world.heard(ticket)[0]
    assert "2026-12-30" in world.heard(ticket)[0]
    world.later(days=30)
    red = [one.data for one in world.facts(ticket, "clock.red")]
    assert [data["order"] for data in red] == [
        None
    ]  # the unit's clocks stand, the citizen's date doesn't move
    assert world.due(ticket, "answer") == promised
    world.does(TOWN, f"/api/orders/{order.id}/resume")
    assert world.due(ticket, "resolve", order.id) is not None
    world.does(TOWN, f"/api/orders/{order.id}/reply", public=FIXED)
    world.does(AGENT, f"/api/tickets/{ticket}/close", **HAPPY)
    assert world.stands(ticket) == ("closed", [(TOWN, "accepted")])


def test_worked_on_at_three_levels_and_by_another_beside(world: World) -> None:
    ticket = world.opens(DISTRICT, area="zhangcha")
    (lead,) = world.orders(ticket)
    world.does(DISTRICT, f"/api/orders/{lead.id}/sign")
    world.does(DISTRICT, f"/api/orders/{lead.id}/ask-along", unit=BUREAU, reason="请协助核查线路")
    world.does(DISTRICT, f"/api/orders/{lead.id}/delegate", units=[WITH_VILLAGE], reason="请街道处置")
    beside, town_order = world.orders(ticket)[1:]
    world.does(WITH_VILLAGE, f"/api/orders/{town_order.id}/sign")
    below = {"units": [VILLAGE], "reason": "请居委核实", "basis": "属地核查"}
    world.does(WITH_VILLAGE, f"/api/orders/{town_order.id}/delegate", **below)
    village_order = world.orders(ticket)[3]
    assert [one.level for one in (lead, town_order, village_order)] == ["district", "town", "village"]
    reply = f"/api/orders/{lead.id}/reply"
    assert world.is_refused(DISTRICT, reply, public=FIXED) == "order.others_working"
    for unit, order, words in (
        (VILLAGE, village_order, "已到现场核实，共三盏。"),
        (WITH_VILLAGE, town_order, "居委已核实，路灯已修复。"),
        (BUREAU, beside, "线路正常。"),
    ):
        if unit != WITH_VILLAGE:
            world.does(unit, f"/api/orders/{order.id}/sign")
        world.does(unit, f"/api/orders/{order.id}/reply", public=words)
    assert world.heard(ticket) == []  # what units say to one another isn't the citizen's to read
    world.does(DISTRICT, reply, public=FIXED)
    assert world.heard(ticket) == [FIXED]
    assert {state for _, state in world.stands(ticket)[1]} == {"accepted"}
    world.does(AGENT, f"/api/tickets/{ticket}/close", **HAPPY)


def test_neighbours_are_merged_and_each_is_answered_and_asked(world: World) -> None:
    numbers = [f"1600000001{n}" for n in range(3)]
    lead, *others = (world.opens(number=number, name="居民", place="百花路18号") for number in numbers)
    world.does(DISPATCHER, f"/api/tickets/{lead}/dispatch", unit=TOWN, reason="属地管理")
    merging = {"tickets": [lead, *others], "lead": lead, "why": "同一盏路灯"}
    world.does(DISPATCHER, "/api/tickets/merge", **merging)
    assert [world.ticket(one).state for one in others] == ["merged", "merged"]
    world.does(DISPATCHER, f"/api/tickets/{others[1]}/separate")
    assert world.ticket(others[1]).state == "review"  # it goes its own way, as before
    world.does(DISPATCHER, "/api/tickets/merge", **merging)
    (order,) = world.orders(lead)
    works(world, TOWN, order.id or 0)
    for ticket in (lead, *others):
        assert (world.ticket(ticket).state, world.heard(ticket)) == ("revisit", [FIXED])
        world.does(AGENT, f"/api/tickets/{ticket}/close", **HAPPY)
        assert world.ticket(ticket).state == "closed"
    again = world.opens(number=numbers[0], name="居民", place="百花路18号")
    assert world.facts(again, "ticket.opened")  # a closed one isn't urged; a new one begins


def test_a_confidential_report_about_the_unit_itself(world: World) -> None:
    about = {"type": "report", "confidential": True, "about": TOWN, "name": "举报人", "number": "13900005678"}
    ticket = world.opens(DISTRICT, title="街道工作人员推诿", content="窗口人员态度恶劣，推诿扯皮。", **about)
    (order,) = world.orders(ticket)
    number = world.ticket(ticket).number
    assert world.is_refused(DISPATCHER, f"/api/tickets/{ticket}/dispatch", unit=TOWN) == "order.about_itself"
    page = world.by(DISTRICT).page(f"/portal/orders/{order.id}").text
    assert "推诿扯皮" in page
    assert "13900005678" not in page
    assert "举报人" not in page
    for path in ("/portal", "/tickets", f"/tickets?q={number}", "/tickets?q=推诿", f"/tickets/{ticket}"):
        assert "街道工作人员推诿" not in world.by(TOWN).page(path).text, path
    assert world.by(TOWN).page(f"/tickets/{ticket}").status_code == 404
    assert world.by(AGENT).page(f"/tickets/{ticket}").status_code == 200  # who wrote it down
    viewed = {(one.kind, one.by) for one in world.facts(ticket, "ticket.viewed", "person.viewed")}
    agent, unit = (world.hall.town.viewer(login).by for login in (AGENT, DISTRICT))
    assert {("person.viewed", agent), ("ticket.viewed", unit)} <= viewed
    assert ("person.viewed", unit) not in viewed


def test_redone_twice_and_closed_as_it_is(world: World) -> None:
    ticket = world.opens(TOWN)
    (order,) = world.orders(ticket)
    works(world, TOWN, order.id or 0)
    for _ in range(2):
        cross = {**CROSS, "note": "灯又灭了", "then": "redo"}
        world.does(AGENT, f"/api/tickets/{ticket}/close", **cross)
        assert world.stands(ticket) == ("dispatched", [(TOWN, "redo")])
        world.does(TOWN, f"/api/orders/{order.id}/sign")
        world.later(hours=5)
        world.does(TOWN, f"/api/orders/{order.id}/reply", public=FIXED)
    third = {**CROSS, "note": "还是不亮", "then": "redo"}
    assert world.is_refused(AGENT, f"/api/tickets/{ticket}/close", **third) == "ticket.redone_enough"
    world.does(AGENT, f"/api/tickets/{ticket}/close", **CROSS, note="市民不认可，已解释")
    assert (world.ticket(ticket).state, world.ticket(ticket).redone) == ("closed", 2)


def test_overdue_through_the_whole_ladder(world: World) -> None:
    ticket = world.opens(TOWN)
    (order,) = world.orders(ticket)
    world.does(TOWN, f"/api/orders/{order.id}/sign")
    world.does(TOWN, f"/api/orders/{order.id}/contact", how="已电话联系市民")
    for _ in range(60):
        world.later(hours=12)
    kinds = "clock.reminded", "clock.amber", "clock.red", "clock.escalated"
    taken = [one for one in world.facts(ticket, *kinds) if one.data["order"] == order.id]
    assert [one.data.get("does") or one.kind.partition(".")[2] for one in taken] == [
        "reminded", "amber", "red", "message", "notice", "supervision", "report",
    ]  # fmt: skip
    assert "督办单" in world.by(SUPERVISOR).page("/notices").text
    told = world.by(TOWN).page(f"/portal/orders/{order.id}").text
    assert all(mark in told for mark in ("黄牌", "红牌", "督办单", "通报"))
    world.does(TOWN, f"/api/orders/{order.id}/reply", public=FIXED)
    world.does(AGENT, f"/api/tickets/{ticket}/close", **HAPPY)
    world.later(days=60)
    assert len(world.facts(ticket, "clock.escalated")) >= 4
    assert world.ticket(ticket).state == "closed"
