"""What a unit does with its work order: sign for it, reach the citizen, hand it down, ask others along, reply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from dispatch import orders, reply_check, reviewing, tally, timekeeping
from dispatch.measures import Measure
from dispatch.workorders import OVER, Part, State, Verb
from hotline import tickets
from hotline.clock_policy import Kind
from hotline.errors import Refused
from hotline.pack.model import CityPack
from hotline.record import catalogues
from hotline.record import tickets as ticket_record
from hotline.roles import Permission
from hotline.store.tables import Ticket, WorkOrder
from hotline.viewer import Viewer

REPLY_LENGTH = 4000


@dataclass(frozen=True)
class Reply:
    """What a unit answers: a part that the citizen reads, and a part for the record. `override`: why it doesn't wait
    for the units that work along or below.
    """

    public: str
    internal: str = ""
    override: str = ""

    def __post_init__(self) -> None:
        if not self.public.strip():
            raise Refused("field.missing", field="public")
        for field in ("public", "internal", "override"):
            if len(getattr(self, field)) > REPLY_LENGTH:
                raise Refused("field.too_long", field=field, limit=REPLY_LENGTH)


def sign(session: Session, order: WorkOrder, viewer: Viewer, at: datetime) -> None:
    """The unit takes it on."""
    viewer.must(Permission.ORDER_SIGN)
    ticket = ticket_record.find(session, order.ticket)
    orders.move(session, ticket, order, Verb.SIGN, viewer.by, at)
    order.signed_at, order.signed_by = at, viewer.account
    tally.note(session, order, Measure.SIGNED, at)
    timekeeping.stop(session, ticket, order, timekeeping.AT_SIGNING, at, viewer.by)


def contact(session: Session, order: WorkOrder, how: str, viewer: Viewer, at: datetime) -> None:
    """The unit has reached the citizen for the first time. `how` says when, by which way and what was said.

    Raises `Refused("order.contacted_already")`, and that of its state where the unit hasn't signed.
    """
    viewer.must(Permission.ORDER_REPLY)
    if not how.strip():
        raise Refused("field.missing", field="how")
    if order.contacted_at is not None:
        raise Refused("order.contacted_already")
    if State(order.state) not in (State.SIGNED, State.SUSPENDED, State.DELEGATED):
        raise Refused("order.may_not_reply", state=order.state)
    ticket = ticket_record.find(session, order.ticket)
    order.contacted_at, order.contact = at, how.strip()
    orders.tell(session, ticket, order, "order.contacted", viewer.by, at)
    ticket_record.write(session, ticket, order.contact, "unit", viewer, at)
    tally.note(session, order, Measure.CONTACTED, at)
    timekeeping.stop(session, ticket, order, frozenset({Kind.CONTACT}), at, viewer.by)


def delegate(
    session: Session,
    city: CityPack,
    order: WorkOrder,
    units: Sequence[str],
    reason: str,
    basis: str,
    viewer: Viewer,
    at: datetime,
) -> list[WorkOrder]:
    """Hands the order down to units below, the first of which leads. Whoever delegates still answers for it.

    Raises `Refused("order.not_below")`, and `order.not_theirs` where the catalogue has the matter handled higher up
    and no `basis` is named: a department's duty isn't put on the towns (国办函〔2025〕66号).
    """
    viewer.must(Permission.ORDER_DELEGATE)
    if not units:
        raise Refused("field.missing", field="units")
    ticket = ticket_record.find(session, order.ticket)
    for unit in units:
        _check_below(city, ticket, order, unit, basis, at)
    handed = {"units": list(units), "reason": reason, "basis": basis.strip()}
    if State(order.state) is not State.DELEGATED:  # one more may be asked later
        if order.signed_at is None:  # who hands it down has taken it on
            tally.note(session, order, Measure.SIGNED, at)
        orders.move(session, ticket, order, Verb.DELEGATE, viewer.by, at, handed)
        timekeeping.stop(session, ticket, order, timekeeping.AT_SIGNING, at, viewer.by)
    return [_hand_down(session, city, ticket, order, unit, reason, viewer, at) for unit in units]


def take_back(session: Session, order: WorkOrder, viewer: Viewer, at: datetime) -> None:
    """Goes on with a delegated order itself; those below have nothing more to do for it."""
    viewer.must(Permission.ORDER_DELEGATE)
    ticket = ticket_record.find(session, order.ticket)
    orders.move(session, ticket, order, Verb.TAKE_BACK, viewer.by, at)
    for child in orders.in_force(session, ticket, order):
        orders.end(session, ticket, child, Verb.CANCEL, viewer.by, at)


def ask_along(
    session: Session, city: CityPack, order: WorkOrder, unit: str, reason: str, viewer: Viewer, at: datetime
) -> WorkOrder:
    """The unit that leads has another one work along 加派协办. Raises `Refused("order.not_lead")`."""
    viewer.must(Permission.ORDER_DELEGATE)
    if order.role == Part.CO or State(order.state) in OVER:
        raise Refused("order.not_lead")
    ticket = ticket_record.find(session, order.ticket)
    beside = orders.in_force(session, ticket, _parent(session, order))
    other = _order(city, ticket, unit, Part.CO, reason, viewer, at)
    other.parent = order.parent
    orders.give(session, city, ticket, other, beside, viewer.by, at)
    return other


def resume(session: Session, city: CityPack, order: WorkOrder, viewer: Viewer, at: datetime) -> None:
    """Goes on with a suspended order; its clocks run again."""
    viewer.must(Permission.ORDER_SIGN)
    ticket = ticket_record.find(session, order.ticket)
    orders.move(session, ticket, order, Verb.RESUME, viewer.by, at)
    order.review_on = None
    timekeeping.resume_for_order(session, city, ticket, order, at, viewer.by)


def reply(
    session: Session, city: CityPack, order: WorkOrder, answer: Reply, viewer: Viewer, at: datetime
) -> None:
    """The unit answers. With the lead's answer, or the last of several equals', the ticket has its reply.

    Raises `Refused("order.others_working")` while units that it has to wait for haven't replied, and
    `order.needs_approval` where the unit's leader has to let it go.
    """
    viewer.must(Permission.ORDER_REPLY)
    if needs_approval(city, order, viewer):
        raise Refused("order.needs_approval")
    ticket = ticket_record.find(session, order.ticket)
    check_public(ticket, answer.public)
    _settle_others(session, city, ticket, order, answer.override.strip(), viewer, at)
    said = {"override": answer.override.strip()} if answer.override.strip() else {}
    orders.move(session, ticket, order, Verb.REPLY, viewer.by, at, said)
    order.replied_at = at
    order.public_reply, order.internal_reply = answer.public.strip(), answer.internal.strip()
    _write_down(session, ticket, order, viewer, at)
    tally.note_reply(session, order, at)
    timekeeping.stop(session, ticket, order, timekeeping.AT_REPLY, at, viewer.by)
    if order.parent is None and order.role != Part.CO:
        _answer_ticket(session, city, ticket, order, viewer, at)


def check_public(ticket: Ticket, words: str) -> None:
    """What the public may read gives no person away. Raises `Refused("reply.personal")`."""
    found = reply_check.personal(words, ticket.contact)
    if found:
        raise Refused("reply.personal", field="public", what="、".join(one.what for one in found))


def needs_approval(city: CityPack, order: WorkOrder, viewer: Viewer) -> bool:
    """Whether this person's reply has to be let go by a leader of the unit."""
    unit = city.units.get(order.unit)
    return unit is not None and unit.approves and not viewer.may(Permission.ORDER_APPROVE)


