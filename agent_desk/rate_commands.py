"""Leaving an order out of the rates, and taking it in again, over HTTP."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from agent_desk.order_commands import Body, Words
from agent_desk.visit import Visit, Visiting, VisitRoute
from dispatch import orders, rating
from dispatch.rates import Exclusion
from hotline.record import tickets
from hotline.store.tables import Ticket, WorkOrder
from hotline.words import N_, translate

router = APIRouter(prefix="/api/rates", route_class=VisitRoute)


class LeftOut(Body):
    """Why the order isn't judged by what the citizen said."""

    reason: Exclusion
    because: Words


class Done(BaseModel):
    """What the page says of it."""

    message: str


@router.post("/{identity}/exclude")
def exclude(visit: Visiting, identity: int, left: LeftOut) -> Done:
    """The centre leaves an order out."""
    ticket, order = _found(visit, identity)
    rating.exclude(visit.session, ticket, order, left.reason, left.because, visit.viewer, visit.at)
    return Done(message=translate(N_("Left out of the rates"), visit.viewer.language))


@router.post("/{identity}/include")
def include(visit: Visiting, identity: int) -> Done:
    """It counts again."""
    ticket, order = _found(visit, identity)
    rating.include(visit.session, ticket, order, visit.viewer, visit.at)
    return Done(message=translate(N_("It counts in the rates again"), visit.viewer.language))


def _found(visit: Visit, identity: int) -> tuple[Ticket, WorkOrder]:
    order = orders.find_any(visit.session, visit.viewer, identity)
    return tickets.find(visit.session, order.ticket), order
