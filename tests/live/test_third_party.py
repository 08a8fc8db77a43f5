"""Third parties in real calls: a real switch, a citizen and a branch centre on real telephones, agents in real browsers
with the real softphone. Whoever should hear somebody does, until the end and in the recording.
"""

from __future__ import annotations

import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from hotline.store.tables import Call, WorkOrder
from telephony.caller.carrier import Carrier
from telephony.caller.outcome import Outcome
from telephony.caller.place import Attempt, Placed, dial, wait
from telephony.loudness import SILENCE, loudest
from tests.live.conftest import Switch
from tests.live.frontdesk import Desk, FrontDesk, front_desk
from tests.live.test_lines import BRANCH, city_in
from tests.patience import eventually

pytestmark = pytest.mark.live

PACKETS = 50  # a second, each way
CITIZEN = "16000000001"


@pytest.fixture(scope="module")
def stage(
    switch: Switch, servers: Path, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FrontDesk]:
    """A city whose branch centre never closes."""
    folder = tmp_path_factory.mktemp("city") / "city"
    city_in(folder)
    site = switch.settings.site.model_copy(update={"city": str(folder)})
    settings = switch.settings.model_copy(update={"site": site})
    with front_desk(replace(switch, settings=settings), servers, template) as running:
        yield running


@pytest.fixture
def desk(stage: FrontDesk, carrier: Carrier, quiet: Switch) -> Iterator[Desk]:
    with at_desk(stage) as opened:
        yield opened


@contextmanager
def at_desk(stage: FrontDesk, login: str = "chenjiaqi") -> Iterator[Desk]:
    """An agent who takes calls, until the end of the test."""
    with stage.agent(login) as opened:
        opened.be_ready()
        yield opened
        opened.leave()


def call_in(carrier: Carrier, desk: Desk) -> Placed:
    """A citizen's call, answered at this desk."""
    placed = dial(carrier, Attempt("12319", caller=CITIZEN, say="你好，我要反映一个问题。", seconds=120))
    desk.answer()
    return placed


def save_ticket(desk: Desk) -> None:
    desk.page.fill("[name=content]", "提取住房公积金时系统提示资料不符，请协助核实。")
    desk.page.fill("[name=title]", "公积金提取资料核实")
    desk.page.keyboard.press("Alt+S")
    desk.page.wait_for_selector("#query-code")


def choose(desk: Desk, words: str) -> None:
    """Finds whom to call, by keys."""
    desk.page.wait_for_selector("#third-form")
    desk.page.keyboard.press("Alt+B")
    desk.page.wait_for_function("() => document.activeElement.id === 'third-party'")
    desk.page.keyboard.type(words)
    desk.page.locator("#third-party-options [role=option]:only-child", has_text=words).wait_for()
    desk.page.keyboard.press("ArrowDown")
    desk.page.keyboard.press("Enter")


def until_third(desk: Desk, stands: str, words: str) -> None:
    """Waits until the card says so of the third party."""
    desk.page.locator(f"#third[data-stands='{stands}']", has_text=words).wait_for(timeout=20_000)


def until(stage: FrontDesk, state: str) -> Call:
    """The newest call, once it is in this state."""
    eventually(lambda: stage.calls()[-1].state == state, 20)
    return stage.calls()[-1]


def let_them_talk(since: datetime | None, seconds: float = 6) -> None:
    """Until they have had so much time together."""
    assert since is not None
    eventually(lambda: datetime.now(UTC) - since > timedelta(seconds=seconds), seconds + 5, 0.2)


def end(quiet: Switch, carrier: Carrier, placed: Placed) -> Outcome:
    """The citizen's line is cut, and nobody else's. How the call went for the citizen."""
    with quiet.talk() as talk:
        seen = [event.keys for event in talk.ask_list("CoreShowChannels")]
        (line,) = [
            one["Channel"] for one in seen if one["CallerIDNum"] == CITIZEN and "trunk" in one["Channel"]
        ]
        talk.ask("Hangup", Channel=line)
    return wait(carrier, placed)


def heard_last(file: Path, seconds: float = 4) -> float:
    """The loudest of the last seconds of a recording."""
    with wave.open(str(file)) as sound:
        sound.setpos(max(0, sound.getnframes() - int(seconds * sound.getframerate())))
        rest, parameters = sound.readframes(sound.getnframes()), sound.getparams()
    tail = file.with_suffix(".tail.wav")
    with wave.open(str(tail), "wb") as written:
        written.setparams(parameters)
        written.writeframes(rest)
    return loudest(tail)


