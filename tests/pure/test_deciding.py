"""Deciding where a ticket goes: always somewhere, by the first rule that fits, never to whom it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.deciding import CATALOGUE, DUTY, LAST, Decision, Verdict, decide, others, request_of
from dispatch.rule_checks import sent_down
from hotline.dispatch_rules import Lead, Mark, Request, Rule, Rules, see
from hotline.levels import Level
from hotline.pack.model import CityPack
from hotline.responsibility import responsible_unit
from hotline.store.tables import Ticket
from hotline.tickets import Channel, Type, Urgency
from hotline.units import Unit, Units
from tests.pure.rules import DAY, FOSHAN, UNITS, requests, rule_sets

pytestmark = pytest.mark.pure

BARE = replace(FOSHAN, rules=Rules())
ANY = Rule("any", 1, "规则", "Rule", "理由", "Reason", Lead.DUTY)


def ruled(*rules: Rule) -> CityPack:
    """Foshan with these rules alone."""
    return replace(FOSHAN, rules=Rules(rules))


def lead(rule: Rule, request: Request, city: CityPack = FOSHAN) -> str:
    """Who leads by `rule`, which has to be the one that decides."""
    decision = decide(replace(city, rules=Rules([rule])), request, DAY)
    assert decision.rule is rule
    return decision.lead.name_zh


@given(rule_sets(), requests)
def test_there_is_always_an_answer_and_the_first_fitting_rule_gives_it(
    rules: list[Rule], request_: Request
) -> None:
    city = ruled(*rules)
    decision = decide(city, request_, DAY)
    seen = see(request_, city.areas)
    verdicts = {step.rule.code: step.verdict for step in decision.trace}
    for rule in chain(city.rules, LAST):
        fits = rule.failure(seen, DAY) is None
        assert fits is not (verdicts[rule.code] is Verdict.FAILED)
        if rule is decision.rule:
            break
        assert verdicts[rule.code] in (Verdict.FAILED, Verdict.FOUND_NOBODY)
    assert decision.lead.is_valid_on(DAY)
    assert decision.reason_in("zh_Hans")
    assert decision.reason_in("en")


@given(rule_sets(), requests)
def test_a_trace_names_every_rule_once_in_order_and_one_of_them_decided(
    rules: list[Rule], request_: Request
) -> None:
    city = ruled(*rules)
    trace = decide(city, request_, DAY).trace
    assert [step.rule for step in trace] == [*city.rules, *LAST]
    assert [step.verdict for step in trace].count(Verdict.FIRED) == 1
    assert all((step.failure is not None) is (step.verdict is Verdict.FAILED) for step in trace)


@given(rule_sets(), requests, st.sampled_from(UNITS))
def test_nobody_is_asked_whom_it_is_about_nor_anybody_below(
    rules: list[Rule], request_: Request, about: str
) -> None:
    decision = decide(ruled(*rules), replace(request_, about_unit=about), DAY)
    barred = {unit.code for unit in FOSHAN.units.below(about)}
    asked = {decision.lead.code, *(unit.code for unit in decision.co)}
    if (
        about == FOSHAN.units.roots[0].code
    ):  # then all the city is below, and only the unit itself can be left out
        barred = {about}
    assert not asked & barred
    assert decision.lead not in decision.co


@given(requests)
def test_without_rules_the_catalogue_answers_and_then_the_unit_on_duty(request_: Request) -> None:
    request_ = replace(request_, about_unit=None)
    decision = decide(BARE, request_, DAY)
    matter = FOSHAN.catalogue.matters.get(request_.matter or "")
    if matter is None:
        assert (decision.rule, decision.lead.code) == (DUTY, FOSHAN.city.duty_unit)
    else:
        area = request_.area if request_.area in FOSHAN.areas else "foshan"
        assert (decision.rule, decision.lead) == (
            CATALOGUE,
            responsible_unit(FOSHAN, matter, area or "foshan", DAY).unit,
        )


def test_each_way_of_saying_who_leads() -> None:
    lamps = Request(matter="010101", area="zumiao", line="12315")
    named = replace(ANY, lead=Lead.UNIT, unit="gas-supply")
    assert lead(named, lamps) == "佛山市管道燃气企业"
    counterpart = replace(ANY, lead=Lead.UNIT, unit="human-resources", level=Level.DISTRICT)
    assert lead(counterpart, lamps) == "禅城区人力资源和社会保障局"
    assert lead(counterpart, Request()) == "佛山市人力资源和社会保障局"
    assert lead(replace(ANY, lead=Lead.CATALOGUE), lamps) == "禅城区城市管理和综合执法局"
    assert lead(replace(ANY, lead=Lead.PLACE, level=Level.TOWN), lamps) == "祖庙街道办事处"
    assert lead(replace(ANY, lead=Lead.PLACE, level=Level.DISTRICT), lamps) == "佛山市禅城区人民政府"
    assert lead(replace(ANY, lead=Lead.LINE), lamps) == "佛山市市场监督管理局"
    assert lead(replace(ANY, lead=Lead.LINE, level=Level.DISTRICT), lamps) == "禅城区市场监督管理局"
    assert lead(ANY, lamps) == "佛山市12345热线管理中心"


@pytest.mark.parametrize(
    ("rule", "request_"),
    [
        (replace(ANY, lead=Lead.PLACE, level=Level.TOWN), Request(area="chancheng")),
        (replace(ANY, lead=Lead.LINE), Request(line="10086")),
        (replace(ANY, lead=Lead.CATALOGUE), Request()),
        (replace(ANY, lead=Lead.UNIT, unit="closed"), Request()),
    ],
)
def test_a_rule_that_finds_nobody_leaves_it_to_the_next(rule: Rule, request_: Request) -> None:
    decision = decide(ruled(rule), request_, DAY)
    assert decision.rule is DUTY
    assert decision.trace[0].verdict is Verdict.FOUND_NOBODY


def test_what_comes_behind_the_rule_that_decides_is_still_explained() -> None:
    second, third = replace(ANY, code="second", order=2), replace(ANY, code="third", order=3, matters=("02",))
    trace = decide(ruled(ANY, second, third), Request(matter="010101"), DAY).trace
    assert [step.verdict for step in trace] == [
        Verdict.FIRED,
        Verdict.TOO_LATE,
        Verdict.FAILED,
        Verdict.TOO_LATE,
        Verdict.TOO_LATE,
    ]


def test_who_works_along_is_found_at_the_leads_level_and_is_not_the_lead() -> None:
    rule = replace(
        ANY,
        lead=Lead.UNIT,
        unit="human-resources",
        level=Level.DISTRICT,
        co=("public-security", "human-resources", "closed"),
        marks=frozenset({Mark.URGENT}),
    )
    decision = decide(ruled(rule), Request(area="zumiao"), DAY)
    assert [unit.name_zh for unit in decision.co] == ["佛山市公安局禅城分局"]
    assert decision.marks == {Mark.URGENT}
    assert decision.level is Level.DISTRICT


def test_a_report_about_a_unit_goes_to_the_unit_above_it() -> None:
    town = replace(ANY, lead=Lead.PLACE, level=Level.TOWN)
    asked = Request(area="zumiao", type=Type.REPORT, about_unit="zumiao-office")
    decision = decide(ruled(town), asked, DAY)
    above = FOSHAN.units[FOSHAN.units["zumiao-office"].parent or ""]
    assert (decision.rule, decision.lead) == (town, above)
    assert decision.passed_over == FOSHAN.units["zumiao-office"]
    assert "祖庙街道办事处" in decision.reason_in("zh_Hans")
    village = replace(asked, area="zhangcha-liantang", about_unit=above.code)
    assert not decide(ruled(town), village, DAY).lead.code.startswith("zhangcha")


def test_a_report_about_the_unit_on_duty_or_the_government_still_finds_somebody_else() -> None:
    for about in (FOSHAN.city.duty_unit, FOSHAN.units.roots[0].code):
        assert decide(BARE, Request(about_unit=about), DAY).lead.code != about
    alone = replace(BARE, units=Units([FOSHAN.units[FOSHAN.city.duty_unit]]))
    alone = replace(alone, units=Units([replace(next(iter(alone.units)), parent=None)]))
    assert decide(alone, Request(about_unit=FOSHAN.city.duty_unit), DAY).lead.code == FOSHAN.city.duty_unit


def test_whoever_took_over_the_duties_of_the_unit_reported_is_not_asked_either() -> None:
    heir = replace(FOSHAN.units["guicheng-office"], code="heir", succeeds=("zumiao-office",))
    units = [replace(one, valid_until=DAY) if one.code == "zumiao-office" else one for one in FOSHAN.units]
    city = replace(ruled(replace(ANY, lead=Lead.UNIT, unit="heir")), units=Units([*units, heir]))
    decision = decide(city, Request(about_unit="zumiao-office"), DAY)
    assert decision.lead.code == FOSHAN.units["zumiao-office"].parent


def test_an_answer_says_when_it_puts_a_departments_work_on_a_town() -> None:
    down = ruled(replace(ANY, lead=Lead.PLACE, level=Level.TOWN))
    assert decide(down, Request(matter="010101", area="zumiao"), DAY).handled_above is Level.DISTRICT
    assert decide(down, Request(matter="010201", area="zumiao"), DAY).handled_above is None
    assert decide(down, Request(area="zumiao"), DAY).handled_above is None
    assert decide(BARE, Request(matter="010101", area="zumiao"), DAY).handled_above is None


def test_a_rule_says_which_departments_matters_it_would_put_on_towns() -> None:
    down = replace(ANY, lead=Lead.PLACE, level=Level.TOWN, matters=("0101",))
    codes = {matter.code for matter in sent_down(FOSHAN, down, DAY)}
    assert {"010101", "010102"} <= codes
    assert all(code.startswith("0101") for code in codes)
    assert sent_down(FOSHAN, replace(down, matters=("010201",)), DAY) == []
    assert sent_down(FOSHAN, replace(down, level=Level.DISTRICT), DAY) == []
    assert sent_down(FOSHAN, replace(down, lead=Lead.UNIT, unit="zumiao-office", level=None), DAY)
    only_help = sent_down(FOSHAN, replace(down, types=(Type.SUGGESTION,)), DAY)
    assert only_help
    assert all(Type.SUGGESTION in matter.types for matter in only_help)


def test_foshans_own_rules_put_no_departments_work_on_towns() -> None:
    assert [rule.code for rule in FOSHAN.rules if sent_down(FOSHAN, rule, DAY)] == []


def test_a_decision_is_as_of_its_day() -> None:
    city = ruled(replace(ANY, valid_from=date(2026, 3, 3)))
    asked = Request(matter="010101", area="zumiao")
    assert decide(city, asked, DAY).rule is CATALOGUE
    assert decide(city, asked, date(2026, 3, 3)).rule.code == "any"


def test_others_are_those_with_a_claim_on_the_matter() -> None:
    assert [one.unit.code for one in others(FOSHAN, Request(matter="010101", area="zumiao"), DAY)] == [
        "chancheng-urban-management"
    ]
    assert list(others(FOSHAN, Request(area="zumiao"), DAY)) == []


def test_a_ticket_of_the_record_is_asked_for_as_it_is() -> None:
    ticket = Ticket(
        number="1", query_code="1", type="report", channel="web", line="12319", citizen=1, title="路灯", content="不亮",
        matter="010101", area="zumiao", urgency="urgent", about="urban-management", state="opened",
    )  # fmt: skip
    assert request_of(ticket) == Request(
        "路灯 不亮", "010101", "zumiao", "12319", Type.REPORT, Urgency.URGENT, Channel.WEB, "urban-management"
    )


def test_foshans_rules_decide_what_they_are_for() -> None:
    told = {
        "gas-leak": Request(matter="070301", area="zumiao"),
        "representatives-and-press": Request("市人大代表反映路灯不亮", matter="010101", area="zumiao"),
        "conduct-of-officials": Request(matter="110401", area="zumiao", type=Type.COMPLAINT),
        "unpaid-crews": Request("几十人在工地讨薪", matter="050101", area="beijiao"),
        "flooded-streets": Request("下暴雨水浸街", matter="070401", area="guicheng"),
        "village-committees": Request(matter="120901", area="xingtan-fengjian", type=Type.REPORT),
        "consumers-by-old-lines": Request(matter="060101", area="dali", line="12315", type=Type.COMPLAINT),
    }
    decided: dict[str, Decision] = {code: decide(FOSHAN, asked, DAY) for code, asked in told.items()}
    assert {code: one.rule.code for code, one in decided.items()} == {code: code for code in told}
    units: dict[str, Unit] = {code: one.lead for code, one in decided.items()}
    assert units["village-committees"].name_zh == "杏坛镇人民政府"
    assert units["consumers-by-old-lines"].name_zh == "南海区市场监督管理局"
    assert {rule.code for rule in FOSHAN.rules} == set(told)
