"""The sweep: takes the steps of all clocks that are due, found by an index, a batch in one transaction.

A clock that somebody else holds is passed over and comes next time. Each step of a clock and generation is taken once,
on any number of workers: the firing, the facts, the messages and what it does to the order are one commit. What has
to be taken at once after an outage is told by the gravest step alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Table, text
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, col, select

from dispatch import ladder, outbox
from dispatch.clock_rows import Kept, pauses_of, tell
from dispatch.escalating import escalate
from dispatch.ladder import Event
from dispatch.notifying import Taken, messages
from dispatch.recomputing import recompute
from hotline.clock_policy import Does
from hotline.facts import SYSTEM
from hotline.pack.model import CityPack
from hotline.store.rows import change_all
from hotline.store.tables import ClockRow, Ticket, WorkOrder

_CLOCKS: Table = ClockRow.__table__  # type: ignore[attr-defined]
BATCH = 200
"""Clocks in one transaction: some hundredths of a second, so that nobody waits long for a row."""

FACTS = {Does.REMINDER: "clock.reminded", Does.AMBER: "clock.amber", Does.RED: "clock.red"}
"""The fact of each step; the others escalate."""


def sweep(session: Session, city: CityPack, at: datetime, most: int = BATCH) -> int:
    """Takes one batch; returns how many clocks it looked at. With fewer than `most`, nothing more is due or free."""
    due = _due(session, at, most)
    taken, stale, looked_at = [], [], []
    for kept in due:
        calendar = kept.calendar(city)
        turns = kept.clock.turns(calendar)
        if turns is None or turns[1] != kept.row.due_at:
            stale.append(kept)  # started by somebody who didn't know yet of a change of days
        else:
            taken += _take(kept, ladder.events(turns, kept.steps(city), calendar), at)
            looked_at.append(kept.row)
    _note(session, looked_at)
    recompute(session, city, stale, at)
    fired = _fire(session, taken, at)
    for one in fired:
        _tell(session, one, at)
    escalate(session, fired, at)
    outbox.post(session, messages(session, city, _gravest(fired), at), at)
    return len(due)


def next_due(session: Session) -> datetime | None:
    """When the next step of any clock comes."""
    asked = select(ClockRow.next_event_at).where(
        col(ClockRow.stopped_at).is_(None), col(ClockRow.next_event_at).is_not(None)
    )
    return session.exec(asked.order_by(col(ClockRow.next_event_at)).limit(1)).first()


def _due(session: Session, at: datetime, most: int) -> Sequence[Kept]:
    """Clocks whose next step has come, the oldest first, held together with their tickets: who holds a ticket may
    change its orders.
    """
    asked = (
        select(ClockRow, Ticket, WorkOrder)
        .join(Ticket, col(Ticket.id) == ClockRow.ticket)
        .outerjoin(WorkOrder, col(WorkOrder.id) == ClockRow.work_order)
        .where(col(ClockRow.stopped_at).is_(None), col(ClockRow.next_event_at) <= at)
        .order_by(col(ClockRow.next_event_at))
        .limit(most)
        .with_for_update(of=[ClockRow, Ticket], skip_locked=True, key_share=True)
    )
    found = session.exec(asked).all()
    pauses = pauses_of(session, [row.id for row, _, _ in found])
    return [Kept(row, ticket, order, pauses.get(row.id or 0, ())) for row, ticket, order in found]


def _take(kept: Kept, events: Sequence[Event], at: datetime) -> list[Taken]:
    """The steps that have come, and in the row what comes after them."""
    row = kept.row
    come = ladder.due_by(events, row.seen_until, at)
    set_committed_value(row, "seen_until", at)
    set_committed_value(row, "next_event_at", ladder.next_after(events, at))
    return [Taken(kept, event) for event in come]


def _note(session: Session, rows: Sequence[ClockRow]) -> None:
    """How far these clocks have been looked at, all in one statement: one for each would cost most of a sweep."""
    if rows:
        seen = [one.model_dump(include={"id", "seen_until", "next_event_at"}) for one in rows]
        change_all(session, _CLOCKS, "id", seen)


def _fire(session: Session, taken: Sequence[Taken], at: datetime) -> list[Taken]:
    """Those of the steps that were not taken before, of which it is noted now that they are."""
    if not taken:
        return []
    columns = {
        "clocks": [one.kept.row.id for one in taken],
        "generations": [one.kept.row.generation for one in taken],
        "steps": [one.event.step.key for one in taken],
        "dues": [one.event.at for one in taken],
    }
    new = {tuple(row) for row in session.connection().execute(_FIRE, {**columns, "at": at})}
    return [one for one in taken if (one.kept.row.id, one.kept.row.generation, one.event.step.key) in new]


# Columns instead of rows: a statement of a thousand rows takes longer to be written than to be carried out.
_FIRE = text(
    "INSERT INTO clock_firing (clock, generation, step, due_at, fired_at)"
    " SELECT *, :at FROM unnest(CAST(:clocks AS bigint[]), CAST(:generations AS int[]),"
    " CAST(:steps AS text[]), CAST(:dues AS timestamptz[]))"
    " ON CONFLICT DO NOTHING RETURNING clock, generation, step"
)


def _tell(session: Session, one: Taken, at: datetime) -> None:
    step = one.event.step
    kind = FACTS.get(step.does, "clock.escalated")
    more = {"step": step.key, "does": step.does} if kind == "clock.escalated" else {}
    tell(session, one.kept, kind, at, SYSTEM, **more)


def _gravest(fired: Sequence[Taken]) -> list[Taken]:
    """Of each clock the one step that says all that the others say."""
    by_clock: dict[int | None, list[Taken]] = {}
    for one in fired:
        by_clock.setdefault(one.kept.row.id, []).append(one)
    worst = ((some, ladder.gravest([one.event for one in some])) for some in by_clock.values())
    return [one for some, event in worst for one in some if one.event is event]
