"""Which citizens are to be asked, and who asks whom: each ticket that is being revisited has one open row, which one
person at a time may hold.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select, SelectOfScalar

from dispatch import revisits
from dispatch.revisits import Next, Outcome
from hotline import journal
from hotline.budgets import Budget, Measure
from hotline.clock_policy import Kind
from hotline.errors import Refused
from hotline.facts import Fact, subject
from hotline.pack.model import CityPack
from hotline.record import visibility
from hotline.revisit_policy import Asked, Plan, Way, rule_for
from hotline.store.rows import put
from hotline.store.tables import Account, ClockRow, Revisit, Ticket
from hotline.tickets import Channel, Type, Urgency
from hotline.viewer import Viewer
from hotline.workingtime import add, due, is_working

HOLD = timedelta(minutes=10)
"""So long a task that somebody has taken is kept for them."""
_MOMENT = timedelta(microseconds=1)
BY_PEOPLE = (Way.AGENT, Way.CHECK)


def begin(session: Session, city: CityPack, ticket: Ticket, at: datetime, by: str) -> Revisit:
    """The citizen is to be asked, by the first rule that fits; or the rule says why they aren't."""
    asked = _asked(ticket)
    rule = rule_for(city.revisits, asked)
    plan = rule.plan_for(asked)
    first = revisits.begin(plan)
    assert ticket.id is not None
    task = Revisit(
        ticket=ticket.id,
        rule=rule.name,
        ways=list(plan.ways),
        pause_amount=plan.pause.amount,
        pause_measure=plan.pause.measure,
        hours=plan.hours,
        closes=plan.closes,
        exempt=rule.exempt,
        way=first.way if isinstance(first, Next) else "",
        not_before=after(city, at, plan, None) if isinstance(first, Next) else at,
        begun_at=at,
    )
    put(session, task)
    tell(session, ticket, task, "revisit.begun", by, at, {"rule": rule.name, "ways": task.ways})
    return task


def end(session: Session, ticket: Ticket, outcome: Outcome, by: str, at: datetime) -> None:
    """Nobody has to be asked about this ticket any more, if anybody had."""
    task = find(session, ticket)
    if task is not None:
        task.ended_at, task.outcome = at, outcome
        task.held_by = task.held_until = None
        tell(session, ticket, task, "revisit.ended", by, at, {"outcome": outcome})


def find(session: Session, ticket: Ticket) -> Revisit | None:
    """The ticket's open task, locked."""
    locking = _open(ticket).with_for_update().execution_options(populate_existing=True)
    return session.exec(locking).first()


def look(session: Session, ticket: Ticket) -> Revisit | None:
    """The same, to be shown."""
    return session.exec(_open(ticket)).first()


def plan_of(task: Revisit) -> Plan:
    """The plan that the task began with."""
    pause = Budget(task.pause_amount, Measure(task.pause_measure))
    return Plan(tuple(Way(way) for way in task.ways), pause, task.hours, task.closes)


def after(city: CityPack, at: datetime, plan: Plan, pause: Budget | None) -> datetime:
    """When a pause that begins at `at` is over and citizens may be asked: by the plan's own calendar, or where it has
    none by that of the unit on duty.
    """
    on_duty = city.calendars[city.units[city.city.duty_unit].calendar]
    hours = city.calendars.get(plan.hours, on_duty)
    over = due(at, pause, hours).at if pause else at
    return over if is_working(over, hours) else add(over, _MOMENT, hours) - _MOMENT


def holder(task: Revisit, at: datetime) -> int | None:
    """The account that holds it at `at`."""
    return task.held_by if task.held_until is not None and at < task.held_until else None


def refuse_others(session: Session, task: Revisit | None, viewer: Viewer, at: datetime) -> None:
    """Raises `Refused("revisit.held")` while somebody else asks this citizen."""
    other = holder(task, at) if task else None
    if other not in (None, viewer.account):
        raise Refused("revisit.held", name=session.get_one(Account, other).name)


def hold(session: Session, ticket: Ticket, viewer: Viewer, at: datetime) -> Revisit | None:
    """Keeps the citizen's revisit for this person, if there is one; no two people call the same citizen.

    Raises `Refused("revisit.held")`.
    """
    task = find(session, ticket)
    refuse_others(session, task, viewer, at)
    if task is not None:
        _hold(session, ticket, task, viewer, at)
    return task


