"""What revisits do by themselves: messages are sent, those that nobody answered lead on to the next try, and tickets
whose citizens aren't asked are closed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from dispatch import outbox, revisit_links, revisit_tasks, revisiting
from dispatch.outbox import Message
from dispatch.revisit_tasks import plan_of
from dispatch.revisits import Answers, Outcome
from hotline.facts import SYSTEM
from hotline.messages import Channel
from hotline.pack.model import CityPack
from hotline.revisit_policy import Way
from hotline.store import Store
from hotline.store.tables import Revisit, Ticket
from hotline.words import N_, translate

BY_ITSELF = (Way.MESSAGE.value, "")
TOGETHER = 100  # revisits looked at in one go
TEXT = N_(
    "12345: your request {number} of {day} has been answered. Please tell us within {days} days whether you are "
    "content: {link}"
)

log = structlog.get_logger()


def sweep(store: Store, city: CityPack, origin: str, language: str, now: Callable[[], datetime]) -> int:
    """Does what is due, each ticket in a transaction of its own; returns how many. `origin` is what links begin with,
    `language` that of the messages. Any number of processes may do this at once.
    """
    with store.transaction() as session:
        waiting = session.exec(_due(now()).limit(TOGETHER)).all()
    return sum(_step(store, city, ticket, origin, language, now()) for ticket in waiting)


def _step(store: Store, city: CityPack, identity: int, origin: str, language: str, at: datetime) -> bool:
    try:
        with store.transaction() as session:
            ticket = _free(session, identity)
            task = revisit_tasks.find(session, ticket) if ticket else None
            if ticket is None or task is None or not _is_due(task, at):
                return False
            step(session, city, ticket, task, origin, language, at)
            return True
    except Exception:
        log.exception("revisit not gone on with", ticket=identity)
        return False


def step(
    session: Session, city: CityPack, ticket: Ticket, task: Revisit, origin: str, language: str, at: datetime
) -> None:
    """One step of a revisit that is due."""
    if task.way != Way.MESSAGE:
        revisiting.close(session, city, ticket, Outcome.EXEMPT, Answers(), SYSTEM, at)
        return
    waited = revisiting.open_message(session, task)
    if waited is not None:
        revisiting.end_try(session, ticket, task, waited, at)
        revisiting.go_on(session, city, ticket, task, SYSTEM, at)
        return
    _send(session, city, ticket, task, origin, language, at)


def _send(
    session: Session, city: CityPack, ticket: Ticket, task: Revisit, origin: str, language: str, at: datetime
) -> None:
    """The message with its link; the pause of the plan is how long an answer is waited for."""
    tried = revisiting.begin_try(session, ticket, task, Way.MESSAGE, at)
    token = revisit_links.make(session, task, at)
    day = ticket.opened_at.astimezone(ZoneInfo(city.city.timezone)).date().isoformat()
    body = translate(
        TEXT,
        language,
        number=ticket.number,
        day=day,
        days=revisit_links.LIVES.days,
        link=f"{origin}/r/{token}",
    )
    message = Message(Channel.SMS, ticket.contact, "", body, f"revisit-{tried.id}")
    outbox.post(session, [message], at)
    plan = plan_of(task)
    task.not_before = revisit_tasks.after(city, at, plan, plan.pause)


def _due(at: datetime) -> SelectOfScalar[int]:
    by_itself = col(Revisit.ended_at).is_(None), col(Revisit.way).in_(BY_ITSELF)
    due = select(Revisit.ticket).where(*by_itself, col(Revisit.not_before) <= at)
    return due.order_by(col(Revisit.not_before))


def _is_due(task: Revisit, at: datetime) -> bool:
    return task.way in BY_ITSELF and task.not_before <= at


def _free(session: Session, identity: int) -> Ticket | None:
    """The ticket, locked; None while somebody else does something with it."""
    asked = select(Ticket).where(Ticket.id == identity).with_for_update(skip_locked=True)
    return session.exec(asked).first()
