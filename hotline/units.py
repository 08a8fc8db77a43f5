"""Units 承办单位: who must act, in a tree of four levels, with utilities and branch centres beside it.

Two things link a district's bureau upwards: the tree (`parent`, who commands it) and `guided_by`, the city
departments whose duties it carries out. The first is for visibility and escalation, the second for dispatch.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hotline.levels import Level
from hotline.trees import Tree
from hotline.words import N_


class Kind(StrEnum):
    """What sort of body a unit is."""

    GOVERNMENT = "government"
    DEPARTMENT = "department"
    TOWN = "town"
    VILLAGE = "village"
    UTILITY = "utility"
    BRANCH = "branch"


KIND_WORDS = {
    Kind.GOVERNMENT: N_("Government"),
    Kind.DEPARTMENT: N_("Department"),
    Kind.TOWN: N_("Town or street office"),
    Kind.VILLAGE: N_("Village or community committee"),
    Kind.UTILITY: N_("Public utility"),
    Kind.BRANCH: N_("Branch centre"),
}

_GENERAL = (Kind.GOVERNMENT, Kind.TOWN, Kind.VILLAGE)


@dataclass(frozen=True)
class Unit:
    """One unit. `areas`: codes of the places it answers for, everything below them included; `calendar`: a name.

    It takes on duties from its first day until before `valid_until`; `succeeds`: units whose duties it took over.
    `approves`: a reply leaves it only when its leader lets it go.
    """

    code: str
    name_zh: str
    name_en: str
    level: Level
    kind: Kind
    parent: str | None
    areas: tuple[str, ...]
    calendar: str
    guided_by: tuple[str, ...] = ()
    valid_from: date = date.min
    valid_until: date = date.max
    succeeds: tuple[str, ...] = ()
    approves: bool = False

    def is_valid_on(self, day: date) -> bool:
        """Whether it takes on duties on `day`."""
        return self.valid_from <= day < self.valid_until


class Units(Tree[Unit]):
    """All units of a city, and who of them answers for a place."""

    def __init__(self, units: Iterable[Unit]) -> None:
        super().__init__(units)
        self._offices: dict[tuple[Level, str], list[Unit]] = {}
        self._counterparts: dict[tuple[str, Level, str], list[Unit]] = {}
        for unit in self:
            for area in unit.areas:
                for owner in unit.guided_by:
                    self._counterparts.setdefault((owner, unit.level, area), []).append(unit)
                if unit.kind in _GENERAL:
                    self._offices.setdefault((unit.level, area), []).append(unit)

    def on(self, day: date, code: str) -> Unit | None:
        """The unit of that code, if it takes on duties on `day`."""
        unit = self.get(code)
        return unit if unit is not None and unit.is_valid_on(day) else None

    def office(self, level: Level, area: str, day: date) -> Unit | None:
        """The general authority of `area`: the district's government, the town's office, the village's committee."""
        return _first(self._offices.get((level, area), ()), day)

    def counterpart(self, owner: str, level: Level, area: str, day: date) -> Unit | None:
        """The unit that carries out department `owner`'s duties in `area` at `level`, where one does."""
        return _first(self._counterparts.get((owner, level, area), ()), day)

    def with_predecessors(self, codes: Iterable[str]) -> frozenset[str]:
        """`codes`, and the units whose duties any of them took over: their orders and reports are theirs too."""
        found: set[str] = set()
        waiting = list(codes)
        while waiting:
            code = waiting.pop()
            if code not in found:
                found.add(code)
                waiting.extend(self[code].succeeds if code in self else ())
        return frozenset(found)


def _first(units: Iterable[Unit], day: date) -> Unit | None:
    return next((unit for unit in units if unit.is_valid_on(day)), None)
