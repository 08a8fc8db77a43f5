"""What the centre does about tickets that need attention, over HTTP: urging, marks, and judging replies."""

from __future__ import annotations

from fastapi import APIRouter

from agent_desk.order_commands import Body, Note, Words
from agent_desk.ticket_commands import locked
from agent_desk.visit import Visit, Visiting, VisitRoute
from dispatch import marking, orders, reviewing
from dispatch.marks import Kind
from hotline.errors import Refused
from hotline.store.tables import Ticket, WorkOrder

router = APIRouter(prefix="/api/tickets", route_class=VisitRoute)


class Urging(Body):
    """What the citizen said this time."""

    words: Words = ""


class Marked(Body):
    """A mark upon the ticket, or upon its work order `order`."""

    kind: Kind
    words: Words
    order: int | None = None


class Judged(Body):
    """`reply` is what the citizen reads (empty: as the unit wrote it), `note` why it has to be done again."""

    reply: Words = ""
    note: Words = ""


class Done(Body):
    """The ticket's state after the command."""

    state: str


@router.post("/{identity}/urge")
def urge(visit: Visiting, identity: int, said: Urging) -> Done:
    """The citizen asks again."""
    ticket = locked(visit, identity)
    marking.urge(visit.session, ticket, said.words, visit.viewer, visit.at)
    return Done(state=ticket.state)


@router.post("/{identity}/marks")
def mark(visit: Visiting, identity: int, wanted: Marked) -> Done:
    """A supervisor draws attention to it."""
    ticket = locked(visit, identity)
    order = _order(visit, ticket, wanted.order)
    marking.put_upon(visit.session, ticket, order, wanted.kind, wanted.words, visit.viewer, visit.at)
    return Done(state=ticket.state)


@router.post("/{identity}/marks/{mark_id}/lift")
def lift(visit: Visiting, identity: int, mark_id: int) -> Done:
    """The attention isn't needed any more."""
    ticket = locked(visit, identity)
    if mark_id not in {one.id for one in marking.of_ticket(visit.session, ticket)}:
        raise Refused("mark.unknown")
    marking.lift(visit.session, visit.viewer, mark_id, visit.at)
    return Done(state=ticket.state)


@router.post("/{identity}/accept-reply")
def accept_reply(visit: Visiting, identity: int, said: Judged) -> Done:
    """The reply answers what was asked."""
    ticket = locked(visit, identity)
    reviewing.accept(visit.session, visit.house.city, ticket, said.reply, visit.viewer, visit.at)
    return Done(state=ticket.state)


@router.post("/{identity}/redo")
def redo(visit: Visiting, identity: int, said: Judged) -> Done:
    """It doesn't, or the citizen isn't content: to be done again."""
    ticket = locked(visit, identity)
    reviewing.send_back(visit.session, visit.house.city, ticket, said.note, visit.viewer, visit.at)
    return Done(state=ticket.state)


@router.post("/{identity}/reopen")
def reopen(visit: Visiting, identity: int, said: Note) -> Done:
    """The citizen comes back."""
    ticket = locked(visit, identity)
    reviewing.reopen(visit.session, visit.house.city, ticket, said.note, visit.viewer, visit.at)
    return Done(state=ticket.state)


def _order(visit: Visit, ticket: Ticket, identity: int | None) -> WorkOrder | None:
    if identity is None:
        return None
    found = next((one for one in orders.of_ticket(visit.session, ticket) if one.id == identity), None)
    if found is None:
        raise Refused("order.unknown")
    return found
