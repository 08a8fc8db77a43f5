"""What lies under each tab of the portal, as the record finds it: how many there are, and a page of them with what is
due first. Each goes by an index; no count goes on beyond `MOST`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select, bindparam, func, literal, tuple_, union_all
from sqlmodel import col, select

from agent_desk.portal_asked import Asked, Place, Tab, Whose, fitting, units_of
from agent_desk.visit import Visit
from dispatch import requests
from dispatch.marks import Kind as MarkKind
from dispatch.workorders import OVER, TO_SIGN, Part, State
from hotline.phrases import sought
from hotline.record import ticket_search, visibility
from hotline.store.arrays import among
from hotline.store.tables import ClockRow, Mark, OrderRequest, Ticket, WorkOrder

PAGE = 30
MOST, MOST_OF_MANY = 999, 99
"""How far a count goes for one's own unit, and for all those below it."""
HITS = 1000
"""Where the orders of many units are searched for words, so many of the newest tickets that hold them are looked at."""

_STATES: Mapping[Tab, frozenset[State]] = {
    Tab.TO_SIGN: TO_SIGN - {State.REDO},
    Tab.TO_DO: frozenset({State.SIGNED, State.SUSPENDED}),
    Tab.DELEGATED: frozenset({State.DELEGATED}),
    Tab.CO: frozenset(State) - OVER - {State.REPLIED},
    Tab.REDO: frozenset({State.REDO}),
    Tab.SUPERVISED: frozenset(State) - OVER,
    Tab.WAITING: frozenset({State.REPLIED, State.ACCEPTED}),
    Tab.DONE: frozenset({State.ACCEPTED}),
}
_IS_ASKED: ColumnElement[bool] = col(OrderRequest.state) == bindparam(
    None, requests.State.ASKED.value, literal_execute=True
)
"""The plan sees the state, and takes the index of what is open."""
_REQUESTS = {Tab.RETURNED: requests.Kind.RETURN, Tab.EXTENSION: requests.Kind.EXTEND}


@dataclass(frozen=True)
class Found:
    """An order under a tab: the clock that runs out next, what was put upon it, what was asked about it, and how many
    of the units below have replied.
    """

    order: WorkOrder
    ticket: Ticket
    request: OrderRequest | None = None
    clock: ClockRow | None = None
    marks: Sequence[Mark] = field(default_factory=tuple)
    replied: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Narrowed:
    """What has to be true of an order's ticket. `is_cut`: of the tickets that hold the words only the newest `HITS` are
    looked at.
    """

    conditions: Sequence[ColumnElement[bool]] = ()
    is_cut: bool = False

    def __bool__(self) -> bool:
        return bool(self.conditions)


NOTHING = Narrowed()


def most(asked: Asked) -> int:
    """How far a count goes."""
    return MOST if asked.of is Whose.OWN and not asked.unit else MOST_OF_MANY


def narrowing(visit: Visit, asked: Asked) -> Narrowed:
    """What the filter says of the tickets. Those with words in them are looked up here, once for list and counts."""
    words = _with_words(visit, asked)
    return Narrowed([*fitting(asked, visit.house.city), *words.conditions], words.is_cut)


def _with_words(visit: Visit, asked: Asked) -> Narrowed:
    words, wanted = asked.words.strip(), sought(asked.words)
    if not words:
        return NOTHING
    if most(asked) == MOST or not wanted:  # few enough to be read
        texts = (Ticket.title, Ticket.content)
        holds = (col(one).contains(words, autoescape=True) for one in texts)
        return Narrowed([sa.or_(col(Ticket.number) == words, *holds)])
    mark = "" if asked.tab is Tab.DONE else ticket_search.UNDER_WAY_ONLY
    found = ticket_search.newest(visit.session, wanted, sa.true(), HITS, narrowed=mark)
    among_them = col(Ticket.id) == sa.any_(literal(found, sa.ARRAY(sa.BigInteger)))
    return Narrowed([among_them], len(found) == HITS)


def counts(visit: Visit, asked: Asked, narrowed: Narrowed, tabs: Sequence[Tab]) -> dict[Tab, int]:
    """How many lie under each of `tabs`; one more than `most` where there are more.

    A unit's own orders are few enough to be gone through once for all tabs; and of those of many units few may be left
    where the tickets are narrowed. Else each tab is counted as far as it goes.
    """
    if not narrowed and most(asked) == MOST_OF_MANY:
        return _counted_apart(visit, asked, tabs)
    mine = units_of(asked, visit.viewer, visit.house.city)
    orders = _of_tickets(visit, asked, narrowed, is_over=False)
    found = _counted(visit, orders, {tab: _of_state(tab) for tab in tabs if tab in _STATES})
    waiting = _with_request(_of_tickets(visit, asked, narrowed, whose=visit.viewer.units)).where(
        _IS_ASKED, sa.or_(among(OrderRequest.unit, mine), among(OrderRequest.decider, mine))
    )
    found |= _counted(
        visit, waiting, {tab: _of_request(visit, mine, tab) for tab in tabs if tab not in _STATES}
    )
    return {tab: min(count, most(asked) + 1) for tab, count in found.items()}


