"""Whether two entries speak of one citizen: by number, then name and address, with a score and its evidence.

Pure. Old systems wrote people down in many ways (王女士, 王丽, an address with or without its district), so names and
addresses are made comparable first. Two different full names are never one person, whatever else agrees.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from unicodedata import normalize

from hotline.words import N_

CERTAIN = 0.9
"""From here on two entries are made one without asking."""
DOUBTFUL = 0.6
"""From here on a person decides."""

_TITLES = re.compile(r"(先生|女士|小姐|太太|同志|老师|师傅|阿姨|大姐|大爷)$")
_DIVISIONS = re.compile(
    r"^(?:[\u4e00-\u9fff]{2,7}?(?:省|自治区|市(?!场|民|政)|区(?!间)|县|镇|街道(?:办事处)?))+"
)
_DOORS = re.compile(r"[0-9]+|[a-z](?![a-z])")
_UNIT_WORDS = re.compile(r"[号座栋幢房室楼层单元之\W_0-9a-z]+")


class Evidence(StrEnum):
    """What speaks for one person, or against it."""

    NUMBER = "number"
    NAME = "name"
    SURNAME = "surname"
    OTHER_NAME = "other_name"
    DOOR = "door"
    HOUSE = "house"
    STREET = "street"
    OTHER_DOOR = "other_door"
    ENTERPRISE = "enterprise"


EVIDENCE_WORDS = {
    Evidence.NUMBER: N_("Same number"),
    Evidence.NAME: N_("Same name"),
    Evidence.SURNAME: N_("Same surname"),
    Evidence.OTHER_NAME: N_("Different names"),
    Evidence.DOOR: N_("Same door"),
    Evidence.HOUSE: N_("Same house"),
    Evidence.STREET: N_("Same street"),
    Evidence.OTHER_DOOR: N_("Different doors"),
    Evidence.ENTERPRISE: N_("Same enterprise"),
}


@dataclass(frozen=True)
class Known:
    """What one entry says of a person; anything may be empty."""

    name: str = ""
    address: str = ""
    numbers: frozenset[str] = frozenset()
    enterprise: str = ""

    @cached_property
    def full_name(self) -> str:
        """The name without blanks and title; a surname alone where that is all that was said."""
        return _TITLES.sub("", _plain(self.name))

    @property
    def has_full_name(self) -> bool:
        """Whether more than a surname is known."""
        return len(self.full_name) > 1 or bool(re.search("[a-z]", self.full_name))

    @cached_property
    def street(self) -> str:
        """The address's own words, without the divisions above it and without numbers."""
        return _UNIT_WORDS.sub("", _DIVISIONS.sub("", _plain(self.address)))

    @cached_property
    def doors(self) -> tuple[str, ...]:
        """The address's numbers in their order: house, building, flat."""
        return tuple(_DOORS.findall(_DIVISIONS.sub("", _plain(self.address))))


@dataclass(frozen=True)
class Likeness:
    """How surely two entries are one person (0 to 1), and why."""

    score: float
    evidence: tuple[Evidence, ...] = ()


def compare(one: Known, other: Known) -> Likeness:
    """How alike two entries are. The order doesn't matter."""
    name, place = _names(one, other), _places(one, other)
    same_number = bool(one.numbers & other.numbers)
    same_enterprise = bool(one.enterprise) and _plain(one.enterprise) == _plain(other.enterprise)
    found = [Evidence.NUMBER if same_number else None, name, place]
    found.append(Evidence.ENTERPRISE if same_enterprise else None)
    evidence = tuple(one for one in found if one is not None)
    if same_number:
        return Likeness(0.65 if name is Evidence.OTHER_NAME else 1.0, evidence)
    return Likeness(
        max(_ALIKE.get((name, place), 0.0), 0.8 * (name is Evidence.NAME and same_enterprise)), evidence
    )


_ALIKE: dict[tuple[Evidence | None, Evidence | None], float] = {
    (Evidence.NAME, Evidence.DOOR): 0.95,
    (Evidence.NAME, Evidence.HOUSE): 0.75,
    (Evidence.NAME, Evidence.STREET): 0.7,
    (Evidence.NAME, Evidence.OTHER_DOOR): 0.3,
    (Evidence.NAME, None): 0.3,
    (Evidence.SURNAME, Evidence.DOOR): 0.75,
    (Evidence.SURNAME, Evidence.HOUSE): 0.4,
}
"""Of entries that share no number: two people of one name live in one city, but hardly behind one door."""


def keys(one: Known) -> list[str]:
    """Under which `one` meets all that could be it: entries that share none of these score below `DOUBTFUL`,
    unless they share a number.
    """
    found = []
    if one.has_full_name:
        found += [f"{one.full_name}|{_first_pair(one)}"] if one.street else []
        found += [f"{one.full_name}|{_plain(one.enterprise)}"] if one.enterprise else []
    if len(one.doors) > 1 and one.full_name:
        found.append(f"{one.full_name[0]}|{'-'.join(one.doors)}|{_first_pair(one)}")
    return found


def _first_pair(one: Known) -> str:
    return one.street[:2]


def _names(one: Known, other: Known) -> Evidence | None:
    a, b = one.full_name, other.full_name
    if not a or not b:
        return None
    if one.has_full_name and other.has_full_name:
        return Evidence.NAME if a == b else Evidence.OTHER_NAME
    return Evidence.SURNAME if a[0] == b[0] else Evidence.OTHER_NAME


def _places(one: Known, other: Known) -> Evidence | None:
    if not one.street or not other.street or one.street[:2] != other.street[:2]:
        return None
    if _overlap(one.street, other.street) < 0.5:
        return None
    if not one.doors or not other.doors:
        return Evidence.STREET
    shorter, longer = sorted((one.doors, other.doors), key=len)
    if longer[: len(shorter)] != shorter:
        return Evidence.OTHER_DOOR
    return Evidence.DOOR if len(shorter) > 1 and shorter == longer else Evidence.HOUSE


def _overlap(one: str, other: str) -> float:
    """Shared pairs of characters, of those that the shorter has."""
    a, b = ({text[n : n + 2] for n in range(max(1, len(text) - 1))} for text in (one, other))
    return len(a & b) / min(len(a), len(b))


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", normalize("NFKC", text).lower())
