"""The responsibility catalogue as people look into it: headings, a search, one matter with all that is laid down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from agent_desk import naming
from agent_desk.render import page_for, render
from agent_desk.visit import Visit, Visiting, VisitRoute
from hotline.catalogue import Category, Matter
from hotline.catalogue_difference import claim_words, days_words, shown
from hotline.errors import Refused
from hotline.record import catalogue_search, catalogues
from hotline.responsibility import responsible_unit
from hotline.roles import Permission
from hotline.store.tables import CatalogueVersion
from hotline.words import N_

router = APIRouter(route_class=VisitRoute)

Text = Annotated[str, Query(max_length=100)]
Number = Annotated[int, Query(ge=0, le=2**62)]


@dataclass(frozen=True)
class Heading:
    """A heading in the tree, and whether the list below it is open."""

    category: Category
    name: str
    count: int
    is_open: bool
    is_chosen: bool


@dataclass(frozen=True)
class MatterRow:
    """One matter of the list: who answers for it in the first place, and how many others do in parts of the city."""

    matter: Matter
    name: str
    owner: str
    others: int


@dataclass(frozen=True)
class Browse:
    """A part of one version: what was asked for, what was found, and where the next page begins."""

    version: CatalogueVersion
    in_force: bool
    headings: Sequence[Heading]
    rows: Sequence[MatterRow]
    q: str
    heading: str
    next: str


@dataclass(frozen=True)
class Card:
    """All that a version says of a matter, in words. `here` is who answers where the reader's area is."""

    matter: Matter
    name: str
    path: Sequence[str]
    version: CatalogueVersion
    in_force: bool
    claims: Sequence[str]
    types: Sequence[str]
    slots: Sequence[str]
    budget: str
    versions: Sequence[tuple[CatalogueVersion, str]]
    districts: Sequence[tuple[str, str, str]]


@router.get("/catalogue")
def catalogue_page(
    request: Request, visit: Visiting, q: Text = "", heading: Text = "", version: Number = 0, after: Text = ""
) -> Response:
    """The matters of a version (the one in force, where none is named), by heading or by what is looked for."""
    visit.viewer.must(Permission.CATALOGUE_READ)
    page = page_for(visit, N_("Responsibility catalogue"), "catalogue")
    chosen = version_asked(visit, version)
    view = _browse(visit, chosen, q.strip(), heading, after) if chosen else None
    return render(request, "catalogue.html", page, view=view, may_change=may_change(visit))


@router.get("/catalogue/matters/{code}")
def matter_page(request: Request, visit: Visiting, code: str, version: Number = 0) -> Response:
    """One matter, as a version has it; as the last had it, where that one doesn't."""
    visit.viewer.must(Permission.CATALOGUE_READ)
    page = page_for(visit, N_("Matter"), "catalogue")
    known = catalogue_search.versions_of(visit.session, code)
    chosen = version_asked(visit, version)
    found = _matter(visit, chosen, code)
    if found is None and known and not version:
        chosen, found = known[0], _matter(visit, known[0], code)
    if found is None or chosen is None:
        raise Refused("matter.unknown", code=code)
    return render(request, "catalogue/card.html", page, card=_card(visit, chosen, found, known))


def version_asked(visit: Visit, number: int) -> CatalogueVersion | None:
    """The version of that number, of 0 the one in force; None in a record that has none yet. Drafts are for those
    who may change the catalogue.
    """
    if number:
        found = catalogues.find(visit.session, number)
        if found.valid_from is None and not may_change(visit):
            raise Refused("catalogue.unknown", id=number)
        return found
    try:
        return catalogues.version_on(visit.session, catalogues.today(visit.house.city, visit.at))
    except LookupError:
        return None


def may_change(visit: Visit) -> bool:
    """Whether this person works on the catalogue itself."""
    return visit.viewer.may(Permission.ADMIN_RULES)


def is_in_force(visit: Visit, version: CatalogueVersion) -> bool:
    """Whether it is today's."""
    today = version_asked(visit, 0)
    return today is not None and today.id == version.id


def _browse(visit: Visit, version: CatalogueVersion, q: str, heading: str, after: str) -> Browse:
    session, number = visit.session, version.id or 0
    found = (
        catalogue_search.matters(session, number, heading=heading, words=q, after=after)
        if q or heading
        else []
    )
    return Browse(
        version=version,
        in_force=is_in_force(visit, version),
        headings=[
            _heading(visit, one, count, heading) for one, count in catalogue_search.headings(session, number)
        ],
        rows=[_row(visit, one) for one in found],
        q=q,
        heading=heading,
        next=found[-1].code if len(found) == catalogue_search.MOST else "",
    )


def _heading(visit: Visit, one: Category, count: int, chosen: str) -> Heading:
    return Heading(
        one,
        naming.name(one, visit.viewer.language),
        count,
        chosen.startswith(one.code[:2]),
        one.code == chosen,
    )


def _row(visit: Visit, matter: Matter) -> MatterRow:
    owner = naming.unit(visit, matter.owner)
    return MatterRow(matter, naming.name(matter, visit.viewer.language), owner, len(matter.further))


def _matter(visit: Visit, version: CatalogueVersion | None, code: str) -> Matter | None:
    if version is None:
        return None
    return next(iter(catalogue_search.of_codes(visit.session, version.id or 0, [code])), None)


def _card(visit: Visit, version: CatalogueVersion, matter: Matter, known: Sequence[CatalogueVersion]) -> Card:
    language, city = visit.viewer.language, visit.house.city
    headings = {one.code: one for one, _ in catalogue_search.headings(visit.session, version.id or 0)}
    labels = {slot.name: slot.label_zh if language.startswith("zh") else slot.label_en for slot in city.slots}
    spans = catalogue_search.spans(visit.session)
    return Card(
        matter=matter,
        name=naming.name(matter, language),
        path=[
            naming.name(headings[c], language) for c in (matter.code[:2], matter.category) if c in headings
        ],
        version=version,
        in_force=is_in_force(visit, version),
        claims=[claim_words(claim, city, language) for claim in matter.claims],
        types=shown(matter.types, "types", city, language),
        slots=[labels.get(slot, slot) for slot in matter.slots],
        budget=" ".join(shown(matter.budget, "budget", city, language)),
        versions=[(one, days_words(*spans[one.id or 0], language)) for one in known],
        districts=list(_districts(visit, matter)),
    )


def _districts(visit: Visit, matter: Matter) -> Sequence[tuple[str, str, str]]:
    """Who would be asked today in each district: its name, the unit's, and why."""
    city, language = visit.house.city, visit.viewer.language
    day = catalogues.today(city, visit.at)
    found = []
    for area in city.areas.children(city.areas.city.code):
        answer = responsible_unit(city, matter, area.code, day)
        found.append(
            (naming.name(area, language), naming.name(answer.unit, language), answer.reason_in(language))
        )
    return found
