"""The revisit desk 回访: which citizens have to be asked, the one whose time runs out first before the others, and one
of them with all that has to be known while asking.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import ColumnElement
from sqlmodel import col, func, select

from agent_desk import naming
from agent_desk.render import fragment, page_for, render
from agent_desk.ticket_pages import note_look
from agent_desk.ticketview import TicketView, ticket_view
from agent_desk.visit import Visit, Visiting, VisitRoute
from dispatch import revisit_tasks
from dispatch.workorders import Part
from hotline.errors import Refused
from hotline.roles import Permission
from hotline.store.tables import Account, Revisit, Ticket, WorkOrder
from hotline.words import N_

router = APIRouter(prefix="/revisit", route_class=VisitRoute)

PAGE = 50
MANY = 100
"""A count goes no further than this."""
TABS: Mapping[str, str] = {"due": N_("To ask now"), "later": N_("Later")}
Tab = Annotated[str, Query(pattern="^(" + "|".join(TABS) + ")$")]


@dataclass(frozen=True)
class Row:
    """A ticket whose citizen is to be asked, and until when; `holder` is the name of who asks them just now."""

    task: Revisit
    ticket: Ticket
    due_at: datetime | None
    amber_at: datetime | None
    area: str
    unit: str
    holder: str
    is_mine: bool


@dataclass(frozen=True)
class Desk:
    """One tab: its rows, of which there may be `more`, and how many lie under each tab (at most `many`)."""

    tab: str
    tabs: Mapping[str, str]
    counts: Mapping[str, int]
    many: int
    rows: Sequence[Row]
    more: bool


@dataclass(frozen=True)
class Asking:
    """One ticket while its citizen is asked. `task` is None when that is over; `holder` names somebody else who asks;
    `said`: what the citizen answered by message.
    """

    view: TicketView
    task: Revisit | None
    is_mine: bool
    holder: str
    said: Mapping[str, Any]


@router.get("")
def desk_page(request: Request, visit: Visiting, tab: Tab = "due") -> Response:
    """Who has to be asked."""
    visit.viewer.must(Permission.TICKET_CLOSE)
    page = page_for(visit, N_("Revisits"), "revisit")
    return render(request, "revisits.html", page, desk=_desk(visit, tab))


@router.get("/list")
def desk_fragment(visit: Visiting, tab: Tab = "due") -> Response:
    """The same again, after something changed."""
    visit.viewer.must(Permission.TICKET_CLOSE)
    return fragment(visit, "revisits/list.html", desk=_desk(visit, tab))


@router.get("/{identity}")
def asking_page(request: Request, visit: Visiting, identity: int) -> Response:
    """One citizen to ask. That they were looked at is in the journal."""
    visit.viewer.must(Permission.TICKET_CLOSE)
    page = page_for(visit, N_("Revisit"), "revisit")
    return render(request, "revisit.html", page, asking=_asking(visit, identity))


@router.get("/{identity}/body")
def asking_fragment(visit: Visiting, identity: int) -> Response:
    """The same again, after something changed."""
    visit.viewer.must(Permission.TICKET_CLOSE)
    return fragment(visit, "revisits/body.html", asking=_asking(visit, identity))


def _desk(visit: Visit, tab: str) -> Desk:
    wanted = {
        "due": revisit_tasks.waiting(visit.viewer, visit.at),
        "later": revisit_tasks.later(visit.viewer, visit.at),
    }
    rows = _rows(visit, wanted[tab])
    counts = {name: _count(visit, condition) for name, condition in wanted.items()}
    return Desk(tab, TABS, counts, MANY, rows[:PAGE], len(rows) > PAGE)


def _rows(visit: Visit, wanted: ColumnElement[bool]) -> list[Row]:
    """Those with a promised time first; a page is filled up with those that have none."""
    found: list[tuple[Revisit, Ticket, datetime | None, datetime | None]] = [
        (task, ticket, clock.due_at, clock.amber_at)
        for task, ticket, clock in visit.session.exec(revisit_tasks.by_clock(wanted).limit(PAGE + 1))
    ]
    if len(found) <= PAGE:
        left = revisit_tasks.without_clock(wanted).limit(PAGE + 1 - len(found))
        found += [(task, ticket, None, None) for task, ticket in visit.session.exec(left)]
    units = _units(visit, [ticket.id for _, ticket, _, _ in found])
    names = _names(visit, [revisit_tasks.holder(task, visit.at) for task, _, _, _ in found])
    return [
        Row(
            task=task,
            ticket=ticket,
            due_at=due_at,
            amber_at=amber,
            area=naming.area(visit, ticket.area),
            unit=naming.unit(visit, units.get(ticket.id, "")),
            holder=names.get(revisit_tasks.holder(task, visit.at), ""),
            is_mine=revisit_tasks.holder(task, visit.at) == visit.viewer.account,
        )
        for task, ticket, due_at, amber in found
    ]


def _count(visit: Visit, wanted: ColumnElement[bool]) -> int:
    rows = select(Revisit.id).join(Ticket, col(Ticket.id) == col(Revisit.ticket)).where(wanted)
    return visit.session.exec(select(func.count()).select_from(rows.limit(MANY).subquery())).one()


def _units(visit: Visit, identities: Sequence[int | None]) -> dict[int | None, str]:
    """The unit that answers for each of these tickets."""
    asked = select(WorkOrder.ticket, WorkOrder.unit).where(
        col(WorkOrder.ticket).in_(identities), col(WorkOrder.parent).is_(None), WorkOrder.role != Part.CO
    )
    return dict(visit.session.exec(asked.order_by(col(WorkOrder.id))).all())


def _names(visit: Visit, accounts: Sequence[int | None]) -> dict[int | None, str]:
    known = {account for account in accounts if account is not None}
    if not known:
        return {}
    return dict(visit.session.exec(select(Account.id, Account.name).where(col(Account.id).in_(known))).all())


def _asking(visit: Visit, identity: int) -> Asking:
    view = ticket_view(visit, identity)
    if not view.in_centre:
        raise Refused("ticket.unknown", id=identity)
    note_look(visit, view)
    task = revisit_tasks.look(visit.session, view.ticket)
    holder = revisit_tasks.holder(task, visit.at) if task else None
    others = holder if holder != visit.viewer.account else None
    return Asking(
        view=view,
        task=task,
        is_mine=holder == visit.viewer.account,
        holder=_names(visit, [others]).get(others, ""),
        said=(task.answers if task else None) or {},
    )
