"""Finding, in the record, the tickets that speak of one thing: what a caller has asked for already, and what others ask
for too. And what follows when a citizen asks again: the earlier ticket is urged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, text, true
from sqlmodel import Session, and_, col, or_, select

from dispatch import linking, marking, orders
from dispatch.linking import Kind
from dispatch.repeats import LIKELY, MAY_LEAD, Alike, Told, alike, is_repeat
from hotline.areas import Areas
from hotline.errors import Refused
from hotline.pack.model import CityPack
from hotline.phrases import sought
from hotline.record import ticket_search, visibility
from hotline.record import tickets as ticket_record
from hotline.roles import Permission
from hotline.store.tables import Mark, Ticket, TicketLink
from hotline.tickets import REOPEN_WITHIN, UNDER_WAY, State
from hotline.viewer import Viewer

_HAS_OTHERS = text("SELECT EXISTS (SELECT FROM ticket WHERE citizen = :citizen AND id < :id)")
LOOKED_AT = 60
"""Tickets of one matter, and as many of one place, that another is compared with."""
OF_CALLER = 6
WAITING = UNDER_WAY | {State.MERGED}


@dataclass(frozen=True)
class Found:
    """A ticket that may speak of the same thing, how surely and why. `repeats`: of the same citizen, hence urged."""

    ticket: Ticket
    alike: Alike
    repeats: bool = False


def told_by(city: CityPack, ticket: Ticket) -> Told:
    """What a ticket says, to be compared."""
    return Told(
        text=f"{ticket.title}，{ticket.content}",
        matter=ticket.matter or "",
        area=area_path(city.areas, ticket.area),
        place=ticket.place,
        citizen=ticket.citizen,
        at=ticket.opened_at,
    )


def area_path(areas: Areas, code: str | None) -> tuple[str, ...]:
    """The codes from the city down to the area; none where it is unknown."""
    return tuple(step.code for step in areas.path(code)) if code and code in areas else ()


def of_citizen(session: Session, city: CityPack, viewer: Viewer, told: Told, at: datetime) -> list[Found]:
    """The citizen's tickets that this person may see and that wait, or could be reopened: the likeliest first."""
    recent = and_(
        col(Ticket.state).in_((State.ANSWERED, State.CLOSED)), col(Ticket.closed_at) > at - REOPEN_WITHIN
    )
    asked = select(Ticket).where(Ticket.citizen == told.citizen, visibility.tickets(viewer))
    waiting = asked.where(or_(col(Ticket.state).in_(WAITING), recent))
    rows = session.exec(waiting.order_by(col(Ticket.id).desc()).limit(OF_CALLER)).all()
    within = timedelta(days=city.city.repeat_days)
    found = [_found(city, told, ticket, within) for ticket in rows]
    return sorted(
        found, key=lambda one: (one.ticket.state not in WAITING, -one.alike.score, -(one.ticket.id or 0))
    )


def of_others(
    session: Session,
    city: CityPack,
    viewer: Viewer,
    told: Told,
    most: int,
    *,
    besides: Iterable[int] = (),
    among: ColumnElement[bool] | None = None,
) -> list[Found]:
    """Other tickets that wait for a reply, seen by this person, that likely speak of the same: the likeliest first."""
    seen = and_(
        visibility.tickets(viewer),
        col(Ticket.state).in_(MAY_LEAD),
        col(Ticket.id).not_in(list(besides)),
        true() if among is None else among,
    )
    tickets = {
        one.id: one for one in (*_of_matter(session, city, told, seen), *_of_place(session, told, seen))
    }
    found = [Found(ticket, alike(told, told_by(city, ticket))) for ticket in tickets.values()]
    likely = (one for one in found if one.alike.score >= LIKELY)
    return sorted(likely, key=lambda one: (-one.alike.score, -(one.ticket.id or 0)))[:most]


def to_merge(session: Session, city: CityPack, viewer: Viewer, ticket: Ticket, most: int) -> list[Found]:
    """What a ticket may be merged with."""
    told, besides = told_by(city, ticket), [orders.identity(ticket)]
    return of_others(session, city, viewer, told, most, besides=besides, among=_as_secret_as(ticket))


