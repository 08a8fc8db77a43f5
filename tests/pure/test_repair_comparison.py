"""A day of the record beside queue_log: nothing where they agree, and in words what differs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given

from hotline import calls
from hotline.repairs import BEYOND, replay
from telephony.repair.comparison import compare, told_by
from telephony.repair.rows import channel_row, queue_row
from tests.pure.switchlogs import START, Plan, Wait, lines, parsed, plans
from tests.pure.test_repair_episodes import SCENES, read, truths

pytestmark = pytest.mark.pure

END = START + timedelta(days=1)
ANSWERED = Plan(1, 0, (Wait("citywide", 4, (), "8001"),), 30)
MOVED_ON = Plan(2, 20, (Wait("urban", 8), Wait("citywide", 5)), 1)


def record(*made: Plan) -> dict[str, calls.Call]:
    return truths(read(*parsed(*lines(list(made))))[0])


def differences(told: list[Plan], known: list[calls.Call]) -> list[tuple[str, str]]:
    return list(compare(told_by(parsed(*lines(told))[0], "a1"), known, START, END).differences)


@given(plans())
def test_what_was_repaired_from_both_logs_agrees_with_queue_log(made: list[Plan]) -> None:
    assert differences(made, list(record(*made).values())) == []


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_what_was_repaired_from_real_logs_agrees_with_queue_log(scene: Path) -> None:
    queued = [
        row for line in (scene / "queue_log").read_text("utf-8").splitlines() if (row := queue_row(line))
    ]
    channels = [
        row for line in (scene / "calls.jsonl").read_text("utf-8").splitlines() if (row := channel_row(line))
    ]
    always = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    found, _ = read(queued, channels, always[1])
    facts = [fact for episode in found for fact in replay(None, episode.signals)[1]]
    beyond = {str(fact.call) for fact in facts if fact.kind in BEYOND}
    told = told_by(queued, "a1")
    assert compare(told, truths(found).values(), *always, beyond).differences == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"outcome": calls.Outcome.ABANDONED, "answered_at": None}, "was answered at the switch"),
        ({"agent": "8002"}, "was answered by 8001 at the switch, and by 8002 in the record"),
        ({"queue": "urban"}, "waited in citywide at the switch, and in urban in the record"),
        ({"ended_at": START + timedelta(seconds=60)}, "talked 30 s at the switch, and 56 s in the record"),
        ({"queued_at": START - timedelta(seconds=60)}, "waited 4 s at the switch, and 64 s in the record"),
        ({"state": calls.State.TALKING}, "goes on in the record"),
        ({"id": "a1-7.7", "linkedid": "7.7"}, "isn't in the record"),
    ],
)
def test_what_differs_is_said_in_words(change: dict[str, object], words: str) -> None:
    (call,) = record(ANSWERED).values()
    changed = replace(call, **change)  # type: ignore[arg-type]
    assert any(words in said for _, said in differences([ANSWERED], [changed]))


def test_a_call_that_is_there_twice_is_told() -> None:
    (call,) = record(ANSWERED).values()
    found = differences([ANSWERED], [call, replace(call, id="a1-9.9")])
    assert found == [(ANSWERED.call, "is in the record 2 times")]


def test_a_call_that_the_switch_does_not_know_is_told() -> None:
    known = list(record(ANSWERED, MOVED_ON).values())
    assert differences([ANSWERED], known) == [(MOVED_ON.call, "isn't known to the switch")]


def test_a_call_of_another_day_is_left_out() -> None:
    later = replace(ANSWERED, begins=100_000.0)
    assert compare(told_by(parsed(*lines([later]))[0], "a1"), [], START, END).calls == 0
