"""What each dialled number had on each day, so that no report has to count calls or tickets."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class LineDay(SQLModel, table=True):
    """Incoming calls that have ended, by the number that was dialled and the city's day on which they entered, and
    tickets by the day on which they were opened. `waited` and `talked` are seconds of all answered calls together.
    """

    __tablename__ = "line_day"
    __table_args__ = (Index("line_day_by_day", "day", "line"),)

    line: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    calls: int = 0
    answered: int = 0
    in_target: int = 0
    abandoned: int = 0
    to_branch: int = 0
    waited: int = 0
    talked: int = 0
    tickets: int = 0
