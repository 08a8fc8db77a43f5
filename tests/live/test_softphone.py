"""The softphone in a real browser at a real switch: it registers, rings, talks, holds, and comes back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from telephony.caller.carrier import Carrier
from telephony.caller.place import Attempt, Placed, dial
from tests.live.conftest import Switch
from tests.live.frontdesk import FrontDesk, front_desk
from tests.patience import eventually

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def stage(switch: Switch, servers: Path, template: str) -> Iterator[FrontDesk]:
    with front_desk(switch, servers, template) as running:
        yield running


def call_in(carrier: Carrier, seconds: float = 12) -> Placed:
    return dial(carrier, Attempt("12319", caller="16000000001", say="你好，我要反映一个问题。", seconds=seconds))


def test_a_call_rings_and_sound_goes_both_ways(stage: FrontDesk, carrier: Carrier, quiet: Switch) -> None:
    with stage.agent() as desk:
        desk.be_ready()
        call_in(carrier)
        desk.answer()
        desk.hears_and_is_heard()
        desk.page.keyboard.press("Alt+X")
        desk.until_phone(call="none")
    eventually(quiet.is_idle)
