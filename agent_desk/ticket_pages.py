"""The tickets' pages: the list, newest first, and one ticket with its orders, its clocks and its story."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import ColumnElement, Select, bindparam, union
from sqlmodel import and_, col, select, true

from agent_desk import naming
from agent_desk.render import fragment, page_for, render
from agent_desk.ticketview import TicketView, may_see_person, ticket_view
from agent_desk.visit import Visit, Visiting, VisitRoute
from hotline.phrases import Piece, Sought, excerpt, lacking, pieces, sought
from hotline.record import imported, ticket_search, views, visibility
from hotline.roles import Permission
from hotline.store.tables import Citizen, CitizenNumber, Ticket, WorkOrder
from hotline.tickets import UNDER_WAY, State
from hotline.words import N_

router = APIRouter(route_class=VisitRoute)

PAGE = 30
EXCERPT = 60  # characters of a text in which the words were found
Text = Annotated[str, Query(max_length=100)]

STAGES: Mapping[str, tuple[str, frozenset[State]]] = {
    "all": (N_("All"), frozenset(State)),
    "to-dispatch": (N_("To dispatch"), frozenset({State.OPENED, State.REVIEW})),
    "with-units": (N_("With units"), frozenset({State.DISPATCHED})),
    "to-revisit": (N_("To revisit"), frozenset({State.REPLIED, State.REVISIT})),
    "over": (
        N_("Over"),
        frozenset(
            {
                State.ANSWERED,
                State.CLOSED,
                State.ARCHIVED,
                State.MERGED,
                State.VOIDED,
                State.TRANSFERRED,
            }
        ),
    ),
}
Stage = Annotated[str, Query(pattern="^(" + "|".join(STAGES) + ")$")]


@dataclass(frozen=True)
class TicketRow:
    """One line of the list. `title` shows what was looked for, an `excerpt` what of it the title lacks."""

    ticket: Ticket
    title: Sequence[Piece]
    excerpt: Sequence[Piece]
    citizen: str
    matter: str
    area: str
    unit: str


@dataclass(frozen=True)
class TicketList:
    """A page of the list: what was asked for, the rows, and the id below which it goes on."""

    stage: str
    stages: Mapping[str, tuple[str, frozenset[State]]]
    q: str
    before: int | None
    rows: Sequence[TicketRow]
    next: int | None


@router.get("/tickets")
def list_page(
    request: Request, visit: Visiting, q: Text = "", stage: Stage = "all", before: int | None = None
) -> Response:
    """Tickets that this person may see; `q` is words of theirs, a ticket's number or a telephone number."""
    page = page_for(visit, N_("Tickets"), "tickets")
    return render(request, "tickets.html", page, found=_list(visit, q, stage, before))


@router.get("/tickets/rows")
def list_fragment(visit: Visiting, q: Text = "", stage: Stage = "all") -> Response:
    """The newest rows again, for an open list."""
    return fragment(visit, "tickets/rows.html", found=_list(visit, q, stage, None))


@router.get("/tickets/{identity}")
def ticket_page(request: Request, visit: Visiting, identity: int) -> Response:
    """One ticket. That its citizen was looked at is in the journal."""
    page = page_for(visit, N_("Ticket"), "tickets")
    view = ticket_view(visit, identity)
    note_look(visit, view)
    return render(request, "ticket.html", page, view=view)


@router.get("/tickets/{identity}/body")
def ticket_fragment(visit: Visiting, identity: int) -> Response:
    """The same again, after something changed."""
    view = ticket_view(visit, identity)
    note_look(visit, view)
    return fragment(visit, "tickets/body.html", view=view)


def note_look(visit: Visit, view: TicketView) -> None:
    """Writes down that this person was shown whose ticket it is, or what a confidential one says."""
    ticket = view.ticket
    if view.citizen is not None:
        views.person_viewed(visit.session, visit.viewer, visit.at, citizen=ticket.citizen, ticket=ticket.id)
    elif ticket.confidential:
        views.ticket_viewed(visit.session, visit.viewer, visit.at, ticket=ticket.id or 0)


