"""Work orders: issuing one, and what its unit and the centre may do with it. Each change takes the ticket along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from dispatch import timekeeping, workorders
from dispatch.workorders import OVER, Part, State, Verb
from hotline import journal, tickets
from hotline.errors import Refused
from hotline.facts import SYSTEM, Fact, subject
from hotline.pack.model import CityPack
from hotline.record import catalogues, visibility
from hotline.record import tickets as ticket_record
from hotline.roles import Permission
from hotline.store.rows import put
from hotline.store.tables import Ticket, WorkOrder
from hotline.viewer import Viewer

REPLY_LENGTH = 4000


@dataclass(frozen=True)
class Reply:
    """What a unit answers: a part that the citizen reads, and a part for the record."""

    public: str
    internal: str = ""

    def __post_init__(self) -> None:
        if not self.public.strip():
            raise Refused("field.missing", field="public")
        for field in ("public", "internal"):
            if len(getattr(self, field)) > REPLY_LENGTH:
                raise Refused("field.too_long", field=field, limit=REPLY_LENGTH)


def issue(
    session: Session,
    city: CityPack,
    ticket: Ticket,
    unit: str,
    reason: str,
    viewer: Viewer,
    at: datetime,
) -> WorkOrder:
    """Gives the ticket to a unit and starts the unit's clocks. `reason` says in words why it was this unit.

    The first unit leads, others work along. Raises `Refused("order.given_already")` for one that has it in force.
    """
    viewer.must(Permission.ORDER_ISSUE)
    if city.units.on(catalogues.today(city, at), unit) is None:
        raise Refused("field.unknown", field="unit")
    in_force = _in_force(session, ticket)
    if any(order.unit == unit for order in in_force):
        raise Refused("order.given_already")
    state = workorders.first_state(_returns(session, ticket))
    assert ticket.id is not None
    order = WorkOrder(
        ticket=ticket.id,
        unit=unit,
        level=city.units[unit].level,
        role=Part.CO if in_force else Part.LEAD,
        state=state,
        reason=reason,
        issued_by=viewer.account,
        issued_at=at,
        catalogue=city.catalogue.version,
    )
    put(session, order)
    ticket_record.move(session, ticket, tickets.Verb.DISPATCH, viewer.by, at, {"unit": unit})
    _tell(session, ticket, order, "order.issued", viewer.by, at, became=state, data=_why(order))
    timekeeping.start_for_order(session, city, ticket, order, at, viewer.by)
    return order


def take_over(
    session: Session,
    city: CityPack,
    ticket: Ticket,
    unit: str,
    *,
    state: State,
    issued_at: datetime,
    signed_at: datetime | None,
    at: datetime,
) -> WorkOrder:
    """At `at` an order goes on here that the unit had in an older system since `issued_at`. Nobody of ours issued it,
    and no clock is started.
    """
    assert ticket.id is not None
    order = WorkOrder(
        ticket=ticket.id,
        unit=unit,
        level=city.units[unit].level,
        role=Part.LEAD,
        state=state,
        issued_at=issued_at,
        signed_at=signed_at,
        replied_at=at if state is State.REPLIED else None,
        public_reply=ticket.reply if state is State.REPLIED else "",
    )
    put(session, order)
    _tell(session, ticket, order, "order.taken_over", SYSTEM, at, became=state)
    return order


def withdraw(session: Session, city: CityPack, ticket: Ticket, viewer: Viewer, at: datetime) -> None:
    """Takes a dispatch back that nobody has signed for yet; the ticket waits to be dispatched again.

    Raises `Refused("order.signed_already")` where a unit has the ticket in hand.
    """
    viewer.must(Permission.ORDER_ISSUE)
    in_force = _in_force(session, ticket)
    if not all(State(order.state) in (State.ISSUED, State.BOUND) for order in in_force):
        raise Refused("order.signed_already")
    for order in in_force:
        _move(session, ticket, order, Verb.CANCEL, viewer, at)
        order.ended_at = at
        timekeeping.stop(session, ticket, order, timekeeping.ALL, at, viewer.by)
    ticket_record.move(session, ticket, tickets.Verb.TAKE_BACK, viewer.by, at)
    timekeeping.start_for_ticket(session, city, ticket, at, viewer.by)


def sign(session: Session, order: WorkOrder, viewer: Viewer, at: datetime) -> None:
    """The unit takes it on."""
    viewer.must(Permission.ORDER_SIGN)
    ticket = ticket_record.find(session, order.ticket)
    _move(session, ticket, order, Verb.SIGN, viewer, at)
    order.signed_at, order.signed_by = at, viewer.account
    timekeeping.stop(session, ticket, order, timekeeping.AT_SIGNING, at, viewer.by)


def reply(session: Session, order: WorkOrder, answer: Reply, viewer: Viewer, at: datetime) -> None:
    """The unit answers; when the lead has answered, the ticket is ready for its revisit."""
    viewer.must(Permission.ORDER_REPLY)
    ticket = ticket_record.find(session, order.ticket)
    _move(session, ticket, order, Verb.REPLY, viewer, at)
    order.replied_at = at
    order.public_reply, order.internal_reply = answer.public.strip(), answer.internal.strip()
    ticket_record.write(session, ticket, order.public_reply, "citizen", viewer, at)
    if order.internal_reply:
        ticket_record.write(session, ticket, order.internal_reply, "unit", viewer, at)
    timekeeping.stop(session, ticket, order, timekeeping.AT_REPLY, at, viewer.by)
    if order.role == Part.LEAD:
        ticket.reply = order.public_reply
        ticket_record.move(session, ticket, tickets.Verb.REPLY, viewer.by, at, {"unit": order.unit})


def accept_all(session: Session, ticket: Ticket, viewer: Viewer, at: datetime) -> None:
    """The citizen is content: every reply of the ticket is accepted, and what still runs is cancelled."""
    for order in of_ticket(session, ticket):
        state = State(order.state)
        if state not in OVER:
            verb = Verb.ACCEPT if state is State.REPLIED else Verb.CANCEL
            _move(session, ticket, order, verb, viewer, at)
            order.ended_at = at
            timekeeping.stop(session, ticket, order, timekeeping.ALL, at, viewer.by)


def find(session: Session, viewer: Viewer, identity: int) -> WorkOrder:
    """The work order, if it is this person's unit's, with its ticket locked: that holds all its orders still.

    Raises `Refused("order.unknown")`.
    """
    order = session.exec(select(WorkOrder).where(WorkOrder.id == identity, visibility.orders(viewer))).first()
    if order is None:
        raise Refused("order.unknown", id=identity)
    ticket_record.find(session, order.ticket, lock=True)
    session.refresh(order)
    return order


def of_ticket(session: Session, ticket: Ticket) -> Sequence[WorkOrder]:
    """All work orders of a ticket, oldest first."""
    return session.exec(
        select(WorkOrder).where(WorkOrder.ticket == ticket.id).order_by(col(WorkOrder.id))
    ).all()


def _why(order: WorkOrder) -> dict[str, Any]:
    """On what an issue rests: the reason in words, and the catalogue's version where there is one."""
    return {"reason": order.reason} | ({"catalogue": order.catalogue} if order.catalogue else {})


