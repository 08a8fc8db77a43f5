"""Bringing a batch of rows into the record: copied into a table that lives as long as the transaction, then merged by
statements over the whole batch. A million rows pass through here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from sqlmodel import Session

from hotline import journal
from hotline.facts import Fact, subject
from hotline.imports.account import Decided, Known
from hotline.imports.kinds import Form, Kind
from hotline.imports.rows import APART, Mapped

_TYPES = {Form.MOMENT: "timestamptz", Form.DAY: "date", Form.TRUTH: "boolean"}
_PREFIX = {"is_new": "boolean", "subject": "bigint", "row": "bigint PRIMARY KEY", "digest": "text"}


def _nothing(mapped: Mapped, identity: int, zone: ZoneInfo) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True)
class Loading:
    """How one kind is loaded. `table` gives its rows their ids; `adds` are staging's columns that `add` fills.

    `span` asks for the first and the last moment that a batch touches; `told` for new tickets that go on here.
    """

    kind: Kind
    table: str | None
    statements: Sequence[str]
    adds: Mapping[str, str] = field(default_factory=dict)
    add: Callable[[Mapped, int, ZoneInfo], tuple[str, ...]] = _nothing
    span: str = ""
    told: str = ""


@dataclass(frozen=True)
class Whose:
    """Under which name the rows of a run are known: `run` is its id."""

    source: str
    run: int
    by: str
    zone: ZoneInfo


def known_keys(session: Session, kind: str, source: str, keys: Iterable[str]) -> dict[str, Known]:
    """What the record knows of these keys of one source."""
    cursor = _cursor(session, binary=True)
    cursor.execute(
        "SELECT key, digest, run, row, coalesce(subject, 0) FROM imported"
        " WHERE key = ANY(%s) AND kind = %s AND source = %s",
        (list(keys), kind, source),
    )
    return {key: Known(digest, run, row, id_) for key, digest, run, row, id_ in cursor}


def load(
    session: Session, loading: Loading, decided: Decided, whose: Whose, at: datetime
) -> tuple[datetime, datetime] | None:
    """Writes the new and the changed rows, and that the others were seen. Returns the time that they are of."""
    cursor = _cursor(session)
    changed = [mapped for mapped, _ in decided.changed]
    _mark_met(cursor, loading.kind.name, [*decided.alike, *changed], whose)
    if not decided.new and not decided.changed:
        return None
    cursor.execute(_BY_INDEX)
    _stage(cursor, loading, decided, whose.zone)
    values = {"source": whose.source, "run": whose.run, "at": at, "kind": loading.kind.name}
    span = cursor.execute(loading.span, values).fetchone() if loading.span else None
    for statement in loading.statements:
        cursor.execute(statement, values)
    cursor.execute(_REMEMBER if loading.table else _REMEMBER_WITHOUT_ID, values)
    if loading.told:
        _tell(session, cursor.execute(loading.told), whose, at)
    return (span[0], span[1]) if span and span[0] else None


# A batch is small beside what it goes into, so each of its rows looks there by an index. The planner can't know: the
# tables grow faster than their statistics, and a plan for an empty table reads a full one once for every row.
_BY_INDEX = (
    "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"
)

_REMEMBER = """
    INSERT INTO imported (key, kind, source, digest, subject, run, row)
    SELECT key, %(kind)s, %(source)s, decode(digest, 'hex'), subject, %(run)s, row FROM staging WHERE is_new"""

_REMEMBER_WITHOUT_ID = _REMEMBER.replace(" subject, %(run)s", " NULL, %(run)s")


def _stage(cursor: psycopg.Cursor[Any], loading: Loading, decided: Decided, zone: ZoneInfo) -> None:
    columns = _PREFIX | dict(loading.adds) | {f.name: _TYPES.get(f.form, "text") for f in loading.kind.fields}
    listed = ", ".join(f"{name} {type_}" for name, type_ in columns.items())
    cursor.execute(f"CREATE TEMP TABLE staging ({listed}) ON COMMIT DROP")
    ids = _ids(cursor, loading.table, len(decided.new))
    with cursor.copy("COPY staging FROM STDIN (NULL '', DELIMITER E'\\x1f')") as copy:
        copy.write("".join(_lines(loading, decided, ids, zone)))


def _ids(cursor: psycopg.Cursor[Any], table: str | None, how_many: int) -> Sequence[int]:
    if table is None:
        return [0] * how_many
    asked = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
    return [row[0] for row in cursor.execute(asked, (table, how_many))]


def _lines(loading: Loading, decided: Decided, ids: Sequence[int], zone: ZoneInfo) -> Iterator[str]:
    add = loading.add
    for mapped, identity in zip(decided.new, ids, strict=True):
        yield _line("t", mapped, identity, add(mapped, identity, zone))
    blank = ("",) * len(loading.adds)
    for mapped, identity in decided.changed:
        yield _line("f", mapped, identity, blank)


def _line(is_new: str, mapped: Mapped, identity: int, added: Sequence[str]) -> str:
    """A line of COPY's text format, with `APART` for its delimiter: then only these three signs are special."""
    head = (is_new, str(identity) if identity else "", str(mapped.row), mapped.digest.hex(), *added)
    line = APART.join((*head, mapped.values))
    return line.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r") + "\n"


def _mark_met(cursor: psycopg.Cursor[Any], kind: str, met: Sequence[Mapped], whose: Whose) -> None:
    """Remembers of known keys what they say now, and where they said it."""
    if met:
        # From arrays, not from staging: a join the other way round would read all keys of the source.
        cursor.execute(
            "UPDATE imported SET digest = met.digest, run = %s, row = met.row"
            " FROM unnest(%s::text[], %s::bytea[], %s::bigint[]) AS met (key, digest, row)"
            " WHERE imported.key = met.key AND kind = %s AND source = %s",
            (
                whose.run,
                [mapped.key for mapped in met],
                [mapped.digest for mapped in met],
                [mapped.row for mapped in met],
                kind,
                whose.source,
            ),
        )


def _tell(session: Session, opened: Iterable[Sequence[Any]], whose: Whose, at: datetime) -> None:
    """A ticket that goes on here has its story from now on; those that are history don't."""
    names = ("number", "old", "type", "line", "matter", "area", "urgency")
    for identity, *values, state in opened:
        data = {**dict(zip(names, values, strict=True)), "opened_by": None, "source": whose.source}
        about = subject("ticket", identity)
        journal.append(
            session, Fact("ticket.imported", about, at, whose.by, became=state, data=data, ticket=identity)
        )


def _cursor(session: Session, *, binary: bool = False) -> psycopg.Cursor[Any]:
    """The driver's own cursor in the session's transaction: COPY is the driver's."""
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    return connection.cursor(binary=binary)
