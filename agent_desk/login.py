"""Coming and going: the login page, logging in and out, and the choice of language and colours."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel, Field

from agent_desk import seat
from agent_desk.house import House, house_of, now
from agent_desk.render import page_for_anybody, render
from agent_desk.visit import COOKIE, Visiting, VisitRoute
from hotline.errors import Refused
from hotline.record import accounts
from hotline.store.tables import Account
from hotline.words import N_

router = APIRouter(route_class=VisitRoute)
YEAR = 365 * 24 * 3600


class Credentials(BaseModel):
    """What the login form sends; `next` is where the person wanted to go."""

    login: Annotated[str, Field(min_length=1, max_length=64)]
    password: Annotated[str, Field(min_length=1, max_length=256)]
    next: str = "/"


class Preferences(BaseModel):
    """How a person wants the pages; what is left out stays."""

    language: Literal["zh_Hans", "en"] | None = None
    theme: Literal["auto", "light", "dark"] | None = None


@router.get("/login")
def login_page(request: Request, next: str = "/") -> Response:
    """The form, in the language that the browser had last."""
    page = page_for_anybody(request, N_("Log in"))
    demo = house_of(request).settings.site.demo
    return render(request, "login.html", page, next=_own_path(next), demo=demo)


@router.post("/api/login")
def log_in(request: Request, credentials: Credentials) -> Response:
    """Opens a session and says where to go. A page of another site can't send JSON here."""
    house = house_of(request)
    with house.store.transaction() as session:
        opened = accounts.log_in(
            session,
            login=credentials.login.strip(),
            password=credentials.password,
            address=request.client.host if request.client else "",
            at=now(),
            hours=house.settings.web.session_hours,
        )
    if isinstance(opened, Refused):
        raise opened
    response = JSONResponse({"next": _own_path(credentials.next)})
    _keep(house, response, COOKIE, opened.token, house.settings.web.session_hours * 3600)
    return response


@router.post("/api/logout")
def log_out(request: Request, visit: Visiting) -> Response:
    """Ends the session; whoever has a seat leaves it."""
    seat.leave(visit.house, visit.viewer.extension)
    accounts.log_out(visit.session, request.cookies[COOKIE], visit.at)
    response = JSONResponse({"next": "/login"})
    response.delete_cookie(COOKIE)
    return response


@router.post("/api/preferences")
def prefer(visit: Visiting, wanted: Preferences) -> Response:
    """Remembers language and colours with the person, and in the browser for its login page."""
    account = visit.session.get_one(Account, visit.viewer.account)
    response = JSONResponse({})
    for name, value in wanted.model_dump(exclude_none=True).items():
        setattr(account, name, value)
        _keep(visit.house, response, name, value, YEAR)
    return response


@router.get("/language/{language}")
def choose_language(request: Request, language: Literal["zh_Hans", "en"], next: str = "/login") -> Response:
    """The same choice for somebody who isn't logged in."""
    response = RedirectResponse(_own_path(next), status_code=303)
    _keep(house_of(request), response, "language", language, YEAR)
    return response


def _own_path(path: str) -> str:
    """A path on this site, so that a link can't send somebody elsewhere after the login."""
    # Browsers drop tabs and line breaks from an address, so that "/<tab>/elsewhere" would become "//elsewhere".
    is_own = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_own else "/"


def _keep(house: House, response: Response, name: str, value: str, seconds: int) -> None:
    secure = house.settings.web.origin.startswith("https:")
    response.set_cookie(name, value, max_age=seconds, httponly=True, samesite="lax", secure=secure)
