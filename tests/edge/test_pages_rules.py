"""Dispatch rules in pages: their order, what is unwise about one, trying a ticket, and simulating a change before it
is saved.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from rq import SimpleWorker
from sqlmodel import select

from agent_desk.house import now
from agent_desk.rule_simulation import SPAN
from dispatch import worker
from hotline.pack.load import read_pack
from hotline.record import city
from hotline.settings import environment
from hotline.store.tables import CityRevision, CityRow, FactRow, Ticket, WorkOrder
from tests.edge.visitors import Hall, Visitor

pytestmark = pytest.mark.edge

DOWN = {
    "code": "lamps-to-towns",
    "order": "5",
    "name_zh": "路灯交镇街",
    "name_en": "Lamps to towns",
    "matters": ["0101"],
    "lead": "place",
    "level": "town",
    "reason_zh": "属地先行处置",
    "reason_en": "Locally first",
}
LAMPS = {"matter": "010101", "area": "zumiao", "line": "12345"}


@pytest.fixture
def hall(hall: Hall) -> Hall:
    """The application on a record that has taken over Foshan."""
    with hall.town.store.transaction() as session:
        city.settle(session, read_pack("foshan"), hall.town.at, "pack foshan")
    return hall


@pytest.fixture
def administrator(hall: Hall) -> Visitor:
    return hall.visitor("admin")


@pytest.fixture
def agent(hall: Hall) -> Visitor:
    return hall.visitor("chenjiaqi")


def rules(hall: Hall) -> list[CityRow]:
    """The rules in force, in their order."""
    with hall.town.store.transaction() as session:
        return sorted(city.rows(session, "rules"), key=lambda row: int(row.written["order"]))


def codes(hall: Hall) -> list[str]:
    return [row.written["code"] for row in rules(hall)]


def number(hall: Hall, ticket: int) -> str:
    with hall.town.store.transaction() as session:
        return session.get_one(Ticket, ticket).number


def tried(visitor: Visitor, **asked: Any) -> str:
    """What the tester says of what is typed."""
    answer = visitor.post("/api/rules/try/preview", **asked)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["html"])


def work(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker does what is waiting."""
    for name, value in environment(hall.house.settings).items():
        monkeypatch.setenv(name, value)
    queue = worker.queue(hall.house.settings)
    SimpleWorker([queue], connection=queue.connection).work(burst=True, logging_level="WARNING")
    queue.connection.close()


def simulated(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, visitor: Visitor, path: str, **values: Any
) -> tuple[str, dict[str, Any]]:
    """A simulation from its start to its end: the job's name, and what it told."""
    started = visitor.post(f"/api/city/rules/{path}", **values)
    assert started.status_code == 202, started.text
    job = started.json()["job"]
    work(hall, monkeypatch)
    told = visitor.read(f"/api/jobs/{job}").json()
    assert told["state"] == "done"
    assert told["done"] == told["of"]
    return job, told["result"]


def test_the_list_tells_every_rule_in_its_order_and_words(hall: Hall, administrator: Visitor) -> None:
    listed = administrator.page("/city/rules").text
    places = [listed.index(f'id="rule-{row.number}"') for row in rules(hall)]
    assert places == sorted(places)
    for words in (
        "燃气泄漏 070301",
        "佛山市管道燃气企业",
        "协办：佛山市应急管理局",
        "“人大代表”",
        "属地政府（镇街级）",
    ):
        assert words in listed, words
    assert "Gas leaks" in hall.visitor("admin", "en").page("/city/rules").text


def test_a_rule_moves_up_and_down_with_history_and_undo(hall: Hall, administrator: Visitor) -> None:
    before = codes(hall)
    second = rules(hall)[1].number
    moved = administrator.post(f"/api/city/rules/{second}/move", by=-1)
    assert moved.status_code == 200
    assert codes(hall) == [before[1], before[0], *before[2:]]
    assert administrator.post(f"/api/city/rules/{second}/move", by=-1).json()["key"] == "city.no_change"
    assert administrator.post(f"/api/city/rules/{second}/move", by=2).status_code == 422
    told = administrator.page("/city/history?sheet=rules").text
    assert "“代表委员及媒体反映”上移" in told
    assert administrator.post(f"/api/city/revisions/{moved.json()['revision']}/undo").status_code == 200
    assert codes(hall) == before
    assert administrator.post(f"/api/city/rules/{second}/move", by=1).status_code == 200
    assert codes(hall)[1:3] == [before[2], before[1]]


