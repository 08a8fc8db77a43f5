"""Calls accept anything that can be observed, in any order, and end exactly once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline import calls
from hotline.calls import Call, Outcome, Signal, State, step
from hotline.facts import Fact
from hotline.words import catalogue

pytestmark = pytest.mark.pure

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
CALL = "a1-1763800000.1"
BEGINNING = {"call": CALL, "line": "12319", "caller": "13800138000", "linkedid": "1763800000.1"}


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def entered(seconds: float = 0) -> Signal:
    return calls.Entered(at=at(seconds), **BEGINNING)  # type: ignore[arg-type]


def placed(seconds: float = 0) -> Signal:
    return calls.Placed(at=at(seconds), extension="8001", ticket=7, **BEGINNING)  # type: ignore[arg-type]


def queued(seconds: float = 1, queue: str = "general") -> Signal:
    return calls.Queued(at=at(seconds), queue=queue, **BEGINNING)  # type: ignore[arg-type]


def offered(seconds: float = 2, extension: str = "8001") -> Signal:
    return calls.Offered(call=CALL, at=at(seconds), extension=extension)


def not_answered(seconds: float = 12, extension: str = "8001") -> Signal:
    return calls.NotAnswered(call=CALL, at=at(seconds), extension=extension)


def answered(seconds: float = 5, extension: str = "8001") -> Signal:
    return calls.Answered(call=CALL, at=at(seconds), extension=extension)


def ended(seconds: float = 65, outcome: Outcome | None = None) -> Signal:
    return calls.Ended(call=CALL, at=at(seconds), outcome=outcome)


def run(*signals: Signal) -> tuple[Call, list[Fact]]:
    call: Call | None = None
    told: list[Fact] = []
    for signal in signals:
        call, facts = step(call, signal)
        told += facts
    assert call is not None
    return call, told


def kinds(facts: Sequence[Fact]) -> list[str]:
    return [fact.kind for fact in facts]


def test_a_call_that_is_answered() -> None:
    call, facts = run(entered(), queued(1), offered(2), answered(5), ended(65))
    assert (call.state, call.outcome, call.agent) == (State.ENDED, Outcome.ANSWERED, "8001")
    assert (call.waited, call.talked) == (4, 60)
    assert kinds(facts) == ["call.entered", "call.queued", "call.offered", "call.answered", "call.ended"]
    assert [(fact.was, fact.became) for fact in facts[:2]] == [(None, "entered"), ("entered", "queued")]


def test_a_fact_carries_what_its_readers_need() -> None:
    *_, last = run(entered(), queued(1), offered(2), answered(5), ended(65))[1]
    assert (last.subject, last.by, last.call, last.at) == (f"call:{CALL}", "switch:a1", CALL, at(65))
    assert last.data == {
        "direction": "in",
        "line": "12319",
        "language": "cmn",
        "queue": "general",
        "extension": "8001",
        "waited": 4.0,
        "talked": 60.0,
        "outcome": "answered",
        "answered": True,
    }


@pytest.mark.parametrize("before", [[], [queued()], [queued(), offered()]])
def test_whoever_hangs_up_before_a_voice_abandoned(before: list[Signal]) -> None:
    call, _ = run(entered(), *before, ended(30))
    assert (call.outcome, call.talked) == (Outcome.ABANDONED, 0)


def test_a_seat_that_does_not_answer_sends_the_call_back() -> None:
    call, facts = run(
        entered(), queued(), offered(2), not_answered(12), offered(13, "8002"), answered(15, "8002")
    )
    assert (call.agent, call.offered_at, call.queue) == ("8002", at(13), "general")
    assert kinds(facts)[2:5] == ["call.offered", "call.not_answered", "call.offered"]


def test_with_several_seats_ringing_one_refusal_does_not_end_the_offer() -> None:
    call, facts = run(entered(), queued(), offered(2, "8001"), offered(2, "8002"), not_answered(4, "8001"))
    assert call.state is State.OFFERED
    assert len(facts) == 4


def test_hold_and_resume() -> None:
    held, resumed = calls.Held(call=CALL, at=at(6)), calls.Resumed(call=CALL, at=at(9))
    assert run(entered(), queued(), answered(), held)[0].state is State.HELD
    assert run(entered(), queued(), answered(), held, resumed)[0].state is State.TALKING
    assert run(entered(), queued(), answered(), held, ended(8))[0].outcome is Outcome.ANSWERED


def test_an_answer_that_is_told_twice_does_not_take_a_call_off_hold() -> None:
    assert (
        run(entered(), queued(), answered(), calls.Held(call=CALL, at=at(6)), answered())[0].state
        is State.HELD
    )


def test_another_seat_takes_over() -> None:
    call, facts = run(entered(), queued(), answered(5), answered(50, "8002"), ended(65))
    assert (call.agent, call.answered_at, call.talked) == ("8002", at(5), 60)
    assert kinds(facts).count("call.answered") == 2


def test_a_transfer_back_to_a_queue_and_then_a_hang_up_was_still_answered() -> None:
    call, _ = run(entered(), queued(), answered(), queued(50, "english"), ended(60))
    assert (call.outcome, call.queue, call.queued_at) == (Outcome.ANSWERED, "english", at(1))


def test_a_late_word_of_the_queue_does_not_take_a_call_from_its_seat() -> None:
    assert run(entered(), answered(5), queued(1))[0].state is State.TALKING


def test_a_call_that_we_place() -> None:
    rang = calls.Rang(call=CALL, at=at(4), extension="8001")
    call, facts = run(placed(), rang, answered(9), ended(40))
    assert (call.direction, call.outcome, call.ticket, call.talked) == ("out", Outcome.ANSWERED, 7, 31)
    assert kinds(facts) == ["call.placed", "call.rang", "call.answered", "call.ended"]
    assert {fact.ticket for fact in facts} == {7}


def test_a_call_that_we_place_and_nobody_answers() -> None:
    rang = calls.Rang(call=CALL, at=at(4), extension="8001")
    assert run(placed(), ended(30))[0].outcome is Outcome.FAILED
    assert run(placed(), rang, ended(30))[0].outcome is Outcome.NO_ANSWER
    assert run(placed(), ended(30, Outcome.BUSY))[0].outcome is Outcome.BUSY


def test_an_outcome_that_is_told_outweighs_the_natural_one() -> None:
    call, facts = run(entered(), queued(), ended(20, Outcome.OVERFLOWED), ended(25))
    assert (call.outcome, call.ended_at) == (Outcome.OVERFLOWED, at(20))
    assert kinds(facts).count("call.ended") == 1


def test_a_call_whose_entry_was_missed_begins_in_its_queue() -> None:
    call, facts = run(queued(3))
    assert (call.state, call.line, call.inferred) == (State.QUEUED, "12319", True)
    assert kinds(facts) == ["call.entered", "call.queued"]


@pytest.mark.parametrize("signal", [offered(), answered(), not_answered(), ended()])
def test_what_is_heard_of_an_unknown_call_makes_none(signal: Signal) -> None:
    assert step(None, signal) == (None, ())


def test_the_recording_is_noted_once() -> None:
    recorded = calls.Recorded(call=CALL, at=at(1), file="2026/11/22/x.wav")
    call, facts = run(entered(), recorded, recorded)
    assert call.recording == "2026/11/22/x.wav"
    assert kinds(facts) == ["call.entered", "call.recorded"]


def test_a_conclusion_is_marked_as_one() -> None:
    lost = calls.Ended(call=CALL, at=at(9), outcome=Outcome.LOST, inferred=True)
    assert run(entered(), lost)[1][-1].data["inferred"] is True


def test_a_name_is_the_switch_and_the_first_channel() -> None:
    assert calls.name("a1", "1763800000.1") == CALL
    assert calls.channel(CALL) == "1763800000.1"
    assert calls.channel(calls.name("a1", "desk-00ff")) == "desk-00ff"


MOMENTS = st.integers(0, 100)
EXTENSIONS = st.sampled_from(["8001", "8002"])
SIGNALS = st.one_of(
    st.builds(entered, MOMENTS),
    st.builds(placed, MOMENTS),
    st.builds(queued, MOMENTS, st.sampled_from(["general", "english"])),
    st.builds(offered, MOMENTS, EXTENSIONS),
    st.builds(not_answered, MOMENTS, EXTENSIONS),
    st.builds(answered, MOMENTS, EXTENSIONS),
    st.builds(lambda s, e: calls.Rang(call=CALL, at=at(s), extension=e), MOMENTS, EXTENSIONS),
    st.builds(lambda s: calls.Held(call=CALL, at=at(s)), MOMENTS),
    st.builds(lambda s: calls.Resumed(call=CALL, at=at(s)), MOMENTS),
    st.builds(lambda s: calls.Recorded(call=CALL, at=at(s), file="f"), MOMENTS),
    st.builds(lambda s: calls.Renamed(call=CALL, at=at(s), linkedid="9"), MOMENTS),
    st.builds(ended, MOMENTS, st.none() | st.sampled_from(Outcome)),
)


@given(st.lists(SIGNALS, max_size=30))
def test_any_signals_in_any_order_end_a_call_once_and_never_raise(signals: list[Signal]) -> None:
    call: Call | None = None
    told: list[Fact] = []
    for signal in signals:
        was = call
        call, facts = step(call, signal)
        told += facts
        assert bool(facts) == (call != was)
        if was and was.is_over:
            assert call is was or isinstance(signal, calls.Recorded)
    ends = [fact for fact in told if fact.kind == "call.ended"]
    assert len(ends) == int(bool(call and call.is_over))
    assert sum(fact.was is None for fact in told) == int(call is not None)
    moved = [fact for fact in told if fact.kind != "call.recorded"]
    assert all(later.was == earlier.became for earlier, later in pairwise(moved))


@given(st.lists(SIGNALS, max_size=20))
def test_a_signal_told_twice_in_a_row_is_told_once(signals: list[Signal]) -> None:
    call: Call | None = None
    for signal in signals:
        call, _ = step(call, signal)
        assert step(call, signal) == (call, ())


@pytest.mark.parametrize(("kinds", "words"), [(State, calls.STATE_WORDS), (Outcome, calls.OUTCOME_WORDS)])
def test_everything_has_words_in_both_languages(kinds: type[StrEnum], words: Mapping[StrEnum, str]) -> None:
    assert set(words) == set(kinds)
    assert not [text for text in words.values() if text not in catalogue("zh_Hans")]
