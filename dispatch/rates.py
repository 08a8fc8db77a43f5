"""The three rates 三率: response, solved, satisfied. What is counted of one order's verdict, what is left out of it and
why, and how units compare. Pure arithmetic; where the figures are kept is another module's.

| rate | numerator | denominator |
|---|---|---|
| response 响应率 | the unit was in touch in time | who said whether it was |
| solved 解决率 | solved | solved, partly solved, not solved |
| satisfied 满意率 | very satisfied, satisfied, fairly satisfied | all five marks |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from functools import partial
from statistics import median as middle
from typing import Any
from zoneinfo import ZoneInfo

from dispatch.revisits import DISCONTENT, Answers, Outcome
from hotline.facts import Fact
from hotline.revisit_policy import Band
from hotline.tickets import Satisfaction, Solution
from hotline.words import N_


class Rate(StrEnum):
    """One of the three."""

    RESPONDED = "responded"
    SOLVED = "solved"
    SATISFIED = "satisfied"


class Exclusion(StrEnum):
    """Why an order is left out of the rates 剔除."""

    LEGAL = "legal"
    ENFORCEMENT = "enforcement"
    NOT_OURS = "not_ours"
    MALICIOUS = "malicious"
    POLICY = "policy"
    NO_CONTACT = "no_contact"


LEAVES_OUT: Mapping[Exclusion, frozenset[Rate]] = {
    # In mediation and law enforcement somebody has to be displeased: not judged by satisfaction (Guangdong).
    Exclusion.ENFORCEMENT: frozenset({Rate.SATISFIED}),
} | {reason: frozenset(Rate) for reason in Exclusion if reason is not Exclusion.ENFORCEMENT}
"""Which rates each reason leaves an order out of."""


@dataclass(frozen=True)
class Verdict:
    """How one order of a closed ticket was judged, and where that counts. Codes may be empty; `month` is the first
    day of the month in which the ticket was closed; `redone`: how often the citizen had it done again before.
    """

    month: date
    unit: str
    area: str
    line: str
    category: str
    outcome: Outcome
    answers: Answers
    redone: int = 0
    excluded: Exclusion | None = None

    def counts_in(self, rate: Rate) -> bool:
        """Whether what the citizen said counts in this rate."""
        left_out = LEAVES_OUT[self.excluded] if self.excluded else frozenset[Rate]()
        return self.outcome is Outcome.HEARD and rate not in left_out


class Part(StrEnum):
    """What is counted of verdicts; a figure on a page is one of these, and leads to the orders behind it."""

    ORDERS = "orders"
    EXCLUDED = "excluded"
    UNREACHABLE = "unreachable"
    DECLINED = "declined"
    EXEMPT = "exempt"
    CHECKED = "checked"
    REDONE = "redone"
    RESPONDED = "responded"
    NOT_RESPONDED = "not_responded"
    SOLVED = "solved"
    PARTLY = "partly"
    UNSOLVED = "unsolved"
    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    FAIR = "fair"
    DISSATISFIED = "dissatisfied"
    VERY_DISSATISFIED = "very_dissatisfied"


def _ended(outcome: Outcome) -> Callable[[Verdict], bool]:
    return lambda verdict: verdict.outcome is outcome


def _responded(said: bool) -> Callable[[Verdict], bool]:
    return lambda verdict: verdict.counts_in(Rate.RESPONDED) and verdict.answers.responded is said


def _solution(said: Solution) -> Callable[[Verdict], bool]:
    return lambda verdict: verdict.counts_in(Rate.SOLVED) and verdict.answers.solution is said


def _satisfaction(said: Satisfaction) -> Callable[[Verdict], bool]:
    return lambda verdict: verdict.counts_in(Rate.SATISFIED) and verdict.answers.satisfaction is said


IS_PART: Mapping[Part, Callable[[Verdict], bool]] = {
    Part.ORDERS: lambda verdict: True,
    Part.EXCLUDED: lambda verdict: verdict.excluded is not None,
    Part.UNREACHABLE: _ended(Outcome.UNREACHABLE),
    Part.DECLINED: _ended(Outcome.DECLINED),
    Part.EXEMPT: _ended(Outcome.EXEMPT),
    Part.CHECKED: _ended(Outcome.CHECKED),
    Part.REDONE: lambda verdict: verdict.redone > 0,
    Part.RESPONDED: _responded(True),
    Part.NOT_RESPONDED: _responded(False),
    Part.SOLVED: _solution(Solution.SOLVED),
    Part.PARTLY: _solution(Solution.PARTLY),
    Part.UNSOLVED: _solution(Solution.UNSOLVED),
    **{Part(mark): _satisfaction(mark) for mark in Satisfaction},
}
"""Whether a verdict is counted under each part."""

COUNTED: Mapping[Rate, tuple[frozenset[Part], frozenset[Part]]] = {
    Rate.RESPONDED: (frozenset({Part.RESPONDED}), frozenset({Part.RESPONDED, Part.NOT_RESPONDED})),
    Rate.SOLVED: (frozenset({Part.SOLVED}), frozenset({Part.SOLVED, Part.PARTLY, Part.UNSOLVED})),
    Rate.SATISFIED: (
        frozenset(Part(mark) for mark in Satisfaction if mark not in DISCONTENT),
        frozenset(Part(mark) for mark in Satisfaction),
    ),
}
"""Each rate's numerator and denominator, as the parts that are added up."""


