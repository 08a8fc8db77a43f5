"""Who sees which ticket and which work order: one predicate, in SQL, for every list, page, search and socket."""

from __future__ import annotations

from collections.abc import Set

from sqlalchemy import ColumnElement, and_, or_, true
from sqlmodel import Session, col, select

from hotline.errors import Refused
from hotline.roles import Permission
from hotline.store.arrays import among
from hotline.store.tables import Attachment, Ticket, WorkOrder
from hotline.viewer import Viewer

TAKEN = ("cancelled", "returned")
"""States of a work order that ask nothing of its unit any more, and tell it nothing either."""


def tickets(viewer: Viewer) -> ColumnElement[bool]:
    """True for the tickets that `viewer` may see.

    Who may see all sees all but confidential ones, unless they opened them or may see those too; a unit's people
    see what they, or a unit below them, were asked to do, until the order is taken from them. Nobody sees a report
    about their own unit or one above it that they didn't write down themselves.
    """
    own = col(Ticket.opened_by) == viewer.account
    if viewer.may(Permission.TICKET_VIEW_ALL):
        plain = true() if viewer.may(Permission.TICKET_VIEW_CONFIDENTIAL) else ~col(Ticket.confidential)
        return or_(own, and_(plain, _not_about(viewer)))
    theirs = col(WorkOrder.state).not_in(TAKEN)
    asked = col(Ticket.id).in_(select(WorkOrder.ticket).where(among(WorkOrder.unit, viewer.units), theirs))
    return or_(own, and_(asked, _not_about(viewer)))


def orders(viewer: Viewer, of: Set[str] | None = None) -> ColumnElement[bool]:
    """True for the work orders that `viewer` may see as their own unit's; only those `of` some units, if asked for."""
    accused = select(Ticket.id).where(col(Ticket.about).in_(viewer.within))
    units = viewer.units if of is None else viewer.units & of
    return and_(among(WorkOrder.unit, units), col(WorkOrder.ticket).not_in(accused))


def attachments(viewer: Viewer) -> ColumnElement[bool]:
    """True for the files that `viewer` may see: those of tickets that they may see, as the thread is read. The centre
    reads all; a unit what the citizen may have, and what it or a unit below it handed in for itself and the centre.
    """
    seen = col(Attachment.ticket).in_(select(Ticket.id).where(tickets(viewer)))
    if viewer.may(Permission.TICKET_VIEW_ALL):
        return seen
    own = col(Attachment.work_order).in_(select(WorkOrder.id).where(among(WorkOrder.unit, viewer.units)))
    for_units = and_(col(Attachment.audience) == "unit", own)
    return and_(seen, or_(col(Attachment.audience) == "citizen", for_units))


def _not_about(viewer: Viewer) -> ColumnElement[bool]:
    return or_(col(Ticket.about).is_(None), col(Ticket.about).not_in(viewer.within))


def find_ticket(session: Session, viewer: Viewer, identity: int) -> Ticket:
    """The ticket, if this person may see it. Raises `Refused("ticket.unknown")`: what one may not see isn't there."""
    ticket = session.exec(select(Ticket).where(Ticket.id == identity, tickets(viewer))).first()
    if ticket is None:
        raise Refused("ticket.unknown", id=identity)
    return ticket
