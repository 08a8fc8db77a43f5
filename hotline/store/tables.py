"""The record's tables. Rows only: what may happen to them is said by the lifecycles, and done by the commands.

Places, units, matters and lines are named by their codes in the city pack. Times are aware and in UTC.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Identity, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel


def _identity() -> Any:
    return Field(default=None, sa_column=Column(BigInteger, Identity(always=False), primary_key=True))


def _points_at(column: str, *, nullable: bool = False, index: bool = True) -> Any:
    default = None if nullable else ...
    return Field(default, sa_column=Column(BigInteger, ForeignKey(column), nullable=nullable, index=index))


class FactRow(SQLModel, table=True):
    """One fact. `xid` is the writing transaction: readers go by it, so that a late committer is never skipped."""

    __tablename__ = "fact"
    __table_args__ = (
        Index("fact_by_transaction", "xid", "id"),
        Index("fact_by_subject", "subject", "id"),
        Index("fact_by_ticket", "ticket", "id", postgresql_where=text("ticket IS NOT NULL")),
        Index("fact_by_call", "call", "id", postgresql_where=text("call IS NOT NULL")),
    )

    id: int | None = _identity()
    xid: int | None = Field(
        default=None,
        sa_column=Column(
            BigInteger, nullable=False, server_default=text("(pg_current_xact_id()::text::bigint)")
        ),
    )
    at: datetime
    kind: str
    subject: str
    by: str
    was: str | None = None
    became: str | None = None
    data: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
    ticket: int | None = Field(default=None, sa_type=BigInteger)
    call: str | None = None
    cause: int | None = Field(default=None, sa_type=BigInteger)


class Account(SQLModel, table=True):
    """A person who may log in. `extension` is an agent's seat, `unit` is a unit's code."""

    id: int | None = _identity()
    login: str = Field(unique=True)
    name: str
    roles: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    password_hash: str
    unit: str | None = None
    extension: str | None = Field(default=None, unique=True)
    skills: dict[str, int] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
    language: str = "zh_Hans"
    theme: str = "auto"
    active: bool = True
    created_at: datetime


class LoginSession(SQLModel, table=True):
    """A login. The cookie's token itself is nowhere; only its SHA-256 is."""

    __tablename__ = "login_session"

    token_hash: str = Field(primary_key=True)
    account: int = _points_at("account.id")
    csrf: str
    address: str
    started_at: datetime
    expires_at: datetime = Field(index=True)


class LoginFailure(SQLModel, table=True):
    """A refused login; enough of them in a while and that name or address has to wait."""

    __tablename__ = "login_failure"
    __table_args__ = (
        Index("login_failure_by_login", "login", "at"),
        Index("login_failure_by_address", "address", "at"),
    )

    id: int | None = _identity()
    login: str
    address: str
    at: datetime


class Citizen(SQLModel, table=True):
    """Who asks."""

    id: int | None = _identity()
    name: str = ""
    address: str = ""
    area: str | None = None
    enterprise: str = ""
    note: str = ""
    created_at: datetime


class CitizenNumber(SQLModel, table=True):
    """A telephone number that a citizen calls from."""

    __tablename__ = "citizen_number"

    number: str = Field(primary_key=True)
    citizen: int = _points_at("citizen.id")


class Call(SQLModel, table=True):
    """One caller's telephone episode, observed. `id` is our own: the switch's name and its first channel's id.

    `direction` is `in` or `out`; `line` is the number that was dialled, `caller` the citizen's number.
    """

    __table_args__ = (
        Index("call_open", "state", postgresql_where=text("ended_at IS NULL")),
        Index("call_by_caller", "caller", "entered_at"),
    )

    id: str = Field(primary_key=True)
    node: str
    linkedid: str = Field(index=True)
    direction: str = "in"
    line: str
    caller: str
    language: str = "cmn"
    queue: str | None = None
    agent: str | None = Field(default=None, description="extension of the seat that has it, or had it last")
    state: str
    outcome: str | None = None
    entered_at: datetime = Field(index=True)
    queued_at: datetime | None = None
    offered_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    ticket: int | None = Field(default=None, sa_type=BigInteger, index=True)
    recording: str | None = None
    inferred: bool = False


