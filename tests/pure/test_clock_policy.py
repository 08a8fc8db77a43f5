"""The policy of clocks: which rule fits, what the citizen is told without a rule, what a redo and a reopening do."""

from __future__ import annotations

from typing import Any

import pytest

from hotline.budgets import (
    Budget,
    Measure,
    Offset,
    Share,
    parse_amber,
    parse_budget,
    parse_offset,
    parse_time,
)
from hotline.clock_policy import (
    AFTER_WORDS,
    AUDIENCE_WORDS,
    DOES_WORDS,
    KIND_WORDS,
    After,
    Audience,
    Case,
    ClockPolicy,
    ClockRule,
    Does,
    Kind,
    on_redo,
    on_reopen,
    policy_called,
)
from hotline.levels import Level
from hotline.messages import CHANNEL_WORDS, Channel
from hotline.tickets import Channel as Arrival
from hotline.tickets import Type, Urgency
from hotline.words import catalogue

pytestmark = pytest.mark.pure

CASE = Case(Type.HELP, Urgency.NORMAL, matter="070101", line="12319", channel="phone", level="town")


def rule(kind: Kind = Kind.RESOLVE, budget: str = "10 working days", **asks: Any) -> ClockRule:
    return ClockRule(kind, parse_budget(budget), Share(20), **asks)


@pytest.mark.parametrize(
    ("asks", "fits"),
    [
        ({}, True),
        ({"types": frozenset({Type.HELP, Type.REPORT})}, True),
        ({"types": frozenset({Type.REPORT})}, False),
        ({"urgencies": frozenset({Urgency.URGENT})}, False),
        ({"matters": ("070101",)}, True),
        ({"matters": ("0702", "07")}, True),
        ({"matters": ("0702",)}, False),
        ({"lines": frozenset({"12319"})}, True),
        ({"lines": frozenset({"12345"})}, False),
        ({"channels": frozenset({Arrival.PHONE})}, True),
        ({"channels": frozenset({Arrival.WEB})}, False),
        ({"levels": frozenset({Level.TOWN})}, True),
        ({"levels": frozenset({Level.CITY})}, False),
    ],
)
def test_a_rule_asks_only_for_what_it_names(asks: dict[str, Any], fits: bool) -> None:
    assert rule(**asks).fits(Kind.RESOLVE, CASE) is fits
    assert not rule(**asks).fits(Kind.SIGN, CASE)


def test_a_rule_for_matters_does_not_fit_a_ticket_without_one() -> None:
    assert not rule(matters=("07",)).fits(Kind.RESOLVE, Case(Type.HELP, Urgency.NORMAL))


def test_the_citizen_is_told_the_time_to_resolve_unless_a_rule_says_otherwise() -> None:
    resolve, answer = rule(), rule(Kind.ANSWER, "7 days")
    assert ClockPolicy("1", (resolve,)).rule(Kind.ANSWER, CASE) == resolve
    assert ClockPolicy("1", (resolve, answer)).rule(Kind.ANSWER, CASE) == answer
    assert ClockPolicy("1", (answer,)).rule(Kind.RESOLVE, CASE) is None


def test_what_a_redo_and_a_reopening_do_is_the_policys() -> None:
    assert (on_redo(Kind.RESOLVE, rule()), on_redo(Kind.ANSWER, rule())) == (After.ANEW, After.GOES_ON)
    assert on_reopen(Kind.ANSWER, None) is After.EXCLUDES
    assert (on_reopen(Kind.DISPATCH, None), on_reopen(Kind.RESOLVE, None)) == (After.ANEW, After.STAYS)
    own = rule(on_redo=After.EXCLUDES, on_reopen=After.STAYS)
    assert (on_redo(Kind.RESOLVE, own), on_reopen(Kind.ANSWER, own)) == (After.EXCLUDES, After.STAYS)


def test_a_version_that_was_dropped_promises_nothing_and_still_turns_red() -> None:
    gone = policy_called((ClockPolicy("2", (rule(),)),), "1")
    assert gone.rule(Kind.RESOLVE, CASE) is None
    assert [step.does for step in gone.ladder(Kind.RESOLVE, Urgency.NORMAL)] == [Does.AMBER, Does.RED]


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("30 min", Budget(30, Measure.MINUTES)),
        ("7 days", Budget(7 * 1440, Measure.MINUTES)),
        ("2 working h", Budget(120, Measure.WORKING_MINUTES)),
        ("1 working day", Budget(1, Measure.WORKING_DAYS)),
        ("17:30 next working day", Budget(1050, Measure.NEXT_WORKING_DAY)),
        ("24:00 same day", Budget(1440, Measure.SAME_DAY)),
    ],
)
def test_how_a_budget_is_written(text: str, budget: Budget) -> None:
    assert parse_budget(text) == budget


@pytest.mark.parametrize(
    "text", ["soon", "0 min", "3", "24:01 same day", "25:00 next day", "17:60 next day", "8:00 next day"]
)
def test_what_is_no_budget(text: str) -> None:
    with pytest.raises(ValueError, match=text):
        parse_budget(text)


def test_a_warning_and_a_step_are_lengths_of_time() -> None:
    assert parse_offset("2 h after") == Offset(Budget(120, Measure.MINUTES), is_after=True)
    assert not parse_offset("1 working day before").is_after
    for parse in (parse_amber, parse_time):
        with pytest.raises(ValueError, match="next"):
            parse("17:30 next day")
    for text in ("2 h", "soon after", "17:30 next day before"):
        with pytest.raises(ValueError, match=r"\w"):
            parse_offset(text)


def test_every_word_of_it_has_chinese() -> None:
    tables: list[tuple[Any, Any]] = [
        (KIND_WORDS, Kind),
        (AFTER_WORDS, After),
        (DOES_WORDS, Does),
        (AUDIENCE_WORDS, Audience),
        (CHANNEL_WORDS, Channel),
    ]
    for words, codes in tables:
        assert set(words) == set(codes)
        assert not [text for text in words.values() if text not in catalogue("zh_Hans")]
