"""A call of a unit's own system: one request that carries a token, in its transaction, with what the token allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from agent_desk.house import house_of, now
from agent_desk.visit import Visit, VisitRoute, path_of, viewer_of
from hotline.errors import Refused
from hotline.record import unit_systems
from hotline.unit_systems import Pace, Scope

MOST_WINDOWS = 10_000


@dataclass(frozen=True)
class UnitCall(Visit):
    """Like a person's visit, by a system; `scopes` narrow what its role allows."""

    scopes: frozenset[Scope]

    def must(self, scope: Scope) -> None:
        """Raises `Refused("token.no_scope")`."""
        if scope not in self.scopes:
            raise Refused("token.no_scope", scope=scope.value)


@contextmanager
def enter_by_token(request: Request) -> Iterator[UnitCall]:
    """Opens the transaction and finds whose token it is. No cookie counts here, so that no page can call by itself."""
    house, at = house_of(request), now()
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    with house.store.transaction() as session:
        found = unit_systems.recognise(session, token.strip(), at) if kind.lower() == "bearer" else None
        if found is None:
            raise Refused("token.unknown")
        person, scopes = found
        _keep_pace(request.app.state.pace, str(person.account), at)
        house.known.keep_up(session, person.city, at)
        yield UnitCall(house, session, viewer_of(house, person), "", at, path_of(request), scopes)


async def _knock(request: Request) -> Request:
    return request


Calling = Annotated[UnitCall, Depends(_knock)]
"""The parameter `visit` of an endpoint on a `UnitRoute`."""


class UnitRoute(VisitRoute):
    """A route that a unit's own system comes in by."""

    enter: Callable[[Request], AbstractContextManager[Visit]] = staticmethod(enter_by_token)


def _keep_pace(pace: Pace, key: str, at: datetime) -> None:
    """Each web process counts for itself: enough to keep a system that runs wild from hurting the others."""
    seconds = pace.wait(key, at)
    if len(pace.keys) > MOST_WINDOWS:
        pace.forget(at)
    if seconds:
        raise Refused("token.too_fast", seconds=seconds)
