"""What the record knows of whoever rings, in one short statement: a caller waits for it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Table, bindparam, func, select
from sqlmodel import Session

from hotline.store.tables import Call, CitizenNumber, CityRevision, Ticket

_CALLS: Table = Call.__table__  # type: ignore[attr-defined]
_NUMBERS: Table = CitizenNumber.__table__  # type: ignore[attr-defined]
_REVISIONS: Table = CityRevision.__table__  # type: ignore[attr-defined]
_TICKETS: Table = Ticket.__table__  # type: ignore[attr-defined]

_REVISION = select(func.max(_REVISIONS.c.id)).scalar_subquery()
_QUEUE = (
    select(_CALLS.c.queue)
    .where(
        _CALLS.c.caller == bindparam("caller"), _CALLS.c.answered_at.is_not(None), _CALLS.c.queue.is_not(None)
    )
    .order_by(_CALLS.c.entered_at.desc())
    .limit(1)
    .scalar_subquery()
)
_CITIZEN = select(_NUMBERS.c.citizen).where(_NUMBERS.c.number == bindparam("number")).scalar_subquery()
_MATTER = (
    select(_TICKETS.c.matter)
    .where(_TICKETS.c.citizen == _CITIZEN, _TICKETS.c.closed_at.is_(None), _TICKETS.c.matter.is_not(None))
    .order_by(_TICKETS.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
LOOK = select(_REVISION, _QUEUE, _MATTER)


@dataclass(frozen=True)
class Caller:
    """`queue`: where they were last answered. `matter`: of their newest ticket that is still open. `revision`: the
    newest of the city's data, 0 in a record that has not been settled.
    """

    revision: int
    queue: str | None
    matter: str | None


def look(session: Session, caller: str) -> Caller:
    """What is known of the number `caller`, as the switch says it. Every part of it comes by an index."""
    values = {"caller": caller, "number": caller.removeprefix("+")}
    revision, queue, matter = session.connection().execute(LOOK, values).one()
    return Caller(revision or 0, queue, matter)
