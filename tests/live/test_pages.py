"""The pages in a real browser: fit for everybody's eyes and hands, and alive while others work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from hotline import calls, presence
from tests.live.frontdesk import PASSWORD
from tests.live.reception import DESKTOP, TELEPHONE, WALL, Guest, Reception, reception

pytestmark = pytest.mark.live

# One dark pixel.
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63505050000000c400612995f9b00000000049454e44ae426082"
)
TICKET: dict[str, Any] = {
    "type": "help",
    "line": "12319",
    "number": "16000000001",
    "name": "王女士",
    "title": "路灯不亮，老人出行不便",
    "content": "小区门口的路灯连续四天不亮。诉求：尽快派人维修。",
    "area": "zumiao",
    "place": "东方广场西门",
}


@pytest.fixture(scope="module")
def desk(servers: Path, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reception]:
    with reception(servers, template, tmp_path_factory.mktemp("reception")) as running:
        yield running


def write(agent: Guest, unit: str = "", **changes: Any) -> int:
    """A ticket, dispatched to `unit` where one is given; its id."""
    identity = int(agent.post("/api/tickets", **(TICKET | changes))["id"])
    if unit:
        agent.post(f"/api/tickets/{identity}/dispatch", unit=unit, reason="属地管理")
    return identity


@pytest.mark.parametrize(("language", "theme"), [("zh_Hans", "light"), ("en", "dark")])
def test_every_page_is_fit_for_all_readers(desk: Reception, language: str, theme: str) -> None:
    with desk.guest("chenjiaqi") as agent:
        ticket, secret = (
            write(agent, "zumiao-office", urgency="urgent"),
            write(agent, "zumiao-office", confidential=True),
        )
        fresh = write(agent)
    order = desk.order_of(ticket)
    with desk.guest("zumiao") as unit:
        unit.post(f"/api/orders/{order}/sign")
    pages = {
        "": ["/", "/login", "/nowhere"],
        "chenjiaqi": ["/tickets", "/tickets?q=000", f"/tickets/{ticket}", f"/tickets/{fresh}"],
        "zumiao": ["/portal", "/portal?tab=done", f"/portal/orders/{order}"],
        "zumiao-leader": [
            f"/portal/orders/{desk.order_of(secret)}",
            "/portal/scorecard?span=year",
            "/portal/scorecard/orders?figure=signed",
            "/portal/duty",
            "/portal/system",
        ],
        "guanshufen": ["/floor", "/reports/lines", f"/tickets/{fresh}"],
        "tanweiming": ["/dispatching", "/dispatching?tab=requests", "/dispatching?tab=replies"],
        "admin": [
            "/people",
            "/people?q=zzz",
            "/city/lines",
            "/city/prompts",
            "/city/units/new",
            "/city/history",
            "/city/learnt",
        ],
        "zhenyongxin": ["/welcome"],
    }
    for login, paths in pages.items():
        with desk.guest(login, language=language, theme=theme) as guest:
            for path in paths:
                guest.open(path)
                assert guest.violations() == [], path
                assert guest.overflow() == 0, path
            assert [words for words in guest.complaints if "404" not in words] == [], login


def test_the_portal_fits_a_telephones_screen(desk: Reception) -> None:
    with desk.guest("chenjiaqi") as agent:
        order = desk.order_of(write(agent, "guicheng-office"))
    with desk.guest("guicheng", size=TELEPHONE) as unit:
        for path in ("/portal", f"/portal/orders/{order}", "/portal/scorecard", "/portal/duty"):
            unit.open(path)
            assert unit.overflow() == 0, path
            assert unit.violations() == [], path


def test_an_order_is_worked_through_on_a_telephone(desk: Reception, tmp_path: Path) -> None:
    photo = tmp_path / "现场.png"
    photo.write_bytes(PICTURE)
    with desk.guest("chenjiaqi") as agent:
        order = desk.order_of(
            write(agent, "guicheng-office", content="路灯不亮。诉求：1、修复；2、告知时间。")
        )
    with desk.guest("guicheng", size=TELEPHONE) as unit:
        page = unit.page
        unit.open(f"/portal/orders/{order}")
        page.locator(".deeds").get_by_text("签收").click()
        page.locator(".deeds").get_by_text("首次联系").click()
        page.fill("#contact-dialog [name=how]", "已电话联系市民")
        page.locator("#contact-dialog [type=submit]").click()
        expect(page.locator("#contact-dialog")).not_to_be_visible()
        page.locator("#evidence [type=file]").set_input_files([photo])
        expect(page.locator("#evidence img")).to_be_visible()
        page.locator(".deeds").get_by_text("答复").click()
        expect(page.locator("[name=public]")).to_be_focused()
        page.fill("[name=public]", "已修复，联系李工13800138000")
        expect(page.locator("#findings")).to_contain_text("第 2 项诉求似未答复")
        expect(page.locator("[data-error=public]")).to_contain_text("138…00")
        assert unit.overflow() == 0
        assert unit.violations() == []
        page.fill("[name=public]", "1、已更换灯泡；2、已于今日修复。联系电话0757-82345678。")
        expect(page.locator("#findings")).to_contain_text("各项诉求均有答复")
        page.locator("#reply [type=submit]").click()
        expect(page.locator(".marks")).to_contain_text("答复已通过")
        expect(page.locator("#reply")).to_have_count(0)
        assert unit.complaints == []


def test_the_floor_fits_a_wall(desk: Reception) -> None:
    with desk.guest("guanshufen", size=WALL) as supervisor:
        supervisor.open("/floor")
        supervisor.page.locator("[data-wall-switch]").click()
        expect(supervisor.page.locator("html[data-wall]")).to_be_attached()
        assert supervisor.overflow() == 0
        assert supervisor.violations() == []
        assert supervisor.page.evaluate("document.documentElement.scrollHeight - innerHeight") <= 0
        supervisor.page.locator("[data-wall-switch]").click()
        expect(supervisor.page.locator("html[data-wall]")).not_to_be_attached()


def test_an_open_portal_shows_a_new_order_and_signs_it_with_one_key(desk: Reception) -> None:
    with desk.guest("chenjiaqi") as agent, desk.guest("daliang") as unit:
        unit.open("/portal")
        expect(unit.page.locator(".empty")).to_be_visible()
        order = desk.order_of(write(agent, "daliang-office"))
        row = unit.page.locator(f"#order-{order}")
        expect(row).to_be_visible(timeout=2_000)
        unit.page.keyboard.press("j")
        expect(row.locator("a.whole")).to_be_focused()
        unit.page.keyboard.press("s")
        expect(row).to_have_count(0)
        expect(unit.page.locator("a[href*='to-do'] .count")).to_have_text("1")


def test_words_being_typed_survive_what_others_do(desk: Reception) -> None:
    with desk.guest("chenjiaqi") as agent, desk.guest("zumiao") as unit:
        ticket = write(agent, "zumiao-office")
        order = desk.order_of(ticket)
        unit.post(f"/api/orders/{order}/sign")
        unit.open(f"/portal/orders/{order}")
        unit.page.fill("[name=internal]", "现场照片三张。")
        unit.page.fill("[name=public]", "已安排更换灯泡。")
        expect(unit.page.locator(".letter")).to_contain_text("已安排更换灯泡。")
        with unit.page.expect_response("**/body"):  # the page asks for its parts again
            agent.post(f"/api/tickets/{ticket}/urge", words="还没有修好")
        assert unit.page.input_value("[name=internal]") == "现场照片三张。"
        unit.page.keyboard.press("Control+Enter")
        expect(unit.page.locator(".marks")).to_contain_text("答复已通过")
        expect(unit.page.locator("#reply")).to_have_count(0)
        expect(unit.page.locator("#thread")).to_contain_text("现场照片三张。")


def test_a_ticket_is_dispatched_and_closed_from_its_own_page(desk: Reception) -> None:
    with desk.guest("chenjiaqi") as agent, desk.guest("tanweiming") as watcher:
        matter = agent.page.request.get("/api/matters?q=路灯不亮").json()["options"][0]["value"]
        ticket = write(agent, matter=matter)
        watcher.open(f"/tickets/{ticket}")
        agent.open(f"/tickets/{ticket}")
        agent.page.keyboard.press("Alt+D")
        dialog = agent.page.locator("#dispatch-dialog")
        expect(dialog.locator("#f-unit")).not_to_have_value("")
        dialog.locator("#f-unit").fill("祖庙街道")
        dialog.get_by_role("option", name="祖庙街道办事处").click()
        dialog.locator("[type=submit]").click()
        expect(dialog).not_to_be_visible()
        expect(agent.page.locator("#orders")).to_contain_text("祖庙街道办事处")
        expect(watcher.page.locator("#story")).to_contain_text("派单至祖庙街道办事处")
        with desk.guest("zumiao") as unit:
            order = desk.order_of(ticket)
            unit.post(f"/api/orders/{order}/sign")
            unit.post(f"/api/orders/{order}/reply", public="已修好。")
        expect(agent.page.locator("[data-open=close-dialog]")).to_be_visible()
        agent.page.keyboard.press("Alt+C")
        closing = agent.page.locator("#close-dialog")
        closing.locator("[type=submit]").click()
        expect(closing.locator("[data-error=responded]")).to_have_text("请选择一项")
        closing.get_by_text("是", exact=True).click()
        closing.get_by_text("已解决", exact=True).click()
        closing.get_by_text("非常满意", exact=True).click()
        closing.locator("[type=submit]").click()
        expect(agent.page.locator(".marks")).to_contain_text("已办结")
        expect(watcher.page.locator("#story")).to_contain_text("非常满意 · 已解决")
        assert agent.complaints == []


def test_a_list_of_tickets_grows_while_it_is_read(desk: Reception) -> None:
    with desk.guest("chenjiaqi") as agent, desk.guest("tanweiming") as dispatcher:
        dispatcher.open("/tickets?stage=to-dispatch")
        ticket = write(agent, title="新的诉求")
        expect(dispatcher.page.locator(f"#row-{ticket}")).to_contain_text("新的诉求", timeout=2_000)


def test_the_floor_moves_within_a_second_of_what_happens(desk: Reception) -> None:
    with desk.guest("guanshufen") as supervisor:
        supervisor.open("/floor")
        supervisor.page.evaluate("window.same = true")
        at, call = datetime.now(UTC), "a1-1700000000.1"
        named = {"call": call, "at": at, "line": "12319", "caller": "16000000001", "linkedid": "1700000000.1"}
        desk.happen([presence.Joined(extension="8001", at=at, queue="urban")])
        seat = supervisor.page.locator("#seat-8001")
        expect(seat).to_have_attribute("data-presence", "ready", timeout=1_000)
        desk.happen([calls.Entered(**named), calls.Queued(**named, queue="urban")])  # type: ignore[arg-type]
        expect(supervisor.page.locator("#tile-waiting .figure")).to_have_text("1", timeout=1_000)
        expect(supervisor.page.locator("#tile-longest .figure")).to_have_text(re.compile(r"0:0\d"))
        desk.happen([calls.Offered(call=call, at=at, extension="8001")])
        expect(seat).to_have_attribute("data-presence", "ringing", timeout=1_000)
        desk.happen([calls.Answered(call=call, at=at, extension="8001")])
        expect(seat).to_have_attribute("data-presence", "talking", timeout=1_000)
        desk.happen([calls.Ended(call=call, at=at)])
        expect(supervisor.page.locator("#tile-answered .figure")).to_have_text("1", timeout=1_000)
        assert supervisor.page.evaluate("window.same")
        assert supervisor.page.locator("#hour canvas").count() == 1


def test_a_test_call_says_how_far_it_has_come(desk: Reception) -> None:
    with desk.guest() as stranger:
        states = iter(["waiting", "running", "done"])
        stranger.page.route(
            "**/api/demo/call", lambda route: route.fulfill(json={"job": "j", "state": "waiting"})
        )
        stranger.page.route(
            "**/api/demo/call/j",
            lambda route: route.fulfill(json={"job": "j", "state": next(states), "words": "12 s"}),
        )
        stranger.open("/")
        stranger.page.locator("[data-try-call] [type=submit]").click()
        progress = stranger.page.locator("[data-progress]")
        expect(progress).to_have_text("已呼入，请在座席接听。 12 s")
        expect(progress).to_have_text("通话已结束。 12 s")
        assert progress.get_attribute("class") == "notice good"


def test_a_wrong_password_is_said_where_it_was_typed(desk: Reception) -> None:
    with desk.guest() as stranger:
        stranger.open("/login?next=/tickets")
        stranger.page.fill("[name=login]", "tanweiming")
        stranger.page.fill("[name=password]", "not this one")
        stranger.page.keyboard.press("Enter")
        expect(stranger.page.get_by_role("alert").filter(has_text="账号或密码不正确")).to_be_visible()
        stranger.page.fill("[name=password]", PASSWORD)
        stranger.page.keyboard.press("Enter")
        stranger.page.wait_for_url("**/tickets")


def test_an_administrator_adds_somebody_and_sets_a_password(desk: Reception) -> None:
    with desk.guest("admin", size=DESKTOP) as administrator:
        page = administrator.page
        administrator.open("/people")
        page.keyboard.press("Alt+N")
        adding = page.locator("#new-person")
        for name, value in (("name", "新同事"), ("login", "newcomer"), ("password", "long enough indeed")):
            adding.locator(f"[name={name}]").fill(value)
        adding.locator("[type=submit]").click()
        expect(adding.locator("[data-error=roles]")).not_to_be_empty()
        adding.get_by_label("派单员").check()
        adding.locator("[type=submit]").click()
        row = page.locator("tr", has_text="newcomer")
        expect(row).to_contain_text("派单员")
        row.locator("[data-open=new-password]").click()
        setting = page.locator("#new-password")
        expect(setting).to_contain_text("新同事")
        setting.locator("[name=password]").fill("another long one")
        setting.locator("[type=submit]").click()
        expect(setting).not_to_be_visible()
        assert page.request.post("/api/login", data={"login": "newcomer", "password": "another long one"}).ok


def test_a_cutover_says_what_it_changes_and_others_see_it_at_once(desk: Reception) -> None:
    with desk.guest("admin") as one, desk.guest("admin") as other:
        other.open("/city/lines")
        one.open("/city/lines")
        line, dialog = "#line-12351", one.page.locator("#cutover")
        one.page.locator(f"{line} [data-open=cutover]").click()
        expect(dialog).to_contain_text("12351")
        dialog.locator("[name=mode]").select_option("merged")
        expect(dialog.locator("ins").first).to_be_visible()
        expect(dialog.locator("del", has_text="双号并行")).to_be_visible()
        dialog.locator("[name=at]").fill("2035-01-01T08:30")
        expect(dialog.locator("ins", has_text="2035-01-01 08:30").first).to_be_visible()
        dialog.locator("[type=submit]").click()
        expect(dialog).not_to_be_visible()
        expect(other.page.locator(line)).to_contain_text("2035-01-01 08:30", timeout=2_000)
        expect(other.page.locator(f"{line} rect")).to_have_count(2)
        one.page.once("dialog", lambda asked: asked.accept())
        one.page.locator(f"{line} [data-post]").click()
        expect(other.page.locator(line)).not_to_contain_text("2035-01-01", timeout=2_000)
        assert one.complaints == other.complaints == []


def test_a_row_is_tried_out_while_it_is_typed_and_undone_from_its_history(desk: Reception) -> None:
    with desk.guest("admin") as administrator:
        page = administrator.page
        administrator.open("/city/queues")
        page.get_by_role("link", name="企业服务").click()
        page.wait_for_selector("html[data-ready]")
        page.fill("[name=answer_target]", "soon")
        expect(page.locator("[data-error=answer_target]")).to_contain_text("整数")
        page.fill("[name=answer_target]", "33")
        expect(page.locator("[data-error=answer_target]")).to_be_empty()
        expect(page.locator("#would ins")).to_have_text("33")
        page.get_by_label("法律与维权").check()
        expect(page.locator("#would ins", has_text="法律与维权")).to_be_visible()
        page.fill("[name=why]", "试行")
        page.keyboard.press("Control+Enter")
        page.wait_for_url("**/city/queues")
        administrator.open("/city/history")
        revision = page.locator(".sheet", has_text="试行")
        expect(revision).to_contain_text("33")
        revision.locator("[data-open]").click()
        page.locator("#undo-revision [type=submit]").click()
        expect(page.locator("#steps > ol > li").first).to_contain_text("撤销", timeout=2_000)
        assert administrator.complaints == []


def test_a_report_draws_its_curve_and_says_it_in_a_table(desk: Reception) -> None:
    with desk.guest("guanshufen") as supervisor:
        supervisor.open("/reports/lines?line=12345&days=30")
        expect(supervisor.page.locator("#curve canvas")).to_be_visible()
        expect(supervisor.page.locator("#curve [data-table] tr")).to_have_count(2)
        expect(supervisor.page.locator("#curve [data-table] th").nth(30)).to_be_attached()
        with supervisor.page.expect_download() as download:
            supervisor.page.get_by_role("link", name="CSV").click()
        assert download.value.suggested_filename.endswith(".csv")