@dataclass(frozen=True)
class Counts:
    """How many verdicts are counted under each part."""

    orders: int = 0
    excluded: int = 0
    unreachable: int = 0
    declined: int = 0
    exempt: int = 0
    checked: int = 0
    redone: int = 0
    responded: int = 0
    not_responded: int = 0
    solved: int = 0
    partly: int = 0
    unsolved: int = 0
    very_satisfied: int = 0
    satisfied: int = 0
    fair: int = 0
    dissatisfied: int = 0
    very_dissatisfied: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, name) + getattr(other, name) for name in NAMES))

    def __sub__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, name) - getattr(other, name) for name in NAMES))

    def of(self, parts: Iterable[Part]) -> int:
        """How many stand under these parts together."""
        return sum(map(partial(getattr, self), parts))

    def numerator(self, rate: Rate) -> int:
        """How many count for the rate."""
        return self.of(COUNTED[rate][0])

    def denominator(self, rate: Rate) -> int:
        """How many had their say in it."""
        return self.of(COUNTED[rate][1])

    def share(self, rate: Rate) -> Fraction | None:
        """The rate itself, exact, from 0 to 1; None where nobody had a say."""
        total = self.denominator(rate)
        return Fraction(self.numerator(rate), total) if total else None


NAMES = tuple(field.name for field in fields(Counts))
assert tuple(Part) == NAMES


def counts_of(verdict: Verdict) -> Counts:
    """One verdict as counts of one."""
    return Counts(**{part.value: int(is_part(verdict)) for part, is_part in IS_PART.items()})


def together(counts: Iterable[Counts]) -> Counts:
    """All of them added up."""
    return sum(counts, Counts())


class By(StrEnum):
    """What verdicts are gathered by."""

    ALL = "all"
    UNIT = "unit"
    AREA = "area"
    LINE = "line"
    CATEGORY = "category"


def places(verdict: Verdict) -> tuple[tuple[By, str], ...]:
    """Where a verdict counts, besides its month."""
    by_field = ((by, str(getattr(verdict, by))) for by in By if by is not By.ALL)
    return ((By.ALL, ""), *by_field)


Place = tuple[By, date, str]
"""A counter: by what, the first day of its month, and which unit, area, line or category."""


def gathered(verdicts: Iterable[Verdict]) -> dict[Place, Counts]:
    """What the counters must say if these are all the verdicts there are."""
    found: dict[Place, Counts] = {}
    for verdict in verdicts:
        one = counts_of(verdict)
        for by, key in places(verdict):
            place = (by, verdict.month, key)
            found[place] = found.get(place, Counts()) + one
    return found


def change(before: Iterable[Verdict], after: Iterable[Verdict]) -> dict[Place, Counts]:
    """What has to be added to the counters when these verdicts take the place of those."""
    was, becomes = gathered(before), gathered(after)
    return {
        place: becomes.get(place, Counts()) - was.get(place, Counts())
        for place in sorted(was.keys() | becomes.keys())
    }


def replay(facts: Iterable[Fact], zone: ZoneInfo) -> dict[tuple[int, int], Verdict]:
    """Every verdict, by ticket and order, as the journal tells it from its beginning: closings, and orders that were
    left out of the rates or taken in again. A closing that names no order judged none.
    """
    found: dict[tuple[int, int], Verdict] = {}
    for fact in facts:
        if fact.kind == "ticket.closed":
            for order, unit in fact.data.get("orders", {}).items():
                found[fact.ticket or 0, int(order)] = told(fact.data, unit, month_of(fact.at, zone))
        elif fact.kind in ("order.excluded", "order.included"):
            key = (fact.ticket or 0, int(fact.subject.partition(":")[2]))
            reason = Exclusion(fact.data["exclusion"]) if fact.kind == "order.excluded" else None
            found[key] = replace(found[key], excluded=reason)
    return found


def told(data: Mapping[str, Any], unit: str, month: date) -> Verdict:
    """A verdict on one unit's order from what the fact of the closing tells."""
    return Verdict(
        month=month,
        unit=unit,
        area=data["area"],
        line=data["line"],
        category=data["category"],
        outcome=Outcome(data["outcome"]),
        answers=Answers.of(data),
        redone=data["redone"],
    )


def month_of(at: datetime, zone: ZoneInfo) -> date:
    """The first day of the month in which `at` lies."""
    return at.astimezone(zone).date().replace(day=1)


