"""The responsibility catalogue 派单目录: which matters a hotline knows, and who answers for each of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from hotline.budgets import Budget
from hotline.levels import Level
from hotline.textindex import Text, TextIndex
from hotline.tickets import Type


@dataclass(frozen=True)
class Category:
    """A heading of the catalogue: two digits at the first level, four at the second."""

    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True)
class Slot:
    """Something that the form asks for when a matter needs it."""

    name: str
    label_zh: str
    label_en: str


@dataclass(frozen=True)
class Claim:
    """Who answers for a matter where: `unit`'s duty in `areas` (codes, with all below them; the whole city where
    there are none), handled at `level` by `unit` itself or by its counterpart there.
    """

    unit: str
    level: Level
    areas: tuple[str, ...] = ()
    basis: str = ""
    valid_from: date = date.min
    valid_until: date = date.max

    def is_valid_on(self, day: date) -> bool:
        """Whether it holds on `day`: the first day included, the last excluded."""
        return self.valid_from <= day < self.valid_until


@dataclass(frozen=True)
class Matter:
    """One entry: `owner` is the unit whose duty it is in `areas` (everywhere, where there are none), `level` where
    it is handled; `further` are claims of others on parts of the city.

    `code` has six or eight digits, of which the first four are its category. `slots` are names of what the form
    must ask; `budget` replaces the policy's time to resolve. `basis` and `owner` may be empty.
    """

    code: str
    name_zh: str
    name_en: str
    types: tuple[Type, ...]
    owner: str
    level: Level
    keywords: tuple[str, ...]
    slots: tuple[str, ...] = ()
    basis: str = ""
    budget: Budget | None = None
    valid_from: date = date.min
    valid_until: date = date.max
    areas: tuple[str, ...] = ()
    further: tuple[Claim, ...] = ()

    @property
    def category(self) -> str:
        """The code of its second-level heading."""
        return self.code[:4]

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """Everybody who answers for it somewhere, its owner first."""
        own = Claim(self.owner, self.level, self.areas, self.basis, self.valid_from, self.valid_until)
        return (own, *self.further) if self.owner else self.further

    def is_valid_on(self, day: date) -> bool:
        """Whether the catalogue has it on `day`: the first day included, the last excluded."""
        return self.valid_from <= day < self.valid_until or any(one.is_valid_on(day) for one in self.further)


def in_one(rows: Iterable[Matter]) -> Iterator[Matter]:
    """Matters whose several rows, one for each claim, have become one: the first says what it is."""
    by_code: dict[str, list[Matter]] = {}
    for row in rows:
        by_code.setdefault(row.code, []).append(row)
    for first, *others in by_code.values():
        further = tuple(claim for other in others for claim in other.claims)
        yield replace(first, further=(*first.further, *further)) if further else first


class Catalogue:
    """All matters and their headings, with what the form asks for them; `version` is its number in the record."""

    def __init__(
        self,
        categories: Iterable[Category],
        matters: Iterable[Matter],
        slots: Iterable[Slot] = (),
        version: int | None = None,
    ) -> None:
        self.categories = {category.code: category for category in categories}
        self.matters = {matter.code: matter for matter in in_one(matters)}
        self.slots = tuple(slots)
        self.version = version

    @cached_property
    def index(self) -> TextIndex:
        """The matters by what people say, made at its first use."""
        return TextIndex({code: Text(one.name_zh, one.keywords) for code, one in self.matters.items()})

    def path(self, matter: Matter) -> tuple[Category, ...]:
        """The matter's headings, the widest first."""
        return (self.categories[matter.code[:2]], self.categories[matter.code[:4]])
