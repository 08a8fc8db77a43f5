"""Counts by line and day: kept in the transaction that ends a call or opens a ticket, and made anew from the calls
and tickets themselves after an import. Both go by the one statement below, so that they can't differ.

A call was answered in time by the target that its queue had when it ended; one that waited in none of our queues
(an old system's) by the 15 seconds of GB/T 33358-2016.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import text
from sqlmodel import Session, col, select

from hotline.store.tables import LineDay

COUNTS = ("calls", "answered", "in_target", "abandoned", "to_branch", "waited", "talked", "tickets")
TARGET = 15  # seconds

_ZONE = """
zone AS (
    SELECT coalesce(min(written->>'timezone'), 'UTC') AS name
    FROM city_row WHERE sheet = 'city' AND until IS NULL
)"""

_TARGET = f"""
target AS (
    SELECT queue.written->>'name' AS queue,
           coalesce((queue.written->>'answer_target')::int, {TARGET}) AS seconds,
           begun.at AS since, coalesce(ended.at, 'infinity') AS until
    FROM city_row AS queue
    JOIN city_revision AS begun ON begun.id = queue.since
    LEFT JOIN city_revision AS ended ON ended.id = queue.until
    WHERE queue.sheet = 'queues'
)"""

_CALLS = f"""
SELECT line, (entered_at AT TIME ZONE zone.name)::date AS day,
       1 AS calls,
       (answered_at IS NOT NULL)::int AS answered,
       (answered_at - coalesce(queued_at, entered_at)
            <= make_interval(secs => coalesce(target.seconds, {TARGET})))::int AS in_target,
       (outcome = 'abandoned')::int AS abandoned,
       (outcome = 'branch')::int AS to_branch,
       round(extract(epoch FROM answered_at - coalesce(queued_at, entered_at)))::int AS waited,
       round(extract(epoch FROM ended_at - answered_at))::int AS talked,
       0 AS tickets
FROM call CROSS JOIN zone
LEFT JOIN target ON target.queue = call.queue AND target.since <= ended_at AND ended_at < target.until
WHERE direction = 'in' AND ended_at IS NOT NULL"""

_TICKETS = """
SELECT line, (opened_at AT TIME ZONE zone.name)::date AS day, 0, 0, 0, 0, 0, 0, 0, 1
FROM ticket CROSS JOIN zone
WHERE TRUE"""


def _adding(counted: str) -> str:
    """The statement that adds what `counted` finds to the counts there are, in one order, so that no two wait for
    each other."""
    sums = ", ".join(f"coalesce(sum({name}), 0)" for name in COUNTS)
    added = ", ".join(f"{name} = line_day.{name} + excluded.{name}" for name in COUNTS)
    return f"""
        WITH {_ZONE}, {_TARGET}, counted (line, day, {", ".join(COUNTS)}) AS ({counted})
        INSERT INTO line_day (line, day, {", ".join(COUNTS)})
        SELECT line, day, {sums} FROM counted GROUP BY line, day ORDER BY line, day
        ON CONFLICT (line, day) DO UPDATE SET {added}"""


def _within(moment: str) -> str:
    begin, end = (f"CAST(:{name} AS timestamp) AT TIME ZONE zone.name" for name in ("first", "until"))
    return f"AND {moment} >= {begin} AND {moment} < {end}"


_ADD_CALLS = text(_adding(f"{_CALLS} AND call.id = ANY(:ids)"))
_ADD_TICKET = text(_adding(f"{_TICKETS} AND ticket.id = :id"))
_ADD_SPAN = text(_adding(f"{_CALLS} {_within('entered_at')} UNION ALL {_TICKETS} {_within('opened_at')}"))
_LOCK = text("LOCK TABLE line_day IN SHARE ROW EXCLUSIVE MODE")
_CLEAR = text("DELETE FROM line_day WHERE day >= :first AND day < :until")


def count_calls(session: Session, ids: Collection[str]) -> None:
    """Adds calls that have just ended, each once; those that went out aren't counted."""
    if ids:
        session.connection().execute(_ADD_CALLS, {"ids": list(ids)})


def count_ticket(session: Session, identity: int) -> None:
    """Adds a ticket that has just been opened."""
    session.connection().execute(_ADD_TICKET, {"id": identity})


def recount(session: Session, first: date, until: date) -> None:
    """Counts the days from `first` until before `until` anew. To be called after an import of calls or tickets.

    Whoever ends a call meanwhile waits for this transaction, so make it a month at a time.
    """
    span = {"first": first, "until": until}
    session.flush()
    connection = session.connection()
    connection.execute(_LOCK)
    connection.execute(_CLEAR, span)
    connection.execute(_ADD_SPAN, span)


def between(session: Session, lines: Sequence[str], first: date, until: date) -> Sequence[LineDay]:
    """The counts of `lines` on the days from `first` until before `until`, in the order of days."""
    asked = select(LineDay).where(
        col(LineDay.line).in_(lines), col(LineDay.day) >= first, col(LineDay.day) < until
    )
    return session.exec(asked.order_by(col(LineDay.day), col(LineDay.line))).all()
