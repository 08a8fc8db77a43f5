"""Real calls over a real switch into the record: nothing in between is played."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

import pytest

from hotline import calls
from hotline.settings import Settings
from hotline.store import Store
from hotline.store.tables import Call
from telephony.caller.attempt import Attempt
from telephony.caller.config import Manners
from telephony.caller.place import dial, place, wait
from telephony.switch.make import install
from tests.live.conftest import PARTS
from tests.live.stage import Stage, stage
from tests.patience import eventually

pytestmark = pytest.mark.live

QUEUE = "urban"  # where calls to 12319 wait
READY, BUSY = Manners(rings=0.3, seconds=30), Manners(rings=0.3, busy=True)


class Opens(Protocol):
    def __call__(self, seats: Manners = READY, citizen: Manners = READY) -> AbstractContextManager[Stage]: ...


@pytest.fixture
def opened(served: Settings, store: Store, tmp_path: Path) -> Opens:
    """Opens a stage whose switch has no prompts to play, so that calls are in their queue at once."""
    install(
        served.model_copy(update={"paths": served.paths.model_copy(update={"parts": PARTS})}),
        lambda text: None,
    )
    served.paths.parts.mkdir()
    (served.paths.parts / "switch").symlink_to(PARTS / "switch")
    asterisk = served.asterisk.model_copy(update={"seats": 4, "rtp_first": 20000, "rtp_last": 20199})
    desk = served.desk.model_copy(update={"wrap_up": 1.0})
    settings = served.model_copy(update={"asterisk": asterisk, "desk": desk})

    @contextmanager
    def open_stage(seats: Manners = READY, citizen: Manners = READY) -> Iterator[Stage]:
        with stage(settings, store, seats, citizen) as running:
            shutil.rmtree(settings.paths.parts / "prompts")
            yield running

    return open_stage


def call_in(on: Stage, state: str) -> Call:
    """The only call, once it is in `state`."""

    def found() -> Call | None:
        return next((call for call in on.calls() if call.state == state), None)

    call = eventually(found, 15)
    assert call is not None
    return call


def place_back(on: Stage, number: str = "13800138000") -> str:
    """A call to a citizen, ordered as the desk does it."""
    channel = "desk-00ff"
    call = calls.name(on.settings.asterisk.node, channel)
    on.note_placed(call, "8001", number)
    on.telephone.place_call("8001", number, call)
    return call


def test_a_call_is_answered_and_its_seat_wraps_up(opened: Opens) -> None:
    with opened() as on:
        on.telephone.join_queues("8001", {QUEUE: 0})
        on.await_seat("8001", "ready")
        place(on.carrier, Attempt("12319", seconds=3))
        on.await_facts("call.ended")
        (call,) = on.calls()
        assert (call.line, call.caller, call.agent) == ("12319", "13800138000", "8001")
        assert (call.queue, call.outcome, call.inferred) == (QUEUE, "answered", False)
        assert call.recording
        assert (on.settings.paths.state / "recordings" / call.recording).exists()
        on.await_facts("seat.became", 5)
        states = [fact.became for fact in on.facts("seat.became")]
        assert states == ["ready", "ringing", "talking", "wrap-up", "ready"]


def test_whoever_hangs_up_in_the_queue_abandoned(opened: Opens) -> None:
    with opened() as on:
        on.telephone.join_queues("8001", {QUEUE: 0})
        on.telephone.pause("8001", "meal")
        on.await_seat("8001", "paused")
        place(on.carrier, Attempt("12319", seconds=1.5))
        on.await_facts("call.ended")
        (call,) = on.calls()
        assert (call.queue, call.agent, call.outcome) == (QUEUE, None, "abandoned")
        on.telephone.leave_queues("8001")
        on.await_seat("8001", "away")


def test_a_seat_that_refuses_is_left_and_the_call_waits_on(opened: Opens) -> None:
    with opened(seats=BUSY) as on:
        on.telephone.join_queues("8001", {QUEUE: 0})
        on.await_seat("8001", "ready")
        place(on.carrier, Attempt("12319", seconds=4))
        on.await_facts("call.ended")
        kinds = [fact.kind for fact in on.facts() if fact.noun == "call" and fact.kind != "call.recorded"]
        assert kinds[:5] == [
            "call.entered",
            "call.queued",
            "call.offered",
            "call.not_answered",
            "call.offered",
        ]
        assert on.calls()[0].outcome == "abandoned"
        on.await_seat("8001", "ready")


def test_a_call_to_a_citizen(opened: Opens) -> None:
    with opened(citizen=Manners(rings=0.3, seconds=2)) as on:
        on.telephone.join_queues("8001", {QUEUE: 0})
        on.await_seat("8001", "ready")
        call = place_back(on)
        on.await_facts("call.ended")
        kinds = [fact.kind for fact in on.facts() if fact.noun == "call" and fact.kind != "call.recorded"]
        assert kinds == ["call.placed", "call.rang", "call.answered", "call.ended"]
        (row,) = on.calls()
        assert (row.id, row.direction, row.agent, row.outcome) == (call, "out", "8001", "answered")
        on.await_facts("seat.became", 5)
        states = [fact.became for fact in on.facts("seat.became")]
        assert states == ["ready", "ringing", "talking", "wrap-up", "ready"]


def test_a_call_to_a_citizen_who_is_busy(opened: Opens) -> None:
    with opened(citizen=BUSY) as on:
        place_back(on)
        (ended,) = on.await_facts("call.ended")
        assert ended.data["outcome"] == "busy"
        on.await_seat("8001", "away")


def test_a_call_to_a_citizen_from_a_seat_that_refuses_it(opened: Opens) -> None:
    with opened(seats=BUSY) as on:
        place_back(on)
        (ended,) = on.await_facts("call.ended")
        assert ended.data["outcome"] == "failed"


def test_a_call_can_be_hung_up_from_the_desk(opened: Opens) -> None:
    with opened() as on:
        on.telephone.join_queues("8001", {QUEUE: 0})
        ringing = dial(on.carrier, Attempt("12319", seconds=20))
        call = call_in(on, "talking")
        assert on.telephone.is_there(call.id)
        on.telephone.hang_up(call.id)
        wait(on.carrier, ringing)
        assert call_in(on, "ended").outcome == "answered"
        assert not on.telephone.is_there(call.id)


def test_what_happens_while_the_process_is_dead_is_found_out(opened: Opens) -> None:
    with opened() as on:
        on.telephone.join_queues("8001", {QUEUE: 0})
        on.await_seat("8001", "ready")
        stays = dial(on.carrier, Attempt("12319", caller="13800138001", seconds=14))
        call_in(on, "talking")
        leaves = dial(on.carrier, Attempt("12319", caller="13800138002", seconds=3))
        call_in(on, "queued")
        on.kill_telephony()
        wait(on.carrier, leaves)
        comes = dial(on.carrier, Attempt("12319", caller="13800138003", seconds=10))
        eventually(lambda: on.waiting(QUEUE) == 1)
        on.start_telephony()
        on.await_facts("link.restored", 2)
        found = {call.caller: (call.state, call.outcome, call.inferred) for call in on.calls()}
        assert found == {
            "13800138001": ("talking", None, False),
            "13800138002": ("ended", "lost", False),
            "13800138003": ("queued", None, True),
        }
        wait(on.carrier, stays)
        wait(on.carrier, comes)
        on.await_facts("call.ended", 3)
        outcomes = {call.caller: call.outcome for call in on.calls()}
        assert outcomes["13800138001"] == "answered"
