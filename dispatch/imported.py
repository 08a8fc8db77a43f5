"""Taking on what older systems left open: an old ticket goes on as a work order of its unit, with the time that it
still has. What the old system promised the citizen stays promised, to the second.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session, col, select

from dispatch import orders, timekeeping, workorders
from hotline.facts import SYSTEM
from hotline.pack.model import CityPack
from hotline.store import Store
from hotline.store.tables import ImportedOpen, Ticket
from hotline.tickets import State

TOGETHER = 50  # tickets in one transaction


def take_on(
    store: Store, city: CityPack, now: Callable[[], datetime], is_stopped: Callable[[], bool] = lambda: False
) -> int:
    """Takes on every imported ticket that waits for it; returns how many. Doing it again finds none."""
    taken, found = 0, TOGETHER
    while found == TOGETHER and not is_stopped():
        with store.transaction() as session:
            waiting = _waiting(session)
            for left, ticket in waiting:
                _take_on(session, city, left, ticket, now())
        found = len(waiting)
        taken += found
    return taken


def _waiting(session: Session) -> list[tuple[ImportedOpen, Ticket]]:
    asked = select(ImportedOpen, Ticket).join(Ticket, col(Ticket.id) == col(ImportedOpen.ticket))
    asked = asked.where(col(ImportedOpen.taken_at).is_(None)).order_by(col(ImportedOpen.ticket))
    return list(session.exec(asked.limit(TOGETHER).with_for_update(skip_locked=True)).all())


def _take_on(session: Session, city: CityPack, left: ImportedOpen, ticket: Ticket, at: datetime) -> None:
    left.taken_at = at
    if ticket.state == State.REVIEW:
        timekeeping.start_for_ticket(session, city, ticket, at, SYSTEM)
        return
    replied = ticket.state == State.REPLIED
    order = orders.take_over(
        session,
        city,
        ticket,
        # Where the unit was dissolved since then, the duty unit hands the order on.
        left.unit if left.unit and left.unit in city.units else city.city.duty_unit,
        state=workorders.taken_over(signed=left.signed_at is not None, replied=replied),
        issued_at=left.began_at,
        signed_at=left.signed_at,
        at=at,
    )
    if not replied:
        timekeeping.go_on_for_order(session, city, ticket, order, left.began_at, left.due_at, at, SYSTEM)
