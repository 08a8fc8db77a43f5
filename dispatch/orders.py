"""Work orders in the record: giving a ticket to units, finding their orders, and moving one along its table. What a
unit does with its order is `handling`, what it asks for `requesting`, and how its reply is judged `reviewing`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from dispatch import delivery, tally, timekeeping, workorders
from dispatch.measures import Measure
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


def issue(
    session: Session,
    city: CityPack,
    ticket: Ticket,
    unit: str,
    reason: str,
    viewer: Viewer,
    at: datetime,
    *,
    part: Part | None = None,
    decided: bool = False,
) -> WorkOrder:
    """Gives the ticket to a unit and starts the unit's clocks. `reason` says in words why it was this unit.

    Without a `part` the first unit leads, others work along. `decided`: somebody above named the unit, which then
    can't object. Raises `Refused`: `order.given_already` for a unit that has it in force, `order.about_itself` for
    one that the ticket accuses.
    """
    viewer.must(Permission.ORDER_DECIDE if decided else Permission.ORDER_ISSUE)
    held = in_force(session, ticket)
    order = _new(session, city, ticket, unit, reason, at, part or (Part.CO if held else Part.LEAD), decided)
    order.issued_by = viewer.account
    give(session, city, ticket, order, held, viewer.by, at)
    ticket_record.move(session, ticket, tickets.Verb.DISPATCH, viewer.by, at, {"unit": unit})
    return order


def issue_by_itself(
    session: Session, city: CityPack, ticket: Ticket, unit: str, reason: str, at: datetime
) -> WorkOrder:
    """What `issue` does, done by the system, because an administrator has set from when on it may. Nobody issued it."""
    held = in_force(session, ticket)
    order = _new(session, city, ticket, unit, reason, at, Part.CO if held else Part.LEAD, decided=False)
    give(session, city, ticket, order, held, SYSTEM, at)
    ticket_record.move(session, ticket, tickets.Verb.DISPATCH, SYSTEM, at, {"unit": unit})
    return order


def give(
    session: Session,
    city: CityPack,
    ticket: Ticket,
    order: WorkOrder,
    held: Iterable[WorkOrder],
    by: str,
    at: datetime,
) -> None:
    """Puts a new order into the record and starts its clocks, if its unit may have it beside those that `held` it."""
    _check_receiver(city, ticket, order, held, at)
    order.level = city.units[order.unit].level
    put(session, order)
    tell(session, ticket, order, "order.issued", by, at, became=order.state, data=_why(order))
    tally.note(session, order, Measure.RECEIVED, at, good=True)
    timekeeping.start_for_order(session, city, ticket, order, at, by)


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
    tell(session, ticket, order, "order.taken_over", SYSTEM, at, became=state)
    return order


def withdraw(session: Session, city: CityPack, ticket: Ticket, viewer: Viewer, at: datetime) -> None:
    """Takes a dispatch back that nobody has signed for yet; the ticket waits to be dispatched again.

    Raises `Refused("order.signed_already")` where a unit has the ticket in hand.
    """
    viewer.must(Permission.ORDER_ISSUE)
    held = in_force(session, ticket)
    if not all(State(order.state) in (State.ISSUED, State.BOUND) for order in held):
        raise Refused("order.signed_already")
    for order in held:
        end(session, ticket, order, Verb.CANCEL, viewer.by, at)
    back_to_dispatch(session, city, ticket, viewer.by, at)


def back_to_dispatch(session: Session, city: CityPack, ticket: Ticket, by: str, at: datetime) -> None:
    """No unit has the ticket any more: the centre has to find one, against its own clock."""
    ticket_record.move(session, ticket, tickets.Verb.TAKE_BACK, by, at)
    timekeeping.start_for_ticket(session, city, ticket, at, by)


def find(session: Session, viewer: Viewer, identity: int) -> WorkOrder:
    """The work order, if it is this person's unit's, with its ticket locked: that holds all its orders still.

    Raises `Refused("order.unknown")`.
    """
    mine = select(WorkOrder).where(WorkOrder.id == identity, visibility.orders(viewer))
    return _locked(session, session.exec(mine).first())


def of_ticket(session: Session, ticket: Ticket) -> Sequence[WorkOrder]:
    """All work orders of a ticket, oldest first."""
    return session.exec(
        select(WorkOrder).where(WorkOrder.ticket == ticket.id).order_by(col(WorkOrder.id))
    ).all()


def find_any(session: Session, viewer: Viewer, identity: int) -> WorkOrder:
    """The work order, if it is this person's unit's or of a ticket that the centre shows them, its ticket locked.

    Raises `Refused("order.unknown")`.
    """
    seen = visibility.orders(viewer)
    if viewer.may(Permission.TICKET_VIEW_ALL):
        shown = select(Ticket.id).where(visibility.tickets(viewer))
        seen = or_(seen, col(WorkOrder.ticket).in_(shown))
    return _locked(session, session.exec(select(WorkOrder).where(WorkOrder.id == identity, seen)).first())


def in_force(session: Session, ticket: Ticket, parent: WorkOrder | None = None) -> list[WorkOrder]:
    """The orders by which units have the ticket now: those that the centre gave, or that `parent` handed down."""
    above = parent.id if parent else None
    return [
        order
        for order in of_ticket(session, ticket)
        if order.parent == above and State(order.state) not in OVER
    ]


def move(
    session: Session,
    ticket: Ticket,
    order: WorkOrder,
    verb: Verb,
    by: str,
    at: datetime,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Takes the order along one edge of its table; raises `Refused` where there is none."""
    before = State(order.state)
    after = workorders.LIFECYCLE.after(before, verb)
    order.state = after
    tell(session, ticket, order, PAST[verb], by, at, was=before, became=after, data=data)


