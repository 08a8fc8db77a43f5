"""Starting, stopping, pausing and extending the clocks of tickets and work orders, and reading them back.

Until it is dispatched a ticket has one clock of the centre's. From its first order on it has one that the citizen was
told, which no return, redo or re-dispatch begins anew; each order has its own three: to sign, to contact the citizen,
to resolve. Whoever calls holds the ticket's row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from dispatch.clock_rows import (
    Kept,
    Terms,
    case_of,
    move,
    pass_over,
    pauses_of,
    schedule,
    tell,
    terms,
    write_terms,
)
from dispatch.clocks import Clock
from dispatch.workorders import Part
from hotline.budgets import Budget, Measure
from hotline.clock_policy import (
    After,
    ClockPolicy,
    ClockRule,
    Kind,
    on_redo,
    on_reopen,
    policy_on,
)
from hotline.errors import Refused
from hotline.facts import SYSTEM
from hotline.pack.model import CityPack
from hotline.store.rows import put
from hotline.store.tables import ClockPause, ClockRow, Ticket, WorkOrder
from hotline.workingtime import length

LEG = (Kind.SIGN, Kind.CONTACT, Kind.RESOLVE)
AT_SIGNING = frozenset({Kind.SIGN})
AT_REPLY = frozenset({*LEG, Kind.ANSWER})
ALL = frozenset(Kind) - {Kind.ANSWER}
"""Whatever the centre or a unit has to keep; what the citizen was told goes on."""


def start_for_ticket(session: Session, city: CityPack, ticket: Ticket, at: datetime, by: str) -> None:
    """Starts what the centre itself has promised: to dispatch in time."""
    duty = city.units[city.city.duty_unit]
    _start(session, city, ticket, None, (Kind.DISPATCH,), duty.calendar, at, by)


def start_for_order(
    session: Session, city: CityPack, ticket: Ticket, order: WorkOrder, at: datetime, by: str
) -> None:
    """Starts what the unit has to keep, and stops the clock of the dispatch. With a ticket's first order what the
    citizen is told begins.
    """
    stop(session, ticket, None, frozenset({Kind.DISPATCH}), at, by)
    calendar = city.units[order.unit].calendar
    if ticket.due_at is None:
        _start(session, city, ticket, None, (Kind.ANSWER,), calendar, at, by)
    _start(session, city, ticket, order, LEG, calendar, at, by)


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
    for whose, kind in ((None, Kind.ANSWER), (order, Kind.RESOLVE)):
        _start(session, city, ticket, whose, (kind,), calendar, began, by, promise=promise, seen=at)


def stop(
    session: Session,
    ticket: Ticket,
    order: WorkOrder | None,
    kinds: Iterable[Kind],
    at: datetime,
    by: str,
) -> None:
    """Stops the running clocks of these kinds: the order's, or without an order the ticket's own. With the lead's reply
    the citizen's stops too.
    """
    wanted = frozenset(kinds)
    _stop(session, (Kept(row, ticket, order) for row in _rows(session, ticket, order, wanted)), at, by)
    if order is not None and order.role == Part.LEAD and Kind.ANSWER in wanted:
        stop(session, ticket, None, (Kind.ANSWER,), at, by)


def stop_all(session: Session, ticket: Ticket, at: datetime, by: str) -> None:
    """Nothing of this ticket is promised any more: it was answered at once, merged, voided or handed on."""
    running = select(ClockRow).where(ClockRow.ticket == ticket.id, col(ClockRow.stopped_at).is_(None))
    _stop(session, _kept(session, ticket, session.exec(running.order_by(col(ClockRow.id))).all()), at, by)


def pause_for_order(
    session: Session, city: CityPack, ticket: Ticket, order: WorkOrder, why: str, at: datetime, by: str
) -> None:
    """The unit's clocks stand from `at`, by an approved suspension; the citizen's own date doesn't move.

    Raises `Refused("clock.may_not_pause")` where none of them runs.
    """
    running = [kept for kept in _running(session, ticket, order, LEG) if not kept.clock.is_paused]
    if not running:
        raise Refused("clock.may_not_pause")
    for kept in running:
        assert kept.row.id is not None
        pause = ClockPause(clock=kept.row.id, begins_at=at, why=why, by=by)
        put(session, pause)
        standing = _with(kept, (*kept.pauses, pause))
        schedule(standing, city, kept.row.seen_until)
        tell(session, standing, "clock.paused", at, by)


def resume_for_order(
    session: Session, city: CityPack, ticket: Ticket, order: WorkOrder, at: datetime, by: str
) -> None:
    """The unit's clocks go on. Raises `Refused("clock.may_not_resume")` where none of them stands."""
    standing = [kept for kept in _running(session, ticket, order, LEG) if kept.clock.is_paused]
    if not standing:
        raise Refused("clock.may_not_resume")
    for kept in standing:
        kept.pauses[-1].ends_at = at
        move(session, kept, city, at)
        tell(session, kept, "clock.resumed", at, by)


