"""The tickets' pages: finding one, what each person is shown of it, and that looking leaves a trace."""

from __future__ import annotations

import re

import pytest
from sqlmodel import col, select

from agent_desk import ticket_pages
from hotline.store.tables import FactRow, Ticket, WorkOrder
from tests.edge.conftest import PASSWORD
from tests.edge.visitors import TICKET, Hall, Visitor

pytestmark = pytest.mark.edge


def listed(visitor: Visitor, query: str = "") -> list[int]:
    """The ids in the list, in its order."""
    return [int(id_) for id_ in re.findall(r'id="row-(\d+)"', visitor.page(f"/tickets{query}").text)]


def test_the_list_is_newest_first_and_goes_on_by_key(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticket_pages, "PAGE", 2)
    agent = hall.visitor("chenjiaqi")
    with hall.town.store.transaction() as session:
        everything = sorted((int(id_ or 0) for id_ in session.exec(select(Ticket.id))), reverse=True)
    found, query = [], ""
    while page := listed(agent, query):
        found += page
        query = f"?before={page[-1]}"
    assert found == everything


def test_a_ticket_is_found_by_its_number_and_by_the_citizens(hall: Hall) -> None:
    agent = hall.visitor("chenjiaqi")
    ticket = hall.open_ticket(agent, number="160 0000-0099")
    number = _ticket(hall, ticket).number
    assert listed(agent, f"?q={number}") == [ticket]
    assert listed(agent, "?q=16000000099") == [ticket]
    assert listed(agent, "?q=16000000098") == []


def test_a_ticket_is_found_by_its_words_which_are_marked(hall: Hall) -> None:
    agent = hall.visitor("chenjiaqi")
    ticket = hall.open_ticket(agent, content="门口的蓝色集装箱占用盲道")
    html = agent.page("/tickets?q=集装箱 盲道").text
    assert listed(agent, "?q=集装箱 盲道") == [ticket]
    assert "蓝色<mark>集装箱</mark>占用<mark>盲道</mark>" in html
    assert (
        "<mark>盲道</mark>" in agent.page("/tickets?q=路灯 盲道").text
    )  # one in the title, one in an excerpt
    assert listed(agent, "?q=集装箱&stage=to-dispatch") == [ticket]
    assert listed(agent, "?q=集装箱&stage=over") == []
    assert listed(agent, "?q=箱") == []


def test_the_search_goes_on_by_key_and_hides_what_may_not_be_seen(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticket_pages, "PAGE", 2)
    agent, other = hall.visitor("chenjiaqi"), hall.visitor("liangwenhao")
    shown = [hall.open_ticket(agent, content="蓝色集装箱") for _ in range(5)]
    secret = hall.open_ticket(agent, content="蓝色集装箱", confidential=True)
    found, query = [], "?q=集装箱"
    while page := listed(other, query):
        found += page
        query = f"?q=集装箱&before={page[-1]}"
    assert found == shown[::-1]
    assert listed(agent, "?q=集装箱")[0] == secret


def test_who_may_not_know_citizens_cannot_search_by_their_numbers(hall: Hall) -> None:
    ticket = hall.open_ticket(hall.visitor("chenjiaqi"), number="16000000099")
    auditor = hall.visitor("situzheng")
    assert listed(auditor, f"?q={_ticket(hall, ticket).number}") == [ticket]
    assert listed(auditor, "?q=16000000099") == []


def test_the_stages_part_the_list(hall: Hall) -> None:
    agent = hall.visitor("chenjiaqi")
    new, sent = hall.open_ticket(agent), hall.open_ticket(agent, "zumiao-office")
    assert listed(agent, "?stage=to-dispatch") == [new]
    assert listed(agent, "?stage=with-units") == [sent]
    assert listed(agent, "?stage=to-revisit") == []
    stages = ("to-dispatch", "with-units", "to-revisit", "over")
    parts = [ticket for stage in stages for ticket in listed(agent, f"?stage={stage}")]
    assert sorted(parts) == sorted(listed(agent))


