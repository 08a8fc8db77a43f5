"""Who answers for a matter at a place: the catalogue says at which level, the place says which unit there.

There is always an answer. Where the place isn't known so exactly, or nobody does it there, the duty goes one
level up, at last to the matter's owner in the city, and where even that is gone to the duty unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hotline.areas import Area
from hotline.catalogue import Matter
from hotline.levels import LEVEL_WORDS, Level
from hotline.pack.model import CityPack
from hotline.units import Unit
from hotline.words import N_, translate


class Why(StrEnum):
    """How a unit was found."""

    LEVEL = "level"
    PLACE_TOO_WIDE = "place_too_wide"
    NOBODY_THERE = "nobody_there"
    ON_DUTY = "on_duty"


WHY_WORDS = {
    Why.LEVEL: N_("Handled at level: {level}, for {area}"),
    Why.PLACE_TOO_WIDE: N_("Handled at level: {level}; the place is known only as {area}, so it goes up"),
    Why.NOBODY_THERE: N_("Handled at level: {level}; no unit for it in {area}, so it goes up"),
    Why.ON_DUTY: N_("Nobody answers for it in {area}, so the duty unit does"),
}


@dataclass(frozen=True)
class Responsible:
    """The unit that answers, and why: `level` is where the matter should be handled, `area` where it is."""

    unit: Unit
    why: Why
    level: Level
    area: Area

    def reason_in(self, language: str) -> str:
        """Why, in the reader's words."""
        area = self.area.name_zh if language.startswith("zh") else self.area.name_en
        return translate(
            WHY_WORDS[self.why], language, level=translate(LEVEL_WORDS[self.level], language), area=area
        )


def responsible_unit(city: CityPack, matter: Matter, area: str) -> Responsible:
    """Who answers for `matter` in the area of code `area`. Raises KeyError for a code that no area has."""
    place = city.areas[area]
    exact = place.level.depth >= matter.level.depth
    for level in reversed(list(Level)[: matter.level.depth + 1]):
        unit = _at(city, matter, place, level)
        if unit is not None:
            why = Why.LEVEL if level is matter.level else Why.NOBODY_THERE if exact else Why.PLACE_TOO_WIDE
            return Responsible(unit, why, matter.level, place)
    return Responsible(city.units[city.city.duty_unit], Why.ON_DUTY, matter.level, place)


def _at(city: CityPack, matter: Matter, place: Area, level: Level) -> Unit | None:
    """The unit at `level` for that place: the owner's own counterpart there, else the town or village itself."""
    if level is Level.CITY:
        return city.units.get(matter.owner)
    within = city.areas.at(place.code, level)
    if within is None:
        return None
    counterpart = city.units.counterpart(matter.owner, level, within.code)
    # A district's government has bureaus of its own; a town or a village is one office for everything.
    return counterpart or (city.units.office(level, within.code) if level is not Level.DISTRICT else None)