def waits_for(session: Session, ticket: Ticket, order: WorkOrder) -> list[WorkOrder]:
    """Those whose reply the order needs before its own: all below it, and for a lead those that work along."""
    below = orders.in_force(session, ticket, order)
    if order.role != Part.LEAD:
        return below
    beside = orders.in_force(session, ticket, _parent(session, order))
    return [*below, *(one for one in beside if one.role == Part.CO)]


def _settle_others(
    session: Session,
    city: CityPack,
    ticket: Ticket,
    order: WorkOrder,
    override: str,
    viewer: Viewer,
    at: datetime,
) -> None:
    others = waits_for(session, ticket, order)
    working = [one for one in others if State(one.state) is not State.REPLIED]
    if working and not override:
        names = "、".join(city.units[one.unit].name_zh for one in working)
        raise Refused("order.others_working", units=names, field="override")
    for one in others:
        verb = Verb.CANCEL if one in working else Verb.ACCEPT
        orders.end(session, ticket, one, verb, viewer.by, at, {"reason": override} if one in working else {})


def _write_down(session: Session, ticket: Ticket, order: WorkOrder, viewer: Viewer, at: datetime) -> None:
    """A reply to the unit above isn't the citizen's to read."""
    reaches_citizen = order.parent is None and order.role != Part.CO
    ticket_record.write(
        session, ticket, order.public_reply, "citizen" if reaches_citizen else "unit", viewer, at
    )
    if order.internal_reply:
        ticket_record.write(session, ticket, order.internal_reply, "unit", viewer, at)


def _answer_ticket(
    session: Session, city: CityPack, ticket: Ticket, order: WorkOrder, viewer: Viewer, at: datetime
) -> None:
    equals = [one for one in orders.in_force(session, ticket) if one.role == Part.EQUAL]
    if any(State(one.state) is not State.REPLIED for one in equals):
        return
    ticket.reply = _joined(city, equals) if len(equals) > 1 else order.public_reply
    ticket_record.move(session, ticket, tickets.Verb.REPLY, viewer.by, at, {"unit": order.unit})
    reviewing.begin(session, city, ticket, at)


def _joined(city: CityPack, equals: Sequence[WorkOrder]) -> str:
    return "\n\n".join(f"【{city.units[one.unit].name_zh}】{one.public_reply}" for one in equals)


def _check_below(
    city: CityPack, ticket: Ticket, order: WorkOrder, unit: str, basis: str, at: datetime
) -> None:
    below = {one.code for one in city.units.below(order.unit)} - {order.unit}
    found = city.units.on(catalogues.today(city, at), unit)
    if unit not in below or found is None:
        raise Refused("order.not_below", field="units")
    matter = city.catalogue.matters.get(ticket.matter or "")
    if matter is not None and found.level.depth > matter.level.depth and not basis.strip():
        raise Refused("order.not_theirs", field="basis")


def _hand_down(
    session: Session,
    city: CityPack,
    ticket: Ticket,
    order: WorkOrder,
    unit: str,
    reason: str,
    viewer: Viewer,
    at: datetime,
) -> WorkOrder:
    beside = orders.in_force(session, ticket, order)
    child = _order(city, ticket, unit, Part.CO if beside else Part.LEAD, reason, viewer, at)
    child.parent = order.id
    orders.give(session, city, ticket, child, beside, viewer.by, at)
    return child


def _order(
    city: CityPack, ticket: Ticket, unit: str, part: Part, reason: str, viewer: Viewer, at: datetime
) -> WorkOrder:
    return WorkOrder(
        ticket=orders.identity(ticket),
        unit=unit,
        level="",
        role=part,
        state=State.ISSUED,
        reason=reason,
        issued_by=viewer.account,
        issued_at=at,
        catalogue=city.catalogue.version,
    )


def _parent(session: Session, order: WorkOrder) -> WorkOrder | None:
    return session.get(WorkOrder, order.parent) if order.parent is not None else None
