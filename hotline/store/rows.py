"""Putting rows into their tables at once, in the order in which commands put them.

A session's own unit of work would sort new rows by relationships, of which the record's tables declare none, and
costs several times as much for a single row. Many rows travel as one JSON text in one statement, whose words don't
depend on how many they are: a quarter of the work of sending them one by one, on both sides.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Insert, Row, Table, TextClause, insert, text
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
    follow(session, row)


def follow(session: Session, row: SQLModel) -> None:
    """Lets `session` write later changes of a row that a statement has inserted."""
    make_transient_to_detached(row)
    session.add(row)


def put_all(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts `rows`, which have the same columns, in their order."""
    session.connection().execute(_insert_all(table.name, tuple(rows[0])), {"rows": _written(rows)})


def put_numbered(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> Sequence[int]:
    """Inserts `rows` in their order; returns the ids that the table gave them."""
    inserting = _insert_numbered(table.name, tuple(rows[0]))
    return session.connection().execute(inserting, {"rows": _written(rows)}).scalars().all()


def put_new(
    session: Session, table: Table, key: str, rows: Sequence[Mapping[str, Any]], *told: str
) -> Sequence[Row[Any]]:
    """Inserts those of `rows` whose `key` nobody has; returns the columns `told` of each that it inserted."""
    inserting = _insert_new(table.name, tuple(rows[0]), key, told)
    return session.connection().execute(inserting, {"rows": _written(rows)}).all()


def change_all(session: Session, table: Table, key: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Makes the rows that `key` names what `rows`, which have the same columns, say."""
    session.connection().execute(_update_all(table.name, key, tuple(rows[0])), {"rows": _written(rows)})


@cache
def _insert_all(table: str, columns: tuple[str, ...]) -> TextClause:
    names = ", ".join(f'"{name}"' for name in columns)
    return text(f'INSERT INTO "{table}" ({names}) SELECT {names} FROM {_ROWS.format(table)}')


@cache
def _insert_numbered(table: str, columns: tuple[str, ...]) -> TextClause:
    return text(f"{_insert_all(table, columns)} RETURNING id")


@cache
def _insert_new(table: str, columns: tuple[str, ...], key: str, told: tuple[str, ...]) -> TextClause:
    returning = ", ".join(f'"{name}"' for name in told)
    return text(f'{_insert_all(table, columns)} ON CONFLICT ("{key}") DO NOTHING RETURNING {returning}')


@cache
def _update_all(table: str, key: str, columns: tuple[str, ...]) -> TextClause:
    changes = ", ".join(f'"{name}" = told."{name}"' for name in columns if name != key)
    return text(
        f'UPDATE "{table}" SET {changes} FROM {_ROWS.format(table)} AS told WHERE "{table}"."{key}" = told."{key}"'
    )


_ROWS = 'json_populate_recordset(NULL::"{}", CAST(:rows AS json))'


def _written(rows: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(rows, ensure_ascii=False, default=datetime.isoformat)


@cache
def _insert(table: type[Any], gives_id: bool) -> Insert:
    return insert(table.__table__).returning(table.__table__.c.id) if gives_id else insert(table.__table__)
