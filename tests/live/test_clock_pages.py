"""Days, notices and the outbox in a real browser: fit for everybody's eyes and hands, and alive while time passes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlmodel import select

from dispatch import outbox
from dispatch.outbox import Message
from dispatch.sweep import sweep
from hotline.calendars_china import OFFICIAL_UNTIL
from hotline.messages import Channel
from hotline.pack.load import load_pack
from hotline.store.tables import Account, ClockRow, MessageRow
from tests.live.reception import TELEPHONE, Reception, reception
from tests.live.test_pages import write

pytestmark = pytest.mark.live

NEXT = OFFICIAL_UNTIL.year + 1
PAGES = {
    "admin": [
        "/city/days",
        f"/city/days?year={NEXT}",
        "/city/days/new?calendar=office&day=2026-06-18",
        "/city/clocks",
        "/city/steps",
        "/city/channels",
        "/city/clocks/new",
        "/messages",
        "/messages?tab=dead",
    ],
    "zumiao": ["/notices"],
}


@pytest.fixture(scope="module")
def desk(servers: Path, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reception]:
    """One reception for all these tests, with something due and something that couldn't be sent."""
    with reception(servers, template, tmp_path_factory.mktemp("clock-pages")) as opened:
        with opened.guest("chenjiaqi") as agent:
            for _ in range(3):
                write(agent, "zumiao-office")
        pass_time(opened)
        post_mails(opened)
        yield opened


def pass_time(desk: Reception) -> None:
    """The orders' times to sign pass in a moment."""
    with desk.store.transaction() as session:
        due = session.exec(select(ClockRow.due_at).where(ClockRow.kind == "sign")).all()
        latest = max(at for at in due if at)
        while sweep(session, load_pack("foshan"), latest):
            pass


def post_mails(desk: Reception) -> None:
    at = datetime.now(UTC)
    with desk.store.transaction() as session:
        to = f"account:{session.exec(select(Account.id).where(Account.login == 'zumiao')).one()}"
        subjects = ["催办通知书：工单 261123000000012", "督办单：工单 261123000000029", "通报：3 件工单"]
        mails = [Message(Channel.MAIL, to, one, "…", one, link="/portal") for one in subjects]
        outbox.post(
            session, [*mails, Message(Channel.WEBHOOK, "https://example.invalid/in", "督办单", "…", "w")], at
        )
    with desk.store.transaction() as session:
        rows = session.exec(select(MessageRow).where(MessageRow.channel == "mail").order_by("id")).all()
        outbox.note_failed(session, rows[0].id or 0, "refused:550", for_good=True, at=at)
        outbox.note_failed(session, rows[1].id or 0, "unreachable", for_good=False, at=at)
        outbox.note_sent(session, rows[2].id or 0, at + timedelta(seconds=2))


@pytest.mark.parametrize(("language", "theme"), [("zh_Hans", "light"), ("en", "dark")])
def test_the_pages_are_fit_for_all_readers(desk: Reception, language: str, theme: str) -> None:
    for login, paths in PAGES.items():
        with desk.guest(login, language=language, theme=theme) as guest:
            for path in paths:
                guest.open(path)
                assert guest.violations() == [], path
                assert guest.overflow() == 0, path
            assert guest.complaints == [], login


def test_they_fit_a_telephones_screen(desk: Reception) -> None:
    for login, paths in PAGES.items():
        with desk.guest(login, size=TELEPHONE) as guest:
            for path in paths:
                guest.open(path)
                assert guest.overflow() == 0, path
                assert guest.violations() == [], path


def test_the_bell_rings_on_an_open_page_and_is_quiet_when_all_is_read(desk: Reception) -> None:
    with desk.guest("guicheng") as unit, desk.guest("chenjiaqi") as agent:
        unit.open("/portal")
        expect(unit.page.locator(".bell .count")).to_have_count(0)
        write(agent, "guicheng-office")
        pass_time(desk)
        expect(unit.page.locator(".bell .count")).to_be_visible(timeout=3_000)
        unread = int(unit.page.locator(".bell .count").inner_text())
        unit.page.keyboard.press("Alt+9")
        unit.page.wait_for_url("**/notices")
        unit.page.wait_for_selector("html[data-ready]")
        expect(unit.page.locator("#notices .fresh")).to_have_count(unread)
        unit.page.keyboard.press("Alt+R")
        expect(unit.page.locator("#notices .fresh")).to_have_count(0)
        expect(unit.page.locator(".bell .count")).to_have_count(0)
        unit.page.locator("#notices a.whole").first.click()
        unit.page.wait_for_url("**/portal/orders/*")
        assert unit.complaints == []


def test_a_list_is_imported_and_the_year_is_provisional_no_more(desk: Reception, tmp_path: Path) -> None:
    days = [
        f"{NEXT}-{month:02}-{day:02}"
        for month, day in ((1, 1), *((2, n) for n in range(5, 13)), (5, 1), (10, 1))
    ]
    wrong, right = tmp_path / "wrong.csv", tmp_path / "放假安排.csv"
    right.write_text("\n".join(["日期,上班,名称", *(f"{day},休,假期" for day in days)]), "utf-8")
    wrong.write_text(f"日期,上班,名称\n{NEXT}-13-01,休,元旦", "utf-8")
    with desk.guest("admin") as administrator:
        page = administrator.page
        administrator.open(f"/city/days?year={NEXT}")
        expect(page.locator(".notice.wait")).to_be_visible()
        page.keyboard.press("Alt+I")
        dialog = page.locator("#import-list")
        dialog.locator("[name=file]").set_input_files(wrong)
        dialog.locator("[type=submit]").click()
        expect(dialog.locator("[data-error=file]")).to_contain_text("wrong.csv line 2")
        dialog.locator("[name=file]").set_input_files(right)
        dialog.locator("[type=submit]").click()
        expect(page.locator(".notice.wait")).to_have_count(0)
        expect(page.locator(".specials")).to_contain_text("假期")
        expect(page.locator(".specials")).to_contain_text("放假安排.csv")


def test_a_contact_is_set_where_the_person_stands(desk: Reception) -> None:
    with desk.guest("admin") as administrator:
        page = administrator.page
        administrator.open("/people?q=zumiao-leader")
        row = page.locator("tr", has_text="zumiao-leader")
        row.locator("[data-open=contact]").click()
        dialog = page.locator("#contact")
        dialog.locator("[name=mail]").fill("leader@example.invalid")
        dialog.locator("[type=submit]").click()
        expect(dialog).not_to_be_visible()
        expect(row.locator("[data-open=contact]")).to_have_attribute("data-fill", re.compile("leader@"))
        row.locator("[data-open=contact]").click()
        expect(dialog.locator("[name=mail]")).to_have_value("leader@example.invalid")
        assert administrator.complaints == []
