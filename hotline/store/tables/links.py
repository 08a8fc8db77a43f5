"""What is known of the link to each switch: whether it stands, how far it has been written down, how it fared."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel


class Link(SQLModel, table=True):
    """The link to the switch `node`. `applied` is the number of the last thing heard whose effects are in the record.

    `lost_at` is when it was lost, while it is; `why` says in plain words why. The counts are since ever:
    `corrections` facts that looks after a gap had to add, `drift` those of later looks, which should find nothing;
    `orphans` calls that were gone when we looked; `failed` events that could not be written; `skipped` what was no
    message.
    """

    node: str = Field(primary_key=True)
    applied: int = Field(default=0, sa_type=BigInteger)
    is_up: bool = False
    is_refused: bool = False
    lost_at: datetime | None = None
    why: str = ""
    heard_at: datetime | None = Field(default=None, description="the last moment at which anything was heard")
    waiting: int = Field(
        default=0, sa_type=BigInteger, description="bytes that waited in the spool at that moment"
    )
    gaps: int = 0
    gap_seconds: float = 0.0
    corrections: int = 0
    drift: int = 0
    orphans: int = 0
    failed: int = 0
    skipped: int = 0
