"""Asking citizens what they think of a reply, and what they said, unit by unit."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from hotline.store.tables.columns import identity, points_at


class Revisit(SQLModel, table=True):
    """A ticket whose citizen is to be asked: one open row while it is being revisited, one more after each redo.

    `ways`, `pause_*`, `hours` and `closes` are the plan that it began with, by the rule `rule`; `way` is the next
    try's, empty where nobody is asked (`exempt`), and `not_before` its time. While somebody holds it nobody else asks.
    `answers`: what was said by message and has to be followed up. `outcome` says how it ended.
    """

    __table_args__ = (
        Index("revisit_open", "ticket", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index(
            "revisit_by_itself",
            "not_before",
            postgresql_where=text("ended_at IS NULL AND way IN ('message', '')"),
        ),
    )

    id: int | None = identity()
    ticket: int = points_at("ticket.id")
    rule: str
    ways: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    pause_amount: int
    pause_measure: str
    hours: str
    closes: bool
    exempt: str | None = None
    way: str
    tries: int = 0
    not_before: datetime
    begun_at: datetime
    held_by: int | None = points_at("account.id", nullable=True, index=False)
    held_until: datetime | None = None
    answers: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    ended_at: datetime | None = None
    outcome: str | None = None


class RevisitTry(SQLModel, table=True):
    """One try to reach a citizen, the `number`-th of its revisit, by somebody or by the system. A message has no
    `result` while its answer is waited for.
    """

    __tablename__ = "revisit_try"

    id: int | None = identity()
    revisit: int = points_at("revisit.id")
    ticket: int = points_at("ticket.id")
    way: str
    number: int
    at: datetime
    by: int | None = points_at("account.id", nullable=True, index=False)
    result: str | None = None
    answers: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))


class RevisitLink(SQLModel, table=True):
    """A link by which a citizen answers once. The token itself is nowhere; only its SHA-256 is."""

    __tablename__ = "revisit_link"

    token_hash: str = Field(primary_key=True)
    revisit: int = points_at("revisit.id")
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


class Verdict(SQLModel, table=True):
    """How an order of a closed ticket was judged. `month` is the first day of the month of closing, in the city's zone;
    codes are those that the ticket had then, empty where it had none. `excluded`: why it is left out of the rates.
    """

    __table_args__ = (
        Index("verdict_by_unit", "unit", "month", "ticket"),
        Index("verdict_by_area", "area", "month", "ticket"),
        Index("verdict_by_line", "line", "month", "ticket"),
        Index("verdict_by_category", "category", "month", "ticket"),
        Index("verdict_by_month", "month", "ticket"),
    )

    ticket: int = Field(sa_column=Column(BigInteger, ForeignKey("ticket.id"), primary_key=True))
    work_order: int = Field(sa_column=Column(BigInteger, ForeignKey("work_order.id"), primary_key=True))
    month: date
    closed_at: datetime
    unit: str
    area: str = ""
    line: str = ""
    category: str = ""
    outcome: str
    responded: bool | None = Field(default=None, sa_column=Column(Boolean))
    solution: str | None = None
    satisfaction: str | None = None
    why: str | None = None
    redone: int = 0
    excluded: str | None = None
    excluded_because: str = ""


class RateMonth(SQLModel, table=True):
    """How many verdicts of a month are counted under each part, for one unit, area, line or category (`key`), or for
    all together, so that no page has to count them.
    """

    __tablename__ = "rate_month"

    by: str = Field(primary_key=True)
    month: date = Field(primary_key=True)
    key: str = Field(primary_key=True)
    orders: int = 0
    excluded: int = 0
    unreachable: int = 0
    declined: int = 0
    exempt: int = 0
    checked: int = 0
    redone: int = 0
    responded: int = 0
    not_responded: int = 0
    solved: int = 0
    partly: int = 0
    unsolved: int = 0
    very_satisfied: int = 0
    satisfied: int = 0
    fair: int = 0
    dissatisfied: int = 0
    very_dissatisfied: int = 0
