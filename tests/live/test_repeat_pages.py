"""Repeats, merges and hot issues in a real browser: fit for everybody, by keyboard, and found while others write."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect
from sqlmodel import select

from dispatch import hot_watch
from hotline.pack.load import load_pack
from hotline.record import tickets
from hotline.record.tickets import Draft
from hotline.roles import Role
from hotline.store.tables import Account, HotIssue
from hotline.tickets import Type
from hotline.viewer import Viewer
from tests.live.reception import TELEPHONE, Guest, Reception, reception

pytestmark = pytest.mark.live

CITY = load_pack("foshan")
LAMP = {
    "type": "help",
    "line": "12319",
    "number": "16000000001",
    "name": "王女士",
    "title": "百花路路灯不亮",
    "content": "小区门口的路灯坏了三天，晚上看不清路，老人出行不便",
    "area": "zumiao",
    "place": "百花路18号",
}
OUTBURSTS = (
    ("停水", "zumiao", "同济路东方广场", 34, ("从昨晚开始停水", "整栋楼没有水用", "停水一天没人通知")),
    (
        "夜间施工噪声",
        "guicheng",
        "千灯湖工地",
        14,
        ("半夜还在打桩", "凌晨一点施工吵得睡不着", "工地通宵施工"),
    ),
    ("路灯不亮或损坏", "daliang", "清晖路", 7, ("路灯整排不亮", "路灯坏了几天", "灯坏了看不见路")),
)


def crowd(desk: Reception) -> list[int]:
    """Five weeks of a city with three outbursts in the last days; the ids of the issues that are found in it."""
    random, at = Random(3), datetime.now(UTC)
    with desk.store.transaction() as session:
        account = session.exec(select(Account).where(Account.login == "chenjiaqi")).one()
        agent = Viewer(account.id or 0, account.login, account.name, frozenset({Role.AGENT}))
        for number, (name, area, place, count, said) in enumerate(OUTBURSTS):
            matter = next(one.code for one in CITY.catalogue.matters.values() if one.name_zh == name)
            backs = [random.uniform(0, 50) for _ in range(count)]
            backs += [24 * random.uniform(3, 32) for _ in range(count // 4)]
            for n, hours in enumerate(sorted(backs, reverse=True)):
                draft = Draft(
                    type=Type.COMPLAINT,
                    line="12345",
                    number=f"1600{number}{n:06d}",
                    title=f"{place}{name}",
                    content=f"{place}{random.randint(1, 30)}号{random.choice(said)}，请尽快处理",
                    matter=matter,
                    area=area,
                    place=f"{place}{random.randint(1, 30)}号",
                )
                opened = at - timedelta(hours=hours)
                tickets.open_ticket(session, draft, agent, opened, ZoneInfo("Asia/Shanghai"))
    hot_watch.look(desk.store, CITY, at)
    with desk.store.transaction() as session:
        return [row.id or 0 for row in session.exec(select(HotIssue)).all()]


def write(agent: Guest, unit: str = "", **changed: str) -> int:
    """A ticket about one lamp, dispatched to `unit` where one is given."""
    identity = int(agent.post("/api/tickets", **(LAMP | changed))["id"])
    if unit:
        agent.post(f"/api/tickets/{identity}/dispatch", unit=unit, reason="属地管理")
    return identity


@pytest.fixture(scope="module")
def desk(servers: Path, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reception]:
    with reception(servers, template, tmp_path_factory.mktemp("repeats")) as running:
        yield running


@pytest.fixture(scope="module")
def issues(desk: Reception) -> list[int]:
    return crowd(desk)


@pytest.fixture(scope="module")
def merged(desk: Reception) -> tuple[int, int]:
    """A lead and a ticket that was merged into it; another neighbour's waits beside them."""
    with desk.guest("chenjiaqi") as agent, desk.guest("tanweiming") as dispatcher:
        lead = write(agent, "zumiao-office")
        other = write(agent, number="16000000002", name="李先生", title="路灯整晚不亮")
        write(agent, number="16000000003", name="陈女士", place="百花路20号", title="百花路20号路灯不亮")
        dispatcher.post("/api/tickets/merge", tickets=[lead, other], why="百花路18号另有一位市民反映")
    return lead, other


@pytest.mark.parametrize(
    ("language", "theme", "size"), [("zh_Hans", "light", (1366, 768)), ("en", "dark", TELEPHONE)]
)
def test_every_page_is_fit_for_all_readers(
    desk: Reception,
    issues: list[int],
    merged: tuple[int, int],
    language: str,
    theme: str,
    size: tuple[int, int],
) -> None:
    pages = ["/hot", f"/hot/{issues[0]}", "/tickets?q=路灯", *(f"/tickets/{ticket}" for ticket in merged)]
    with desk.guest("tanweiming", language=language, theme=theme, size=size) as dispatcher:
        for path in pages:
            dispatcher.open(path)
            assert dispatcher.violations() == [], path
            assert dispatcher.overflow() == 0, path
        assert dispatcher.complaints == []


def test_the_caller_is_recognised_while_one_writes_and_one_key_adds_to_their_ticket(
    desk: Reception, merged: tuple[int, int]
) -> None:
    lead, _ = merged
    with desk.guest("guanshufen") as supervisor:
        supervisor.open("/desk")
        form = supervisor.page.locator("#ticket-form")
        form.locator("[name=number]").fill(LAMP["number"])
        form.locator("[name=place]").fill(LAMP["place"])
        form.locator("[name=content]").fill("路灯还没修，老人摔倒了，晚上看不清路")
        add = supervisor.page.locator(f"[data-add='{lead}']")
        expect(add).to_have_attribute("aria-keyshortcuts", "Alt+U")
        assert supervisor.violations() == []
        supervisor.page.keyboard.press("Alt+U")
        expect(supervisor.page.locator("#ticket-body")).to_have_attribute("data-ticket", str(lead))
        expect(supervisor.page.locator("#toasts")).to_contain_text("计催办一次")
        expect(form.locator("[name=content]")).to_have_value("")
        supervisor.open(f"/tickets/{lead}")
        expect(supervisor.page.locator("#thread")).to_contain_text("老人摔倒了")


def test_a_merge_is_made_and_taken_back_on_the_tickets_page(desk: Reception, merged: tuple[int, int]) -> None:
    lead, _ = merged
    with desk.guest("tanweiming") as dispatcher:
        dispatcher.open(f"/tickets/{lead}")
        near = dispatcher.page.locator("#near")
        near.locator("input[type=checkbox]").first.check()
        near.locator("[name=why]").fill("百花路20号也有反映")
        dispatcher.page.keyboard.press("Alt+G")
        expect(dispatcher.page.locator(".marks")).to_contain_text("并案2件")
        dispatcher.page.locator("#toasts button", has_text="撤销").click()
        expect(dispatcher.page.locator(".marks")).to_contain_text("并案1件")


def test_an_outburst_appears_on_an_open_page(desk: Reception, issues: list[int]) -> None:
    with desk.guest("tanweiming") as dispatcher:
        dispatcher.open("/hot")
        expect(dispatcher.page.locator(".issues li")).to_have_count(len(issues))
        dispatcher.page.keyboard.press("j")
        expect(dispatcher.page.locator(".issues a.whole").first).to_be_focused()
        dispatcher.page.keyboard.press("Enter")
        expect(dispatcher.page.locator("#behind .orders-list li").first).to_be_visible()
