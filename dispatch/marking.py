"""Putting marks upon tickets and orders, and taking them off again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table
from sqlmodel import Session, col, select

from dispatch import delivery, orders
from dispatch.marks import LIFTABLE, OF_ORDERS, Kind, Step
from hotline import journal
from hotline.errors import Refused
from hotline.facts import Fact, subject
from hotline.record import tickets as ticket_record
from hotline.roles import Permission
from hotline.store.rows import put, put_numbered
from hotline.store.tables import Mark, Ticket, WorkOrder
from hotline.viewer import Viewer

_MARKS: Table = Mark.__table__  # type: ignore[attr-defined]
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


@dataclass(frozen=True)
class Put:
    """What is put upon an order by itself, because time runs out or has run out."""

    ticket: Ticket
    order: WorkOrder
    kind: Kind
    step: Step | None = None


def put_by_itself(session: Session, marks: Sequence[Put], by: str, at: datetime) -> None:
    """Puts all of `marks`, few or many, in one go."""
    rows = [_row(one.ticket, one.order, one.kind, "", by, at, one.step) for one in marks]
    told = delivery.are_told(session, {one.order.unit for one in marks})
    values = [row.model_dump(exclude={"id"}) for row in rows]
    for one, row, id_ in zip(marks, rows, put_numbered(session, _MARKS, values), strict=True):
        row.id = id_
        _note(session, one.ticket, row, "mark.put", by, at, [one.order])
        if one.order.unit in told:
            _deliver(session, one.ticket, row, "mark.put", at, [one.order])


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
    mark = _row(ticket, order, kind, words, by, at, step)
    put(session, mark)
    _tell(session, ticket, mark, "mark.put", by, at, order)
    return mark


def _row(
    ticket: Ticket,
    order: WorkOrder | None,
    kind: Kind,
    words: str,
    by: str,
    at: datetime,
    step: Step | None,
) -> Mark:
    return Mark(
        ticket=orders.identity(ticket),
        work_order=order.id if order else None,
        kind=kind,
        step=step or "",
        text=words.strip(),
        by=by,
        at=at,
    )


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
    _note(session, ticket, mark, kind, by, at, concerned)
    _deliver(session, ticket, mark, kind, at, concerned)


def _note(
    session: Session,
    ticket: Ticket,
    mark: Mark,
    kind: str,
    by: str,
    at: datetime,
    concerned: Sequence[WorkOrder],
) -> None:
    of_order = next((one for one in concerned if one.id == mark.work_order), None)
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


def _deliver(
    session: Session, ticket: Ticket, mark: Mark, kind: str, at: datetime, concerned: Sequence[WorkOrder]
) -> None:
    for one in concerned:
        more = {"mark": mark.kind, "step": mark.step, "reason": mark.text}
        delivery.note(session, ticket, one, kind, at, which=str(mark.id), **more)
