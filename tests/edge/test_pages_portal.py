"""The units' portal: what lies under each tab, whose it is, and what a confidential order keeps back."""

from __future__ import annotations

import re

import pytest
from sqlmodel import select

from hotline.store.tables import WorkOrder
from tests.edge.visitors import TICKET, Hall, Visitor

pytestmark = pytest.mark.edge


def under(visitor: Visitor, tab: str) -> list[int]:
    """The ids of the orders under a tab."""
    return [int(id_) for id_ in re.findall(r'id="order-(\d+)"', visitor.page(f"/portal?tab={tab}").text)]


def counted(visitor: Visitor) -> dict[str, int]:
    """The counts on the tabs."""
    html = visitor.page("/portal").text
    found = re.findall(r'tab=([a-z-]+)"[^>]*>[^<]*<span class="count[^"]*">(\d+)<', html)
    return {tab: int(count) for tab, count in found}


def test_an_order_goes_from_tab_to_tab(hall: Hall) -> None:
    agent, unit = hall.visitor("chenjiaqi"), hall.visitor("zumiao")
    assert counted(unit) == {"to-sign": 0, "in-hand": 0, "replied": 0}
    ticket = hall.open_ticket(agent, "zumiao-office")
    order = _order(hall, ticket)
    assert under(unit, "to-sign") == [order]
    assert counted(unit) == {"to-sign": 1, "in-hand": 0, "replied": 0}
    unit.post(f"/api/orders/{order}/sign")
    assert (under(unit, "to-sign"), under(unit, "in-hand")) == ([], [order])
    unit.post(f"/api/orders/{order}/reply", public="已修好。")
    assert (under(unit, "in-hand"), under(unit, "replied")) == ([], [order])
    agent.post(f"/api/tickets/{ticket}/close", satisfaction="satisfied", solution="solved")
    assert (under(unit, "replied"), under(unit, "done")) == ([], [order])
    assert counted(unit) == {"to-sign": 0, "in-hand": 0, "replied": 0}


def test_a_row_counts_down_to_what_comes_next(hall: Hall) -> None:
    unit = hall.visitor("zumiao")
    order = _order(hall, hall.open_ticket(hall.visitor("chenjiaqi"), "zumiao-office"))
    to_sign = unit.page("/portal").text
    assert "签收时限" in to_sign
    assert to_sign.count("data-due=") == 1
    unit.post(f"/api/orders/{order}/sign")
    assert "办理时限" in unit.page("/portal?tab=in-hand").text
    assert "答复市民期限" in unit.page(f"/portal/orders/{order}").text


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
    assert under(district, "to-sign") == [order]
    assert district.page(f"/portal/orders/{order}").status_code == 200


def test_portal_order_and_ticket_agree_on_what_may_be_seen(hall: Hall) -> None:
    ticket = hall.open_ticket(hall.visitor("chenjiaqi"), "zumiao-office")
    order = _order(hall, ticket)
    for login in ("zumiao", "zumiao-leader", "chancheng", "guicheng", "daliang", "water-supply"):
        visitor = hall.visitor(login)
        seen = order in under(visitor, "to-sign")
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
    for path in ("/portal?tab=lost", "/portal?before=x", "/portal/orders/x"):
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
