"""The pages of hot issues: what is hot, where, and the tickets behind it, for whoever may see them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from agent_desk.house import now
from dispatch import hot_watch
from hotline.settings import environment
from hotline.store.tables import HotIssue
from tests.edge.conftest import Town
from tests.edge.test_hot_watch import issues, outburst
from tests.edge.visitors import Hall

pytestmark = pytest.mark.edge


@pytest.fixture
def today(hall: Hall) -> Town:
    """The town as its pages see it, which know no other time than now."""
    return replace(hall.town, at=now())


@pytest.fixture
def issue(today: Town) -> HotIssue:
    """Twelve citizens without water."""
    outburst(today, 12)
    outburst(today, 1, confidential=True)
    hot_watch.look(today.store, today.city, today.at)
    (found,) = issues(today)
    return found


def test_an_issue_is_shown_with_its_growth_and_its_place(hall: Hall, issue: HotIssue) -> None:
    html = hall.visitor("tanweiming").page("/hot").text
    for words in ("停水", "禅城区 祖庙街道", "热点", "预期", "东方广场"):
        assert words in html, words
    assert f'href="/hot/{issue.id}"' in html
    assert html.count("<rect") == len(issue.days)
    english = hall.visitor("tanweiming", language="en").page("/hot").text
    assert "Hot issue" in english
    assert "Zumiao Street" in english


def test_without_an_outburst_the_page_says_so(hall: Hall) -> None:
    assert "暂无热点诉求" in hall.visitor("chenjiaqi").page("/hot").text


def test_the_towns_show_what_they_have_beside_what_is_usual(hall: Hall, issue: HotIssue) -> None:
    html = hall.visitor("chenjiaqi").page("/hot").text
    tiles = re.findall(r'<li data-shade="(\d)"[^>]*><span class="name">([^<]+)', html)
    assert [name for shade, name in tiles if shade == "4"] == ["祖庙街道"]
    assert len(tiles) == 32


def test_the_tickets_behind_it_are_those_one_may_see(hall: Hall, issue: HotIssue) -> None:
    dispatcher, agent = hall.visitor("tanweiming"), hall.visitor("liangwenhao")
    html = dispatcher.page(f"/hot/{issue.id}").text
    assert html.count('id="ticket-') == 12
    assert html.count('name="tickets"') == 12
    assert 'name="tickets"' not in agent.page(f"/hot/{issue.id}").text
    assert agent.page("/hot/999").status_code == 404
    assert hall.visitor("zumiao").page("/hot").status_code == 403


def test_one_lead_order_is_made_of_them(hall: Hall, issue: HotIssue) -> None:
    dispatcher = hall.visitor("tanweiming")
    html = dispatcher.page(f"/hot/{issue.id}").text
    chosen = [int(id_) for id_ in re.findall(r'name="tickets" value="(\d+)"', html)]
    done = dispatcher.post("/api/tickets/merge", tickets=chosen, why="东方广场停水")
    assert done.status_code == 200, done.text
    assert done.json()["lead"] == min(chosen)
    assert "已将11件诉求并入" in done.json()["message"]
    assert dispatcher.read(f"/hot/{issue.id}/tickets").text.count('name="tickets"') == 1
    assert dispatcher.post(done.json()["undo"]["url"]).status_code == 200
    assert dispatcher.read(f"/hot/{issue.id}/tickets").text.count('name="tickets"') == 12


def test_the_job_looks_with_settings_of_its_own(
    hall: Hall, today: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    outburst(today, 40)
    for name, value in environment(hall.house.settings).items():
        monkeypatch.setenv(name, value)
    hot_watch.job()
    assert [found.level for found in issues(today)] == ["alarm"]


def test_what_is_over_can_still_be_read(hall: Hall, today: Town, issue: HotIssue) -> None:
    for days in (4, 6):
        hot_watch.look(today.store, today.city, today.at + timedelta(days=days))
    agent = hall.visitor("chenjiaqi")
    assert "暂无热点诉求" in agent.page("/hot").text
    assert "已回落" in agent.page(f"/hot/{issue.id}").text