def _counted(
    visit: Visit, among_these: Select[Any], tabs: Mapping[Tab, Sequence[ColumnElement[bool]]]
) -> dict[Tab, int]:
    """How many are there of each kind, in one go."""
    each = among_these.with_only_columns(*(func.count().filter(sa.and_(*is_one)) for is_one in tabs.values()))
    return dict(zip(tabs, visit.session.connection().execute(each).one(), strict=True))


def _counted_apart(visit: Visit, asked: Asked, tabs: Sequence[Tab]) -> dict[Tab, int]:
    parts = []
    for tab in tabs:
        under = _under(visit, asked, NOTHING, tab)
        if tab in _REQUESTS:  # what was decided is there to be read, and asks nothing more
            under = under.where(_IS_ASKED)
        some = under.with_only_columns(literal(1)).limit(most(asked) + 1).subquery()
        parts.append(sa.select(literal(tab.value), func.count()).select_from(some))
    return {Tab(tab): count for tab, count in visit.session.connection().execute(union_all(*parts))}


def page(visit: Visit, asked: Asked, narrowed: Narrowed) -> tuple[list[Found], str]:
    """A page of the tab with all that its rows show, and the place where the next one begins, empty at the end."""
    place = Place.of(asked.after)
    rows: Sequence[tuple[WorkOrder, Ticket, OrderRequest | None]]
    if asked.tab in _REQUESTS or asked.tab is Tab.APPROVAL:
        asked_for = _requests(visit, asked, narrowed, place)
        rows, ends = asked_for, [Place(None, request.id or 0) for _, _, request in asked_for]
    else:
        rows = [(order, ticket, None) for order, ticket in _orders(visit, asked, narrowed, place)]
        ends = [_place(asked.tab, order) for order, _, _ in rows]
    more = str(ends[PAGE - 1]) if len(rows) > PAGE else ""
    return _complete(visit, asked.tab, rows[:PAGE]), more


def _place(tab: Tab, order: WorkOrder) -> Place:
    return Place(order.ended_at if tab is Tab.DONE else order.due_at, order.id or 0)


def _under(visit: Visit, asked: Asked, narrowed: Narrowed, tab: Tab) -> Select[Any]:
    """Everything under a tab, in no order."""
    if tab in _STATES:
        return _of_tickets(visit, asked, narrowed, is_over=tab is Tab.DONE).where(*_of_state(tab))
    mine = units_of(asked, visit.viewer, visit.house.city)
    orders = _of_tickets(visit, asked, narrowed, whose=visit.viewer.units)
    return _with_request(orders).where(*_of_request(visit, mine, tab))


def _of_tickets(
    visit: Visit,
    asked: Asked,
    narrowed: Narrowed,
    *,
    is_over: bool | None = None,
    whose: Set[str] | None = None,
) -> Select[Any]:
    """Orders of the units that are asked for, or of those `whose`, with their tickets where those are narrowed."""
    units = units_of(asked, visit.viewer, visit.house.city) if whose is None else whose
    found = sa.select(WorkOrder).where(visibility.orders(visit.viewer, units))
    if is_over is not None:
        ended = col(WorkOrder.ended_at)
        found = found.where(ended.is_not(None) if is_over else ended.is_(None))
    if narrowed:
        found = found.join(Ticket, col(Ticket.id) == col(WorkOrder.ticket)).where(*narrowed.conditions)
        # An order is open no longer than its ticket, and open tickets have indexes of their own.
        if is_over is False:
            found = found.where(col(Ticket.closed_at).is_(None))
    return found


def _with_request(orders: Select[Any]) -> Select[Any]:
    return orders.join(OrderRequest, col(OrderRequest.work_order) == col(WorkOrder.id))


def _of_request(visit: Visit, mine: Set[str], tab: Tab) -> list[ColumnElement[bool]]:
    """What the tab's units asked for; or what is waiting for a leader of theirs, and wasn't asked for by themselves."""
    if tab in _REQUESTS:
        return [among(OrderRequest.unit, mine), col(OrderRequest.kind) == _REQUESTS[tab]]
    others = col(OrderRequest.asked_by) != visit.viewer.account
    return [among(OrderRequest.decider, mine), _IS_ASKED, others]


def _of_state(tab: Tab) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [col(WorkOrder.state).in_(sorted(_STATES[tab]))]
    if tab is Tab.CO:
        conditions.append(col(WorkOrder.role) == Part.CO)
    if tab is Tab.SUPERVISED:
        lying = select(Mark.work_order).where(
            col(Mark.kind) == MarkKind.SUPERVISED, col(Mark.lifted_at).is_(None)
        )
        conditions.append(col(WorkOrder.id).in_(lying))
    return conditions


