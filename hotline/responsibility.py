"""Who answers for a matter at a place: the catalogue says whose duty it is and at which level, the place says which
unit there.

There is always an answer. Of several claims on a matter the one with the narrowest area round the place counts. Where
the place isn't known so exactly, or nobody does it there, the duty goes one level up, at last to the unit that the
claim names; where even that is gone to the next wider claim, and at last to the duty unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hotline.areas import Area, Areas
from hotline.catalogue import Claim, Matter
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
    LAID_DOWN = "laid_down"


WHY_WORDS = {
    Why.LEVEL: N_("Handled at level: {level}, for {area}"),
    Why.PLACE_TOO_WIDE: N_("Handled at level: {level}; the place is known only as {area}, so it goes up"),
    Why.NOBODY_THERE: N_("Handled at level: {level}; no unit for it in {area}, so it goes up"),
    Why.LAID_DOWN: N_("Laid down for {ground}; handled at level: {level}"),
    Why.ON_DUTY: N_("Nobody answers for it in {area}, so the duty unit does"),
}


@dataclass(frozen=True)
class Responsible:
    """The unit that answers, and why: `level` is where the matter should be handled, `area` where it is, `ground` the
    part of the city that the claim speaks of (None: all of it).
    """

    unit: Unit
    why: Why
    level: Level
    area: Area
    ground: Area | None = None

    def reason_in(self, language: str) -> str:
        """Why, in the reader's words."""
        return translate(
            WHY_WORDS[self.why],
            language,
            level=translate(LEVEL_WORDS[self.level], language),
            area=_name(self.area, language),
            ground=_name(self.ground or self.area, language),
        )


def responsible_unit(city: CityPack, matter: Matter, area: str, day: date) -> Responsible:
    """Who answers on `day` for `matter` in the area of code `area`. Raises KeyError for a code that no area has."""
    place = city.areas[area]
    for claim, ground in claims_at(city.areas, matter, place, day):
        found = answer_to(city, claim, place, day, ground)
        if found is not None:
            return found
    return Responsible(city.units[city.city.duty_unit], Why.ON_DUTY, matter.level, place)


def claims_at(areas: Areas, matter: Matter, place: Area, day: date) -> list[tuple[Claim, Area | None]]:
    """The claims on `matter` that hold on `day` at `place`, each with the area of it that lies round the place: the
    narrowest first, of equals the one handled furthest down, and then the first written.
    """
    valid = [claim for claim in matter.claims if claim.is_valid_on(day)]
    if not any(claim.areas for claim in valid):
        around: dict[str, Area] = {}
    else:
        around = {step.code: step for step in areas.path(place.code)}
    there = []
    for claim in valid:
        grounds = [around[code] for code in claim.areas if code in around]
        if grounds or not claim.areas:
            there.append((claim, max(grounds, key=lambda area: area.level.depth, default=None)))
    there.sort(key=lambda one: (-_depth(one[1]), -one[0].level.depth))
    return there


def answer_to(
    city: CityPack, claim: Claim, place: Area, day: date, ground: Area | None = None
) -> Responsible | None:
    """The unit at the claim's level for that place, else the next one up, at last the unit that claims it; None where
    that is gone too. `ground` is the part of the city that the claim speaks of.
    """
    owner = city.units.on(day, claim.unit)
    top = owner.level.depth if owner is not None else Level.CITY.depth
    exact = place.level.depth >= claim.level.depth
    for level in reversed(list(Level)[top : claim.level.depth + 1]):
        own = owner is not None and level is owner.level
        unit = owner if own else _counterpart(city, claim.unit, place, level, day)
        if unit is not None:
            return Responsible(unit, _why(level is claim.level, exact, ground), claim.level, place, ground)
    return None


def _why(is_level: bool, exact: bool, ground: Area | None) -> Why:
    if not is_level:
        return Why.NOBODY_THERE if exact else Why.PLACE_TOO_WIDE
    return Why.LEVEL if ground is None else Why.LAID_DOWN


def _counterpart(city: CityPack, owner: str, place: Area, level: Level, day: date) -> Unit | None:
    """The unit at `level` for that place: the owner's own counterpart there, else the town or village itself."""
    within = city.areas.at(place.code, level)
    if within is None:
        return None
    counterpart = city.units.counterpart(owner, level, within.code, day)
    # A district's government has bureaus of its own; a town or a village is one office for everything.
    general = level in (Level.TOWN, Level.VILLAGE)
    return counterpart or (city.units.office(level, within.code, day) if general else None)


def _depth(ground: Area | None) -> int:
    return ground.level.depth if ground is not None else -1


def _name(area: Area, language: str) -> str:
    return area.name_zh if language.startswith("zh") else area.name_en