def extend_for_order(
    session: Session,
    city: CityPack,
    ticket: Ticket,
    order: WorkOrder,
    budget: Budget,
    why: str,
    at: datetime,
    by: str,
) -> None:
    """Grants the unit more time to resolve, once and before it is due; the citizen's date moves by as much, and both
    keep what was told first.

    Raises `Refused`: `clock.may_not_extend`, `clock.extended_already`, `clock.overdue`. A citizen's date that is past
    or was moved before stays as it is.
    """
    resolve = next(iter(_running(session, ticket, order, (Kind.RESOLVE,))), None)
    if resolve is None:
        raise Refused("clock.may_not_extend")
    resolve.clock.extend(at, budget, resolve.calendar(city))
    _extend(session, city, resolve, budget, why, at, by)
    for answer in _running(session, ticket, None, (Kind.ANSWER,)):
        if answer.row.extended_at is None and answer.row.due_at is not None and at < answer.row.due_at:
            _extend(session, city, answer, budget, why, at, by)
            ticket.due_at = answer.row.due_at


def restart_for_order(
    session: Session, city: CityPack, ticket: Ticket, order: WorkOrder, at: datetime, by: str
) -> None:
    """The order is to be done again: each of its clocks, and the citizen's, does what the policy says of a redo."""
    calendar = city.units[order.unit].calendar
    for kind in LEG:
        _take_up(session, city, ticket, order, kind, calendar, on_redo, at, by)
    _take_up(session, city, ticket, None, Kind.ANSWER, calendar, on_redo, at, by)


def reopen_for_ticket(session: Session, city: CityPack, ticket: Ticket, at: datetime, by: str) -> None:
    """A ticket that was over is to be dispatched again: what the policy says of a reopening happens to the clock of its
    dispatch and to the citizen's. Where the citizen's begins anew, it does so with the next order.
    """
    calendar = city.units[city.city.duty_unit].calendar
    _take_up(session, city, ticket, None, Kind.DISPATCH, calendar, on_reopen, at, by)
    rule = _rule(city, policy_today(city, at), Kind.ANSWER, ticket, None)
    if on_reopen(Kind.ANSWER, rule) is After.ANEW:
        ticket.due_at = None
    else:
        _take_up(session, city, ticket, None, Kind.ANSWER, calendar, on_reopen, at, by)


def start_for_review(session: Session, city: CityPack, ticket: Ticket, at: datetime, by: str) -> bool:
    """Starts the centre's time to review a reply. False where the policy promises no review of such a ticket."""
    duty = city.units[city.city.duty_unit]
    _start(session, city, ticket, None, (Kind.REVIEW,), duty.calendar, at, by)
    running = select(ClockRow.id).where(
        ClockRow.ticket == ticket.id, ClockRow.kind == Kind.REVIEW, col(ClockRow.stopped_at).is_(None)
    )
    return session.exec(running).first() is not None


