"""Putting marks upon tickets and orders, and taking them off again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from dispatch import delivery, orders
from dispatch.marks import LIFTABLE, OF_ORDERS, Kind, Step
from hotline import journal
from hotline.errors import Refused
from hotline.facts import Fact, subject
from hotline.record import tickets as ticket_record
from hotline.roles import Permission
from hotline.store.rows import put
from hotline.store.tables import Mark, Ticket, WorkOrder
from hotline.viewer import Viewer

MAY = {Kind.URGED: Permission.TICKET_EDIT}
"""Who may put what; everything else is supervision."""


def urge(session: Session, ticket: Ticket, words: str, viewer: Viewer, at: datetime) -> Mark:
    """The citizen asks again 催办: counted, and told to every unit that has the ticket."""
    viewer.must(MAY[Kind.URGED])
    ticket.urged += 1
    return _put(session, ticket, None, Kind.URGED, words, viewer.by, at)


def put_upon(
    session: Session,
    ticket: Ticket,
    order: WorkOrder | None,
    kind: Kind,
    words: str,
    viewer: Viewer,
    at: datetime,
) -> Mark:
    """A supervisor marks a ticket, or one order of it, and says why."""
    viewer.must(Permission.ORDER_SUPERVISE)
    if not words.strip():
        raise Refused("field.missing", field="words")
    if (kind in OF_ORDERS) != (order is not None):
        raise Refused("field.unknown", field="order")
    step = Step.ORDER if kind is Kind.SUPERVISED else None
    return _put(session, ticket, order, kind, words, viewer.by, at, step)


def supervise(
    session: Session, ticket: Ticket, order: WorkOrder, step: Step, why: str, by: str, at: datetime
) -> Mark:
    """A supervision reaches its next step by itself, because time ran out."""
    return _put(session, ticket, order, Kind.SUPERVISED, why, by, at, step)


def card(
    session: Session, ticket: Ticket, order: WorkOrder, kind: Kind, why: str, by: str, at: datetime
) -> Mark:
    """A yellow or red card for an order that is nearly, or really, overdue."""
    return _put(session, ticket, order, kind, why, by, at)


def lift(session: Session, viewer: Viewer, identity: int, at: datetime) -> Mark:
    """Takes a mark off. Raises `Refused("mark.unknown")`, or `mark.stays` for what can't be undone."""
    viewer.must(Permission.ORDER_SUPERVISE)
    mark = session.get(Mark, identity, with_for_update=True)
    if mark is None or mark.lifted_at is not None:
        raise Refused("mark.unknown")
    if Kind(mark.kind) not in LIFTABLE:
        raise Refused("mark.stays")
    mark.lifted_at, mark.lifted_by = at, viewer.by
    _tell(session, ticket_record.find(session, mark.ticket), mark, "mark.lifted", viewer.by, at)
    return mark


def of_ticket(session: Session, ticket: Ticket) -> Sequence[Mark]:
    """Every mark upon a ticket and its orders, oldest first, lifted ones too."""
    return session.exec(select(Mark).where(Mark.ticket == ticket.id).order_by(col(Mark.id))).all()


def _put(
    session: Session,
    ticket: Ticket,
    order: WorkOrder | None,
    kind: Kind,
    words: str,
    by: str,
    at: datetime,
    step: Step | None = None,
) -> Mark:
    mark = Mark(
        ticket=orders.identity(ticket),
        work_order=order.id if order else None,
        kind=kind,
        step=step or "",
        text=words.strip(),
        by=by,
        at=at,
    )
    put(session, mark)
    _tell(session, ticket, mark, "mark.put", by, at, order)
    return mark


def _tell(
    session: Session,
    ticket: Ticket,
    mark: Mark,
    kind: str,
    by: str,
    at: datetime,
    order: WorkOrder | None = None,
) -> None:
    of_order = order or (session.get(WorkOrder, mark.work_order) if mark.work_order else None)
    concerned = [of_order] if of_order else orders.in_force(session, ticket)
    data = {
        "mark": mark.kind,
        "step": mark.step,
        "reason": mark.text,
        "number": ticket.number,
        "opened_by": ticket.opened_by,
        "units": [one.unit for one in concerned],
        **({"unit": of_order.unit, "order": of_order.id} if of_order else {}),
    }
    journal.append(session, Fact(kind, subject("mark", mark.id), at, by=by, data=data, ticket=ticket.id))
    for one in concerned:
        delivery.note(session, ticket, one, kind, at, mark=mark.kind, step=mark.step, reason=mark.text)
