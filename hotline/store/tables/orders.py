"""Units' duties and the promises on them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from hotline.store.tables.columns import identity, points_at


class WorkOrder(SQLModel, table=True):
    """One unit's duty for a ticket. A bound order can't be returned.

    `catalogue` is the version under which it was issued.
    """

    __tablename__ = "work_order"
    __table_args__ = (
        Index("order_open_by_unit", "unit", "state", "id", postgresql_where=text("ended_at IS NULL")),
    )

    id: int | None = identity()
    ticket: int = points_at("ticket.id")
    unit: str = Field(index=True)
    level: str
    role: str = "lead"
    state: str
    reason: str = ""
    issued_by: int | None = points_at("account.id", nullable=True, index=False)
    issued_at: datetime
    signed_at: datetime | None = None
    signed_by: int | None = points_at("account.id", nullable=True, index=False)
    replied_at: datetime | None = None
    ended_at: datetime | None = None
    public_reply: str = ""
    internal_reply: str = ""
    catalogue: int | None = points_at("catalogue_version.id", nullable=True, index=False)


class ClockRow(SQLModel, table=True):
    """A promise against a calendar. What has run of it is replayed from its pauses, never kept in a counter.

    `due_at`, `amber_at` and `next_event_at` are what the replay gave last, kept so that an index can find what is due.
    """

    __tablename__ = "clock"
    __table_args__ = (Index("clock_next", "next_event_at", postgresql_where=text("stopped_at IS NULL")),)

    id: int | None = identity()
    ticket: int = points_at("ticket.id")
    work_order: int | None = points_at("work_order.id", nullable=True)
    kind: str
    amount: int
    measure: str
    amber_amount: int
    amber_measure: str
    calendar: str
    policy: str
    started_at: datetime
    due_at: datetime | None
    amber_at: datetime | None = None
    provisional: bool = False
    next_event_at: datetime | None = None
    stopped_at: datetime | None = None


class ClockPause(SQLModel, table=True):
    """A stretch in which a clock stood still, with who approved it and why; without an end it still does."""

    __tablename__ = "clock_pause"

    id: int | None = identity()
    clock: int = points_at("clock.id")
    begins_at: datetime
    ends_at: datetime | None = None
    why: str
    by: str
