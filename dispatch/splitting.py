"""A ticket that speaks of several matters 拆单: each further matter becomes a ticket of its own, of the same citizen
and call, with its own number, clocks and reply. The first keeps what was written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from dispatch import timekeeping
from hotline import journal
from hotline.errors import Refused
from hotline.facts import Fact, subject
from hotline.pack.model import CityPack
from hotline.record import tickets as ticket_record
from hotline.record.tickets import Draft
from hotline.roles import Permission
from hotline.store.tables import Citizen, Ticket
from hotline.tickets import Channel, State, Type, Urgency
from hotline.viewer import Viewer

SPLITTABLE = frozenset({State.OPENED, State.REVIEW, State.DISPATCHED})


@dataclass(frozen=True)
class Piece:
    """One further matter, in the citizen's words."""

    title: str
    content: str


def split(
    session: Session, city: CityPack, ticket: Ticket, pieces: Sequence[Piece], viewer: Viewer, at: datetime
) -> list[Ticket]:
    """The new tickets, which wait to be dispatched. Raises `Refused` for none, and for a ticket that is over."""
    viewer.must(Permission.TICKET_EDIT)
    if not pieces:
        raise Refused("field.missing", field="titles")
    if State(ticket.state) not in SPLITTABLE:
        raise Refused("ticket.may_not_split", state=ticket.state)
    new = [_open(session, city, ticket, piece, viewer, at) for piece in pieces]
    said = {"number": ticket.number, "opened_by": ticket.opened_by, "into": [one.number for one in new]}
    told = Fact("ticket.split", subject("ticket", ticket.id), at, by=viewer.by, data=said, ticket=ticket.id)
    journal.append(session, told)
    return new


def _open(
    session: Session, city: CityPack, ticket: Ticket, piece: Piece, viewer: Viewer, at: datetime
) -> Ticket:
    citizen = session.get_one(Citizen, ticket.citizen)
    draft = Draft(
        type=Type(ticket.type),
        line=ticket.line,
        number=ticket.contact,
        title=piece.title,
        content=piece.content,
        name=citizen.name,
        area=ticket.area,
        place=ticket.place,
        urgency=Urgency(ticket.urgency),
        confidential=ticket.confidential,
        about=ticket.about,
        channel=Channel(ticket.channel),
        call=ticket.call,
    )
    new = ticket_record.open_ticket(session, draft, viewer, at, ZoneInfo(city.city.timezone))
    timekeeping.start_for_ticket(session, city, new, at, viewer.by)
    return new
