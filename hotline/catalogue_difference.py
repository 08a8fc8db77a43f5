"""What one version of the catalogue says otherwise than another: matters that came, went or changed, field by field."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from hotline.catalogue import Catalogue, Claim, Matter
from hotline.levels import LEVEL_WORDS
from hotline.pack.model import CityPack
from hotline.tickets import TYPE_WORDS
from hotline.words import N_, translate


class Kind(StrEnum):
    """What happened to a matter."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


KIND_WORDS = {Kind.ADDED: N_("Added"), Kind.REMOVED: N_("Removed"), Kind.CHANGED: N_("Changed")}

FIELD_WORDS = {
    "name_zh": N_("Name in Chinese"),
    "name_en": N_("Name in English"),
    "types": N_("Types of request"),
    "claims": N_("Who answers"),
    "keywords": N_("Key words"),
    "slots": N_("What the form asks"),
    "budget": N_("Time to resolve"),
}


@dataclass(frozen=True)
class FieldChange:
    """One field of a matter, before and after; what only came or went is in one of them alone, as values."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Change:
    """A matter that came, went or changed. `name_zh` and `name_en` are the newer names; `fields` only where it
    changed.
    """

    kind: Kind
    code: str
    name_zh: str
    name_en: str
    fields: tuple[FieldChange, ...] = ()


def difference(before: Catalogue, after: Catalogue) -> list[Change]:
    """What is otherwise in `after`, in the order of the codes."""
    return list(_changes(before.matters, after.matters))


def counts(changes: list[Change]) -> dict[Kind, int]:
    """How many matters came, went and changed."""
    return {kind: sum(one.kind is kind for one in changes) for kind in Kind}


def _changes(before: Mapping[str, Matter], after: Mapping[str, Matter]) -> Iterator[Change]:
    for code in sorted(before.keys() | after.keys()):
        old, new = before.get(code), after.get(code)
        if old is None and new is not None:
            yield Change(Kind.ADDED, code, new.name_zh, new.name_en)
        elif new is None and old is not None:
            yield Change(Kind.REMOVED, code, old.name_zh, old.name_en)
        elif old is not None and new is not None and old != new:
            fields = tuple(_fields(old, new))
            if fields:
                yield Change(Kind.CHANGED, code, new.name_zh, new.name_en, fields)


def _fields(old: Matter, new: Matter) -> Iterator[FieldChange]:
    for field in FIELD_WORDS:
        before, after = getattr(old, field), getattr(new, field)
        if before != after:
            yield FieldChange(field, before, after)


def shown(value: Any, field: str, city: CityPack, language: str) -> tuple[str, ...]:
    """A field's value in words, one for each of its parts."""
    if field == "claims":
        return tuple(claim_words(claim, city, language) for claim in value)
    if field == "types":
        return tuple(translate(TYPE_WORDS[one], language) for one in value)
    if isinstance(value, tuple):
        return tuple(map(str, value))
    return (str(value),) if value not in (None, "") else ()


def claim_words(claim: Claim, city: CityPack, language: str) -> str:
    """A claim as one line: who, at which level, where, on which basis, from when until when."""

    def name(known: Callable[[str], Any], code: str) -> str:
        thing = known(code)
        return code if thing is None else thing.name_zh if language.startswith("zh") else thing.name_en

    comma = "、" if language.startswith("zh") else ", "
    areas = comma.join(name(city.areas.get, code) for code in claim.areas)
    parts = [
        name(city.units.get, claim.unit),
        translate(
            N_("handled at level: {level}"), language, level=translate(LEVEL_WORDS[claim.level], language)
        ),
        areas or translate(N_("the whole city"), language),
        claim.basis,
        days_words(claim.valid_from, claim.valid_until, language),
    ]
    return " · ".join(part for part in parts if part)


def days_words(first: date, until: date, language: str) -> str:
    """From when until when something holds; nothing where it always does."""
    if first > date.min and until < date.max:
        return translate(
            N_("from {first}, until before {until}"),
            language,
            first=first.isoformat(),
            until=until.isoformat(),
        )
    if first > date.min:
        return translate(N_("from {first}"), language, first=first.isoformat())
    return (
        translate(N_("until before {until}"), language, until=until.isoformat()) if until < date.max else ""
    )


HEADER = (N_("Change"), N_("Code"), N_("Matter"), N_("Field"), N_("Before"), N_("After"))


def lines(changes: list[Change], city: CityPack, language: str) -> Iterator[tuple[str, ...]]:
    """The difference as a table with a header: one line for each matter that came or went, one for each field."""
    yield tuple(translate(word, language) for word in HEADER)
    for change in changes:
        name = change.name_zh if language.startswith("zh") else change.name_en
        start = (translate(KIND_WORDS[change.kind], language), change.code, name)
        if not change.fields:
            yield (*start, "", "", "")
        for one in change.fields:
            both = (" | ".join(shown(value, one.field, city, language)) for value in (one.before, one.after))
            yield (*start, translate(FIELD_WORDS[one.field], language), *both)
