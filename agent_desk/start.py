"""The front door: whoever is logged in goes to their work; in a demo, a stranger learns what to try."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from agent_desk.house import House, house_of, now
from agent_desk.naming import name
from agent_desk.render import page_for, page_for_anybody, render
from agent_desk.visit import COOKIE, Visiting, VisitRoute, viewer_of
from hotline.lines import MODE_WORDS, Line, Mode, lines_at
from hotline.pack import model
from hotline.platform.people import DEMO_PASSWORD
from hotline.record import accounts
from hotline.roles import ROLE_WORDS, Permission, Role
from hotline.suggestions import suggest
from hotline.viewer import Viewer
from hotline.words import N_

router = APIRouter(route_class=VisitRoute)

SAY = "您好，我们小区门口的路灯坏了好几天，晚上很黑，老人家走路不安全，想请你们派人来修一下。"
"""What the caller of a test call says unless told otherwise: spoken in Mandarin, so never translated."""

GROUPS: tuple[tuple[str, frozenset[Role]], ...] = (
    (N_("At the desks"), frozenset({Role.AGENT, Role.TEAM_LEAD, Role.SUPERVISOR})),
    (
        N_("Behind the desks"),
        frozenset({Role.DISPATCHER, Role.QUALITY, Role.KNOWLEDGE_EDITOR, Role.AUDITOR, Role.ADMINISTRATOR}),
    ),
    (N_("In the units"), frozenset({Role.UNIT_STAFF, Role.UNIT_LEADER})),
)

HOMES = (
    (Permission.DESK_USE, "/desk"),
    (Permission.ORDER_SIGN, "/portal"),
    (Permission.TICKET_VIEW_ALL, "/tickets"),
    (Permission.ADMIN_PEOPLE, "/people"),
)


@dataclass(frozen=True)
class DemoPerson:
    """Somebody who can log in with the password that everybody knows; role words are in English."""

    login: str
    name: str
    roles: frozenset[Role]
    role_words: Sequence[str]
    extension: str
    unit: str


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
    people = [_demo_person(house, person, page.language) for person in house.city.people]
    today = page.now.astimezone(house.zone).date()
    lines = lines_at(house.city.lines, page.now)
    return render(
        request,
        "start.html",
        page,
        city=name(house.city.city, page.language),
        groups=[(words, [one for one in people if one.roles & roles]) for words, roles in GROUPS],
        password=DEMO_PASSWORD,
        agent=_first(people, Role.AGENT),
        handler=_handler(house, people, today),
        supervisor=_first(people, Role.SUPERVISOR),
        lines=[(line.number, name(line, page.language), MODE_WORDS[line.mode]) for line in lines],
        old_line=_line_for(house, lines, today),
        say=SAY,
    )


def _line_for(house: House, lines: Sequence[Line], day: date) -> str:
    """The old number that somebody with this wish would have dialled; the city's own where there is none."""
    city = house.city
    best = suggest(city, SAY, area=city.areas.city.code, day=day, limit=1)
    owner = best[0].matter.owner if best else None
    own = (line.number for line in lines if line.unit == owner and line.mode is not Mode.UNIFIED)
    return next(own, city.city.number)


def _handler(house: House, people: Sequence[DemoPerson], day: date) -> DemoPerson | None:
    """Somebody of the unit that the first citizen's wish would go to; else anybody of a unit."""
    city = house.city
    area = city.citizens[0].area if city.citizens else city.areas.city.code
    unit = next((one.unit for one in suggest(city, SAY, area=area, day=day, limit=1)), None)
    logins = {person.login for person in city.people if unit and person.unit == unit.code}
    of_unit = [person for person in people if person.login in logins]
    return _first(of_unit, Role.UNIT_STAFF) or _first(people, Role.UNIT_STAFF)


def _demo_person(house: House, person: model.Person, language: str) -> DemoPerson:
    unit = house.city.units.get(person.unit) if person.unit else None
    return DemoPerson(
        login=person.login,
        name=name(person, language),
        roles=frozenset(person.roles),
        role_words=[ROLE_WORDS[role] for role in person.roles],
        extension=person.extension or "",
        unit=name(unit, language) if unit else "",
    )


def _first(people: Sequence[DemoPerson], role: Role) -> DemoPerson | None:
    return next((person for person in people if role in person.roles), None)


def home_of(viewer: Viewer) -> str:
    """The page on which this person's work begins."""
    if viewer.may(Permission.FLOOR_WATCH) and viewer.extension is None:
        return "/floor"
    return next((home for permission, home in HOMES if viewer.may(permission)), "/welcome")


def _somebody(house: House, token: str) -> Viewer | None:
    with house.store.transaction() as session:
        found = accounts.find_session(session, token, now())
        return viewer_of(house, found) if found else None
