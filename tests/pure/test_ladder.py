"""The ladder: which step comes when, what has come by now, and what is passed over without a storm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.clocks import Clock
from dispatch.ladder import Event, due_by, events, gravest, next_after
from hotline.budgets import Budget, Measure, Share, parse_offset
from hotline.clock_policy import COLOURS, ClockPolicy, Does, Kind, Step
from hotline.tickets import Urgency
from tests.pure.offices import OFFICE, at, instants

pytestmark = pytest.mark.pure

FIVE_DAYS = Clock(
    Kind.RESOLVE,
    Budget(5, Measure.WORKING_DAYS),
    Budget(1, Measure.WORKING_DAYS),
    "1",
    at("2026-11-20 09:00"),
)
STEPS = (
    *COLOURS,
    Step(Does.REPORT, parse_offset("3 working days after")),
    Step(Does.REMINDER, parse_offset("2 working days before")),
    Step(Does.MESSAGE, parse_offset("2 working h after")),
    Step(Does.SUPERVISION, parse_offset("24 h after")),
)


def steps_of(clock: Clock, steps: tuple[Step, ...] = STEPS) -> list[Event]:
    return events(clock.turns(OFFICE), steps, OFFICE)


def test_the_steps_come_in_the_order_of_time() -> None:
    assert [(event.step.key, event.at) for event in steps_of(FIVE_DAYS)] == [
        ("reminder", at("2026-11-25 17:30")),
        ("amber", at("2026-11-26 17:30")),
        ("red", at("2026-11-27 17:30")),
        ("supervision", at("2026-11-28 17:30")),
        ("message", at("2026-11-30 10:30")),
        ("report", at("2026-12-02 17:30")),
    ]


def test_a_clock_that_stands_or_is_over_has_no_steps() -> None:
    assert steps_of(FIVE_DAYS.pause(at("2026-11-23 09:00"), "why", "who")) == []
    assert steps_of(FIVE_DAYS.stop(at("2026-11-23 09:00"))) == []


def test_of_the_same_instant_the_milder_comes_first() -> None:
    short = Clock(Kind.SIGN, Budget(60, Measure.MINUTES), Share(20), "1", at("2026-11-20 09:00"))
    steps = (Step(Does.NOTICE, parse_offset("12 min before")), *COLOURS)
    assert [event.step.does for event in steps_of(short, steps)] == [Does.AMBER, Does.NOTICE, Does.RED]


def test_what_has_come_and_what_is_next() -> None:
    found = steps_of(FIVE_DAYS)
    seen, now = at("2026-11-25 17:30"), at("2026-11-28 17:30")
    assert [event.step.key for event in due_by(found, seen, now)] == ["amber", "red", "supervision"]
    assert next_after(found, now) == at("2026-11-30 10:30")
    assert next_after(found, at("2026-12-02 17:30")) is None
    worst = gravest(due_by(found, seen, now))
    assert worst is not None
    assert worst.step.does is Does.SUPERVISION
    assert gravest([]) is None


@given(st.lists(instants(), min_size=2, max_size=6).map(sorted))
def test_however_often_one_looks_each_step_comes_once(looks: list[object]) -> None:
    found = steps_of(FIVE_DAYS)
    taken, seen = [], FIVE_DAYS.started_at
    for look in [*(one for one in looks if one > seen), at("2027-03-01 09:00")]:  # type: ignore[operator]
        taken += due_by(found, seen, look)  # type: ignore[arg-type]
        seen = look  # type: ignore[assignment]
    assert taken == found


def test_of_several_steps_with_one_key_the_first_that_fits_holds() -> None:
    policy = ClockPolicy(
        "1",
        (),
        steps=(
            Step(Does.RED, kinds=frozenset({Kind.SIGN}), to=()),
            Step(Does.NOTICE, parse_offset("1 h after"), urgencies=frozenset({Urgency.URGENT})),
            Step(Does.NOTICE, parse_offset("1 working day after")),
            Step(Does.NOTICE, parse_offset("2 working days after"), name="again"),
        ),
    )
    urgent, normal = (policy.ladder(Kind.SIGN, one) for one in (Urgency.URGENT, Urgency.NORMAL))
    assert [step.key for step in normal] == ["red", "notice", "again", "amber"]
    assert [step.when for step in urgent][1] == parse_offset("1 h after")
    assert [step.when for step in normal][1] == parse_offset("1 working day after")
