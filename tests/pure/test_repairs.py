"""Putting a call right: what is known stays, what is lacking is filled, and a second time changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.calls import Call, Outcome, State
from hotline.repairs import TOLERANCE, Gap, as_it_was, put_right, told
from tests.pure.switchlogs import START, Plan, Wait, parsed
from tests.pure.switchlogs import lines as log_lines
from tests.pure.test_repair_episodes import read, truths

pytestmark = pytest.mark.pure

ANSWERED = Plan(1, 0, (Wait("citywide", 4, (), "8001"),), 30)
(TRUTH,) = truths(read(*parsed(*log_lines([ANSWERED])))[0]).values()

moments = st.none() | st.integers(-60, 120).map(lambda seconds: START + timedelta(seconds=seconds))


@st.composite
def believed(draw: st.DrawFn) -> Call:
    """What we may have come to believe of the call, heard in any part."""
    outcome = draw(st.none() | st.sampled_from(Outcome))
    ended = draw(moments.filter(bool)) if outcome else None
    return replace(
        TRUTH,
        state=State.ENDED if outcome else draw(st.sampled_from((State.ENTERED, State.QUEUED, State.TALKING))),
        outcome=outcome,
        ended_at=ended,
        entered_at=draw(moments.filter(bool)) or START,
        queued_at=draw(moments),
        answered_at=draw(moments),
        agent=draw(st.sampled_from((None, "8001", "8002"))),
        queue=draw(st.sampled_from((None, "citywide", "urban"))),
        line=draw(st.sampled_from(("", "12319"))),
        ticket=draw(st.none() | st.just(7)),
        inferred=False,
    )


@given(believed())
def test_put_right_once_is_put_right_for_ever(call: Call) -> None:
    mended = put_right(call, TRUTH)
    assert put_right(mended, TRUTH) == mended


@given(believed())
def test_it_ends_is_marked_and_forgets_nothing(call: Call) -> None:
    mended = put_right(call, TRUTH)
    assert mended.is_over
    assert mended.inferred == (mended != call)
    assert mended.outcome not in (None, Outcome.LOST)
    assert (mended.ticket, mended.id) == (call.ticket, call.id)
    for name in ("queued_at", "answered_at", "agent", "queue", "line"):
        assert getattr(mended, name) or not getattr(call, name)


def test_what_was_heard_whole_is_left_alone() -> None:
    whole = replace(
        TRUTH, outcome=Outcome.BRANCH, agent="8002", ended_at=START + timedelta(seconds=90), inferred=False
    )
    assert put_right(whole, TRUTH) == whole


def test_a_call_that_was_found_without_its_line_and_its_caller_gets_both() -> None:
    (episode,) = read(*parsed(*log_lines([ANSWERED])))[0]
    found = replace(TRUTH, line="", caller="")
    assert put_right(found, as_it_was(found, episode.signals)) == TRUTH


def test_what_is_not_over_puts_nothing_right() -> None:
    open_call = replace(TRUTH, state=State.TALKING, outcome=None, ended_at=None, inferred=False)
    assert put_right(open_call, open_call) is open_call


def test_a_moment_within_the_tolerance_stays() -> None:
    assert TRUTH.answered_at
    close = replace(TRUTH, answered_at=TRUTH.answered_at + TOLERANCE, inferred=False)
    late = replace(TRUTH, answered_at=TRUTH.answered_at + 2 * TOLERANCE, inferred=False)
    assert put_right(close, TRUTH) == close
    assert put_right(late, TRUTH).answered_at == TRUTH.answered_at


def test_a_call_answered_without_our_knowing_was_not_abandoned() -> None:
    wrong = replace(TRUTH, answered_at=None, agent=None, outcome=Outcome.ABANDONED, inferred=False)
    assert put_right(wrong, TRUTH) == replace(TRUTH, inferred=True)


@pytest.mark.parametrize(("lost", "back", "is_mended"), [(-90, -60, False), (10, 11, True), (60, 90, False)])
def test_of_a_call_with_a_gap_in_it_nothing_is_certain(lost: float, back: float, is_mended: bool) -> None:
    heard = replace(TRUTH, agent="8002", inferred=False)
    gap = Gap(START + timedelta(seconds=lost), START + timedelta(seconds=back))
    assert put_right(heard, TRUTH, [gap]) == (TRUTH if is_mended else heard)


def test_what_was_put_right_is_told_field_by_field() -> None:
    lost = replace(TRUTH, agent=None, outcome=Outcome.LOST, inferred=False)
    at = datetime(2026, 11, 24, tzinfo=START.tzinfo)
    fact = told(lost, put_right(lost, TRUTH), at, "switch:a1")
    assert (fact.kind, fact.was, fact.became, fact.call) == ("call.repaired", "ended", "ended", TRUTH.id)
    assert fact.data["put_right"] == {"agent": [None, "8001"], "outcome": ["lost", "answered"]}
    assert told(None, TRUTH, at, "switch:a1").data["put_right"] == {}
