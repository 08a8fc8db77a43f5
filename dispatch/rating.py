"""The three rates in the record: verdicts, kept when a ticket is closed, and the counters that every page reads. Both
change in the transaction of the deed that they follow from.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_
from sqlalchemy import select as choose
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from dispatch import orders, rates
from dispatch.rates import LEAVES_OUT, NAMES, By, Counts, Exclusion, Part, Place, Rate, Verdict
from dispatch.revisits import Answers, Outcome
from hotline.errors import Refused
from hotline.pack.model import CityPack
from hotline.roles import Permission
from hotline.store.rows import put
from hotline.store.tables import RateMonth, Ticket, WorkOrder
from hotline.store.tables import Verdict as VerdictRow
from hotline.tickets import Satisfaction, Solution
from hotline.viewer import Viewer

_TABLE: Any = RateMonth.__table__  # type: ignore[attr-defined]
BECAUSE_LENGTH = 2000


def judge(
    session: Session, city: CityPack, ticket: Ticket, order: WorkOrder, said: Mapping[str, Any], at: datetime
) -> None:
    """One order of a ticket that is closed at `at` has its verdict: `said` is what the fact of the closing tells."""
    verdict = rates.told(said, order.unit, rates.month_of(at, ZoneInfo(city.city.timezone)))
    row = _find(session, order)
    was = [verdict_of(row)] if row else []
    _add(session, rates.change(was, [verdict]))
    kept = row_of(orders.identity(ticket), order.id or 0, verdict, at)
    if row is None:
        put(session, kept)
    else:
        row.sqlmodel_update(kept)


def exclude(
    session: Session,
    ticket: Ticket,
    order: WorkOrder,
    reason: Exclusion,
    because: str,
    viewer: Viewer,
    at: datetime,
) -> None:
    """Leaves a judged order out of the rates. Raises `Refused`: `verdict.unknown`, `verdict.excluded_already`."""
    viewer.must(Permission.ORDER_DECIDE)
    if not because.strip():
        raise Refused("field.missing", field="because")
    if len(because) > BECAUSE_LENGTH:
        raise Refused("field.too_long", field="because", limit=BECAUSE_LENGTH)
    row = judged(session, order)
    if row.excluded is not None:
        raise Refused("verdict.excluded_already")
    _change(session, row, reason, because.strip())
    told = {"exclusion": reason.value, "reason": because.strip()}
    orders.tell(session, ticket, order, "order.excluded", viewer.by, at, data=told)


def include(session: Session, ticket: Ticket, order: WorkOrder, viewer: Viewer, at: datetime) -> None:
    """The order counts again. Raises `Refused`: `verdict.unknown`, `verdict.not_excluded`."""
    viewer.must(Permission.ORDER_DECIDE)
    row = judged(session, order)
    if row.excluded is None:
        raise Refused("verdict.not_excluded")
    _change(session, row, None, "")
    orders.tell(session, ticket, order, "order.included", viewer.by, at)


def judged(session: Session, order: WorkOrder) -> VerdictRow:
    """The order's verdict, locked. Raises `Refused("verdict.unknown")` where its ticket hasn't been closed."""
    row = _find(session, order)
    if row is None:
        raise Refused("verdict.unknown")
    return row


def summed(session: Session, by: By, first: date, last: date) -> dict[str, Counts]:
    """The counts of the months from `first` to `last` (first days, both included) together, by key."""
    sums = (func.sum(_TABLE.c[name]) for name in NAMES)
    asked = choose(_TABLE.c.key, *sums).where(*_within(by, first, last)).group_by(_TABLE.c.key)
    return {key: Counts(*map(int, counts)) for key, *counts in session.connection().execute(asked)}


def by_month(
    session: Session, by: By, first: date, last: date, keys: Collection[str]
) -> dict[str, dict[date, Counts]]:
    """The counts of each of those months, for these keys."""
    counts = (_TABLE.c[name] for name in NAMES)
    asked = choose(_TABLE.c.key, _TABLE.c.month, *counts).where(*_within(by, first, last))
    found: dict[str, dict[date, Counts]] = {}
    for key, month, *row in session.connection().execute(asked.where(_TABLE.c.key.in_(keys))):
        found.setdefault(key, {})[month] = Counts(*row)
    return found


def is_part(part: Part) -> ColumnElement[bool]:
    """The same as `rates.IS_PART`, for rows of the table."""
    return _PARTS[part]


def verdict_of(row: VerdictRow) -> Verdict:
    """The row as arithmetic knows it."""
    return Verdict(
        month=row.month,
        unit=row.unit,
        area=row.area,
        line=row.line,
        category=row.category,
        outcome=Outcome(row.outcome),
        answers=Answers.of(row.model_dump()),
        redone=row.redone,
        excluded=Exclusion(row.excluded) if row.excluded else None,
    )


def row_of(ticket: int, order: int, verdict: Verdict, at: datetime) -> VerdictRow:
    """The row that keeps a verdict on an order of a ticket closed at `at`."""
    return VerdictRow(
        ticket=ticket,
        work_order=order,
        month=verdict.month,
        closed_at=at,
        unit=verdict.unit,
        area=verdict.area,
        line=verdict.line,
        category=verdict.category,
        outcome=verdict.outcome,
        **verdict.answers.said,
        redone=verdict.redone,
        excluded=verdict.excluded,
    )


def _within(by: By, first: date, last: date) -> tuple[ColumnElement[bool], ...]:
    return _TABLE.c.by == by.value, _TABLE.c.month >= first, _TABLE.c.month <= last


def _find(session: Session, order: WorkOrder) -> VerdictRow | None:
    asked = select(VerdictRow).where(VerdictRow.ticket == order.ticket, VerdictRow.work_order == order.id)
    return session.exec(asked.with_for_update()).first()


def _change(session: Session, row: VerdictRow, reason: Exclusion | None, because: str) -> None:
    before = verdict_of(row)
    row.excluded, row.excluded_because = reason, because
    _add(session, rates.change([before], [verdict_of(row)]))


def _add(session: Session, counts: Mapping[Place, Counts]) -> None:
    """Adds to the counters, all in one statement and in one order, so that no two wait for each other."""
    rows = [
        {"by": by.value, "month": month, "key": key, **vars(one)}
        for (by, month, key), one in sorted(counts.items())
        if one != Counts()
    ]
    if rows:
        added = insert(_TABLE).values(rows)
        sums = {name: _TABLE.c[name] + added.excluded[name] for name in NAMES}
        session.connection().execute(
            added.on_conflict_do_update(index_elements=_TABLE.primary_key, set_=sums)
        )


def _counts_in(rate: Rate) -> ColumnElement[bool]:
    leaving = [reason.value for reason, left_out in LEAVES_OUT.items() if rate in left_out]
    kept = or_(col(VerdictRow.excluded).is_(None), col(VerdictRow.excluded).not_in(leaving))
    return and_(col(VerdictRow.outcome) == Outcome.HEARD.value, kept)


def _ended(outcomes: Iterable[Outcome]) -> dict[Part, ColumnElement[bool]]:
    return {Part(outcome.value): col(VerdictRow.outcome) == outcome.value for outcome in outcomes}


_PARTS: Mapping[Part, ColumnElement[bool]] = {
    Part.ORDERS: col(VerdictRow.ticket).is_not(None),
    Part.EXCLUDED: col(VerdictRow.excluded).is_not(None),
    **_ended((Outcome.UNREACHABLE, Outcome.DECLINED, Outcome.EXEMPT, Outcome.CHECKED)),
    Part.REDONE: col(VerdictRow.redone) > 0,
    Part.RESPONDED: and_(_counts_in(Rate.RESPONDED), col(VerdictRow.responded).is_(True)),
    Part.NOT_RESPONDED: and_(_counts_in(Rate.RESPONDED), col(VerdictRow.responded).is_(False)),
    **{
        Part(said.value): and_(_counts_in(Rate.SOLVED), col(VerdictRow.solution) == said.value)
        for said in Solution
    },
    **{
        Part(mark.value): and_(_counts_in(Rate.SATISFIED), col(VerdictRow.satisfaction) == mark.value)
        for mark in Satisfaction
    },
}
