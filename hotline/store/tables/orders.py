"""Units' duties and the promises on them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from hotline.store.tables.columns import identity, points_at


class WorkOrder(SQLModel, table=True):
    """One unit's duty for a ticket. A bound order can't be returned.

    `catalogue` is the version under which it was issued; `parent` the order of the unit above that handed it down.
    `contact` says how the citizen was reached first; `promise` and `review_on` belong to a suspension. An accepted
    order stays open (`ended_at` None) until its ticket is closed.

    `due_at` is what is due next, of the order's running clocks. The database keeps it itself, whoever writes clocks.
    """

    __tablename__ = "work_order"
    __table_args__ = (
        Index(
            "order_open_by_unit", "unit", "state", "due_at", "id", postgresql_where=text("ended_at IS NULL")
        ),
        Index("order_open_by_due", "due_at", "id", postgresql_where=text("ended_at IS NULL")),
        Index(
            "order_open_beside",
            "unit",
            "due_at",
            "id",
            postgresql_where=text("ended_at IS NULL AND role = 'co'"),
        ),
        Index(
            "order_promised",
            "review_on",
            "id",
            postgresql_where=text("ended_at IS NULL AND state = 'suspended'"),
        ),
        Index("order_done_by_unit", "unit", "ended_at", "id", postgresql_where=text("ended_at IS NOT NULL")),
        Index("order_done", "ended_at", "id", postgresql_where=text("ended_at IS NOT NULL")),
    )

    id: int | None = identity()
    ticket: int = points_at("ticket.id")
    parent: int | None = points_at("work_order.id", nullable=True)
    unit: str = Field(index=True)
    level: str
    role: str = "lead"
    state: str
    reason: str = ""
    issued_by: int | None = points_at("account.id", nullable=True, index=False)
    issued_at: datetime
    signed_at: datetime | None = None
    signed_by: int | None = points_at("account.id", nullable=True, index=False)
    contacted_at: datetime | None = None
    contact: str = ""
    promise: str = ""
    review_on: date | None = None
    due_at: datetime | None = None
    replied_at: datetime | None = None
    ended_at: datetime | None = None
    public_reply: str = ""
    internal_reply: str = ""
    catalogue: int | None = points_at("catalogue_version.id", nullable=True, index=False)


class OrderRequest(SQLModel, table=True):
    """What a unit asked for and who decided it; `details` is the form of its `kind`, `unit` the one that asked.

    `decider` is the unit whose people decide, or None where the centre does.
    """

    __tablename__ = "order_request"
    __table_args__ = (
        Index("order_request_open", "decider", "id", postgresql_where=text("state = 'asked'")),
        Index("order_request_one_open", "work_order", unique=True, postgresql_where=text("state = 'asked'")),
        Index("order_request_by_unit", "unit", "kind", "id"),
    )

    id: int | None = identity()
    ticket: int = points_at("ticket.id", index=False)
    work_order: int = points_at("work_order.id")
    unit: str
    decider: str | None = None
    kind: str
    state: str
    details: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    asked_by: int = points_at("account.id", index=False)
    asked_at: datetime
    decided_by: int | None = points_at("account.id", nullable=True, index=False)
    decided_at: datetime | None = None
    note: str = ""


class Mark(SQLModel, table=True):
    """Attention that was drawn to a ticket or to one of its orders, with who did it and why; some can be lifted."""

    __table_args__ = (Index("mark_lying", "kind", "id", postgresql_where=text("lifted_at IS NULL")),)

    id: int | None = identity()
    ticket: int = points_at("ticket.id")
    work_order: int | None = points_at("work_order.id", nullable=True)
    kind: str
    step: str = ""
    text: str = ""
    by: str
    at: datetime
    lifted_at: datetime | None = None
    lifted_by: str = ""


class Attachment(SQLModel, table=True):
    """A file of a ticket, kept under its digest in the state's folder. `audience` as of a ticket's entry; `thumbnail`
    is the digest of a small picture of it.
    """

    id: int | None = identity()
    ticket: int = points_at("ticket.id")
    work_order: int | None = points_at("work_order.id", nullable=True)
    name: str
    kind: str
    size: int
    sha256: str
    thumbnail: str | None = None
    audience: str
    by: int = points_at("account.id", index=False)
    at: datetime


class ClockRow(SQLModel, table=True):
    """A promise against a calendar. What has run of it is replayed from its pauses, never kept in a counter.

    `due_at`, `amber_at` and `next_event_at` are what the replay gave last, kept so that an index can find what is due.
    Steps up to `seen_until` have been taken or passed over; whenever its dates move, a new `generation` of them begins.
    `promised`: its time is an older system's promise, which no policy of ours changes. `first_due_at` is what was told
    before more time was granted.
    """

    __tablename__ = "clock"
    __table_args__ = (
        Index("clock_next", "next_event_at", postgresql_where=text("stopped_at IS NULL")),
        Index(
            "clock_revisit_due",
            "due_at",
            "id",
            postgresql_where=text("kind = 'revisit' AND stopped_at IS NULL"),
        ),
    )

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