class CallAlias(SQLModel, table=True):
    """Another Linkedid under which the switch speaks of a call, after a transfer."""

    __tablename__ = "call_alias"

    linkedid: str = Field(primary_key=True)
    call: str = Field(foreign_key="call.id", index=True)


class Seat(SQLModel, table=True):
    """An agent's presence, observed: one row for each extension that ever had somebody."""

    extension: str = Field(primary_key=True)
    state: str
    reason: str = ""
    since: datetime
    call: str | None = None
    queues: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))


class Ticket(SQLModel, table=True):
    """What a citizen wants. `line` is the number that was dialled; `matter`, `area` are codes of the pack."""

    __table_args__ = (
        Index("ticket_by_citizen", "citizen", "id"),
        Index("ticket_open", "state", "id", postgresql_where=text("closed_at IS NULL")),
    )

    id: int | None = _identity()
    number: str = Field(unique=True)
    query_code: str
    type: str
    channel: str = "phone"
    line: str
    call: str | None = Field(default=None, index=True)
    citizen: int = _points_at("citizen.id", index=False)
    contact: str = ""
    title: str
    content: str
    matter: str | None = None
    area: str | None = Field(default=None, index=True)
    place: str = ""
    urgency: str = "normal"
    confidential: bool = False
    state: str
    redone: int = 0
    urged: int = 0
    reply: str = ""
    solution: str | None = None
    satisfaction: str | None = None
    opened_by: int = _points_at("account.id")
    opened_at: datetime = Field(index=True)
    due_at: datetime | None = None
    closed_at: datetime | None = None


class TicketEntry(SQLModel, table=True):
    """A text in a ticket's thread; `audience` says who may read it: internal, unit or citizen."""

    __tablename__ = "ticket_entry"

    id: int | None = _identity()
    ticket: int = _points_at("ticket.id")
    at: datetime
    author: int | None = _points_at("account.id", nullable=True, index=False)
    audience: str
    text: str


class WorkOrder(SQLModel, table=True):
    """One unit's duty for a ticket. A bound order can't be returned."""

    __tablename__ = "work_order"
    __table_args__ = (
        Index("order_open_by_unit", "unit", "state", "id", postgresql_where=text("ended_at IS NULL")),
    )

    id: int | None = _identity()
    ticket: int = _points_at("ticket.id")
    unit: str = Field(index=True)
    level: str
    role: str = "lead"
    state: str
    reason: str = ""
    issued_by: int = _points_at("account.id", index=False)
    issued_at: datetime
    signed_at: datetime | None = None
    signed_by: int | None = _points_at("account.id", nullable=True, index=False)
    replied_at: datetime | None = None
    ended_at: datetime | None = None
    public_reply: str = ""
    internal_reply: str = ""


class ClockRow(SQLModel, table=True):
    """A promise against a calendar. What has run of it is replayed from its pauses, never kept in a counter.

    `due_at` and `next_event_at` are what the replay gave last, kept so that an index can find what is due.
    """

    __tablename__ = "clock"
    __table_args__ = (Index("clock_next", "next_event_at", postgresql_where=text("stopped_at IS NULL")),)

    id: int | None = _identity()
    ticket: int = _points_at("ticket.id")
    work_order: int | None = _points_at("work_order.id", nullable=True)
    kind: str
    amount: int
    measure: str
    amber_amount: int
    amber_measure: str
    calendar: str
    policy: str
    started_at: datetime
    due_at: datetime | None
    provisional: bool = False
    next_event_at: datetime | None = None
    stopped_at: datetime | None = None


class ClockPause(SQLModel, table=True):
    """A stretch in which a clock stood still, with who approved it and why; without an end it still does."""

    __tablename__ = "clock_pause"

    id: int | None = _identity()
    clock: int = _points_at("clock.id")
    begins_at: datetime
    ends_at: datetime | None = None
    why: str
    by: str