def _list(visit: Visit, q: str, stage: str, before: int | None) -> TicketList:
    visit.viewer.must(Permission.TICKET_VIEW_ALL)
    rows = _rows(visit, q.strip(), stage, before)
    next_ = rows[PAGE - 1].ticket.id if len(rows) > PAGE else None
    return TicketList(stage, STAGES, q.strip(), before, rows[:PAGE], next_)


def _rows(visit: Visit, q: str, stage: str, before: int | None) -> list[TicketRow]:
    wanted = sought(q)
    asked = select(Ticket, Citizen).join(Citizen, col(Citizen.id) == col(Ticket.citizen))
    asked = asked.where(
        col(Ticket.id).in_(_ids(visit, q, wanted, stage, before)) if q else _among(visit, stage, before)
    )
    found = visit.session.exec(asked.order_by(col(Ticket.id).desc()).limit(PAGE + 1)).all()
    units = _units(visit, [ticket.id for ticket, _ in found])
    return [
        TicketRow(
            ticket=ticket,
            title=pieces(ticket.title, wanted),
            excerpt=_excerpt(ticket, wanted),
            citizen=citizen.name if may_see_person(visit, ticket) else "",
            matter=naming.matter(visit, ticket.matter),
            area=naming.area(visit, ticket.area),
            unit=naming.unit(visit, units.get(ticket.id, "")),
        )
        for ticket, citizen in found
    ]


def _among(visit: Visit, stage: str, before: int | None) -> ColumnElement[bool]:
    """Those of a stage that this person may see."""
    of_stage = true() if stage == "all" else _of_stage(STAGES[stage][1])
    older = true() if before is None else col(Ticket.id) < before
    return and_(visibility.tickets(visit.viewer), of_stage, older)


def _of_stage(states: frozenset[State]) -> ColumnElement[bool]:
    """What is under way has an index of its own, and so has the rest: a plan goes by it that sees the states."""
    seen: Any = bindparam(None, sorted(states), expanding=True, literal_execute=True)
    is_there = col(Ticket.state).in_(seen)
    return and_(is_there, col(Ticket.closed_at).is_(None)) if states <= UNDER_WAY else is_there


def _ids(visit: Visit, q: str, wanted: Sought, stage: str, before: int | None) -> list[int]:
    """The newest of them that `q` names, or that hold its words."""
    among, most = _among(visit, stage, before), PAGE + 1
    by_name = select(Ticket.id).where(_named(visit, q), among).order_by(col(Ticket.id).desc()).limit(most)
    found = {id_ for id_ in visit.session.exec(by_name) if id_ is not None}
    if wanted:
        narrowed = ticket_search.UNDER_WAY_ONLY if STAGES[stage][1] <= UNDER_WAY else ""
        found |= set(
            ticket_search.newest(visit.session, wanted, among, most, below=before, narrowed=narrowed)
        )
    return sorted(found, reverse=True)[:most]


def _excerpt(ticket: Ticket, wanted: Sought) -> list[Piece]:
    """Round the first hit of what the title lacks."""
    rest = lacking(ticket.title, wanted)
    texts = (ticket.content, ticket.place, ticket.reply)
    return next((found for text in texts if (found := excerpt(text, rest, EXCERPT))), [])


def _named(visit: Visit, q: str) -> ColumnElement[bool]:
    """By the ticket's number, ours or an older system's; by the citizen's only for who may know citizens, else the
    search would tell. Each way is a query of its own, so that each goes by its index.
    """
    ways: list[Select[Any]] = [
        select(Ticket.id).where(Ticket.number == q),
        imported.with_old_number(q),
    ]
    if visit.viewer.may(Permission.PERSON_VIEW):
        digits = q.replace(" ", "").replace("-", "")
        with_number = select(CitizenNumber.citizen).where(CitizenNumber.number == digits)
        ways.append(select(Ticket.id).where(col(Ticket.citizen).in_(with_number)))
    return col(Ticket.id).in_(union(*ways))


def _units(visit: Visit, identities: Sequence[int | None]) -> dict[int | None, str]:
    """The unit that was asked last, for each of these tickets."""
    asked = select(WorkOrder.ticket, WorkOrder.unit).where(col(WorkOrder.ticket).in_(identities))
    return dict(visit.session.exec(asked.order_by(col(WorkOrder.id))).all())
