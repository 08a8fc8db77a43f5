"""Asking citizens: which rule holds, what follows a try, when it is given up, and what has to be said."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import revisits
from dispatch.revisits import Answers, Grievance, Next, Outcome, Over, Result
from hotline.budgets import Budget, Measure
from hotline.errors import Refused
from hotline.pack.load import load_pack
from hotline.pack.model import CityPack
from hotline.revisit_policy import (
    BY_AGENTS,
    BY_THE_CENTRE,
    Asked,
    Exemption,
    Plan,
    RevisitRule,
    Way,
    rule_for,
)
from hotline.tickets import Channel, Satisfaction, Solution, Type, Urgency

pytestmark = pytest.mark.pure

PAUSE = Budget(240, Measure.WORKING_MINUTES)
ASKED = Asked(Type.HELP, Urgency.NORMAL, Channel.PHONE, "12319", "010101", False, "16000000001")
THREE = Plan((Way.AGENT,) * 3, PAUSE)
MIXED = Plan((Way.MESSAGE, Way.AGENT, Way.AGENT), PAUSE)

ways = st.lists(st.sampled_from([Way.MESSAGE, Way.AGENT]), min_size=1, max_size=5).map(tuple)
in_vain = st.sampled_from([Result.BUSY, Result.NO_ANSWER])


@pytest.fixture(scope="module")
def foshan() -> CityPack:
    return load_pack("foshan")


def rule(**changes: object) -> RevisitRule:
    return replace(RevisitRule("r", "规则", "rule", ways=(Way.AGENT,), pause=PAUSE), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("narrowing", "other"),
    [
        ({"types": frozenset({Type.HELP})}, {"type": Type.REPORT}),
        ({"urgencies": frozenset({Urgency.NORMAL})}, {"urgency": Urgency.URGENT}),
        ({"channels": frozenset({Channel.PHONE})}, {"channel": Channel.WEB}),
        ({"lines": ("12319",)}, {"line": "12345"}),
        ({"categories": ("01",)}, {"matter": "020101"}),
        ({"categories": ("0101",)}, {"matter": "010201"}),
        ({"confidential": False}, {"confidential": True}),
        ({"reachable": True}, {"number": ""}),
    ],
)
def test_a_rule_speaks_of_what_it_names_and_of_nothing_else(
    narrowing: dict[str, object], other: dict[str, object]
) -> None:
    assert rule(**narrowing).fits(ASKED)
    assert not rule(**narrowing).fits(replace(ASKED, **other))  # type: ignore[arg-type]
    assert rule().fits(replace(ASKED, **other))  # type: ignore[arg-type]


def test_the_first_rule_that_fits_holds_and_without_one_agents_call() -> None:
    first, second = rule(name="first", lines=("12345",)), rule(name="second")
    assert rule_for([first, second], ASKED) is second
    assert rule_for([first, second], replace(ASKED, line="12345")) is first
    assert rule_for([first], ASKED) is BY_AGENTS
    assert BY_AGENTS.ways == (Way.AGENT,) * 3


def test_whoever_left_no_number_is_not_called_whatever_a_rule_says() -> None:
    nobody = replace(ASKED, number="")
    assert rule_for([rule()], nobody) is BY_THE_CENTRE
    exempt = rule(ways=(), exempt=Exemption.THANKS)
    assert rule_for([exempt], nobody) is exempt


def test_a_message_goes_to_mobile_telephones_only() -> None:
    asked_by_message = rule(ways=(Way.MESSAGE, Way.AGENT))
    assert asked_by_message.plan_for(ASKED).ways == (Way.MESSAGE, Way.AGENT)
    assert asked_by_message.plan_for(replace(ASKED, number="+8613800000000")).ways[0] is Way.MESSAGE
    assert asked_by_message.plan_for(replace(ASKED, number="075780000000")).ways == (Way.AGENT,)
    assert rule(ways=(Way.MESSAGE,)).plan_for(replace(ASKED, number="075780000000")).ways == (Way.AGENT,)


def test_foshan_thanks_nobody_back_and_calls_about_everything_else(foshan: CityPack) -> None:
    thanks = rule_for(foshan.revisits, replace(ASKED, type=Type.THANKS))
    assert (thanks.exempt, revisits.begin(thanks.plan_for(ASKED))) == (Exemption.THANKS, Over(Outcome.EXEMPT))
    for channel in (Channel.PHONE, Channel.WINDOW):
        found = rule_for(foshan.revisits, replace(ASKED, channel=channel))
        assert revisits.begin(found.plan_for(ASKED)) == Next(Way.AGENT, None)
    online = rule_for(foshan.revisits, replace(ASKED, channel=Channel.WECHAT))
    assert online.ways == (Way.MESSAGE, Way.AGENT, Way.AGENT)
    secret = rule_for(foshan.revisits, replace(ASKED, channel=Channel.WEB, confidential=True))
    assert Way.MESSAGE not in secret.ways


def test_three_tries_with_pauses_between_them_and_then_it_is_given_up() -> None:
    assert revisits.begin(THREE) == Next(Way.AGENT, None)
    assert revisits.follow(THREE, [Result.NO_ANSWER]) == Next(Way.AGENT, PAUSE)
    assert revisits.follow(THREE, [Result.NO_ANSWER, Result.BUSY]) == Next(Way.AGENT, PAUSE)
    assert revisits.follow(THREE, [Result.NO_ANSWER] * 3) == Over(Outcome.UNREACHABLE)


def test_an_answer_to_a_message_was_waited_for_already() -> None:
    assert revisits.follow(MIXED, [Result.NO_ANSWER]) == Next(Way.AGENT, None)
    assert revisits.follow(MIXED, [Result.NO_ANSWER] * 2) == Next(Way.AGENT, PAUSE)


def test_whoever_refuses_or_has_another_number_is_left_alone() -> None:
    assert revisits.follow(THREE, [Result.REFUSED]) == Over(Outcome.DECLINED)
    assert revisits.follow(THREE, [Result.WRONG_NUMBER]) == Over(Outcome.UNREACHABLE)


@given(ways, st.data())
def test_a_plan_is_followed_to_its_end_and_never_further(
    plan_ways: tuple[Way, ...], data: st.DataObject
) -> None:
    plan = Plan(plan_ways, PAUSE)
    step, tried, results = revisits.begin(plan), [], []
    while isinstance(step, Next):
        tried.append(step.way)
        results.append(data.draw(in_vain))
        step = revisits.follow(plan, results)
    assert tuple(tried) == plan_ways
    assert step == Over(Outcome.UNREACHABLE)
    results.append(data.draw(in_vain))
    assert revisits.follow(plan, results) == Over(Outcome.UNREACHABLE)


answers = st.builds(
    Answers,
    st.none() | st.booleans(),
    st.none() | st.sampled_from(Solution),
    st.none() | st.sampled_from(Satisfaction),
    st.none() | st.sampled_from(Grievance),
)


@given(answers)
def test_answers_are_read_as_they_were_kept(said: Answers) -> None:
    assert Answers.of(said.said) == said
    assert None not in said.said.values()


@given(answers, st.sampled_from(["", "  ", "修好一天又坏了"]))
def test_whoever_is_not_content_says_why(said: Answers, note: str) -> None:
    lacks = "why" if said.why is None else "" if note.strip() else "note"
    if said.is_content or not lacks:
        revisits.check(said, note)
        return
    with pytest.raises(Refused) as refused:
        revisits.check(said, note)
    assert refused.value.facts["field"] == lacks


def test_a_bad_mark_and_an_unsolved_matter_leave_nobody_content() -> None:
    assert Answers(True, Solution.PARTLY, Satisfaction.FAIR).is_content
    assert not Answers(True, Solution.UNSOLVED, Satisfaction.SATISFIED).is_content
    for mark in (Satisfaction.DISSATISFIED, Satisfaction.VERY_DISSATISFIED):
        assert not Answers(True, Solution.SOLVED, mark).is_content
