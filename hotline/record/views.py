"""Views of personal data, in the journal: who looked at whose record or listened to it, and when."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from hotline import journal
from hotline.facts import Fact, subject
from hotline.store.tables import FactRow
from hotline.viewer import Viewer

SAME_LOOK = timedelta(minutes=10)
"""Looking again within this time is the same look: a live page asks for its parts again and again."""


def person_viewed(
    session: Session,
    viewer: Viewer,
    at: datetime,
    *,
    citizen: int,
    ticket: int | None = None,
    call: str | None = None,
) -> None:
    """Writes down that `viewer` saw a citizen's name and number, on a ticket's page or with a call."""
    _write(
        session, Fact("person.viewed", subject("citizen", citizen), at, viewer.by, ticket=ticket, call=call)
    )


def ticket_viewed(session: Session, viewer: Viewer, at: datetime, *, ticket: int) -> None:
    """Writes down that `viewer` read a confidential ticket, though not whose it is."""
    _write(session, Fact("ticket.viewed", subject("ticket", ticket), at, viewer.by, ticket=ticket))


def recording_played(
    session: Session, viewer: Viewer, at: datetime, *, call: str, ticket: int | None
) -> None:
    """Writes down that `viewer` listened to a call; a player asks for it in many pieces, from anywhere in it."""
    _write(session, Fact("recording.played", subject("call", call), at, viewer.by, ticket=ticket, call=call))


def _write(session: Session, look: Fact) -> None:
    same = (FactRow.subject == look.subject, FactRow.kind == look.kind, FactRow.by == look.by)
    recent = select(FactRow.id).where(*same, FactRow.ticket == look.ticket, FactRow.call == look.call)
    if session.exec(recent.where(col(FactRow.at) > look.at - SAME_LOOK).limit(1)).first() is None:
        journal.append(session, look)
