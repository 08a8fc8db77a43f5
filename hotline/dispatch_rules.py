"""Dispatch rules 派单规则: what each asks of a ticket, where it sends those that fit, and which rules fit one.

Pure values. From a rule to a unit at the ticket's place is `dispatch.deciding`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from unicodedata import normalize

from hotline.areas import Areas
from hotline.budgets import Budget
from hotline.clock_policy import Kind
from hotline.levels import Level
from hotline.tickets import Channel, Type, Urgency
from hotline.words import N_, translate


class Condition(StrEnum):
    """What a rule may ask of a ticket. But for the days, each is a field of the rule by its name."""

    DAYS = "days"
    MATTERS = "matters"
    AREAS = "areas"
    LINES = "lines"
    TYPES = "types"
    URGENCIES = "urgencies"
    CHANNELS = "channels"
    ANY_WORDS = "any_words"
    ALL_WORDS = "all_words"
    NO_WORDS = "no_words"


BY_KEY = (
    Condition.MATTERS,
    Condition.AREAS,
    Condition.LINES,
    Condition.TYPES,
    Condition.URGENCIES,
    Condition.CHANNELS,
)
"""Conditions that a ticket meets by having one of a few keys."""


class Lead(StrEnum):
    """How a rule says which unit leads."""

    UNIT = "unit"
    CATALOGUE = "catalogue"
    PLACE = "place"
    LINE = "line"
    DUTY = "duty"


LEAD_WORDS = {
    Lead.UNIT: N_("The unit named"),
    Lead.CATALOGUE: N_("Whoever answers by the catalogue"),
    Lead.PLACE: N_("The government of the place"),
    Lead.LINE: N_("The unit of the dialled line"),
    Lead.DUTY: N_("The unit on duty"),
}


class Mark(StrEnum):
    """What a rule makes of a ticket beside sending it somewhere."""

    CONFIDENTIAL = "confidential"
    URGENT = "urgent"


MARK_WORDS = {
    Mark.CONFIDENTIAL: N_("Keep the citizen secret"),
    Mark.URGENT: N_("Handle as urgent"),
}


@dataclass(frozen=True)
class Rule:
    """One rule. What it asks for is empty where anything will do; `matters` are codes of matters or of headings over
    them, `areas` mean all that lies in them. It holds from its first day until before `valid_until`.

    `lead` says who leads: `unit` where it is a certain one, that unit's counterpart for the place where there is a
    `level`; `co` work along. Its budgets replace the policy's.
    """

    code: str
    order: int
    name_zh: str
    name_en: str
    reason_zh: str
    reason_en: str
    lead: Lead
    unit: str | None = None
    level: Level | None = None
    co: tuple[str, ...] = ()
    marks: frozenset[Mark] = frozenset()
    sign: Budget | None = None
    contact: Budget | None = None
    resolve: Budget | None = None
    matters: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    types: tuple[Type, ...] = ()
    urgencies: tuple[Urgency, ...] = ()
    channels: tuple[Channel, ...] = ()
    any_words: tuple[str, ...] = ()
    all_words: tuple[str, ...] = ()
    no_words: tuple[str, ...] = ()
    valid_from: date = date.min
    valid_until: date = date.max

    def is_valid_on(self, day: date) -> bool:
        """Whether it holds on `day`."""
        return self.valid_from <= day < self.valid_until

    @property
    def budgets(self) -> Mapping[Kind, Budget]:
        """The times that it sets instead of the policy's."""
        own = {Kind.SIGN: self.sign, Kind.CONTACT: self.contact, Kind.RESOLVE: self.resolve}
        return {kind: budget for kind, budget in own.items() if budget is not None}

    def wants(self, condition: Condition) -> tuple[str, ...]:
        """What it asks for there; nothing where anything will do."""
        found: tuple[str, ...] = getattr(self, condition)
        return found

    def name_in(self, language: str) -> str:
        """What it is called; one that comes along has its name in the translation's catalogue."""
        return (
            self.name_zh if language.startswith("zh") and self.name_zh else translate(self.name_en, language)
        )

    def reason_in(self, language: str) -> str:
        """Why it sends tickets there, in words."""
        own = self.reason_zh if language.startswith("zh") and self.reason_zh else self.reason_en
        return translate(own, language) if own else ""

    @cached_property
    def _said(self) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(map(plain, words)) for words in (self.any_words, self.all_words, self.no_words))

    def failure(self, seen: Seen, day: date) -> Failure | None:
        """The first thing that it asks for and that this ticket isn't; None where it fits."""
        if not self.is_valid_on(day):
            return Failure(Condition.DAYS, (self.valid_from.isoformat(), self.valid_until.isoformat()))
        for condition in BY_KEY:
            wanted, found = self.wants(condition), seen.keys[condition]
            if wanted and not any(key in wanted for key in found):
                return Failure(condition, wanted, found[-1:])
        return self.failure_in_words(seen)

    def failure_in_words(self, seen: Seen) -> Failure | None:
        """The same for what was said alone."""
        any_, all_, no = self._said
        if any_ and not any(word in seen.said for word in any_):
            return Failure(Condition.ANY_WORDS, self.any_words)
        if missing := tuple(word for word in all_ if word not in seen.said):
            return Failure(Condition.ALL_WORDS, missing)
        if said := tuple(word for word in no if word in seen.said):
            return Failure(Condition.NO_WORDS, said)
        return None


