"""A visit: one request of a logged-in person, with the transaction that it runs in.

The transaction commits after the endpoint returned and before the answer leaves, so that nobody is told of
something that isn't so.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import Session

from agent_desk.house import House, house_of, now
from hotline.errors import Refused
from hotline.record import accounts
from hotline.roles import Role
from hotline.store.tables import Account
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


def enter(request: Request) -> Iterator[Visit]:
    """Opens the transaction, finds the person, and checks that their own page sent the request."""
    house, at = house_of(request), now()
    with house.store.transaction() as session:
        found = accounts.find_session(session, request.cookies.get(COOKIE, ""), at)
        if found is None:
            raise Refused("login.needed")
        login, account = found
        if request.method not in SAFE:
            _check_origin(request, login.csrf)
        yield Visit(house, session, viewer_of(house, account), login.csrf, at, path_of(request))


Visiting = Annotated[Visit, Depends(enter, scope="function")]


def viewer_of(house: House, account: Account) -> Viewer:
    """The person behind `account`, with all units below their own."""
    assert account.id is not None
    below = house.city.units.below(account.unit) if account.unit else ()
    return Viewer(
        account=account.id,
        login=account.login,
        name=account.name,
        roles=frozenset(Role(role) for role in account.roles),
        unit=account.unit,
        units=frozenset(unit.code for unit in below),
        extension=account.extension,
        language=account.language,
        theme=account.theme,
    )


def path_of(request: Request) -> str:
    """The request's own address, with its query."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _check_origin(request: Request, csrf: str) -> None:
    """Cross-site requests carry neither our header nor our token."""
    if not secrets.compare_digest(request.headers.get("x-csrf-token", "").encode(), csrf.encode()):
        raise Refused("login.foreign_page")
