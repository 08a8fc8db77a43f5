"""One work order as its page shows it to somebody of a unit: what they may do, what was asked and has to be decided,
who else works on it, and what a reply can begin with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import col, select

from agent_desk import naming
from agent_desk.clockview import ClockView
from agent_desk.order_commands import is_own
from agent_desk.ticketview import OrderLine, TicketView, ticket_view
from agent_desk.visit import Visit
from dispatch import delivery, handling, orders, requesting, requests, timekeeping, workorders
from dispatch.requesting import LONGEST_SUSPENSION
from dispatch.requests import Kind as RequestKind
from dispatch.workorders import OVER, Part, State, Verb
from hotline import reply_templates
from hotline.budgets import Budget
from hotline.clock_policy import Kind as ClockKind
from hotline.errors import Refused
from hotline.facts import subject
from hotline.record import catalogues, visibility
from hotline.roles import Permission
from hotline.store.tables import FactRow, MessageRow, OrderRequest, Ticket, WorkOrder
from hotline.tickets import Type
from hotline.words import translate

REPLIES_IN = frozenset({State.SIGNED, State.SUSPENDED, State.DELEGATED})
ASKED_FOR = (RequestKind.RETURN, RequestKind.EXTEND, RequestKind.SUSPEND)


@dataclass(frozen=True)
class Asked:
    """A request with the names in it. `proposed`: the unit that a return names; `amount`: an extension in words."""

    row: OrderRequest
    unit: str
    by: str
    decided_by: str
    proposed: str
    amount: str
    may_decide: bool
    may_withdraw: bool


@dataclass(frozen=True)
class Partner:
    """Another unit's order that this one waits for: handed down (`is_below`), or of a unit that works along."""

    order: WorkOrder
    unit: str
    clocks: Sequence[ClockView]
    is_below: bool
    may_judge: bool


@dataclass(frozen=True)
class Below:
    """A unit that the order can be handed down to. `needs_basis`: the catalogue has the matter handled above it."""

    code: str
    name: str
    needs_basis: bool


@dataclass(frozen=True)
class Limits:
    """Until when, and how far: to return, to extend (at most `longest`, in words `longest_words`), to suspend."""

    return_by: datetime | None
    longest: Budget | None
    longest_words: str
    suspend_from: date
    suspend_until: date


@dataclass(frozen=True)
class Template:
    """A reply template, filled in for this order."""

    title: str
    text: str


@dataclass(frozen=True)
class OrderView:
    """All that an order's page shows. `deeds` are the commands that its state and the person's roles allow; `redo` is
    why it has to be done again; `approves`: a leader reads the reply before it leaves the unit; `delivery` is how it
    was told to the unit's own system, where it has one; `line` has what the citizen said of it.
    """

    order: WorkOrder
    unit: str
    clocks: Sequence[ClockView]
    ticket: TicketView
    deeds: frozenset[str]
    asked: Sequence[Asked]
    partners: Sequence[Partner]
    below: Sequence[Below]
    limits: Limits
    templates: Sequence[Template]
    redo: str
    approves: bool
    delivery: MessageRow | None
    line: OrderLine | None

    @property
    def working(self) -> list[Partner]:
        """Those whose reply is still missing."""
        return [one for one in self.partners if State(one.order.state) not in (*OVER, State.REPLIED)]

    @property
    def waiting(self) -> Asked | None:
        """The request that is being decided, if there is one."""
        own = (one for one in self.asked if one.row.work_order == self.order.id)
        return next((one for one in own if one.row.state == requests.State.ASKED), None)


def find(visit: Visit, identity: int) -> WorkOrder:
    """The order, if it is this person's unit's or one's below. Raises `Refused("order.unknown")`."""
    mine = select(WorkOrder).where(WorkOrder.id == identity, visibility.orders(visit.viewer))
    order = visit.session.exec(mine).first()
    if order is None:
        raise Refused("order.unknown", id=identity)
    return order


