"""The units' portal: what lies under each tab, whose it is, and what a confidential order keeps back."""

from __future__ import annotations

import re

import pytest
from sqlmodel import col, select, update

from agent_desk import portal, portal_tabs
from hotline.store.tables import ClockRow, FactRow, OrderRequest, WorkOrder
from tests.edge.visitors import TICKET, Hall, Visitor

pytestmark = pytest.mark.edge


def under(visitor: Visitor, tab: str, more: str = "") -> list[int]:
    """The ids of the orders under a tab."""
    return [
        int(id_) for id_ in re.findall(r'id="order-(\d+)"', visitor.page(f"/portal?tab={tab}{more}").text)
    ]


def counted(visitor: Visitor) -> dict[str, int]:
    """The counts on the tabs."""
    html = visitor.page("/portal").text
    found = re.findall(r'tab=([a-z-]+)[^"]*"[^>]*>[^<]*<span class="count[^"]*">(\d+)<', html)
    return {tab: int(count) for tab, count in found}


def test_an_order_goes_from_tab_to_tab(hall: Hall) -> None:
    agent, unit = hall.visitor("chenjiaqi"), hall.visitor("zumiao")
    assert counted(unit) == {}
    ticket = hall.open_ticket(agent, "zumiao-office")
    order = _order(hall, ticket)
    assert under(unit, "to-sign") == [order]
    assert counted(unit) == {"to-sign": 1}
    unit.post(f"/api/orders/{order}/sign")
    assert (under(unit, "to-sign"), under(unit, "to-do")) == ([], [order])
    unit.post(f"/api/orders/{order}/reply", public="已修好。")
    assert (under(unit, "to-do"), under(unit, "waiting")) == ([], [order])
    agent.post(f"/api/tickets/{ticket}/close", satisfaction="satisfied", solution="solved")
    assert (under(unit, "waiting"), under(unit, "done")) == ([], [order])
    assert counted(unit) == {}


def test_a_row_counts_down_to_what_comes_next(hall: Hall) -> None:
    unit = hall.visitor("zumiao")
    order = _order(hall, hall.open_ticket(hall.visitor("chenjiaqi"), "zumiao-office"))
    to_sign = unit.page("/portal").text
    assert "签收时限" in to_sign
    assert to_sign.count("data-due=") == 1
    unit.post(f"/api/orders/{order}/sign")
    assert "联系时限" in unit.page("/portal?tab=to-do").text
    unit.post(f"/api/orders/{order}/contact", how="下午三时电话联系，市民确认地点。")
    assert "办理时限" in unit.page("/portal?tab=to-do").text


def test_another_units_order_is_not_there(hall: Hall) -> None:
    order = _order(hall, hall.open_ticket(hall.visitor("chenjiaqi"), "zumiao-office"))
    stranger = hall.visitor("guicheng")
    assert under(stranger, "to-sign") == []
    for path in (f"/portal/orders/{order}", f"/portal/orders/{order}/body"):
        assert stranger.read(path).status_code == 404
    assert stranger.post(f"/api/orders/{order}/sign").status_code == 404
    assert stranger.post(f"/api/orders/{order}/reply", public="x").status_code == 404


def test_a_unit_sees_the_orders_of_those_below_it(hall: Hall) -> None:
    order = _order(hall, hall.open_ticket(hall.visitor("chenjiaqi"), "zumiao-office"))
    district = hall.visitor("chancheng")
    assert under(district, "to-sign") == []
    assert under(district, "to-sign", "&of=below") == [order]
    assert under(district, "to-sign", "&of=all&unit=zumiao-office") == [order]
    assert under(district, "to-sign", "&of=all&level=district") == []
    assert district.page(f"/portal/orders/{order}").status_code == 200