def start_for_revisit(session: Session, city: CityPack, ticket: Ticket, at: datetime, by: str) -> None:
    """Starts the centre's time to ask the citizen."""
    duty = city.units[city.city.duty_unit]
    _start(session, city, ticket, None, (Kind.REVISIT,), duty.calendar, at, by)


def due_of_order(session: Session, order: WorkOrder, kind: Kind) -> datetime | None:
    """Until when the order's newest clock of this kind has time; None where there is none, or it stands."""
    row = _newest(session, order, kind)
    return row.due_at if row else None


def budget_of_order(session: Session, order: WorkOrder, kind: Kind) -> Budget:
    """The budget of the order's newest clock of this kind. Raises LookupError where it never had one."""
    row = _newest(session, order, kind)
    if row is None:
        raise LookupError(f"order {order.id} has no clock {kind}")
    return Budget(row.amount, Measure(row.measure))


def _newest(session: Session, order: WorkOrder, kind: Kind) -> ClockRow | None:
    mine = select(ClockRow).where(ClockRow.work_order == order.id, ClockRow.kind == kind)
    return session.exec(mine.order_by(col(ClockRow.id).desc()).limit(1)).first()


def of_ticket(session: Session, ticket: Ticket) -> Sequence[tuple[ClockRow, Clock]]:
    """All clocks of a ticket and its orders, oldest first, each replayed from its history."""
    return [(kept.row, kept.clock) for kept in kept_of_ticket(session, ticket)]


def kept_of_ticket(session: Session, ticket: Ticket) -> Sequence[Kept]:
    """The same with all that it takes to ask them something."""
    rows = session.exec(select(ClockRow).where(ClockRow.ticket == ticket.id).order_by(col(ClockRow.id))).all()
    return _kept(session, ticket, rows)


def policy_today(city: CityPack, at: datetime) -> ClockPolicy:
    """The policy in force on the city's day."""
    return policy_on(city.clock_policies, at.astimezone(ZoneInfo(city.city.timezone)).date())


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
) -> None:
    """Starts a clock of each kind at `at`, with the policy's budget of that day or with `promise`. What is to happen
    to it is looked for from `seen` on, where that is later.
    """
    policy, now = policy_today(city, at), seen or at
    for kind in kinds:
        found = terms(city, policy, kind, ticket, order, calendar)
        if found is None:
            continue
        row = _new(ticket, order, kind, policy.version, at)
        write_terms(row, Terms(promise, found.amber, calendar) if promise else found)
        row.promised = promise is not None
        kept = Kept(row, ticket, order)
        schedule(kept, city, now)
        put(session, row)
        tell(session, kept, "clock.started", now, by)
        pass_over(session, kept, city, now, was_red=False)
        if kind is Kind.ANSWER:
            ticket.due_at = row.due_at


def _new(ticket: Ticket, order: WorkOrder | None, kind: Kind, policy: str, at: datetime) -> ClockRow:
    assert ticket.id is not None
    return ClockRow(
        ticket=ticket.id,
        work_order=order.id if order else None,
        kind=kind,
        amount=0,
        measure=Measure.MINUTES,
        amber_amount=0,
        amber_measure=Measure.MINUTES,
        calendar="",
        policy=policy,
        started_at=at,
        due_at=None,
        seen_until=at,
    )


def _stop(session: Session, running: Iterable[Kept], at: datetime, by: str) -> None:
    for kept in running:
        kept.row.stopped_at, kept.row.next_event_at = at, None
        tell(session, kept, "clock.stopped", at, by)


def _extend(
    session: Session, city: CityPack, kept: Kept, budget: Budget, why: str, at: datetime, by: str
) -> None:
    row = kept.row
    row.first_due_at, row.extended_at = row.due_at, at
    row.extension_amount, row.extension_measure, row.extension_why = budget.amount, budget.measure, why
    move(session, kept, city, at)
    was = row.first_due_at.isoformat() if row.first_due_at else None
    tell(session, kept, "clock.extended", at, by, was=was)


