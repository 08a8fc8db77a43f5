"""The tickets' pages: the list, newest first, and one ticket with its orders, its clocks and its story."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import col, or_, select

from agent_desk import naming, story
from agent_desk.clockview import ClockView, clock_views
from agent_desk.render import fragment, page_for, render
from agent_desk.visit import Visit, Visiting
from dispatch import orders
from hotline import journal, tickets
from hotline.record import tickets as ticket_record
from hotline.record import views, visibility
from hotline.roles import Permission
from hotline.store.tables import Call, Citizen, CitizenNumber, Ticket, TicketEntry, WorkOrder
from hotline.words import N_

router = APIRouter()

PAGE = 30
Text = Annotated[str, Query(max_length=100)]


@dataclass(frozen=True)
class TicketRow:
    """One line of the list."""

    ticket: Ticket
    citizen: str
    matter: str
    area: str
    unit: str


@dataclass(frozen=True)
class TicketView:
    """All that a ticket's page shows. `may_*` say which commands its state and the person's roles allow."""

    ticket: Ticket
    citizen: Citizen | None
    number: str
    matter: str
    area: str
    line: str
    orders: Sequence[tuple[WorkOrder, str, Sequence[ClockView]]]
    clocks: Sequence[ClockView]
    entries: Sequence[TicketEntry]
    story: Sequence[story.Line]
    calls: Sequence[Call]
    now: datetime
    may_answer: bool
    may_dispatch: bool
    may_close: bool
    may_call: bool


@router.get("/tickets")
def list_page(
    request: Request, visit: Visiting, q: Text = "", state: Text = "", before: int | None = None
) -> Response:
    """Tickets that this person may see; `q` is a ticket's number or a telephone number."""
    page = page_for(visit, N_("Tickets"), "tickets")
    rows = _rows(visit, q.strip(), state, before)
    shown, more = rows[:PAGE], rows[PAGE:]
    return render(
        request,
        "tickets.html",
        page,
        rows=shown,
        next=shown[-1].ticket.id if more else None,
        q=q,
        state=state,
        states=tickets.STATE_WORDS,
    )


@router.get("/tickets/rows")
def list_fragment(visit: Visiting, q: Text = "", state: Text = "") -> Response:
    """The newest rows again, for an open list."""
    rows = _rows(visit, q.strip(), state, None)
    next_ = rows[PAGE - 1].ticket.id if len(rows) > PAGE else None
    return fragment(visit, "tickets/rows.html", rows=rows[:PAGE], next=next_, q=q, state=state)


@router.get("/tickets/{identity}")
def ticket_page(request: Request, visit: Visiting, identity: int) -> Response:
    """One ticket. That it was looked at is in the journal."""
    page = page_for(visit, N_("Ticket"), "tickets")
    view = ticket_view(visit, identity)
    views.person_viewed(visit.session, visit.viewer, visit.at, citizen=view.ticket.citizen, ticket=identity)
    return render(request, "ticket.html", page, view=view)


@router.get("/tickets/{identity}/body")
def ticket_fragment(visit: Visiting, identity: int) -> Response:
    """The same again, after something changed."""
    return fragment(visit, "tickets/body.html", view=ticket_view(visit, identity))


def ticket_view(visit: Visit, identity: int) -> TicketView:
    """What this person may see of the ticket. Raises `Refused("ticket.unknown")`."""
    session, viewer = visit.session, visit.viewer
    ticket = visibility.find_ticket(session, viewer, identity)
    called = session.exec(select(Call).where(Call.ticket == identity).order_by(col(Call.entered_at))).all()
    facts = journal.story(session, identity, [call.id for call in called])
    clocks = clock_views(visit, ticket)
    verbs = tickets.LIFECYCLE.verbs(tickets.State(ticket.state))
    centre = viewer.may(Permission.TICKET_VIEW_ALL)
    return TicketView(
        ticket=ticket,
        citizen=_citizen(visit, ticket),
        number=ticket.contact if _sees_person(visit, ticket) else "",
        matter=naming.matter(visit, ticket.matter),
        area=naming.area(visit, ticket.area),
        line=naming.line(visit, ticket.line),
        orders=[
            (order, naming.unit(visit, order.unit), [clock for clock in clocks if clock.order == order.id])
            for order in orders.of_ticket(session, ticket)
            if centre or order.unit in viewer.units
        ],
        clocks=[clock for clock in clocks if clock.order is None],
        entries=ticket_record.thread(
            session, ticket, ("internal", "unit", "citizen") if centre else ("unit", "citizen")
        ),
        story=story.tell(facts, naming.names(visit, facts)),
        calls=called,
        now=visit.at,
        may_answer=tickets.Verb.ANSWER in verbs and viewer.may(Permission.TICKET_CLOSE),
        may_dispatch=tickets.Verb.DISPATCH in verbs and viewer.may(Permission.ORDER_ISSUE),
        may_close=tickets.Verb.CLOSE in verbs and viewer.may(Permission.TICKET_CLOSE),
        may_call=viewer.may(Permission.CALL_PLACE) and viewer.extension is not None,
    )


def _sees_person(visit: Visit, ticket: Ticket) -> bool:
    """A unit acts on a confidential ticket without learning whose it is."""
    centre = visit.viewer.may(Permission.TICKET_VIEW_ALL)
    return visit.viewer.may(Permission.PERSON_VIEW) and (centre or not ticket.confidential)


def _citizen(visit: Visit, ticket: Ticket) -> Citizen | None:
    return visit.session.get(Citizen, ticket.citizen) if _sees_person(visit, ticket) else None


def _rows(visit: Visit, q: str, state: str, before: int | None) -> list[TicketRow]:
    asked = select(Ticket, Citizen).join(Citizen, col(Citizen.id) == col(Ticket.citizen))
    asked = asked.where(visibility.tickets(visit.viewer))
    if q:
        with_number = select(CitizenNumber.citizen).where(CitizenNumber.number == q)
        asked = asked.where(or_(Ticket.number == q, col(Ticket.citizen).in_(with_number)))
    if state:
        asked = asked.where(Ticket.state == state)
    if before is not None:
        asked = asked.where(col(Ticket.id) < before)
    found = visit.session.exec(asked.order_by(col(Ticket.id).desc()).limit(PAGE + 1)).all()
    units = _lead_units(visit, [ticket.id for ticket, _ in found])
    return [
        TicketRow(
            ticket=ticket,
            citizen=citizen.name if _sees_person(visit, ticket) else "",
            matter=naming.matter(visit, ticket.matter),
            area=naming.area(visit, ticket.area),
            unit=naming.unit(visit, units.get(ticket.id, "")),
        )
        for ticket, citizen in found
    ]


def _lead_units(visit: Visit, identities: Sequence[int | None]) -> dict[int | None, str]:
    """The unit that was asked last, for each of these tickets."""
    asked = select(WorkOrder.ticket, WorkOrder.unit).where(col(WorkOrder.ticket).in_(identities))
    return dict(visit.session.exec(asked.order_by(col(WorkOrder.id))).all())