def test_portal_order_and_ticket_agree_on_what_may_be_seen(hall: Hall) -> None:
    ticket = hall.open_ticket(hall.visitor("chenjiaqi"), "zumiao-office")
    order = _order(hall, ticket)
    for login in ("zumiao", "zumiao-leader", "chancheng", "guicheng", "daliang", "water-supply"):
        visitor = hall.visitor(login)
        seen = order in under(visitor, "to-sign", "&of=all")
        assert (visitor.page(f"/portal/orders/{order}").status_code == 200) is seen, login
        assert (visitor.page(f"/tickets/{ticket}").status_code == 200) is seen, login


def test_a_confidential_order_keeps_the_person_back(hall: Hall) -> None:
    agent, unit = hall.visitor("chenjiaqi"), hall.visitor("zumiao")
    open_ = _order(hall, hall.open_ticket(agent, "zumiao-office"))
    secret = _order(hall, hall.open_ticket(agent, "zumiao-office", confidential=True))
    assert "王女士" in unit.page(f"/portal/orders/{open_}").text
    for path in (f"/portal/orders/{secret}", f"/portal/orders/{secret}/body"):
        shown = unit.page(path).text
        assert "路灯不亮" in shown
        assert "王女士" not in shown
        assert "16000000001" not in shown


def test_every_look_at_a_confidential_ticket_is_written_down_once(hall: Hall) -> None:
    agent, unit = hall.visitor("chenjiaqi"), hall.visitor("zumiao")
    ticket = hall.open_ticket(agent, "zumiao-office", confidential=True)
    order = _order(hall, ticket)
    for _ in range(2):
        unit.page(f"/portal/orders/{order}")
    with hall.town.store.transaction() as session:
        looks = session.exec(select(FactRow).where(FactRow.kind == "ticket.viewed")).all()
    assert [(look.ticket, look.data) for look in looks] == [(ticket, {})]
    assert "保密件" in hall.visitor("guanshufen").page(f"/tickets/{ticket}").text


def test_units_never_read_the_centres_own_notes_nor_the_query_code(hall: Hall) -> None:
    agent, unit = hall.visitor("chenjiaqi"), hall.visitor("zumiao")
    ticket = hall.open_ticket(agent, "zumiao-office")
    order = _order(hall, ticket)
    unit.post(f"/api/orders/{order}/sign")
    unit.post(f"/api/orders/{order}/reply", public="已修好。", internal="换了灯泡。")
    agent.post(f"/api/tickets/{ticket}/close", satisfaction="fair", solution="partly", note="语气不好")
    shown = unit.page(f"/portal/orders/{order}").text
    assert "换了灯泡。" in shown
    assert "语气不好" not in shown
    assert "查询码" not in shown + unit.page(f"/tickets/{ticket}").text
    assert "语气不好" in agent.page(f"/tickets/{ticket}").text


def test_a_reply_without_words_is_refused_at_its_field(hall: Hall) -> None:
    unit = hall.visitor("zumiao")
    order = _order(hall, hall.open_ticket(hall.visitor("chenjiaqi"), "zumiao-office"))
    unit.post(f"/api/orders/{order}/sign")
    empty = unit.post(f"/api/orders/{order}/reply", public="  ")
    assert (empty.status_code, empty.json()["field"]) == (422, "public")
    long = unit.post(f"/api/orders/{order}/reply", public="长" * 4001)
    assert (long.status_code, long.json()["field"]) == (422, "public")
    again = unit.post(f"/api/orders/{order}/sign")
    assert again.status_code == 409
    assert "办理中" in again.json()["message"]


def test_malformed_addresses_are_refused_in_words(hall: Hall) -> None:
    unit = hall.visitor("zumiao")
    for path in ("/portal?tab=lost", "/portal?after=x", "/portal/orders/x"):
        answer = unit.read(path)
        assert answer.status_code == 422, path
        assert set(answer.json()) == {"key", "message", "field"}


def _order(hall: Hall, ticket: int) -> int:
    with hall.town.store.transaction() as session:
        return int(session.exec(select(WorkOrder.id).where(WorkOrder.ticket == ticket)).one() or 0)


