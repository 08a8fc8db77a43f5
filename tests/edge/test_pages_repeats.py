"""Repeats and merges on the pages: offered at the desk, seen on a ticket's page, done and undone by whoever may."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlmodel import select

from hotline.store.tables import Call, FactRow, Ticket
from tests.edge.visitors import Hall, Visitor

pytestmark = pytest.mark.edge

SAME = {"place": "百花路18号", "content": "小区门口的路灯坏了三天，晚上看不清路"}


def offered(agent: Visitor, **asked: Any) -> str:
    values = {"number": "16000000001", "q": SAME["content"], "area": "zumiao", "place": SAME["place"]} | asked
    answer = agent.client.get("/desk/repeats", params=values)
    assert answer.status_code == 200
    return answer.text


def state(hall: Hall, ticket: int) -> str:
    with hall.town.store.transaction() as session:
        return session.get_one(Ticket, ticket).state


def test_the_desk_offers_the_callers_own_ticket_and_adds_to_it_with_one_press(hall: Hall) -> None:
    agent = hall.visitor("chenjiaqi")
    ticket = hall.open_ticket(agent, "zumiao-office", **SAME)
    html = offered(agent)
    assert f'data-add="{ticket}"' in html
    assert html.count('aria-keyshortcuts="Alt+U"') == 1
    assert "同一来电人，相隔0天" in html
    said = agent.post(f"/api/tickets/{ticket}/add", words="灯还没修", call=None)
    assert said.status_code == 200, said.text
    assert said.json()["id"] == ticket
    assert "计催办一次" in said.json()["message"]
    assert "催办 1 次" in agent.page(f"/tickets/{ticket}").text.replace("催办1次", "催办 1 次")


def test_nothing_is_offered_to_a_stranger_and_nobody_learns_a_number(hall: Hall) -> None:
    agent = hall.visitor("chenjiaqi")
    hall.open_ticket(agent, confidential=True, **SAME)
    assert "data-add" not in offered(agent, number="16000000077")
    assert "data-add" not in offered(hall.visitor("liangwenhao"))
    assert "data-add" in offered(agent)
    assert hall.visitor("zumiao").read("/desk/repeats?number=16000000001").status_code == 403
    with hall.town.store.transaction() as session:
        looked = session.exec(select(FactRow.by).where(FactRow.kind == "person.viewed")).all()
    assert looked.count(hall.town.viewer("chenjiaqi").by) == 1


def test_what_others_report_is_shown_without_a_person(hall: Hall) -> None:
    agent = hall.visitor("chenjiaqi")
    ticket = hall.open_ticket(agent, "zumiao-office", **SAME)
    html = offered(agent, number="16000000077")
    assert f"/tickets/{ticket}" in html
    assert "王女士" not in html
    assert "16000000001" not in html


def test_a_ticket_that_repeats_says_so_and_can_be_told_apart(hall: Hall) -> None:
    agent = hall.visitor("chenjiaqi")
    first = hall.open_ticket(agent, "zumiao-office", **SAME)
    again = agent.post(
        "/api/tickets",
        type="help",
        line="12319",
        number="16000000001",
        title="路灯不亮",
        area="zumiao",
        **SAME,
    )
    assert "重复" in again.json()["message"]
    ticket = int(again.json()["id"])
    assert f"/tickets/{first}" in agent.page(f"/tickets/{ticket}").text
    assert agent.post(f"/api/tickets/{ticket}/unlink").status_code == 200
    assert agent.post(f"/api/tickets/{ticket}/unlink").json()["key"] == "link.unknown"


def test_a_dispatcher_merges_from_the_tickets_page_and_takes_it_back(hall: Hall) -> None:
    agent, dispatcher = hall.visitor("chenjiaqi"), hall.visitor("tanweiming")
    lead = hall.open_ticket(agent, "zumiao-office", **SAME)
    other = hall.open_ticket(agent, number="16000000002", **SAME)
    page = dispatcher.page(f"/tickets/{other}").text
    assert 'action="/api/tickets/merge"' in page
    assert f'name="tickets" value="{lead}"' in page
    assert 'action="/api/tickets/merge"' not in agent.page(f"/tickets/{other}").text
    done = dispatcher.post("/api/tickets/merge", tickets=[other, lead], why="同一路灯")
    assert done.status_code == 200, done.text
    assert (done.json()["lead"], state(hall, other)) == (lead, "merged")
    assert "并案1件" in dispatcher.page(f"/tickets/{lead}").text
    unit = hall.visitor("zumiao").page(f"/tickets/{lead}").text
    assert "并案1件" in unit
    assert "同一路灯" in unit
    assert f'href="/tickets/{other}"' not in unit
    assert hall.visitor("zumiao").page(f"/tickets/{other}").status_code == 404
    assert dispatcher.post(done.json()["undo"]["url"]).status_code == 200
    assert state(hall, other) == "review"
    assert agent.post("/api/tickets/merge", tickets=[other, lead]).status_code == 403


def test_nothing_is_merged_that_may_not_be_seen(hall: Hall) -> None:
    agent, supervisor = hall.visitor("chenjiaqi"), hall.visitor("guanshufen")
    seen = hall.open_ticket(agent, **SAME)
    about = hall.open_ticket(agent, type="report", about="hotline-centre", number="16000000002", **SAME)
    refused = supervisor.post("/api/tickets/merge", tickets=[seen, about])
    assert (refused.status_code, refused.json()["key"]) == (404, "ticket.unknown")
    assert f'value="{about}"' not in supervisor.page(f"/tickets/{seen}").text


def test_the_call_in_which_something_was_added_belongs_to_the_ticket(hall: Hall) -> None:
    agent = hall.visitor("chenjiaqi")
    ticket = hall.open_ticket(agent, "zumiao-office", **SAME)
    with hall.town.store.transaction() as session:
        session.add(
            Call(id="a1-1.1", node="a1", linkedid="1.1", line="12319", caller="16000000001", state="ended",
                 entered_at=hall.town.at)
        )  # fmt: skip
    assert agent.post(f"/api/tickets/{ticket}/add", words="又坏了", call="a1-1.1").status_code == 200
    with hall.town.store.transaction() as session:
        assert session.get_one(Call, "a1-1.1").ticket == ticket
    refused = agent.post(f"/api/tickets/{ticket}/add", words="又坏了", call="nowhere")
    assert refused.json()["key"] == "call.unknown"


@pytest.mark.parametrize("chosen", [[], [1], "x", [10**30]])
def test_malformed_merges_are_refused_in_words(hall: Hall, chosen: Any) -> None:
    answer = hall.visitor("tanweiming").post("/api/tickets/merge", tickets=chosen)
    assert answer.status_code in (404, 409, 422)
    assert re.fullmatch(r"[a-z_.]+", answer.json()["key"])
