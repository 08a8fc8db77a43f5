"""Keeping count of a unit's work: one row for each thing that counts, which leads back to its order, and sums by month,
so that no page has to count. Both are written in the transaction of the deed; the sums at its end and in one order, so
that no two transactions wait for each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy import event, func, text
from sqlalchemy.orm import Session as OrmSession
from sqlmodel import Session, col, select

from dispatch.measures import Measure, Sum
from hotline.clock_policy import Kind
from hotline.store.tables import Ticket, UnitMonth, WorkOrder
from hotline.tickets import Satisfaction, Solution

CONTENT = frozenset({Satisfaction.VERY_SATISFIED, Satisfaction.SATISFIED, Satisfaction.FAIR})
"""“基本满意” counts as satisfied, as in 政务服务“好差评”."""
CLOCKS = {Measure.SIGNED: Kind.SIGN, Measure.CONTACTED: Kind.CONTACT, Measure.RESOLVED: Kind.RESOLVE}
"""The promise that has to be kept for a measure to be good."""

_NOTE = text("""
WITH zone AS (
    SELECT coalesce(min(written->>'timezone'), 'UTC') AS name
    FROM city_row WHERE sheet = 'city' AND until IS NULL
), promised AS (
    SELECT due_at FROM clock WHERE work_order = :work_order AND kind = :kind ORDER BY id DESC LIMIT 1
)
INSERT INTO unit_tally (unit, month, measure, work_order, good, amount, at)
SELECT :unit, date_trunc('month', CAST(:at AS timestamptz) AT TIME ZONE zone.name)::date, :measure, :work_order,
       coalesce(CAST(:good AS boolean), CAST(:at AS timestamptz) < (SELECT due_at FROM promised), TRUE),
       :amount, :at
FROM zone
RETURNING id
""")
_ADD = text("""
INSERT INTO unit_month (unit, month, measure, count, good, amount)
SELECT unit, month, measure, count(*), sum(good::int), sum(amount) FROM unit_tally WHERE id = ANY(:ids)
GROUP BY unit, month, measure ORDER BY unit, month, measure
ON CONFLICT (unit, month, measure) DO UPDATE
SET count = unit_month.count + excluded.count,
    good = unit_month.good + excluded.good,
    amount = unit_month.amount + excluded.amount
""")
_WAITING = "tallies that wait to be added up"


def note(
    session: Session,
    order: WorkOrder,
    measure: Measure,
    at: datetime,
    *,
    good: bool | None = None,
    amount: int = 0,
) -> None:
    """Counts something of the order at `at`. `good`: whether it was as it should be; None: whether it was in time."""
    session.flush()  # the clocks have to be in the record as they are now
    values = {
        "unit": order.unit,
        "measure": measure.value,
        "work_order": order.id,
        "kind": CLOCKS[measure].value if measure in CLOCKS else "",
        "at": at,
        "good": good,
        "amount": amount,
    }
    noted = session.connection().execute(_NOTE, values).scalar_one()
    session.info.setdefault(_WAITING, []).append(noted)


def add_up(session: Session) -> None:
    """Adds what this transaction has noted to the sums. A commit does so anyway."""
    waiting = session.info.pop(_WAITING, ())
    if waiting:
        session.connection().execute(_ADD, {"ids": waiting})


@event.listens_for(OrmSession, "before_commit")
def _add_up_at_commit(session: OrmSession) -> None:
    add_up(cast(Session, session))


@event.listens_for(OrmSession, "after_rollback")
def _forget_at_rollback(session: OrmSession) -> None:
    session.info.pop(_WAITING, None)


def note_reply(session: Session, order: WorkOrder, at: datetime) -> None:
    """Counts a reply, with the minutes since the order was issued."""
    note(session, order, Measure.RESOLVED, at, amount=int((at - order.issued_at).total_seconds() // 60))


def note_verdict(session: Session, ticket: Ticket, answered: Iterable[WorkOrder], at: datetime) -> None:
    """Counts what the citizen said in the end, for every unit whose answer it was about; nothing where nothing was
    said.
    """
    for order in answered:
        if ticket.satisfaction is not None:
            content = Satisfaction(ticket.satisfaction) in CONTENT
            note(session, order, Measure.SATISFIED, at, good=content)
        if ticket.solution is not None:
            note(session, order, Measure.SOLVED, at, good=ticket.solution == Solution.SOLVED)


def sums(session: Session, units: Collection[str], months: Sequence[date]) -> dict[str, dict[Measure, Sum]]:
    """The sums of these months, by unit and measure; a unit without any isn't in it."""
    asked = (
        sa.select(
            col(UnitMonth.unit),
            col(UnitMonth.measure),
            func.sum(col(UnitMonth.count)),
            func.sum(col(UnitMonth.good)),
            func.sum(col(UnitMonth.amount)),
        )
        .where(col(UnitMonth.unit).in_(units), col(UnitMonth.month).in_(months))
        .group_by(col(UnitMonth.unit), col(UnitMonth.measure))
    )
    found: dict[str, dict[Measure, Sum]] = {}
    for unit, measure, count, good, amount in session.connection().execute(asked):
        found.setdefault(unit, {})[Measure(measure)] = Sum(int(count), int(good), int(amount))
    return found


def by_month(
    session: Session, units: Collection[str], months: Sequence[date]
) -> dict[date, dict[Measure, Sum]]:
    """The sums of `units` together, for each of these months."""
    asked = select(UnitMonth).where(col(UnitMonth.unit).in_(units), col(UnitMonth.month).in_(months))
    found: dict[date, dict[Measure, Sum]] = {month: {} for month in months}
    for row in session.exec(asked):
        measure, month = Measure(row.measure), found[row.month]
        month[measure] = month.get(measure, Sum()) + Sum(row.count, row.good, row.amount)
    return found
