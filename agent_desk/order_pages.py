"""One work order on its page: what the unit may know of its ticket, what it may do, and how it went so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from sqlmodel import select

from agent_desk import naming
from agent_desk.clockview import ClockView
from agent_desk.render import fragment, page_for, render
from agent_desk.ticket_pages import note_look
from agent_desk.ticketview import TicketView, ticket_view
from agent_desk.visit import Visit, Visiting, VisitRoute
from dispatch import workorders
from dispatch.workorders import State, Verb
from hotline.errors import Refused
from hotline.record import visibility
from hotline.roles import Permission
from hotline.store.tables import WorkOrder
from hotline.words import N_

router = APIRouter(prefix="/portal/orders", route_class=VisitRoute)


@dataclass(frozen=True)
class OrderView:
    """One work order with its ticket; `may_*` say which commands its state and the person's roles allow."""

    order: WorkOrder
    unit: str
    clocks: Sequence[ClockView]
    ticket: TicketView
    may_sign: bool
    may_reply: bool


@router.get("/{identity}")
def order_page(request: Request, visit: Visiting, identity: int) -> Response:
    """One work order, with all that the unit may know of its ticket."""
    page = page_for(visit, N_("Work order"), "portal")
    view = _order_view(visit, identity)
    note_look(visit, view.ticket)
    return render(request, "order.html", page, view=view)


@router.get("/{identity}/body")
def order_fragment(visit: Visiting, identity: int) -> Response:
    """The same again, after something changed."""
    view = _order_view(visit, identity)
    note_look(visit, view.ticket)
    return fragment(visit, "portal/order_body.html", view=view)


def _order_view(visit: Visit, identity: int) -> OrderView:
    mine = select(WorkOrder).where(WorkOrder.id == identity, visibility.orders(visit.viewer))
    order = visit.session.exec(mine).first()
    if order is None:
        raise Refused("order.unknown", id=identity)
    ticket = ticket_view(visit, order.ticket)
    verbs = workorders.LIFECYCLE.verbs(State(order.state))
    return OrderView(
        order=order,
        unit=naming.unit(visit, order.unit),
        clocks=next((line.clocks for line in ticket.orders if line.order.id == order.id), ()),
        ticket=ticket,
        may_sign=Verb.SIGN in verbs and visit.viewer.may(Permission.ORDER_SIGN),
        may_reply=Verb.REPLY in verbs and visit.viewer.may(Permission.ORDER_REPLY),
    )