def test_a_page_tells_the_whole_ticket(hall: Hall) -> None:
    agent = hall.visitor("chenjiaqi")
    ticket = hall.open_ticket(agent, "zumiao-office", urgency="urgent")
    row, html = _ticket(hall, ticket), agent.page(f"/tickets/{ticket}").text
    for words in (
        row.number,
        row.query_code,
        "路灯不亮",
        "王女士",
        "16000000001",
        "双号并行",
        "祖庙街道办事处",
    ):
        assert words in html, words
    assert html.count("data-due=") == 4  # sign, contact and resolve, and what the citizen was promised


def test_looking_at_a_citizen_is_in_the_journal_and_not_looking_is_not(hall: Hall) -> None:
    agent = hall.visitor("chenjiaqi")
    ticket = hall.open_ticket(agent)
    agent.page(f"/tickets/{ticket}")
    agent.read(f"/tickets/{ticket}/body")
    hall.visitor("situzheng").page(f"/tickets/{ticket}")
    looks = select(FactRow.by).where(FactRow.kind == "person.viewed", FactRow.ticket == ticket)
    with hall.town.store.transaction() as session:
        assert session.exec(looks).all() == [hall.town.viewer("chenjiaqi").by]


def test_roles_that_may_not_know_citizens_are_shown_none(hall: Hall) -> None:
    ticket = hall.open_ticket(hall.visitor("chenjiaqi"))
    for login in ("situzheng", "luojieyi"):
        html = hall.visitor(login).page(f"/tickets/{ticket}").text
        assert "王女士" not in html
        assert "16000000001" not in html
        assert "王女士" not in hall.visitor(login).page("/tickets").text


def test_list_page_and_fragment_agree_on_what_may_be_seen(hall: Hall) -> None:
    agent = hall.visitor("chenjiaqi")
    open_, secret = hall.open_ticket(agent, "zumiao-office"), hall.open_ticket(agent, confidential=True)
    for login in ("chenjiaqi", "liangwenhao", "guanshufen", "tanweiming", "luojieyi", "situzheng"):
        visitor = hall.visitor(login)
        seen = {ticket for ticket in (open_, secret) if visitor.page(f"/tickets/{ticket}").status_code == 200}
        assert seen == set(listed(visitor)) & {open_, secret}, login
        rows = visitor.read("/tickets/rows").text
        assert seen == {ticket for ticket in (open_, secret) if f'id="row-{ticket}"' in rows}
        for ticket in (open_, secret):
            expected = 200 if ticket in seen else 404
            assert visitor.read(f"/tickets/{ticket}/body").status_code == expected
    assert hall.visitor("liangwenhao").page(f"/tickets/{secret}").status_code == 404


def test_the_suggested_unit_stands_in_the_form_with_its_reason(hall: Hall) -> None:
    agent = hall.visitor("chenjiaqi")
    matter = agent.read("/api/matters?q=路灯不亮").json()["options"][0]
    ticket = hall.open_ticket(agent, matter=matter["value"])
    html = agent.page(f"/tickets/{ticket}").text
    assert re.search(r'name="unit" value="[a-z0-9-]+"', html)
    assert hall.visitor("situzheng").page(f"/tickets/{ticket}").text.count('name="unit"') == 0


def test_commands_are_offered_by_state_and_role(hall: Hall) -> None:
    agent, auditor = hall.visitor("chenjiaqi"), hall.visitor("situzheng")
    ticket = hall.open_ticket(agent)
    offered = agent.page(f"/tickets/{ticket}").text
    assert f"/api/tickets/{ticket}/answer" in offered
    assert f"/api/tickets/{ticket}/close" not in offered
    assert "/api/tickets" not in auditor.page(f"/tickets/{ticket}").text
    assert agent.post(f"/api/tickets/{ticket}/answer", answer="带身份证。").status_code == 200
    assert f"/api/tickets/{ticket}/answer" not in agent.page(f"/tickets/{ticket}").text


