"""The floor in a browser while nobody listens to the switch: it says so, until what it shows is true again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from telephony.caller.attempt import Attempt
from telephony.caller.carrier import Carrier
from telephony.caller.place import dial
from tests.live.conftest import Switch
from tests.live.frontdesk import FrontDesk, front_desk
from tests.live.soak.wire import Wire
from tests.patience import eventually

pytestmark = pytest.mark.live

PATIENCE = 40_000  # milliseconds: the link's longest pause is 30 s
SINCE = re.compile(r"自 \d\d:\d\d:\d\d 起与交换机失去联系")


@pytest.fixture
def wire(switch: Switch) -> Iterator[Wire]:
    with Wire(switch.settings.asterisk.ami_port).laid() as laid:
        yield laid


@pytest.fixture
def desk(switch: Switch, servers: Path, template: str, wire: Wire) -> Iterator[FrontDesk]:
    with front_desk(switch, servers, template, wire.port) as running:
        yield running


def test_a_cut_link_is_shown_until_what_was_missed_is_made_up(
    desk: FrontDesk, wire: Wire, carrier: Carrier, quiet: Switch
) -> None:
    with desk.page("guanshufen", "/floor") as floor:
        banner, waiting = floor.locator("#link"), floor.locator("#tile-waiting .figure")
        expect(banner).to_be_empty()
        dial(carrier, Attempt("12345", seconds=90))
        expect(waiting).to_have_text("1", timeout=PATIENCE)
        with wire.severed():
            expect(banner).to_have_text(SINCE, timeout=PATIENCE)
            with quiet.talk() as talk:  # the citizen is gone, and nobody hears of it
                talk.ask("Hangup", Channel="/^PJSIP/trunk-.*$/")
            eventually(quiet.is_idle)
            expect(waiting).to_have_text("1")
        expect(banner).to_be_empty(timeout=PATIENCE)
        expect(waiting).to_have_text("0")
