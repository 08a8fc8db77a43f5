"""The people of a demonstration: accounts with one known password, and citizens who called before."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlmodel import Session, select

from hotline import journal, tickets
from hotline.facts import Fact, subject
from hotline.pack import model
from hotline.pack.model import CityPack
from hotline.record import accounts, citizens, line_days, ticket_search
from hotline.roles import Role
from hotline.store.rows import put
from hotline.store.tables import Account, Ticket, TicketEntry
from hotline.tickets import Channel, State, Urgency

_NEXT_ID = text("SELECT nextval(pg_get_serial_sequence('ticket', 'id'))")


def settle(session: Session, city: CityPack, password: str, at: datetime) -> bool:
    """Brings the pack's people in, where nobody has an account yet. Returns whether it did."""
    if session.exec(select(Account.id).limit(1)).first() is not None:
        return False
    password_hash = accounts.hash_password(password)
    by_login = {person.login: _account(session, person, password_hash, at) for person in city.people}
    agent = next(account for account in by_login.values() if account.extension)
    for citizen in city.citizens:
        _citizen(session, city, citizen, agent, at)
    today = at.astimezone(ZoneInfo(city.city.timezone)).date()
    oldest = max((ticket.days_ago for citizen in city.citizens for ticket in citizen.tickets), default=0)
    line_days.recount(session, today - timedelta(days=oldest + 1), today + timedelta(days=1))
    return True


def _account(session: Session, person: model.Person, password_hash: str, at: datetime) -> Account:
    return accounts.create_account(
        session,
        login=person.login,
        name=person.name_zh,
        roles=[Role(role) for role in person.roles],
        password_hash=password_hash,
        unit=person.unit,
        extension=person.extension,
        skills=dict(person.skills),
        at=at,
    )


def _citizen(session: Session, city: CityPack, invented: model.Citizen, agent: Account, at: datetime) -> None:
    citizen = citizens.introduce(
        session,
        numbers=invented.numbers,
        name=invented.name,
        address=invented.address,
        area=invented.area,
        enterprise=invented.enterprise,
        at=at,
    )
    for ticket in invented.tickets:
        _earlier(session, city, ticket, citizen, invented.numbers[0], agent, at)


def _earlier(
    session: Session,
    city: CityPack,
    told: model.EarlierTicket,
    citizen: int,
    contact: str,
    agent: Account,
    at: datetime,
) -> None:
    opened = at - timedelta(days=told.days_ago)
    identity = int(session.execute(_NEXT_ID).scalar_one())
    assert agent.id is not None
    ticket = Ticket(
        id=identity,
        number=tickets.number(opened.astimezone(ZoneInfo(city.city.timezone)).date(), identity),
        query_code=tickets.query_code(secrets.randbelow),
        type=told.type,
        channel=Channel.PHONE,
        line=told.line,
        citizen=citizen,
        contact=contact,
        title=told.title,
        content=told.content,
        matter=told.matter,
        area=told.area,
        place=told.place,
        urgency=Urgency.NORMAL,
        state=State.CLOSED,
        reply=told.reply,
        solution=told.solution,
        satisfaction=told.satisfaction,
        opened_by=agent.id,
        opened_at=opened,
        closed_at=opened + timedelta(days=1),
    )
    put(session, ticket)
    ticket_search.remember(session, ticket)
    put(session, TicketEntry(ticket=identity, at=opened, audience="citizen", text=told.reply))
    who, about = subject("account", agent.id), subject("ticket", identity)
    outline = {
        "number": ticket.number,
        "type": told.type,
        "line": told.line,
        "matter": told.matter,
        "area": told.area,
    }
    journal.append(
        session,
        Fact("ticket.opened", about, opened, by=who, became=State.OPENED, data=outline, ticket=identity),
        Fact(
            "ticket.closed",
            about,
            opened + timedelta(days=1),
            by=who,
            was=State.OPENED,
            became=State.CLOSED,
            data={"satisfaction": told.satisfaction, "solution": told.solution},
            ticket=identity,
        ),
    )
