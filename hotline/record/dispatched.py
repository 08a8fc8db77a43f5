"""Tickets that a unit was given, with the matter that the centre chose: what a model of matters learns from."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlmodel import Session, col

from hotline.learning.examples import Example
from hotline.record.visibility import TAKEN
from hotline.store.tables import AutomaticDispatch, Ticket, WorkOrder
from hotline.tickets import State

LEARNT_FROM = (State.DISPATCHED, State.REPLIED, State.REVISIT, State.CLOSED, State.ARCHIVED)
AT_ONCE = 2_000
"""Rows that come from the record together."""


def count(session: Session, most: int) -> int:
    """How many there are to learn from, `most` at most."""
    wanted = select(func.count()).select_from(Ticket).where(*_wanted())
    return min(most, session.connection().execute(wanted).scalar_one())


def examples(session: Session, most: int) -> Iterator[Example]:
    """The `most` newest, the newest first, named by their ids, in bounded memory.

    Confidential ones and those that accuse a unit teach their words, but are never shown as similar ones.
    """
    is_open_to_all = ~col(Ticket.confidential) & col(Ticket.about).is_(None)
    asked = (
        select(col(Ticket.id), col(Ticket.matter), col(Ticket.title), col(Ticket.content), is_open_to_all)
        .where(*_wanted())
        .order_by(col(Ticket.id).desc())
        .limit(most)
    )
    rows = session.connection().execute(asked, execution_options={"yield_per": AT_ONCE})
    for identity, matter, title, content, shown in rows:
        yield Example(str(identity), str(matter), title, content, shown)


def _wanted() -> tuple[ColumnElement[bool], ...]:
    """Sent to a unit that still has it or answered; an old system's tickets were, or they wouldn't be there.

    What the system dispatched by itself teaches only after its unit has replied: till then nobody has agreed to it.
    """
    by_itself = exists().where(
        col(AutomaticDispatch.ticket) == Ticket.id, col(AutomaticDispatch.work_order).is_not(None)
    )
    held = exists().where(col(WorkOrder.ticket) == Ticket.id, col(WorkOrder.state).not_in(TAKEN))
    return (
        col(Ticket.state).in_(LEARNT_FROM),
        col(Ticket.matter).is_not(None),
        or_(col(Ticket.opened_by).is_(None), held),
        or_(col(Ticket.state) != State.DISPATCHED, ~by_itself),
    )
