"""The responsibility catalogue in its versions, and the organisations that change."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from hotline.store.tables.columns import identity


class CatalogueVersion(SQLModel, table=True):
    """One catalogue as a whole. A draft has no `valid_from`; a published one holds until another takes its place.

    `read` of `total` rows are kept so far; `read_at` is empty until all are. `problems` are those of `checked_at`.
    """

    __tablename__ = "catalogue_version"
    __table_args__ = (
        Index(
            "catalogue_in_force",
            "valid_from",
            "published_at",
            postgresql_where=text("valid_from IS NOT NULL"),
        ),
    )

    id: int | None = identity()
    title: str
    source: str = ""
    made_at: datetime
    made_by: str
    read: int = 0
    total: int = 0
    read_at: datetime | None = None
    matters: int = 0
    problems: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSONB, nullable=False))
    checked_at: datetime | None = None
    valid_from: date | None = None
    published_at: datetime | None = None
    published_by: str | None = None
    note: str = ""


class CatalogueRow(SQLModel, table=True):
    """A row of a version: `written` is what a file of the sheet would say, `line` where it stood in one (or 0).

    A code may be there more than once: a matter that several answer for, or a mistake of a draft.
    """

    __tablename__ = "catalogue_row"
    __table_args__ = (Index("catalogue_row_by_code", "code", "version"),)

    version: int = Field(
        sa_column=Column(BigInteger, ForeignKey("catalogue_version.id", ondelete="CASCADE"), primary_key=True)
    )
    sheet: str = Field(primary_key=True)
    place: int = Field(primary_key=True)
    code: str
    line: int = 0
    written: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))


class OrganisationChange(SQLModel, table=True):
    """What becomes of one or more units on a day: planned first, carried out once when the day has come.

    `shares` says which successor takes what over, the first that fits; `outcome` counts what followed.
    """

    __tablename__ = "organisation_change"
    __table_args__ = (
        Index(
            "organisation_change_due",
            "day",
            postgresql_where=text("done_at IS NULL AND cancelled_at IS NULL"),
        ),
    )

    id: int | None = identity()
    kind: str
    units: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    shares: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSONB, nullable=False))
    name_zh: str = ""
    name_en: str = ""
    day: date
    basis: str
    planned_at: datetime
    planned_by: str
    done_at: datetime | None = None
    cancelled_at: datetime | None = None
    outcome: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
