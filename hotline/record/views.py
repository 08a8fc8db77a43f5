"""Views of personal data, in the journal: who looked at whose record, and when."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from hotline import journal
from hotline.facts import Fact, subject
from hotline.viewer import Viewer


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
    journal.append(session, Fact("person.viewed", about, at, by=viewer.by, ticket=ticket, call=call))