def notice(session: Session, city: CityPack, ticket: Ticket, viewer: Viewer, at: datetime) -> Ticket | None:
    """A new ticket that repeats an earlier one of its citizen is tied to it, and urges it. Returns the earlier one.

    A confidential ticket and an open one aren't tied, nor reports about different units: one would tell of the other.
    """
    others = {"citizen": ticket.citizen, "id": ticket.id}
    # Most have none, and what follows costs more.
    if not session.connection().execute(_HAS_OTHERS, others).scalar_one():
        return None
    told, within = told_by(city, ticket), timedelta(days=city.city.repeat_days)
    earlier = select(Ticket).where(
        Ticket.citizen == ticket.citizen,
        col(Ticket.id) < ticket.id,
        col(Ticket.state).in_(WAITING),
        col(Ticket.opened_at) > at - within,
        _as_secret_as(ticket),
        visibility.tickets(viewer),
    )
    for one in session.exec(earlier.order_by(col(Ticket.id).desc()).limit(OF_CALLER)).all():
        if is_repeat(told, told_by(city, one), within):
            linking.tie(
                session, Kind.REPEAT, orders.identity(ticket), orders.identity(one), "", viewer.by, at
            )
            linking.tell(session, ticket, "ticket.repeated", orders.identity(one), viewer.by, at)
            _urge(session, one, _held(session, one), "", viewer, at)
            return one
    return None


def add(session: Session, ticket: Ticket, words: str, call: str | None, viewer: Viewer, at: datetime) -> Mark:
    """A citizen asks again for what a ticket of theirs asks for already: urged instead of written down once more.

    Raises `Refused("link.over")` for a ticket that nobody works on any more.
    """
    alive = _held(session, ticket)
    if State(ticket.state) not in WAITING:
        raise Refused("link.over", state=ticket.state)
    mark = _urge(session, ticket, alive, words, viewer, at)
    if words.strip():
        ticket_record.write(session, ticket, words.strip(), "shared", viewer, at)
    if call is not None:
        ticket_record.tie_call(session, ticket, call)
    return mark


def unlink(session: Session, link: TicketLink, viewer: Viewer, at: datetime) -> None:
    """It was no repeat after all. That the citizen called again stays counted."""
    viewer.must(Permission.TICKET_EDIT)
    linking.untie(session, link, viewer.by, at)
    ticket = session.get_one(Ticket, link.ticket)
    linking.tell(session, ticket, "ticket.unlinked", link.lead, viewer.by, at)


def _as_secret_as(ticket: Ticket) -> ColumnElement[bool]:
    return and_(
        col(Ticket.confidential) == ticket.confidential, col(Ticket.about).is_not_distinct_from(ticket.about)
    )


def _held(session: Session, ticket: Ticket) -> Ticket:
    """Where units work on the ticket; it and the ticket are locked, in the order in which every merge locks."""
    alive = linking.live(session, ticket)
    for identity in sorted({orders.identity(ticket), orders.identity(alive)}):
        ticket_record.find(session, identity, lock=True)
    return alive


def _urge(session: Session, ticket: Ticket, alive: Ticket, words: str, viewer: Viewer, at: datetime) -> Mark:
    """What was merged is urged where units work on it, else nobody who could hurry would hear."""
    if alive is not ticket:
        ticket.urged += 1
    return marking.urge(session, alive, words, viewer, at)


def _found(city: CityPack, told: Told, ticket: Ticket, within: timedelta) -> Found:
    other = told_by(city, ticket)
    repeat = is_repeat(told, other, within)
    return Found(ticket, repeat or alike(told, other), repeat is not None)


def _of_matter(session: Session, city: CityPack, told: Told, seen: ColumnElement[bool]) -> Sequence[Ticket]:
    if not told.matter:
        return ()
    asked = select(Ticket).where(Ticket.matter == told.matter, col(Ticket.closed_at).is_(None), seen)
    if told.area:
        near = {*told.area, *(area.code for area in city.areas.below(told.area[-1]))}
        asked = asked.where(or_(col(Ticket.area).in_(near), col(Ticket.area).is_(None)))
    return session.exec(asked.order_by(col(Ticket.id).desc()).limit(LOOKED_AT)).all()


def _of_place(session: Session, told: Told, seen: ColumnElement[bool]) -> Sequence[Ticket]:
    """Those that speak of the street, wherever in their words."""
    street = sought(told.street)
    if not street:
        return ()
    narrowed = ticket_search.UNDER_WAY_ONLY
    hits = ticket_search.newest(session, street, seen, LOOKED_AT, narrowed=narrowed)
    return session.exec(select(Ticket).where(col(Ticket.id).in_(hits))).all()