def test_rules_of_one_order_are_told_apart_by_moving_them(hall: Hall, administrator: Visitor) -> None:
    assert administrator.post("/api/city/rules/new", **(DOWN | {"order": "10"})).status_code == 201
    last = rules(hall)[-1].number
    assert administrator.post(f"/api/city/rules/{last}/move", by=-1).status_code == 200
    orders = [row.written["order"] for row in rules(hall)]
    assert orders == sorted(set(orders))


def test_a_rule_that_puts_a_departments_work_on_towns_is_warned_of_and_may_be_meant(
    hall: Hall, administrator: Visitor
) -> None:
    would = administrator.post("/api/city/rules/new/preview", **DOWN).json()
    assert "不宜下派镇街" in would["html"]
    assert "路灯不亮或损坏" in would["html"]
    fine = administrator.post("/api/city/rules/new/preview", **(DOWN | {"level": "district"})).json()
    assert "不宜下派镇街" not in fine["html"]
    assert administrator.post("/api/city/rules/new", **DOWN).status_code == 201
    assert codes(hall)[0] == "lamps-to-towns"
    assert "不宜下派镇街" in administrator.page("/city/rules").text


def test_what_a_rule_lacks_is_said_at_its_field(administrator: Visitor) -> None:
    for change, field in (
        ({"level": ""}, "level"),
        ({"lead": "unit"}, "unit"),
        ({"matters": ["1"]}, "matters"),
        ({"lines": ["10086"]}, "lines"),
        ({"resolve": "soon"}, "resolve"),
        ({"reason_zh": ""}, "reason_zh"),
    ):
        would = administrator.post("/api/city/rules/new/preview", **(DOWN | change)).json()
        assert field in [one["field"] for one in would["problems"]], field


def test_matters_and_their_headings_are_found_by_name_or_code(administrator: Visitor) -> None:
    def found(q: str) -> list[str]:
        return [one["value"] for one in administrator.read(f"/api/headings?q={q}").json()["options"]]

    assert found("0101")[0] == "0101"
    assert "010101" in found("0101")
    assert "070301" in found("燃气泄漏")


def test_a_typed_ticket_is_decided_and_every_rule_explained(hall: Hall, agent: Visitor) -> None:
    html = tried(agent, **LAMPS)
    assert "禅城区城市管理和综合执法局" in html
    for row in rules(hall):
        assert html.count(f"{row.written['name_zh']}</th>") == 1
    assert "事项不符：本件为路灯不亮或损坏 010101" in html
    assert "热线中心值班人员研判" in tried(agent, text="市人大代表来电", **LAMPS)
    reported = tried(agent, **LAMPS, type="report", about_unit="chancheng-urban-management")
    assert "佛山市禅城区人民政府" in reported
    assert agent.post("/api/rules/try/preview", colour="red").status_code == 422


def test_the_rules_of_another_day_can_be_asked(hall: Hall, administrator: Visitor, agent: Visitor) -> None:
    begins = DOWN | {"valid_from": "2030-01-01"}
    assert administrator.post("/api/city/rules/new", **begins).status_code == 201
    assert "当日不在有效期内（2030-01-01起）" in tried(agent, **LAMPS)
    assert "祖庙街道办事处" in tried(agent, **LAMPS, day="2030-01-01")


def test_a_ticket_is_tried_by_its_number_by_whoever_may_see_it(hall: Hall, agent: Visitor) -> None:
    plain, secret = hall.open_ticket(agent, **LAMPS), hall.open_ticket(agent, **LAMPS, confidential=True)
    page = agent.page(f"/rules/try?ticket={number(hall, plain)}").text
    assert "门口的路灯坏了三天" in page
    assert 'value="010101"' in page
    other = hall.visitor("liangwenhao")
    assert "门口的路灯坏了三天" in other.page(f"/rules/try?ticket={number(hall, plain)}").text
    hidden = other.page(f"/rules/try?ticket={number(hall, secret)}").text
    assert "门口的路灯坏了三天" not in hidden
    assert "没有该诉求" in hidden or "无权查看" in hidden
    assert f"/rules/try?ticket={number(hall, plain)}" in agent.page(f"/tickets/{plain}").text


