"""The units' portal: what a unit has to sign, has in hand and has done, and one work order to act on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import func
from sqlmodel import col, select

from agent_desk import naming
from agent_desk.clockview import ClockView, amber_at, clock_views
from agent_desk.render import fragment, page_for, render
from agent_desk.ticket_pages import note_look
from agent_desk.ticketview import OrderLine, TicketView, ticket_view
from agent_desk.visit import Visit, Visiting, VisitRoute
from dispatch import requesting, requests, workorders
from dispatch.workorders import TO_SIGN, State, Verb
from hotline.clock_policy import KIND_WORDS, Kind
from hotline.errors import Refused
from hotline.record import visibility
from hotline.roles import Permission
from hotline.store.tables import ClockRow, Ticket, WorkOrder
from hotline.words import N_

router = APIRouter(route_class=VisitRoute)

PAGE = 30

TABS: Mapping[str, tuple[str, frozenset[State]]] = {
    "to-sign": (N_("To sign"), TO_SIGN),
    "in-hand": (N_("In hand"), frozenset({State.SIGNED, State.SUSPENDED, State.DELEGATED})),
    "replied": (N_("Awaiting revisit"), frozenset({State.REPLIED, State.ACCEPTED})),
    "done": (N_("Done"), frozenset({State.ACCEPTED})),
}
OPEN = frozenset(TABS) - {"done"}
Tab = Annotated[str, Query(pattern="^(" + "|".join(TABS) + ")$")]
_CLOCK_OF = {"to-sign": Kind.SIGN, "in-hand": Kind.RESOLVE}


@dataclass(frozen=True)
class OrderRow:
    """One line of a tab; `clock` (in English), `due_at` and `amber_at` are of the promise that matters there."""

    order: WorkOrder
    ticket: Ticket
    matter: str
    area: str
    unit: str
    clock: str
    due_at: datetime | None
    amber_at: datetime | None
    provisional: bool
    may_sign: bool


@dataclass(frozen=True)
class Portal:
    """What the list shows: the rows of one tab below the order `before`, how many lie under each open tab, and where
    it goes on.
    """

    tab: str
    tabs: Mapping[str, tuple[str, frozenset[State]]]
    counts: Mapping[str, int]
    before: int | None
    rows: Sequence[OrderRow]
    next: int | None
    now: datetime


@dataclass(frozen=True)
class OrderView:
    """One work order with its ticket; `may_*` say which commands its state and the person's roles allow."""

    order: WorkOrder
    unit: str
    clocks: Sequence[ClockView]
    ticket: TicketView
    may_sign: bool
    may_reply: bool
    line: OrderLine | None
    may_ask_exclusion: bool


@router.get("/portal")
def portal_page(
    request: Request, visit: Visiting, tab: Tab = "to-sign", before: int | None = None
) -> Response:
    """The unit's orders under one tab, the newest first."""
    page = page_for(visit, N_("Unit portal"), "portal")
    own = naming.unit(visit, visit.viewer.unit or "")
    return render(request, "portal.html", page, unit=own, portal=_portal(visit, tab, before))


@router.get("/portal/list")
def portal_fragment(visit: Visiting, tab: Tab = "to-sign") -> Response:
    """The list again, after something changed."""
    return fragment(visit, "portal/list.html", portal=_portal(visit, tab, None))


@router.get("/portal/orders/{identity}")
def order_page(request: Request, visit: Visiting, identity: int) -> Response:
    """One work order, with all that the unit may know of its ticket."""
    page = page_for(visit, N_("Work order"), "portal")
    view = _order_view(visit, identity)
    note_look(visit, view.ticket)
    return render(request, "order.html", page, view=view)


@router.get("/portal/orders/{identity}/body")
def order_fragment(visit: Visiting, identity: int) -> Response:
    """The same again, after something changed."""
    view = _order_view(visit, identity)
    note_look(visit, view.ticket)
    return fragment(visit, "portal/order_body.html", view=view)


