"""The journal: facts appended in the transaction that they describe, and read in an order that skips none.

A reader's place is a *horizon*: the number of the oldest transaction that may still be writing. Everything before
it is committed or gone, so reading from one horizon to the next can't miss a transaction that commits late.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, insert, literal_column, select
from sqlmodel import Session, col

from hotline.bell import APPENDED
from hotline.facts import Fact
from hotline.store.tables import FactRow

_HORIZON: ColumnElement[int] = literal_column("pg_snapshot_xmin(pg_current_snapshot())::text::bigint")


@dataclass(frozen=True)
class Reading:
    """Facts in the order of their transactions, and the horizon to go on from.

    `complete` is false where there were more than the reader wanted: then `facts` is empty, and whoever follows
    them has to look at everything anew.
    """

    facts: Sequence[Fact]
    horizon: int
    complete: bool = True


def append(session: Session, *facts: Fact) -> None:
    """Write `facts` with the transaction that `session` is in."""
    if not facts:
        return
    session.flush()
    session.execute(insert(FactRow), [_values(fact) for fact in facts])
    session.info[APPENDED] = True


def horizon(session: Session) -> int:
    """Where a page rendered in this transaction stands. Ask before reading what the page shows."""
    return int(session.execute(select(_HORIZON)).scalar_one())


def read(session: Session, since: int, most: int | None = None) -> Reading:
    """Every fact that became certain since the horizon `since`, unless they are more than `most`."""
    until = horizon(session)
    rows = session.exec(
        select(FactRow)  # type: ignore[call-overload]
        .where(col(FactRow.xid) >= since, col(FactRow.xid) < until)
        .order_by(col(FactRow.xid), col(FactRow.id))
        .limit(None if most is None else most + 1)
    ).scalars()
    facts = [to_fact(row) for row in rows]
    return Reading((), until, False) if most is not None and len(facts) > most else Reading(facts, until)


def story(session: Session, ticket: int, calls: Sequence[str]) -> list[Fact]:
    """All that happened to a ticket, its orders and its calls, oldest first."""
    rows = session.exec(
        select(FactRow)  # type: ignore[call-overload]
        .where((col(FactRow.ticket) == ticket) | (col(FactRow.call).in_(calls)))
        .order_by(col(FactRow.at), col(FactRow.id))
    ).scalars()
    return [to_fact(row) for row in rows]


def to_fact(row: FactRow) -> Fact:
    """A row of the journal as the value that everything else works with."""
    return Fact(
        kind=row.kind,
        subject=row.subject,
        at=row.at,
        by=row.by,
        was=row.was,
        became=row.became,
        data=row.data,
        ticket=row.ticket,
        call=row.call,
        cause=row.cause,
        id=row.id,
    )


def _values(fact: Fact) -> dict[str, object]:
    return {
        "kind": fact.kind,
        "subject": fact.subject,
        "at": fact.at,
        "by": fact.by,
        "was": fact.was,
        "became": fact.became,
        "data": dict(fact.data),
        "ticket": fact.ticket,
        "call": fact.call,
        "cause": fact.cause,
    }
