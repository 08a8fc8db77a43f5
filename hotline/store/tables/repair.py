"""How far the switch's own records have been read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel


class SwitchReading(SQLModel, table=True):
    """The place in one of a switch's streams (`queue_log`, `channels`) from which it is read on.

    `file` tells files apart whatever their name is now, and is empty for a table; `offset` is in bytes, or a row's id.
    """

    __tablename__ = "switch_reading"

    node: str = Field(primary_key=True)
    stream: str = Field(primary_key=True)
    file: str = ""
    offset: int = Field(sa_type=BigInteger)
    read_at: datetime