def take(session: Session, ticket: Ticket, viewer: Viewer, at: datetime) -> Revisit:
    """This person asks the ticket's citizen. Raises `Refused`: `revisit.unknown`, `revisit.not_agent` while the citizen
    is asked without people, `revisit.held`.
    """
    task = find(session, ticket)
    if task is None:
        raise Refused("revisit.unknown")
    if task.way not in BY_PEOPLE:
        raise Refused("revisit.not_agent")
    refuse_others(session, task, viewer, at)
    _hold(session, ticket, task, viewer, at)
    return task


def take_next(session: Session, viewer: Viewer, at: datetime) -> Revisit:
    """This person asks whoever has waited longest of those that nobody asks yet; two who want that at once get two.

    Raises `Refused("revisit.none_due")`.
    """
    wanted = and_(waiting(viewer, at), is_free(at))
    for asked in (by_clock(wanted), without_clock(wanted)):
        first = asked.limit(1).with_for_update(of=Revisit, skip_locked=True)
        found = session.execute(first.execution_options(populate_existing=True)).first()
        if found is not None:
            task: Revisit = found[0]
            _hold(session, found[1], task, viewer, at)
            return task
    raise Refused("revisit.none_due")


def release(session: Session, ticket: Ticket, viewer: Viewer, at: datetime) -> None:
    """Somebody else may ask instead."""
    task = find(session, ticket)
    refuse_others(session, task, viewer, at)
    if task is not None and task.held_by is not None:
        task.held_by = task.held_until = None
        tell(session, ticket, task, "revisit.released", viewer.by, at)


def waiting(viewer: Viewer, at: datetime) -> ColumnElement[bool]:
    """True for the tasks whose citizen may be asked by people now, as far as this person may see them."""
    is_due = col(Revisit.way).in_(BY_PEOPLE), col(Revisit.not_before) <= at
    return and_(col(Revisit.ended_at).is_(None), *is_due, visibility.tickets(viewer))


def later(viewer: Viewer, at: datetime) -> ColumnElement[bool]:
    """True for those whose next try isn't due yet, or isn't people's."""
    not_yet = or_(col(Revisit.way).not_in(BY_PEOPLE), col(Revisit.not_before) > at)
    return and_(col(Revisit.ended_at).is_(None), not_yet, visibility.tickets(viewer))


def is_free(at: datetime) -> ColumnElement[bool]:
    """True for the tasks that nobody holds."""
    return or_(col(Revisit.held_until).is_(None), col(Revisit.held_until) <= at)


def by_clock(wanted: ColumnElement[bool]) -> Select[Revisit, Ticket, ClockRow]:
    """Tasks with their tickets and clocks, the one whose time runs out first before the others."""
    rows = select(Revisit, Ticket, ClockRow).join(Ticket, col(Ticket.id) == col(Revisit.ticket))
    return rows.join(ClockRow, _CLOCK).where(wanted).order_by(col(ClockRow.due_at), col(ClockRow.id))


def without_clock(wanted: ColumnElement[bool]) -> Select[Revisit, Ticket]:
    """Tasks with their tickets to which the policy promises no time, the oldest first: they come last."""
    rows = select(Revisit, Ticket).join(Ticket, col(Ticket.id) == col(Revisit.ticket))
    has_clock = exists().where(_CLOCK)
    return rows.where(wanted, ~has_clock).order_by(col(Revisit.begun_at), col(Revisit.id))


def tell(
    session: Session,
    ticket: Ticket,
    task: Revisit,
    kind: str,
    by: str,
    at: datetime,
    data: dict[str, Any] | None = None,
) -> None:
    """Writes down what happened to a revisit."""
    known = {"number": ticket.number, "opened_by": ticket.opened_by}
    what = subject("revisit", task.id)
    journal.append(session, Fact(kind, what, at, by=by, data={**known, **(data or {})}, ticket=ticket.id))


_CLOCK = and_(
    col(ClockRow.ticket) == col(Revisit.ticket),
    col(ClockRow.kind) == Kind.REVISIT.value,
    col(ClockRow.stopped_at).is_(None),
)


def _open(ticket: Ticket) -> SelectOfScalar[Revisit]:
    return select(Revisit).where(Revisit.ticket == ticket.id, col(Revisit.ended_at).is_(None))


def _hold(session: Session, ticket: Ticket, task: Revisit, viewer: Viewer, at: datetime) -> None:
    is_new = holder(task, at) is None
    task.held_by, task.held_until = viewer.account, at + HOLD
    if is_new:
        tell(session, ticket, task, "revisit.taken", viewer.by, at)


def _asked(ticket: Ticket) -> Asked:
    return Asked(
        type=Type(ticket.type),
        urgency=Urgency(ticket.urgency),
        channel=Channel(ticket.channel),
        line=ticket.line,
        matter=ticket.matter or "",
        confidential=ticket.confidential,
        number=ticket.contact,
    )
