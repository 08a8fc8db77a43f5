"""Units' own systems that work with their orders, and how they are told of new ones."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from hotline.store.tables.columns import identity, points_at


class UnitSystem(SQLModel, table=True):
    """A system with a token of its own. The token itself is nowhere; only its SHA-256 is. `account` is whom the record
    names for what the system does; it can't log in.
    """

    __tablename__ = "unit_system"

    id: int | None = identity()
    unit: str = Field(index=True)
    name: str
    account: int = points_at("account.id", index=False)
    token_hash: str = Field(unique=True)
    scopes: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    made_by: str
    made_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None


class UnitDelivery(SQLModel, table=True):
    """How a unit is told what happens to its orders: `way` is webhook or mail. `secret` signs webhooks."""

    __tablename__ = "unit_delivery"

    unit: str = Field(primary_key=True)
    way: str
    address: str
    secret: str
    set_by: str
    set_at: datetime
