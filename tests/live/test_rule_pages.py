"""The dispatch rules' pages in a real browser: moved by keys, tried while typing, simulated beside the open form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from agent_desk import web
from hotline.platform import launch
from tests.live.reception import DESKTOP, TELEPHONE, Reception, environment, reception

pytestmark = pytest.mark.live

TICKET: dict[str, Any] = {
    "type": "help",
    "line": "12319",
    "number": "16000000001",
    "title": "路灯不亮",
    "content": "门口的路灯坏了三天",
    "matter": "010101",
    "area": "zumiao",
}
COMING = {
    "code": "lamps-to-towns",
    "order": "5",
    "name_zh": "路灯交镇街",
    "name_en": "Lamps to towns",
    "matters": ["0101"],
    "lead": "place",
    "level": "town",
    "valid_from": "2030-01-01",
    "reason_zh": "属地先行处置",
    "reason_en": "Locally first",
}


@pytest.fixture(scope="module")
def desk(servers: Path, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reception]:
    """The pages on a record that has the city and a few tickets, and the worker."""
    folder = tmp_path_factory.mktemp("rules")
    with reception(servers, template, folder) as running:
        worker = next(one for one in web.children(running.settings) if one.name == "worker")
        ours = replace(worker, env=environment(running.settings), after=())
        with launch.running(ours, folder / "logs"):
            with running.guest("chenjiaqi") as agent:
                for _ in range(3):
                    agent.post("/api/tickets", **TICKET)
            with running.guest("admin") as admin:
                admin.post("/api/city/rules/new", **COMING)
            yield running


def test_a_rule_is_moved_by_keys_and_keeps_the_focus(desk: Reception) -> None:
    with desk.guest("admin") as admin:
        admin.open("/city/rules")
        names = admin.page.locator(".rules a.whole")
        before = names.all_inner_texts()
        admin.page.keyboard.press("j")
        admin.page.keyboard.press("j")
        expect(names.nth(1)).to_be_focused()
        admin.page.keyboard.press("Alt+ArrowDown")
        expect(names).to_have_text([before[0], before[2], before[1], *before[3:]])
        expect(names.nth(2)).to_be_focused()
        admin.page.keyboard.press("Alt+ArrowUp")
        expect(names).to_have_text(before)
        expect(names.nth(1)).to_be_focused()
        assert admin.complaints == []


def test_a_ticket_is_decided_while_it_is_typed(desk: Reception) -> None:
    with desk.guest("chenjiaqi") as agent:
        agent.open("/rules/try")
        decided = agent.page.locator("#answer .decided")
        expect(decided).to_contain_text("兜底单位")
        agent.page.fill("[name=text]", "市人大代表来电反映路灯不亮")
        expect(decided).to_contain_text("代表委员及媒体反映")
        agent.page.fill("[name=text]", "路灯不亮")
        agent.page.fill("#f-area", "祖庙")
        agent.page.locator("#f-area-options [role=option]", has_text="祖庙街道").click()
        agent.page.fill("#f-matter", "路灯不亮")
        agent.page.locator("#f-matter-options [role=option]", has_text="路灯不亮或损坏").click()
        expect(decided).to_contain_text("禅城区城市管理和综合执法局")
        expect(agent.page.locator("#answer .trace .fired")).to_have_count(1)
        assert agent.complaints == []


def test_a_change_is_simulated_beside_its_form_and_nothing_is_saved(desk: Reception) -> None:
    with desk.guest("admin") as admin:
        admin.open("/city/rules/new")
        for name, value in (("code", "lamps-now"), ("name_zh", "路灯"), ("name_en", "Lamps")):
            admin.page.fill(f"[name={name}]", value)
        admin.page.fill("[name=order]", "1")
        admin.page.fill("#f-matters", "0101")
        admin.page.locator("#f-matters-options [role=option]", has_text="城市照明 0101").click()
        admin.page.select_option("[name=lead]", "place")
        admin.page.select_option("[name=level]", "town")
        admin.page.fill("[name=reason_zh]", "属地先行处置")
        admin.page.fill("[name=reason_en]", "Locally first")
        expect(admin.page.locator("#would")).to_contain_text("不宜下派镇街")
        admin.page.keyboard.press("Alt+M")
        found = admin.page.locator("#found")
        expect(found).to_contain_text("祖庙街道办事处", timeout=30_000)
        expect(found.locator(".moves").first.locator("a.bar .number")).to_have_text("3")
        assert admin.page.input_value("[name=code]") == "lamps-now"
        assert admin.page.locator("input[name=matters]").is_checked()
        assert admin.complaints == []
        admin.open("/city/rules")
        expect(admin.page.locator(".rules")).not_to_contain_text("lamps-now")


def test_a_unit_that_could_be_meant_too_is_taken_by_one_press(desk: Reception) -> None:
    with desk.guest("chenjiaqi") as agent:
        bare = {name: value for name, value in TICKET.items() if name != "matter"}
        ticket = agent.post("/api/tickets", **bare)["id"]
        agent.open(f"/tickets/{ticket}")
        agent.page.keyboard.press("Alt+D")
        other = agent.page.locator("#dispatch-dialog [data-instead]").last
        unit = other.get_attribute("data-value")
        other.click()
        expect(agent.page.locator("#dispatch-dialog input[name=unit]")).to_have_value(unit or "")


@pytest.mark.parametrize(
    ("language", "theme", "size"),
    [("zh_Hans", "light", DESKTOP), ("en", "dark", TELEPHONE)],
)
def test_the_pages_are_fit_for_all_readers(
    desk: Reception, language: str, theme: str, size: tuple[int, int]
) -> None:
    with desk.guest("admin", language=language, theme=theme, size=size) as admin:
        for path in ("/city/rules", "/city/rules/new", "/rules/try"):
            admin.open(path)
            assert admin.violations() == [], path
            assert admin.overflow() == 0, path
        admin.open("/city/rules")
        admin.page.locator("#coming button").click()
        expect(admin.page.locator("#found .tile").first).to_be_visible(timeout=30_000)
        admin.page.evaluate("scrollTo(0, 0)")  # nothing to press lies half under the band
        assert admin.violations() == []
        assert admin.overflow() == 0
        found = str(admin.page.locator("#found a.end").get_attribute("href"))
        assert admin.complaints == []
    with desk.guest("chenjiaqi", language=language, theme=theme, size=size) as agent:
        agent.open(found)
        agent.page.locator(".moves a.bar").first.click()
        expect(agent.page.locator("#examples tbody tr")).to_have_count(3)
        assert agent.violations() == []
        assert agent.overflow() == 0
        assert agent.complaints == []