def test_each_unit_sees_its_own_orders_of_a_ticket(hall: Hall) -> None:
    agent = hall.visitor("chenjiaqi")
    ticket = hall.open_ticket(agent, "zumiao-office")
    agent.post(f"/api/tickets/{ticket}/dispatch", unit="guicheng-office", reason="")
    with hall.town.store.transaction() as session:
        asked = session.exec(
            select(WorkOrder.unit).where(WorkOrder.ticket == ticket).order_by(col(WorkOrder.id))
        ).all()
    assert asked == ["zumiao-office", "guicheng-office"]
    html = hall.visitor("guicheng").page(f"/tickets/{ticket}").text
    orders = html.partition('id="orders-title"')[2].partition("</section>")[0]
    assert "桂城街道办事处" in orders
    assert "祖庙街道办事处" not in orders


def test_malformed_addresses_are_refused_in_words(hall: Hall) -> None:
    agent = hall.visitor("chenjiaqi")
    for path in ("/tickets/x", "/tickets?before=x", "/tickets?stage=lost", "/tickets?q=" + "1" * 101):
        answer = agent.read(path)
        assert answer.status_code == 422, path
        assert set(answer.json()) == {"key", "message", "field"}
        assert "Traceback" not in answer.text


def test_what_no_column_can_hold_is_refused_in_words(hall: Hall) -> None:
    agent = hall.visitor("chenjiaqi")
    far = "9" * 30
    for answer in (
        agent.read(f"/tickets/{far}"),
        agent.read(f"/tickets?before={far}"),
        agent.read("/tickets?q=%00"),
        agent.post("/api/tickets", **TICKET | {"name": "王\0女士"}),
        hall.visitor().post("/api/login", login="a\0b", password=PASSWORD),
    ):
        assert (answer.status_code, answer.json()["key"]) == (422, "request.malformed")


def test_a_unit_reads_no_other_units_words_for_the_record(hall: Hall) -> None:
    agent = hall.visitor("chenjiaqi")
    ticket = hall.open_ticket(agent, "zumiao-office")
    agent.post(f"/api/tickets/{ticket}/dispatch", unit="guicheng-office", reason="")
    staff, other = hall.visitor("zumiao"), hall.visitor("guicheng")
    for visitor, unit, words in (
        (other, "guicheng-office", "桂城的内部说明"),
        (staff, "zumiao-office", "祖庙的内部说明"),  # who leads replies last
    ):
        order = _order(hall, ticket, unit)
        assert visitor.post(f"/api/orders/{order}/sign").status_code == 200
        said = visitor.post(f"/api/orders/{order}/reply", public="已经修好了", internal=words)
        assert said.status_code == 200, said.text
    for visitor, seen, hidden in ((staff, "祖庙的", "桂城的"), (other, "桂城的", "祖庙的")):
        html = visitor.page(f"/tickets/{ticket}").text
        assert (f"{seen}内部说明" in html, f"{hidden}内部说明" in html) == (True, False)
    html = agent.page(f"/tickets/{ticket}").text
    assert "祖庙的内部说明" in html
    assert "桂城的内部说明" in html


def test_a_unit_is_not_given_the_same_ticket_twice(hall: Hall) -> None:
    agent = hall.visitor("chenjiaqi")
    ticket = hall.open_ticket(agent, "zumiao-office")
    again = agent.post(f"/api/tickets/{ticket}/dispatch", unit="zumiao-office", reason="")
    assert (again.status_code, again.json()["key"]) == (409, "order.given_already")


def _order(hall: Hall, ticket: int, unit: str) -> int | None:
    asked = select(WorkOrder.id).where(WorkOrder.ticket == ticket, WorkOrder.unit == unit)
    with hall.town.store.transaction() as session:
        return session.exec(asked).one()


def _ticket(hall: Hall, identity: int) -> Ticket:
    with hall.town.store.transaction() as session:
        return session.get_one(Ticket, identity)
