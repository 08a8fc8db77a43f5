"""The front door: whoever is logged in goes to their work; in a demo, a stranger learns what to try."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from agent_desk.house import House, house_of, now
from agent_desk.render import page_for, page_for_anybody, render
from agent_desk.visit import COOKIE, Visiting, viewer_of
from hotline.platform.people import DEMO_PASSWORD
from hotline.record import accounts
from hotline.roles import ROLE_WORDS, Permission, Role
from hotline.viewer import Viewer
from hotline.words import N_

router = APIRouter()

HOMES = (
    (Permission.DESK_USE, "/desk"),
    (Permission.ORDER_SIGN, "/portal"),
    (Permission.TICKET_VIEW_ALL, "/tickets"),
    (Permission.ADMIN_PEOPLE, "/people"),
)


@router.get("/")
def front_door(request: Request) -> Response:
    """To the person's own page, to the demo's, or to the login."""
    house = house_of(request)
    viewer = _somebody(house, request.cookies.get(COOKIE, ""))
    if viewer is not None:
        return RedirectResponse(home_of(viewer), status_code=303)
    if not house.settings.site.demo:
        return RedirectResponse("/login", status_code=303)
    return demo_page(request, house)


@router.get("/demo")
def demo(request: Request) -> Response:
    """The demo's page for somebody who is logged in."""
    house = house_of(request)
    return demo_page(request, house) if house.settings.site.demo else RedirectResponse("/", status_code=303)


@router.get("/welcome")
def welcome(request: Request, visit: Visiting) -> Response:
    """For roles whose pages are still to come: what this account is."""
    return render(request, "welcome.html", page_for(visit, N_("Welcome"), ""), roles=ROLE_WORDS)


def demo_page(request: Request, house: House) -> Response:
    """Who can log in, with which password, and what to try first; with a button for a test call."""
    page = page_for_anybody(request, N_("Try it"))
    return render(
        request,
        "start.html",
        page,
        people=[(person, [ROLE_WORDS[Role(role)] for role in person.roles]) for person in house.city.people],
        password=DEMO_PASSWORD,
        lines=house.city.lines,
        units=house.city.units,
    )


def home_of(viewer: Viewer) -> str:
    """The page on which this person's work begins."""
    if viewer.may(Permission.FLOOR_WATCH) and viewer.extension is None:
        return "/floor"
    return next((home for permission, home in HOMES if viewer.may(permission)), "/welcome")


def _somebody(house: House, token: str) -> Viewer | None:
    with house.store.transaction() as session:
        found = accounts.find_session(session, token, now())
        return viewer_of(house, found[1]) if found else None