@dataclass(frozen=True)
class Failure:
    """Why a rule doesn't fit: what it `wanted` there, and what the ticket has instead (nothing where nothing is known).

    Of words: those that were missing, or that were said and mustn't be. Of days: the first, and the day after the last.
    """

    condition: Condition
    wanted: tuple[str, ...]
    found: tuple[str, ...] = ()


@dataclass(frozen=True)
class Request:
    """A ticket as rules see it: `text` is all that was said, `area` None where the place isn't known.

    `about_unit` is the unit whose own conduct is reported: neither it nor anybody below it may be asked.
    """

    text: str = ""
    matter: str | None = None
    area: str | None = None
    line: str = ""
    type: Type | None = None
    urgency: Urgency = Urgency.NORMAL
    channel: Channel = Channel.PHONE
    about_unit: str | None = None


@dataclass(frozen=True)
class Seen:
    """A request made comparable: its keys for each condition, the narrowest last, and what was said."""

    keys: Mapping[Condition, tuple[str, ...]]
    said: str


def see(request: Request, areas: Areas) -> Seen:
    """A request as conditions look at it: with the headings over its matter and the areas round its place."""
    matter = request.matter
    place = request.area if request.area in areas else areas.city.code
    return Seen(
        {
            Condition.MATTERS: (matter[:2], matter[:4], matter) if matter else (),
            Condition.AREAS: tuple(area.code for area in areas.path(place or "")),
            Condition.LINES: (request.line,) if request.line else (),
            Condition.TYPES: (request.type,) if request.type else (),
            Condition.URGENCIES: (request.urgency,),
            Condition.CHANNELS: (request.channel,),
        },
        plain(request.text),
    )


def plain(text: str) -> str:
    """A text without what makes no difference: wide letters, capitals."""
    return normalize("NFKC", text).lower()


class Rules:
    """A city's rules in their order. Of each condition's keys it remembers which rules take them, one bit a rule, so
    that a ticket touches only rules that fit its keys, however many there are.
    """

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self._rules = tuple(sorted(rules, key=lambda rule: (rule.order, rule.code)))

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._rules)

    def __len__(self) -> int:
        return len(self._rules)

    def fitting(self, seen: Seen, day: date) -> Iterator[Rule]:
        """The rules that fit on `day`, in their order."""
        left = (1 << len(self._rules)) - 1
        for condition, (anything, takers) in self._takers.items():
            taking = anything
            for key in seen.keys[condition]:
                taking |= takers.get(key, 0)
            left &= taking
        while left:
            lowest = left & -left
            left ^= lowest
            rule = self._rules[lowest.bit_length() - 1]
            if rule.is_valid_on(day) and rule.failure_in_words(seen) is None:
                yield rule

    @cached_property
    def _takers(self) -> Mapping[Condition, tuple[int, Mapping[str, int]]]:
        """For each condition the rules to which it doesn't matter, and those that take each key."""
        return {condition: self._takers_by(condition) for condition in BY_KEY}

    def _takers_by(self, condition: Condition) -> tuple[int, Mapping[str, int]]:
        anything, takers = 0, dict[str, int]()
        for place, rule in enumerate(self._rules):
            wanted = rule.wants(condition)
            anything |= 0 if wanted else 1 << place
            for key in wanted:
                takers[key] = takers.get(key, 0) | 1 << place
        return anything, takers
