"""What units ask for, in the record: asking, withdrawing, and the decision of whoever gave them the order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from dispatch import citizen_news, handling, orders, rating, requests, tally, timekeeping, workorders
from dispatch.measures import Measure as Counted
from dispatch.requests import (
    EXCLUDE_WITHIN,
    FORMS,
    RULES,
    Approval,
    Extension,
    Form,
    Kind,
    LeaveOut,
    Return,
    State,
    Suspension,
    Verb,
)
from dispatch.workorders import Part
from hotline.budgets import Budget, Measure
from hotline.clock_policy import Kind as ClockKind
from hotline.errors import Refused
from hotline.pack.model import CityPack
from hotline.record import catalogues
from hotline.record import tickets as ticket_record
from hotline.roles import Permission
from hotline.store.rows import put
from hotline.store.tables import OrderRequest, Ticket, WorkOrder
from hotline.viewer import Viewer

LONGEST_SUSPENSION = timedelta(days=275)
"""Nine months, the longest of a promise for historic matters (Anhui's rules of 2025)."""
_DUE_BY = {Kind.RETURN: ClockKind.SIGN, Kind.EXTEND: ClockKind.RESOLVE}


def ask(
    session: Session, city: CityPack, order: WorkOrder, form: Form, viewer: Viewer, at: datetime
) -> OrderRequest:
    """Asks for what `form` says, of an order of this person's unit.

    Raises `Refused` as `requests.check_ask` does, and `request.too_long` for more time than can be given.
    """
    kind = next(kind for kind, made in FORMS.items() if isinstance(form, made))
    viewer.must(RULES[kind].asks)
    earlier = [(Kind(one.kind), State(one.state)) for one in of_order(session, order)]
    requests.check_ask(kind, workorders.State(order.state), earlier, _due(session, order, kind), at)
    _check_form(session, city, order, form, at)
    ticket = ticket_record.find(session, order.ticket)
    row = OrderRequest(
        ticket=orders.identity(ticket),
        work_order=order.id or 0,
        unit=order.unit,
        decider=_decider(session, order, kind),
        kind=kind,
        state=State.ASKED,
        details=form.details,
        asked_by=viewer.account,
        asked_at=at,
    )
    put(session, row)
    _tell(session, ticket, order, row, "asked", viewer.by, at)
    return row


def withdraw(session: Session, row: OrderRequest, viewer: Viewer, at: datetime) -> None:
    """The unit thinks better of it."""
    viewer.must(RULES[Kind(row.kind)].asks)
    if row.unit not in viewer.units:
        raise Refused("request.unknown")
    _settle(session, row, Verb.WITHDRAW, "", viewer, at)


def refuse(session: Session, row: OrderRequest, note: str, viewer: Viewer, at: datetime) -> None:
    """It isn't granted, and the unit reads why. An order that may not be returned is the unit's for good."""
    _must_decide(row, viewer)
    if not note.strip():
        raise Refused("field.missing", field="note")
    ticket, order = _settle(session, row, Verb.REFUSE, note, viewer, at)
    if row.kind == Kind.RETURN:
        tally.note(session, order, Counted.RETURNED, at, good=False)
        orders.move(session, ticket, order, workorders.Verb.BIND, viewer.by, at, {"reason": note.strip()})


def grant(
    session: Session, city: CityPack, row: OrderRequest, note: str, viewer: Viewer, at: datetime
) -> None:
    """It is granted, and takes effect at once."""
    _must_decide(row, viewer)
    ticket, order = _settle(session, row, Verb.GRANT, note, viewer, at)
    form = FORMS[Kind(row.kind)].of(row.details)
    match form:
        case Return():
            tally.note(session, order, Counted.RETURNED, at, good=True)
            _return(session, city, ticket, order, form, viewer, at)
        case Extension():
            tally.note(session, order, Counted.EXTENDED, at, good=True)
            budget = Budget(form.amount, Measure(form.measure))
            timekeeping.extend_for_order(session, city, ticket, order, budget, form.reason, at, viewer.by)
            citizen_news.tell_later(session, city, ticket, at)
        case Suspension():
            orders.move(session, ticket, order, workorders.Verb.SUSPEND, viewer.by, at, form.details)
            order.promise, order.review_on = form.promise, form.review_on
            timekeeping.pause_for_order(session, city, ticket, order, form.promise, at, viewer.by)
            citizen_news.tell_promise(session, city, ticket, form.promise, form.review_on, at)
        case Approval():
            answer = handling.Reply(form.public, form.internal, form.override)
            handling.reply(session, city, order, answer, viewer, at)
        case LeaveOut():
            rating.exclude(session, ticket, order, form.reason, form.because, viewer, at)


def find(session: Session, viewer: Viewer, identity: int) -> OrderRequest:
    """The request, if this person may see its order, with its ticket locked. Raises `Refused("request.unknown")`."""
    row = session.get(OrderRequest, identity)
    if row is None:
        raise Refused("request.unknown")
    orders.find_any(session, viewer, row.work_order)
    session.refresh(row)
    return row


def of_order(session: Session, order: WorkOrder) -> Sequence[OrderRequest]:
    """All requests of an order, oldest first."""
    mine = select(OrderRequest).where(OrderRequest.work_order == order.id)
    return session.exec(mine.order_by(col(OrderRequest.id))).all()


def may_decide(row: OrderRequest, viewer: Viewer) -> bool:
    """Whether this person is one of those who decide it; whoever asked isn't."""
    permission = RULES[Kind(row.kind)].decides
    if row.decider is None:
        may = viewer.may(permission)
    elif row.kind == Kind.APPROVE:
        may = viewer.may(permission) and row.decider in viewer.units
    else:
        may = viewer.may(Permission.ORDER_DELEGATE) and row.decider in viewer.units
    return may and row.asked_by != viewer.account


def _due(session: Session, order: WorkOrder, kind: Kind) -> datetime | None:
    """Until when it may be asked for. Raises `Refused("verdict.unknown")` for what hasn't been judged."""
    if kind is Kind.EXCLUDE:
        return rating.judged(session, order).closed_at + EXCLUDE_WITHIN
    return timekeeping.due_of_order(session, order, _DUE_BY[kind]) if kind in _DUE_BY else None


def _must_decide(row: OrderRequest, viewer: Viewer) -> None:
    if row.asked_by == viewer.account:
        raise Refused("request.not_yours")
    if not may_decide(row, viewer):
        raise Refused("not_allowed", permission=RULES[Kind(row.kind)].decides.value)


def _decider(session: Session, order: WorkOrder, kind: Kind) -> str | None:
    """The unit that handed the order down; the unit's own leader for a reply; else the centre (None)."""
    if kind is Kind.APPROVE:
        return order.unit
    parent = session.get(WorkOrder, order.parent) if order.parent is not None else None
    return parent.unit if parent else None


def _check_form(session: Session, city: CityPack, order: WorkOrder, form: Form, at: datetime) -> None:
    today = catalogues.today(city, at)
    match form:
        case Return() if city.units.on(today, form.proposed) is None or form.proposed == order.unit:
            raise Refused("field.unknown", field="proposed")
        case Extension():
            most = requests.longest_extension(_budget(session, order))
            if form.measure != most.measure:
                raise Refused("field.unknown", field="measure")
            if form.amount > most.amount:
                raise Refused("request.too_long", field="amount", limit=most.amount)
        case Suspension() if not today < form.review_on <= today + LONGEST_SUSPENSION:
            raise Refused("field.unknown", field="review_on")
        case Approval():
            handling.check_public(ticket_record.find(session, order.ticket), form.public)


def _budget(session: Session, order: WorkOrder) -> Budget:
    """The order's own time to resolve."""
    return timekeeping.budget_of_order(session, order, ClockKind.RESOLVE)


def _settle(
    session: Session, row: OrderRequest, verb: Verb, note: str, viewer: Viewer, at: datetime
) -> tuple[Ticket, WorkOrder]:
    row.state = requests.LIFECYCLE.after(State(row.state), verb)
    row.decided_by, row.decided_at, row.note = viewer.account, at, note.strip()
    ticket = ticket_record.find(session, row.ticket)
    order = session.get_one(WorkOrder, row.work_order)
    _tell(session, ticket, order, row, PAST[verb], viewer.by, at)
    return ticket, order


def _return(
    session: Session,
    city: CityPack,
    ticket: Ticket,
    order: WorkOrder,
    form: Return,
    viewer: Viewer,
    at: datetime,
) -> None:
    said = {"reason": form.basis, "proposed": form.proposed}
    orders.end(session, ticket, order, workorders.Verb.RETURN, viewer.by, at, said)
    parent = session.get(WorkOrder, order.parent) if order.parent is not None else None
    beside = orders.in_force(session, ticket, parent)
    if beside:
        _let_lead(session, ticket, order, beside, viewer, at)
    elif parent is not None:
        handling.take_back(session, parent, viewer, at)
    else:
        orders.back_to_dispatch(session, city, ticket, viewer.by, at)


def _let_lead(
    session: Session,
    ticket: Ticket,
    gone: WorkOrder,
    beside: Sequence[WorkOrder],
    viewer: Viewer,
    at: datetime,
) -> None:
    """Whoever got it first of those who are left leads from now on 首接负责."""
    if gone.role == Part.LEAD:
        first = min(beside, key=lambda one: one.id or 0)
        first.role = Part.LEAD
        orders.tell(session, ticket, first, "order.leads", viewer.by, at)


PAST = {Verb.GRANT: "granted", Verb.REFUSE: "refused", Verb.WITHDRAW: "withdrawn"}


def _tell(
    session: Session,
    ticket: Ticket,
    order: WorkOrder,
    row: OrderRequest,
    what: str,
    by: str,
    at: datetime,
) -> None:
    """The fact belongs to the order, so that whoever follows that learns of it. A reply's text isn't in it."""
    said = {} if row.kind == Kind.APPROVE else {"form": row.details}
    data: dict[str, Any] = {"request": row.kind, **said} | ({"reason": row.note} if row.note else {})
    orders.tell(session, ticket, order, f"request.{what}", by, at, data=data)
