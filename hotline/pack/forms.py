"""How one value of a pack is written: as a cell of a CSV file, as a value in TOML or in a page's form, and what it
becomes.

A form's `parse` raises ValueError for what it can't read; `expected` says in words what it can.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hotline.budgets import (
    AMBER_FORM,
    BUDGET_FORM,
    OFFSET_FORM,
    parse_amber,
    parse_budget,
    parse_offset,
)
from hotline.calendars import Span
from hotline.reply_templates import PLACES, unknown_places
from hotline.words import N_, Phrase


class Kind(StrEnum):
    """What a page lets somebody enter such a value with."""

    WORD = "word"
    PROSE = "prose"
    NUMBER = "number"
    DAY = "day"
    MOMENT = "moment"
    TRUTH = "truth"


@dataclass(frozen=True)
class Form:
    """A way of writing a value. `expected` is English with a translation; `choices`: values that there are, each with
    its words; `is_many`: it is written as a list of such values.
    """

    parse: Callable[[Any], Any]
    expected: str
    kind: Kind = Kind.WORD
    choices: Mapping[str, str] = field(default_factory=dict)
    is_many: bool = False

    def texts(self, written: Any) -> tuple[str, ...]:
        """The text of each value in what is written; none where nothing is. `parse` reads them all."""
        if written is None or written == "":
            return ()
        if isinstance(written, dict):
            return tuple(f"{name}={rank}" for name, rank in written.items())
        if self.is_many:
            parts = written.split("|") if isinstance(written, str) else written
            return tuple(_text(part) for part in parts)
        return (_text(written),)


def matching(pattern: str, expected: str, **more: Any) -> Form:
    """A text that matches `pattern` as a whole; `more` of it as in `Form`."""

    def parse(value: Any) -> str:
        if not isinstance(value, str) or re.fullmatch(pattern, value) is None:
            raise ValueError(value)
        return value

    return Form(parse, expected, **more)


def one_of(
    kind: type[StrEnum], words: Mapping[Any, str] | None = None, among: Iterable[StrEnum] | None = None
) -> Form:
    """One of an enumeration's values, or only of those `among` them; `words` are what people call them."""
    choices = tuple(kind if among is None else among)
    named = {choice.value: (words or {}).get(choice, choice.value) for choice in choices}

    def parse(value: Any) -> StrEnum:
        if value not in choices:
            raise ValueError(value)
        return kind(value)

    return Form(parse, Phrase(N_("one of {choices}"), choices=", ".join(choices)), choices=named)


def many(form: Form, into: Callable[[Any], Any] = tuple) -> Form:
    """Several of them: a list in TOML, `a|b|c` in a cell."""

    def parse(value: Any) -> Any:
        parts = value.split("|") if isinstance(value, str) else value
        if not isinstance(parts, list):
            raise ValueError(value)
        return into(form.parse(part.strip() if isinstance(part, str) else part) for part in parts)

    expected = Phrase(N_("a list (in a cell: a|b|c), each {form}"), form=form.expected)
    return replace(form, parse=parse, expected=expected, is_many=True)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError(value)
    return int(value)


def _seconds(value: Any) -> int:
    seconds = _whole(value)
    if not 0 <= seconds <= 3600:
        raise ValueError(value)
    return seconds


def _percent(value: Any) -> int:
    percent = _whole(value)
    if not 0 <= percent <= 100:
        raise ValueError(value)
    return percent


def _day(value: Any) -> date:
    if type(value) is date:
        return value
    if not isinstance(value, str):
        raise ValueError(value)
    return date.fromisoformat(value)


def _moment(value: Any) -> datetime:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if type(value) is date:
        return datetime.combine(value, time())
    if not isinstance(value, datetime) or value.tzinfo or value.second or value.microsecond:
        raise ValueError(value)
    return value


def _truth(value: Any) -> bool:
    if value in (True, "true"):
        return True
    if value in (False, "false"):
        return False
    raise ValueError(value)


def _template(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or unknown_places(value):
        raise ValueError(value)
    return value


def _zone(value: Any) -> str:
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, TypeError, OSError):
        raise ValueError(value) from None


def _weekday(value: Any) -> int:
    number = _whole(value)
    if number not in WEEKDAYS:
        raise ValueError(value)
    return number


def _span(value: Any) -> Span:
    if not isinstance(value, str):
        raise ValueError(value)
    return Span.parse(value)


def _ranks(value: Any) -> dict[str, int]:
    if isinstance(value, str | list):
        parts = [part.partition("=") for part in (value.split("|") if isinstance(value, str) else value)]
        value = {name.strip(): _whole(rank) for name, _, rank in parts}
    if not isinstance(value, dict) or not all(type(rank) is int and rank >= 0 for rank in value.values()):
        raise ValueError(value)
    return value


TEXT = matching(r"(?s).*\S.*", N_("a text"))
PROSE = replace(TEXT, kind=Kind.PROSE)
TEMPLATE = Form(
    _template,
    Phrase(N_("a text whose places in braces are of {places}"), places=", ".join(PLACES)),
    Kind.PROSE,
)
CODE = matching(r"[a-z0-9][a-z0-9.-]*", N_("a code of small letters, digits, dots and hyphens"))
NUMBER = matching(r"\d{3,15}", N_("a telephone number, digits only"))
CATEGORY = matching(r"\d{2}|\d{4}", N_("two or four digits"))
MATTER = matching(r"\d{6}|\d{8}", N_("six or eight digits: four for the category, the others its own"))
HEADING_OR_MATTER = matching(
    r"\d{2}|\d{4}|\d{6}|\d{8}", N_("a heading's two or four digits, or a matter's six or eight")
)
LANGUAGES = {"cmn": N_("Mandarin"), "yue": N_("Cantonese"), "en": N_("English")}
LANGUAGE = matching(
    "|".join(LANGUAGES), Phrase(N_("one of {choices}"), choices="cmn, yue, en"), choices=LANGUAGES
)
WHOLE = Form(_whole, N_("a whole number"), Kind.NUMBER)
DAY = Form(_day, N_("a date as 2025-01-31"), Kind.DAY)
SECONDS = Form(_seconds, N_("seconds, a whole number from 0 to 3600"), Kind.NUMBER)
PERCENT = Form(_percent, N_("a whole number from 0 to 100"), Kind.NUMBER)
MOMENT = Form(
    _moment,
    N_("a time by the city's clock, to the minute, as 2025-01-31 08:30; a date is its midnight"),
    Kind.MOMENT,
)
ALWAYS, FOR_EVER = _moment(date.min), _moment(date.max)
TRUTH = Form(_truth, N_("true or false"), Kind.TRUTH)
ZONE = Form(_zone, N_("a time zone such as Asia/Shanghai"))
WEEKDAYS = {
    1: N_("Monday"),
    2: N_("Tuesday"),
    3: N_("Wednesday"),
    4: N_("Thursday"),
    5: N_("Friday"),
    6: N_("Saturday"),
    7: N_("Sunday"),
}
WEEKDAY = Form(
    _weekday,
    N_("a weekday from 1 (Monday) to 7 (Sunday)"),
    choices={str(number): words for number, words in WEEKDAYS.items()},
)
SPAN = Form(_span, N_("a stretch of a day as 08:30-12:00"))
BUDGET = Form(parse_budget, BUDGET_FORM)
AMBER = Form(parse_amber, AMBER_FORM)
OFFSET = Form(parse_offset, OFFSET_FORM)
RANKS = Form(_ranks, N_("skills with their rank as { general = 0, english = 1 }"), is_many=True)