def test_a_branch_is_consulted_joined_and_left_with_the_citizen_and_an_order(
    desk: Desk, stage: FrontDesk, carrier: Carrier, quiet: Switch
) -> None:
    placed = call_in(carrier, desk)
    save_ticket(desk)
    choose(desk, BRANCH)
    desk.page.locator("#third-form button", has_text="咨询").click()
    until_third(desk, "present", "市民正在听音乐")
    assert until(stage, "held").party == f"branch:{BRANCH}:housing-fund"
    desk.hears_and_is_heard()
    desk.page.keyboard.press("Alt+J")
    until_third(desk, "present", "三方通话中")
    desk.page.keyboard.press("Alt+L")
    desk.page.wait_for_selector("#seat [data-presence=wrap-up]")
    call = until(stage, "handed_over")
    let_them_talk(call.handed_over_at)
    citizen = end(quiet, carrier, placed)
    centre = eventually(carrier.answered)[-1]
    assert citizen.sent > citizen.talked * PACKETS * 0.9
    # What a telephone receives is counted anew when the sound comes from elsewhere.
    for one in (citizen, centre):
        assert min(one.sent, one.received) > centre.talked * PACKETS * 0.9
    heard = sorted((carrier.base / "reports").glob("*.heard.wav"), key=lambda file: file.stat().st_mtime)[-2:]
    assert all(heard_last(file) > SILENCE for file in heard)  # each heard the other to the end
    over = until(stage, "ended")
    assert (over.outcome, over.agent, over.party_stands) == ("branch", "8001", "present")
    assert over.recording is not None
    recorded = stage.settings.paths.state / "recordings" / over.recording
    assert eventually(lambda: heard_last(recorded) > SILENCE)
    with stage.store.transaction() as session:
        (order,) = session.exec(select(WorkOrder).where(WorkOrder.ticket == over.ticket)).all()
    assert (order.unit, order.state) == ("housing-fund", "issued")


def test_an_agent_who_hangs_up_in_three_leaves_the_citizen_with_the_police(
    desk: Desk, stage: FrontDesk, carrier: Carrier, quiet: Switch
) -> None:
    placed = call_in(carrier, desk)
    choose(desk, "110")
    desk.page.locator("#third-form button", has_text="三方通话").click()
    until_third(desk, "present", "三方通话中")
    desk.page.keyboard.press("Alt+X")
    desk.page.wait_for_selector("#seat [data-presence=wrap-up]")
    until(stage, "handed_over")
    end(quiet, carrier, placed)
    assert until(stage, "ended").outcome == "emergency"


def test_a_colleague_picks_up_what_was_parked_and_is_asked_by_nobody(
    desk: Desk, stage: FrontDesk, carrier: Carrier, quiet: Switch
) -> None:
    with stage.agent("liangwenhao") as other:
        other.until_phone(line="ready", microphone="granted")
        placed = call_in(carrier, desk)
        desk.page.wait_for_selector("#third-form")
        desk.page.keyboard.press("Alt+Q")
        desk.page.wait_for_selector("#seat [data-presence=wrap-up]")
        other.page.locator("#parked button", has_text="取回").click()
        other.until_phone(call="talking")
        call = until(stage, "talking")
        assert call.agent == "8002"
        other.hears_and_is_heard()
        assert "林秀珍" in other.page.inner_text("#call-card")
        end(quiet, carrier, placed)
        assert until(stage, "ended").outcome == "answered"
        other.until_phone(call="none")


def test_a_colleague_who_was_consulted_keeps_the_call(
    desk: Desk, stage: FrontDesk, carrier: Carrier, quiet: Switch
) -> None:
    with stage.agent("liangwenhao") as other:
        other.be_ready()
        placed = call_in(carrier, desk)
        choose(desk, "8002")
        desk.page.locator("#third-form button", has_text="咨询").click()
        other.answer()
        until_third(desk, "present", "单独咨询中")
        other.page.locator("#third", has_text="向您咨询").wait_for()
        desk.page.keyboard.press("Alt+L")
        desk.page.wait_for_selector("#seat [data-presence=wrap-up]")
        eventually(lambda: stage.calls()[-1].agent == "8002", 10)
        other.hears_and_is_heard()
        other.page.wait_for_selector("#third-form")
        end(quiet, carrier, placed)
        assert until(stage, "ended").outcome == "answered"
        other.leave()
