"""The dispatcher's console 派单台: what waits for the centre itself. Tickets to be dispatched with the unit that is
suggested, requests to decide, replies to review, and orders that nobody answers for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Select, bindparam, tuple_
from sqlmodel import and_, col, func, or_, select

from agent_desk import naming
from agent_desk.render import fragment, page_for, render
from agent_desk.suggested import Suggested, suggest_all
from agent_desk.visit import Visit, Visiting, VisitRoute
from dispatch import requests
from dispatch.requests import Kind as RequestKind
from dispatch.workorders import State as OrderState
from hotline.clock_policy import Kind as ClockKind
from hotline.record import catalogues, visibility
from hotline.roles import Permission
from hotline.store.tables import ClockRow, OrderRequest, Ticket, WorkOrder
from hotline.tickets import State
from hotline.words import N_

router = APIRouter(route_class=VisitRoute)

PAGE = 30
MANY = 100
"""A count goes no further than this."""
SOON = timedelta(days=7)
WAITING = (State.OPENED, State.REVIEW)
TABS: Mapping[str, str] = {
    "dispatch": N_("To dispatch"),
    "requests": N_("To decide"),
    "replies": N_("To review"),
    "ownerless": N_("Without a unit"),
    "suspended": N_("Promises due"),
}
Tab = Annotated[str, Query(pattern="^(" + "|".join(TABS) + ")$")]
After = Annotated[str, Query(max_length=60)]


@dataclass(frozen=True)
class Row:
    """A ticket that waits: with its clock, what is asked about it (`request`, `order`), and the unit suggested."""

    ticket: Ticket
    matter: str
    area: str
    unit: str
    due_at: datetime | None
    amber_at: datetime | None
    order: WorkOrder | None = None
    request: OrderRequest | None = None
    proposed: str = ""
    suggested: Suggested | None = None


@dataclass(frozen=True)
class Console:
    """One tab: its rows, how many wait under each tab (at most `MANY`), and the place where it goes on."""

    tab: str
    tabs: Mapping[str, str]
    counts: Mapping[str, int]
    many: int
    rows: Sequence[Row]
    after: str
    next: str
    now: datetime


@router.get("/dispatching")
def console_page(request: Request, visit: Visiting, tab: Tab = "dispatch", after: After = "") -> Response:
    """The dispatcher's working place."""
    visit.viewer.must(Permission.ORDER_REVIEW)
    page = page_for(visit, N_("Dispatching"), "dispatching")
    return render(request, "console.html", page, console=_console(visit, tab, after))


@router.get("/dispatching/list")
def console_fragment(visit: Visiting, tab: Tab = "dispatch") -> Response:
    """The tab again, after something changed."""
    visit.viewer.must(Permission.ORDER_REVIEW)
    return fragment(visit, "console/list.html", console=_console(visit, tab, ""))


def _console(visit: Visit, tab: str, after: str) -> Console:
    found = _READ[tab](visit, after)
    counts = {name: _count(visit, asked(visit)) for name, asked in _WAITING.items()}
    next_ = _place(tab, found[PAGE - 1]) if len(found) > PAGE else ""
    return Console(tab, TABS, counts, MANY, found[:PAGE], after, next_, visit.at)


def _count(visit: Visit, asked: Select[Any]) -> int:
    first = asked.limit(MANY).subquery()
    return int(visit.session.execute(select(func.count()).select_from(first)).scalar_one())


def _to_dispatch(visit: Visit) -> Select[Any]:
    return _seen(visit, select(Ticket.id)).where(
        col(Ticket.state).in_(WAITING), col(Ticket.closed_at).is_(None)
    )


def _to_review(visit: Visit) -> Select[Any]:
    return _seen(visit, select(Ticket.id)).where(
        col(Ticket.state) == State.REPLIED, col(Ticket.closed_at).is_(None)
    )


