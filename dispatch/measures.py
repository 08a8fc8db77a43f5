"""By what a unit's work is measured: signed for, reached and resolved in time, returned, extended, redone, and what
citizens said in the end. Here are the measures and the arithmetic; what is counted when, `tally` says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from statistics import median

from hotline.words import N_


class Measure(StrEnum):
    """Something that is counted of a unit's orders, in the month in which it happened."""

    RECEIVED = "received"
    SIGNED = "signed"
    CONTACTED = "contacted"
    RESOLVED = "resolved"
    RETURNED = "returned"
    EXTENDED = "extended"
    REDONE = "redone"
    SATISFIED = "satisfied"
    SOLVED = "solved"


class Scale(StrEnum):
    """How a figure reads: a share of one in percent, or days."""

    SHARE = "share"
    DAYS = "days"


@dataclass(frozen=True)
class Figure:
    """A figure of the scorecard: what was counted (`of`), and against what: its own count (`good` of it) or another
    measure's. `more_is_better` is None where neither is.
    """

    name: str
    words: str
    of: Measure
    against: Measure | None = None
    scale: Scale = Scale.SHARE
    more_is_better: bool | None = True
    missed: str = ""


FIGURES = (
    Figure("signed", N_("Signed in time"), Measure.SIGNED, missed=N_("Signed late")),
    Figure("contacted", N_("First contact in time"), Measure.CONTACTED, missed=N_("First contact late")),
    Figure("resolved", N_("Resolved in time"), Measure.RESOLVED, missed=N_("Resolved late")),
    Figure("days", N_("Days until the reply"), Measure.RESOLVED, scale=Scale.DAYS, more_is_better=False),
    Figure(
        "returned", N_("Returned, of those received"), Measure.RETURNED, Measure.RECEIVED, more_is_better=None
    ),
    Figure("rightly", N_("Returned rightly"), Measure.RETURNED, missed=N_("Returned wrongly")),
    Figure(
        "extended",
        N_("Extended, of those received"),
        Measure.EXTENDED,
        Measure.RECEIVED,
        more_is_better=False,
    ),
    Figure(
        "redone", N_("Redone, of those replied to"), Measure.REDONE, Measure.RESOLVED, more_is_better=False
    ),
    Figure("solved", N_("Solved, citizens say"), Measure.SOLVED, missed=N_("Not solved, citizens say")),
    Figure("satisfied", N_("Citizens satisfied"), Measure.SATISFIED, missed=N_("Citizens not satisfied")),
)
BY_NAME: Mapping[str, Figure] = {figure.name: figure for figure in FIGURES}


@dataclass(frozen=True)
class Sum:
    """A measure over some months: how often, how often well, and its amount (minutes) together."""

    count: int = 0
    good: int = 0
    amount: int = 0

    def __add__(self, other: Sum) -> Sum:
        return Sum(self.count + other.count, self.good + other.good, self.amount + other.amount)


Sums = Mapping[Measure, Sum]


def value(figure: Figure, sums: Sums) -> float | None:
    """The figure: of one, or in days of 24 hours; None where there is nothing to measure."""
    of = sums.get(figure.of, Sum())
    if figure.scale is Scale.DAYS:
        return of.amount / of.count / 1440 if of.count else None
    if figure.against is None:
        return of.good / of.count if of.count else None
    base = sums.get(figure.against, Sum()).count
    return of.count / base if base else None


def middle(figure: Figure, others: Iterable[Sums]) -> float | None:
    """The median of the units that have the figure; None where none has."""
    values = [found for sums in others if (found := value(figure, sums)) is not None]
    return median(values) if values else None


def months_before(month: date, count: int) -> list[date]:
    """The first days of `count` months that end with `month`, in their order."""
    numbers = range(month.year * 12 + month.month - count, month.year * 12 + month.month)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


def position(number: float | None, most: float) -> float:
    """Where a figure stands on a bar that goes from 0 to `most`, in percent of it."""
    return 0.0 if number is None or most <= 0 else round(min(number / most, 1.0) * 100, 1)


def curve(values: Sequence[float | None], most: float) -> list[tuple[float, float]]:
    """Points of a small curve, 0 to 100 each way and upwards from 100; months without a figure are left out."""
    step = 100 / max(len(values) - 1, 1)
    return [
        (round(place * step, 1), round(100 - position(number, most), 1))
        for place, number in enumerate(values)
        if number is not None
    ]
