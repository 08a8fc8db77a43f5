"""Who of a unit is on duty when."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Column, ForeignKey
from sqlmodel import Field, SQLModel


class DutyTurn(SQLModel, table=True):
    """One person in one turn; `shift` is day or night, `day` the one on which the turn begins."""

    __tablename__ = "duty_turn"

    unit: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    shift: str = Field(primary_key=True)
    account: int = Field(sa_column=Column(BigInteger, ForeignKey("account.id"), primary_key=True))
