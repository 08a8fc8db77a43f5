"""Figures of a line over some days: sums, shares and means of its counts. Pure arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Protocol


class Counts(Protocol):
    """What is counted of one line on one day."""

    calls: int
    answered: int
    in_target: int
    abandoned: int
    to_branch: int
    waited: int
    talked: int
    tickets: int


@dataclass(frozen=True)
class Sums:
    """Counts of some days together. Shares are of one, None where there is nothing to share."""

    days: int
    calls: int = 0
    answered: int = 0
    in_target: int = 0
    abandoned: int = 0
    to_branch: int = 0
    waited: int = 0
    talked: int = 0
    tickets: int = 0

    @property
    def a_day(self) -> float:
        """Calls on a day in the mean."""
        return self.calls / self.days if self.days else 0.0

    @property
    def answered_share(self) -> float | None:
        """Answered calls, of those that weren't the branch centre's."""
        ours = self.calls - self.to_branch
        return self.answered / ours if ours > 0 else None

    @property
    def in_target_share(self) -> float | None:
        """Calls answered within the target, of those answered or given up."""
        judged = self.answered + self.abandoned
        return self.in_target / judged if judged else None

    @property
    def mean_wait(self) -> float | None:
        """Seconds that an answered call waited in the mean."""
        return self.waited / self.answered if self.answered else None


def days_of(first: date, last: date) -> list[date]:
    """Every day from `first` to `last`, both included."""
    return [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]


def sums_of(rows: Mapping[date, Counts], first: date, last: date) -> Sums:
    """The counts from `first` to `last` together; a day without a row had nothing."""
    found = [row for day, row in rows.items() if first <= day <= last]
    counted = [field.name for field in fields(Sums) if field.name != "days"]
    return Sums(
        (last - first).days + 1, **{name: sum(getattr(row, name) for row in found) for name in counted}
    )


def point(rows: Mapping[date, Counts], first: date, last: date, measure: str) -> float | None:
    """One point of a curve: a day's value where both are one day, else what a day of them had in the mean.

    Shares are in percent. None where there is nothing to share or to wait for.
    """
    sums = sums_of(rows, first, last)
    value = getattr(sums, measure)
    if value is None:
        return None
    if measure.endswith("_share"):
        return float(round(value * 100, 1))
    return float(round(value if measure == "mean_wait" else value / sums.days, 1))
