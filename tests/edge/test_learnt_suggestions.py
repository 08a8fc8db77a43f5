"""What the city's own tickets taught, on pages: offered with its grounds to whoever may see them, and accepted by one
press.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlmodel import select

from agent_desk import automaticwatch
from dispatch import thresholds
from hotline.learning.in_force import matters_file
from hotline.learning.model import Model
from hotline.store.tables import FactRow, Ticket, WorkOrder
from tests.edge.taught import LAMPS, MIXED, NOISE, SAID, model, teach
from tests.edge.test_cost import statements
from tests.edge.visitors import Hall, Visitor

pytestmark = pytest.mark.edge

UNIT = "chancheng-urban-management"
LAMP = {"line": "12345", **SAID}


@pytest.fixture
def agent(hall: Hall) -> Visitor:
    return hall.visitor("chenjiaqi")


@pytest.fixture
def dispatcher(hall: Hall) -> Visitor:
    return hall.visitor("tanweiming")


def taught(hall: Hall, learnt: Model | None = None) -> None:
    """The running application has taken the model up."""
    teach(hall.house.settings.paths.state, learnt)
    assert hall.house.learnt.look() is not None


def row_of(dispatcher: Visitor, ticket: int) -> str:
    """A ticket's row of the console."""
    page = dispatcher.page("/dispatching").text
    found = re.search(rf'<li id="ticket-{ticket}".*?</li>', page, re.DOTALL)
    assert found, page
    return found[0]


def ticket_of(hall: Hall, identity: int) -> Ticket:
    with hall.town.store.transaction() as session:
        row = session.get_one(Ticket, identity)
        session.expunge(row)
        return row


def units_of(hall: Hall, ticket: int) -> list[str]:
    with hall.town.store.transaction() as session:
        held = select(WorkOrder.unit).where(WorkOrder.ticket == ticket, WorkOrder.state == "issued")
        return list(session.exec(held).all())


def test_a_guess_is_offered_with_its_grounds_and_accepted_by_one_press(
    hall: Hall, agent: Visitor, dispatcher: Visitor
) -> None:
    taught(hall)
    ticket = hall.open_ticket(agent, **LAMP)
    row = row_of(dispatcher, ticket)
    for words in ("路灯不亮或损坏", "禅城区城市管理和综合执法局", "置信度 ", "依据用词：路灯连续三晚不亮"):
        assert words in row
    assert f'value="{ticket}:{UNIT}:{LAMPS}"' in row
    (values,) = re.findall(rf"/api/tickets/{ticket}/dispatch\" data-values='([^']*)'", row)
    assert values == f'{{"matter": "{LAMPS}"}}'
    sent = dispatcher.post(f"/api/tickets/{ticket}/dispatch", matter=LAMPS)
    assert sent.status_code == 200, sent.text
    assert (ticket_of(hall, ticket).matter, units_of(hall, ticket)) == (LAMPS, [UNIT])
    assert "事项确定为：路灯不亮或损坏" in dispatcher.page(f"/tickets/{ticket}").text
    assert dispatcher.post(sent.json()["undo"]["url"]).status_code == 200
    assert (ticket_of(hall, ticket).matter, units_of(hall, ticket)) == (None, [])


def test_several_are_accepted_together_and_taken_back_together(
    hall: Hall, agent: Visitor, dispatcher: Visitor
) -> None:
    taught(hall)
    one, other = hall.open_ticket(agent, **LAMP), hall.open_ticket(agent, **LAMP, matter=LAMPS)
    chosen = [f"{one}:{UNIT}:{LAMPS}", f"{other}:{UNIT}"]
    sent = dispatcher.post("/api/dispatching/bulk", chosen=chosen)
    assert sent.status_code == 200, sent.text
    assert [ticket_of(hall, ticket).matter for ticket in (one, other)] == [LAMPS, LAMPS]
    assert units_of(hall, one) == units_of(hall, other) == [UNIT]
    assert dispatcher.post(sent.json()["undo"]["url"]).status_code == 200
    assert [ticket_of(hall, ticket).matter for ticket in (one, other)] == [None, LAMPS]
    assert units_of(hall, one) == units_of(hall, other) == []


@pytest.mark.parametrize("broken", [False, True])
def test_without_a_whole_model_the_pages_go_on_as_before(
    hall: Hall, agent: Visitor, dispatcher: Visitor, broken: bool
) -> None:
    if broken:
        file = matters_file(hall.house.settings.paths.state)
        file.parent.mkdir(parents=True)
        file.write_bytes(b"no model")
        assert hall.house.learnt.look() is None
    ticket = hall.open_ticket(agent, **LAMP)
    assert "置信度" not in row_of(dispatcher, ticket)
    page = dispatcher.page(f"/tickets/{ticket}")
    assert page.status_code == 200
    assert "参照同类工单" not in page.text


