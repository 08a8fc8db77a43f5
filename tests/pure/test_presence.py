"""A seat's state follows from what is observed, whatever the order in which that arrives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline import calls, presence
from hotline.facts import Fact
from hotline.presence import WRAP_UP, Seat, Signal, State, implied, step
from hotline.words import catalogue

pytestmark = pytest.mark.pure

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
CALL = "a1-1.1"


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def joined(seconds: float = 0, queue: str = "general") -> Signal:
    return presence.Joined(extension="8001", at=at(seconds), queue=queue)


def left(seconds: float = 0, queue: str = "general") -> Signal:
    return presence.Left(extension="8001", at=at(seconds), queue=queue)


def paused(reason: str, seconds: float = 0) -> Signal:
    return presence.Paused(extension="8001", at=at(seconds), reason=reason)


def unpaused(seconds: float = 0) -> Signal:
    return presence.Unpaused(extension="8001", at=at(seconds))


def rings(seconds: float = 0, call: str = CALL) -> Signal:
    return presence.Rings(extension="8001", at=at(seconds), call=call)


def talks(seconds: float = 0, call: str = CALL) -> Signal:
    return presence.Talks(extension="8001", at=at(seconds), call=call)


def freed(seconds: float = 0, call: str = CALL) -> Signal:
    return presence.Freed(extension="8001", at=at(seconds), call=call)


def run(*signals: Signal) -> tuple[Seat, list[Fact]]:
    seat: Seat | None = None
    told: list[Fact] = []
    for signal in signals:
        seat, facts = step(seat, signal, "switch:a1")
        told += facts
    assert seat is not None
    return seat, told


def shown(facts: list[Fact]) -> list[str]:
    return [str(fact.became) for fact in facts if fact.kind == "seat.became"]


def test_a_shift() -> None:
    seat, facts = run(
        joined(0),
        rings(10),
        talks(12),
        paused(WRAP_UP, 12),
        freed(60),
        unpaused(70),
        paused("meal", 80),
        left(90),
    )
    assert shown(facts) == ["ready", "ringing", "talking", "wrap-up", "ready", "paused", "away"]
    assert (seat.state, seat.since) == (State.AWAY, at(90))


def test_whatever_the_order_of_pause_and_hang_up_wrap_up_follows_a_call() -> None:
    for order in permutations([talks(1), paused(WRAP_UP, 2), freed(3)]):
        if order.index(talks(1)) < order.index(freed(3)):
            assert run(joined(), *order)[0].state is State.WRAP_UP


def test_a_break_asked_for_during_a_call_begins_after_it() -> None:
    seat, facts = run(joined(), talks(), paused(WRAP_UP), paused("meal"), freed(9))
    assert (seat.state, seat.reason) == (State.PAUSED, "meal")
    assert facts[-1].data["reason"] == "meal"


def test_a_pause_without_a_reason_is_still_a_pause() -> None:
    assert run(joined(), paused(""))[0].state is State.PAUSED


def test_leaving_one_of_two_queues_leaves_the_seat_ready() -> None:
    seat, facts = run(joined(0, "general"), joined(1, "english"), left(2, "general"))
    assert (seat.state, seat.queues, seat.since) == (State.READY, {"english"}, at(0))
    assert [fact.kind for fact in facts] == ["seat.joined", "seat.became", "seat.joined", "seat.left"]


def test_who_leaves_in_a_call_is_away_after_it() -> None:
    assert run(joined(), talks(), left())[0].state is State.TALKING
    assert run(joined(), talks(), left(), freed())[0].state is State.AWAY


def test_another_calls_end_frees_nobody() -> None:
    assert run(joined(), talks(), freed(2, "a1-9.9"))[0].state is State.TALKING


def test_a_second_call_does_not_ring_into_the_first() -> None:
    assert run(joined(), talks(), rings(2, "a1-9.9"))[0].call == CALL


def test_what_was_found_outweighs_what_was_believed() -> None:
    found = presence.Found(
        extension="8001", at=at(9), queues=frozenset({"english"}), reason="meal", inferred=True
    )
    seat, facts = run(joined(), talks(), found)
    assert (seat.state, seat.queues, seat.since) == (State.PAUSED, {"english"}, at(9))
    assert all(fact.data["inferred"] for fact in facts[-3:])
    assert step(seat, found) == (seat, ())


def test_a_fact_says_whose_call_it_was() -> None:
    _, facts = run(joined(), talks(1), paused(WRAP_UP), freed(9))
    assert (facts[-1].became, facts[-1].call, facts[-1].by) == ("wrap-up", CALL, "switch:a1")
    assert facts[-1].data == {"extension": "8001", "reason": WRAP_UP, "pause": WRAP_UP}


SIGNALS = st.one_of(
    st.builds(joined, st.just(0), st.sampled_from(["a", "b"])),
    st.builds(left, st.just(0), st.sampled_from(["a", "b"])),
    st.builds(paused, st.sampled_from(["", "meal", WRAP_UP])),
    st.builds(unpaused),
    st.builds(rings, st.just(0), st.sampled_from(["a1-1.1", "a1-2.2"])),
    st.builds(talks, st.just(0), st.sampled_from(["a1-1.1", "a1-2.2"])),
    st.builds(freed, st.just(0), st.sampled_from(["a1-1.1", "a1-2.2"])),
)


@given(st.lists(SIGNALS, max_size=20))
def test_any_signals_in_any_order_and_twice_never_raise(signals: list[Signal]) -> None:
    seat: Seat | None = None
    state = "away"
    for signal in signals:
        seat, facts = step(seat, signal)
        for fact in facts:
            if fact.kind == "seat.became":
                assert fact.was == state
                state = str(fact.became)
        assert state == seat.state
        assert step(seat, signal) == (seat, ())


def call_in(state: calls.State, agent: str = "8001") -> calls.Call:
    return calls.Call(CALL, "a1", "1.1", "in", "12345", "138", state, START, agent=agent)


def seat_at_call(extension: str) -> Seat:
    return Seat(extension, START, call=CALL)


def test_an_offer_rings_and_an_answer_frees_the_others() -> None:
    offered = calls.Offered(call=CALL, at=START, extension="8001")
    assert implied(call_in(calls.State.OFFERED), offered, []) == (rings(),)
    answered = calls.Answered(call=CALL, at=START, extension="8001")
    others = [seat_at_call("8001"), seat_at_call("8002")]
    first, second = implied(call_in(calls.State.TALKING), answered, others)
    assert (first, second.extension, type(second)) == (talks(), "8002", presence.Freed)


def test_a_late_offer_of_a_call_that_is_over_rings_nowhere() -> None:
    offered = calls.Offered(call=CALL, at=START, extension="8001")
    assert implied(call_in(calls.State.ENDED), offered, []) == ()


def test_the_end_frees_every_seat_that_has_the_call() -> None:
    ended = calls.Ended(call=CALL, at=START)
    freed_seats = implied(call_in(calls.State.ENDED), ended, [seat_at_call("8001"), seat_at_call("8002")])
    assert [signal.extension for signal in freed_seats] == ["8001", "8002"]


def test_a_placed_call_rings_at_its_own_seat_first() -> None:
    placed = calls.Placed(call=CALL, at=START, line="", caller="", linkedid="", extension="8001")
    assert implied(call_in(calls.State.PLACED), placed, []) == (rings(),)
    rang = calls.Rang(call=CALL, at=START, extension="8001")
    assert implied(call_in(calls.State.RINGING), rang, [seat_at_call("8001")]) == (talks(),)


def test_everything_has_words_in_both_languages() -> None:
    assert set(presence.STATE_WORDS) == set(State)
    words = [*presence.STATE_WORDS.values(), *presence.REASON_WORDS.values()]
    assert not [text for text in words if text not in catalogue("zh_Hans")]
