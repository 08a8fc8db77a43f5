"""Tickets: opening one, moving it along its lifecycle, and writing in its thread."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlmodel import Session, col, select

from hotline import journal, tickets
from hotline.dispatch_rules import Mark
from hotline.errors import Refused
from hotline.facts import SYSTEM, Fact, subject
from hotline.record import citizens, line_days, ticket_search
from hotline.roles import Permission
from hotline.store.rows import put
from hotline.store.tables import Call, FactRow, Ticket, TicketEntry
from hotline.tickets import Channel, State, Type, Urgency, Verb
from hotline.viewer import Viewer

TITLE_LENGTH = 80
CONTENT_LENGTH = 4000
_NEXT_ID = text("SELECT nextval(pg_get_serial_sequence('ticket', 'id'))")


@dataclass(frozen=True)
class Draft:
    """What an agent wrote down, already of the right types; `number` is where the citizen can be reached, `about` the
    unit that a report accuses.
    """

    type: Type
    line: str
    number: str
    title: str
    content: str
    name: str = ""
    matter: str | None = None
    area: str | None = None
    place: str = ""
    urgency: Urgency = Urgency.NORMAL
    confidential: bool = False
    about: str | None = None
    channel: Channel = Channel.PHONE
    call: str | None = None

    def __post_init__(self) -> None:
        for field, limit in (("title", TITLE_LENGTH), ("content", CONTENT_LENGTH)):
            written = getattr(self, field).strip()
            if not written:
                raise Refused("field.missing", field=field)
            if len(written) > limit:
                raise Refused("field.too_long", field=field, limit=limit)


def open_ticket(session: Session, draft: Draft, viewer: Viewer, at: datetime, zone: ZoneInfo) -> Ticket:
    """A new ticket, with its citizen remembered and its call tied to it. `zone` says which day its number names."""
    viewer.must(Permission.TICKET_OPEN)
    citizen = citizens.remember(
        session,
        number=citizens.plain_number(draft.number),
        name=draft.name.strip(),
        address=draft.place.strip(),
        area=draft.area,
        at=at,
        by=viewer.by,
    )
    identity = int(session.connection().execute(_NEXT_ID).scalar_one())
    assert citizen.id is not None
    ticket = Ticket(
        id=identity,
        number=tickets.number(at.astimezone(zone).date(), identity),
        query_code=tickets.query_code(secrets.randbelow),
        type=draft.type,
        channel=draft.channel,
        line=draft.line,
        call=draft.call,
        citizen=citizen.id,
        contact=draft.number,
        title=draft.title.strip(),
        content=draft.content.strip(),
        matter=draft.matter,
        area=draft.area,
        place=draft.place.strip(),
        urgency=draft.urgency,
        confidential=draft.confidential,
        about=draft.about,
        state=State.OPENED,
        opened_by=viewer.account,
        opened_at=at,
    )
    put(session, ticket)
    ticket_search.remember(session, ticket)
    if ticket.call is not None:
        tie_call(session, ticket, ticket.call)
    line_days.count_ticket(session, identity)
    _tell(session, ticket, "ticket.opened", viewer.by, at, became=State.OPENED, data=_outline(ticket))
    return ticket


def find(session: Session, identity: int, *, lock: bool = False) -> Ticket:
    """The ticket with this id, locked for a change if asked. Raises `Refused("ticket.unknown")`."""
    asked = select(Ticket).where(Ticket.id == identity)
    if lock:  # whatever this transaction read before it had the lock may be out of date
        asked = asked.with_for_update().execution_options(populate_existing=True)
    ticket = session.exec(asked).first()
    if ticket is None:
        raise Refused("ticket.unknown", id=identity)
    return ticket


def move(
    session: Session,
    ticket: Ticket,
    verb: Verb,
    by: str,
    at: datetime,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Takes the ticket along one edge of its table; raises `Refused` where there is none."""
    before = State(ticket.state)
    since_closed = at - ticket.closed_at if ticket.closed_at else timedelta(0)
    after = tickets.decide(before, verb, redos=ticket.redone, since_closed=since_closed)
    ticket.state = after
    ticket.redone += tickets.is_counted(before, verb)
    if verb in (Verb.ANSWER, Verb.CLOSE, Verb.VOID, Verb.TRANSFER):
        ticket.closed_at = at
    if verb is Verb.REOPEN:
        ticket.closed_at = None
    _tell(session, ticket, PAST[verb], by, at, was=before, became=after, data=data)


def mark(session: Session, ticket: Ticket, marks: Iterable[Mark], rule: str, by: str, at: datetime) -> None:
    """What a dispatch rule makes of a ticket beside sending it somewhere; what it is already is no news."""
    has = {Mark.CONFIDENTIAL: ticket.confidential, Mark.URGENT: ticket.urgency != Urgency.NORMAL}
    new = sorted(mark for mark in marks if not has[mark])
    if Mark.CONFIDENTIAL in new:
        ticket.confidential = True
    if Mark.URGENT in new:
        ticket.urgency = Urgency.URGENT
    if new:
        _tell(session, ticket, "ticket.marked", by, at, data={"marks": new, "rule": rule})


