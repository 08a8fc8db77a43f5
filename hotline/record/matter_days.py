"""Counts of tickets by day, matter and area, which follow the journal: what was opened since the last look is added by
one statement, and nobody who opens a ticket waits for a count. After an import the days are counted anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Integer, and_, func, or_, text
from sqlalchemy import select as choose
from sqlmodel import Session, col, select

from hotline import journal
from hotline.store.tables import JournalMark, MatterDay

READER = "matter_days"

_OPENED = """
SELECT (at AT TIME ZONE :zone)::date AS day, coalesce(data->>'matter', '') AS matter,
       coalesce(data->>'area', '') AS area
FROM fact
WHERE kind = 'ticket.opened' AND xid >= :since AND NOT coalesce((data->>'confidential')::boolean, FALSE)"""

_ADD = text(
    f"""
    INSERT INTO matter_day (day, matter, area, tickets)
    SELECT day, matter, area, count(*) FROM ({_OPENED} AND xid < :until) AS opened
    GROUP BY day, matter, area ORDER BY day, matter, area
    ON CONFLICT (day, matter, area) DO UPDATE SET tickets = matter_day.tickets + excluded.tickets"""
)

# What is in the journal but not yet added will be, so the tickets that it tells of are left out here.
_COUNT = text(
    f"""
    INSERT INTO matter_day (day, matter, area, tickets)
    SELECT day, matter, area, sum(one) FROM (
        SELECT (opened_at AT TIME ZONE :zone)::date AS day, coalesce(matter, '') AS matter,
               coalesce(area, '') AS area, 1 AS one
        FROM ticket
        WHERE NOT confidential AND opened_at >= CAST(:first AS timestamp) AT TIME ZONE :zone
          AND opened_at < CAST(:until AS timestamp) AT TIME ZONE :zone
        UNION ALL SELECT opened.*, -1 FROM ({_OPENED}) AS opened WHERE day >= :first AND day < :until
    ) AS counted
    GROUP BY day, matter, area HAVING sum(one) > 0"""
)
_LOCK = text("LOCK TABLE matter_day IN SHARE ROW EXCLUSIVE MODE")
_CLEAR = text("DELETE FROM matter_day WHERE day >= :first AND day < :until")


def count_on(session: Session, today: date, known: int, zone: str) -> None:
    """Adds the tickets that were opened since the last time. The first time `known` days before are counted too."""
    session.connection().execute(_LOCK)
    mark = session.get(JournalMark, READER)
    horizon = journal.horizon(session)
    if mark is None:
        session.add(JournalMark(reader=READER, horizon=horizon))
        session.flush()
        recount(session, today - timedelta(days=known), today + timedelta(days=1), zone)
        return
    session.connection().execute(_ADD, {"zone": zone, "since": mark.horizon, "until": horizon})
    mark.horizon = horizon


def recount(session: Session, first: date, until: date, zone: str) -> None:
    """Counts the days from `first` until before `until` anew. Before anything was counted there is nothing to do."""
    session.flush()
    connection = session.connection()
    connection.execute(_LOCK)
    mark = session.get(JournalMark, READER)
    if mark is not None:
        span = {"first": first, "until": until}
        connection.execute(_CLEAR, span)
        connection.execute(_COUNT, {**span, "since": mark.horizon, "zone": zone})


def by_area(session: Session, spans: Sequence[tuple[date, date]]) -> dict[str, list[int]]:
    """Tickets of each area, whatever their matter, in each of the `spans` from a day until before another."""
    of_span = [
        func.coalesce(func.sum(MatterDay.tickets).filter(_within(first, until)), 0).cast(Integer)
        for first, until in spans
    ]
    asked = choose(col(MatterDay.area), *of_span).where(or_(*(_within(*span) for span in spans)))
    rows = session.execute(asked.group_by(col(MatterDay.area))).all()
    return {area: list(counts) for area, *counts in rows}


def _within(first: date, until: date) -> ColumnElement[bool]:
    return and_(col(MatterDay.day) >= first, col(MatterDay.day) < until)


def between(session: Session, first: date, until: date) -> Sequence[MatterDay]:
    """The counts of the days from `first` until before `until`."""
    asked = select(MatterDay).where(_within(first, until))
    return session.exec(asked.order_by(col(MatterDay.day))).all()
