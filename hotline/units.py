"""Units 承办单位: who must act, in a tree of four levels, with utilities and branch centres beside it.

Two things link a district's bureau upwards: the tree (`parent`, who commands it) and `guided_by`, the city
departments whose duties it carries out. The first is for visibility and escalation, the second for dispatch.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
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
    """One unit. `areas`: codes of the places it answers for, everything below them included; `calendar`: a name."""

    code: str
    name_zh: str
    name_en: str
    level: Level
    kind: Kind
    parent: str | None
    areas: tuple[str, ...]
    calendar: str
    guided_by: tuple[str, ...] = ()


class Units(Tree[Unit]):
    """All units of a city, and who of them answers for a place."""

    def __init__(self, units: Iterable[Unit]) -> None:
        super().__init__(units)
        self._offices: dict[tuple[Level, str], Unit] = {}
        self._counterparts: dict[tuple[str, Level, str], Unit] = {}
        for unit in self:
            for area in unit.areas:
                for owner in unit.guided_by:
                    self._counterparts.setdefault((owner, unit.level, area), unit)
                if unit.kind in _GENERAL:
                    self._offices.setdefault((unit.level, area), unit)

    def office(self, level: Level, area: str) -> Unit | None:
        """The general authority of `area`: the district's government, the town's office, the village's committee."""
        return self._offices.get((level, area))

    def counterpart(self, owner: str, level: Level, area: str) -> Unit | None:
        """The unit that carries out city department `owner`'s duties in `area` at `level`, where one does."""
        return self._counterparts.get((owner, level, area))
