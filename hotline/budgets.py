"""Budgets of time: how much of it a promise has, and in which measure. How they run out is another module's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from hotline.words import N_


class Measure(StrEnum):
    """How time is counted. Working days count from the next day and are due at the end of the last one."""

    MINUTES = "minutes"
    WORKING_MINUTES = "working_minutes"
    WORKING_DAYS = "working_days"


@dataclass(frozen=True)
class Budget:
    """`amount` of `measure`: 30 minutes of natural time, 120 working minutes, 15 working days."""

    amount: int
    measure: Measure


@dataclass(frozen=True)
class Share:
    """A part of a budget, in percent of the whole."""

    percent: int


_MEASURES = {
    "min": (1, Measure.MINUTES),
    "h": (60, Measure.MINUTES),
    "working h": (60, Measure.WORKING_MINUTES),
    "working days": (1, Measure.WORKING_DAYS),
    "working day": (1, Measure.WORKING_DAYS),
}
_BUDGET = re.compile(r"([1-9]\d{0,4}) (" + "|".join(_MEASURES) + ")")
_SHARE = re.compile(r"([1-9]\d?) %")

BUDGET_FORM = N_("30 min, 24 h, 2 working h or 15 working days")
AMBER_FORM = N_("20 %, 30 min, 24 h, 2 working h or 15 working days")


def parse_budget(text: str) -> Budget:
    """The budget written as in `BUDGET_FORM`. Raises ValueError for anything else."""
    found = _BUDGET.fullmatch(text)
    if found is None:
        raise ValueError(text)
    factor, measure = _MEASURES[found[2]]
    return Budget(int(found[1]) * factor, measure)


def parse_amber(text: str) -> Budget | Share:
    """How much is left when a clock turns amber, as in `AMBER_FORM`. Raises ValueError for anything else."""
    found = _SHARE.fullmatch(text)
    return Share(int(found[1])) if found else parse_budget(text)
