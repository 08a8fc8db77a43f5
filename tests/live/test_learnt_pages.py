"""What was learnt, in a real browser: a threshold is answered while it is typed, and a guess is accepted by one key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.edge.taught import LAMPS, MIXED, NOISE, SAID, model, teach
from tests.live.reception import DESKTOP, TELEPHONE, Reception, reception

pytestmark = pytest.mark.live

TICKET: dict[str, Any] = {
    "type": "help",
    "line": "12345",
    "number": "16000000001",
    "area": "zumiao",
}


@pytest.fixture(scope="module")
def desk(servers: Path, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reception]:
    """The pages on a record with a few tickets, and a model that calls some of them similar."""
    with reception(servers, template, tmp_path_factory.mktemp("learnt")) as running:
        with running.guest("chenjiaqi") as agent:
            first, second = (agent.post("/api/tickets", **TICKET, **SAID)["id"] for _ in range(2))
            agent.post("/api/tickets", **TICKET, **MIXED)
            for ticket in (first, second):
                agent.post(f"/api/tickets/{ticket}/dispatch", matter=LAMPS)
            teach(running.settings.paths.state, model(lamps_are=(str(first), str(second))))
        with running.guest("admin") as admin:
            admin.open("/city/learnt")
            for _ in range(20):
                if admin.page.locator(f"#matter-{LAMPS}").count():
                    break
                admin.page.wait_for_timeout(500)
                admin.open("/city/learnt")
        yield running


def test_a_threshold_is_answered_while_it_is_typed_and_undone_from_the_toast(desk: Reception) -> None:
    with desk.guest("admin") as admin:
        admin.open("/city/learnt")
        field, told = (
            admin.page.locator(f"#threshold-{NOISE}"),
            admin.page.locator(f"#threshold-{NOISE}-worth"),
        )
        expect(told).to_contain_text("未设阈值")
        field.fill("50")
        expect(told).to_contain_text("可自动派单")
        field.fill("100")
        expect(told).to_contain_text("没有达到该置信度")
        field.fill("90")
        field.press("Enter")
        expect(admin.page.locator(f"#matter-{NOISE}.automatic")).to_be_visible()
        admin.page.locator("#toasts button", has_text="撤销").click()
        expect(admin.page.locator(f"#matter-{NOISE}.automatic")).to_have_count(0)
        assert admin.complaints == []


def test_a_guess_is_accepted_by_one_key_at_the_console(desk: Reception) -> None:
    with desk.guest("chenjiaqi") as agent:
        ticket = agent.post("/api/tickets", **TICKET, **SAID)["id"]
    with desk.guest("tanweiming") as dispatcher:
        dispatcher.open("/dispatching")
        row = dispatcher.page.locator(f"#ticket-{ticket}")
        expect(row).to_contain_text("置信度")
        row.locator("a.whole").focus()
        dispatcher.page.keyboard.press("a")
        expect(row).to_have_count(0)
        dispatcher.open(f"/tickets/{ticket}")
        expect(dispatcher.page.locator("main")).to_contain_text("事项确定为：路灯不亮或损坏")
        assert dispatcher.complaints == []


def test_a_guess_fills_the_form_with_matter_and_unit(desk: Reception) -> None:
    with desk.guest("chenjiaqi") as agent:
        ticket = agent.post("/api/tickets", **TICKET, **SAID)["id"]
        agent.open(f"/tickets/{ticket}")
        agent.page.keyboard.press("Alt+D")
        dialog = agent.page.locator("#dispatch-dialog")
        expect(dialog.locator("input[name=matter]")).to_have_value(LAMPS)
        dialog.locator("[data-instead]:not([data-matter])").first.click()
        expect(dialog.locator("input[name=unit]")).not_to_have_value("chancheng-urban-management")
        dialog.locator("[data-instead][data-matter]").first.click()
        expect(dialog.locator("input[name=unit]")).to_have_value("chancheng-urban-management")
        assert agent.complaints == []


@pytest.mark.parametrize(
    ("language", "theme", "size"),
    [
        ("zh_Hans", "light", DESKTOP),
        ("en", "dark", DESKTOP),
        ("zh_Hans", "dark", TELEPHONE),
        ("en", "light", TELEPHONE),
    ],
)
def test_the_pages_are_fit_for_all_readers(
    desk: Reception, language: str, theme: str, size: tuple[int, int], tmp_path: Path
) -> None:
    with desk.guest("chenjiaqi") as agent:
        ticket = agent.post("/api/tickets", **TICKET, **SAID)["id"]
    with desk.guest("admin", language=language, theme=theme, size=size) as admin:
        admin.post(f"/api/city/learnt/{LAMPS}", threshold=99)
        for path in ("/city/learnt", "/city/learnt?q=zzz", "/city/rules"):
            admin.open(path)
            assert admin.violations() == [], path
            assert admin.overflow() == 0, path
        admin.open("/city/learnt")
        admin.page.screenshot(path=tmp_path / "learnt.png", full_page=True)
        admin.post(f"/api/city/learnt/{LAMPS}/clear")
        assert admin.complaints == []
    with desk.guest("tanweiming", language=language, theme=theme, size=size) as dispatcher:
        for path in ("/dispatching", f"/tickets/{ticket}"):
            dispatcher.open(path)
            assert dispatcher.violations() == [], path
            assert dispatcher.overflow() == 0, path
        dispatcher.page.keyboard.press("Alt+D")
        expect(dispatcher.page.locator("#dispatch-dialog")).to_be_visible()
        assert dispatcher.violations() == []
        dispatcher.page.screenshot(path=tmp_path / "ticket.png")
        dispatcher.open("/dispatching")
        dispatcher.page.screenshot(path=tmp_path / "console.png")
        assert dispatcher.complaints == []
