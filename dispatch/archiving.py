"""Archiving 归档: a ticket that has been over for as long as it could be reopened is put away."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import col, select

from hotline.facts import SYSTEM
from hotline.record import tickets as ticket_record
from hotline.store import Store
from hotline.store.tables import Ticket
from hotline.tickets import ARCHIVABLE, REOPEN_WITHIN, Verb

TOGETHER = 200  # tickets in one transaction


def archive(store: Store, at: datetime) -> int:
    """Puts away everything whose time has come by `at`; returns how many. Several processes may do it at once."""
    done, found = 0, TOGETHER
    while found == TOGETHER:
        with store.transaction() as session:
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
        found = len(tickets)
        done += found
    return done
