"""Which matters a citizen's words speak of, and who answers for them there: each with its evidence.

Pure and deterministic: the same words, place, line, kind of ticket and day give the same list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from hotline.catalogue import Matter
from hotline.lines import line_at
from hotline.pack.model import CityPack
from hotline.responsibility import Responsible, responsible_unit
from hotline.textindex import Hit
from hotline.tickets import Type
from hotline.units import Unit
from hotline.words import N_, translate

OF_LINE = 1.3
"""What a matter gains whose owner is the one that the dialled line belongs to."""
OTHER_TYPE = 0.8
"""What a matter loses that doesn't come as tickets of this kind."""

WORTH_SHOWING = 0.15
"""What fits less than this part of the best is left out: it only shares a common word."""

SAID = N_("Said: {words}")
ALIKE = N_("Similar in wording")
LINE_OF = N_("The dialled line is the owner's")
NOT_THIS_TYPE = N_("Rarely this kind of ticket")


@dataclass(frozen=True)
class Suggestion:
    """A matter, how well it fits (higher is better; scores compare within one list only), and the evidence.

    `words`: the key words that were said; `of_line`: the dialled line belongs to the matter's owner;
    `of_type`: tickets of this kind are usual for it.
    """

    matter: Matter
    score: float
    words: tuple[str, ...]
    of_line: bool
    of_type: bool
    responsible: Responsible

    @property
    def unit(self) -> Unit:
        """The unit that it would go to."""
        return self.responsible.unit

    def reason_in(self, language: str) -> str:
        """The evidence in the reader's words."""
        parts = [
            translate(SAID, language, words=" ".join(self.words))
            if self.words
            else translate(ALIKE, language),
            translate(LINE_OF, language) if self.of_line else "",
            "" if self.of_type else translate(NOT_THIS_TYPE, language),
            self.responsible.reason_in(language),
        ]
        return " · ".join(part for part in parts if part)


def suggest(
    city: CityPack,
    text: str,
    *,
    area: str,
    line: str = "",
    type_: Type | None = None,
    day: date,
    limit: int = 5,
) -> list[Suggestion]:
    """The matters of `day`'s catalogue that `text` speaks of, the best first.

    `area` is an area's code (the city's where nothing is known), `line` the number that was dialled.
    """
    dialled = line_at(city.lines, line, _midday(city, day))
    owner = dialled.unit if dialled else None
    found = []
    for hit in city.catalogue.index.find(text):
        matter = city.catalogue.matters[hit.key]
        if matter.is_valid_on(day):
            found.append((_weighed(hit, matter, owner, type_), hit, matter))
    found.sort(key=lambda one: (-one[0], one[2].code))
    least = WORTH_SHOWING * found[0][0] if found else 0.0
    return [
        Suggestion(
            matter,
            score,
            hit.words,
            matter.owner == owner,
            _fits(matter, type_),
            responsible_unit(city, matter, area, day),
        )
        for score, hit, matter in found[:limit]
        if score >= least
    ]


def _midday(city: CityPack, day: date) -> datetime:
    return datetime.combine(day, time(12), ZoneInfo(city.city.timezone))


def _weighed(hit: Hit, matter: Matter, owner: str | None, type_: Type | None) -> float:
    score = hit.score * (OF_LINE if matter.owner == owner else 1)
    # Rounded, so that no order hangs on the last bit of a sum.
    return round(score * (1 if _fits(matter, type_) else OTHER_TYPE), 6)


def _fits(matter: Matter, type_: Type | None) -> bool:
    return type_ is None or type_ in matter.types
