"""Revisits and rates in a real browser: a citizen is asked at the desk and by a link, and all can read the pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlmodel import select

from dispatch import revisit_links
from hotline.store.tables import Revisit, Ticket, WorkOrder
from tests.live.reception import DESKTOP, TELEPHONE, Reception, reception
from tests.live.test_pages import write

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def desk(servers: Path, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reception]:
    with reception(servers, template, tmp_path_factory.mktemp("reception")) as running:
        yield running


def answered(desk: Reception, title: str) -> int:
    """A ticket whose citizen may be asked at any hour; its id."""
    with desk.guest("chenjiaqi") as agent, desk.guest("zumiao") as unit:
        ticket = write(agent, "zumiao-office", title=title)
        order = desk.order_of(ticket)
        unit.post(f"/api/orders/{order}/sign")
        unit.post(f"/api/orders/{order}/reply", public="已更换灯泡。")
    with desk.store.transaction() as session:
        task_of(session, ticket).not_before = datetime(2026, 1, 1, tzinfo=UTC)
    return ticket


def task_of(session, ticket: int) -> Revisit:  # type: ignore[no-untyped-def]
    found: Revisit = session.exec(select(Revisit).where(Revisit.ticket == ticket)).one()
    return found


def link_of(desk: Reception, ticket: int) -> str:
    with desk.store.transaction() as session:
        return f"/r/{revisit_links.make(session, task_of(session, ticket), datetime.now(UTC))}"


def state_of(desk: Reception, ticket: int) -> str:
    with desk.store.transaction() as session:
        return session.get_one(Ticket, ticket).state


def test_an_agent_takes_the_next_and_asks_further_only_where_somebody_is_not_content(desk: Reception) -> None:
    ticket = answered(desk, "井盖松动")
    with desk.guest("liangwenhao") as agent, desk.guest("chenjiaqi") as other:
        other.open("/revisit")
        agent.open("/revisit")
        agent.page.keyboard.press("Alt+N")
        agent.page.wait_for_url(f"**/revisit/{ticket}")
        expect(other.page.locator(f"#revisit-{ticket}")).to_contain_text("梁文浩回访中")
        form = agent.page.locator("#answers-form")
        why = form.locator(".discontent")
        form.get_by_text("是", exact=True).click()
        form.get_by_text("已解决", exact=True).click()
        form.locator("label:has([value=fair])").click()
        expect(why).not_to_be_visible()
        form.locator("label:has([value=very_dissatisfied])").click()
        expect(why).to_be_visible()
        agent.page.keyboard.press("Alt+S")
        expect(form.locator("[data-error=why]")).to_have_text("此项必填")
        why.locator("label:has([value=speed])").click()
        form.locator("[name=note]").fill("等了十天")
        agent.page.keyboard.press("Alt+S")
        agent.page.wait_for_url("**/revisit")
        expect(other.page.locator(f"#revisit-{ticket}")).to_have_count(0)
        assert [words for words in agent.complaints if "422" not in words] == []
    assert state_of(desk, ticket) == "dispatched"


def test_a_citizen_answers_on_a_telephone_that_runs_no_scripts(desk: Reception) -> None:
    ticket = answered(desk, "路灯又坏了")
    context = desk.browser.new_context(
        base_url=desk.settings.web.origin, java_script_enabled=False, viewport={"width": 390, "height": 844}
    )
    page = context.new_page()
    page.goto(link_of(desk, ticket))
    expect(page.locator("h1")).to_have_text("办理情况评价")
    for name, value in (("responded", "true"), ("solution", "solved"), ("satisfaction", "very_satisfied")):
        page.locator(f"label:has([name={name}][value={value}])").click()
    page.locator("[type=submit]").last.click()
    expect(page.locator("h1")).to_have_text("感谢您的评价")
    context.close()
    assert state_of(desk, ticket) == "closed"


@pytest.mark.parametrize(
    ("language", "theme", "size"), [("zh_Hans", "light", TELEPHONE), ("en", "dark", DESKTOP)]
)
def test_the_pages_are_fit_for_all_readers(
    desk: Reception, language: str, theme: str, size: tuple[int, int]
) -> None:
    ticket, closed = answered(desk, "积水"), answered(desk, "噪音")
    with desk.guest("chenjiaqi") as agent:
        said = {"responded": False, "solution": "unsolved", "satisfaction": "dissatisfied", "why": "speed"}
        agent.post(f"/api/tickets/{closed}/close", **said, note="未处理")
    with desk.store.transaction() as session:
        order = session.exec(select(WorkOrder.id).where(WorkOrder.ticket == closed)).one()
    pages = {
        "": [link_of(desk, ticket), "/r/unknown"],
        "chenjiaqi": ["/revisit", "/revisit?tab=later", f"/revisit/{ticket}", f"/tickets/{closed}"],
        "guanshufen": [
            "/reports/rates?least=1",
            "/reports/rates?by=area",
            "/reports/rates/orders?what=unsolved",
        ],
        "zumiao-leader": ["/portal/rates", f"/portal/orders/{order}"],
        "admin": ["/city/revisits", "/city/bands"],
    }
    for login, paths in pages.items():
        with desk.guest(login, language=language, theme=theme, size=size) as guest:
            for path in paths:
                guest.open(path)
                assert guest.violations() == [], path
                assert guest.overflow() == 0, path
            assert [words for words in guest.complaints if "404" not in words] == [], login
