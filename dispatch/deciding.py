"""Deciding where a ticket goes: the first of the city's rules that fits and finds a unit, then the catalogue's own
answer, at last the unit on duty. There is always an answer, and for every rule a word on why it was or wasn't this one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from functools import cached_property
from itertools import chain
from typing import Protocol
from zoneinfo import ZoneInfo

from hotline.areas import Area
from hotline.budgets import Budget
from hotline.catalogue import Claim, Matter
from hotline.clock_policy import Kind
from hotline.dispatch_rules import Failure, Lead, Mark, Request, Rule, Seen, see
from hotline.levels import Level
from hotline.lines import line_at
from hotline.pack.model import CityPack
from hotline.responsibility import Responsible, Why, answer_to, claims_at, responsible_unit
from hotline.tickets import Channel, Type, Urgency
from hotline.units import Unit
from hotline.words import N_, translate

_AFTER_ALL = 10**9  # an order behind every rule of a city

CATALOGUE = Rule(
    "_catalogue",
    _AFTER_ALL,
    "",
    N_("By the catalogue"),
    "",
    "",
    Lead.CATALOGUE,
)
DUTY = Rule(
    "_duty",
    _AFTER_ALL,
    "",
    N_("Unit on duty"),
    "",
    N_("Neither a rule nor the catalogue finds a unit, so the unit on duty looks at it"),
    Lead.DUTY,
)
LAST = (CATALOGUE, DUTY)
"""The rules behind all of a city's own."""

LOW = (Level.TOWN, Level.VILLAGE)
"""Levels on which a department's work must not be put (General Office of the State Council, 2025 No. 66)."""

REPORTED = N_("The report is about {unit} itself, so it goes past it")


class Verdict(StrEnum):
    """What became of a rule: it decided, it would have fitted too, it fitted but found nobody, or it didn't fit."""

    FIRED = "fired"
    TOO_LATE = "too_late"
    FOUND_NOBODY = "found_nobody"
    FAILED = "failed"


@dataclass(frozen=True)
class Step:
    """One rule of a decision's trace; `failure` says where it failed, if it did."""

    rule: Rule
    verdict: Verdict
    failure: Failure | None = None


@dataclass(frozen=True)
class Decision:
    """Which rule decided, who leads and who works along.

    `answer` is how the unit was found where the place or the catalogue had a say; `passed_over` is the unit that would
    have led if the report weren't about it or somebody above it.
    """

    rule: Rule
    lead: Unit
    co: tuple[Unit, ...]
    answer: Responsible | None
    passed_over: Unit | None
    city: CityPack = field(repr=False, compare=False)
    request: Request
    day: date

    @property
    def level(self) -> Level:
        """The level at which it is handled."""
        return self.lead.level

    @property
    def budgets(self) -> Mapping[Kind, Budget]:
        """The times that hold instead of the policy's."""
        return self.rule.budgets

    @property
    def marks(self) -> frozenset[Mark]:
        """What the ticket becomes beside."""
        return self.rule.marks

    @property
    def is_left_over(self) -> bool:
        """Whether nobody but the unit on duty was found."""
        return self.rule is DUTY

    @property
    def matter(self) -> Matter | None:
        """The matter that it is about, where the catalogue knows it."""
        return self.city.catalogue.matters.get(self.request.matter or "")

    def reason_in(self, language: str) -> str:
        """Why this unit, in the reader's words."""
        named = self.rule is CATALOGUE and self.matter
        about = named.name_zh if named and language.startswith("zh") else named.name_en if named else ""
        parts = [
            about,
            self.rule.reason_in(language),
            self.answer.reason_in(language) if self.answer else "",
            translate(REPORTED, language, unit=_name(self.passed_over, language)) if self.passed_over else "",
        ]
        return " · ".join(part for part in parts if part)

    @property
    def handled_above(self) -> Level | None:
        """The level at which the catalogue handles the matter, where that is a department's and the rule has sent it
        down to a town or village; else None.
        """
        if self.matter is None or self.lead.level not in LOW:
            return None
        level = responsible_unit(self.city, self.matter, _place(self.city, self.request).code, self.day).level
        return level if level not in LOW else None

    @cached_property
    def trace(self) -> tuple[Step, ...]:
        """Every rule in its order, with what became of it."""
        return tuple(self._steps(see(self.request, self.city.areas)))

    def _steps(self, seen: Seen) -> Iterator[Step]:
        fired = False
        for rule in chain(self.city.rules, LAST):
            if rule is self.rule:
                fired = True
                yield Step(rule, Verdict.FIRED)
            elif failure := rule.failure(seen, self.day):
                yield Step(rule, Verdict.FAILED, failure)
            elif fired and _found(self.city, rule, self.request, self.day):
                yield Step(rule, Verdict.TOO_LATE)
            else:
                yield Step(rule, Verdict.FOUND_NOBODY)


