"""What is observed at the telephone: calls, and agents at their seats."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel


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
    handed_over_at: datetime | None = None
    ended_at: datetime | None = None
    ticket: int | None = Field(default=None, sa_type=BigInteger, index=True)
    recording: str | None = None
    party: str | None = Field(default=None, description="the third party that was called into it last")
    party_stands: str | None = None
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
