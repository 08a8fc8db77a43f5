"""How one value of a pack is written: as a cell of a CSV file or as a value in TOML, and what it becomes.

A form's `parse` raises ValueError for what it can't read; `expected` says in words what it can.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hotline.budgets import AMBER_FORM, BUDGET_FORM, parse_amber, parse_budget
from hotline.calendars import Span


@dataclass(frozen=True)
class Form:
    """A way of writing a value."""

    parse: Callable[[Any], Any]
    expected: str


def matching(pattern: str, expected: str) -> Form:
    """A text that matches `pattern` as a whole."""

    def parse(value: Any) -> str:
        if not isinstance(value, str) or re.fullmatch(pattern, value) is None:
            raise ValueError(value)
        return value

    return Form(parse, expected)


def one_of(choices: type[StrEnum]) -> Form:
    """One of an enumeration's values."""
    return Form(choices, "one of " + ", ".join(choices))


def many(form: Form, into: Callable[[Any], Any] = tuple) -> Form:
    """Several of them: a list in TOML, `a|b|c` in a cell."""

    def parse(value: Any) -> Any:
        parts = value.split("|") if isinstance(value, str) else value
        if not isinstance(parts, list):
            raise ValueError(value)
        return into(form.parse(part.strip() if isinstance(part, str) else part) for part in parts)

    return Form(parse, f"a list (in a cell: a|b|c), each {form.expected}")


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError(value)
    return int(value)


def _day(value: Any) -> date:
    if type(value) is date:
        return value
    if not isinstance(value, str):
        raise ValueError(value)
    return date.fromisoformat(value)


def _truth(value: Any) -> bool:
    if value in (True, "true"):
        return True
    if value in (False, "false"):
        return False
    raise ValueError(value)


def _zone(value: Any) -> str:
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, TypeError, OSError):
        raise ValueError(value) from None


def _weekday(value: Any) -> int:
    if value not in range(1, 8):
        raise ValueError(value)
    return int(value)


def _span(value: Any) -> Span:
    if not isinstance(value, str):
        raise ValueError(value)
    return Span.parse(value)


def _ranks(value: Any) -> dict[str, int]:
    if not isinstance(value, dict) or not all(type(rank) is int and rank >= 0 for rank in value.values()):
        raise ValueError(value)
    return value


TEXT = matching(r"(?s).*\S.*", "a text")
CODE = matching(r"[a-z0-9][a-z0-9.-]*", "a code of small letters, digits, dots and hyphens")
NUMBER = matching(r"\d{3,15}", "a telephone number, digits only")
CATEGORY = matching(r"\d{2}|\d{4}", "two or four digits")
MATTER = matching(r"\d{6}|\d{8}", "six or eight digits: four for the category, the others its own")
LANGUAGE = matching(r"cmn|yue|en", "one of cmn, yue, en")
WHOLE = Form(_whole, "a whole number")
DAY = Form(_day, "a date as 2025-01-31")
TRUTH = Form(_truth, "true or false")
ZONE = Form(_zone, "a time zone such as Asia/Shanghai")
WEEKDAY = Form(_weekday, "a weekday from 1 (Monday) to 7 (Sunday)")
SPAN = Form(_span, "a stretch of a day as 08:30-12:00")
BUDGET = Form(parse_budget, BUDGET_FORM)
AMBER = Form(parse_amber, AMBER_FORM)
RANKS = Form(_ranks, "skills with their rank as { general = 0, english = 1 }")
