"""The check of all clocks: each is rebuilt from its history and compared with what its row says. Rows are read a page
at a time in the order of their ids, so that it takes the same room for a thousand clocks and for a million.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from dispatch import ladder
from dispatch.clock_rows import Kept, pauses_of
from dispatch.recomputing import held, recompute
from hotline.clock_policy import Kind
from hotline.pack.model import CityPack
from hotline.store import Store
from hotline.store.tables import ClockRow, Ticket, WorkOrder

PAGE = 1000


@dataclass(frozen=True)
class Difference:
    """What the row of a clock says otherwise than its history."""

    clock: int
    ticket: int
    field: str
    found: object
    rebuilt: object


def count(session: Session) -> int:
    """How many clocks there are."""
    return session.exec(select(func.count()).select_from(ClockRow)).one()


def pages(store: Store, city: CityPack) -> Iterator[tuple[int, list[Difference]]]:
    """Page by page how many clocks were looked at, and what differs."""
    after, looked = 0, PAGE
    while looked:
        with store.transaction() as session:
            page = _page(session, after)
            found = [one for kept in page for one in differences(kept, city)]
            session.expunge_all()
        looked = len(page)
        if page:
            after = page[-1].row.id or 0
            yield looked, found


def repair(store: Store, city: CityPack, clocks: Sequence[int], at: datetime, by: str) -> None:
    """Writes what the history says into these rows; a date that moves is a fact."""
    with store.transaction() as session:
        open_ = held(session, clocks)
        recompute(session, city, open_, at, by=by)
        for kept in open_:
            if kept.row.kind == Kind.ANSWER and kept.row.due_at is not None:
                kept.ticket.due_at = kept.row.due_at
        over = select(ClockRow).where(col(ClockRow.id).in_(clocks), col(ClockRow.stopped_at).is_not(None))
        for row in session.exec(over.with_for_update()):
            row.next_event_at = None


def differences(kept: Kept, city: CityPack) -> Iterator[Difference]:
    """What differs in one clock. Of one that is over only that nothing is to come: it was judged by the days as they
    were known when it stopped.
    """
    row = kept.row
    for field, found, rebuilt in _compared(kept, city):
        if found != rebuilt:
            yield Difference(row.id or 0, row.ticket, field, found, rebuilt)


def _compared(kept: Kept, city: CityPack) -> Iterator[tuple[str, object, object]]:
    row = kept.row
    if row.stopped_at is not None:
        yield "next_event_at", row.next_event_at, None
        return
    clock, calendar = kept.clock, kept.calendar(city)
    due, turns = clock.due(calendar), clock.turns(calendar)
    yield "due_at", row.due_at, due.at if due else None
    yield "provisional", row.provisional, due.provisional if due else False
    yield "amber_at", row.amber_at, turns[0] if turns else None
    yield (
        "next_event_at",
        row.next_event_at,
        ladder.next_after(ladder.events(turns, kept.steps(city), calendar), row.seen_until),
    )
    if row.kind == Kind.ANSWER and due is not None:
        yield "ticket.due_at", kept.ticket.due_at, due.at


def _page(session: Session, after: int) -> list[Kept]:
    asked = (
        select(ClockRow, Ticket, WorkOrder)
        .join(Ticket, col(Ticket.id) == ClockRow.ticket)
        .outerjoin(WorkOrder, col(WorkOrder.id) == ClockRow.work_order)
        .where(col(ClockRow.id) > after)
        .order_by(col(ClockRow.id))
        .limit(PAGE)
    )
    found = session.exec(asked).all()
    pauses = pauses_of(session, [row.id for row, _, _ in found])
    return [Kept(row, ticket, order, pauses.get(row.id or 0, ())) for row, ticket, order in found]
