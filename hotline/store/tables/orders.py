"""Units' duties and the promises on them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
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
    Steps up to `seen_until` have been taken or passed over; whenever its dates move, a new `generation` of them begins.
    `promised`: its time is an older system's promise, which no policy of ours changes. `first_due_at` is what was told
    before more time was granted.
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
    promised: bool = False
    started_at: datetime
    due_at: datetime | None
    amber_at: datetime | None = None
    provisional: bool = False
    next_event_at: datetime | None = None
    seen_until: datetime
    generation: int = 1
    first_due_at: datetime | None = None
    extended_at: datetime | None = None
    extension_amount: int | None = None
    extension_measure: str | None = None
    extension_why: str = ""
    stopped_at: datetime | None = None


class ClockFiring(SQLModel, table=True):
    """A step that was taken: once for each clock and generation, whoever sweeps. `due_at` is when it was to be."""

    __tablename__ = "clock_firing"

    clock: int = Field(sa_column=Column(BigInteger, ForeignKey("clock.id"), primary_key=True))
    generation: int = Field(primary_key=True)
    step: str = Field(primary_key=True)
    due_at: datetime
    fired_at: datetime


class ClockPause(SQLModel, table=True):
    """A stretch in which a clock stood still, with who approved it and why; without an end it still does."""

    __tablename__ = "clock_pause"

    id: int | None = identity()
    clock: int = points_at("clock.id")
    begins_at: datetime
    ends_at: datetime | None = None
    why: str
    by: str


class ClockRecompute(SQLModel, table=True):
    """What a revision of the city's data does to open clocks: those of the `calendars` and `policies` that it changed
    are looked at again in the order of their ids, up to `after` so far. `moved` counts by unit, for its one summary.
    """

    __tablename__ = "clock_recompute"

    revision: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    noticed_at: datetime
    calendars: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    policies: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    after: int = Field(default=0, sa_type=BigInteger)
    moved: dict[str, dict[str, int]] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
    done_at: datetime | None = None
