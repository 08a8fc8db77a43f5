"""Telling a unit's own system: posted with the deed, signed by the unit's secret, tried again under the same key, given
up and sent again; and the order's own state untouched by all of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from agent_desk.house import now
from dispatch.postman import send_due
from hotline.store.tables import MessageRow, UnitDelivery, WorkOrder
from tests.edge.test_outbox import Receiver, serving, settings_with
from tests.edge.test_pages_order import OFFICE, given
from tests.edge.visitors import Hall, Visitor

pytestmark = pytest.mark.edge


@pytest.fixture
def leader(hall: Hall) -> Visitor:
    return hall.visitor("zumiao-leader")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving(500, 200) as opened:
        yield opened


@contextmanager
def receiving(*statuses: int) -> Iterator[Receiver]:
    """A unit's own system, which answers so."""
    opened = Receiver(*statuses)
    with serving(opened.server):
        yield opened


def set_way(leader: Visitor, address: str, way: str = "webhook") -> None:
    answer = leader.post(f"/api/deliveries/{OFFICE}", way=way, address=address)
    assert answer.status_code == 200, answer.text


def send(hall: Hall, at: datetime | None = None, **messages: Any) -> int:
    allowed = settings_with(hall.house.settings, **({"to_own_machine": True} | messages))
    return send_due(allowed, hall.town.store, lambda: at or now())


def rows(hall: Hall) -> list[MessageRow]:
    with hall.town.store.transaction() as session:
        asked = select(MessageRow).where(col(MessageRow.to) == f"unit:{OFFICE}")
        return list(session.exec(asked.order_by(col(MessageRow.id))))


def secret(hall: Hall) -> str:
    with hall.town.store.transaction() as session:
        return session.get_one(UnitDelivery, OFFICE).secret


def test_a_new_order_reaches_the_units_system_signed_and_without_a_person(
    hall: Hall, leader: Visitor, receiver: Receiver
) -> None:
    set_way(leader, receiver.url)
    order = given(hall, confidential=True)
    assert send(hall) == 1
    (row,) = rows(hall)
    assert (row.state, row.attempts, row.error) == ("failed", 1, "refused:500")
    page = leader.page(f"/portal/orders/{order}").text
    assert "系统对接：" in page
    with hall.town.store.transaction() as session:
        assert session.get_one(WorkOrder, order).state == "issued"
    assert send(hall, now() + timedelta(minutes=2)) == 1
    (row,) = rows(hall)
    assert (row.state, row.attempts) == ("sent", 2)
    (first, body), (second, again) = receiver.heard
    assert first["idempotency-key"] == second["idempotency-key"] == row.key
    told = json.loads(body)
    assert (told["event"], told["order"]["id"], told["key"]) == ("order.issued", order, row.key)
    for personal in ("王女士", "16000000001", "路灯", "百花路"):
        assert personal not in body.decode() + again.decode()


def test_the_manuals_check_tells_genuine_messages(hall: Hall, leader: Visitor, receiver: Receiver) -> None:
    set_way(leader, receiver.url)
    leader.post(f"/api/deliveries/{OFFICE}/test")
    send(hall)
    (heard, body), *_ = receiver.heard
    headers = {name: heard[name.lower()] for name in ("X-Hotline-Timestamp", "X-Hotline-Signature")}
    manual = (Path(__file__).parents[2] / "docs" / "unit-api.md").read_text("utf-8")
    code = re.search(r"```python\n(.*?)```", manual, re.DOTALL)
    assert code is not None
    known: dict[str, Any] = {}
    exec(code[1], known)
    assert known["is_genuine"](secret(hall), headers, body)
    assert not known["is_genuine"]("another", headers, body)
    assert not known["is_genuine"](secret(hall), headers, body + b" ")
    assert not known["is_genuine"](secret(hall), headers | {"X-Hotline-Timestamp": "1"}, body)


def test_it_is_told_what_becomes_of_its_orders_each_once(hall: Hall, leader: Visitor) -> None:
    set_way(leader, "https://zumiao.example/hook")
    order, agent = given(hall), hall.visitor("chenjiaqi")
    with hall.town.store.transaction() as session:
        ticket = session.get_one(WorkOrder, order).ticket
    agent.post(f"/api/tickets/{ticket}/urge", words="再次来电")
    leader.post(
        f"/api/orders/{order}/return", reason="duty", basis="三定方案", proposed="chancheng-government"
    )
    hall.visitor("tanweiming").post("/api/requests/1/refuse", note="属地先行")
    leader.post(f"/api/orders/{order}/sign")
    events = [row.subject for row in rows(hall)]
    assert sorted(events) == ["mark.put", "order.bound", "order.issued", "request.refused"]
    assert len({row.key for row in rows(hall)}) == 4


