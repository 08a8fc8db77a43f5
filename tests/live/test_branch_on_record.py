"""A call whose line leads to a branch centre, in the record: it is followed there, or back to our own queue."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline import calls
from hotline.parties import Standing
from hotline.settings import Settings
from hotline.store import Store
from hotline.store.tables import Call
from telephony.caller.attempt import Attempt
from telephony.caller.config import Manners
from telephony.caller.place import dial, wait
from telephony.switch.make import install
from tests.live.conftest import PARTS, quietly
from tests.live.stage import Stage, stage
from tests.live.test_lines import BRANCH, CENTRE, city_in
from tests.patience import eventually

pytestmark = pytest.mark.live

PARTY = f"branch:{CENTRE}:housing-fund"
SEATS = Manners(rings=0.3, seconds=30)


@pytest.fixture
def made(served: Settings, tmp_path: Path) -> Settings:
    """A switch, and a city whose branch centre never closes."""
    city_in(tmp_path / "city")
    served = served.model_copy(update={"paths": served.paths.model_copy(update={"parts": PARTS})})
    install(served, quietly)
    return served.model_copy(
        update={
            "site": served.site.model_copy(update={"city": str(tmp_path / "city")}),
            "asterisk": served.asterisk.model_copy(
                update={"seats": 4, "rtp_first": 20000, "rtp_last": 20199}
            ),
        }
    )


def until(on: Stage, state: calls.State) -> Call:
    """The only call, once it is in this state."""
    eventually(lambda: [call.state for call in on.calls()] == [state], 30)
    return on.calls()[0]


def test_a_branch_centre_that_answers_has_the_call(made: Settings, store: Store) -> None:
    with stage(made, store, SEATS, Manners(rings=0.5, seconds=30)) as on:
        call = dial(on.carrier, Attempt(BRANCH, seconds=16))
        on.await_facts("call.party_met", seconds=30)
        there = until(on, calls.State.HANDED_OVER)
        assert (there.party, there.party_stands, there.queue) == (PARTY, Standing.PRESENT, None)
        wait(on.carrier, call)
        over = until(on, calls.State.ENDED)
        assert (over.outcome, over.line, over.caller) == (calls.Outcome.BRANCH, BRANCH, "13800138000")


def test_a_busy_branch_centre_sends_the_call_back_to_a_seat_of_ours(made: Settings, store: Store) -> None:
    with stage(made, store, SEATS, Manners(rings=0.3, busy=True)) as on:
        on.telephone.join_queues("8001", {"labour": 0})
        on.await_seat("8001", "ready")
        call = dial(on.carrier, Attempt(BRANCH, seconds=24))
        talking = until(on, calls.State.TALKING)
        assert (talking.queue, talking.agent, talking.line) == ("labour", "8001", BRANCH)
        wait(on.carrier, call)
        over = until(on, calls.State.ENDED)
        assert (over.outcome, over.caller) == (calls.Outcome.ANSWERED, "13800138000")
        (left,) = on.facts("call.party_left")
        assert left.data["party_stands"] == Standing.BUSY
