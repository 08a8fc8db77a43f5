"""A citizen dials an old number about a dark street; six steps later the light is mended and the citizen says so.

Everything in it is real: the platform as a newcomer starts it, SIP and sound through the trunk, Asterisk, the softphone
in Chromium, PostgreSQL and Redis.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import psycopg
import pytest
from playwright.sync_api import Page, expect

from hotline.platform import addresses
from telephony.loudness import SILENCE, loudest
from tests.newcomer import Platform
from tests.patience import eventually

pytestmark = pytest.mark.story

OLD_NUMBER = "12319"
CITIZEN = "16000000001"
NAME, HOME, ASKED_BEFORE = "林秀珍", "同济路示例花园", "关于同济路多盏路灯不亮的问题"
UNIT = "禅城区城市管理和综合执法局"
SAID = "禅城区祖庙街道同济路小区门口的路灯坏了三天，晚上一片漆黑，老人出门不安全。"
REPLY = "您好！同济路小区门口的路灯已于今天更换灯泡并恢复照明，感谢您的反映。"

Login = Callable[[str], Page]
Picture = Callable[[Page, str], None]


def test_a_call_becomes_a_work_order(platform: Platform, person: Login, picture: Picture) -> None:
    supervisor = person("guanshufen")
    supervisor.goto(f"{platform.url}/floor")
    agent = person("chenjiaqi")
    make_ready(agent)
    expect(supervisor.locator("#seat-8001")).to_have_attribute("data-presence", "ready")

    caller = platform.command(
        "call",
        OLD_NUMBER,
        "--from",
        CITIZEN,
        "--say",
        "您好，我家门口的路灯坏了",
        "--digits",
        "1",
        "--seconds",
        "40",
    )
    the_desk_pops_the_caller_before_the_answer(agent, picture)
    expect(supervisor.locator("#seat-8001")).to_have_attribute("data-presence", "ringing")
    sound_flows_both_ways(agent)
    expect(supervisor.locator("#seat-8001")).to_have_attribute("data-presence", "talking")
    picture(supervisor, "floor")

    ticket = the_form_becomes_a_ticket(agent, picture)
    staff = person("chancheng-urban")
    staff.goto(f"{platform.url}/portal")
    dispatch_to(agent, staff, ticket, picture)
    said, _ = caller.communicate(timeout=90)
    assert caller.returncode == 0, said
    assert min(packets(said)) > 100, said
    the_recording_is_not_silence(platform)

    the_unit_signs_and_replies(staff, picture)
    the_reply_is_reviewed(platform, person("tanweiming"), picture)
    the_citizen_is_called_back(platform, agent, ticket, picture)
    the_whole_story_is_told(platform, agent, ticket, picture)


def make_ready(agent: Page) -> None:
    expect(agent.locator("[data-softphone]")).to_have_attribute("data-line", "ready")
    agent.locator("[data-seat=ready]").click()
    expect(agent.locator(".seat[data-presence]").first).to_have_attribute("data-presence", "ready")


def the_desk_pops_the_caller_before_the_answer(agent: Page, picture: Picture) -> None:
    card = agent.locator("#call-card[data-state=offered]")
    expect(card).to_be_visible(timeout=30_000)
    expect(card).to_contain_text(OLD_NUMBER)
    expect(card).to_contain_text("双号并行")
    for known in (CITIZEN, NAME, HOME, ASKED_BEFORE):
        expect(card).to_contain_text(known)
    expect(agent.locator("[data-softphone]")).to_have_attribute("data-call", "ringing")
    picture(agent, "desk-ringing")


def sound_flows_both_ways(agent: Page) -> None:
    agent.locator("[data-phone=answer]").click()
    phone = agent.locator("[data-softphone]")
    expect(phone).to_have_attribute("data-call", "talking")
    expect(agent.locator("#call-card")).to_have_attribute("data-state", "talking")
    eventually(
        lambda: min(counted(phone.get_attribute(f"data-packets-{way}")) for way in ("in", "out")) > 100, 15
    )


def counted(text: str | None) -> int:
    return int(text or 0)


def packets(said: str) -> tuple[int, int]:
    """How many the citizen's side sent and received."""
    found = re.search(r"发送语音包 (\d+) 个，收到 (\d+) 个", said)
    assert found is not None, said
    return int(found[1]), int(found[2])


def the_form_becomes_a_ticket(agent: Page, picture: Picture) -> str:
    form = agent.locator("#ticket-form")
    expect(form.locator("[name=number]")).to_have_value(CITIZEN)
    form.get_by_text("投诉", exact=True).click()
    expect(form.locator("[name=name]")).to_have_value(NAME)
    form.locator("[name=place]").fill("祖庙街道同济路")
    form.locator("[name=content]").fill(SAID)
    suggestion = agent.locator("#suggestions button").first
    expect(suggestion).to_contain_text("路灯")
    suggestion.click()
    expect(agent.locator("#proposal")).to_be_visible()
    form.locator("[name=title]").fill("同济路小区门口路灯不亮")
    picture(agent, "desk-form")
    agent.keyboard.press("Alt+s")
    body = agent.locator("#ticket-body")
    expect(body).to_have_attribute("data-state", "opened")
    return str(body.get_attribute("data-ticket"))


