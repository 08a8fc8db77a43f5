"""Dispatch rules in words: what they ask, where they send, and why one decided and others didn't, in both languages."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given

from dispatch import rule_words
from dispatch.deciding import decide
from hotline.budgets import Budget, Measure
from hotline.dispatch_rules import Request, Rule, Rules
from hotline.tickets import Type
from tests.pure.rules import DAY, FOSHAN, requests, rule_sets

pytestmark = pytest.mark.pure

BY_CODE = {rule.code: rule for rule in FOSHAN.rules}


def whys(asked: Request, language: str) -> dict[str, str]:
    """Why it was, or wasn't, each of Foshan's rules."""
    trace = decide(FOSHAN, asked, DAY).trace
    return {step.rule.code: rule_words.step_words(FOSHAN, step, language) for step in trace}


def test_a_rule_is_told_in_names_instead_of_codes() -> None:
    crews = BY_CODE["unpaid-crews"]
    assert rule_words.asks(FOSHAN, crews, "zh_Hans")[0] == ("事项", "劳动报酬 0501")
    assert rule_words.asks(FOSHAN, crews, "en")[0] == ("Matters", "Pay 0501")
    assert (
        rule_words.goes_to(FOSHAN, crews, "zh_Hans") == "佛山市人力资源和社会保障局在当地的对口单位（区级）"
    )
    assert rule_words.besides(FOSHAN, crews, "zh_Hans") == [
        "协办：佛山市公安局、佛山市住房和城乡建设局",
        "签收时限 1小时",
        "按紧急件办理",
    ]
    assert rule_words.besides(FOSHAN, crews, "en")[1] == "Time to sign 1 h"
    assert rule_words.goes_to(FOSHAN, BY_CODE["village-committees"], "zh_Hans") == "属地政府（镇街级）"
    assert (
        rule_words.goes_to(FOSHAN, BY_CODE["conduct-of-officials"], "en")
        == "Whoever answers by the catalogue"
    )


def test_why_a_rule_did_not_decide_names_what_was_asked_and_what_there_is() -> None:
    asked = Request("三楼漏水", matter="060101", area="dali", line="12315", type=Type.CONSULT)
    chinese, english = whys(asked, "zh_Hans"), whys(asked, "en")
    assert chinese["gas-leak"] == "事项不符：本件为假冒伪劣商品 060101，规则要求：燃气泄漏 070301"
    assert english["gas-leak"].startswith("Matters: ")
    assert "“人大代表”" in chinese["representatives-and-press"]
    assert chinese["consumers-by-old-lines"] == "诉求类型不符：本件为咨询，规则要求：投诉、举报"
    assert chinese["_catalogue"] == "按本规则派单"
    assert english["_duty"] == "Would fit too, but an earlier one has decided"
    assert whys(Request(), "zh_Hans")["gas-leak"] == "事项未填写，规则要求：燃气泄漏 070301"


@given(rule_sets(), requests)
def test_there_are_words_for_whatever_becomes_of_a_rule(rules: list[Rule], asked: Request) -> None:
    city = replace(FOSHAN, rules=Rules(rules))
    for step in decide(city, asked, DAY).trace:
        chinese = rule_words.step_words(city, step, "zh_Hans")
        assert chinese
        assert not re.search(r"[{}]", chinese)
        assert rule_words.step_words(city, step, "en")
    for rule in rules:
        for language in ("zh_Hans", "en"):
            assert rule_words.goes_to(city, rule, language)
            assert all(label and words for label, words in rule_words.asks(city, rule, language))


def test_days_are_told_as_far_as_they_are_bounded() -> None:
    always, first, last = BY_CODE["gas-leak"], date(2026, 5, 1), date(2026, 10, 1)
    assert rule_words.days(always, "zh_Hans") == ""
    assert rule_words.days(replace(always, valid_from=first), "zh_Hans") == "2026-05-01起"
    assert rule_words.days(replace(always, valid_until=last), "zh_Hans") == "至2026-10-01前"
    both = replace(always, valid_from=first, valid_until=last)
    assert rule_words.days(both, "en") == "from 2026-05-01 until before 2026-10-01"


@pytest.mark.parametrize(
    ("budget", "words"),
    [
        (Budget(15, Measure.MINUTES), "15分钟"),
        (Budget(1440, Measure.MINUTES), "24小时"),
        (Budget(120, Measure.WORKING_MINUTES), "2个工作小时"),
        (Budget(90, Measure.WORKING_MINUTES), "90个工作分钟"),
        (Budget(60, Measure.WORKING_DAYS), "60个工作日"),
        (Budget(1050, Measure.NEXT_WORKING_DAY), "下一个工作日17:30前"),
        (Budget(1440, Measure.SAME_DAY), "当日24:00前"),
    ],
)
def test_times_are_told_in_whole_hours_where_they_are(budget: Budget, words: str) -> None:
    assert rule_words.budget_words(budget, "zh_Hans") == words


def test_a_long_list_is_cut() -> None:
    rule = replace(BY_CODE["gas-leak"], matters=tuple(f"01{n:02d}" for n in range(1, 10)))
    (_, words), *_ = rule_words.asks(FOSHAN, rule, "zh_Hans")
    assert words.endswith("等另外1项")
