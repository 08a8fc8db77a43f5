"""Deciding on what units ask for, over HTTP: granting, refusing, and thinking better of it."""

from __future__ import annotations

from fastapi import APIRouter

from agent_desk.order_commands import Done, Note
from agent_desk.visit import Visiting, VisitRoute
from dispatch import requesting

router = APIRouter(prefix="/api/requests", route_class=VisitRoute)


@router.post("/{identity}/grant")
def grant(visit: Visiting, identity: int, said: Note) -> Done:
    """It is granted and takes effect."""
    row = requesting.find(visit.session, visit.viewer, identity)
    requesting.grant(visit.session, visit.house.city, row, said.note, visit.viewer, visit.at)
    return Done(state=row.state)


@router.post("/{identity}/refuse")
def refuse(visit: Visiting, identity: int, said: Note) -> Done:
    """It is refused, with the reason for the unit."""
    row = requesting.find(visit.session, visit.viewer, identity)
    requesting.refuse(visit.session, row, said.note, visit.viewer, visit.at)
    return Done(state=row.state)


@router.post("/{identity}/withdraw")
def withdraw(visit: Visiting, identity: int) -> Done:
    """The unit takes its request back."""
    row = requesting.find(visit.session, visit.viewer, identity)
    requesting.withdraw(visit.session, row, visit.viewer, visit.at)
    return Done(state=row.state)
