"""Where a unit's leader connects the unit's own system: tokens for the API, and how new orders get there."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from agent_desk import naming
from agent_desk.outbox_pages import error_words
from agent_desk.render import fragment, page_for, render
from agent_desk.visit import Visit, Visiting, VisitRoute
from dispatch import delivery
from hotline import deliveries
from hotline.deliveries import Way
from hotline.errors import Refused
from hotline.record import unit_systems
from hotline.unit_systems import SCOPE_WORDS, Scope
from hotline.words import N_, translate

router = APIRouter(route_class=VisitRoute)

Code = Annotated[str, Query(max_length=100)]


class NewSystem(BaseModel):
    """A system that is to get a token, and what that allows."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=200)] = ""
    scopes: list[Scope] = []


class Told(BaseModel):
    """By which way the unit is told, and where."""

    model_config = ConfigDict(extra="forbid")

    way: Way
    address: Annotated[str, Field(max_length=1000)] = ""


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


@router.get("/portal/system/deliveries")
def deliveries_fragment(visit: Visiting, unit: Code = "") -> Response:
    """What the unit was told last, again."""
    return fragment(visit, "portal/deliveries.html", **_content(visit, _unit(visit, unit)))


@router.post("/api/deliveries/{unit}")
def set_way(visit: Visiting, unit: str, told: Told) -> dict[str, str]:
    """From now on the unit is told so."""
    delivery.set_way(visit.session, _unit(visit, unit), told.way, told.address, visit.viewer, visit.at)
    return {"message": translate(N_("Saved. Send a test message"), visit.viewer.language)}


@router.post("/api/deliveries/{unit}/stop")
def stop(visit: Visiting, unit: str) -> dict[str, str]:
    """The unit isn't told any more."""
    delivery.stop(visit.session, _unit(visit, unit), visit.viewer, visit.at)
    return {}


@router.post("/api/deliveries/{unit}/secret")
def change_secret(visit: Visiting, unit: str) -> dict[str, str]:
    """A new secret, by which everything is signed from now on."""
    delivery.change_secret(visit.session, _unit(visit, unit), visit.viewer, visit.at)
    return {}


@router.post("/api/deliveries/{unit}/test")
def try_out(visit: Visiting, unit: str) -> dict[str, str]:
    """Has a message sent that says nothing."""
    delivery.try_out(visit.session, _unit(visit, unit), visit.viewer, visit.at)
    return {"message": translate(N_("On its way; what becomes of it stands below"), visit.viewer.language)}


@router.post("/api/deliveries/{unit}/{identity}/resend")
def resend(visit: Visiting, unit: str, identity: int) -> dict[str, str]:
    """Lets a message that was given up be tried again."""
    delivery.resend(visit.session, _unit(visit, unit), identity, visit.viewer, visit.at)
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
        "delivery": delivery.find(visit.session, unit),
        "told": [(row, error_words(visit, row)) for row in delivery.latest(visit.session, unit)],
        "events": list(deliveries.EVENTS.values()),
        "origin": visit.house.settings.web.origin,
    }
