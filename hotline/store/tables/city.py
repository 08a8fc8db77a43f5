"""The city's data as administrators have changed it: rows of the pack's sheets, each from one revision to another."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from hotline.store.tables.columns import identity


class CityRevision(SQLModel, table=True):
    """One change of the city's data, with who made it and why. The newest is in force."""

    __tablename__ = "city_revision"

    id: int | None = identity()
    at: datetime
    by: str
    note: str = ""


class CityRow(SQLModel, table=True):
    """A row of a sheet as it stood from the revision `since` until before `until`.

    `number` stays the same when the row's values change; `written` is what a pack's file would say.
    """

    __tablename__ = "city_row"
    __table_args__ = (
        Index("city_row_in_force", "sheet", "number", unique=True, postgresql_where=text("until IS NULL")),
        Index("city_row_history", "number", "since"),
    )

    id: int | None = identity()
    number: int | None = Field(
        default=None,
        sa_column=Column(BigInteger, nullable=False, server_default=text("nextval('city_row_number')")),
    )
    sheet: str
    written: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    since: int = Field(
        sa_column=Column(BigInteger, ForeignKey("city_revision.id"), nullable=False, index=True)
    )
    until: int | None = Field(
        default=None, sa_column=Column(BigInteger, ForeignKey("city_revision.id"), nullable=True, index=True)
    )
