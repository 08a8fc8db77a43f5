"""Organisations that change: what is planned for which unit and day, by whom, on which basis; what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from agent_desk import naming
from agent_desk.render import fragment, page_for, render
from agent_desk.visit import Visit, Visiting, VisitRoute
from hotline.organisations import KIND_WORDS, Change, Kind, Share
from hotline.record import catalogues, organisations
from hotline.roles import Permission
from hotline.store.tables import OrganisationChange
from hotline.words import N_

router = APIRouter(route_class=VisitRoute)

Code = Annotated[str, Field(max_length=64)]
Codes = Annotated[str, Field(max_length=400)]
Name = Annotated[str, Field(max_length=80)]


class Plan(BaseModel):
    """What the form sends. Up to three successors; the last without areas and categories takes the rest. Areas and
    categories are codes with spaces or commas between them.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    unit: Code | None = None
    other: Code | None = None
    day: date
    basis: Annotated[str, Field(max_length=400)] = ""
    name_zh: Name = ""
    name_en: Name = ""
    successor: Code | None = None
    second: Code | None = None
    second_areas: Codes = ""
    second_categories: Codes = ""
    third: Code | None = None
    third_areas: Codes = ""
    third_categories: Codes = ""


@dataclass(frozen=True)
class PlanRow:
    """One plan in words. `shares`: who takes over, and what of it."""

    change: OrganisationChange
    kind: str
    units: Sequence[str]
    shares: Sequence[tuple[str, str]]
    planned_by: str
    is_late: bool


@router.get("/organisations")
def organisations_page(request: Request, visit: Visiting) -> Response:
    """What is planned, and what has been carried out."""
    page = page_for(visit, N_("Organisations"), "organisations")
    return render(request, "organisations.html", page, kinds=KIND_WORDS, **_content(visit))


@router.get("/organisations/rows")
def organisations_fragment(visit: Visiting) -> Response:
    """The same lists again."""
    return fragment(visit, "organisations/rows.html", **_content(visit))


@router.post("/api/organisations", status_code=201)
def plan(visit: Visiting, wanted: Plan) -> dict[str, int | None]:
    """Plans a change for a day; on that day it is carried out by itself."""
    visit.viewer.must(Permission.ADMIN_RULES)
    city = visit.house.city
    today = catalogues.today(city, visit.at)
    row = organisations.plan(
        visit.session, city, _change(wanted), today=today, by=visit.viewer.by, at=visit.at
    )
    return {"id": row.id}


@router.post("/api/organisations/{number}/cancel")
def cancel(visit: Visiting, number: int) -> dict[str, str]:
    """Gives a plan up before its day."""
    visit.viewer.must(Permission.ADMIN_RULES)
    organisations.cancel(visit.session, number, visit.viewer.by, visit.at)
    return {}


def _change(wanted: Plan) -> Change:
    units = [wanted.unit, wanted.other if wanted.kind is Kind.MERGE else None]
    return Change(
        wanted.kind,
        tuple(unit for unit in units if unit),
        wanted.day,
        wanted.basis,
        () if wanted.kind is Kind.RENAME else _shares(wanted),
        wanted.name_zh if wanted.kind is Kind.RENAME else "",
        wanted.name_en if wanted.kind is Kind.RENAME else "",
    )


def _shares(wanted: Plan) -> tuple[Share, ...]:
    """The narrower shares first, then who takes the rest."""
    parts = [
        (wanted.second, wanted.second_areas, wanted.second_categories),
        (wanted.third, wanted.third_areas, wanted.third_categories),
    ]
    narrower = [Share(unit, _codes(areas), _codes(kinds)) for unit, areas, kinds in parts if unit]
    rest = [Share(wanted.successor)] if wanted.successor else []
    return (*(narrower if wanted.kind is Kind.SPLIT else ()), *rest)


def _codes(written: str) -> tuple[str, ...]:
    return tuple(written.replace("，", " ").replace("、", " ").replace(",", " ").split())


def _content(visit: Visit) -> dict[str, Any]:
    visit.viewer.must(Permission.ADMIN_RULES)
    return {
        "planned": [_row(visit, one) for one in organisations.pending(visit.session)],
        "over": [_row(visit, one) for one in organisations.over(visit.session)],
    }


def _row(visit: Visit, row: OrganisationChange) -> PlanRow:
    change = organisations.change_of(row)
    return PlanRow(
        change=row,
        kind=KIND_WORDS[change.kind],
        units=[naming.unit(visit, unit) for unit in change.units],
        shares=[(naming.unit(visit, one.successor), _part(visit, one)) for one in change.shares],
        planned_by=naming.person(visit, row.planned_by),
        is_late=row.day <= catalogues.today(visit.house.city, visit.at),
    )


def _part(visit: Visit, share: Share) -> str:
    """Which part a successor takes: names of areas, codes of categories; nothing for the rest."""
    categories = visit.house.city.catalogue.categories
    named = [
        naming.name(categories[code], visit.viewer.language) if code in categories else code
        for code in share.categories
    ]
    return " · ".join([*(naming.area(visit, area) for area in share.areas), *named])
