"""The three rates as a page draws them: figures with their bars, curves over months, and the links behind each number.
Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from dispatch.rates import COUNTED, Counts, Part, Rate

WIDTH, HEIGHT = 120, 28
"""Of a curve's own drawing, in its units."""

WHAT: Mapping[str, frozenset[Part]] = {
    **{part.value: frozenset({part}) for part in Part},
    **{f"for-{rate}": COUNTED[rate][0] for rate in Rate},
    **{f"of-{rate}": COUNTED[rate][1] for rate in Rate},
}
"""What a number counts, as an address says it: one part, or those that make a rate's numerator or denominator."""

APART = (Part.EXCLUDED, Part.UNREACHABLE, Part.DECLINED, Part.EXEMPT, Part.CHECKED, Part.REDONE)
"""What is counted beside the rates."""


@dataclass(frozen=True)
class Figure:
    """One rate: `percent` is rounded down to a tenth, so that nobody reaches a limit by rounding; None where nobody had
    a say. `points` draw its curve over months, in lines apart where months are missing.
    """

    rate: Rate
    percent: str | None
    share: float
    numerator: int
    denominator: int
    points: Sequence[str] = ()


def figures_of(counts: Counts, months: Sequence[Counts] = ()) -> list[Figure]:
    """The three rates of `counts`; their curves over `months`, each of which may be empty."""
    return [
        Figure(
            rate,
            percent(share := counts.share(rate)),
            float(share or 0),
            counts.numerator(rate),
            counts.denominator(rate),
            curve([month.share(rate) for month in months]),
        )
        for rate in Rate
    ]


def percent(share: Fraction | None) -> str | None:
    """A share in percent, rounded down to a tenth."""
    if share is None:
        return None
    tenths = share * 1000 // 1
    return f"{tenths // 10}.{tenths % 10}"


def curve(shares: Sequence[Fraction | None]) -> list[str]:
    """Points of the lines of a curve from nought to one; a month without a value leaves a gap. A point alone is a line
    of no length, which a round end makes a dot.
    """
    step = WIDTH / max(len(shares) - 1, 1)
    lines: list[list[str]] = [[]]
    for place, share in enumerate(shares):
        if share is None:
            lines.append([])
        else:
            lines[-1].append(f"{place * step:.1f},{2 + (1 - float(share)) * (HEIGHT - 4):.1f}")
    return [" ".join(line if len(line) > 1 else line * 2) for line in lines if line]


def months_back(last: date, count: int) -> list[date]:
    """The first days of `count` months, the last of which is that of `last`, oldest first."""
    number = last.year * 12 + last.month - 1
    return [date(one // 12, one % 12 + 1, 1) for one in range(number - count + 1, number + 1)]


def in_order(by_month: Mapping[date, Counts], months: Sequence[date]) -> list[Counts]:
    """The counts of each of `months`, empty where there are none."""
    return [by_month.get(month, Counts()) for month in months]


def marks(counts: Counts) -> list[tuple[Part, int, float]]:
    """The five marks with how often each was given and its share of all, for a bar of five parts."""
    five = [part for part in Part if part in COUNTED[Rate.SATISFIED][1]]
    total = counts.denominator(Rate.SATISFIED)
    return [(part, getattr(counts, part), getattr(counts, part) / total if total else 0.0) for part in five]
