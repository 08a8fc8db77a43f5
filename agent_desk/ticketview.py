"""One ticket as a page shows it to one person: what they may see of it, in words, and what they may do with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, or_, select

from agent_desk import naming, recordings
from agent_desk.clockview import ClockView, clock_views
from agent_desk.repeat_view import NearView, near_view
from agent_desk.story import Line, tell
from agent_desk.suggested import Suggested, suggested
from agent_desk.visit import Visit
from dispatch import linking, marking, orders, revisiting
from dispatch.splitting import SPLITTABLE
from hotline import journal, tickets
from hotline.facts import Fact, subject
from hotline.lines import MODE_WORDS
from hotline.record import attachments, imported, visibility
from hotline.record import tickets as ticket_record
from hotline.record.imported import Origin
from hotline.roles import Permission
from hotline.store.tables import (
    Account,
    Attachment,
    Call,
    Citizen,
    Mark,
    RevisitTry,
    Ticket,
    TicketEntry,
    Verdict,
    WorkOrder,
)
from hotline.tickets import State, Verb

_LOOKED = frozenset({"person.viewed", "ticket.viewed", "recording.played"})


@dataclass(frozen=True)
class OrderLine:
    """One of the ticket's work orders, with the clocks that run for it, and its verdict once it has been judged."""

    order: WorkOrder
    unit: str
    clocks: Sequence[ClockView]
    verdict: Verdict | None


@dataclass(frozen=True)
class Try:
    """A try to ask the citizen what they think, and who made it (nobody's name: the system)."""

    tried: RevisitTry
    who: str


@dataclass(frozen=True)
class Entry:
    """A text of the thread, with the name of who wrote it."""

    entry: TicketEntry
    author: str


@dataclass(frozen=True)
class Heard:
    """A call of the ticket; `seat` is who took it, `can_play` whether this person may listen to it now."""

    call: Call
    seat: str
    can_play: bool


@dataclass(frozen=True)
class TicketView:
    """All that a ticket's page shows. `may_*`, and the rarer `deeds`, say which commands its state and the person's
    roles allow; `marks` are those that lie upon it or upon an order that this person sees; `followers` tickets wait
    for its reply, and what is `near` it is for the centre.

    `in_centre`: whether this person may list all tickets. `citizen` is None, `number` and `query_code` are empty
    for whoever may not know the person; the code is for the centre alone. `line_mode` is English to be translated;
    `views` are the lines of the story that tell who looked at personal data or listened to it.
    """

    ticket: Ticket
    in_centre: bool
    citizen: Citizen | None
    number: str
    query_code: str
    matter: str
    area: str
    line: str
    line_mode: str
    opened_by: str
    origin: Origin | None
    orders: Sequence[OrderLine]
    clocks: Sequence[ClockView]
    entries: Sequence[Entry]
    story: Sequence[Line]
    views: Sequence[Line]
    calls: Sequence[Heard]
    tries: Sequence[Try]
    suggested: Suggested | None
    now: datetime
    marks: Sequence[Mark]
    files: Sequence[Attachment]
    followers: int
    near: NearView | None
    deeds: frozenset[str]
    may_answer: bool
    may_dispatch: bool
    may_close: bool
    may_redo: bool
    may_call: bool
    may_exclude: bool


def ticket_view(visit: Visit, identity: int) -> TicketView:
    """What this person may see of the ticket. Raises `Refused("ticket.unknown")`."""
    session, viewer = visit.session, visit.viewer
    ticket = visibility.find_ticket(session, viewer, identity)
    its = or_(col(Call.ticket) == identity, col(Call.id) == ticket.call)
    called = session.exec(select(Call).where(its).order_by(col(Call.entered_at))).all()
    facts = _told(visit, ticket, journal.story(session, identity, [call.id for call in called]))
    names = naming.names(visit, facts)
    clocks = clock_views(visit, ticket)
    verbs = tickets.LIFECYCLE.verbs(State(ticket.state))
    sees_person, centre = may_see_person(visit, ticket), viewer.may(Permission.TICKET_VIEW_ALL)
    may_dispatch = Verb.DISPATCH in verbs and viewer.may(Permission.ORDER_ISSUE)
    line = naming.line_at(visit, ticket.line, ticket.opened_at)
    return TicketView(
        ticket=ticket,
        in_centre=centre,
        citizen=session.get(Citizen, ticket.citizen) if sees_person else None,
        number=ticket.contact if sees_person else "",
        query_code=ticket.query_code if centre and sees_person else "",
        matter=naming.matter(visit, ticket.matter),
        area=naming.area(visit, ticket.area),
        line=naming.name(line, viewer.language) if line else "",
        line_mode=MODE_WORDS[line.mode] if line else "",
        opened_by=_author(visit, ticket.opened_by),
        origin=imported.origin(session, ticket),
        orders=_orders(visit, ticket, clocks),
        clocks=[clock for clock in clocks if clock.order is None],
        entries=_thread(visit, ticket),
        story=tell([fact for fact in facts if fact.kind not in _LOOKED], names),
        views=tell([fact for fact in facts if fact.kind in _LOOKED], names) if centre else (),
        calls=[Heard(call, names.seat(call.agent or ""), _can_play(visit, call)) for call in called]
        if centre
        else (),
        tries=_tries(visit, ticket) if centre else (),
        suggested=suggested(visit, ticket) if may_dispatch else None,
        now=visit.at,
        marks=_marks(visit, ticket),
        files=attachments.of_ticket(session, viewer, ticket),
        followers=linking.followers(session, [identity]).get(identity, 0),
        near=near_view(visit, ticket) if centre else None,
        deeds=_deeds(visit, ticket),
        may_answer=Verb.ANSWER in verbs and viewer.may(Permission.TICKET_CLOSE),
        may_dispatch=may_dispatch,
        may_close=Verb.CLOSE in verbs and viewer.may(Permission.TICKET_CLOSE),
        may_redo=tickets.may_be_redone(tickets.State(ticket.state), ticket.redone)
        and (ticket.state == tickets.State.REVISIT or viewer.may(Permission.ORDER_REVIEW)),
        may_call=sees_person and viewer.may(Permission.CALL_PLACE) and viewer.extension is not None,
        may_exclude=viewer.may(Permission.ORDER_DECIDE),
    )