def test_what_is_rolled_back_is_not_told(hall: Hall, leader: Visitor) -> None:
    set_way(leader, "https://zumiao.example/hook")
    ticket = hall.open_ticket(hall.visitor("chenjiaqi"), OFFICE)
    twice = hall.visitor("chenjiaqi").post(f"/api/tickets/{ticket}/dispatch", unit=OFFICE, reason="")
    assert twice.status_code == 409
    assert len(rows(hall)) == 1


def test_a_unit_without_a_way_is_told_nothing(hall: Hall) -> None:
    given(hall)
    assert rows(hall) == []


def test_by_mail_it_reads_a_line_and_a_link(hall: Hall, leader: Visitor) -> None:
    set_way(leader, "jiedao@zumiao.example", "mail")
    order = given(hall)
    (row,) = rows(hall)
    assert row.channel == "mail"
    assert row.subject.startswith("12345 新工单 ")
    assert row.link == f"/portal/orders/{order}"
    assert "王女士" not in row.body + row.subject


def test_what_was_given_up_is_sent_again_by_who_may(hall: Hall, leader: Visitor) -> None:
    with receiving(404, 200) as receiver:
        set_way(leader, receiver.url)
        leader.post(f"/api/deliveries/{OFFICE}/test")
        send(hall)
        (row,) = rows(hall)
        assert (row.state, row.error) == ("dead", "refused:404")
        assert "(404)" in leader.page("/portal/system").text
        path = f"/api/deliveries/{OFFICE}/{row.id}/resend"
        for login in ("zumiao", "guicheng", "chenjiaqi"):
            assert hall.visitor(login).post(path).status_code == 403, login
        assert leader.post(f"/api/deliveries/{OFFICE}/{(row.id or 0) + 1}/resend").status_code == 404
        assert leader.post(path).status_code == 200
        send(hall)
    assert rows(hall)[0].state == "sent"


def test_it_never_leads_to_the_hotlines_own_machine(hall: Hall, leader: Visitor, receiver: Receiver) -> None:
    for address in (
        receiver.url,
        receiver.url.replace("127.0.0.1", "localhost"),
        "http://[::1]:9/",
        "http://0.0.0.0/",
    ):
        set_way(leader, address)
        leader.post(f"/api/deliveries/{OFFICE}/test")
        send(hall, to_own_machine=False)
        row = rows(hall)[-1]
        assert (row.state, row.error) == ("dead", "no_address"), address
    assert receiver.heard == []


def test_a_changed_address_holds_for_what_waits_and_a_stopped_way_for_nothing(
    hall: Hall, leader: Visitor
) -> None:
    set_way(leader, "https://old.example/hook")
    leader.post(f"/api/deliveries/{OFFICE}/test")
    before = secret(hall)
    with receiving(200) as receiver:
        set_way(leader, receiver.url)
        assert secret(hall) == before
        send(hall)
        assert len(receiver.heard) == 1
        leader.post(f"/api/deliveries/{OFFICE}/test")
        assert leader.post(f"/api/deliveries/{OFFICE}/stop").status_code == 200
        send(hall)
        assert len(receiver.heard) == 1
    assert rows(hall)[-1].error == "no_address"
    assert leader.post(f"/api/deliveries/{OFFICE}/test").json()["key"] == "delivery.none"


def test_who_sets_it_and_what_is_refused(hall: Hall, leader: Visitor) -> None:
    for login in ("zumiao", "chancheng", "chenjiaqi"):
        refused = hall.visitor(login).post(f"/api/deliveries/{OFFICE}", way="mail", address="a@b.example")
        assert refused.status_code == 403, login
    wrong = leader.post(f"/api/deliveries/{OFFICE}", way="webhook", address="zumiao")
    assert (wrong.status_code, wrong.json()["field"]) == (422, "address")
    set_way(leader, "https://zumiao.example/hook")
    before = secret(hall)
    assert leader.post(f"/api/deliveries/{OFFICE}/secret").status_code == 200
    assert secret(hall) != before
    assert secret(hall) in leader.page("/portal/system").text
    assert hall.visitor("admin").page(f"/portal/system?unit={OFFICE}").status_code == 200
