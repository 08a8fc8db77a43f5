"""How a reply is judged: by the centre before it reaches the citizen, by the unit above where it was handed down, and
by the citizen at the revisit; and the ends of a ticket with all its orders.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from dispatch import merging, orders, revisit_tasks, tally, timekeeping
from dispatch.measures import Measure
from dispatch.revisits import Outcome
from dispatch.workorders import OVER, Part, State, Verb
from hotline import tickets
from hotline.clock_policy import Kind
from hotline.errors import Refused
from hotline.facts import SYSTEM
from hotline.pack.model import CityPack
from hotline.record import tickets as ticket_record
from hotline.roles import Permission
from hotline.store.tables import Ticket, WorkOrder
from hotline.viewer import Viewer

REVIEW = frozenset({Kind.REVIEW})
REVISIT = frozenset({Kind.REVISIT})


def begin(session: Session, city: CityPack, ticket: Ticket, at: datetime) -> None:
    """A ticket has its reply. Where the policy promises a review it waits for that; else the citizen is next."""
    if not timekeeping.start_for_review(session, city, ticket, at, SYSTEM):
        _pass_on(session, city, ticket, SYSTEM, at)


def accept(
    session: Session, city: CityPack, ticket: Ticket, words: str, viewer: Viewer, at: datetime
) -> None:
    """The reply answers what was asked, and the citizen may have it; in other `words` where some are given."""
    viewer.must(Permission.ORDER_REVIEW)
    if words.strip() and words.strip() != ticket.reply:
        ticket.reply = words.strip()
        ticket_record.write(session, ticket, ticket.reply, "citizen", viewer, at)
    _pass_on(session, city, ticket, viewer.by, at)


def send_back(
    session: Session, city: CityPack, ticket: Ticket, note: str, viewer: Viewer, at: datetime
) -> None:
    """The reply doesn't answer what was asked: the units that gave it have to do it again, and read why."""
    viewer.must(Permission.ORDER_REVIEW)
    give_back(session, city, ticket, note, viewer, at)


def give_back(
    session: Session, city: CityPack, ticket: Ticket, note: str, viewer: Viewer, at: datetime
) -> None:
    """The units that replied have to do it again. From a revisit it is the citizen who isn't content, which may happen
    `tickets.REDO_LIMIT` times.
    """
    if not note.strip():
        raise Refused("field.missing", field="note")
    ticket_record.move(session, ticket, tickets.Verb.REDO, viewer.by, at)
    timekeeping.stop(session, ticket, None, REVIEW | REVISIT, at, viewer.by)
    revisit_tasks.end(session, ticket, Outcome.REDONE, viewer.by, at)
    ticket_record.write(session, ticket, note.strip(), "shared", viewer, at)
    replied = answering(session, ticket)
    for order in replied:
        redo(session, city, ticket, order, note, viewer, at)
    if not replied:
        merging.give_own_orders(session, city, ticket, note.strip(), viewer, at)


def accept_below(session: Session, order: WorkOrder, viewer: Viewer, at: datetime) -> None:
    """The unit above is content with what it had handed down."""
    ticket = _of_unit_above(session, order, viewer)
    orders.end(session, ticket, order, Verb.ACCEPT, viewer.by, at)


def send_back_below(
    session: Session, city: CityPack, order: WorkOrder, note: str, viewer: Viewer, at: datetime
) -> None:
    """The unit above has it done again."""
    ticket = _of_unit_above(session, order, viewer)
    if not note.strip():
        raise Refused("field.missing", field="note")
    redo(session, city, ticket, order, note, viewer, at)


def redo(
    session: Session,
    city: CityPack,
    ticket: Ticket,
    order: WorkOrder,
    note: str,
    viewer: Viewer,
    at: datetime,
) -> None:
    """One order begins again, with clocks of its own; what the citizen was told stays."""
    tally.note(session, order, Measure.REDONE, at, good=False)
    orders.move(session, ticket, order, Verb.REDO, viewer.by, at, {"reason": note.strip()})
    order.signed_at = order.replied_at = order.ended_at = None
    timekeeping.restart_for_order(session, city, ticket, order, at, viewer.by)


def end_all(session: Session, ticket: Ticket, by: str, at: datetime) -> None:
    """The ticket is over: every reply stands accepted, and what still runs is cancelled."""
    tally.note_verdict(session, ticket, answering(session, ticket), at)
    for order in orders.of_ticket(session, ticket):
        state = State(order.state)
        if state is State.ACCEPTED and order.ended_at is None:
            order.ended_at = at
        elif state not in OVER:
            verb = Verb.ACCEPT if state is State.REPLIED else Verb.CANCEL
            orders.end(session, ticket, order, verb, by, at)
    timekeeping.stop(session, ticket, None, timekeeping.ALL, at, by)


def reopen(
    session: Session, city: CityPack, ticket: Ticket, reason: str, viewer: Viewer, at: datetime
) -> None:
    """The citizen comes back within `tickets.REOPEN_WITHIN`: the ticket is to be dispatched again."""
    viewer.must(Permission.TICKET_EDIT)
    if not reason.strip():
        raise Refused("field.missing", field="reason")
    ticket_record.move(session, ticket, tickets.Verb.REOPEN, viewer.by, at, {"reason": reason.strip()})
    timekeeping.reopen_for_ticket(session, city, ticket, at, viewer.by)


def _pass_on(session: Session, city: CityPack, ticket: Ticket, by: str, at: datetime) -> None:
    ticket_record.move(session, ticket, tickets.Verb.REVISIT, by, at)
    timekeeping.stop(session, ticket, None, REVIEW, at, by)
    timekeeping.start_for_revisit(session, city, ticket, at, by)
    revisit_tasks.begin(session, city, ticket, at, by)
    for order in answering(session, ticket):
        orders.move(session, ticket, order, Verb.ACCEPT, by, at)
    pass_on_to_merged(session, city, ticket, by, at)


def pass_on_to_merged(session: Session, city: CityPack, lead: Ticket, by: str, at: datetime) -> None:
    """Each citizen whose ticket was merged under `lead` has the same reply, and a revisit of their own."""
    for ticket in merging.give_reply(session, lead, by, at):
        _pass_on(session, city, ticket, by, at)


def answering(session: Session, ticket: Ticket) -> Sequence[WorkOrder]:
    """The orders whose replies are the ticket's."""
    return [
        order
        for order in orders.of_ticket(session, ticket)
        if order.parent is None
        and order.role != Part.CO
        and order.ended_at is None
        and State(order.state) in (State.REPLIED, State.ACCEPTED)
    ]


def _of_unit_above(session: Session, order: WorkOrder, viewer: Viewer) -> Ticket:
    parent = session.get(WorkOrder, order.parent) if order.parent is not None else None
    if parent is None or parent.unit not in viewer.units:
        raise Refused("order.unknown")
    viewer.must(Permission.ORDER_REPLY)
    return ticket_record.find(session, order.ticket)