def test_a_ticket_whose_matter_says_where_it_goes_gets_no_guesses(
    hall: Hall, agent: Visitor, dispatcher: Visitor
) -> None:
    taught(hall)
    assert "置信度" not in row_of(dispatcher, hall.open_ticket(agent, **LAMP, matter=NOISE))


def test_a_matter_that_the_catalogue_lacks_is_never_offered(
    hall: Hall, agent: Visitor, dispatcher: Visitor
) -> None:
    taught(hall, model("999999"))
    ticket = hall.open_ticket(agent, **LAMP)
    assert "999999" not in row_of(dispatcher, ticket)
    assert "999999" not in dispatcher.page(f"/tickets/{ticket}").text
    assert "999999" not in agent.read(f"/api/matters?q={SAID['content']}").text
    assert dispatcher.post(f"/api/tickets/{ticket}/dispatch", matter="999999").json()["field"] == "matter"
    assert ticket_of(hall, ticket).state == "opened"


def test_a_unit_that_the_ticket_accuses_is_never_offered(
    hall: Hall, agent: Visitor, dispatcher: Visitor
) -> None:
    taught(hall)
    row = row_of(dispatcher, hall.open_ticket(agent, **LAMP, type="report", about=UNIT))
    assert "路灯不亮或损坏" in row
    assert f":{UNIT}" not in row
    assert "禅城区城市管理和综合执法局</strong>" not in row


def test_similar_tickets_are_shown_to_those_alone_who_may_see_them(
    hall: Hall, agent: Visitor, dispatcher: Visitor
) -> None:
    seen, secret = hall.open_ticket(agent, **LAMP), hall.open_ticket(dispatcher, **LAMP, confidential=True)
    taught(hall, model(lamps_are=(str(seen), str(secret), "987654321")))
    ticket = hall.open_ticket(agent, **LAMP)
    numbers = {one: ticket_of(hall, one).number for one in (seen, secret)}
    for page in (dispatcher.page(f"/tickets/{ticket}").text, row_of(dispatcher, ticket)):
        assert all(f'href="/tickets/{one}"' in page and number in page for one, number in numbers.items())
    page = agent.page(f"/tickets/{ticket}").text
    assert f'href="/tickets/{seen}"' in page
    assert f'href="/tickets/{secret}"' not in page
    assert numbers[secret] not in page
    own = row_of(dispatcher, seen)
    assert own.count(f'href="/tickets/{seen}"') == 1, "no ticket is similar to itself"


def test_the_desks_list_of_matters_has_them_too(hall: Hall, agent: Visitor) -> None:
    def offered(text: str) -> list[dict[str, Any]]:
        return list(agent.read(f"/api/matters?area=zumiao&q={text}").json()["options"])

    before, looked_up = offered(MIXED["content"]), offered("路灯")
    taught(hall)
    first, *rest = offered(MIXED["content"])
    assert (first["value"], first["unit"]) == (LAMPS, UNIT)
    assert "依据历史派单，置信度 9" in first["reason"]
    assert {one["value"] for one in before} <= {one["value"] for one in (first, *rest)}
    assert offered("路灯") == looked_up, "a word of a name is looked up, not guessed at"


def test_all_similar_tickets_of_the_console_cost_one_statement(
    hall: Hall, agent: Visitor, dispatcher: Visitor
) -> None:
    known = [hall.open_ticket(agent, **LAMP) for _ in range(5)]

    def cost() -> int:
        with statements(hall.town.store.engine) as sent:
            dispatcher.page("/dispatching")
        return len(sent)

    dispatcher.page("/dispatching")
    before = cost()
    taught(hall, model(lamps_are=tuple(str(one) for one in known)))
    assert cost() == before + 1


def test_a_ticket_that_went_by_itself_says_so_and_is_taken_back_like_any_other(
    hall: Hall, agent: Visitor, dispatcher: Visitor
) -> None:
    taught(hall)
    ticket = hall.open_ticket(agent, **LAMP)
    with hall.town.store.transaction() as session:
        thresholds.change(session, LAMPS, 0.95, hall.town.viewer("admin"), hall.town.at)
    assert agent.post(f"/api/tickets/{ticket}/submit").status_code == 200
    automaticwatch.look(hall.house)
    page = dispatcher.page(f"/tickets/{ticket}").text
    assert "自动派单：路灯不亮或损坏" in page
    assert "阈值 95%，该阈值下准确率 100%" in page
    assert dispatcher.post(f"/api/tickets/{ticket}/take-back").json() == {"state": "review"}
    automaticwatch.look(hall.house)
    with hall.town.store.transaction() as session:
        told = session.exec(select(FactRow.kind).where(FactRow.ticket == ticket)).all()
    assert told.count("ticket.sent_by_itself") == 1
    assert ticket_of(hall, ticket).state == "review"
