"""Who asks, and by which numbers they are known."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from hotline.store.tables.columns import identity, points_at


class Citizen(SQLModel, table=True):
    """Who asks. One who turned out to be somebody else already known is `merged_into` them."""

    id: int | None = identity()
    name: str = ""
    address: str = ""
    area: str | None = None
    enterprise: str = ""
    note: str = ""
    created_at: datetime
    merged_into: int | None = points_at("citizen.id", nullable=True, index=False)


class CitizenNumber(SQLModel, table=True):
    """A telephone number that a citizen calls from."""

    __tablename__ = "citizen_number"

    number: str = Field(primary_key=True)
    citizen: int = points_at("citizen.id")
