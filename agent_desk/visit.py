"""A visit: one request of a logged-in person, with the transaction that it runs in.

The transaction commits after the endpoint returned and before the answer leaves, so that nobody is told of
something that isn't so.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from inspect import signature
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from sqlmodel import Session

from agent_desk.house import House, house_of, now
from hotline.errors import Refused
from hotline.record import accounts
from hotline.record.accounts import Person
from hotline.roles import Role
from hotline.viewer import Viewer

COOKIE = "hotline_session"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Visit:
    """Who asks for what, when, and in which transaction."""

    house: House
    session: Session
    viewer: Viewer
    csrf: str
    at: datetime
    path: str


@contextmanager
def enter(request: Request) -> Iterator[Visit]:
    """Opens the transaction, finds the person, and checks that their own page sent the request."""
    house, at = house_of(request), now()
    with house.store.transaction() as session:
        found = recognise(house, session, request.cookies.get(COOKIE, ""), at)
        if found is None:
            raise Refused("login.needed")
        if request.method not in SAFE:
            _check_origin(request, found.csrf)
        yield Visit(house, session, viewer_of(house, found), found.csrf, at, path_of(request))


def recognise(house: House, session: Session, token: str, at: datetime) -> Person | None:
    """Whose session `token` opens; what the house knows of the city is the newest then."""
    found = accounts.find_session(session, token, at)
    if found is not None:
        house.known.keep_up(session, found.city, at)
    return found


async def _knock(request: Request) -> Request:
    return request


Visiting = Annotated[Visit, Depends(_knock)]
"""The parameter `visit` of an endpoint. On a `VisitRoute` it becomes the visit that the request opened."""


class VisitRoute(APIRoute):
    """A route whose endpoint runs in one thread together with its whole transaction.

    As a dependency of its own the transaction would be opened and committed in two more trips through the thread
    pool, which cost more than a small request does. `enter` is how one comes in there.
    """

    enter: Callable[[Request], AbstractContextManager[Visit]] = staticmethod(enter)

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, _visiting(endpoint, self.enter), **options)


def _visiting(
    endpoint: Callable[..., Any], come_in: Callable[[Request], AbstractContextManager[Visit]]
) -> Callable[..., Any]:
    if "visit" not in signature(endpoint).parameters or hasattr(endpoint, "__wrapped__"):
        return endpoint

    @wraps(endpoint)
    def visited(**values: Any) -> Any:
        with come_in(values.pop("visit")) as visit:
            return endpoint(visit=visit, **values)

    return visited


def viewer_of(house: House, person: Person) -> Viewer:
    """The person as rules and queries know them, with all units below their own, and those that these took over."""
    units = house.city.units
    below = units.below(person.unit) if person.unit else ()
    above = units.path(person.unit) if person.unit and person.unit in units else ()
    return Viewer(
        account=person.account,
        login=person.login,
        name=person.name,
        roles=frozenset(Role(role) for role in person.roles),
        unit=person.unit,
        units=units.with_predecessors(unit.code for unit in below),
        within=frozenset(unit.code for unit in above),
        extension=person.extension,
        language=person.language,
        theme=person.theme,
        unread=person.unread,
    )


def path_of(request: Request) -> str:
    """The request's own address, with its query."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _check_origin(request: Request, csrf: str) -> None:
    """Cross-site requests carry neither our header nor our token."""
    if not secrets.compare_digest(request.headers.get("x-csrf-token", "").encode(), csrf.encode()):
        raise Refused("login.foreign_page")