def decide(city: CityPack, request: Request, day: date) -> Decision:
    """Where a ticket goes by the rules of `day`. There is always an answer."""
    for rule in chain(city.rules.fitting(see(request, city.areas), day), LAST):
        if found := _found(city, rule, request, day):
            return _decision(city, rule, found, request, day)
    raise AssertionError("the last rule finds the unit on duty")


class Ticket(Protocol):
    """What a decision needs to know of a ticket of the record."""

    @property
    def title(self) -> str: ...
    @property
    def content(self) -> str: ...
    @property
    def matter(self) -> str | None: ...
    @property
    def area(self) -> str | None: ...
    @property
    def line(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def urgency(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def about(self) -> str | None: ...


def request_of(ticket: Ticket) -> Request:
    """A ticket of the record as rules see it."""
    return Request(
        text=f"{ticket.title} {ticket.content}",
        matter=ticket.matter,
        area=ticket.area,
        line=ticket.line,
        type=Type(ticket.type),
        urgency=Urgency(ticket.urgency),
        channel=Channel(ticket.channel),
        about_unit=ticket.about,
    )


def others(city: CityPack, request: Request, day: date) -> Iterator[Responsible]:
    """Who else could be meant by the catalogue: everybody with a claim on the matter at the place."""
    matter, place = city.catalogue.matters.get(request.matter or ""), _place(city, request)
    for claim, ground in claims_at(city.areas, matter, place, day) if matter else ():
        if answer := answer_to(city, claim, place, day, ground):
            yield answer


def barred(city: CityPack, about: str | None) -> frozenset[str]:
    """Who may not be asked: the unit reported about, whoever took over its duties, and all below them."""
    if about is None or about not in city.units:
        return frozenset()
    reported = [unit.code for unit in city.units if about in city.units.with_predecessors([unit.code])]
    return frozenset(unit.code for code in reported for unit in city.units.below(code))


_Found = tuple[Unit, Responsible | None]


def _found(city: CityPack, rule: Rule, request: Request, day: date) -> _Found | None:
    """The unit that the rule means for this ticket; None where there is none such."""
    place = _place(city, request)
    match rule.lead:
        case Lead.UNIT:
            return _named(city, rule.unit or "", rule.level, place, day)
        case Lead.LINE:
            line = line_at(city.lines, request.line, _midday(city, day))
            return _named(city, line.unit, rule.level, place, day) if line else None
        case Lead.PLACE:
            return _government(city, rule.level or Level.TOWN, place, day)
        case Lead.CATALOGUE:
            return _by_catalogue(city, request, place, day)
        case Lead.DUTY:
            return city.units[city.city.duty_unit], None


def _named(city: CityPack, code: str, level: Level | None, place: Area, day: date) -> _Found | None:
    """The unit itself, or its counterpart for the place at `level`."""
    unit = city.units.on(day, code)
    if unit is None:
        return None
    answer = answer_to(city, Claim(code, level), place, day) if level else None
    return (answer.unit, answer) if answer else (unit, None)


def _government(city: CityPack, level: Level, place: Area, day: date) -> _Found | None:
    within = city.areas.at(place.code, level)
    office = city.units.office(level, within.code, day) if within else None
    return (office, Responsible(office, Why.LEVEL, level, place)) if office else None


def _by_catalogue(city: CityPack, request: Request, place: Area, day: date) -> _Found | None:
    matter = city.catalogue.matters.get(request.matter or "")
    if matter is None:
        return None
    answer = responsible_unit(city, matter, place.code, day)
    return None if answer.why is Why.ON_DUTY else (answer.unit, answer)


def _decision(city: CityPack, rule: Rule, found: _Found, request: Request, day: date) -> Decision:
    unit, answer = found
    out = barred(city, request.about_unit)
    lead = _past(city, request.about_unit or "", out, day) if unit.code in out else unit
    place = _place(city, request)
    asked = (_named(city, code, rule.level, place, day) for code in rule.co)
    co = dict.fromkeys(one[0] for one in asked if one and one[0].code not in out and one[0] is not lead)
    return Decision(rule, lead, tuple(co), answer, unit if lead is not unit else None, city, request, day)


def _past(city: CityPack, about: str, out: frozenset[str], day: date) -> Unit:
    """Who looks at a report in the place of the unit that it is about: the next above it, else the unit on duty.

    Where all the city hangs from that unit, somebody below it has to; but never the unit itself, unless it is alone.
    """
    above = reversed(city.units.path(about))
    duty = city.units[city.city.duty_unit]
    willing = [unit for unit in (*above, duty, *city.units) if unit.is_valid_on(day) and unit.code != about]
    free = (unit for unit in willing if unit.code not in out)
    return next(free, willing[0] if willing else duty)


def _place(city: CityPack, request: Request) -> Area:
    return city.areas.get(request.area) or city.areas.city


def _midday(city: CityPack, day: date) -> datetime:
    return datetime.combine(day, time(12), ZoneInfo(city.city.timezone))


def _name(unit: Unit | None, language: str) -> str:
    return "" if unit is None else unit.name_zh if language.startswith("zh") else unit.name_en
