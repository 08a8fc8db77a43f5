"""Dispatch rules and what became of them in words: what a rule asks, where it sends, and why it wasn't this one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Protocol

from dispatch.deciding import Step, Verdict
from hotline.budgets import Budget, Measure
from hotline.clock_policy import Kind
from hotline.dispatch_rules import LEAD_WORDS, MARK_WORDS, Condition, Failure, Lead, Mark, Rule
from hotline.levels import LEVEL_WORDS
from hotline.pack.labels import FIELD_WORDS
from hotline.pack.model import CityPack
from hotline.tickets import CHANNEL_WORDS, TYPE_WORDS, URGENCY_WORDS, Channel, Type, Urgency
from hotline.words import N_, translate

MOST = 8
"""So many of what a rule asks are said one by one."""

DAYS = N_("Days")
VERDICT_WORDS = {
    Verdict.FIRED: N_("This rule decides"),
    Verdict.TOO_LATE: N_("Would fit too, but an earlier one has decided"),
    Verdict.FOUND_NOBODY: N_("Fits, but there is no such unit for this place or matter"),
}
MEASURE_WORDS = {
    Measure.MINUTES: N_("{count} min"),
    Measure.WORKING_MINUTES: N_("{count} working min"),
    Measure.WORKING_DAYS: N_("{count} working days"),
}
UNTIL_WORDS = {
    Measure.SAME_DAY: N_("until {time} of that day"),
    Measure.NEXT_DAY: N_("until {time} of the next day"),
    Measure.SAME_WORKING_DAY: N_("until {time} of that working day"),
    Measure.NEXT_WORKING_DAY: N_("until {time} of the next working day"),
}


def label(condition: Condition, language: str) -> str:
    """What a condition is called."""
    return translate(DAYS if condition is Condition.DAYS else FIELD_WORDS[condition], language)


def asks(city: CityPack, rule: Rule, language: str) -> list[tuple[str, str]]:
    """Everything that a rule asks for: what of, and in words what it has to be."""
    asked = [(condition, rule.wants(condition)) for condition in Condition if condition is not Condition.DAYS]
    return [
        (label(condition, language), _listed(city, condition, wanted, language))
        for condition, wanted in asked
        if wanted
    ]


def goes_to(city: CityPack, rule: Rule, language: str) -> str:
    """Where a rule sends what fits."""
    lead = translate(LEAD_WORDS[rule.lead], language)
    named = _unit(city, rule.unit, language) if rule.lead is Lead.UNIT and rule.unit else lead
    if rule.level is None:
        return named
    level = translate(LEVEL_WORDS[rule.level], language)
    pattern = (
        N_("{unit}, at level: {level}")
        if rule.lead is Lead.PLACE
        else N_("{unit}: its counterpart at level: {level}")
    )
    return translate(pattern, language, unit=named, level=level)


def besides(city: CityPack, rule: Rule, language: str) -> list[str]:
    """What a rule does beside naming who leads: who works along, times of its own, marks."""
    co = [_unit(city, code, language) for code in rule.co]
    return [*along(co, language), *times(rule.budgets, language), *marks(rule.marks, language)]


def along(units: Sequence[str], language: str) -> list[str]:
    """Who works along, of units by their names; nothing where nobody does."""
    named = translate(", ", language).join(units)
    return [translate(N_("Working along: {units}"), language, units=named)] if units else []


def times(budgets: Mapping[Kind, Budget], language: str) -> list[str]:
    """Budgets, each with what it is for."""
    return [
        f"{translate(FIELD_WORDS[kind], language)} {budget_words(budget, language)}"
        for kind, budget in budgets.items()
    ]


def marks(marks: Iterable[Mark], language: str) -> list[str]:
    """What a ticket becomes beside."""
    return [translate(MARK_WORDS[mark], language) for mark in sorted(marks)]


def days(rule: Rule, language: str) -> str:
    """When a rule holds; nothing where it always does."""
    first = "" if rule.valid_from == date.min else rule.valid_from.isoformat()
    until = "" if rule.valid_until == date.max else rule.valid_until.isoformat()
    return _span(first, until, language)


def step_words(city: CityPack, step: Step, language: str) -> str:
    """Why it was this rule, or why it wasn't."""
    if step.failure is None:
        return translate(VERDICT_WORDS[step.verdict], language)
    return _why_not(city, step.failure, language)


