"""Where a unit's leader connects the unit's own system: tokens for the API, and how new orders get there."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from agent_desk import naming
from agent_desk.render import fragment, page_for, render
from agent_desk.visit import Visit, Visiting, VisitRoute
from hotline.errors import Refused
from hotline.record import unit_systems
from hotline.unit_systems import SCOPE_WORDS, Scope
from hotline.words import N_

router = APIRouter(route_class=VisitRoute)

Code = Annotated[str, Query(max_length=100)]


class NewSystem(BaseModel):
    """A system that is to get a token, and what that allows."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=200)] = ""
    scopes: list[Scope] = []


class Admitted(BaseModel):
    """The new token, told this once."""

    once: str


@router.get("/portal/system")
def system_page(request: Request, visit: Visiting, unit: Code = "") -> Response:
    """The unit's systems; a leader's own unit, or for an administrator any."""
    page = page_for(visit, N_("Own system"), "portal")
    return render(request, "portal/system.html", page, **_content(visit, _unit(visit, unit)))


@router.get("/portal/system/tokens")
def tokens_fragment(visit: Visiting, unit: Code = "") -> Response:
    """The tokens again, after something changed."""
    return fragment(visit, "portal/tokens.html", **_content(visit, _unit(visit, unit)))


@router.post("/api/systems/{unit}", status_code=201)
def admit(visit: Visiting, unit: str, new: NewSystem) -> Admitted:
    """Gives a system a token."""
    of = _unit(visit, unit)
    return Admitted(once=unit_systems.admit(visit.session, of, new.name, new.scopes, visit.viewer, visit.at))


@router.post("/api/systems/{identity}/revoke")
def revoke(visit: Visiting, identity: int) -> dict[str, str]:
    """Takes a token back, at once."""
    unit_systems.revoke(visit.session, identity, visit.viewer, visit.at)
    return {}


def _unit(visit: Visit, code: str) -> str:
    wanted = code or visit.viewer.unit or ""
    if wanted not in visit.house.city.units or not unit_systems.may_manage(visit.viewer, wanted):
        raise Refused("not_allowed", permission="order.approve")
    return wanted


def _content(visit: Visit, unit: str) -> dict[str, Any]:
    return {
        "unit": unit,
        "name": naming.unit(visit, unit),
        "is_own": unit == visit.viewer.unit,
        "systems": [
            (system, naming.person(visit, system.made_by))
            for system in unit_systems.of_unit(visit.session, unit)
        ],
        "scopes": {scope: words for scope, words in SCOPE_WORDS.items() if scope is not Scope.READ},
        "origin": visit.house.settings.web.origin,
    }
