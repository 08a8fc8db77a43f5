"""The three rates: what counts, what is left out, and how units compare; all of it added up exactly."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import rates
from dispatch.rates import COUNTED, LEAVES_OUT, NAMES, By, Counts, Exclusion, Part, Rate, Verdict
from dispatch.revisits import Answers, Outcome
from hotline.facts import Fact
from hotline.pack.load import load_pack
from hotline.pack.model import CityPack
from hotline.revisit_policy import Band, Way
from hotline.tickets import Satisfaction, Solution

pytestmark = pytest.mark.pure

MONTH = date(2026, 11, 1)
BANDS = (Band("优", "A", 90, 80, 90), Band("良", "B", 80, 60, 80), Band("差", "C", 0, 0, 0))

answers = st.builds(
    Answers,
    st.none() | st.booleans(),
    st.none() | st.sampled_from(Solution),
    st.none() | st.sampled_from(Satisfaction),
)
verdicts = st.builds(
    Verdict,
    month=st.sampled_from([MONTH, date(2026, 10, 1)]),
    unit=st.sampled_from("abc"),
    area=st.sampled_from(["", "north"]),
    line=st.sampled_from(["12345", "12319"]),
    category=st.sampled_from(["01", "02", ""]),
    outcome=st.sampled_from(Outcome),
    answers=answers,
    redone=st.integers(0, 2),
    excluded=st.none() | st.sampled_from(Exclusion),
)
counted = st.builds(Counts, *[st.integers(0, 40)] * len(NAMES))


@pytest.fixture(scope="module")
def foshan() -> CityPack:
    return load_pack("foshan")


def verdict(**changes: object) -> Verdict:
    said = Answers(True, Solution.SOLVED, Satisfaction.SATISFIED)
    one = Verdict(MONTH, "a", "north", "12345", "01", Outcome.HEARD, said)
    return replace(one, **changes)  # type: ignore[arg-type]


def test_the_three_rates_are_what_their_definitions_say() -> None:
    said = [
        (True, Solution.SOLVED, Satisfaction.VERY_SATISFIED),
        (True, Solution.SOLVED, Satisfaction.FAIR),
        (False, Solution.PARTLY, Satisfaction.DISSATISFIED),
        (True, Solution.UNSOLVED, Satisfaction.VERY_DISSATISFIED),
        (None, Solution.SOLVED, None),
    ]
    counts = rates.together(rates.counts_of(verdict(answers=Answers(*one))) for one in said)
    assert counts.share(Rate.RESPONDED) == Fraction(3, 4)
    assert counts.share(Rate.SOLVED) == Fraction(3, 5)
    assert counts.share(Rate.SATISFIED) == Fraction(2, 4)


@pytest.mark.parametrize("outcome", [one for one in Outcome if one not in (Outcome.HEARD, Outcome.REDONE)])
def test_whoever_was_not_heard_is_counted_apart(outcome: Outcome) -> None:
    counts = rates.counts_of(verdict(outcome=outcome, answers=Answers()))
    assert getattr(counts, outcome) == 1
    assert counts.orders == 1
    assert [counts.share(rate) for rate in Rate] == [None, None, None]


@pytest.mark.parametrize("reason", list(Exclusion))
def test_what_is_left_out_counts_in_no_rate_that_its_reason_names(reason: Exclusion) -> None:
    counts = rates.counts_of(verdict(excluded=reason))
    assert counts.excluded == 1
    for rate in Rate:
        assert counts.denominator(rate) == (rate not in LEAVES_OUT[reason])


def test_law_enforcement_is_not_judged_by_satisfaction_alone() -> None:
    assert LEAVES_OUT[Exclusion.ENFORCEMENT] == {Rate.SATISFIED}
    assert all(LEAVES_OUT[one] == set(Rate) for one in Exclusion if one is not Exclusion.ENFORCEMENT)


@given(st.lists(verdicts, max_size=30))
def test_a_rate_is_a_count_over_a_count(all_: list[Verdict]) -> None:
    counts = rates.together(map(rates.counts_of, all_))
    heard = [one for one in all_ if one.outcome is Outcome.HEARD]
    judged = [one.answers for one in heard if one.excluded in (None, Exclusion.ENFORCEMENT)]
    rated = [one.answers.satisfaction for one in heard if one.excluded is None and one.answers.satisfaction]
    assert counts.numerator(Rate.RESPONDED) == sum(said.responded is True for said in judged)
    assert counts.denominator(Rate.RESPONDED) == sum(said.responded is not None for said in judged)
    assert counts.numerator(Rate.SOLVED) == sum(said.solution is Solution.SOLVED for said in judged)
    assert counts.denominator(Rate.SOLVED) == sum(said.solution is not None for said in judged)
    assert counts.numerator(Rate.SATISFIED) == sum("dissatisfied" not in mark for mark in rated)
    assert counts.denominator(Rate.SATISFIED) == len(rated)
    for rate in Rate:
        share = counts.share(rate)
        assert share is None or 0 <= share <= 1


@given(st.lists(verdicts, max_size=30))
def test_every_way_of_gathering_adds_up_to_the_same(all_: list[Verdict]) -> None:
    counters = rates.gathered(all_)
    for by in By:
        together = rates.together(counts for (kind, _, _), counts in counters.items() if kind is by)
        assert together == rates.together(map(rates.counts_of, all_))
    for place, counts in counters.items():
        assert counts.orders > 0, place


@given(st.lists(verdicts, max_size=15), st.lists(verdicts, max_size=15))
def test_counters_that_follow_each_change_stay_what_a_count_would_give(
    before: list[Verdict], after: list[Verdict]
) -> None:
    counters = rates.gathered(before)
    for place, counts in rates.change(before, after).items():
        counters[place] = counters.get(place, Counts()) + counts
    assert {place: counts for place, counts in counters.items() if counts != Counts()} == rates.gathered(
        after
    )


def test_each_part_is_counted_and_each_rate_is_made_of_parts() -> None:
    assert set(rates.IS_PART) == set(Part)
    for numerator, denominator in COUNTED.values():
        assert numerator < denominator


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=2), counted, max_size=8), st.sampled_from(Rate))
def test_a_league_table_is_honest_about_ties_and_about_few_cases(
    units: dict[str, Counts], rate: Rate
) -> None:
    table = rates.league(units, rate, BANDS, least=10)
    assert sorted(one.key for one in table) == sorted(units)
    ranked = [one for one in table if one.rank is not None]
    assert table[: len(ranked)] == ranked
    for one in table:
        assert (one.rank is not None) == (rates.cases(one.counts) >= 10)
        assert (one.band is not None) == (one.rank is not None)
    shares = [one.counts.share(rate) for one in ranked]
    assert shares == sorted(shares, reverse=True)  # type: ignore[type-var]
    for one in ranked:
        assert one.rank == 1 + sum(share > one.counts.share(rate) for share in shares)  # type: ignore[operator]


def test_equal_shares_share_a_place_however_they_came_about() -> None:
    def unit(solved: int, of: int) -> Counts:
        return Counts(orders=of, responded=of, solved=solved, unsolved=of - solved, satisfied=of)

    table = rates.league(
        {"x": unit(10, 20), "y": unit(15, 30), "z": unit(19, 20), "w": unit(9, 20)}, Rate.SOLVED, BANDS
    )
    assert [(one.key, one.rank) for one in table] == [("z", 1), ("x", 2), ("y", 2), ("w", 4)]


def test_a_band_is_reached_in_all_three_or_not_at_all() -> None:
    good = Counts(responded=9, not_responded=1, solved=8, unsolved=2, satisfied=9, dissatisfied=1)
    assert rates.band_of(good, BANDS) is BANDS[0]
    slow = replace(good, responded=8, not_responded=2)
    assert rates.band_of(slow, BANDS) is BANDS[1]
    assert rates.band_of(replace(good, solved=1, unsolved=9), BANDS) is BANDS[2]
    assert rates.band_of(replace(good, responded=0, not_responded=0), BANDS) is None


def test_foshans_bands_take_every_unit(foshan: CityPack) -> None:
    worst = Counts(not_responded=10, unsolved=10, very_dissatisfied=10)
    assert rates.band_of(worst, foshan.bands) == foshan.bands[-1]
    assert [band.name_zh for band in foshan.bands] == ["优秀", "良好", "合格", "待改进"]


def test_the_median_is_of_those_with_enough_cases() -> None:
    def unit(solved: int, of: int = 10) -> Counts:
        return Counts(responded=of, solved=solved, unsolved=of - solved, satisfied=of)

    assert rates.median([unit(2), unit(5), unit(9), unit(1, 1)], Rate.SOLVED) == Fraction(1, 2)
    assert rates.median([unit(2), unit(5)], Rate.SOLVED) == Fraction(7, 20)
    assert rates.median([unit(1, 1)], Rate.SOLVED) is None


def test_the_manual_has_every_reason_and_every_definition() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "revisit.md").read_text("utf-8")
    for reason in Exclusion:
        scope = "all three" if LEAVES_OUT[reason] == set(Rate) else "satisfaction alone"
        assert f"| `{reason}` | {scope}:" in manual
    for way in Way:
        assert f"| `{way}` |" in manual
    for outcome in (Outcome.UNREACHABLE, Outcome.DECLINED, Outcome.EXEMPT, Outcome.CHECKED):
        assert f"`{outcome}`" in manual


def test_the_journal_tells_every_verdict_again() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    said = {"outcome": "heard", "redone": 1, "area": "north", "line": "12345", "category": "01"}
    heard = {
        **said,
        "responded": True,
        "solution": "solved",
        "satisfaction": "fair",
        "orders": {"7": "a", "8": "b"},
    }
    at = datetime(2026, 10, 31, 16, 30, tzinfo=UTC)  # the first of November in Foshan

    def fact(kind: str, subject: str, **data: object) -> Fact:
        return Fact(kind, subject, at, data=data, ticket=3)

    facts = [
        Fact("ticket.closed", "ticket:1", at, data={"satisfaction": "fair"}, ticket=1),  # judged no order
        fact("ticket.closed", "ticket:3", **heard),
        fact("order.excluded", "order:7", exclusion="legal", reason="已起诉"),
        fact("order.excluded", "order:8", exclusion="policy", reason="政策"),
        fact("order.included", "order:8"),
    ]
    one = verdict(
        answers=Answers(True, Solution.SOLVED, Satisfaction.FAIR), redone=1, excluded=Exclusion.LEGAL
    )
    other = replace(one, unit="b", excluded=None)
    assert rates.replay(facts, zone) == {(3, 7): one, (3, 8): other}
