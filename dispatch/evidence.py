"""Evidence 佐证材料 of a work order: handed in by the unit that has it, until its reply has left."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from dispatch import orders
from dispatch.workorders import OVER, State
from hotline.errors import Refused
from hotline.evidence import Audience
from hotline.record import attachments
from hotline.record import tickets as ticket_record
from hotline.record.attachments import Given
from hotline.roles import Permission
from hotline.store.tables import Attachment, WorkOrder
from hotline.viewer import Viewer

GONE = frozenset({*OVER, State.REPLIED})
"""States in which nothing is handed in or taken away any more."""


def hand_in(
    session: Session, folder: Path, order_id: int, given: Given, viewer: Viewer, at: datetime
) -> Attachment:
    """Keeps a file with the order. Raises `Refused` as `hotline.evidence` does, and `attachment.stays` once the reply
    has left.
    """
    viewer.must(Permission.ORDER_REPLY)
    order = orders.find(session, viewer, order_id)
    _check_here(order)
    if given.audience is Audience.INTERNAL:
        raise Refused("field.unknown", field="audience")
    ticket = ticket_record.find(session, order.ticket)
    return attachments.keep(session, folder, ticket, order, given, viewer, at)


def take_away(session: Session, identity: int, viewer: Viewer, at: datetime) -> None:
    """Takes away a file of one's own unit. Raises `Refused("attachment.stays")` once the reply has left."""
    viewer.must(Permission.ORDER_REPLY)
    row = attachments.find(session, viewer, identity)
    if row.work_order is None:
        raise Refused("attachment.stays")
    order = orders.find(session, viewer, row.work_order)
    _check_here(order)
    attachments.remove(session, ticket_record.find(session, order.ticket), order, row, viewer, at)


def _check_here(order: WorkOrder) -> None:
    if State(order.state) in GONE:
        raise Refused("attachment.stays")