def test_a_ticket_is_dispatched_as_the_rules_say_with_all_that_they_say(hall: Hall, agent: Visitor) -> None:
    ticket = hall.open_ticket(agent, matter="070301", area="zumiao")
    sent = agent.post(f"/api/tickets/{ticket}/dispatch")
    assert sent.status_code == 200, sent.text
    assert "管道燃气企业" in sent.json()["message"]
    with hall.town.store.transaction() as session:
        orders = session.exec(select(WorkOrder).where(WorkOrder.ticket == ticket).order_by("id")).all()
        assert [(one.unit, one.role) for one in orders] == [
            ("gas-supply", "lead"),
            ("emergency-management", "co"),
        ]
        assert "先行到场处置" in orders[0].reason
        assert session.get_one(Ticket, ticket).urgency == "urgent"
        kinds = select(FactRow.kind).where(FactRow.ticket == ticket).order_by("id")
        told = session.exec(kinds).all()
    assert told.index("ticket.marked") < told.index("order.issued")
    assert "按紧急件办理" in agent.page(f"/tickets/{ticket}").text


def test_a_unit_that_is_named_is_asked_alone_and_no_unit_at_all_is_refused(
    hall: Hall, agent: Visitor
) -> None:
    ticket = hall.open_ticket(agent, matter="070301", area="zumiao")
    assert agent.post(f"/api/tickets/{ticket}/dispatch", unit=None).status_code == 422
    assert agent.post(f"/api/tickets/{ticket}/dispatch", unit="water-supply").status_code == 200
    with hall.town.store.transaction() as session:
        asked = session.exec(select(WorkOrder.unit).where(WorkOrder.ticket == ticket)).all()
        assert session.get_one(Ticket, ticket).urgency == "normal"
    assert asked == ["water-supply"]


def test_without_a_matter_the_rules_leave_a_ticket_to_the_unit_on_duty(hall: Hall, agent: Visitor) -> None:
    ticket = hall.open_ticket(agent, title="事情", content="说不清楚")
    sent = agent.post(f"/api/tickets/{ticket}/dispatch")
    assert "热线管理中心" in sent.json()["message"]


def test_a_report_about_a_unit_goes_past_it_wherever_it_is_decided(hall: Hall, agent: Visitor) -> None:
    about = "chancheng-urban-management"
    above = "chancheng-government"
    report = {"matter": "010101", "area": "zumiao", "type": "report", "about": about}
    ticket = hall.open_ticket(agent, **report)
    page = agent.page(f"/tickets/{ticket}").text
    assert f'name="unit" value="{above}"' in page
    assert f'data-value="{about}"' not in page
    assert "按规定回避" in agent.page(f"/rules/try?ticket={number(hall, ticket)}").text
    assert agent.post(f"/api/tickets/{ticket}/dispatch").status_code == 200
    bare = hall.open_ticket(agent, **(report | {"matter": None}))
    assert f'data-value="{about}"' not in agent.page(f"/tickets/{bare}").text
    with hall.town.store.transaction() as session:
        assert session.exec(select(WorkOrder.unit).where(WorkOrder.ticket == ticket)).all() == [above]


def test_a_dispatcher_accepts_what_the_rules_say_with_whoever_works_along(hall: Hall, agent: Visitor) -> None:
    gas = [hall.open_ticket(agent, matter="070301", area="zumiao") for _ in range(2)]
    dispatcher = hall.visitor("tanweiming")
    waiting = dispatcher.page("/dispatching").text
    assert "协办：佛山市应急管理局" in waiting
    assert f'value="{gas[0]}:gas-supply"' in waiting
    chosen = [f"{gas[0]}:gas-supply", f"{gas[1]}:water-supply"]
    assert dispatcher.post("/api/dispatching/bulk", chosen=chosen).status_code == 200
    with hall.town.store.transaction() as session:
        asked = session.exec(select(WorkOrder.ticket, WorkOrder.unit).order_by("id")).all()
    assert [one for one in asked if one[0] in gas] == [
        (gas[0], "gas-supply"),
        (gas[0], "emergency-management"),
        (gas[1], "water-supply"),
    ]


def test_a_ticket_page_proposes_what_the_rules_decide_and_who_else_could_be_meant(
    hall: Hall, agent: Visitor
) -> None:
    gas = agent.page(f"/tickets/{hall.open_ticket(agent, matter='070301', area='zumiao')}").text
    assert 'name="unit" value="gas-supply"' in gas
    assert "协办：佛山市应急管理局" in gas
    assert "按规则派单" in gas
    by_words = agent.page(f"/tickets/{hall.open_ticket(agent)}").text
    assert "按诉求内容推荐" in by_words
    assert "data-instead=" in by_words
    assert "按规则派单" not in by_words