def test_an_order_that_is_taken_back_takes_the_ticket_along(hall: Hall) -> None:
    agent, staff = hall.visitor("chenjiaqi"), hall.visitor("zumiao")
    ticket = hall.open_ticket(agent, unit="zumiao-office")
    assert staff.page("/portal/orders/1").status_code == 200
    assert agent.post(f"/api/tickets/{ticket}/take-back").status_code == 200
    assert staff.page("/portal/orders/1").status_code == 404
    assert staff.read(f"/tickets/{ticket}").status_code == 404
    assert TICKET["title"] not in staff.page("/portal?tab=done").text


def test_a_units_story_is_its_own(hall: Hall) -> None:
    agent, one, other = (hall.visitor(login) for login in ("chenjiaqi", "zumiao", "guicheng"))
    ticket = hall.open_ticket(agent, unit="zumiao-office")
    agent.post(f"/api/tickets/{ticket}/dispatch", unit="guicheng-office", reason="协助核查")
    for staff, order, own, foreign in (
        (one, 1, "祖庙", "桂城街道办事处"),
        (other, 2, "桂城", "祖庙街道办事处"),
    ):
        story = staff.page(f"/portal/orders/{order}").text.partition('id="story"')[2]
        assert own in story
        assert foreign not in story
    assert "桂城街道办事处" in agent.page(f"/tickets/{ticket}").text


def test_what_is_due_first_stands_first_and_pages_go_on_from_there(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portal_tabs, "PAGE", 2)
    agent, unit = hall.visitor("chenjiaqi"), hall.visitor("zumiao")
    wanted = ("normal", "urgent", "normal", "urgent", "normal")
    ids = [_order(hall, hall.open_ticket(agent, "zumiao-office", urgency=urgency)) for urgency in wanted]
    with hall.town.store.transaction() as session:  # as an approved suspension leaves it: nothing is due
        session.exec(update(ClockRow).where(col(ClockRow.work_order) == ids[2]).values(due_at=None))
    seen, path = [], "/portal?tab=to-sign"
    while path:
        html = unit.page(path).text
        seen += [int(id_) for id_ in re.findall(r'id="order-(\d+)"', html)]
        further = re.search(r'href="(/portal[^"]*after=[^"]*)"', html)
        path = further[1].replace("&amp;", "&") if further else ""
    assert seen == [ids[1], ids[3], ids[0], ids[4], ids[2]]


def test_the_list_is_narrowed_by_what_the_ticket_says(hall: Hall) -> None:
    agent, unit = hall.visitor("chenjiaqi"), hall.visitor("zumiao")
    matter = agent.read("/api/matters?q=路灯不亮").json()["options"][0]["value"]
    lamp = hall.open_ticket(agent, "zumiao-office", matter=matter)
    other = hall.open_ticket(agent, "zumiao-office", title="工地噪音", content="凌晨打桩", urgency="urgent")
    of_lamp, of_other = _order(hall, lamp), _order(hall, other)
    for query, expected in (
        ("&words=打桩", [of_other]),
        ("&words=%25", []),
        ("&urgency=urgent", [of_other]),
        (f"&category={matter[:4]}", [of_lamp]),
        ("&area=chancheng&category=&level=", [of_other, of_lamp]),
        ("&area=nanhai", []),
    ):
        assert under(unit, "to-sign", query) == expected, query


