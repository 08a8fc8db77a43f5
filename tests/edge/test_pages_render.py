"""Every page for everybody: who may open it sees it whole, in both languages, empty and full; others are refused."""

from __future__ import annotations

import re

import pytest

from agent_desk.page import ENTRIES
from hotline.roles import MAY, Permission, Role
from hotline.words import catalogue
from tests.edge.visitors import PAGE, Hall, Visitor

pytestmark = pytest.mark.edge

LOGINS = {
    Role.AGENT: "chenjiaqi",
    Role.TEAM_LEAD: "maizhaohui",
    Role.SUPERVISOR: "guanshufen",
    Role.DISPATCHER: "tanweiming",
    Role.UNIT_STAFF: "zumiao",
    Role.UNIT_LEADER: "zumiao-leader",
    Role.QUALITY: "luojieyi",
    Role.KNOWLEDGE_EDITOR: "zhenyongxin",
    Role.AUDITOR: "situzheng",
    Role.ADMINISTRATOR: "admin",
}
SENTENCES = [text for text in catalogue("zh_Hans") if " " in text and "{" not in text and len(text) > 12]


# who may read a page, though it stands in the menu of others
READ_BY = {"/city": Permission.AUDIT_READ, "/city/history": Permission.ADMIN_RULES}


def whole(visitor: Visitor, path: str, language: str) -> None:
    """The page is there, finished, in one language."""
    answer = visitor.page(path)
    assert answer.status_code == 200, (path, answer.text[:300])
    html = answer.text
    assert f'lang="{language.replace("_", "-")}"' in html
    assert html.rstrip().endswith("</html>")
    shown = re.sub(r"<[^>]*>", " ", html.partition('id="words"')[0])
    if language == "zh_Hans":
        assert [text for text in SENTENCES if text in shown] == []
    else:
        assert [text for text in SENTENCES if catalogue("zh_Hans")[text] in shown] == []


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_everybody_sees_their_pages_and_no_others(hall: Hall, language: str) -> None:
    for role, login in LOGINS.items():
        visitor = hall.visitor(login, language)
        whole(visitor, "/welcome", language)
        for entry in ENTRIES:
            first = visitor.client.get(entry.href, headers=PAGE)  # some lead on to their first sheet
            if MAY[role] & {entry.permission, READ_BY.get(entry.href)}:
                whole(visitor, first.url.path, language)
            else:
                assert first.status_code == 403, (login, entry.href)


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_tickets_and_orders_are_shown_whole_in_every_state(hall: Hall, language: str) -> None:
    agent, unit = hall.visitor("chenjiaqi", language), hall.visitor("zumiao", language)
    ticket = hall.open_ticket(agent, urgency="urgent")
    whole(agent, f"/tickets/{ticket}", language)
    agent.post(f"/api/tickets/{ticket}/dispatch", unit="zumiao-office", reason="")
    order = _order(unit, "to-sign")
    whole(unit, f"/portal/orders/{order}", language)
    assert unit.post(f"/api/orders/{order}/sign").status_code == 200
    whole(unit, f"/portal/orders/{order}", language)
    replied = unit.post(f"/api/orders/{order}/reply", public="已修好。", internal="换了灯泡。")
    assert replied.status_code == 200
    for tab in ("to-sign", "to-do", "waiting", "returned", "done"):
        whole(unit, f"/portal?tab={tab}", language)
    closed = agent.post(
        f"/api/tickets/{ticket}/close", satisfaction="satisfied", solution="solved", note="好"
    )
    assert closed.status_code == 200
    for visitor in (agent, unit, hall.visitor("luojieyi", language), hall.visitor("situzheng", language)):
        whole(visitor, f"/tickets/{ticket}", language)
    whole(unit, f"/portal/orders/{order}", language)
    for stage in ("all", "to-dispatch", "with-units", "to-revisit", "over"):
        whole(agent, f"/tickets?stage={stage}", language)


def test_fragments_are_the_inside_of_their_pages(hall: Hall) -> None:
    agent, unit = hall.visitor("chenjiaqi"), hall.visitor("zumiao")
    supervisor, administrator = hall.visitor("guanshufen"), hall.visitor("admin")
    ticket = hall.open_ticket(agent, "zumiao-office")
    order = _order(unit, "to-sign")
    for visitor, path in (
        (agent, "/tickets/rows"),
        (agent, f"/tickets/{ticket}/body"),
        (unit, "/portal/list?tab=to-do"),
        (unit, f"/portal/orders/{order}/body"),
        (supervisor, "/floor/board"),
        (administrator, "/people/rows?q=chen"),
    ):
        answer = visitor.read(path)
        assert answer.status_code == 200, path
        assert "<html" not in answer.text


def test_only_the_permissions_decide_which_pages_are_offered(hall: Hall) -> None:
    html = hall.visitor("zumiao").page("/portal").text
    assert 'href="/portal"' in html
    assert 'href="/floor"' not in html
    assert Permission.FLOOR_WATCH not in MAY[Role.UNIT_STAFF]


def _order(unit: Visitor, tab: str) -> int:
    found = re.search(r'href="/portal/orders/(\d+)"', unit.page(f"/portal?tab={tab}").text)
    assert found
    return int(found[1])