def test_a_change_is_simulated_on_the_last_months_tickets_before_it_is_saved(
    hall: Hall, administrator: Visitor, agent: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    lamps = [hall.open_ticket(agent, **LAMPS) for _ in range(3)]
    secret = hall.open_ticket(agent, **LAMPS, confidential=True)
    hall.open_ticket(agent, matter="070101", area="zumiao")
    agent.post(f"/api/tickets/{lamps[0]}/dispatch", unit="chancheng-urban-management")
    revision = _revision(hall)
    job, told = simulated(hall, monkeypatch, administrator, "new/simulate", **DOWN)
    assert _revision(hall) == revision
    (move,) = told["moves"]
    assert (move["before"], move["after"], move["count"]) == (
        "chancheng-urban-management",
        "zumiao-office",
        4,
    )
    assert (told["tickets"], told["moved"], told["known"]) == (_recent(hall), 4, 1)
    assert told["sent_down"] == [0, 4]

    page = f"/rules/simulations/{job}"
    shown = administrator.page(page).text
    assert "祖庙街道办事处" in shown
    assert "路灯交镇街" in shown
    assert administrator.read(f"{page}/body").status_code == 200
    drilled = f"{page}?before={move['before']}&after={move['after']}"
    assert _tickets_in(agent.page(drilled).text) == {*lamps, secret}
    assert _tickets_in(hall.visitor("liangwenhao").page(drilled).text) == set(lamps)
    assert _tickets_in(administrator.page(drilled).text) == set()
    assert administrator.page(f"{page}?before=a&after=b").status_code == 404
    assert hall.visitor("zumiao").page(page).status_code == 403


def test_the_rules_of_a_coming_day_and_a_rule_less_are_simulated_too(
    hall: Hall, administrator: Visitor, agent: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall.open_ticket(agent, **LAMPS)
    gas = hall.open_ticket(agent, matter="070301", area="zumiao")
    administrator.post("/api/city/rules/new", **(DOWN | {"valid_from": "2030-01-01"}))
    assert "2030-01-01" in administrator.page("/city/rules").text
    _, told = simulated(hall, monkeypatch, administrator, "simulate", day="2030-01-01")
    assert [(one["after"], one["count"]) for one in told["moves"]] == [("zumiao-office", 1)]
    leak = next(row.number for row in rules(hall) if row.written["code"] == "gas-leak")
    assert gas
    job, told = simulated(hall, monkeypatch, administrator, f"{leak}/simulate?without=true")
    assert "gas-leak" not in [one["code"] for one in told["rules"]]
    assert told["moves"] == []  # by the catalogue the gas company leads as well
    assert "没有诉求改变去向" in administrator.page(f"/rules/simulations/{job}").text


def test_the_tickets_left_to_the_unit_on_duty_can_be_looked_at(
    hall: Hall, administrator: Visitor, agent: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = hall.open_ticket(agent, title="事情", content="说不清楚")
    job, told = simulated(hall, monkeypatch, administrator, "new/simulate", **DOWN)
    assert told["left"] == {"before": 1, "after": 1, "tickets": [left]}
    assert _tickets_in(agent.page(f"/rules/simulations/{job}?before=&after=").text) == {left}


def test_what_is_wrong_is_said_before_a_simulation_begins(administrator: Visitor, agent: Visitor) -> None:
    wrong = administrator.post("/api/city/rules/new/simulate", **(DOWN | {"lead": "me"}))
    assert (wrong.status_code, wrong.json()["field"]) == (409, "lead")
    assert agent.post("/api/city/rules/new/simulate", **DOWN).status_code == 403
    assert administrator.post("/api/city/rules/x/simulate", **DOWN).status_code == 404
    assert administrator.page("/rules/simulations/nothing").status_code == 404


def _revision(hall: Hall) -> int:
    with hall.town.store.transaction() as session:
        return len(session.exec(select(CityRevision.id)).all())


def _recent(hall: Hall) -> int:
    """Tickets of the last month: the test's own, and the demo's."""
    with hall.town.store.transaction() as session:
        opened = session.exec(select(Ticket.opened_at)).all()
    return sum(at >= now() - SPAN for at in opened)


def _tickets_in(html: str) -> set[int]:
    return {int(found) for found in re.findall(r'href="/tickets/(\d+)"', html)}
