"""Real calls on a real switch while nobody of ours listens: each is in the record once, as queue_log has it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hotline import calls
from hotline.settings import Settings, environment
from hotline.store import Store
from hotline.store.tables import Call
from telephony.caller.attempt import Attempt
from telephony.caller.config import Manners
from telephony.caller.place import dial, place, wait
from telephony.repair.run import EVERY
from telephony.switch.make import install
from telephony.switch.start import folder
from tests.live.conftest import PARTS
from tests.live.stage import Stage, stage
from tests.patience import eventually

pytestmark = pytest.mark.live

TALKS, BRIEF = Manners(rings=0.3, seconds=30), Manners(rings=0.3, seconds=2)
QUEUES = {"urban": 0, "citywide": 0}  # where calls wait, and where they do when nobody tells
IN_TIME = 2 * EVERY  # seconds: a reading comes after at most `EVERY`, and leaves alone what has just ended


@pytest.fixture
def settings(served: Settings) -> Settings:
    """A switch with programs that are there already."""
    parts = served.paths.model_copy(update={"parts": PARTS})
    install(served.model_copy(update={"paths": parts}), lambda text: None)
    served.paths.parts.mkdir()
    (served.paths.parts / "switch").symlink_to(PARTS / "switch")
    asterisk = served.asterisk.model_copy(update={"seats": 4, "rtp_first": 20000, "rtp_last": 20199})
    return served.model_copy(update={"asterisk": asterisk})


def by_caller(on: Stage) -> dict[str, Call]:
    found = on.calls()
    assert len(found) == len({call.id for call in found})
    return {call.caller: call for call in found}


def queue_log(settings: Settings) -> str:
    return (folder(settings) / "log" / "queue_log").read_text("utf-8")


def reconcile(settings: Settings) -> tuple[int, str]:
    """What the command says of today, and its exit code."""
    argv = [sys.executable, "-m", "hotline.cli", "reconcile"]
    done = subprocess.run(
        argv, env=os.environ | environment(settings), capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout


def test_calls_of_which_nobody_heard_are_in_the_record(
    settings: Settings, store: Store, tmp_path: Path
) -> None:
    with stage(settings, store, TALKS, BRIEF) as on:
        # Without a word to play, calls are in their queue at once.
        shutil.rmtree(settings.paths.parts / "prompts", ignore_errors=True)
        on.telephone.join_queues("8001", QUEUES)
        on.await_seat("8001", "ready")
        seen = dial(on.carrier, Attempt("12319", caller="13800138001", seconds=6))
        eventually(lambda: "13800138001" in by_caller(on))
        on.kill_telephony()
        wait(on.carrier, seen)
        on.telephone.unpause("8001")  # its wrap-up, which nobody lifts
        place(on.carrier, Attempt("12345", caller="13800138002", seconds=4))
        on.telephone.pause("8001", "meal")
        place(on.carrier, Attempt("12319", caller="13800138003", seconds=3))
        on.telephone.unpause("8001")
        back = calls.name(settings.asterisk.node, "desk-00ff")
        on.note_placed(back, "8001", "13800138004")
        on.telephone.place_call("8001", "13800138004", back)
        eventually(lambda: not on.telephone.is_there(back), 15)
        stays = dial(on.carrier, Attempt("12345", caller="13800138005", seconds=12))
        eventually(lambda: queue_log(settings).count("|CONNECT|") == 3, 15)
        assert reconcile(settings)[0] == 1
        on.start_telephony()
        wait(on.carrier, stays)
        eventually(lambda: len(on.facts("call.repaired")) >= 4, IN_TIME)
        eventually(lambda: all(call.state == "ended" for call in on.calls()), IN_TIME)
        found = {
            caller: (call.direction, call.agent, call.outcome, call.inferred)
            for caller, call in by_caller(on).items()
        }
        assert found == {
            "13800138001": ("in", "8001", "answered", True),
            "13800138002": ("in", "8001", "answered", True),
            "13800138003": ("in", None, "abandoned", True),
            "13800138004": ("out", "8001", "answered", True),
            "13800138005": ("in", "8001", "answered", True),
        }
        eventually(lambda: reconcile(settings)[1].endswith(": 4 calls, 0 differences\n"), IN_TIME, step=1)
        assert reconcile(settings)[0] == 0