_DEEDS: Mapping[str, tuple[Permission, frozenset[State]]] = {
    "submit": (Permission.TICKET_EDIT, frozenset({State.OPENED})),
    "urge": (Permission.TICKET_EDIT, frozenset({State.REVIEW, State.DISPATCHED})),
    "split": (Permission.TICKET_EDIT, SPLITTABLE),
    "mark": (Permission.ORDER_SUPERVISE, frozenset(State)),
    "judge": (Permission.ORDER_REVIEW, frozenset({State.REPLIED})),
    "redo": (Permission.ORDER_REVIEW, frozenset({State.REPLIED, State.REVISIT})),
    "reopen": (Permission.TICKET_EDIT, frozenset({State.ANSWERED, State.CLOSED})),
}
"""What isn't done with every ticket: by whom, and in which states."""


def _deeds(visit: Visit, ticket: Ticket) -> frozenset[str]:
    state = State(ticket.state)
    return frozenset(
        deed
        for deed, (permission, states) in _DEEDS.items()
        if state in states and visit.viewer.may(permission)
    )


def _marks(visit: Visit, ticket: Ticket) -> list[Mark]:
    """Those that haven't been taken off; what lies upon another unit's order is none of a unit's business."""
    centre = visit.viewer.may(Permission.TICKET_VIEW_ALL)
    own = {order.id for order in orders.of_ticket(visit.session, ticket) if order.unit in visit.viewer.units}
    return [
        mark
        for mark in marking.of_ticket(visit.session, ticket)
        if mark.lifted_at is None and (centre or mark.work_order is None or mark.work_order in own)
    ]


def _told(visit: Visit, ticket: Ticket, facts: Sequence[Fact]) -> Sequence[Fact]:
    """The centre reads the whole story; a unit reads the ticket's own and its own part, not the others' affairs."""
    if visit.viewer.may(Permission.TICKET_VIEW_ALL):
        return facts
    of_others = {
        order.id for order in orders.of_ticket(visit.session, ticket) if order.unit not in visit.viewer.units
    }
    subjects = {subject("order", order) for order in of_others}
    return [
        fact
        for fact in facts
        if fact.noun != "call" and fact.subject not in subjects and fact.data.get("order") not in of_others
    ]


def may_see_person(visit: Visit, ticket: Ticket) -> bool:
    """A unit acts on a confidential ticket without learning whose it is."""
    centre = visit.viewer.may(Permission.TICKET_VIEW_ALL)
    return visit.viewer.may(Permission.PERSON_VIEW) and (centre or not ticket.confidential)


def _orders(visit: Visit, ticket: Ticket, clocks: Sequence[ClockView]) -> list[OrderLine]:
    """The centre sees every unit's order, a unit its own."""
    viewer = visit.viewer
    centre = viewer.may(Permission.TICKET_VIEW_ALL)
    judged = visit.session.exec(select(Verdict).where(Verdict.ticket == ticket.id)).all()
    verdicts = {one.work_order: one for one in judged}
    return [
        OrderLine(
            order,
            naming.unit(visit, order.unit),
            [clock for clock in clocks if clock.order == order.id],
            verdicts.get(order.id or 0),
        )
        for order in orders.of_ticket(visit.session, ticket)
        if centre or order.unit in viewer.units
    ]


def _tries(visit: Visit, ticket: Ticket) -> list[Try]:
    made = revisiting.tries_of_ticket(visit.session, ticket)
    return [Try(one, _author(visit, one.by)) for one in made]


def _thread(visit: Visit, ticket: Ticket) -> list[Entry]:
    """The centre reads all; a unit reads the citizen's part, and what its own people wrote for the record."""
    centre = visit.viewer.may(Permission.TICKET_VIEW_ALL)
    audiences = ["unit", "shared", "citizen", "internal"] if centre else ["unit", "shared", "citizen"]
    return [
        Entry(entry, _author(visit, entry.author))
        for entry in ticket_record.thread(visit.session, ticket, audiences)
        if centre or entry.audience in ("citizen", "shared") or _is_of_own_unit(visit, entry.author)
    ]


def _is_of_own_unit(visit: Visit, account: int | None) -> bool:
    person = visit.session.get(Account, account) if account is not None else None
    return person is not None and person.unit in visit.viewer.units


def _author(visit: Visit, account: int | None) -> str:
    """A person's name, with their unit's where that isn't the centre's."""
    person = visit.session.get(Account, account) if account is not None else None
    if person is None:
        return ""
    outside = person.unit and person.unit != visit.house.city.city.duty_unit
    return f"{person.name} · {naming.unit(visit, person.unit)}" if outside and person.unit else person.name


def _can_play(visit: Visit, call: Call) -> bool:
    return recordings.may_play(visit, call) and recordings.file_of(visit.house, call) is not None
