"""What came from an older system: finding it by its old number, and saying where it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select
from sqlmodel import Session, select

from hotline.store.tables import Imported, Ticket

TICKETS = "tickets"


@dataclass(frozen=True)
class Origin:
    """The system that a ticket comes from, and its number there."""

    source: str
    number: str


def with_old_number(number: str) -> Select[Any]:
    """The ids of the tickets that had this number in any older system."""
    return select(Imported.subject).where(Imported.key == number, Imported.kind == TICKETS)


def origin(session: Session, ticket: Ticket) -> Origin | None:
    """Where the ticket comes from; None for one of our own."""
    if ticket.opened_by is not None:
        return None
    asked = select(Imported).where(Imported.subject == ticket.id, Imported.kind == TICKETS)
    found = session.exec(asked).first()
    return Origin(found.source, found.key) if found else None