def order_view(visit: Visit, identity: int) -> OrderView:
    """What this person may see of the order. Raises `Refused("order.unknown")`."""
    order = find(visit, identity)
    ticket = ticket_view(visit, order.ticket)
    earlier = requesting.of_order(visit.session, order)
    partners = _partners(visit, ticket, order)
    line = next((one for one in ticket.orders if one.order.id == order.id), None)
    deeds = _deeds(visit, order, earlier, line)
    return OrderView(
        order=order,
        unit=naming.unit(visit, order.unit),
        clocks=_clocks(ticket, order),
        ticket=ticket,
        deeds=deeds,
        asked=[_asked(visit, row) for row in (*earlier, *_of_those_below(visit, order))],
        partners=partners,
        below=_below(visit, ticket.ticket, order) if "delegate" in deeds else (),
        limits=_limits(visit, order),
        templates=_templates(visit, ticket, order) if "reply" in deeds else (),
        redo=_redo(visit, order) if order.state == State.REDO else "",
        approves=handling.needs_approval(visit.house.city, order, visit.viewer),
        delivery=delivery.of_order(visit.session, order),
        line=line,
    )


def _deeds(
    visit: Visit, order: WorkOrder, earlier: Sequence[OrderRequest], line: OrderLine | None
) -> frozenset[str]:
    if not is_own(visit, order):
        return frozenset()
    state, may = State(order.state), visit.viewer.may
    verbs = workorders.LIFECYCLE.verbs(state)
    is_asked = any(row.state == requests.State.ASKED for row in earlier)
    delegates = may(Permission.ORDER_DELEGATE)
    allowed = {
        "sign": Verb.SIGN in verbs and not is_asked and may(Permission.ORDER_SIGN),
        "contact": state in REPLIES_IN and order.contacted_at is None and may(Permission.ORDER_REPLY),
        "delegate": (Verb.DELEGATE in verbs or state is State.DELEGATED) and not is_asked and delegates,
        "take_back": Verb.TAKE_BACK in verbs and delegates,
        "ask_along": order.role != Part.CO and state not in (*OVER, State.REPLIED) and delegates,
        "resume": Verb.RESUME in verbs and may(Permission.ORDER_SIGN),
        "reply": state in REPLIES_IN and not is_asked and may(Permission.ORDER_REPLY),
        "attach": state not in (*OVER, State.REPLIED) and may(Permission.ORDER_REPLY),
        "exclude": line is not None and _may_ask_exclusion(visit, line, earlier),
    }
    asks = {kind.value for kind in ASKED_FOR if _may_ask(visit, order, kind, earlier)}
    return frozenset(asks | {deed for deed, is_allowed in allowed.items() if is_allowed})


def _may_ask_exclusion(visit: Visit, line: OrderLine, earlier: Sequence[OrderRequest]) -> bool:
    """Whether a leader of the unit may still ask that the order be left out of the rates, which they may once."""
    said, kind = line.verdict, RequestKind.EXCLUDE
    is_open = said is not None and not said.excluded and visit.at < said.closed_at + requests.EXCLUDE_WITHIN
    asked = {row.kind for row in earlier}
    return is_open and visit.viewer.may(requests.RULES[kind].asks) and kind not in asked


def _may_ask(visit: Visit, order: WorkOrder, kind: RequestKind, earlier: Sequence[OrderRequest]) -> bool:
    if not visit.viewer.may(requests.RULES[kind].asks):
        return False
    due_by = {RequestKind.RETURN: ClockKind.SIGN, RequestKind.EXTEND: ClockKind.RESOLVE}
    due = timekeeping.due_of_order(visit.session, order, due_by[kind]) if kind in due_by else None
    before = [(RequestKind(row.kind), requests.State(row.state)) for row in earlier]
    try:
        requests.check_ask(kind, State(order.state), before, due, visit.at)
    except Refused:
        return False
    return True


def _clocks(ticket: TicketView, order: WorkOrder) -> Sequence[ClockView]:
    """The order's clocks, of each kind the last: what ran before a redo stands in the story."""
    clocks = next((line.clocks for line in ticket.orders if line.order.id == order.id), ())
    return list({clock.kind: clock for clock in clocks}.values())


def _partners(visit: Visit, ticket: TicketView, order: WorkOrder) -> list[Partner]:
    """Those whose replies this order's reply is made from."""
    is_lead, own = order.role == Part.LEAD, is_own(visit, order)
    judges = own and visit.viewer.may(Permission.ORDER_REPLY)
    return [
        Partner(
            order=one,
            unit=naming.unit(visit, one.unit),
            clocks=_clocks(ticket, one),
            is_below=one.parent == order.id,
            may_judge=judges and one.parent == order.id and one.state == State.REPLIED,
        )
        for one in orders.of_ticket(visit.session, ticket.ticket)
        if one.state not in visibility.TAKEN
        and (one.parent == order.id or (is_lead and one.parent == order.parent and one.role == Part.CO))
    ]


