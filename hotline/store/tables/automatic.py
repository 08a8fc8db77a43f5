"""Dispatching without a person: from which confidence on a matter may go by itself, and what became of each ticket."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Index, text
from sqlmodel import Field, SQLModel

from hotline.store.tables.columns import points_at


class MatterThreshold(SQLModel, table=True):
    """From which confidence (0 to 1) on tickets of a matter are dispatched by themselves. No row: never."""

    __tablename__ = "matter_threshold"

    matter: str = Field(primary_key=True)
    threshold: float
    set_by: str
    set_at: datetime


class AutomaticDispatch(SQLModel, table=True):
    """A ticket that an agent left to a dispatcher at `left_at`, and what the system made of it: looked at once.

    `outcome` says whether it was sent or why it was left to a person. `matter` and `confidence` are the model's first
    guess, `threshold` and `precision` what held for it then; `work_order` is the leading unit's.
    """

    __tablename__ = "automatic_dispatch"
    __table_args__ = (
        Index("automatic_waiting", "left_at", postgresql_where=text("looked_at IS NULL")),
        Index("automatic_sent", "matter", postgresql_where=text("work_order IS NOT NULL")),
    )

    ticket: int = Field(sa_column=Column(BigInteger, ForeignKey("ticket.id"), primary_key=True))
    left_at: datetime
    looked_at: datetime | None = None
    outcome: str | None = None
    matter: str | None = None
    confidence: float | None = None
    threshold: float | None = None
    precision: float | None = None
    work_order: int | None = points_at("work_order.id", nullable=True, index=False)
