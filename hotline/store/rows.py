"""Putting a row into its table at once, in the order in which commands put them.

A session's own unit of work would sort new rows by relationships, of which the record's tables declare none, and
costs several times as much for a single row.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Insert, insert
from sqlalchemy.orm import make_transient_to_detached
from sqlmodel import Session, SQLModel


def put(session: Session, row: SQLModel) -> None:
    """Inserts `row`, gives it the id that the table gave, and lets `session` follow its later changes."""
    values = row.model_dump()
    if "id" in values and values["id"] is None:
        del values["id"]
        row.id = session.connection().execute(_insert(type(row), True), values).scalar_one()
    else:
        session.connection().execute(_insert(type(row), False), values)
    make_transient_to_detached(row)
    session.add(row)


@cache
def _insert(table: type[Any], gives_id: bool) -> Insert:
    return insert(table.__table__).returning(table.__table__.c.id) if gives_id else insert(table.__table__)
