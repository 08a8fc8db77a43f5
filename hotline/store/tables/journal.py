"""The journal: one row for each fact."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from hotline.store.tables.columns import identity


class FactRow(SQLModel, table=True):
    """One fact. `xid` is the writing transaction: readers go by it, so that a late committer is never skipped."""

    __tablename__ = "fact"
    __table_args__ = (
        Index("fact_by_transaction", "xid", "id"),
        Index("fact_by_subject", "subject", "id"),
        Index("fact_by_ticket", "ticket", "id", postgresql_where=text("ticket IS NOT NULL")),
        Index("fact_by_call", "call", "id", postgresql_where=text("call IS NOT NULL")),
    )

    id: int | None = identity()
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