def _of_those_below(visit: Visit, order: WorkOrder) -> Sequence[OrderRequest]:
    """What units that this order was handed down to ask of this one."""
    below = select(WorkOrder.id).where(WorkOrder.parent == order.id)
    waiting = select(OrderRequest).where(
        col(OrderRequest.work_order).in_(below),
        OrderRequest.decider == order.unit,
        OrderRequest.state == requests.State.ASKED,
    )
    return visit.session.exec(waiting.order_by(col(OrderRequest.id))).all()


def _asked(visit: Visit, row: OrderRequest) -> Asked:
    waits = row.state == requests.State.ASKED
    withdraws = row.unit in visit.viewer.units and visit.viewer.may(
        requests.RULES[RequestKind(row.kind)].asks
    )
    return Asked(
        row=row,
        unit=naming.unit(visit, row.unit),
        by=naming.person(visit, subject("account", row.asked_by)),
        decided_by=naming.person(visit, subject("account", row.decided_by)) if row.decided_by else "",
        proposed=naming.unit(visit, str(row.details.get("proposed", ""))),
        amount=amount_words(visit, Budget(row.details["amount"], row.details["measure"]))
        if row.kind == RequestKind.EXTEND
        else "",
        may_decide=waits and requesting.may_decide(row, visit.viewer),
        may_withdraw=waits and withdraws,
    )


def amount_words(visit: Visit, budget: Budget) -> str:
    """A budget as people say it."""
    return translate(requests.AMOUNT_WORDS[budget.measure], visit.viewer.language, amount=budget.amount)


def _below(visit: Visit, ticket: Ticket, order: WorkOrder) -> list[Below]:
    """Units directly below that may have it, and don't yet."""
    city, day = visit.house.city, catalogues.today(visit.house.city, visit.at)
    have = {one.unit for one in orders.in_force(visit.session, ticket, order)}
    matter = city.catalogue.matters.get(ticket.matter or "")
    return [
        Below(
            unit.code,
            naming.name(unit, visit.viewer.language),
            matter is not None and unit.level.depth > matter.level.depth,
        )
        for unit in city.units.children(order.unit)
        if unit.is_valid_on(day) and unit.code not in have and unit.code != ticket.about
    ]


def _limits(visit: Visit, order: WorkOrder) -> Limits:
    today = catalogues.today(visit.house.city, visit.at)
    try:
        longest = requests.longest_extension(
            timekeeping.budget_of_order(visit.session, order, ClockKind.RESOLVE)
        )
    except LookupError:  # an order that an older system began
        longest = None
    return Limits(
        return_by=timekeeping.due_of_order(visit.session, order, ClockKind.SIGN),
        longest=longest,
        longest_words=amount_words(visit, longest) if longest else "",
        suspend_from=today + timedelta(days=1),
        suspend_until=today + LONGEST_SUSPENSION,
    )


def _templates(visit: Visit, view: TicketView, order: WorkOrder) -> list[Template]:
    ticket, language = view.ticket, visit.viewer.language
    values = {
        "number": ticket.number,
        "title": ticket.title,
        "unit": naming.unit(visit, order.unit),
        "matter": view.matter,
        "place": " ".join(part for part in (view.area, ticket.place) if part),
        "date": f"{visit.at.astimezone(visit.house.zone):%Y-%m-%d}",
    }
    offered = reply_templates.fitting(
        visit.house.city.reply_templates, Type(ticket.type), ticket.matter or ""
    )
    return [
        Template(one.title_zh if language.startswith("zh") else one.title_en, one.filled(values))
        for one in offered
    ]


def _redo(visit: Visit, order: WorkOrder) -> str:
    """What whoever sent it back wrote."""
    told = select(FactRow).where(
        FactRow.ticket == order.ticket,
        FactRow.kind == "order.redone",
        FactRow.subject == subject("order", order.id),
    )
    fact = visit.session.exec(told.order_by(col(FactRow.id).desc()).limit(1)).first()
    return str(fact.data.get("reason", "")) if fact else ""