def classify(session: Session, ticket: Ticket, matter: str | None, by: str, at: datetime) -> None:
    """Says what the ticket is about, by the code of a matter; what it is about already is no news."""
    if ticket.matter == matter:
        return
    before, ticket.matter = ticket.matter, matter
    _tell(session, ticket, "ticket.classified", by, at, data={"matter": matter, "before": before})


def matter_before(session: Session, ticket: Ticket) -> str | None:
    """What it was about before it was last said to be about something else; what it is about where it never was."""
    asked = select(FactRow).where(FactRow.ticket == ticket.id, FactRow.kind == "ticket.classified")
    last = session.exec(asked.order_by(col(FactRow.id).desc()).limit(1)).first()
    return last.data["before"] if last else ticket.matter


def tell_of_itself(session: Session, ticket: Ticket, said: Mapping[str, Any], at: datetime) -> None:
    """The system dispatched it by itself: `said` is on what grounds."""
    _tell(session, ticket, "ticket.sent_by_itself", SYSTEM, at, data=said)


def answer_at_once(session: Session, ticket: Ticket, answer: str, viewer: Viewer, at: datetime) -> None:
    """Closes a consultation with the answer that the citizen heard on the telephone."""
    viewer.must(Permission.TICKET_CLOSE)
    if not answer.strip():
        raise Refused("field.missing", field="answer")
    ticket.reply = answer.strip()
    write(session, ticket, answer.strip(), "citizen", viewer, at)
    move(session, ticket, Verb.ANSWER, viewer.by, at)


def close(session: Session, ticket: Ticket, said: Mapping[str, Any], by: str, at: datetime) -> None:
    """Ends a ticket with what the citizen said at the revisit: `satisfaction`, `solution`, and what else is known."""
    ticket.satisfaction, ticket.solution = said.get("satisfaction"), said.get("solution")
    move(session, ticket, Verb.CLOSE, by, at, said)


def write(
    session: Session, ticket: Ticket, words: str, audience: str, viewer: Viewer | None, at: datetime
) -> None:
    """Adds an entry to the ticket's thread; `audience` is internal, unit, shared (all units) or citizen."""
    assert ticket.id is not None
    author = viewer.account if viewer else None
    put(session, TicketEntry(ticket=ticket.id, at=at, author=author, audience=audience, text=words))


def thread(session: Session, ticket: Ticket, audiences: Sequence[str]) -> Sequence[TicketEntry]:
    """The entries that these audiences may read, oldest first."""
    readable = col(TicketEntry.audience).in_(audiences)
    return session.exec(
        select(TicketEntry).where(TicketEntry.ticket == ticket.id, readable).order_by(col(TicketEntry.id))
    ).all()


def tie_call(session: Session, ticket: Ticket, call: str) -> None:
    """The call remembers the first ticket that was written about it; a second one only names the call.

    Raises `Refused("call.unknown")`.
    """
    found = session.get(Call, call, with_for_update=True)
    if found is None:
        raise Refused("call.unknown", call=call)
    if found.ticket is None:
        found.ticket = ticket.id


PAST = {
    Verb.ANSWER: "ticket.answered",
    Verb.SUBMIT: "ticket.submitted",
    Verb.SEND_BACK: "ticket.sent_back",
    Verb.DISPATCH: "ticket.dispatched",
    Verb.TAKE_BACK: "ticket.taken_back",
    Verb.REPLY: "ticket.replied",
    Verb.REVISIT: "ticket.revisited",
    Verb.REDO: "ticket.redone",
    Verb.CLOSE: "ticket.closed",
    Verb.REOPEN: "ticket.reopened",
    Verb.MERGE: "ticket.merged",
    Verb.SEPARATE: "ticket.separated",
    Verb.TRANSFER: "ticket.transferred",
    Verb.VOID: "ticket.voided",
    Verb.ARCHIVE: "ticket.archived",
}
"""The fact that tells of each verb."""


def _outline(ticket: Ticket) -> dict[str, Any]:
    """What a reader of the journal needs to know of a new ticket, without the person in it."""
    return {
        "number": ticket.number,
        "type": ticket.type,
        "line": ticket.line,
        "matter": ticket.matter,
        "area": ticket.area,
        "urgency": ticket.urgency,
        "confidential": ticket.confidential,
    }


def _tell(
    session: Session,
    ticket: Ticket,
    kind: str,
    by: str,
    at: datetime,
    *,
    was: str | None = None,
    became: str | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    journal.append(
        session,
        Fact(
            kind,
            subject("ticket", ticket.id),
            at,
            by=by,
            was=was,
            became=became,
            data={"number": ticket.number, "opened_by": ticket.opened_by, **(data or {})},
            ticket=ticket.id,
            call=ticket.call,
        ),
    )
