"""What each unit did in each month, so that no scorecard has to count orders."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Column, Index
from sqlmodel import Field, SQLModel

from hotline.store.tables.columns import identity, points_at


class UnitTally(SQLModel, table=True):
    """One thing that counts, of one order. `month` is the first day of the city's month in which it happened, `good`
    whether it was as it should be; `amount` are minutes where it has any.
    """

    __tablename__ = "unit_tally"
    __table_args__ = (Index("unit_tally_behind", "unit", "measure", "month", "id"),)

    id: int | None = identity()
    unit: str
    month: date
    measure: str
    work_order: int = points_at("work_order.id", index=False)
    good: bool
    amount: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    at: datetime


class UnitMonth(SQLModel, table=True):
    """The tallies of one unit, month and measure together."""

    __tablename__ = "unit_month"

    unit: str = Field(primary_key=True)
    month: date = Field(primary_key=True)
    measure: str = Field(primary_key=True)
    count: int = 0
    good: int = 0
    amount: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
