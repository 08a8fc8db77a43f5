"""Tickets that speak of one thing, and what many tickets speak of at once."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Column, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from hotline.store.tables.columns import identity, points_at


class TicketLink(SQLModel, table=True):
    """That `ticket` repeats an earlier one of the same citizen, or was merged under the lead ticket of several.

    A link that was undone stays. `replaces`: the link that a lead brought along when it was merged itself.
    """

    __tablename__ = "ticket_link"
    __table_args__ = (
        Index("ticket_link_one", "ticket", "kind", unique=True, postgresql_where=text("undone_at IS NULL")),
    )

    id: int | None = identity()
    kind: str
    ticket: int = points_at("ticket.id")
    lead: int = points_at("ticket.id")
    why: str = ""
    by: str
    at: datetime
    undone_at: datetime | None = None
    undone_by: str = ""
    replaces: int | None = points_at("ticket_link.id", nullable=True)


class MatterDay(SQLModel, table=True):
    """Tickets opened on one of the city's days about one matter in one area, confidential ones left out; a ticket
    without a matter or area counts under the empty code.
    """

    __tablename__ = "matter_day"

    day: date = Field(primary_key=True)
    matter: str = Field(primary_key=True)
    area: str = Field(primary_key=True)
    tickets: int = 0


class JournalMark(SQLModel, table=True):
    """Up to which horizon somebody who follows the journal at their own pace has read it."""

    __tablename__ = "journal_mark"

    reader: str = Field(primary_key=True)
    horizon: int = Field(sa_type=BigInteger)


class HotIssue(SQLModel, table=True):
    """A matter, or a heading of the catalogue, of which an area has more tickets than it used to.

    `level` is the highest that it reached. What is counted is as of `seen_at`, when it was still hot; `days` are its
    tickets day by day, that day's last.
    """

    __tablename__ = "hot_issue"
    __table_args__ = (
        Index("hot_issue_now", "area", "matter", unique=True, postgresql_where=text("ended_at IS NULL")),
    )

    id: int | None = identity()
    area: str
    matter: str
    level: str
    tickets: int
    expected: float
    surprise: float
    words: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    days: list[int] = Field(sa_column=Column(ARRAY(Integer), nullable=False))
    found_at: datetime
    seen_at: datetime
    ended_at: datetime | None = None