def end(
    session: Session,
    ticket: Ticket,
    order: WorkOrder,
    verb: Verb,
    by: str,
    at: datetime,
    data: Mapping[str, Any] | None = None,
) -> None:
    """A step after which nothing is asked of the unit any more, nor of those it handed the order down to."""
    move(session, ticket, order, verb, by, at, data)
    order.ended_at = at
    timekeeping.stop(session, ticket, order, timekeeping.ALL, at, by)
    for child in in_force(session, ticket, order):
        end(session, ticket, child, Verb.CANCEL, by, at)


def identity(ticket: Ticket) -> int:
    """The id of a ticket that is in the record."""
    assert ticket.id is not None
    return ticket.id


def _new(
    session: Session,
    city: CityPack,
    ticket: Ticket,
    unit: str,
    reason: str,
    at: datetime,
    part: Part,
    decided: bool,
) -> WorkOrder:
    return WorkOrder(
        ticket=identity(ticket),
        unit=unit,
        level="",
        role=part,
        state=workorders.first_state(_returns(session, ticket), decided=decided),
        reason=reason,
        issued_at=at,
        catalogue=city.catalogue.version,
    )


def _check_receiver(
    city: CityPack, ticket: Ticket, order: WorkOrder, held: Iterable[WorkOrder], at: datetime
) -> None:
    if city.units.on(catalogues.today(city, at), order.unit) is None:
        raise Refused("field.unknown", field="unit")
    if any(one.unit == order.unit for one in held):
        raise Refused("order.given_already")
    if ticket.about in {above.code for above in city.units.path(order.unit)}:
        raise Refused("order.about_itself")


def _locked(session: Session, order: WorkOrder | None) -> WorkOrder:
    if order is None:
        raise Refused("order.unknown")
    ticket_record.find(session, order.ticket, lock=True)
    session.refresh(order)
    return order


def _why(order: WorkOrder) -> dict[str, Any]:
    """On what an issue rests: the reason in words, and the catalogue's version where there is one."""
    return {"reason": order.reason} | ({"catalogue": order.catalogue} if order.catalogue else {})


def _returns(session: Session, ticket: Ticket) -> int:
    came_back = WorkOrder.ticket == ticket.id, WorkOrder.state == State.RETURNED
    return session.exec(select(func.count()).where(*came_back)).one()


PAST = {
    Verb.SIGN: "order.signed",
    Verb.RETURN: "order.returned",
    Verb.BIND: "order.bound",
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


def tell(
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
    """Writes down what happened to an order, with what whoever follows it needs to know."""
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
    delivery.note(session, ticket, order, kind, at, **_said_to_system(data))


def _said_to_system(data: Mapping[str, Any] | None) -> dict[str, Any]:
    """Of what happened: which request it was about, and why."""
    return {name: data[name] for name in ("request", "reason") if data and data.get(name)}