def _to_decide(visit: Visit) -> Select[Any]:
    open_ = select(OrderRequest.id).join(Ticket, col(Ticket.id) == col(OrderRequest.ticket))
    return _seen(visit, open_).where(
        col(OrderRequest.state) == requests.State.ASKED, col(OrderRequest.decider).is_(None)
    )


def _ownerless(visit: Visit) -> Select[Any]:
    """Orders whose unit takes on no duties any more."""
    today = catalogues.today(visit.house.city, visit.at)
    gone = [unit.code for unit in visit.house.city.units if not unit.is_valid_on(today)]
    orders = select(WorkOrder.id).join(Ticket, col(Ticket.id) == col(WorkOrder.ticket))
    return _seen(visit, orders).where(col(WorkOrder.ended_at).is_(None), col(WorkOrder.unit).in_(gone))


def _suspended(visit: Visit) -> Select[Any]:
    """Orders whose promise has to be looked at soon."""
    soon = catalogues.today(visit.house.city, visit.at) + SOON
    # Said in the statement itself, where the plan sees it and takes its index.
    suspended: Any = bindparam(None, OrderState.SUSPENDED.value, literal_execute=True)
    is_soon = (col(WorkOrder.state) == suspended) & (col(WorkOrder.review_on) <= soon)
    orders = select(WorkOrder.id).join(Ticket, col(Ticket.id) == col(WorkOrder.ticket))
    return _seen(visit, orders).where(col(WorkOrder.ended_at).is_(None), is_soon)


def _seen(visit: Visit, asked: Select[Any]) -> Select[Any]:
    return asked.where(visibility.tickets(visit.viewer))


_WAITING: Mapping[str, Callable[[Visit], Select[Any]]] = {
    "dispatch": _to_dispatch,
    "requests": _to_decide,
    "replies": _to_review,
    "ownerless": _ownerless,
    "suspended": _suspended,
}


def _tickets(
    visit: Visit, waiting: Select[Any], kind: ClockKind, after: str
) -> list[tuple[Ticket, ClockRow | None]]:
    """Those whose promise is broken first; whatever has no clock comes last."""
    due = func.coalesce(ClockRow.due_at, datetime.max.replace(tzinfo=visit.at.tzinfo))
    own = and_(
        col(ClockRow.ticket) == col(Ticket.id),
        col(ClockRow.work_order).is_(None),
        col(ClockRow.kind) == kind,
        col(ClockRow.stopped_at).is_(None),
    )
    asked = select(Ticket, ClockRow).outerjoin(ClockRow, own).where(col(Ticket.id).in_(waiting))
    if after:
        moment, identity = _read_place(after)
        asked = asked.where(or_(due > moment, (due == moment) & (col(Ticket.id) > identity)))
    return list(visit.session.exec(asked.order_by(due, col(Ticket.id)).limit(PAGE + 1)).all())


def _rows_to_dispatch(visit: Visit, after: str) -> list[Row]:
    found = _tickets(visit, _to_dispatch(visit), ClockKind.DISPATCH, after)
    returned = _returned(visit, [ticket.id for ticket, _ in found])
    asked = [ticket for ticket, _ in found if ticket.id not in returned]
    suggested = dict(zip((ticket.id for ticket in asked), suggest_all(visit, asked), strict=True))
    proposed = {identity: _proposed(visit, request) for identity, request in returned.items()}
    return [
        _row(visit, ticket, clock, suggested=(suggested | proposed)[ticket.id]) for ticket, clock in found
    ]


def _rows_to_review(visit: Visit, after: str) -> list[Row]:
    return [
        _row(visit, ticket, clock)
        for ticket, clock in _tickets(visit, _to_review(visit), ClockKind.REVIEW, after)
    ]


