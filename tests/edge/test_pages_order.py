"""One work order on its page: who may do what in which state, decisions within the unit and about those below, and what
is said about a reply before it is sent.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlmodel import select

from hotline.record import accounts
from hotline.roles import Role
from hotline.store.tables import Account, OrderRequest, WorkOrder
from tests.edge.conftest import PASSWORD
from tests.edge.visitors import Hall, Visitor

pytestmark = pytest.mark.edge

OFFICE, BUREAU = "zumiao-office", "chancheng-market-regulation"  # the bureau's leader reads each reply
ASKED = "门口的路灯坏了三天。诉求：1、尽快修复；2、告知修复时间。"
GOOD = "经核查属实。1、已更换灯泡；2、已于11月25日修复。如有疑问请联系街道城管办，电话0757-82345678。"
DEEDS = re.compile(r'data-open="([a-z]+)-dialog"|/api/orders/\d+/(sign|take-back|resume)"|href="#f-(public)"')


def deeds(visitor: Visitor, order: int) -> set[str]:
    """What the page offers to do."""
    html = visitor.page(f"/portal/orders/{order}").text
    return {next(name for name in found if name) for found in DEEDS.findall(html)}


def given(hall: Hall, unit: str = OFFICE, **changed: Any) -> int:
    """An order of that unit."""
    ticket = hall.open_ticket(hall.visitor("chenjiaqi"), unit, **({"content": ASKED} | changed))
    with hall.town.store.transaction() as session:
        return int(session.exec(select(WorkOrder.id).where(WorkOrder.ticket == ticket)).one() or 0)


def somebody(hall: Hall, unit: str, *roles: Role) -> Visitor:
    """A person of that unit who logs in."""
    login = f"{unit}-{len(roles)}"
    with hall.town.store.transaction() as session:
        if session.exec(select(Account).where(Account.login == login)).first() is None:
            accounts.create_account(
                session,
                login=login,
                name=f"{unit}经办人",
                roles=list(roles),
                password_hash=accounts.hash_password(PASSWORD),
                unit=unit,
                at=hall.town.at,
            )
    return hall.visitor(login)


def requests_of(hall: Hall, order: int) -> list[int]:
    with hall.town.store.transaction() as session:
        found = session.exec(select(OrderRequest.id).where(OrderRequest.work_order == order))
        return [one or 0 for one in found]


def state_of(hall: Hall, order: int) -> str:
    with hall.town.store.transaction() as session:
        return session.get_one(WorkOrder, order).state


def test_the_page_offers_what_state_and_role_allow(hall: Hall) -> None:
    order = given(hall)
    staff, leader, district = hall.visitor("zumiao"), hall.visitor("zumiao-leader"), hall.visitor("chancheng")
    assert deeds(staff, order) == {"sign"}
    assert deeds(leader, order) == {"sign", "return", "along"}
    assert deeds(district, order) == set()  # sees it, and leaves the work to the office
    refused = district.post(f"/api/orders/{order}/sign")
    assert (refused.status_code, refused.json()["key"]) == (409, "order.not_own")
    staff.post(f"/api/orders/{order}/sign")
    assert deeds(staff, order) == {"contact", "public"}
    assert deeds(leader, order) == {"contact", "public", "along", "extend", "suspend"}
    assert staff.post(f"/api/orders/{order}/contact", how="已电话联系").status_code == 200
    assert deeds(staff, order) == {"public"}
    assert leader.post(f"/api/orders/{order}/extend", amount=3, reason="等待配件").status_code == 200
    assert deeds(leader, order) == {"along"}
    assert "公开答复" not in staff.page(f"/portal/orders/{order}").text


def test_a_suspended_order_says_what_was_promised_and_is_resumed(hall: Hall) -> None:
    order, leader = given(hall), hall.visitor("zumiao-leader")
    leader.post(f"/api/orders/{order}/sign")
    promised = {"promise": "结合道路改造一并修复", "review_on": "2027-03-01", "reason": "纳入年度计划"}
    asked = leader.post(f"/api/orders/{order}/suspend", **promised)
    assert asked.status_code == 200, asked.text
    (request,) = requests_of(hall, order)
    hall.visitor("tanweiming").post(f"/api/requests/{request}/grant", note="同意挂账")
    shown = leader.page(f"/portal/orders/{order}").text
    assert "已挂账，复核日期 2027-03-01。对市民的承诺：结合道路改造一并修复" in shown
    assert "2027-03-01" in leader.page("/portal?tab=to-do").text
    assert "resume" in deeds(leader, order)
    assert leader.post(f"/api/orders/{order}/resume").json()["state"] == "signed"


def test_more_time_is_asked_in_the_orders_own_measure(hall: Hall) -> None:
    leader = hall.visitor("zumiao-leader")
    order = given(hall)
    leader.post(f"/api/orders/{order}/sign")
    assert "最多延长 10个工作日" in leader.page(f"/portal/orders/{order}").text
    too_long = leader.post(f"/api/orders/{order}/extend", amount=11, reason="等待配件")
    assert (too_long.status_code, too_long.json()["field"]) == (409, "amount")


def test_a_leader_reads_the_reply_before_it_leaves(hall: Hall) -> None:
    order = given(hall, BUREAU)
    staff = somebody(hall, BUREAU, Role.UNIT_STAFF)
    leader = somebody(hall, BUREAU, Role.UNIT_STAFF, Role.UNIT_LEADER)
    staff.post(f"/api/orders/{order}/sign")
    assert "提交审签" in staff.page(f"/portal/orders/{order}").text
    assert staff.post(f"/api/orders/{order}/reply", public=GOOD, internal="照片三张").status_code == 200
    assert state_of(hall, order) == "signed"
    waiting = staff.page(f"/portal/orders/{order}").text
    assert "待本单位领导审签" in waiting
    assert 'id="reply"' not in waiting
    assert f'id="request-{requests_of(hall, order)[0]}"' in leader.page("/portal?tab=approval").text
    assert "tab=approval" not in staff.page("/portal").text
    shown = leader.page(f"/portal/orders/{order}").text
    assert GOOD in shown
    assert "照片三张" in shown
    (first,) = requests_of(hall, order)
    assert staff.post(f"/api/requests/{first}/grant", note="").status_code == 409  # whoever asked
    assert leader.post(f"/api/requests/{first}/refuse", note=" ").json()["field"] == "note"
    assert leader.post(f"/api/requests/{first}/refuse", note="请写明依据").status_code == 200
    assert "请写明依据" in staff.page(f"/portal/orders/{order}").text
    staff.post(f"/api/orders/{order}/reply", public=GOOD)
    second = requests_of(hall, order)[-1]
    assert leader.post(f"/api/requests/{second}/grant", note="").status_code == 200
    assert state_of(hall, order) in ("replied", "accepted")


def test_what_was_handed_down_is_decided_and_judged_on_the_same_page(hall: Hall) -> None:
    order = given(hall, "chancheng-government", area="nanzhuang")
    above = somebody(hall, "chancheng-government", Role.UNIT_STAFF, Role.UNIT_LEADER)
    below = somebody(hall, "nanzhuang-office", Role.UNIT_STAFF, Role.UNIT_LEADER)
    beside = somebody(hall, OFFICE, Role.UNIT_STAFF, Role.UNIT_LEADER)
    above.post(f"/api/orders/{order}/sign")
    handed = above.post(
        f"/api/orders/{order}/delegate", units=["nanzhuang-office", OFFICE], lead=OFFICE, reason="请现场处置"
    )
    assert handed.status_code == 200, handed.text
    with hall.town.store.transaction() as session:
        found = session.exec(select(WorkOrder).where(WorkOrder.parent == order).order_by("id")).all()
        (lead, lead_role), (co, co_role) = [(one.id or 0, one.role) for one in found]
    assert (lead_role, co_role) == ("lead", "co")
    asked = below.post(f"/api/orders/{co}/return", reason="place", basis="属地划分", proposed=OFFICE)
    assert asked.status_code == 200, asked.text
    assert "属地划分" in above.page(f"/portal/orders/{order}").text
    assert f'id="request-{requests_of(hall, co)[0]}"' in above.page("/portal?tab=approval").text
    above.post(f"/api/requests/{requests_of(hall, co)[0]}/grant", note="同意")
    assert state_of(hall, co) == "returned"
    beside.post(f"/api/orders/{lead}/sign")
    beside.post(f"/api/orders/{lead}/reply", public="街道已更换灯泡。")
    shown = above.page(f"/portal/orders/{order}").text
    assert "街道已更换灯泡。" in shown
    assert f"/api/orders/{lead}/accept" in shown
    assert "下级已答复 1/1" in above.page("/portal?tab=delegated").text
    again = above.post(f"/api/orders/{lead}/redo", note="请补充时间")
    assert again.json()["state"] == "redo"
    assert "退回重办：请补充时间" in beside.page(f"/portal/orders/{lead}").text
    assert f'id="order-{lead}"' in beside.page("/portal?tab=redo").text
    beside.post(f"/api/orders/{lead}/sign")
    beside.post(f"/api/orders/{lead}/reply", public="街道已于25日更换灯泡。")
    assert above.post(f"/api/orders/{lead}/accept").json()["state"] == "accepted"
    assert above.post(f"/api/orders/{order}/reply", public=GOOD).status_code == 200


def test_a_departments_duty_is_marked_where_it_would_be_handed_down(hall: Hall) -> None:
    day = hall.town.at.date()
    matter = next(
        one
        for one in hall.house.city.catalogue.matters.values()
        if one.level == "district" and one.is_valid_on(day)
    )
    order = given(hall, "chancheng-government", matter=matter.code)
    above = somebody(hall, "chancheng-government", Role.UNIT_STAFF, Role.UNIT_LEADER)
    above.post(f"/api/orders/{order}/sign")
    assert "须有依据" in above.page(f"/portal/orders/{order}").text
    refused = above.post(f"/api/orders/{order}/delegate", units=[OFFICE], reason="请处置")
    assert (refused.status_code, refused.json()["field"]) == (409, "basis")
    assert above.post(f"/api/orders/{order}/delegate").json()["field"] == "units"


def test_the_lead_reads_what_those_who_work_along_replied(hall: Hall) -> None:
    order = given(hall)
    lead, along = hall.visitor("zumiao-leader"), somebody(hall, BUREAU, Role.UNIT_STAFF, Role.UNIT_LEADER)
    lead.post(f"/api/orders/{order}/sign")
    assert lead.post(f"/api/orders/{order}/ask-along", unit=BUREAU, reason="请核查").status_code == 200
    with hall.town.store.transaction() as session:
        other = session.exec(select(WorkOrder.id).where(WorkOrder.unit == BUREAU)).one() or 0
    assert f'id="order-{other}"' in along.page("/portal?tab=co-handled").text
    assert "尚未答复：禅城区市场监督管理局" in lead.page(f"/portal/orders/{order}").text
    along.post(f"/api/orders/{other}/sign")
    along.post(f"/api/orders/{other}/reply", public="线路无异常。", internal="内部记录")
    shown = lead.page(f"/portal/orders/{order}").text
    assert "线路无异常。" in shown
    assert "内部记录" not in shown
    assert lead.read(f"/portal/orders/{other}").status_code == 404


def test_a_reply_is_looked_at_while_it_is_written(hall: Hall) -> None:
    order, staff = given(hall), hall.visitor("zumiao")

    def look(words: str) -> dict[str, Any]:
        answer = staff.post(f"/api/orders/{order}/reply/preview", public=words, internal="", override="")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    assert look("") == {"html": "", "problems": []}
    assert "各项诉求均有答复" in look(GOOD)["html"]
    silent = look("经查，树枝已修剪。")
    assert "第 1 项诉求似未答复：尽快修复" in silent["html"]
    assert "未注明咨询联系单位和电话" in silent["html"]
    assert silent["problems"] == []
    personal = look(f"{GOOD}李工13800138000")
    assert personal["problems"] == [{"field": "public", "message": "公开答复不得出现个人电话号码：138…00"}]
    assert "最多" in look("长" * 4001)["problems"][0]["message"]
    assert hall.visitor("guicheng").post(f"/api/orders/{order}/reply/preview", public="").status_code == 404


@pytest.mark.parametrize("unit", [OFFICE, BUREAU])
def test_personal_data_stops_a_public_reply_and_nothing_else_does(hall: Hall, unit: str) -> None:
    order, staff = given(hall, unit), somebody(hall, unit, Role.UNIT_STAFF)
    staff.post(f"/api/orders/{order}/sign")
    for words in ("请联系李工13800138000", "已联系16000000001", "身份证11010519491231002X"):
        refused = staff.post(f"/api/orders/{order}/reply", public=words)
        assert (refused.json()["key"], refused.json()["field"]) == ("reply.personal", "public"), words
    kept = staff.post(f"/api/orders/{order}/reply", public="已阅", internal="李工13800138000")
    assert kept.status_code == 200, kept.text


def test_templates_are_offered_filled_in(hall: Hall) -> None:
    order, staff = given(hall), hall.visitor("zumiao")
    staff.post(f"/api/orders/{order}/sign")
    shown = staff.page(f"/portal/orders/{order}").text
    assert "已办结：核查属实并处理" in shown
    assert "经核查，您反映的“路灯不亮”情况属实" in shown
    assert "政策咨询答复" not in shown