def test_a_filter_is_kept_for_the_person_who_named_it(hall: Hall) -> None:
    one, other = hall.visitor("zumiao"), hall.visitor("zumiao-leader")
    assert one.post("/api/portal/filters", name=" ", urgency="urgent").json()["field"] == "name"
    assert one.post("/api/portal/filters", name="急件", urgency="urgent").status_code == 200
    assert one.post("/api/portal/filters", name="急件", urgency="urgent", area="zumiao").status_code == 200
    shown = one.page("/portal?tab=to-do").text
    link = re.search(r'<a href="([^"]+)">急件</a>', shown)
    assert link is not None
    assert link[1].replace("&amp;", "&") == "/portal?tab=to-do&area=zumiao&urgency=urgent"
    assert "急件" not in other.page("/portal").text
    number = re.search(r"/api/portal/filters/(\d+)/forget", shown)
    assert number is not None
    other.post(f"/api/portal/filters/{number[1]}/forget")
    assert "急件" in one.page("/portal").text
    one.post(f"/api/portal/filters/{number[1]}/forget")
    assert "急件" not in one.page("/portal").text


def test_a_row_says_what_was_asked_and_put_upon_it(hall: Hall) -> None:
    agent, leader, supervisor = (
        hall.visitor(login) for login in ("chenjiaqi", "zumiao-leader", "guanshufen")
    )
    ticket = hall.open_ticket(agent, "zumiao-office")
    order = _order(hall, ticket)
    agent.post(f"/api/tickets/{ticket}/urge", words="再次来电")
    for kind in ("yellow", "red", "supervised"):
        put = supervisor.post(f"/api/tickets/{ticket}/marks", kind=kind, words="逾期", order=order)
        assert put.status_code == 200
    asked = leader.post(
        f"/api/orders/{order}/return", reason="duty", basis="三定方案", proposed="chancheng-government"
    )
    assert asked.status_code == 200, asked.text
    row = leader.page("/portal").text
    for words in ("催办 1 次", "红牌", "督办单", "退单 · 待审批", "三定方案"):
        assert words in row, words
    assert "黄牌" not in row
    assert "data-row-key" not in row  # not to be signed for while the return is being decided
    assert counted(leader) == {"to-sign": 1, "supervised": 1, "returned": 1}
    with hall.town.store.transaction() as session:
        request = session.exec(select(OrderRequest.id)).one()
    assert hall.visitor("tanweiming").post(f"/api/requests/{request}/grant", note="同意").status_code == 200
    returned = leader.page("/portal?tab=returned").text
    assert "同意" in returned
    assert "已同意" in returned
    assert TICKET["title"] not in returned  # it isn't theirs any more


def test_a_district_finds_words_among_the_orders_below_it_the_newest_first(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent, district = hall.visitor("chenjiaqi"), hall.visitor("chancheng")
    lamp, noise, other_lamp = (
        _order(
            hall,
            hall.open_ticket(agent, "zumiao-office", number=f"1390000001{n}", title=title, content=title),
        )
        for n, title in enumerate(("路灯坏了", "夜间施工扰民", "路灯倒了"))
    )
    below, words = "&of=below", "&of=below&words=路灯"
    assert set(under(district, "to-sign", below)) == {lamp, noise, other_lamp}
    assert set(under(district, "to-sign", words)) == {lamp, other_lamp}
    assert "仅在最新的" not in district.page(f"/portal?tab=to-sign{words}").text
    monkeypatch.setattr(portal_tabs, "HITS", 1)
    monkeypatch.setattr(portal, "HITS", 1)
    assert under(district, "to-sign", words) == [other_lamp]
    assert "仅在最新的 1 件中查找" in district.page(f"/portal?tab=to-sign{words}").text


def test_counts_of_many_units_stop_early_and_narrowed_ones_are_counted_in_one_go(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent, district = hall.visitor("chenjiaqi"), hall.visitor("chancheng")
    for n, urgency in enumerate(("normal", "urgent", "normal")):
        hall.open_ticket(agent, "zumiao-office", number=f"1390000002{n}", urgency=urgency)
    monkeypatch.setattr(portal_tabs, "MOST_OF_MANY", 2)
    assert '<span class="count bad">2+<' in district.page("/portal?tab=to-sign&of=below").text
    assert '<span class="count bad">1<' in district.page("/portal?tab=to-sign&of=below&urgency=urgent").text
