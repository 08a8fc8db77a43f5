"""What the desk's form proposes while the agent types: matters with the unit that answers, areas, units."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from agent_desk import learnt, naming
from agent_desk.learnt import LIKELY, Learnt
from agent_desk.naming import name
from agent_desk.visit import Visit, Visiting, VisitRoute
from hotline import areas, units
from hotline.catalogue import Category, Matter, Slot
from hotline.levels import LEVEL_WORDS
from hotline.responsibility import responsible_unit
from hotline.suggestions import Suggestion, suggest
from hotline.tickets import Type
from hotline.words import translate

router = APIRouter(prefix="/api", route_class=VisitRoute)

MOST = 12
STORY = 8  # signs of a text from which on it tells something
Text = Annotated[str, Query(max_length=4000)]


class Choice(BaseModel):
    """An entry of a list to choose from: `hint` is its second line."""

    value: str
    label: str
    hint: str = ""


class MatterChoice(Choice):
    """A matter, with the unit that it would go to and the reasons for both, in words; `asks` is what its unit
    needs to be told.
    """

    unit: str
    unit_label: str
    reason: str
    asks: list[str]


class Choices(BaseModel):
    """What a combobox shows."""

    options: list[Choice]


class MatterChoices(BaseModel):
    """What the matter's combobox shows."""

    options: list[MatterChoice]


class Place(BaseModel):
    """The area that an address speaks of, and the word that named it."""

    area: str
    label: str
    word: str


@router.get("/matters")
def matters(
    visit: Visiting, q: Text = "", area: str = "", line: str = "", type: Type | None = None
) -> MatterChoices:
    """Matters that fit what was written, best first: what tickets like it were likely about, what its words speak of,
    what else it may be about.
    """
    city = visit.house.city
    place = area if area in city.areas else city.areas.city.code
    day = visit.at.astimezone(visit.house.zone).date()
    found = suggest(city, q, area=place, line=line, type_=type, day=day)
    taught = {one.matter.code: one for one in _taught(visit, q, day)}
    by_words = {one.matter.code: _matter_choice(visit, one) for one in found}
    order = [
        *(code for code, one in taught.items() if one.confidence >= LIKELY),
        *by_words,
        *taught,
    ]
    return MatterChoices(
        options=[
            _with(by_words.get(code) or _choice_of(visit, taught[code], place, day), visit, taught.get(code))
            for code in dict.fromkeys(order)
        ]
    )


def _taught(visit: Visit, text: str, day: date) -> list[Learnt]:
    """What a told story is likely about. Whoever looks a matter up by a word of its name is told no guesses."""
    return learnt.of_text(visit, "", text, day) if len(text.strip()) >= STORY else []


def _with(choice: MatterChoice, visit: Visit, taught: Learnt | None) -> MatterChoice:
    """The choice, with what was learnt before its other reasons."""
    if taught is None:
        return choice
    reason = " · ".join(part for part in (taught.reason_in(visit.viewer.language), choice.reason) if part)
    return choice.model_copy(update={"reason": reason})


def _choice_of(visit: Visit, taught: Learnt, place: str, day: date) -> MatterChoice:
    answer = responsible_unit(visit.house.city, taught.matter, place, day)
    return _chosen(visit, taught.matter, answer.unit, answer.reason_in(visit.viewer.language))


@router.get("/areas")
def find_areas(visit: Visiting, q: Text = "") -> Choices:
    """Areas whose name, alias or code contains what was typed, the wider first."""
    wanted = q.strip()
    found = (area for area in visit.house.city.areas if any(wanted in word for word in _names(area)))
    return Choices(options=[_area_choice(visit, area) for area in islice(found, MOST)])


@router.get("/place")
def place(visit: Visiting, q: Text = "") -> Place:
    """The area that an address or a complaint speaks of."""
    mention = visit.house.city.areas.find(q)
    return Place(area=mention.area.code, label=naming.area(visit, mention.area.code), word=mention.word)


@router.get("/headings")
def headings(visit: Visiting, q: Text = "") -> Choices:
    """Headings of the catalogue and matters whose name contains what was typed, or whose code begins with it."""
    wanted, catalogue = q.strip().lower(), visit.house.city.catalogue
    entries: Iterable[Category | Matter] = (*catalogue.categories.values(), *catalogue.matters.values())
    found = (
        one
        for one in entries
        if one.code.startswith(wanted) or wanted in one.name_zh.lower() or wanted in one.name_en.lower()
    )
    return Choices(options=[_heading_choice(visit, one) for one in islice(found, MOST)])


@router.get("/units")
def find_units(visit: Visiting, q: Text = "", below: bool = False) -> Choices:
    """Units whose name or code contains what was typed; with `below` only one's own and those below it."""
    wanted, day = q.strip().lower(), visit.at.astimezone(visit.house.zone).date()
    found = (
        unit
        for unit in visit.house.city.units
        if unit.is_valid_on(day)
        and any(wanted in word.lower() for word in _names_of(unit))
        and (not below or unit.code in visit.viewer.units)
    )
    return Choices(options=[_unit_choice(visit, unit) for unit in islice(found, MOST)])


def _names(area: areas.Area) -> tuple[str, ...]:
    return (area.code, area.name_en, *area.words)


def _names_of(unit: units.Unit) -> tuple[str, ...]:
    return (unit.code, unit.name_zh, unit.name_en)


def _heading_choice(visit: Visit, one: Category | Matter) -> Choice:
    """A heading or a matter; of a matter its headings are the hint."""
    language, catalogue = visit.viewer.language, visit.house.city.catalogue
    above = catalogue.path(one) if isinstance(one, Matter) else ()
    path = " › ".join(name(heading, language) for heading in above)
    return Choice(value=one.code, label=f"{name(one, language)} {one.code}", hint=path)


def _area_choice(visit: Visit, area: areas.Area) -> Choice:
    return Choice(
        value=area.code, label=name(area, visit.viewer.language), hint=naming.area(visit, area.code)
    )


def _unit_choice(visit: Visit, unit: units.Unit) -> Choice:
    level = translate(LEVEL_WORDS[unit.level], visit.viewer.language)
    return Choice(value=unit.code, label=name(unit, visit.viewer.language), hint=level)


def _matter_choice(visit: Visit, suggestion: Suggestion) -> MatterChoice:
    reason = suggestion.reason_in(visit.viewer.language)
    return _chosen(visit, suggestion.matter, suggestion.unit, reason)


def _chosen(visit: Visit, matter: Matter, unit: units.Unit, reason: str) -> MatterChoice:
    language, city = visit.viewer.language, visit.house.city
    path = " › ".join(name(heading, language) for heading in city.catalogue.path(matter))
    return MatterChoice(
        value=matter.code,
        label=name(matter, language),
        hint=path,
        unit=unit.code,
        unit_label=name(unit, language),
        reason=reason,
        asks=[_label(slot, language) for slot in city.slots if slot.name in matter.slots],
    )


def _label(slot: Slot, language: str) -> str:
    return slot.label_zh if language.startswith("zh") else slot.label_en
