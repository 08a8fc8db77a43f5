"""The responsibility catalogue 派单目录: which matters a hotline knows, and who answers for each of them."""

from __future__ import annotations

from dataclasses import dataclass
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
class Matter:
    """One entry: `owner` is the city-level unit whose duty it is, `level` where it is handled.

    `code` has six digits, of which the first four are its category. `slots` are names of what the form must
    ask; `budget` replaces the policy's time to resolve. `basis` may be empty.
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

    @property
    def category(self) -> str:
        """The code of its second-level heading."""
        return self.code[:4]

    def is_valid_on(self, day: date) -> bool:
        """Whether the catalogue has it on `day`: the first day included, the last excluded."""
        return self.valid_from <= day < self.valid_until


class Catalogue:
    """All matters and their headings."""

    def __init__(self, categories: tuple[Category, ...], matters: tuple[Matter, ...]) -> None:
        self.categories = {category.code: category for category in categories}
        self.matters = {matter.code: matter for matter in matters}

    @cached_property
    def index(self) -> TextIndex:
        """The matters by what people say, made at its first use."""
        return TextIndex({code: Text(one.name_zh, one.keywords) for code, one in self.matters.items()})

    def path(self, matter: Matter) -> tuple[Category, ...]:
        """The matter's headings, the widest first."""
        return (self.categories[matter.code[:2]], self.categories[matter.code[:4]])
