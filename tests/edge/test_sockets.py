"""The pages' websocket: who gets in, what they are told, and that a page which comes back misses nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from starlette.testclient import WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from agent_desk.sockets import BAD_MESSAGE, FOREIGN_PAGE, UNKNOWN_PERSON
from hotline import journal
from tests.edge.visitors import Hall, Visitor

pytestmark = pytest.mark.edge


@contextmanager
def opened(visitor: Visitor, **headers: str) -> Iterator[WebSocketTestSession]:
    with visitor.client.websocket_connect("ws://127.0.0.1/ws", headers=headers) as socket:
        yield socket


def closed_with(socket: WebSocketTestSession) -> int:
    """The code with which the other side ends it, whatever it had to say before."""
    with pytest.raises(WebSocketDisconnect) as ended:
        for _ in range(20):
            socket.receive_text()
    return ended.value.code


def hello(socket: WebSocketTestSession, *watch: str, since: int = 0) -> dict[str, Any]:
    """Greets, and returns what is told of the time since: after a first sign of life."""
    socket.send_text(json.dumps({"since": since, "watch": list(watch)}))
    assert told(socket)["events"] == []
    return told(socket)


def told(socket: WebSocketTestSession) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(socket.receive_text())
    return message


def events(socket: WebSocketTestSession) -> list[dict[str, Any]]:
    """The events of the next message that has any."""
    while not (message := told(socket))["events"]:
        pass
    found: list[dict[str, Any]] = message["events"]
    return found


def where_it_stands(hall: Hall) -> int:
    with hall.town.store.transaction() as session:
        return journal.horizon(session)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "no json",
        "[]",
        "{}",
        '{"since": -1, "watch": []}',
        '{"since": 1e30, "watch": []}',
        '{"since": 0, "watch": "floor"}',
        "null",
    ],
)
def test_what_is_no_greeting_ends_the_talk_with_a_reason(hall: Hall, words: str) -> None:
    with opened(hall.visitor("chenjiaqi")) as socket:
        socket.send_text(words)
        assert closed_with(socket) == BAD_MESSAGE


def test_bytes_end_the_talk_too(hall: Hall) -> None:
    with opened(hall.visitor("chenjiaqi")) as socket:
        socket.send_bytes(b"\x00\xff")
        assert closed_with(socket) == BAD_MESSAGE


def test_a_stranger_and_another_sites_page_are_turned_away(hall: Hall) -> None:
    with opened(hall.visitor()) as socket:
        socket.send_text('{"since": 0, "watch": []}')
        assert closed_with(socket) == UNKNOWN_PERSON
    with opened(hall.visitor("chenjiaqi"), origin="https://elsewhere.example") as socket:
        assert closed_with(socket) == FOREIGN_PAGE


def test_a_change_is_told_by_topic_and_without_any_of_its_data(hall: Hall) -> None:
    agent = hall.visitor("chenjiaqi")
    with opened(agent) as socket:
        hello(socket, "tickets", since=where_it_stands(hall))
        hall.open_ticket(agent)
        event = events(socket)[0]
    assert event == {"topics": ["tickets"], "kind": "ticket.opened"}


def test_a_unit_hears_of_its_own_orders_alone(hall: Hall) -> None:
    agent, own, other = (hall.visitor(login) for login in ("chenjiaqi", "zumiao", "guicheng"))
    start = where_it_stands(hall)
    hall.open_ticket(agent, unit="guicheng-office")
    hall.open_ticket(agent, unit="zumiao-office")
    for visitor in (own, other):
        with opened(visitor) as socket:
            orders = hello(socket, "orders", "tickets", "floor", since=start)["events"]
        assert [event["kind"] for event in orders if event["kind"].startswith("order.")] == ["order.issued"]
        assert {topic for event in orders for topic in event["topics"]} == {"orders"}


def test_nobody_follows_a_ticket_that_they_may_not_see(hall: Hall) -> None:
    agent, unit = hall.visitor("chenjiaqi"), hall.visitor("zumiao")
    ticket = hall.open_ticket(agent)
    start = where_it_stands(hall)
    agent.post(f"/api/tickets/{ticket}/answer", answer="已当场答复")
    for visitor, heard in ((agent, True), (unit, False)):
        with opened(visitor) as socket:
            assert bool(hello(socket, f"ticket:{ticket}", since=start)["events"]) is heard


def test_what_is_no_tickets_number_is_passed_over(hall: Hall) -> None:
    with opened(hall.visitor("chenjiaqi")) as socket:
        assert "events" in hello(
            socket, "ticket:" + "9" * 30, "ticket:²", "ticket:", since=where_it_stands(hall)
        )


def test_whose_session_is_over_hears_nothing_more(hall: Hall) -> None:
    agent = hall.visitor("chenjiaqi")
    with opened(agent) as socket:
        hello(socket, "tickets", since=where_it_stands(hall))
        agent.post("/api/logout")
        assert closed_with(socket) == UNKNOWN_PERSON


def test_a_page_that_comes_back_resumes_from_its_cursor(hall: Hall) -> None:
    agent = hall.visitor("chenjiaqi")
    with opened(agent) as socket:
        cursor = hello(socket, "tickets", since=where_it_stands(hall))["cursor"]
    for _ in range(3):
        hall.open_ticket(agent)
    with opened(agent) as socket:
        again = hello(socket, "tickets", since=cursor)
        kinds = [event["kind"] for event in again["events"]]
        assert kinds.count("ticket.opened") == 3
        assert again["cursor"] > cursor


def test_nonsense_after_the_greeting_ends_the_talk_and_no_other(hall: Hall) -> None:
    agent = hall.visitor("chenjiaqi")
    with opened(agent) as calm, opened(agent) as broken:
        for socket in (calm, broken):
            hello(socket, "tickets", since=where_it_stands(hall))
        broken.send_text("{")
        assert closed_with(broken) == BAD_MESSAGE
        hall.open_ticket(agent)
        assert events(calm)[0]["kind"] == "ticket.opened"
