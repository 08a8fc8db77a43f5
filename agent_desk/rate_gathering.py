"""What a page of rates is about, and the counters behind it: which months, gathered by what, under which names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, TypeVar

from fastapi import Query

from agent_desk import naming
from agent_desk.rate_figures import months_back
from agent_desk.visit import Visit
from dispatch import rating
from dispatch.rates import LEAST_CASES, By, Counts, Rate
from hotline.levels import LEVEL_WORDS, Level
from hotline.roles import Permission
from hotline.units import KIND_WORDS, Kind
from hotline.words import N_, translate

CURVE = 12  # months

Month = Annotated[str, Query(pattern=r"^20\d\d-(0[1-9]|1[0-2])$|^$")]
Months = Annotated[int, Query(ge=1, le=12)]
Key = Annotated[str, Query(max_length=64)]

K = TypeVar("K")


@dataclass(frozen=True)
class Asked:
    """What a page is about: gathered by what, of so many `months` up to `last`, in the order of which rate, of units of
    which `group` (their level and kind), compared from how many cases on.
    """

    by: By
    months: int
    last: date
    rate: Rate = Rate.SATISFIED
    group: str = ""
    least: int = LEAST_CASES

    @property
    def first(self) -> date:
        """The first month."""
        return months_back(self.last, self.months)[0]

    def query(self, **changes: object) -> dict[str, str]:
        """The same as an address says it, with `changes`."""
        said = {
            "by": self.by,
            "months": self.months,
            "until": f"{self.last:%Y-%m}",
            "rate": self.rate,
            "group": self.group,
            "least": self.least,
        }
        return {name: str(value) for name, value in (said | changes).items()}

    def of(self, group: str) -> Asked:
        """The same, of another group of units."""
        return replace(self, group=group)


def last_month(visit: Visit, until: str) -> date:
    """The month that an address names, else this one."""
    today = visit.at.astimezone(visit.house.zone).date()
    return date.fromisoformat(f"{until}-01") if until else today.replace(day=1)


def sums(visit: Visit, asked: Asked) -> dict[str, Counts]:
    """The counts of the months that are asked for, by key."""
    return _together(visit, asked.by, rating.summed(visit.session, asked.by, asked.first, asked.last))


def curves(visit: Visit, asked: Asked, keys: frozenset[str]) -> dict[str, dict[date, Counts]]:
    """The counts of each of the months of the curves, for these keys."""
    first, wanted = months_back(asked.last, CURVE)[0], _narrower(visit, asked.by, keys)
    found: dict[str, dict[date, Counts]] = {key: {} for key in keys}
    for key, months in rating.by_month(visit.session, asked.by, first, asked.last, wanted).items():
        own = found[wider(visit, asked.by, key)]
        for month, counts in months.items():
            own[month] = own.get(month, Counts()) + counts
    return found


def wider(visit: Visit, by: By, key: str) -> str:
    """Under which key it is shown: an area under its district, everything else under its own."""
    if by is not By.AREA:
        return key
    areas = visit.house.city.areas
    found = areas.at(key, Level.DISTRICT) if key in areas else None
    return found.code if found else ""


def areas_under(visit: Visit, key: str) -> list[str]:
    """The areas that are shown under `key`: a district with all in it, or, without one, those that lie in none."""
    areas = visit.house.city.areas
    if key:
        return [area.code for area in areas.below(key)] if key in areas else [key]
    return ["", *(area.code for area in areas if not wider(visit, By.AREA, area.code))]


def group_of(visit: Visit, unit: str) -> str:
    """The level and kind of a unit, as one code; nothing for a unit that is gone."""
    found = visit.house.city.units.get(unit)
    return f"{found.level}.{found.kind}" if found else ""


def group_words(visit: Visit, group: str) -> str:
    """What such units are called."""
    if not group:
        return translate(N_("Units of before"), visit.viewer.language)
    level, _, kind = group.partition(".")
    words = LEVEL_WORDS[Level(level)], KIND_WORDS[Kind(kind)]
    return " · ".join(translate(one, visit.viewer.language) for one in words)


def name_of(visit: Visit, by: By, key: str) -> str:
    """What a unit, area, line or category is called."""
    language = visit.viewer.language
    if not key:
        return translate(N_("Not known"), language)
    match by:
        case By.UNIT:
            return naming.unit(visit, key)
        case By.AREA:
            return naming.area(visit, key)
        case By.LINE:
            return f"{key} {naming.line(visit, key)}".strip()
    found = visit.house.city.catalogue.categories.get(key)
    return naming.name(found, language) if found else key


def reads_reports(visit: Visit) -> bool:
    """Whether this person may know every unit's figures."""
    return visit.viewer.may(Permission.REPORT_READ)


def _together(visit: Visit, by: By, counts: Mapping[str, Counts]) -> dict[str, Counts]:
    found: dict[str, Counts] = {}
    for key, own in counts.items():
        shown = wider(visit, by, key)
        found[shown] = found.get(shown, Counts()) + own
    return {key: own for key, own in found.items() if own.orders}


def _narrower(visit: Visit, by: By, keys: frozenset[str]) -> frozenset[str]:
    if by is not By.AREA:
        return keys
    return frozenset(area for key in keys for area in areas_under(visit, key))
