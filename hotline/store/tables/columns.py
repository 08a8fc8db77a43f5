"""Columns that many tables have."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Identity
from sqlmodel import Field


def identity() -> Any:
    """A number that the table gives."""
    return Field(default=None, sa_column=Column(BigInteger, Identity(always=False), primary_key=True))


def points_at(column: str, *, nullable: bool = False, index: bool = True) -> Any:
    """A reference to the row of another table, as `table.column`."""
    default = None if nullable else ...
    return Field(default, sa_column=Column(BigInteger, ForeignKey(column), nullable=nullable, index=index))
