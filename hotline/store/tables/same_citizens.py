"""Citizens whom several systems knew: who may be one person, and who was made one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from hotline.store.tables.columns import identity, points_at


class CitizenPair(SQLModel, table=True):
    """Two citizens who may be one: `doubtful` until somebody decides, then `one` or `two`. `first` < `second`."""

    __tablename__ = "citizen_pair"
    __table_args__ = (
        Index("citizen_pair_once", "first", "second", unique=True),
        Index("citizen_pair_doubtful", "score", "id", postgresql_where=text("state = 'doubtful'")),
    )

    id: int | None = identity()
    first: int = points_at("citizen.id", index=False)
    second: int = points_at("citizen.id")
    score: float
    evidence: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    state: str
    found_at: datetime
    decided_at: datetime | None = None
    decided_by: str | None = None


class CitizenMerge(SQLModel, table=True):
    """One citizen became part of another. `moved` says what went along, so that it can come back."""

    __tablename__ = "citizen_merge"

    id: int | None = identity()
    kept: int = points_at("citizen.id")
    gone: int = points_at("citizen.id")
    pair: int | None = points_at("citizen_pair.id", nullable=True)
    numbers: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    tickets: list[int] = Field(sa_column=Column(ARRAY(BigInteger), nullable=False))
    filled: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    at: datetime
    by: str
    undone_at: datetime | None = None
    undone_by: str | None = None