def _take_up(
    session: Session,
    city: CityPack,
    ticket: Ticket,
    order: WorkOrder | None,
    kind: Kind,
    calendar: str,
    what: Callable[[Kind, ClockRule | None], After],
    at: datetime,
    by: str,
) -> None:
    """Does to the latest clock of a kind what the policy says; one that runs still is left to run unless it begins
    anew.
    """
    after = what(kind, _rule(city, policy_today(city, at), kind, ticket, order))
    latest = _latest(session, ticket, order, kind)
    if after is After.ANEW:
        _stop(session, [latest] if latest and latest.row.stopped_at is None else [], at, by)
        _start(session, city, ticket, order, (kind,), calendar, at, by)
    elif after is not After.STAYS and latest is not None and latest.row.stopped_at is not None:
        _go_on(session, city, latest, at, by, excluding=after is After.EXCLUDES)


def _go_on(session: Session, city: CityPack, kept: Kept, at: datetime, by: str, *, excluding: bool) -> None:
    """The clock runs again after it had stopped, as `Clock.reopen` says."""
    row, pauses = kept.row, list(kept.pauses)
    assert row.id is not None
    assert row.stopped_at is not None
    if pauses and pauses[-1].ends_at is None:
        pauses[-1].ends_at = row.stopped_at
    if excluding:
        pause = ClockPause(clock=row.id, begins_at=row.stopped_at, ends_at=at, why="closed", by=SYSTEM)
        put(session, pause)
        pauses.append(pause)
    row.stopped_at = None
    again = _with(kept, pauses)
    move(session, again, city, at)
    tell(session, again, "clock.resumed", at, by)
    if row.kind == Kind.ANSWER:
        kept.ticket.due_at = row.due_at


def _rule(
    city: CityPack, policy: ClockPolicy, kind: Kind, ticket: Ticket, order: WorkOrder | None
) -> ClockRule | None:
    return policy.rule(kind, case_of(city, ticket, order))


def _running(
    session: Session, ticket: Ticket, order: WorkOrder | None, kinds: Iterable[Kind]
) -> Sequence[Kept]:
    return _kept(session, ticket, _rows(session, ticket, order, kinds), order)


def _rows(
    session: Session, ticket: Ticket, order: WorkOrder | None, kinds: Iterable[Kind]
) -> Sequence[ClockRow]:
    """The rows of clocks that aren't over."""
    running = select(ClockRow).where(
        ClockRow.ticket == ticket.id,
        ClockRow.work_order == (order.id if order else None),
        col(ClockRow.kind).in_(list(kinds)),
        col(ClockRow.stopped_at).is_(None),
    )
    return session.exec(running.order_by(col(ClockRow.id))).all()


def _latest(session: Session, ticket: Ticket, order: WorkOrder | None, kind: Kind) -> Kept | None:
    asked = select(ClockRow).where(
        ClockRow.ticket == ticket.id,
        ClockRow.work_order == (order.id if order else None),
        ClockRow.kind == kind,
    )
    found = session.exec(asked.order_by(col(ClockRow.id).desc()).limit(1)).all()
    return next(iter(_kept(session, ticket, found, order)), None)


def _kept(
    session: Session, ticket: Ticket, rows: Sequence[ClockRow], order: WorkOrder | None = None
) -> Sequence[Kept]:
    """The rows with their pauses and orders; `order` is all of theirs where one is given."""
    pauses = pauses_of(session, [row.id for row in rows])
    others = {row.work_order for row in rows} - {None, order.id if order else None}
    asked = select(WorkOrder).where(col(WorkOrder.id).in_(others))
    orders = {one.id: one for one in session.exec(asked)} if others else {}
    if order is not None:
        orders[order.id] = order
    return [Kept(row, ticket, orders.get(row.work_order), pauses.get(row.id or 0, [])) for row in rows]


def _with(kept: Kept, pauses: Sequence[ClockPause]) -> Kept:
    return Kept(kept.row, kept.ticket, kept.order, pauses)
