"""The journal: facts appended in the transaction that they describe, and read in an order that skips none.

A reader's place is a *horizon*: the number of the oldest transaction that may still be writing. Everything before
it is committed or gone, so reading from one horizon to the next can't miss a transaction that commits late.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, cast

from sqlalchemy import Select, Table, event, select, text
from sqlalchemy.orm import Session as OrmSession
from sqlmodel import Session, col

from hotline.bell import APPENDED
from hotline.facts import Fact
from hotline.store.rows import put_all
from hotline.store.tables import FactRow

_WAITING = "facts that wait for the commit"
_TABLE: Table = FactRow.__table__  # type: ignore[attr-defined]
_FACTS = select(*(_TABLE.c[field.name] for field in fields(Fact)))
_ASK_HORIZON = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")


@dataclass(frozen=True)
class Reading:
    """Facts in the order in which they were written, and the horizon to go on from.

    `complete` is false where there were more than the reader wanted: then `facts` is empty, and whoever follows
    them has to look at everything anew.
    """

    facts: Sequence[Fact]
    horizon: int
    complete: bool = True


def append(session: Session, *facts: Fact) -> None:
    """Let `facts` be written with the transaction that `session` is in, all of them together at its commit."""
    session.info.setdefault(_WAITING, []).extend(facts)


def write(session: Session) -> None:
    """Write what waits, so that this transaction can read it itself. A commit does so anyway."""
    waiting = session.info.pop(_WAITING, ())
    if waiting:
        put_all(session, _TABLE, [_values(fact) for fact in waiting])
        session.info[APPENDED] = True


@event.listens_for(OrmSession, "before_commit")
def _write_at_commit(session: OrmSession) -> None:
    if session.info.get(_WAITING):
        session.flush()
        write(cast(Session, session))


@event.listens_for(OrmSession, "after_rollback")
def _forget_at_rollback(session: OrmSession) -> None:
    session.info.pop(_WAITING, None)
    session.info.pop(APPENDED, None)


def horizon(session: Session) -> int:
    """Where a page rendered in this transaction stands. Ask before reading what the page shows."""
    return int(session.connection().execute(_ASK_HORIZON).scalar_one())


def read(session: Session, since: int, most: int | None = None) -> Reading:
    """Every fact that became certain since the horizon `since`, unless they are more than `most`."""
    until = horizon(session)
    if until == since:
        return Reading((), until)
    certain = _FACTS.where(_TABLE.c.xid >= since, _TABLE.c.xid < until).order_by(_TABLE.c.xid, _TABLE.c.id)
    facts = _facts(session, certain.limit(None if most is None else most + 1))
    if most is not None and len(facts) > most:
        return Reading((), until, False)
    # A transaction has its number before it waits for a row, its facts' ids at its end: ids tell who came first.
    return Reading(sorted(facts, key=lambda fact: fact.id or 0), until)


def seen_since(session: Session, since: int) -> list[int]:
    """The ids of the facts that this transaction sees and that a reading from the horizon `since` will bring again."""
    return [
        int(id_)
        for id_ in session.execute(select(col(FactRow.id)).where(col(FactRow.xid) >= since)).scalars()
    ]


def story(session: Session, ticket: int, calls: Sequence[str]) -> list[Fact]:
    """All that happened to a ticket, its orders and its calls, oldest first."""
    write(session)
    its = (_TABLE.c.ticket == ticket) | _TABLE.c.call.in_(calls)
    return _facts(session, _FACTS.where(its).order_by(_TABLE.c.at, _TABLE.c.id))


def _facts(session: Session, asked: Select[Any]) -> list[Fact]:
    """Facts straight from their columns: row objects would cost more than the query."""
    return [Fact(**row) for row in session.connection().execute(asked).mappings()]


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
