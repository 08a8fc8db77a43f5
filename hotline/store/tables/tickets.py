"""What citizens want, and what is written about it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from hotline.store.tables.columns import identity, points_at


class Ticket(SQLModel, table=True):
    """What a citizen wants. `line` is the number that was dialled; `matter`, `area` are codes of the pack.

    Nobody of ours opened one that was imported from an older system. `about` is the code of the unit that a report
    accuses: neither it nor anybody below it ever sees the ticket.
    """

    __table_args__ = (
        Index("ticket_by_citizen", "citizen", "id"),
        Index("ticket_open", "state", "id", postgresql_where=text("closed_at IS NULL")),
        Index(
            "ticket_to_archive",
            "closed_at",
            postgresql_where=text("state IN ('answered', 'closed', 'transferred')"),
        ),
        Index(
            "ticket_over",
            "id",
            postgresql_where=text(
                "state IN ('answered', 'archived', 'closed', 'merged', 'transferred', 'voided')"
            ),
        ),
        Index("ticket_open_by_area", "area", postgresql_where=text("closed_at IS NULL")),
        Index("ticket_open_by_urgency", "urgency", postgresql_where=text("closed_at IS NULL")),
        Index("ticket_open_by_matter", "matter", "id", postgresql_where=text("closed_at IS NULL")),
        Index("ticket_about", "about", "id", postgresql_where=text("about IS NOT NULL")),
    )

    id: int | None = identity()
    number: str = Field(unique=True)
    query_code: str
    type: str
    channel: str = "phone"
    line: str
    call: str | None = Field(default=None, index=True)
    citizen: int = points_at("citizen.id", index=False)
    contact: str = ""
    title: str
    content: str
    matter: str | None = None
    area: str | None = Field(default=None, index=True)
    place: str = ""
    urgency: str = "normal"
    confidential: bool = False
    about: str | None = None
    state: str
    redone: int = 0
    urged: int = 0
    reply: str = ""
    solution: str | None = None
    satisfaction: str | None = None
    opened_by: int | None = points_at("account.id", nullable=True)
    opened_at: datetime = Field(index=True)
    due_at: datetime | None = None
    closed_at: datetime | None = None


class TicketEntry(SQLModel, table=True):
    """A text in a ticket's thread; `audience` says who may read it: internal, unit, shared (all units) or citizen."""

    __tablename__ = "ticket_entry"

    id: int | None = identity()
    ticket: int = points_at("ticket.id")
    at: datetime
    author: int | None = points_at("account.id", nullable=True, index=False)
    audience: str
    text: str