def _portal(visit: Visit, tab: str, before: int | None) -> Portal:
    visit.viewer.must(Permission.ORDER_SIGN)
    rows = _rows(visit, tab, before)
    next_ = rows[PAGE - 1].order.id if len(rows) > PAGE else None
    return Portal(tab, TABS, _counts(visit), before, rows[:PAGE], next_, visit.at)


def _rows(visit: Visit, tab: str, before: int | None) -> list[OrderRow]:
    asked = (
        select(WorkOrder, Ticket, ClockRow)
        .join(Ticket, col(Ticket.id) == col(WorkOrder.ticket))
        .outerjoin(
            ClockRow,
            (col(ClockRow.work_order) == col(WorkOrder.id))
            & (col(ClockRow.kind) == _CLOCK_OF.get(tab, Kind.RESOLVE))
            & col(ClockRow.stopped_at).is_(None),
        )
        .where(visibility.orders(visit.viewer), col(WorkOrder.state).in_(TABS[tab][1]))
        .where(col(WorkOrder.ended_at).is_(None) if tab in OPEN else col(WorkOrder.ended_at).is_not(None))
    )
    if before is not None:
        asked = asked.where(col(WorkOrder.id) < before)
    found = visit.session.exec(asked.order_by(col(WorkOrder.id).desc()).limit(PAGE + 1)).all()
    return [_row(visit, order, ticket, clock) for order, ticket, clock in found]


def _row(visit: Visit, order: WorkOrder, ticket: Ticket, clock: ClockRow | None) -> OrderRow:
    return OrderRow(
        order=order,
        ticket=ticket,
        matter=naming.matter(visit, ticket.matter, order.catalogue),
        area=naming.area(visit, ticket.area),
        unit=naming.unit(visit, order.unit),
        clock=KIND_WORDS[Kind(clock.kind)] if clock else "",
        due_at=clock.due_at if clock else None,
        amber_at=amber_at(clock) if clock else None,
        provisional=clock.provisional if clock else False,
        may_sign=Verb.SIGN in workorders.LIFECYCLE.verbs(State(order.state)),
    )


def _counts(visit: Visit) -> dict[str, int]:
    """How many orders are open under each tab: bounded by what one unit has to do, and found by the open index."""
    asked = select(WorkOrder.state, func.count()).where(
        visibility.orders(visit.viewer), col(WorkOrder.ended_at).is_(None)
    )
    by_state = dict(visit.session.exec(asked.group_by(col(WorkOrder.state))).all())
    return {
        tab: sum(by_state.get(state, 0) for state in states)
        for tab, (_, states) in TABS.items()
        if tab in OPEN
    }


def _order_view(visit: Visit, identity: int) -> OrderView:
    mine = select(WorkOrder).where(WorkOrder.id == identity, visibility.orders(visit.viewer))
    order = visit.session.exec(mine).first()
    if order is None:
        raise Refused("order.unknown", id=identity)
    ticket = ticket_view(visit, order.ticket)
    verbs = workorders.LIFECYCLE.verbs(State(order.state))
    line = next((one for one in ticket.orders if one.order.id == order.id), None)
    return OrderView(
        order=order,
        unit=naming.unit(visit, order.unit),
        clocks=[clock for clock in clock_views(visit, ticket.ticket) if clock.order == order.id],
        ticket=ticket,
        may_sign=Verb.SIGN in verbs and visit.viewer.may(Permission.ORDER_SIGN),
        may_reply=Verb.REPLY in verbs and visit.viewer.may(Permission.ORDER_REPLY),
        line=line,
        may_ask_exclusion=line is not None and _may_ask_exclusion(visit, line),
    )


def _may_ask_exclusion(visit: Visit, line: OrderLine) -> bool:
    """Whether a leader of the unit may still ask that the order be left out of the rates, which they may once."""
    said, rule = line.verdict, requests.RULES[requests.Kind.EXCLUDE]
    is_open = said is not None and not said.excluded and visit.at < said.closed_at + requests.EXCLUDE_WITHIN
    asked = {one.kind for one in requesting.of_order(visit.session, line.order)}
    return is_open and visit.viewer.may(rule.asks) and requests.Kind.EXCLUDE not in asked
