"""The softphone in a real browser at a real switch: it registers, rings, talks, holds, and comes back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline.store.tables import Call
from telephony.caller.attempt import Attempt
from telephony.caller.carrier import Carrier
from telephony.caller.place import dial
from tests.live.conftest import Switch
from tests.live.frontdesk import Desk, FrontDesk, front_desk
from tests.patience import eventually

pytestmark = pytest.mark.live


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


def call_in(carrier: Carrier) -> None:
    """A citizen calls, and stays for longer than any test: the agent hangs up."""
    dial(carrier, Attempt("12319", caller="16000000001", say="你好，我要反映一个问题。", seconds=60))


def test_sound_goes_both_ways_unless_held_or_muted(desk: Desk, stage: FrontDesk, carrier: Carrier) -> None:
    call_in(carrier)
    desk.answer()
    desk.hears_and_is_heard()
    desk.page.keyboard.press("Alt+H")
    desk.until_phone(call="held")
    eventually(lambda: newest(stage).state == "held")
    desk.page.keyboard.press("Alt+H")
    desk.until_phone(call="talking")
    eventually(lambda: newest(stage).state == "talking")
    desk.page.keyboard.press("Alt+M")
    desk.until_phone(muted="true")
    assert desk.microphone_is_open() is False
    desk.page.keyboard.press("Alt+M")
    desk.until_phone(muted="false")
    assert desk.microphone_is_open() is True
    desk.hears_and_is_heard()
    desk.page.keyboard.press("Alt+X")
    desk.until_phone(call="none")
    eventually(lambda: newest(stage).ended_at)
    assert (newest(stage).agent, newest(stage).outcome) == ("8001", "answered")


def test_it_registers_again_when_the_switch_was_out_of_reach(
    desk: Desk, carrier: Carrier, quiet: Switch
) -> None:
    desk.cut_line(quiet.settings.asterisk.websocket)
    desk.until_phone(line="lost")
    desk.until_phone(line="ready")
    call_in(carrier)
    desk.answer()
    desk.hears_and_is_heard()
    with quiet.talk() as talk:  # the citizen hangs up
        talk.ask("Hangup", Channel="/^PJSIP.trunk-.*$/")
    desk.until_phone(call="none", line="ready")


def test_one_page_at_a_time_is_the_seats_telephone(stage: FrontDesk, quiet: Switch) -> None:
    with stage.agent() as first:
        first.until_phone(line="ready")
        second = Desk(first.page.context.new_page())
        second.page.goto("/desk")
        second.until_phone(line="elsewhere")
        second.page.get_by_role("button", name="接入话机").click()
        second.until_phone(line="ready")
        first.until_phone(line="elsewhere")


def newest(stage: FrontDesk) -> Call:
    return stage.calls()[-1]
