"""The desk over HTTP, on a real record, with a telephone that only writes down what it was told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event
from sqlmodel import col, select

from agent_desk import build, seatwatch
from agent_desk.app import create_app
from agent_desk.house import House
from dispatch import handling
from hotline import calls, presence
from hotline.errors import Unreachable
from hotline.record import accounts
from hotline.record import calls as call_record
from hotline.record.city_in_force import CityInForce
from hotline.roles import Role
from hotline.settings import Settings
from hotline.store.tables import Call, FactRow, WorkOrder
from telephony.actions import Telephone
from tests.edge.conftest import PASSWORD, Town

pytestmark = pytest.mark.edge

CALL = "a1-1.1"
TICKET = {
    "type": "help",
    "line": "12319",
    "number": "16000000001",
    "title": "路灯不亮",
    "content": "门口的路灯坏了三天",
    "matter": "010101",
    "area": "zumiao",
}


@dataclass
class Told:
    """A telephone that remembers its orders, or isn't there."""

    orders: list[tuple[Any, ...]] = field(default_factory=list)
    is_gone: bool = False

    def __getattr__(self, name: str) -> Any:
        def order(*given: Any) -> None:
            if self.is_gone:
                raise Unreachable("switch")
            self.orders.append((name, *given))

        return order


@dataclass
class Office:
    """A web process and its parts."""

    house: House
    client: TestClient
    told: Told
    town: Town

    def happen(self, *signals: call_record.Signal) -> None:
        with self.town.store.transaction() as session:
            call_record.apply(session, signals, "a1")

    def ring(self, extension: str = "8001", caller: str = "16000000001") -> None:
        """A call waits in a queue and rings at the seat."""
        at = datetime.now(UTC)
        named = {"call": CALL, "at": at, "line": "12319", "caller": caller, "linkedid": "1.1"}
        self.happen(
            presence.Joined(extension=extension, at=at, queue="urban"),
            calls.Entered(**named),
            calls.Queued(**named, queue="urban"),
            calls.Offered(call=CALL, at=at, extension=extension),
        )

    def log_in(self, login: str = "chenjiaqi") -> None:
        answer = self.client.post("/api/login", json={"login": login, "password": PASSWORD})
        assert answer.status_code == 200
        page = self.client.get("/desk", headers={"accept": "text/html"})
        found = re.search(r'name="csrf" content="([^"]+)"', page.text)
        if found:
            self.client.headers["X-CSRF-Token"] = found[1]

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """What is asked of the record meanwhile."""
        asked: list[str] = []

        def hear(*given: Any) -> None:
            asked.append(given[2])

        event.listen(self.house.store.engine, "before_cursor_execute", hear)
        yield asked
        event.remove(self.house.store.engine, "before_cursor_execute", hear)


@pytest.fixture
def office(town: Town, served: Settings) -> Iterator[Office]:
    build.build(served, lambda words: None)
    told = Told()
    house = House(served, town.store, CityInForce(town.city), cast(Telephone, told))
    # Without its lifespan: nothing follows the journal, so that all statements are the requests' own.
    client = TestClient(create_app(house), base_url="http://127.0.0.1")
    office = Office(house, client, told, town)
    office.log_in()
    yield office
    client.close()


def test_the_caller_is_shown_before_the_call_is_answered(office: Office) -> None:
    office.ring()
    card = office.client.get("/desk/call").text
    for word in (
        "12319",
        "双号并行",
        "城建城管",
        "16000000001",
        "林秀珍",
        "关于同济路多盏路灯不亮的问题",
        "已办结",
    ):
        assert word in card
    assert 'data-state="offered"' in card


def test_the_card_costs_few_questions(office: Office) -> None:
    office.ring()
    office.client.get("/desk/call")
    with office.statements() as asked:
        office.client.get("/desk/call")
    assert len(asked) <= 6, "\n".join(one[:60] for one in asked)


def test_a_look_at_the_caller_is_in_the_journal_once_for_each_call(office: Office) -> None:
    office.ring()
    for _ in range(3):
        office.client.get("/desk/call")
    with office.town.store.transaction() as session:
        looks = session.exec(
            select(FactRow).where(FactRow.kind == "person.viewed", FactRow.call == CALL)
        ).all()
    assert len(looks) == 1


def test_nobody_sees_the_call_of_another_seat(office: Office) -> None:
    office.ring(extension="8002")
    assert "16000000001" not in office.client.get("/desk/call").text


def test_an_unknown_caller_is_said_to_be_unknown(office: Office) -> None:
    office.ring(caller="13912345678")
    card = office.client.get("/desk/call").text
    assert "未登记市民" in card
    assert "该号码首次来电" in card


def test_the_call_stays_until_the_wrap_up_is_over(office: Office) -> None:
    office.ring()
    at = datetime.now(UTC)
    office.happen(
        calls.Answered(call=CALL, at=at, extension="8001"),
        presence.Paused(extension="8001", at=at, reason=presence.WRAP_UP),
        calls.Ended(call=CALL, at=at),
    )
    assert 'data-state="ended"' in office.client.get("/desk/call").text
    assert "话后整理" in office.client.get("/desk/seat").text
    office.happen(presence.Unpaused(extension="8001", at=datetime.now(UTC)))
    assert "16000000001" not in office.client.get("/desk/call").text


