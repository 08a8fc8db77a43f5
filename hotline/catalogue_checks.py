"""What is wrong with a catalogue before it is published: found by code, told in words, errors apart from warnings.

An error would make an answer wrong or leave it to chance; a warning may be meant, and needs somebody who says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from functools import partial
from itertools import combinations, pairwise
from typing import Any

from hotline.catalogue import Catalogue, Claim, Matter
from hotline.catalogue_file import title_of
from hotline.levels import LEVEL_WORDS, Level
from hotline.pack.model import CityPack
from hotline.responsibility import Why, responsible_unit
from hotline.words import N_, translate

SHOWN_AREAS = 6  # areas that a sentence names before it counts the rest


class Kind(StrEnum):
    """What may be wrong."""

    MALFORMED = "malformed"
    UNKNOWN_TYPE = "unknown_type"
    UNKNOWN_CATEGORY = "unknown_category"
    UNKNOWN_AREA = "unknown_area"
    UNKNOWN_SLOT = "unknown_slot"
    NO_OWNER = "no_owner"
    OWNER_UNKNOWN = "owner_unknown"
    OWNER_GONE = "owner_gone"
    OWNER_ENDS = "owner_ends"
    LEVEL_ABOVE = "level_above"
    NO_DAY = "no_day"
    SAME_GROUND = "same_ground"
    SAME_CODE = "same_code"
    SAME_NAME = "same_name"
    SAME_WORDS = "same_words"
    NOBODY = "nobody"


WARNINGS = frozenset({Kind.OWNER_ENDS, Kind.SAME_WORDS, Kind.NOBODY})

KIND_WORDS = {
    Kind.MALFORMED: N_("{field} can't be read: {found}; expected {expected}"),
    Kind.UNKNOWN_TYPE: N_("No such type of request: {found}"),
    Kind.UNKNOWN_CATEGORY: N_("There is no category {found}"),
    Kind.UNKNOWN_AREA: N_("There is no area {found}"),
    Kind.UNKNOWN_SLOT: N_("The form knows no field {found}"),
    Kind.NO_OWNER: N_("Nobody is named who answers for it"),
    Kind.OWNER_UNKNOWN: N_("There is no unit {found}"),
    Kind.OWNER_GONE: N_("{unit} no longer exists from {day} on"),
    Kind.OWNER_ENDS: N_("{unit} ends on {day}, before its duty does"),
    Kind.LEVEL_ABOVE: N_("{unit} can't have it handled above itself, at level: {level}"),
    Kind.NO_DAY: N_("Valid on no day: it ends on {day}, before it begins"),
    Kind.SAME_GROUND: N_("{unit} and {other} both answer for it at level {level} in: {areas}"),
    Kind.SAME_CODE: N_("One code for two matters: {found}"),
    Kind.SAME_NAME: N_("Two matters of one category with the same name: {found}"),
    Kind.SAME_WORDS: N_("Two matters of one category with the same key words: {found}"),
    Kind.NOBODY: N_("Nobody but the duty unit answers for it in: {areas}"),
}

KIND_TITLES = {
    Kind.MALFORMED: N_("Unreadable cells"),
    Kind.UNKNOWN_TYPE: N_("Unknown types of request"),
    Kind.UNKNOWN_CATEGORY: N_("Unknown categories"),
    Kind.UNKNOWN_AREA: N_("Unknown areas"),
    Kind.UNKNOWN_SLOT: N_("Unknown form fields"),
    Kind.NO_OWNER: N_("Matters without an owner"),
    Kind.OWNER_UNKNOWN: N_("Owners that don't exist"),
    Kind.OWNER_GONE: N_("Owners that no longer exist"),
    Kind.OWNER_ENDS: N_("Owners that end before their duty"),
    Kind.LEVEL_ABOVE: N_("Levels above the owner's own"),
    Kind.NO_DAY: N_("Valid on no day"),
    Kind.SAME_GROUND: N_("Two claims on the same ground"),
    Kind.SAME_CODE: N_("One code for two matters"),
    Kind.SAME_NAME: N_("Same name in one category"),
    Kind.SAME_WORDS: N_("Same key words in one category"),
    Kind.NOBODY: N_("Places with nobody"),
}


@dataclass(frozen=True)
class Problem:
    """One thing wrong: with the matters of these `codes`, which stand in these `lines` of the file.

    `unit`, `other` and `areas` are codes; `found` and `expected` are as they were written.
    """

    kind: Kind
    codes: tuple[str, ...]
    lines: tuple[int, ...] = ()
    found: str = ""
    expected: str = ""
    field: str = ""
    unit: str = ""
    other: str = ""
    areas: tuple[str, ...] = ()
    level: str = ""
    day: date | None = None

    @property
    def is_error(self) -> bool:
        """Whether it stops publishing; otherwise somebody has to say that it is meant."""
        return self.kind not in WARNINGS

    def words_in(self, language: str, city: CityPack) -> str:
        """What is wrong, in the reader's words."""
        return translate(
            KIND_WORDS[self.kind],
            language,
            field=title_of(self.field) if language.startswith("zh") else self.field,
            found=self.found,
            expected=translate(self.expected, language),
            unit=_name(city.units.get(self.unit), self.unit, language),
            other=_name(city.units.get(self.other), self.other, language),
            areas=_areas(self.areas, city, language),
            level=translate(LEVEL_WORDS[Level(self.level)], language) if self.level else "",
            day=self.day.isoformat() if self.day else "",
        )

    def as_json(self) -> dict[str, Any]:
        """How the record keeps it: without what is empty."""
        return {
            key: value.isoformat() if isinstance(value, date) else value
            for key, value in asdict(self).items()
            if value
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Problem:
        """The problem that was kept."""
        lists = {key: tuple(kept.get(key, ())) for key in ("codes", "lines", "areas")}
        day = date.fromisoformat(kept["day"]) if "day" in kept else None
        return cls(**{**kept, **lists, "kind": Kind(kept["kind"]), "day": day})


@dataclass(frozen=True)
class Entry:
    """One row of a catalogue: a claim on a matter, and the line of the file that it stands in (0: of none)."""

    matter: Matter
    line: int = 0

    @property
    def claim(self) -> Claim:
        """What the row says of who answers."""
        one = self.matter
        return Claim(one.owner, one.level, one.areas, one.basis, one.valid_from, one.valid_until)


@dataclass(frozen=True)
class Proposal:
    """A catalogue that is to hold in `city` from `day` on. `handed_over`: units that end on a day on which others
    take over, by plan: that isn't an end for their matters.
    """

    city: CityPack
    categories: frozenset[str]
    slots: frozenset[str]
    entries: Sequence[Entry]
    day: date
    handed_over: frozenset[str] = frozenset()


Check = Callable[[Proposal], Iterator[Problem]]


def check(proposal: Proposal) -> list[Problem]:
    """Everything that is wrong between rows that can be read, errors first, each kind in the order of the file."""
    found = [problem for rule in CHECKS for problem in rule(proposal)]
    return sorted(found, key=lambda one: (not one.is_error, list(Kind).index(one.kind)))


def names(proposal: Proposal) -> Iterator[Problem]:
    """Whatever a row names exists."""
    for entry in proposal.entries:
        one, wrong = entry.matter, _wrong(entry)
        missing = {one.code[:2], one.code[:4]} - proposal.categories
        if missing:
            yield wrong(Kind.UNKNOWN_CATEGORY, found=max(missing))
        for area in one.areas:
            if area not in proposal.city.areas:
                yield wrong(Kind.UNKNOWN_AREA, found=area)
        for slot in one.slots:
            if slot not in proposal.slots:
                yield wrong(Kind.UNKNOWN_SLOT, found=slot)
        if one.valid_from >= one.valid_until:
            yield wrong(Kind.NO_DAY, day=one.valid_until)


def owners(proposal: Proposal) -> Iterator[Problem]:
    """Somebody answers for every row, who is there for as long as the row holds, and not below what they answer for."""
    for entry in proposal.entries:
        claim, wrong = entry.claim, _wrong(entry)
        unit = proposal.city.units.get(claim.unit)
        if not claim.unit:
            yield wrong(Kind.NO_OWNER)
        elif unit is None:
            yield wrong(Kind.OWNER_UNKNOWN, found=claim.unit)
        elif unit.valid_until <= max(proposal.day, claim.valid_from) < claim.valid_until:
            yield wrong(Kind.OWNER_GONE, unit=unit.code, day=unit.valid_until)
        elif unit.valid_until < claim.valid_until and unit.code not in proposal.handed_over:
            yield wrong(Kind.OWNER_ENDS, unit=unit.code, day=unit.valid_until)
        if unit is not None and unit.level.depth > claim.level.depth:
            yield wrong(Kind.LEVEL_ABOVE, unit=unit.code, level=claim.level.value)


def grounds(proposal: Proposal) -> Iterator[Problem]:
    """No two claims on one matter are for the same area at the same level on the same day.

    A narrower area beside a wider one is no conflict: there the narrower counts.
    """
    for code, entries in _by(proposal.entries, lambda entry: entry.matter.code).items():
        for one, other in combinations(entries, 2):
            a, b = one.claim, other.claim
            shared = set(a.areas or ("",)) & set(b.areas or ("",))
            if shared and a.level is b.level and _overlap(a, b):
                areas = tuple(sorted(area or proposal.city.areas.city.code for area in shared))
                yield Problem(
                    Kind.SAME_GROUND,
                    (code,),
                    _lines(one, other),
                    unit=a.unit,
                    other=b.unit,
                    areas=areas,
                    level=a.level.value,
                )


def twins(proposal: Proposal) -> Iterator[Problem]:
    """One code is one matter, and no two matters of a category can be taken for one another."""
    first: list[Entry] = []
    for entries in _by(proposal.entries, lambda entry: entry.matter.code).values():
        first.append(entries[0])
        for other in entries[1:]:
            if other.matter.name_zh != entries[0].matter.name_zh:
                found = f"{entries[0].matter.name_zh} / {other.matter.name_zh}"
                yield Problem(Kind.SAME_CODE, (other.matter.code,), _lines(entries[0], other), found=found)
    same_name = _by(first, lambda entry: (entry.matter.category, entry.matter.name_zh))
    yield from _taken_for_another(Kind.SAME_NAME, same_name.values(), lambda one: one.name_zh)
    same_words = _by(first, lambda entry: (entry.matter.category, frozenset(entry.matter.keywords)))
    unlike = (_unlike_names(entries) for entries in same_words.values())
    yield from _taken_for_another(Kind.SAME_WORDS, unlike, lambda one: " ".join(one.keywords))


def places(proposal: Proposal) -> Iterator[Problem]:
    """In every town somebody answers for every matter. One that a unit of the city answers for everywhere needs no
    look.
    """
    city = proposal.city
    towns = [area.code for area in city.areas if area.level is Level.TOWN] or [city.areas.city.code]
    known = [entry for entry in proposal.entries if _is_known(city, entry.claim)]
    catalogue = Catalogue((), (entry.matter for entry in known))
    lines = _by(known, lambda entry: entry.matter.code)
    for code, matter in catalogue.matters.items():
        if any(_everywhere(city, claim, proposal.day) for claim in matter.claims):
            continue
        if not matter.is_valid_on(proposal.day):
            continue
        empty = tuple(
            town for town in towns if responsible_unit(city, matter, town, proposal.day).why is Why.ON_DUTY
        )
        if empty:
            yield Problem(Kind.NOBODY, (code,), _lines(*lines[code]), areas=empty)


CHECKS: tuple[Check, ...] = (names, owners, grounds, twins, places)


def _wrong(entry: Entry) -> Callable[..., Problem]:
    """A problem of this one row."""
    return partial(Problem, codes=(entry.matter.code,), lines=_lines(entry))


def _is_known(city: CityPack, claim: Claim) -> bool:
    return claim.unit in city.units and all(area in city.areas for area in claim.areas)


def _everywhere(city: CityPack, claim: Claim, day: date) -> bool:
    unit = city.units.on(day, claim.unit)
    return not claim.areas and unit is not None and unit.level is Level.CITY and claim.is_valid_on(day)


def _taken_for_another(
    kind: Kind, groups: Iterable[Sequence[Entry]], what: Callable[[Matter], str]
) -> Iterator[Problem]:
    for entries in groups:
        for one, other in pairwise(entries):
            if _overlap(one.claim, other.claim):
                codes = (one.matter.code, other.matter.code)
                yield Problem(kind, codes, _lines(one, other), found=what(one.matter))


def _unlike_names(entries: Sequence[Entry]) -> list[Entry]:
    """Those of the entries that don't also share their name, which is told already."""
    return [own[0] for own in _by(entries, lambda entry: entry.matter.name_zh).values()]


def _overlap(a: Claim, b: Claim) -> bool:
    return a.valid_from < b.valid_until and b.valid_from < a.valid_until


def _by(entries: Iterable[Entry], key: Callable[[Entry], Any]) -> dict[Any, list[Entry]]:
    groups: dict[Any, list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[key(entry)].append(entry)
    return groups


def _lines(*entries: Entry) -> tuple[int, ...]:
    return tuple(entry.line for entry in entries if entry.line)


def _name(thing: Any, code: str, language: str) -> str:
    if thing is None:
        return code
    return str(thing.name_zh if language.startswith("zh") else thing.name_en)


def _areas(codes: Sequence[str], city: CityPack, language: str) -> str:
    shown = [_name(city.areas.get(code), code, language) for code in codes[:SHOWN_AREAS]]
    rest = len(codes) - len(shown)
    more = [translate(N_("and {count} more"), language, count=rest)] if rest else []
    return ("、" if language.startswith("zh") else ", ").join([*shown, *more])
