"""Views of personal data, in the journal: who looked at whose record, and when."""

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
    about = subject("citizen", citizen)
    same = (FactRow.subject == about, FactRow.kind == "person.viewed", FactRow.by == viewer.by)
    recent = select(FactRow.id).where(*same, FactRow.ticket == ticket, FactRow.call == call)
    if session.exec(recent.where(col(FactRow.at) > at - SAME_LOOK).limit(1)).first() is None:
        journal.append(session, Fact("person.viewed", about, at, by=viewer.by, ticket=ticket, call=call))