def _orders(
    visit: Visit, asked: Asked, narrowed: Narrowed, place: Place | None
) -> list[tuple[WorkOrder, Ticket]]:
    """What is due first; what has no due time stands behind the others. What is done: the latest first."""
    found = _with_ticket(visit, asked, narrowed).add_columns(Ticket)
    due, id_ = col(WorkOrder.due_at), col(WorkOrder.id)
    if asked.tab is Tab.DONE:
        ended = col(WorkOrder.ended_at)
        if place is not None:
            found = found.where(tuple_(ended, id_) < tuple_(place.due, place.id))
        return _read(visit, found.order_by(ended.desc(), id_.desc()), PAGE + 1)
    if place is None:
        return _read(visit, found.order_by(due, id_), PAGE + 1)
    rows = []
    if place.due is not None:
        later = found.where(tuple_(due, id_) > tuple_(place.due, place.id))
        rows = _read(visit, later.order_by(due, id_), PAGE + 1)
    rest = found.where(due.is_(None), id_ > (0 if place.due else place.id)).order_by(id_)
    return rows + _read(visit, rest, PAGE + 1 - len(rows))


def _requests(
    visit: Visit, asked: Asked, narrowed: Narrowed, place: Place | None
) -> list[tuple[WorkOrder, Ticket, OrderRequest]]:
    """The newest first; what waits for this person's decision: the oldest first."""
    found, id_ = _with_ticket(visit, asked, narrowed).add_columns(Ticket, OrderRequest), col(OrderRequest.id)
    if asked.tab is Tab.APPROVAL:
        later = found.where(id_ > (place.id if place else 0)).order_by(id_)
        return _read(visit, later, PAGE + 1)
    earlier = found if place is None else found.where(id_ < place.id)
    return _read(visit, earlier.order_by(id_.desc()), PAGE + 1)


def _with_ticket(visit: Visit, asked: Asked, narrowed: Narrowed) -> Select[Any]:
    found = _under(visit, asked, narrowed, asked.tab)
    return found if narrowed else found.join(Ticket, col(Ticket.id) == col(WorkOrder.ticket))


def _read(visit: Visit, asked: Select[Any], most: int) -> list[Any]:
    if most <= 0:
        return []
    return list(visit.session.exec(asked.limit(most)))  # type: ignore[call-overload]


def _complete(
    visit: Visit, tab: Tab, rows: Sequence[tuple[WorkOrder, Ticket, OrderRequest | None]]
) -> list[Found]:
    ids = [order.id for order, _, _ in rows]
    clocks, marks = _clocks(visit, ids), _marks(visit, rows)
    asked = _asked(visit, ids) if tab not in _REQUESTS and tab is not Tab.APPROVAL else {}
    replied = _replied(visit, ids) if tab is Tab.DELEGATED else {}
    return [
        Found(
            order,
            ticket,
            request or asked.get(order.id),
            clocks.get(order.id),
            [mark for mark in marks if mark.ticket == ticket.id and mark.work_order in (None, order.id)],
            replied.get(order.id, (0, 0)),
        )
        for order, ticket, request in rows
    ]


def _clocks(visit: Visit, ids: Sequence[int | None]) -> dict[int | None, ClockRow]:
    """Of each order the running clock that is due first."""
    running = select(ClockRow).where(col(ClockRow.work_order).in_(ids), col(ClockRow.stopped_at).is_(None))
    latest_first = visit.session.exec(running.order_by(col(ClockRow.due_at).desc(), col(ClockRow.id).desc()))
    return {clock.work_order: clock for clock in latest_first if clock.due_at is not None}


def _marks(visit: Visit, rows: Sequence[tuple[WorkOrder, Ticket, OrderRequest | None]]) -> Sequence[Mark]:
    shown = select(Mark).where(
        col(Mark.ticket).in_([ticket.id for _, ticket, _ in rows]), col(Mark.lifted_at).is_(None)
    )
    return visit.session.exec(shown.order_by(col(Mark.id))).all()


def _asked(visit: Visit, ids: Sequence[int | None]) -> dict[int | None, OrderRequest]:
    waiting = select(OrderRequest).where(
        col(OrderRequest.work_order).in_(ids), col(OrderRequest.state) == requests.State.ASKED
    )
    return {request.work_order: request for request in visit.session.exec(waiting)}


def _replied(visit: Visit, ids: Sequence[int | None]) -> dict[int | None, tuple[int, int]]:
    """Of each order how many of those it was handed down to have replied, and how many they are."""
    done = func.count().filter(col(WorkOrder.state).in_([State.REPLIED, State.ACCEPTED]))
    below = select(WorkOrder.parent, done, func.count()).where(
        col(WorkOrder.parent).in_(ids), col(WorkOrder.state).not_in([State.CANCELLED, State.RETURNED])
    )
    found = visit.session.exec(below.group_by(col(WorkOrder.parent)))
    return {parent: (replied, all_) for parent, replied, all_ in found}