def test_ready_joins_the_queues_of_the_agents_skills(office: Office) -> None:
    assert office.client.post("/api/desk/seat", json={"state": "ready"}).status_code == 200
    name, extension, queues = office.told.orders[0]
    assert (name, extension, queues["urban"], queues["consumer"]) == ("join_queues", "8001", 0, 1)
    assert office.told.orders[1] == ("unpause", "8001")


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"state": "paused", "reason": "meal"}, 200),
        ({"state": "paused", "reason": "link_lost"}, 422),
        ({"state": "asleep"}, 422),
        ({}, 422),
    ],
)
def test_a_pause_needs_a_reason_that_an_agent_may_give(
    office: Office, wish: dict[str, str], status: int
) -> None:
    assert office.client.post("/api/desk/seat", json=wish).status_code == status


def test_a_switch_that_is_gone_is_said_in_words(office: Office) -> None:
    office.told.is_gone = True
    answer = office.client.post("/api/desk/session")
    assert answer.status_code == 502
    assert answer.json()["message"] == "交换机暂无响应，请稍后再试"


def test_without_a_seat_one_can_write_and_not_telephone(office: Office) -> None:
    with office.town.store.transaction() as session:
        accounts.create_account(
            session,
            login="desk-without-seat",
            name="无座",
            roles=[Role.AGENT],
            password_hash=accounts.hash_password(PASSWORD),
            at=office.town.at,
        )
    office.log_in("desk-without-seat")
    page = office.client.get("/desk").text
    assert "没有分配座席" in page
    assert "data-softphone" not in page
    assert office.client.post("/api/desk/session").status_code == 409
    assert office.client.post("/api/tickets", json=TICKET).status_code == 201


def test_the_units_people_have_no_desk(office: Office) -> None:
    office.log_in("chancheng-urban")
    assert office.client.get("/desk/call").status_code == 403


def test_a_saved_ticket_offers_the_unit_with_its_reason(office: Office) -> None:
    opened = office.client.post("/api/tickets", json=TICKET).json()
    panel = office.client.get(f"/desk/tickets/{opened['id']}").text
    for word in (opened["number"], opened["query_code"], "禅城区城市管理和综合执法局", "祖庙街道"):
        assert word in panel
    assert "路灯不亮" in office.client.get("/desk/tasks").text


def test_a_dispatch_can_be_taken_back_until_its_unit_has_signed(office: Office) -> None:
    ticket = office.client.post("/api/tickets", json=TICKET).json()["id"]
    to = {"unit": "chancheng-urban-management", "reason": "由区级办理"}
    dispatched = office.client.post(f"/api/tickets/{ticket}/dispatch", json=to).json()
    assert dispatched["message"] == "派单至禅城区城市管理和综合执法局"
    assert office.client.post(dispatched["undo"]["url"]).json() == {"state": "review"}
    assert office.client.post(dispatched["undo"]["url"]).status_code == 409
    office.client.post(f"/api/tickets/{ticket}/dispatch", json=to)
    with office.town.store.transaction() as session:
        asked = select(WorkOrder).where(WorkOrder.ticket == ticket).order_by(col(WorkOrder.id))
        first, second = session.exec(asked).all()
        handling.sign(session, second, office.town.viewer("chancheng-urban"), office.town.at)
    assert (first.state, first.ended_at is not None) == ("cancelled", True)
    assert office.client.post(dispatched["undo"]["url"]).json()["key"] == "order.signed_already"


def test_a_call_back_stands_in_the_record_before_the_switch_hears_of_it(office: Office) -> None:
    ticket = office.client.post("/api/tickets", json=TICKET).json()["id"]
    answer = office.client.post(f"/api/tickets/{ticket}/call-back")
    assert answer.status_code == 202
    call = answer.json()["call"]
    assert office.told.orders == [("place_call", "8001", "16000000001", call)]
    with office.town.store.transaction() as session:
        placed = session.get_one(Call, call)
    assert (placed.direction, placed.state, placed.ticket, placed.agent) == ("out", "placed", ticket, "8001")
    assert office.client.post(f"/api/tickets/{ticket}/call-back").json()["key"] == "seat.busy"


def test_a_call_back_that_the_switch_does_not_take_has_failed(office: Office) -> None:
    ticket = office.client.post("/api/tickets", json=TICKET).json()["id"]
    office.told.is_gone = True
    assert office.client.post(f"/api/tickets/{ticket}/call-back").status_code == 502
    with office.town.store.transaction() as session:
        (call,) = session.exec(select(Call)).all()
    assert (call.state, call.outcome) == ("ended", "failed")


def test_whoever_logs_out_leaves_the_seat_even_when_the_switch_is_gone(office: Office) -> None:
    assert office.client.post("/api/logout").status_code == 200
    assert office.told.orders == [("leave_queues", "8001"), ("withdraw_password", "8001")]
    office.log_in()
    office.told.is_gone = True
    assert office.client.post("/api/logout").status_code == 200


def test_a_seat_out_of_reach_loses_its_password_and_is_paused_if_it_takes_calls(office: Office) -> None:
    for reason, paused in (
        ("", [("pause", "8001", "link_lost")]),
        ("meal", []),
        ("wrap-up", [("pause", "8001", "link_lost")]),
    ):
        at = datetime.now(UTC)
        office.happen(
            presence.Joined(extension="8001", at=at, queue="urban"),
            presence.Paused(extension="8001", at=at, reason=reason)
            if reason
            else presence.Unpaused(extension="8001", at=at),
        )
        office.told.orders.clear()
        seatwatch.pause_lost(office.house, "8001")
        assert office.told.orders == [*paused, ("withdraw_password", "8001")]
    office.told.orders.clear()
    seatwatch.pause_lost(office.house, "8999")
    assert office.told.orders == [("withdraw_password", "8999")]
