"""Dispatch rules: which fit a ticket, found by their keys as by a look at each, and what it is that doesn't fit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given

from hotline.dispatch_rules import Condition, Failure, Lead, Request, Rule, Rules, see
from hotline.tickets import Channel, Type, Urgency
from tests.pure.rules import DAY, FOSHAN, requests, rule_sets

pytestmark = pytest.mark.pure

ANY = Rule("any", 1, "", "", "", "", Lead.DUTY)
LAMPS = Request(
    "路灯不亮，老人摔倒",
    matter="010101",
    area="zumiao",
    line="12319",
    type=Type.HELP,
    urgency=Urgency.URGENT,
    channel=Channel.WEB,
)


def failure(rule: Rule, request: Request = LAMPS, day: date = DAY) -> Failure | None:
    return rule.failure(see(request, FOSHAN.areas), day)


@given(rule_sets(), requests)
def test_rules_found_by_their_keys_are_those_that_a_look_at_each_finds(
    rules: list[Rule], request_: Request
) -> None:
    seen, known = see(request_, FOSHAN.areas), Rules(rules)
    assert list(known.fitting(seen, DAY)) == [rule for rule in known if rule.failure(seen, DAY) is None]


def test_rules_stand_by_their_order_and_then_by_their_code() -> None:
    late, b, a = replace(ANY, order=9), replace(ANY, code="b"), replace(ANY, code="a")
    assert list(Rules([late, b, a])) == [a, b, late]


@pytest.mark.parametrize(
    "asks",
    [
        {},
        {"matters": ("01",)},
        {"matters": ("02", "0101")},
        {"matters": ("010101",)},
        {"areas": ("foshan",)},
        {"areas": ("chancheng",)},
        {"areas": ("guicheng", "zumiao")},
        {"lines": ("12319",)},
        {"types": (Type.HELP,)},
        {"urgencies": (Urgency.URGENT,)},
        {"channels": (Channel.WEB,)},
        {"any_words": ("台风", "老人")},
        {"all_words": ("路灯", "老人")},
        {"no_words": ("台风",)},
        {"valid_from": DAY},
    ],
)
def test_a_rule_fits_that_asks_for_what_the_ticket_is(asks: dict[str, object]) -> None:
    assert failure(replace(ANY, **asks)) is None


@pytest.mark.parametrize(
    ("asks", "failed"),
    [
        ({"matters": ("0102",)}, Failure(Condition.MATTERS, ("0102",), ("010101",))),
        ({"areas": ("nanhai",)}, Failure(Condition.AREAS, ("nanhai",), ("zumiao",))),
        ({"lines": ("12315",)}, Failure(Condition.LINES, ("12315",), ("12319",))),
        ({"types": (Type.REPORT,)}, Failure(Condition.TYPES, (Type.REPORT,), (Type.HELP,))),
        ({"urgencies": ("normal",)}, Failure(Condition.URGENCIES, ("normal",), ("urgent",))),
        ({"channels": ("phone",)}, Failure(Condition.CHANNELS, ("phone",), ("web",))),
        ({"any_words": ("台风", "内涝")}, Failure(Condition.ANY_WORDS, ("台风", "内涝"))),
        ({"all_words": ("路灯", "内涝")}, Failure(Condition.ALL_WORDS, ("内涝",))),
        ({"no_words": ("摔倒", "内涝")}, Failure(Condition.NO_WORDS, ("摔倒",))),
        ({"valid_until": DAY}, Failure(Condition.DAYS, ("0001-01-01", "2026-03-02"))),
        ({"lines": ("12315",), "areas": ("nanhai",)}, Failure(Condition.AREAS, ("nanhai",), ("zumiao",))),
    ],
)
def test_the_first_thing_that_does_not_fit_is_told_with_what_there_is_instead(
    asks: dict[str, object], failed: Failure
) -> None:
    assert failure(replace(ANY, **asks)) == failed


def test_what_is_not_known_fits_nothing_that_is_asked() -> None:
    assert failure(replace(ANY, matters=("01",)), Request()) == Failure(Condition.MATTERS, ("01",))
    assert failure(replace(ANY, areas=("zumiao",)), Request()) == Failure(
        Condition.AREAS, ("zumiao",), ("foshan",)
    )


def test_a_longer_matter_is_not_below_a_shorter_one() -> None:
    assert failure(replace(ANY, matters=("010101",)), replace(LAMPS, matter="01010101")) is not None


def test_words_are_found_whatever_their_width_and_case() -> None:
    assert failure(replace(ANY, any_words=("ＥＴＣ",)), Request("车道的etc坏了")) is None


def test_a_rules_times_are_those_that_it_sets() -> None:
    assert ANY.budgets == {}
    flooded = next(rule for rule in FOSHAN.rules if rule.code == "gas-leak")
    assert sorted(flooded.budgets) == ["contact", "sign"]
