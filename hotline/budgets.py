"""Budgets of time: how much of it a promise has, and in which measure. How they run out is another module's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from hotline.words import N_


class Measure(StrEnum):
    """How time is counted. Working days count from the next day and are due at the end of the last one.

    In the last four the amount is a minute of the day, counted from midnight: until that minute of the next day, or
    of the very day on which it begins; where that minute is over by then, of the one after it.
    """

    MINUTES = "minutes"
    WORKING_MINUTES = "working_minutes"
    WORKING_DAYS = "working_days"
    SAME_DAY = "same_day"
    NEXT_DAY = "next_day"
    SAME_WORKING_DAY = "same_working_day"
    NEXT_WORKING_DAY = "next_working_day"

    @property
    def is_natural(self) -> bool:
        """Whether it runs by the clock on the wall, through nights and holidays."""
        return self in (Measure.MINUTES, Measure.SAME_DAY, Measure.NEXT_DAY)


@dataclass(frozen=True)
class Budget:
    """`amount` of `measure`: 30 minutes of natural time, 120 working minutes, 15 working days."""

    amount: int
    measure: Measure


@dataclass(frozen=True)
class Share:
    """A part of a budget, in percent of the whole."""

    percent: int


@dataclass(frozen=True)
class Offset:
    """An instant before or after the one at which a promise is due."""

    time: Budget
    is_after: bool


_MEASURES = {
    "min": (1, Measure.MINUTES),
    "h": (60, Measure.MINUTES),
    "days": (24 * 60, Measure.MINUTES),
    "day": (24 * 60, Measure.MINUTES),
    "working h": (60, Measure.WORKING_MINUTES),
    "working days": (1, Measure.WORKING_DAYS),
    "working day": (1, Measure.WORKING_DAYS),
}
_TIME = re.compile(r"([1-9]\d{0,4}) (" + "|".join(_MEASURES) + ")")
_UNTIL = re.compile(r"([01]\d|2[0-4]):([0-5]\d) ((?:same|next) (?:working )?day)")
_OFFSET = re.compile(r"(.+) (before|after)")
_SHARE = re.compile(r"([1-9]\d?) %")

TIME_FORM = N_("30 min, 24 h, 7 days, 2 working h or 15 working days")
BUDGET_FORM = N_(
    "30 min, 24 h, 7 days, 2 working h or 15 working days; or until an hour, as 17:30 next working day, "
    "17:30 same working day, 12:00 next day or 24:00 same day"
)
AMBER_FORM = N_("20 %, 30 min, 24 h, 2 working h or 15 working days")
OFFSET_FORM = N_("1 working day before, 2 h after and the like")


def parse_time(text: str) -> Budget:
    """A length of time, as in `TIME_FORM`. Raises ValueError for anything else."""
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError(text)
    factor, measure = _MEASURES[found[2]]
    return Budget(int(found[1]) * factor, measure)


def parse_budget(text: str) -> Budget:
    """The budget written as in `BUDGET_FORM`. Raises ValueError for anything else."""
    found = _UNTIL.fullmatch(text)
    if found is None:
        return parse_time(text)
    minute = int(found[1]) * 60 + int(found[2])
    if minute > 24 * 60:
        raise ValueError(text)
    return Budget(minute, Measure(found[3].replace(" ", "_")))


def parse_amber(text: str) -> Budget | Share:
    """How much is left when a clock turns amber, as in `AMBER_FORM`. Raises ValueError for anything else."""
    found = _SHARE.fullmatch(text)
    return Share(int(found[1])) if found else parse_time(text)


def parse_offset(text: str) -> Offset:
    """When a step is taken, as in `OFFSET_FORM`. Raises ValueError for anything else."""
    found = _OFFSET.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return Offset(parse_time(found[1]), found[2] == "after")