LEAST_CASES = 10
"""With fewer orders judged than these a unit is neither ranked nor put in a band: one citizen would move it too far."""


@dataclass(frozen=True)
class Standing:
    """A unit in a league table. Equal rates share a `rank` (1, 2, 2, 4); without enough cases there is neither rank nor
    band.
    """

    key: str
    counts: Counts
    rank: int | None = None
    band: Band | None = None


def cases(counts: Counts) -> int:
    """How many orders a unit is judged by: those in the rate in which the fewest had a say."""
    return min(counts.denominator(rate) for rate in Rate)


def band_of(counts: Counts, bands: Iterable[Band]) -> Band | None:
    """The first of `bands`, the best first, all of whose limits are reached; None where a rate is missing."""
    shares = [counts.share(rate) for rate in Rate]
    reached = [share * 100 for share in shares if share is not None]
    if len(reached) < len(shares):
        return None
    return next(
        (band for band in bands if all(r >= limit for r, limit in zip(reached, band.limits, strict=True))),
        None,
    )


def league(
    units: Mapping[str, Counts], rate: Rate, bands: Sequence[Band], least: int = LEAST_CASES
) -> list[Standing]:
    """The units by `rate`, the best first; those with fewer than `least` cases after them, the busiest first."""
    judged = {key: counts for key, counts in units.items() if cases(counts) >= max(least, 1)}
    ordered = sorted(judged, key=lambda key: (-_share(judged[key], rate), key))
    standings: list[Standing] = []
    for place, key in enumerate(ordered, start=1):
        counts = judged[key]
        is_tied = bool(standings) and standings[-1].counts.share(rate) == counts.share(rate)
        rank = standings[-1].rank if is_tied else place
        standings.append(Standing(key, counts, rank, band_of(counts, bands)))
    few = sorted(units.keys() - judged.keys(), key=lambda key: (-units[key].orders, key))
    return [*standings, *(Standing(key, units[key]) for key in few)]


def median(units: Iterable[Counts], rate: Rate, least: int = LEAST_CASES) -> Fraction | None:
    """The rate in the middle of the units that have enough cases; None where none has."""
    shares = [_share(counts, rate) for counts in units if cases(counts) >= max(least, 1)]
    return Fraction(middle(shares)) if shares else None


def _share(counts: Counts, rate: Rate) -> Fraction:
    share = counts.share(rate)
    assert share is not None
    return share


RATE_WORDS = {
    Rate.RESPONDED: N_("Response rate"),
    Rate.SOLVED: N_("Solution rate"),
    Rate.SATISFIED: N_("Satisfaction rate"),
}

DEFINITIONS = {
    Rate.RESPONDED: N_(
        "Citizens who said that the unit was in touch in time, of those who said whether it was"
    ),
    Rate.SOLVED: N_("Solved, of solved, partly solved and not solved, as the citizen said"),
    Rate.SATISFIED: N_("Very satisfied, satisfied and fairly satisfied, of all five marks"),
}

EXCLUSION_WORDS = {
    Exclusion.LEGAL: N_("Belongs before a court, arbitration or review"),
    Exclusion.ENFORCEMENT: N_("Mediation or law enforcement (left out of satisfaction only)"),
    Exclusion.NOT_OURS: N_("Not in the government's remit"),
    Exclusion.MALICIOUS: N_("Malicious or repeated without ground"),
    Exclusion.POLICY: N_("Policy or conditions don't allow it"),
    Exclusion.NO_CONTACT: N_("No contact is possible"),
}

PART_WORDS = {
    Part.ORDERS: N_("Orders closed"),
    Part.EXCLUDED: N_("Left out"),
    Part.UNREACHABLE: N_("Unreachable"),
    Part.DECLINED: N_("Declined to answer"),
    Part.EXEMPT: N_("Exempt from the revisit"),
    Part.CHECKED: N_("Checked by the centre"),
    Part.REDONE: N_("Done again"),
    Part.RESPONDED: N_("In touch in time"),
    Part.NOT_RESPONDED: N_("Not in touch in time"),
    Part.SOLVED: N_("Solved"),
    Part.PARTLY: N_("Partly solved"),
    Part.UNSOLVED: N_("Not solved"),
    Part.VERY_SATISFIED: N_("Very satisfied"),
    Part.SATISFIED: N_("Satisfied"),
    Part.FAIR: N_("Fairly satisfied"),
    Part.DISSATISFIED: N_("Dissatisfied"),
    Part.VERY_DISSATISFIED: N_("Very dissatisfied"),
}

BY_WORDS = {
    By.ALL: N_("All together"),
    By.UNIT: N_("By unit"),
    By.AREA: N_("By area"),
    By.LINE: N_("By line"),
    By.CATEGORY: N_("By category"),
}

REFUSAL_WORDS = {
    "verdict.unknown": N_("This order has not been judged"),
    "verdict.excluded_already": N_("This order is left out already"),
    "verdict.not_excluded": N_("This order isn't left out"),
}
