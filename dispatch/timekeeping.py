"""Starting and stopping the clocks of tickets and work orders, and reading them back from the record.

A ticket has one clock of its own until it is dispatched. A work order has its own three: to sign, to contact the
citizen, to resolve; the first order's time to resolve is what the citizen is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from dispatch import ladder
from dispatch.clocks import Clock, Pause
from hotline import journal
from hotline.budgets import Budget, Measure, Share
from hotline.clock_policy import Case, ClockRule, Kind, Step, policy_on
from hotline.facts import Fact, subject
from hotline.pack.model import CityPack
from hotline.store.rows import put
from hotline.store.tables import ClockPause, ClockRow, Ticket, WorkOrder
from hotline.tickets import Type, Urgency
from hotline.workingtime import length

AT_SIGNING = frozenset({Kind.SIGN})
AT_REPLY = frozenset({Kind.SIGN, Kind.CONTACT, Kind.RESOLVE})
ALL = frozenset(Kind)
_PERCENT = "percent"


def start_for_ticket(session: Session, city: CityPack, ticket: Ticket, at: datetime, by: str) -> None:
    """Starts what the centre itself has promised: to dispatch in time."""
    duty = city.units[city.city.duty_unit]
    _start(session, city, ticket, None, (Kind.DISPATCH,), duty.calendar, at, by)


def start_for_order(
    session: Session, city: CityPack, ticket: Ticket, order: WorkOrder, at: datetime, by: str
) -> None:
    """Starts what the unit has to keep, and stops the clock of the dispatch."""
    stop(session, ticket, None, frozenset({Kind.DISPATCH}), at, by)
    kinds = (Kind.SIGN, Kind.CONTACT, Kind.RESOLVE)
    started = _start(session, city, ticket, order, kinds, city.units[order.unit].calendar, at, by)
    resolve = next((row for row in started if row.kind == Kind.RESOLVE), None)
    if resolve is not None and ticket.due_at is None:
        ticket.due_at = resolve.due_at


def go_on_for_order(
    session: Session,
    city: CityPack,
    ticket: Ticket,
    order: WorkOrder,
    began: datetime,
    due: datetime | None,
    at: datetime,
    by: str,
) -> None:
    """Starts what a unit has to keep of an order that it had in an older system since `began`.

    The citizen was promised `due`: the time until then in minutes, so that a pause moves it by what it lasted.
    Where the old system promised nothing, the policy of the day on which the order began does.
    """
    calendar = city.units[order.unit].calendar
    if order.signed_at is None:
        _start(session, city, ticket, order, (Kind.SIGN,), calendar, at, by)
    promise = (
        None if due is None else Budget(max(1, ceil((due - began) / timedelta(minutes=1))), Measure.MINUTES)
    )
    if due is not None and promise is not None:
        began = due - length(promise)  # less than a minute earlier, to end exactly when it is due
    (row,) = _start(
        session, city, ticket, order, (Kind.RESOLVE,), calendar, began, by, promise=promise, seen=at
    )
    ticket.due_at = row.due_at


def stop(
    session: Session,
    ticket: Ticket,
    order: WorkOrder | None,
    kinds: Iterable[Kind],
    at: datetime,
    by: str,
) -> None:
    """Stops the running clocks of these kinds: the order's, or without an order the ticket's own."""
    running = (
        select(ClockRow)
        .where(
            ClockRow.ticket == ticket.id,
            ClockRow.work_order == (order.id if order else None),
            col(ClockRow.kind).in_(list(kinds)),
            col(ClockRow.stopped_at).is_(None),
        )
        .order_by(col(ClockRow.id))
    )
    for row in session.exec(running).all():
        row.stopped_at, row.next_event_at = at, None
        _tell(session, row, "clock.stopped", at, by)


def of_ticket(session: Session, ticket: Ticket) -> Sequence[tuple[ClockRow, Clock]]:
    """All clocks of a ticket and its orders, oldest first, each replayed from its history."""
    rows = session.exec(select(ClockRow).where(ClockRow.ticket == ticket.id).order_by(col(ClockRow.id))).all()
    pauses = session.exec(
        select(ClockPause)
        .where(col(ClockPause.clock).in_([row.id for row in rows]))
        .order_by(col(ClockPause.id))
    ).all()
    return [(row, _clock(row, [pause for pause in pauses if pause.clock == row.id])) for row in rows]


def _start(
    session: Session,
    city: CityPack,
    ticket: Ticket,
    order: WorkOrder | None,
    kinds: Iterable[Kind],
    calendar: str,
    at: datetime,
    by: str,
    *,
    promise: Budget | None = None,
    seen: datetime | None = None,
) -> list[ClockRow]:
    """Starts a clock of each kind at `at`, with the policy's budget of that day or with `promise`. What is to happen
    to it is looked for from `seen` on, where that is later.
    """
    policy = policy_on(city.clock_policies, at.astimezone(ZoneInfo(city.city.timezone)).date())
    case = _case(city, ticket, order)
    ruled = ((kind, policy.rule(kind, case)) for kind in kinds)
    rows = [
        _row(
            ticket,
            order,
            kind,
            (promise, rule.amber) if promise else _with_budget_of(city, ticket, kind, rule),
            policy.version,
            rule.calendar or calendar,
            at,
        )
        for kind, rule in ruled
        if rule is not None
    ]
    for row in rows:
        _schedule(row, _clock(row, []), policy.ladder(Kind(row.kind), case.urgency), city, seen or at)
        put(session, row)
        _tell(session, row, "clock.started", seen or at, by)
    return rows


def _with_budget_of(
    city: CityPack, ticket: Ticket, kind: Kind, rule: ClockRule
) -> tuple[Budget, Budget | Share]:
    """A matter may set its own time to resolve, unless the policy speaks of that very matter."""
    matter = None if rule.matters else city.catalogue.matters.get(ticket.matter or "")
    if kind in (Kind.RESOLVE, Kind.ANSWER) and matter is not None and matter.budget is not None:
        return matter.budget, Share(20)
    return rule.budget, rule.amber


def _row(
    ticket: Ticket,
    order: WorkOrder | None,
    kind: Kind,
    budget_and_amber: tuple[Budget, Budget | Share],
    policy: str,
    calendar: str,
    at: datetime,
) -> ClockRow:
    budget, amber = budget_and_amber
    warning = (amber.percent, _PERCENT) if isinstance(amber, Share) else (amber.amount, amber.measure)
    assert ticket.id is not None
    return ClockRow(
        ticket=ticket.id,
        work_order=order.id if order else None,
        kind=kind,
        amount=budget.amount,
        measure=budget.measure,
        amber_amount=warning[0],
        amber_measure=warning[1],
        calendar=calendar,
        policy=policy,
        started_at=at,
        due_at=None,
    )


def _schedule(row: ClockRow, clock: Clock, steps: Iterable[Step], city: CityPack, at: datetime) -> None:
    """Keeps in the row what the replay says of its future."""
    calendar = city.calendars[row.calendar]
    due = clock.due(calendar)
    row.due_at, row.provisional = (due.at, due.provisional) if due else (None, False)
    turns = clock.turns(calendar)
    row.amber_at = turns[0] if turns else None
    row.next_event_at = ladder.next_after(ladder.events(clock, steps, calendar), at)


def _case(city: CityPack, ticket: Ticket, order: WorkOrder | None) -> Case:
    return Case(
        Type(ticket.type),
        Urgency(ticket.urgency),
        matter=ticket.matter or "",
        line=ticket.line,
        channel=ticket.channel,
        level=order.level if order else city.units[city.city.duty_unit].level,
    )


def _clock(row: ClockRow, pauses: Sequence[ClockPause]) -> Clock:
    in_percent = row.amber_measure == _PERCENT
    return Clock(
        kind=Kind(row.kind),
        budget=Budget(row.amount, Measure(row.measure)),
        amber=Share(row.amber_amount) if in_percent else Budget(row.amber_amount, Measure(row.amber_measure)),
        policy_version=row.policy,
        started_at=row.started_at,
        pauses=tuple(Pause(pause.begins_at, pause.ends_at, pause.why, pause.by) for pause in pauses),
        stopped_at=row.stopped_at,
    )


def _tell(session: Session, row: ClockRow, kind: str, at: datetime, by: str) -> None:
    data = {
        "clock": row.kind,
        "order": row.work_order,
        "due": row.due_at.isoformat() if row.due_at else None,
    }
    journal.append(session, Fact(kind, subject("clock", row.id), at, by=by, data=data, ticket=row.ticket))
