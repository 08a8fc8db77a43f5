"""The soak's verdict finds what it is there to find: each kind of loss and doubling, planted in a run without any."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from hotline.repairs import Gap
from hotline.store.tables import Call
from tests.live.soak.agents import Ordered, Written
from tests.live.soak.evidence import Answered, Evidence
from tests.live.soak.plan import Fault, draw
from tests.live.soak.table import Struck, table
from tests.live.soak.truth import calls_of
from tests.live.soak.verdict import Verdict, judge
from tests.pure.switchlogs import START, Plan, Wait, lines

pytestmark = pytest.mark.pure

TALK = Plan(1, 0, (Wait("citywide", 4, (), "8001"),), 30)
CALLER = "13800138000"


def call(**changes: object) -> Call:
    values = {
        "id": TALK.call,
        "node": "a1",
        "linkedid": TALK.channel,
        "line": "12319",
        "caller": CALLER,
        "state": "ended",
        "outcome": "answered",
        "agent": "8001",
        "entered_at": START,
        "answered_at": START + timedelta(seconds=TALK.answered),
        "ended_at": START + timedelta(seconds=TALK.ended),
    }
    return Call(**(values | changes))


def evidence(**changes: object) -> Evidence:
    """What is known of a run of one call, in which nothing went wrong; and then `changes`."""
    queue_log, channel_log = lines([TALK])
    whole = Evidence(
        handled=calls_of(channel_log, queue_log),
        known=[call()],
        answered=[Answered(CALLER, True)],
        written=[Written(1, "一", "13700000001")],
        titles={"一": 1},
        ordered=[Ordered("13700000001", 202)],
        rang={"13700000001": 0},
        told=[],
        miscounted=[],
        reconciled="2026-11-23: 1 calls, 0 differences",
        gaps=[Gap(START + timedelta(seconds=9), START + timedelta(seconds=11.5))],
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def test_a_run_without_any_loss() -> None:
    assert judge(evidence()) == Verdict(frozenset(), frozenset(), frozenset(), frozenset(), [])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"known": []}, "isn't in the record"),
        ({"handled": {}}, "isn't known to the switch"),
        ({"known": [call(), call(id="a1-1.1")]}, "is in the record 2 times"),
        ({"known": [call(ended_at=None, outcome=None, state="talking")]}, "is talking in the record"),
        ({"known": [call(outcome="lost")]}, "is lost in the record"),
        ({"known": [call(agent="8002")]}, "by 8002 in the record"),
        ({"known": [call(answered_at=None)]}, "was answered by"),
        ({"known": [call(ended_at=START)]}, "ended at"),
        ({"known": [call(caller="13800138001")]}, "from 13800138001 in the record"),
        ({"titles": {}}, "一 is gone"),
        ({"rang": {"13700000001": 2}}, "rang 2 times"),
        ({"rang": {"13700000001": 1}}, "rang, and the record says []"),
        ({"told": ["a1-1 has 2 facts call.ended"]}, "2 facts"),
        ({"miscounted": ["12319 counts 2"]}, "counts 2"),
        ({"reconciled": "a1-1 isn't in the record\n2026-11-23: 1 calls, 1 differences"}, "1 differences"),
    ],
)
def test_each_loss_is_found(changes: dict[str, object], words: str) -> None:
    wrong = judge(evidence(**changes)).wrong
    assert any(words in line for line in wrong), wrong


def test_a_call_that_died_with_the_switch_has_no_end_of_its_own() -> None:
    queue_log, channel_log = lines([TALK])
    cut = [line for line in channel_log if json.loads(line)["eventtype"] not in ("CHAN_END", "LINKEDID_END")]
    assert judge(evidence(handled=calls_of(cut, queue_log))).wrong == []


def test_the_table_says_what_each_fault_cost() -> None:
    lost = evidence(known=[])
    struck = [Struck(fault, START + timedelta(seconds=10), START + timedelta(seconds=12)) for fault in Fault]
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in table(lost, judge(lost), struck).splitlines()
    ]
    assert rows[2] == ["kill -9 of the telephony process", "1", "1", "1", "0", "2.5", "2.0", "2.0"]
    assert rows[3] == ["kill -9 of the web process", "1", "1", "1", "0", "none", "2.0", "2.0"]
    assert rows[-1] == ["nothing", "", "0", "0", "0", "", "", ""]


def test_a_seed_draws_the_same_again() -> None:
    assert draw(1, 60) == draw(1, 60) != draw(2, 60)
    assert {blow.fault for blow in draw(1, 60).blows} == set(Fault)
