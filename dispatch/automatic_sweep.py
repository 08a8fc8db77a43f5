"""Tickets that agents left to a dispatcher are looked at once, and those go by themselves that may.

Any number of processes may do this at once: each ticket is looked at by one of them, in a transaction of its own, and
that it was is written down with what came of it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from dispatch import orders, thresholds
from dispatch.automatic import Named, Outcome, judge, kept_back, sure
from dispatch.deciding import Decision
from hotline.facts import SYSTEM
from hotline.pack.model import CityPack
from hotline.record import catalogues, tickets
from hotline.store import Store
from hotline.store.tables import AutomaticDispatch, Ticket
from hotline.words import N_, translate

if TYPE_CHECKING:
    from hotline.learning.model import Model

TOGETHER = 100  # tickets looked at in one go
PATIENCE = timedelta(minutes=2)
"""So long a ticket waits for a process with a model; where there is none, it then stays with a dispatcher."""
REASON = N_("Dispatched automatically: learnt from tickets dispatched before, confidence {confidence}%")

log = structlog.get_logger()


def leave(session: Session, ticket: Ticket, at: datetime) -> None:
    """An agent leaves the ticket to a dispatcher: it will be looked at. What was left before isn't looked at again."""
    row = insert(AutomaticDispatch).values(ticket=orders.identity(ticket), left_at=at)
    session.connection().execute(row.on_conflict_do_nothing())


def sweep(
    store: Store, city: CityPack, model: Model | None, language: str, now: Callable[[], datetime]
) -> int:
    """Looks at what waits; returns how many went by themselves. `language` is that of the reasons units read.

    A process without a model leaves a ticket for a while to those that may have one.
    """
    until = now() - (PATIENCE if model is None else timedelta(0))
    with store.transaction() as session:
        waiting = session.exec(_waiting(until).limit(TOGETHER)).all()
    return sum(_look(store, city, model, one, language, now()) for one in waiting)


def _look(
    store: Store,
    city: CityPack,
    model: Model | None,
    identity: int,
    language: str,
    at: datetime,
) -> bool:
    try:
        with store.transaction() as session:
            ticket, row = _free(session, identity)
            if ticket is None or row is None:
                return False
            row.looked_at = at
            row.outcome = _send(session, city, model, ticket, row, language, at)
            return row.outcome == Outcome.SENT
    except OperationalError:
        raise  # the record is away: it is looked at when that is back
    except Exception as error:
        # No traceback: in its values may stand what a citizen said.
        log.warning("ticket not dispatched by itself", ticket=identity, error=type(error).__name__)
        with store.transaction() as session:
            _, row = _free(session, identity)
            if row is not None:
                row.looked_at, row.outcome = at, Outcome.FAILED
        return False


def _send(
    session: Session,
    city: CityPack,
    model: Model | None,
    ticket: Ticket,
    row: AutomaticDispatch,
    language: str,
    at: datetime,
) -> Outcome:
    if kept := kept_back(ticket):
        return kept
    if model is None:
        return Outcome.NO_MODEL
    guesses = model.suggest(ticket.title, ticket.content, limit=1)
    if not guesses:
        return Outcome.NO_GUESS
    limits = thresholds.in_force(session)
    named = Named(guesses[0].label, guesses[0].confidence)
    row.matter, row.confidence = named.matter, named.confidence
    row.threshold = limits.get(named.matter)
    decided = judge(city, ticket, named, limits, catalogues.today(city, at))
    if isinstance(decided, Outcome):
        return decided
    assert row.threshold is not None
    row.precision = model.precision_at(named.matter, row.threshold).precision
    row.work_order = _issue(session, city, ticket, decided, row, language, at)
    return Outcome.SENT


def _issue(
    session: Session,
    city: CityPack,
    ticket: Ticket,
    decision: Decision,
    row: AutomaticDispatch,
    language: str,
    at: datetime,
) -> int | None:
    """The matter, the orders and on what grounds; the id of the leading unit's order."""
    assert row.confidence is not None
    grounds = {"confidence": row.confidence, "threshold": row.threshold, "precision": row.precision}
    tickets.tell_of_itself(session, ticket, {"matter": row.matter, **grounds}, at)
    tickets.classify(session, ticket, row.matter, SYSTEM, at)
    why = translate(REASON, language, confidence=sure(row.confidence))
    reason = f"{why} · {decision.reason_in(language)}"
    lead, *_ = [
        orders.issue_by_itself(session, city, ticket, unit.code, reason, at)
        for unit in (decision.lead, *decision.co)
    ]
    return lead.id


def _waiting(until: datetime) -> SelectOfScalar[int]:
    waiting = select(AutomaticDispatch.ticket).where(
        col(AutomaticDispatch.looked_at).is_(None), col(AutomaticDispatch.left_at) <= until
    )
    return waiting.order_by(col(AutomaticDispatch.left_at))


def _free(session: Session, identity: int) -> tuple[Ticket | None, AutomaticDispatch | None]:
    """The ticket, locked, with what is to be noted of it; None while somebody else does something with it, or where it
    has been looked at.
    """
    asked = (
        select(Ticket, AutomaticDispatch)
        .join(AutomaticDispatch, col(AutomaticDispatch.ticket) == col(Ticket.id))
        .where(Ticket.id == identity, col(AutomaticDispatch.looked_at).is_(None))
        .with_for_update(skip_locked=True)
    )
    return session.exec(asked).first() or (None, None)