def _in_force(session: Session, ticket: Ticket) -> list[WorkOrder]:
    return [order for order in of_ticket(session, ticket) if State(order.state) not in OVER]


def _returns(session: Session, ticket: Ticket) -> int:
    came_back = WorkOrder.ticket == ticket.id, WorkOrder.state == State.RETURNED
    return session.exec(select(func.count()).where(*came_back)).one()


def _move(
    session: Session, ticket: Ticket, order: WorkOrder, verb: Verb, viewer: Viewer, at: datetime
) -> None:
    before = State(order.state)
    after = workorders.LIFECYCLE.after(before, verb)
    order.state = after
    _tell(session, ticket, order, PAST[verb], viewer.by, at, was=before, became=after)


PAST = {
    Verb.SIGN: "order.signed",
    Verb.RETURN: "order.returned",
    Verb.DELEGATE: "order.delegated",
    Verb.TAKE_BACK: "order.taken_back",
    Verb.SUSPEND: "order.suspended",
    Verb.RESUME: "order.resumed",
    Verb.REPLY: "order.replied",
    Verb.ACCEPT: "order.accepted",
    Verb.REDO: "order.redone",
    Verb.CANCEL: "order.cancelled",
}
"""The fact that tells of each verb."""


def _tell(
    session: Session,
    ticket: Ticket,
    order: WorkOrder,
    kind: str,
    by: str,
    at: datetime,
    *,
    was: str | None = None,
    became: str | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    journal.append(
        session,
        Fact(
            kind,
            subject("order", order.id),
            at,
            by=by,
            was=was,
            became=became,
            data={
                "unit": order.unit,
                "number": ticket.number,
                "opened_by": ticket.opened_by,
                **(data or {}),
            },
            ticket=ticket.id,
        ),
    )
