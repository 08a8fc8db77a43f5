"""What people and machines are told, with what has become of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from hotline.store.tables.columns import identity


class MessageRow(SQLModel, table=True):
    """One message to one addressee: `account:7`, or an address of its channel. The same `key` is never posted twice.

    `next_try_at` is when it may be sent, at first or again; `error` is a word of `ERROR_WORDS`, never a person's data.
    A notice is there as soon as it is posted; `read_at` is when its reader saw it.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index("message_due", "next_try_at", postgresql_where=text("state IN ('waiting', 'failed')")),
        Index("message_unread", "to", postgresql_where=text("channel = 'notice' AND read_at IS NULL")),
        Index("message_by_addressee", "to", "id"),
        Index("message_by_state", "state", "id"),
    )

    id: int | None = identity()
    key: str = Field(unique=True)
    channel: str
    to: str
    subject: str
    body: str
    link: str = ""
    posted_at: datetime
    state: str
    attempts: int = 0
    next_try_at: datetime
    error: str = ""
    sent_at: datetime | None = None
    read_at: datetime | None = None
