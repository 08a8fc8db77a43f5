"""An agent's work in a real browser: the call is shown before it is answered, written down, dispatched, called back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_desk import build
from telephony.caller.carrier import Carrier
from telephony.caller.place import Attempt, dial
from tests.live.conftest import Switch
from tests.live.frontdesk import Desk, FrontDesk, front_desk
from tests.patience import eventually

pytestmark = pytest.mark.live

AXE = build.MODULES / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
STORY = "小区门口的路灯坏了三天，晚上黑灯，老人出行不方便，希望尽快维修。"


@pytest.fixture(scope="module")
def stage(switch: Switch, servers: Path, template: str) -> Iterator[FrontDesk]:
    with front_desk(switch, servers, template) as running:
        yield running


@pytest.fixture
def desk(stage: FrontDesk, carrier: Carrier, quiet: Switch) -> Iterator[Desk]:
    """An agent who takes calls."""
    with stage.agent() as opened:
        opened.be_ready()
        yield opened
        opened.leave()


def call_in(carrier: Carrier, caller: str = "16000000001") -> None:
    dial(carrier, Attempt("12319", caller=caller, say="你好，我要反映一个问题。", seconds=90))


def write(desk: Desk) -> None:
    """What the citizen says, with the matter that is proposed."""
    desk.page.fill("[name=place]", "禅城区祖庙街道同济路示例花园")
    desk.page.fill("[name=content]", STORY)
    desk.page.locator(".suggestion", has_text="路灯不亮").wait_for()
    desk.page.keyboard.press("Alt+K")
    desk.page.locator(".suggestion[aria-pressed=true]").wait_for()


def test_a_call_becomes_a_ticket_and_an_order_by_keys_alone(
    desk: Desk, stage: FrontDesk, carrier: Carrier
) -> None:
    call_in(carrier)
    card = desk.page.locator("#call-card[data-state=offered]")
    card.wait_for(timeout=20_000)
    for words in ("12319", "双号并行", "林秀珍", "16000000001", "关于同济路多盏路灯不亮的问题"):
        assert words in card.inner_text()
    desk.until_phone(call="ringing")
    assert violations(desk) == []
    desk.answer()
    desk.page.wait_for_function("() => document.activeElement.name === 'content'")
    write(desk)
    assert violations(desk) == []
    assert desk.page.input_value("[name=title]") == "关于禅城区祖庙街道同济路示例花园路灯不亮或损坏的问题"
    desk.page.keyboard.press("Alt+S")
    desk.page.wait_for_selector("#query-code")
    desk.page.keyboard.press("Alt+D")
    desk.page.wait_for_selector("#ticket-body[data-state=dispatched]")
    assert "禅城区城市管理和综合执法局" in desk.page.inner_text("#ticket")
    (ticket,) = [one for one in stage.tickets() if one.call]
    found = (ticket.state, ticket.matter, ticket.area, ticket.line, ticket.contact)
    assert found == ("dispatched", "010101", "zumiao", "12319", "16000000001")
    desk.page.keyboard.press("Alt+X")
    desk.page.wait_for_selector("#seat [data-presence=wrap-up]")
    desk.page.keyboard.press("Alt+R")
    desk.page.wait_for_selector("#seat [data-presence=ready]")
    desk.page.wait_for_selector("#work[data-shows=form]")


def test_no_word_is_lost_when_the_page_refreshes_itself_or_is_loaded_anew(
    desk: Desk, carrier: Carrier, quiet: Switch
) -> None:
    call_in(carrier)
    desk.answer()
    write(desk)
    with quiet.talk() as talk:
        talk.ask("Hangup", Channel="/^PJSIP.trunk-.*$/")
    desk.page.wait_for_selector("#call-card[data-state=ended]")
    assert desk.page.input_value("[name=content]") == STORY
    desk.page.reload()
    desk.page.wait_for_selector("body[data-live=on]")
    desk.page.wait_for_function("() => document.querySelector('[name=content]').value !== ''")
    assert desk.page.input_value("[name=content]") == STORY
    assert desk.page.input_value("#f-matter") == "路灯不亮或损坏"


def test_the_citizen_is_called_back_and_the_ticket_is_closed(
    desk: Desk, stage: FrontDesk, carrier: Carrier
) -> None:
    number = _replied_ticket(desk, stage)
    desk.page.locator(".task", has_text="待回访").first.click()
    desk.page.wait_for_selector("#close-form")
    assert number in desk.page.inner_text("#ticket")
    desk.page.keyboard.press("Alt+C")
    desk.until_phone(call="talking")
    eventually(lambda: stage.calls()[-1].state == "talking", 20)
    desk.hears_and_is_heard()
    call = stage.calls()[-1]
    assert (call.direction, call.caller, call.agent) == ("out", "16000000002", "8001")
    desk.page.wait_for_selector("#close-form")
    desk.page.locator("label:has([name=responded][value=true])").click()
    desk.page.locator("label", has_text="已解决").click()
    desk.page.locator("label:has([value=very_satisfied])").click()
    desk.page.keyboard.press("Alt+S")
    desk.page.wait_for_selector("#ticket-body[data-state=closed]")
    (closed,) = [one for one in stage.tickets() if one.number == number]
    assert (closed.state, closed.satisfaction, closed.solution) == ("closed", "very_satisfied", "solved")


def test_without_a_microphone_it_says_so_and_takes_no_calls(stage: FrontDesk, quiet: Switch) -> None:
    with stage.agent(microphone=False) as desk:
        desk.until_phone(line="ready", microphone="denied")
        assert "没有麦克风" in desk.phone.inner_text()
        desk.page.keyboard.press("Alt+R")
        desk.page.locator(".toast.bad", has_text="麦克风").wait_for(timeout=12_000)
        desk.page.wait_for_selector("#seat [data-presence=away]")


def test_a_seat_whose_page_is_gone_takes_no_calls(stage: FrontDesk, quiet: Switch) -> None:
    with stage.agent() as desk:
        desk.be_ready()
    eventually(
        lambda: (seat := stage.seat("8001")) and (seat.state, seat.reason) == ("paused", "link_lost"), 40, 0.2
    )
    with stage.agent() as desk:
        assert "坐席失联" in desk.page.inner_text("#seat")
        desk.be_ready()
        desk.leave()


@pytest.mark.parametrize(("language", "theme"), [("zh_Hans", "dark"), ("en", "light")])
def test_everybody_can_use_it(stage: FrontDesk, quiet: Switch, language: str, theme: str) -> None:
    with stage.agent() as desk:
        desk.prefer(language=language, theme=theme)
        desk.page.fill("[name=number]", "16000000002")
        desk.page.fill("[name=content]", STORY)
        desk.page.locator(".suggestion").first.wait_for()
        assert violations(desk) == []
        desk.page.keyboard.press("Alt+S")
        desk.page.wait_for_selector("#query-code")
        assert violations(desk) == []
        desk.prefer(language="zh_Hans", theme="auto")


def violations(desk: Desk) -> list[str]:
    """What axe finds wrong with the page as it stands: rule and element."""
    desk.page.evaluate(f"{AXE.read_text('utf-8')}; null")
    found = desk.page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    assert len(found["passes"]) > 20
    return [f"{one['id']}: {node['html'][:200]}" for one in found["violations"] for node in one["nodes"]]


def _replied_ticket(desk: Desk, stage: FrontDesk) -> str:
    """A ticket of this agent's that its unit has replied to, while the agent's page is open. Returns its number."""
    desk.page.fill("[name=number]", "16000000002")
    desk.page.fill("[name=place]", "禅城区祖庙街道同济路")
    write(desk)
    desk.page.keyboard.press("Alt+S")
    desk.page.wait_for_selector("#ticket-number")
    number = desk.page.inner_text("#ticket-number")
    desk.page.keyboard.press("Alt+D")
    desk.page.wait_for_selector("#ticket-body[data-state=dispatched]")
    (ticket,) = [one for one in stage.tickets() if one.number == number]
    assert ticket.id is not None
    stage.reply_as_unit("chancheng-urban", ticket.id, "已更换接头并恢复照明。")
    return number
