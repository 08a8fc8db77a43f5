"""Archiving 归档: a ticket that has been over for as long as it could be reopened is put away."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from hotline.facts import SYSTEM
from hotline.record import tickets as ticket_record
from hotline.store.tables import Ticket
from hotline.tickets import ARCHIVABLE, REOPEN_WITHIN, Verb

TOGETHER = 200  # tickets in one transaction


def archive(session: Session, at: datetime) -> int:
    """Puts away some of those whose time has come by `at`, the longest over first; returns how many. With fewer than
    `TOGETHER`, nothing more is to be put away, or somebody else does it.
    """
    due = (
        select(Ticket)
        .where(col(Ticket.state).in_(ARCHIVABLE), col(Ticket.closed_at) < at - REOPEN_WITHIN)
        .order_by(col(Ticket.closed_at))
        .limit(TOGETHER)
        .with_for_update(skip_locked=True)
    )
    tickets = session.exec(due).all()
    for ticket in tickets:
        ticket_record.move(session, ticket, Verb.ARCHIVE, SYSTEM, at)
    return len(tickets)
