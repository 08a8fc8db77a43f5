"""Merging tickets 并案 under one lead, and taking that back. Nothing is destroyed: a merged ticket keeps its citizen,
number, words and what the citizen was promised; its units' orders end, and it waits for the lead's reply.

Of its clocks, those of the centre's dispatch and of its units stop with what they were for. What the citizen was told
runs on: being merged is no reason to wait longer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from dispatch import linking, orders, repeats, timekeeping
from dispatch.linking import Kind
from dispatch.repeats import Standing
from dispatch.workorders import Part
from dispatch.workorders import State as OrderState
from dispatch.workorders import Verb as OrderVerb
from hotline.clock_policy import Kind as ClockKind
from hotline.errors import Refused
from hotline.pack.model import CityPack
from hotline.record import tickets as ticket_record
from hotline.record import visibility
from hotline.roles import Permission
from hotline.store.rows import put
from hotline.store.tables import Ticket, TicketEntry, TicketLink, WorkOrder
from hotline.tickets import State, Verb
from hotline.viewer import Viewer


def merge(
    session: Session,
    chosen: Sequence[int],
    why: str,
    viewer: Viewer,
    at: datetime,
    *,
    lead: int | None = None,
) -> tuple[Ticket, list[TicketLink]]:
    """Merges the `chosen` tickets under `lead`, or under whichever of them is the furthest on its way. One that was
    merged before stands for its lead, and what one of them leads comes along: nothing hangs on what hangs itself.

    `why` is for the lead's units to read. Raises `Refused`: `ticket.unknown` for one that this person may not see,
    `link.already` where they are one already, and as `repeats.lead_of` and `repeats.check_merge` do.
    """
    viewer.must(Permission.ORDER_DECIDE)
    if len({*chosen, *filter(None, [lead])}) < 2:
        raise Refused("link.too_few")
    found = _locked(session, viewer, [*chosen, *filter(None, [lead])])
    if len(found) < 2:
        raise Refused("link.already")
    standings = {one.id: one for one in _standings(session, list(found.values()))}
    named = linking.live(session, ticket_record.find(session, lead)).id if lead else None
    first = standings[named or repeats.lead_of(list(standings.values())).id]
    links = []
    for standing in (one for one in standings.values() if one is not first):
        repeats.check_merge(first, standing)
        links.append(_merge(session, found[first.id], found[standing.id], why, viewer, at))
    if why.strip():
        ticket_record.write(session, found[first.id], why.strip(), "shared", viewer, at)
    return found[first.id], links


def separate(session: Session, city: CityPack, ticket: Ticket, viewer: Viewer, at: datetime) -> None:
    """Takes a merged ticket out again: it is to be dispatched, and what it had led before follows it back."""
    viewer.must(Permission.ORDER_DECIDE)
    link = linking.standing(session, Kind.MERGED, orders.identity(ticket))
    ticket_record.move(session, ticket, Verb.SEPARATE, viewer.by, at)
    timekeeping.start_for_ticket(session, city, ticket, at, viewer.by)
    if link is None:
        return
    linking.untie(session, link, viewer.by, at)
    linking.tell(session, session.get_one(Ticket, link.lead), "ticket.left", link.ticket, viewer.by, at)
    for brought in linking.brought_by(session, link):
        linking.tie(session, Kind.MERGED, brought.ticket, link.ticket, brought.why, viewer.by, at)
        linking.tell(session, ticket, "ticket.joined", brought.ticket, viewer.by, at)


def give_reply(session: Session, lead: Ticket, by: str, at: datetime) -> list[Ticket]:
    """Everybody who waits for the reply of `lead` has it now; returns their tickets, each to be revisited by itself."""
    session.flush()
    waiting = list(linking.waiting(session, orders.identity(lead), lock=True))
    author = _author(session, lead) if waiting else None
    for ticket in waiting:
        ticket.reply = lead.reply
        put(
            session,
            TicketEntry(ticket=ticket.id or 0, at=at, author=author, audience="citizen", text=lead.reply),
        )
        ticket_record.move(session, ticket, Verb.REPLY, by, at)
        linking.tell(session, ticket, "ticket.reply_shared", orders.identity(lead), by, at)
    return waiting


def give_own_orders(
    session: Session, city: CityPack, ticket: Ticket, note: str, viewer: Viewer, at: datetime
) -> None:
    """A citizen isn't content with a reply that came from a lead: whoever gave it there gets an order for this ticket
    alone, and may not return it.
    """
    link = linking.standing(session, Kind.MERGED, orders.identity(ticket))
    if link is None:
        return
    linking.untie(session, link, viewer.by, at)
    answered = _answering(session, link.lead)
    for order in answered:
        part = Part(order.role)
        orders.issue(session, city, ticket, order.unit, note, viewer, at, part=part, decided=True)
    if not answered:  # the centre had answered it itself
        orders.back_to_dispatch(session, city, ticket, viewer.by, at)


def _merge(
    session: Session, lead: Ticket, ticket: Ticket, why: str, viewer: Viewer, at: datetime
) -> TicketLink:
    by = viewer.by
    ticket_record.move(session, ticket, Verb.MERGE, by, at, {"reason": why.strip()} if why.strip() else {})
    timekeeping.stop(session, ticket, None, {ClockKind.DISPATCH, ClockKind.REVIEW}, at, by)
    for order in orders.in_force(session, ticket):
        replied = OrderState(order.state) is OrderState.REPLIED
        orders.end(session, ticket, order, OrderVerb.ACCEPT if replied else OrderVerb.CANCEL, by, at)
    for order in orders.in_force(session, lead):
        orders.tell(session, lead, order, "order.joined", by, at)
    link = _hang(session, lead, orders.identity(ticket), why, by, at)
    for brought in linking.upon(session, Kind.MERGED, [link.ticket]):
        _hang(session, lead, brought.ticket, brought.why, by, at, replaces=brought.id)
    return link


def _hang(
    session: Session,
    lead: Ticket,
    ticket: int,
    why: str,
    by: str,
    at: datetime,
    *,
    replaces: int | None = None,
) -> TicketLink:
    linking.tell(session, lead, "ticket.joined", ticket, by, at)
    return linking.tie(session, Kind.MERGED, ticket, orders.identity(lead), why, by, at, replaces=replaces)


def _locked(session: Session, viewer: Viewer, chosen: Sequence[int]) -> dict[int, Ticket]:
    """The tickets that these stand for, by id; locked in one order, so that no two merges wait for each other."""
    seen = [visibility.find_ticket(session, viewer, identity) for identity in chosen]
    alive = {orders.identity(linking.live(session, ticket)) for ticket in seen}
    for identity in alive:
        visibility.find_ticket(session, viewer, identity)
    return {identity: ticket_record.find(session, identity, lock=True) for identity in sorted(alive)}


def _standings(session: Session, tickets: Sequence[Ticket]) -> list[Standing]:
    led = linking.followers(session, [orders.identity(one) for one in tickets])
    return [
        Standing(
            id=orders.identity(one),
            state=State(one.state),
            opened_at=one.opened_at,
            confidential=one.confidential,
            about=one.about,
            followers=led.get(orders.identity(one), 0),
        )
        for one in tickets
    ]


def _author(session: Session, lead: Ticket) -> int | None:
    said = select(TicketEntry).where(TicketEntry.ticket == lead.id, TicketEntry.audience == "citizen")
    last = session.exec(said.order_by(col(TicketEntry.id).desc()).limit(1)).first()
    return last.author if last else None


def _answering(session: Session, lead: int) -> list[WorkOrder]:
    """The orders that the lead's reply comes from."""
    its = (WorkOrder.ticket == lead, col(WorkOrder.parent).is_(None), WorkOrder.role != Part.CO)
    in_vain = col(WorkOrder.state).in_((OrderState.RETURNED, OrderState.CANCELLED))
    return list(session.exec(select(WorkOrder).where(*its, ~in_vain).order_by(col(WorkOrder.id))))
