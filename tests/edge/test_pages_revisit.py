"""The revisit desk and the page behind a message's link: who is asked next, by whom, and what their answers lead to."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from agent_desk import revisitwatch
from dispatch import revisit_links
from hotline.store.tables import FactRow, Revisit, RevisitLink, RevisitTry, Ticket, Verdict, WorkOrder
from tests.edge.visitors import Hall, Visitor

pytestmark = pytest.mark.edge

UNIT = "zumiao-office"
CONTENT = {"responded": "true", "solution": "solved", "satisfaction": "satisfied"}
CROSS = {"responded": "false", "solution": "unsolved", "satisfaction": "very_dissatisfied", "why": "result"}


def answered(hall: Hall, **changes: Any) -> int:
    """A ticket whose citizen may be asked at any hour, so that no test has to wait for the morning; its id."""
    agent, staff = hall.visitor("chenjiaqi"), hall.visitor("zumiao")
    ticket = hall.open_ticket(agent, UNIT, **changes)
    with hall.town.store.transaction() as session:
        order = session.exec(select(WorkOrder.id).where(WorkOrder.ticket == ticket)).one()
    for verb, values in (("sign", {}), ("reply", {"public": "已更换灯泡。"})):
        assert staff.post(f"/api/orders/{order}/{verb}", **values).status_code == 200
    with hall.town.store.transaction() as session:
        task_of(session, ticket).not_before = datetime(2026, 1, 1, tzinfo=UTC)
    return ticket


def task_of(session: Any, ticket: int) -> Revisit:
    found: Revisit = session.exec(
        select(Revisit).where(Revisit.ticket == ticket).order_by(Revisit.id.desc())
    ).first()  # type: ignore[union-attr]
    return found


def state_of(hall: Hall, ticket: int) -> str:
    with hall.town.store.transaction() as session:
        return session.get_one(Ticket, ticket).state


def test_the_oldest_is_taken_called_and_closed(hall: Hall) -> None:
    first, second = answered(hall), answered(hall, title="井盖松动")
    agent, other = hall.visitor("liangwenhao"), hall.visitor("tanweiming")
    listed = agent.page("/revisit").text
    assert listed.index(f'id="revisit-{first}"') < listed.index(f'id="revisit-{second}"')
    assert agent.post("/api/revisits/next").json()["next"] == f"/revisit/{first}"
    page = agent.page(f"/revisit/{first}").text
    assert f"/api/tickets/{first}/call-back" in page
    assert f"/api/revisits/{first}/answers" in page
    assert "16000000001" in page
    assert "梁文浩" in other.page("/revisit").text
    assert f"/api/revisits/{first}/answers" not in other.page(f"/revisit/{first}").text
    held = other.post(f"/api/revisits/{first}/answers", **CONTENT)
    assert (held.status_code, held.json()["key"]) == (409, "revisit.held")
    assert other.post("/api/revisits/next").json()["next"] == f"/revisit/{second}"
    assert other.post("/api/revisits/next").json()["key"] == "revisit.none_due"
    assert agent.post(f"/api/revisits/{first}/answers", **CONTENT).json()["next"] == "/revisit"
    assert state_of(hall, first) == "closed"
    with hall.town.store.transaction() as session:
        judged = session.exec(select(Verdict)).one()
        assert (judged.unit, judged.responded, judged.solution) == (UNIT, True, "solved")
        viewed = session.exec(
            select(FactRow).where(FactRow.kind == "person.viewed", FactRow.ticket == first)
        ).all()
        assert len(viewed) >= 1


def test_calling_back_takes_the_citizen_so_that_nobody_else_calls(hall: Hall) -> None:
    ticket = answered(hall)
    agent, other = hall.visitor("chenjiaqi"), hall.visitor("liangwenhao")
    assert agent.post(f"/api/tickets/{ticket}/call-back").status_code == 502  # no switch here
    with hall.town.store.transaction() as session:
        assert task_of(session, ticket).held_by == hall.town.viewer("chenjiaqi").account
    assert other.post(f"/api/tickets/{ticket}/call-back").json()["key"] == "revisit.held"
    agent.post(f"/api/revisits/{ticket}/release")
    assert other.post(f"/api/revisits/{ticket}/take").status_code == 200


def test_whoever_is_not_content_says_why_and_the_unit_does_it_again(hall: Hall) -> None:
    ticket = answered(hall)
    agent = hall.visitor("chenjiaqi")
    for lacking, field in (({"why": None}, "why"), ({}, "note")):
        refused = agent.post(f"/api/tickets/{ticket}/close", **(CROSS | lacking))
        assert (refused.status_code, refused.json()["field"]) == (422, field)
    done = agent.post(f"/api/tickets/{ticket}/close", **CROSS, note="只换了一盏", then="redo")
    assert (done.status_code, done.json()["state"]) == (200, "dispatched")
    story = agent.page(f"/tickets/{ticket}").text
    assert "第 1 次回访：人工回访" in story
    assert "只换了一盏" in hall.visitor("zumiao").page(f"/portal/orders/{order_of(hall, ticket)}").text


def test_a_call_in_vain_says_when_it_is_tried_again(hall: Hall) -> None:
    ticket = answered(hall)
    agent = hall.visitor("chenjiaqi")
    said = agent.post(f"/api/revisits/{ticket}/in-vain", result="no_answer").json()
    assert re.fullmatch(r"\d\d-\d\d \d\d:\d\d 起再次回访", said["message"])
    assert f'id="revisit-{ticket}"' in agent.page("/revisit?tab=later").text
    assert f'id="revisit-{ticket}"' not in agent.page("/revisit").text
    assert agent.post(f"/api/revisits/{ticket}/in-vain", result="reached").status_code == 422
    closed = agent.post(f"/api/revisits/{ticket}/in-vain", result="wrong_number").json()
    assert closed["message"] == "未能联系"
    assert state_of(hall, ticket) == "closed"
    assert "未能联系" in agent.page(f"/tickets/{ticket}").text


def test_the_desk_is_the_centres(hall: Hall) -> None:
    ticket = answered(hall)
    staff = hall.visitor("zumiao")
    assert staff.page("/revisit").status_code == 403
    assert staff.page(f"/revisit/{ticket}").status_code == 403
    assert staff.post("/api/revisits/next").status_code == 403
    secret = answered(hall, confidential=True)
    with hall.town.store.transaction() as session:
        session.get_one(Ticket, secret).opened_by = hall.town.viewer("tanweiming").account
    agent = hall.visitor("chenjiaqi")
    assert f'id="revisit-{secret}"' not in agent.page("/revisit").text
    assert agent.page(f"/revisit/{secret}").status_code == 404
    assert agent.post(f"/api/revisits/{secret}/take").status_code == 404


# The link of a message


@pytest.fixture
def link(hall: Hall) -> tuple[Hall, int, str]:
    """A ticket of which a message has been sent, and the path of its link."""
    ticket = answered(hall)
    with hall.town.store.transaction() as session:
        task = task_of(session, ticket)
        task.way, task.ways = "message", ["message", "agent"]
        token = revisit_links.make(session, task, datetime.now(UTC))
    return hall, ticket, f"/r/{token}"


def test_a_citizen_answers_once_without_logging_in(link: tuple[Hall, int, str]) -> None:
    hall, ticket, path = link
    citizen = Visitor(hall.app)
    for _ in range(2):  # whoever looks, or previews it, uses nothing up
        asked = citizen.page(path)
        assert asked.status_code == 200
    assert "路灯不亮" in asked.text
    assert "16000000001" not in asked.text
    thanks = citizen.client.post(path, data=CONTENT)
    assert (thanks.status_code, "感谢您的评价" in thanks.text) == (200, True)
    assert state_of(hall, ticket) == "closed"
    again = citizen.client.post(path, data=CROSS, headers={"accept": "text/html"})
    assert again.status_code == 410
    assert citizen.page(path).status_code == 410
    with hall.town.store.transaction() as session:
        assert session.exec(select(RevisitTry)).one().answers == {
            "responded": True, "solution": "solved", "satisfaction": "satisfied", "words": ""
        }  # fmt: skip
        link_row = session.exec(select(RevisitLink)).one()
        assert path.rpartition("/")[2] not in link_row.model_dump().values()


def test_it_speaks_both_languages_and_keeps_a_secret(link: tuple[Hall, int, str]) -> None:
    hall, ticket, path = link
    with hall.town.store.transaction() as session:
        session.get_one(Ticket, ticket).confidential = True
    citizen = Visitor(hall.app)
    assert "路灯不亮" not in citizen.page(path).text
    assert "办理情况评价" in citizen.page(path).text
    citizen.page(f"/language/en?next={path}")
    assert "How was it handled?" in citizen.page(path).text


def test_three_questions_three_answers(link: tuple[Hall, int, str]) -> None:
    hall, ticket, path = link
    citizen = Visitor(hall.app)
    for given in (
        {},
        CONTENT | {"solution": ""},
        CONTENT | {"satisfaction": "7"},
        CONTENT | {"responded": "maybe"},
    ):
        answer = citizen.client.post(path, data=given)
        assert answer.status_code == 422
        assert "请回答全部三个问题" in answer.text
    kept = citizen.client.post(path, data=CONTENT | {"solution": "", "words": "路灯<b>还</b>暗"}).text
    assert "路灯&lt;b&gt;还&lt;/b&gt;暗" in kept
    assert re.search(r'value="satisfied" checked', kept)
    assert state_of(hall, ticket) == "revisit"


def test_a_discontent_answer_comes_to_the_desk_with_its_words(link: tuple[Hall, int, str]) -> None:
    hall, ticket, path = link
    Visitor(hall.app).client.post(path, data=CROSS | {"words": "没人来过"})
    page = hall.visitor("chenjiaqi").page(f"/revisit/{ticket}").text
    assert "没人来过" in page
    assert re.search(r'value="very_dissatisfied" checked', page)
    assert state_of(hall, ticket) == "revisit"


def test_a_link_ends_with_its_revisit_and_an_unknown_one_opens_nothing(link: tuple[Hall, int, str]) -> None:
    hall, ticket, path = link
    citizen = Visitor(hall.app)
    assert citizen.page("/r/nothing-of-ours").status_code == 404
    assert hall.visitor("chenjiaqi").post(f"/api/tickets/{ticket}/close", **CONTENT).status_code == 200
    gone = citizen.page(path)
    assert (gone.status_code, "链接已失效" in gone.text) == (410, True)


def test_whoever_tries_too_often_waits(hall: Hall) -> None:
    citizen = Visitor(hall.app)
    tried = [citizen.page(f"/r/guess-{number}").status_code for number in range(21)]
    assert tried == [404] * 20 + [429]


def test_what_is_due_happens_by_itself(hall: Hall) -> None:
    thanks = answered(hall, type="thanks", title="感谢社区工作人员")
    revisitwatch.look(hall.house)
    assert state_of(hall, thanks) == "closed"
    message = answered(hall)
    with hall.town.store.transaction() as session:
        task = task_of(session, message)
        task.way, task.ways = "message", ["message", "agent"]
    revisitwatch.look(hall.house)
    with hall.town.store.transaction() as session:
        waited = task_of(session, message)
        assert (waited.way, waited.tries) == ("message", 1)
        assert waited.not_before > datetime.now(UTC) + timedelta(minutes=1)


def order_of(hall: Hall, ticket: int) -> int:
    with hall.town.store.transaction() as session:
        return int(session.exec(select(WorkOrder.id).where(WorkOrder.ticket == ticket)).one() or 0)