def dispatch_to(agent: Page, staff: Page, ticket: str, picture: Picture) -> None:
    expect(agent.locator("#d-unit")).to_have_value(UNIT)
    expect(agent.locator("#d-reason")).to_have_value(re.compile("路灯"))
    expect(staff.get_by_text("同济路小区门口路灯不亮")).to_have_count(0)
    agent.keyboard.press("Alt+d")
    expect(agent.locator("#ticket-body")).to_have_attribute("data-state", "dispatched")
    expect(agent.locator("#ticket-body .clock").first).to_be_visible()
    # In the second browser, without a reload:
    expect(staff.get_by_text("同济路小区门口路灯不亮")).to_be_visible()
    picture(agent, "desk-dispatched")
    picture(staff, "portal")


def the_recording_is_not_silence(platform: Platform) -> None:
    with psycopg.connect(addresses.database(platform.settings)) as record:
        row = record.execute(
            "SELECT recording FROM call WHERE line = %s AND direction = 'in'", (OLD_NUMBER,)
        ).fetchone()
    assert row is not None
    assert loudest(platform.settings.paths.state / "recordings" / row[0]) > SILENCE


def the_unit_signs_and_replies(staff: Page, picture: Picture) -> None:
    staff.get_by_text("同济路小区门口路灯不亮").click()
    staff.locator("[data-post$='/sign']").click()
    staff.locator("[name=public]").fill(REPLY)
    picture(staff, "order")
    staff.locator("form[action$='/reply'] [type=submit]").click()
    expect(staff.locator(".marks").get_by_text("已答复")).to_be_visible()


def the_reply_is_reviewed(platform: Platform, dispatcher: Page, picture: Picture) -> None:
    dispatcher.goto(f"{platform.url}/dispatching?tab=replies")
    row = dispatcher.locator("[data-row]", has_text="同济路小区门口路灯不亮")
    expect(row.locator("[name=reply]")).to_have_value(REPLY)
    picture(dispatcher, "console")
    row.get_by_role("button", name="审核通过").click()
    expect(dispatcher.locator("[data-row]")).to_have_count(0)


def the_citizen_is_called_back(platform: Platform, agent: Page, ticket: str, picture: Picture) -> None:
    expect(agent.locator(f"[data-task='{ticket}']")).to_contain_text("回访")
    agent.locator(f"[data-task='{ticket}']").click()
    expect(agent.locator("#ticket-body")).to_contain_text(REPLY)
    agent.locator("[data-post$='/call-back']").click()
    expect(agent.locator("#call-card[data-direction=out]")).to_have_attribute(
        "data-state", "talking", timeout=30_000
    )
    phone = agent.locator("[data-softphone]")
    eventually(lambda: counted(phone.get_attribute("data-packets-in")) > 50, 15)
    close = agent.locator("#close-form")
    close.get_by_text("是", exact=True).click()
    close.get_by_text("已解决", exact=True).click()
    close.get_by_text("满意", exact=True).click()
    picture(agent, "desk-revisit")
    agent.keyboard.press("Alt+x")
    close.locator("[type=submit]").click()
    expect(agent.locator("#ticket-body")).to_have_attribute("data-state", "closed")


def the_whole_story_is_told(platform: Platform, agent: Page, ticket: str, picture: Picture) -> None:
    agent.goto(f"{platform.url}/tickets/{ticket}")
    story = agent.locator("#story")
    for sentence in (
        "市民拨打 12319",
        "陈嘉琪 (8001) 接听",
        f"派单至{UNIT}",
        f"{UNIT}签收",
        f"{UNIT}答复",
        "满意 · 已解决",
    ):
        expect(story).to_contain_text(sentence)
    picture(agent, "ticket")


def test_a_consultation_is_closed_at_once(platform: Platform, person: Login) -> None:
    agent = person("liangwenhao")
    form = agent.locator("#ticket-form")
    form.get_by_text("咨询", exact=True).click()
    form.locator("[name=number]").fill("16000000002")
    form.locator("[name=content]").fill("请问社保卡丢了怎样补办？")
    form.locator("[name=title]").fill("社保卡补办流程")
    agent.keyboard.press("Alt+s")
    expect(agent.locator("#ticket-body")).to_have_attribute("data-state", "opened")
    agent.locator("#d-answer").fill("带身份证到任一社保服务网点即可当场补办。")
    agent.keyboard.press("Alt+z")
    expect(agent.locator("#ticket-body")).to_have_attribute("data-state", "answered")