def _rows_to_decide(visit: Visit, after: str) -> list[Row]:
    """In the order in which they were asked."""
    asked = (
        select(OrderRequest, WorkOrder, Ticket)
        .join(WorkOrder, col(WorkOrder.id) == col(OrderRequest.work_order))
        .join(Ticket, col(Ticket.id) == col(OrderRequest.ticket))
        .where(col(OrderRequest.id).in_(_to_decide(visit)))
        .where(col(OrderRequest.id) > (int(after) if after.isdecimal() else 0))
    )
    found = visit.session.exec(asked.order_by(col(OrderRequest.id)).limit(PAGE + 1)).all()
    return [
        _row(
            visit,
            ticket,
            None,
            order=order,
            request=request,
            proposed=naming.unit(visit, str(request.details.get("proposed") or "")),
        )
        for request, order, ticket in found
    ]


def _rows_ownerless(visit: Visit, after: str) -> list[Row]:
    """The oldest first."""
    asked = _with_tickets(_ownerless(visit)).where(
        col(WorkOrder.id) > (int(after) if after.isdecimal() else 0)
    )
    return _rows_of_orders(visit, asked.order_by(col(WorkOrder.id)))


def _rows_suspended(visit: Visit, after: str) -> list[Row]:
    """The promise first that comes due first."""
    place, asked = tuple_(col(WorkOrder.review_on), col(WorkOrder.id)), _with_tickets(_suspended(visit))
    if after:
        day, _, identity = after.partition("_")
        asked = asked.where(place > tuple_(_day(day), int(identity) if identity.isdecimal() else 0))
    return _rows_of_orders(visit, asked.order_by(col(WorkOrder.review_on), col(WorkOrder.id)))


def _with_tickets(orders: Select[Any]) -> Any:
    return orders.with_only_columns(WorkOrder, Ticket)


def _rows_of_orders(visit: Visit, asked: Any) -> list[Row]:
    found = visit.session.execute(asked.limit(PAGE + 1))
    return [_row(visit, ticket, None, order=order) for order, ticket in found]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date.min


_READ: Mapping[str, Callable[[Visit, str], list[Row]]] = {
    "dispatch": _rows_to_dispatch,
    "requests": _rows_to_decide,
    "replies": _rows_to_review,
    "ownerless": _rows_ownerless,
    "suspended": _rows_suspended,
}


def _row(visit: Visit, ticket: Ticket, clock: ClockRow | None, **more: Any) -> Row:
    order = more.get("order")
    return Row(
        ticket=ticket,
        matter=naming.matter(visit, ticket.matter),
        area=naming.area(visit, ticket.area),
        unit=naming.unit(visit, order.unit) if order else "",
        due_at=clock.due_at if clock else None,
        amber_at=clock.amber_at if clock else None,
        **more,
    )


def _returned(visit: Visit, tickets: Sequence[int | None]) -> dict[int | None, OrderRequest]:
    """The last return of each of these tickets that was granted, by ticket."""
    asked = select(OrderRequest).where(
        col(OrderRequest.ticket).in_(tickets),
        OrderRequest.kind == RequestKind.RETURN,
        OrderRequest.state == requests.State.GRANTED,
    )
    return {row.ticket: row for row in visit.session.exec(asked.order_by(col(OrderRequest.id)))}


def _proposed(visit: Visit, returned: OrderRequest) -> Suggested:
    """Whom the unit that returned it named."""
    code, basis = str(returned.details["proposed"]), str(returned.details["basis"])
    return Suggested(code, naming.unit(visit, code), basis)


def _place(tab: str, row: Row) -> str:
    if row.request is not None:
        return str(row.request.id)
    if row.order is not None:
        return f"{row.order.review_on}_{row.order.id}" if tab == "suspended" else str(row.order.id)
    moment = row.due_at or datetime.max.replace(tzinfo=row.ticket.opened_at.tzinfo)
    return f"{moment.isoformat()}_{row.ticket.id}"


def _read_place(text: str) -> tuple[datetime, int]:
    moment, _, identity = text.rpartition("_")
    try:
        return datetime.fromisoformat(moment), int(identity)
    except ValueError:
        return datetime.fromtimestamp(0, tz=None).astimezone(), 0