def budget_words(budget: Budget, language: str) -> str:
    """A time, as a person says it: whole hours as such."""
    hours, rest = divmod(budget.amount, 60)
    if budget.measure in UNTIL_WORDS:
        return translate(UNTIL_WORDS[budget.measure], language, time=f"{hours:02}:{rest:02}")
    if budget.measure is not Measure.WORKING_DAYS and hours and not rest:
        natural = budget.measure is Measure.MINUTES
        return translate(N_("{count} h") if natural else N_("{count} working h"), language, count=hours)
    return translate(MEASURE_WORDS[budget.measure], language, count=budget.amount)


def _why_not(city: CityPack, failure: Failure, language: str) -> str:
    condition = failure.condition
    if condition is Condition.DAYS:
        first, until = failure.wanted
        span = _span("" if first == date.min.isoformat() else first, until, language)
        return translate(N_("Doesn't hold on this day: {days}"), language, days=span)
    wanted = _listed(city, condition, failure.wanted, language)
    if condition in _OF_WORDS:
        return translate(_OF_WORDS[condition], language, words=wanted)
    if not failure.found:
        return translate(
            N_("{condition}: nothing known, asked for {wanted}"),
            language,
            condition=label(condition, language),
            wanted=wanted,
        )
    return translate(
        N_("{condition}: {found}, asked for {wanted}"),
        language,
        condition=label(condition, language),
        found=_listed(city, condition, failure.found, language),
        wanted=wanted,
    )


_OF_WORDS = {
    Condition.ANY_WORDS: N_("Nobody said one of: {words}"),
    Condition.ALL_WORDS: N_("Nobody said: {words}"),
    Condition.NO_WORDS: N_("Somebody said what mustn't be said: {words}"),
}


def _span(first: str, until: str, language: str) -> str:
    last = "" if until in ("", date.max.isoformat()) else until
    if first and last:
        return translate(N_("from {first} until before {until}"), language, first=first, until=last)
    if first:
        return translate(N_("from {first} on"), language, first=first)
    return translate(N_("until before {until}"), language, until=last) if last else ""


def _listed(city: CityPack, condition: Condition, codes: Iterable[str], language: str) -> str:
    name = _NAMES[condition]
    named = [name(city, code, language) for code in codes]
    more = (
        [translate(N_("{count} more of them"), language, count=len(named) - MOST)]
        if len(named) > MOST
        else []
    )
    return translate(", ", language).join([*named[:MOST], *more])


class _Named(Protocol):
    @property
    def name_zh(self) -> str: ...
    @property
    def name_en(self) -> str: ...


def _called(found: _Named | None, code: str, language: str) -> str:
    return code if found is None else found.name_zh if language.startswith("zh") else found.name_en


def _matter(city: CityPack, code: str, language: str) -> str:
    found = city.catalogue.matters.get(code) or city.catalogue.categories.get(code)
    return f"{_called(found, '', language)} {code}".lstrip()


def _area(city: CityPack, code: str, language: str) -> str:
    return _called(city.areas.get(code), code, language)


def _line(city: CityPack, number: str, language: str) -> str:
    found = next((line for line in city.lines if line.number == number), None)
    return f"{number} {_called(found, '', language)}".rstrip()


def _unit(city: CityPack, code: str, language: str) -> str:
    return _called(city.units.get(code), code, language)


def _quoted(city: CityPack, word: str, language: str) -> str:
    return f"“{word}”"


_NAMES: Mapping[Condition, Callable[[CityPack, str, str], str]] = {
    Condition.MATTERS: _matter,
    Condition.AREAS: _area,
    Condition.LINES: _line,
    Condition.TYPES: lambda city, code, language: translate(TYPE_WORDS[Type(code)], language),
    Condition.URGENCIES: lambda city, code, language: translate(URGENCY_WORDS[Urgency(code)], language),
    Condition.CHANNELS: lambda city, code, language: translate(CHANNEL_WORDS[Channel(code)], language),
    Condition.ANY_WORDS: _quoted,
    Condition.ALL_WORDS: _quoted,
    Condition.NO_WORDS: _quoted,
}
