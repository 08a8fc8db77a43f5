"""The people page: who may log in and as what; adding somebody, a new password, an end to an account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import col, delete, select

from agent_desk import naming, seat
from agent_desk.render import fragment, page_for, render
from agent_desk.visit import Visit, Visiting, VisitRoute
from hotline import journal
from hotline.errors import Refused
from hotline.facts import Fact, subject
from hotline.record import accounts
from hotline.roles import OF_MACHINES, Permission, Role
from hotline.skills import Skill
from hotline.store.tables import Account, LoginSession
from hotline.words import N_

router = APIRouter(route_class=VisitRoute)

MOST = 300  # rows; more are found by name
FIRST = 0  # the rank that is offered calls before the others
OF_UNITS = frozenset({Role.UNIT_STAFF, Role.UNIT_LEADER})

Text = Annotated[str, Query(max_length=100)]
Short = Annotated[str, Field(max_length=64)]
Mail = Annotated[str, Field(max_length=120, pattern=r"^([^@\s]+@[^@\s]+)?$")]
Mobile = Annotated[str, Field(pattern=r"^(\+?[0-9]{5,15})?$")]


class NewPerson(BaseModel):
    """What the form for a new person sends. `skills` are what a seat takes; all of them in the first rank."""

    model_config = ConfigDict(extra="forbid")

    login: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z0-9._-]+$")]
    name: Annotated[str, Field(min_length=1, max_length=64)]
    roles: Annotated[list[Role], Field(min_length=1)]
    password: Annotated[str, Field(max_length=256)]
    unit: Short | None = None
    extension: Annotated[str, Field(pattern="^[0-9]{3,6}$")] | None = None
    skills: list[Short] = []


class Contact(BaseModel):
    """Where the person may be written to; nowhere where it is empty."""

    model_config = ConfigDict(extra="forbid")

    mail: Mail = ""
    mobile: Mobile = ""


class NewPassword(BaseModel):
    password: Annotated[str, Field(max_length=256)]


class Activity(BaseModel):
    active: bool


@dataclass(frozen=True)
class PersonRow:
    """One account, with its unit's name."""

    account: Account
    unit: str


@router.get("/people")
def people_page(request: Request, visit: Visiting, q: Text = "") -> Response:
    """Everybody who may log in, and who could once; `q` is part of a name or login."""
    page = page_for(visit, N_("People"), "people")
    skills = [(skill.name, _title(visit, skill)) for skill in visit.house.city.skills]
    return render(
        request,
        "people.html",
        page,
        rows=_rows(visit, q),
        q=q,
        skills=skills,
        length=accounts.PASSWORD_LENGTH,
        own=visit.viewer.account,
    )


@router.get("/people/rows")
def people_fragment(visit: Visiting, q: Text = "") -> Response:
    """The list again, after something changed."""
    return fragment(visit, "people/rows.html", rows=_rows(visit, q), q=q, own=visit.viewer.account)


@router.post("/api/people", status_code=201)
def add(visit: Visiting, person: NewPerson) -> dict[str, int | None]:
    """A new person, who can log in at once."""
    visit.viewer.must(Permission.ADMIN_PEOPLE)
    if OF_MACHINES & set(person.roles):
        raise Refused("field.unknown", field="roles")
    if person.unit is not None and person.unit not in visit.house.city.units:
        raise Refused("field.unknown", field="unit")
    if person.extension is not None:
        _check_seat(visit, person.extension)
    if person.unit is None and OF_UNITS & set(person.roles):
        raise Refused("field.missing", field="unit")
    if set(person.skills) - {skill.name for skill in visit.house.city.skills}:
        raise Refused("field.unknown", field="skills")
    account = accounts.create_account(
        visit.session,
        login=person.login,
        name=person.name.strip(),
        roles=person.roles,
        password_hash=accounts.hash_password(person.password),
        unit=person.unit,
        extension=person.extension,
        skills=dict.fromkeys(person.skills, FIRST),
        at=visit.at,
        by=visit.viewer.by,
    )
    return {"id": account.id}


@router.post("/api/people/{identity}/password")
def set_password(visit: Visiting, identity: int, new: NewPassword) -> dict[str, str]:
    """Replaces a person's password and ends their sessions."""
    account = _person(visit, identity)
    account.password_hash = accounts.hash_password(new.password)
    _end_sessions(visit, account)
    _tell(visit, "account.password_set", identity)
    return {}


@router.post("/api/people/{identity}/contact")
def set_contact(visit: Visiting, identity: int, contact: Contact) -> dict[str, str]:
    """Where a person is written to when an order of theirs nears its limit. The journal isn't told the address."""
    account = _person(visit, identity)
    account.mail, account.mobile = contact.mail, contact.mobile
    _tell(visit, "account.contact_set", identity)
    return {}


@router.post("/api/people/{identity}/active")
def set_active(visit: Visiting, identity: int, wanted: Activity) -> dict[str, str]:
    """Closes an account, which ends its sessions, or opens it again. Nobody closes their own."""
    account = _person(visit, identity)
    if identity == visit.viewer.account:
        raise Refused("account.own")
    account.active = wanted.active
    if not wanted.active:
        _end_sessions(visit, account)
    _tell(visit, "account.opened" if wanted.active else "account.closed", identity)
    return {}


def _rows(visit: Visit, q: str) -> list[PersonRow]:
    visit.viewer.must(Permission.ADMIN_PEOPLE)
    of_people = ~col(Account.roles).contains([role.value for role in OF_MACHINES])
    asked = select(Account).where(of_people).order_by(col(Account.active).desc(), Account.login).limit(MOST)
    if q.strip():
        named = col(Account.name).contains(q.strip(), autoescape=True)
        asked = asked.where(named | col(Account.login).contains(q.strip().lower(), autoescape=True))
    return [PersonRow(one, naming.unit(visit, one.unit or "")) for one in visit.session.exec(asked)]


def _title(visit: Visit, skill: Skill) -> str:
    return skill.title_zh if visit.viewer.language.startswith("zh") else skill.title_en


def _person(visit: Visit, identity: int) -> Account:
    visit.viewer.must(Permission.ADMIN_PEOPLE)
    account = visit.session.get(Account, identity)
    if account is None:
        raise Refused("account.unknown")
    return account


def _check_seat(visit: Visit, extension: str) -> None:
    """The switch knows a fixed range of seats, and each has one person at most."""
    switch = visit.house.settings.asterisk
    last = switch.first_seat + switch.seats - 1
    if not switch.first_seat <= int(extension) <= last:
        raise Refused("account.no_such_seat", field="extension", first=switch.first_seat, last=last)
    if visit.session.exec(select(Account.id).where(Account.extension == extension)).first() is not None:
        raise Refused("account.extension_taken", field="extension")


def _end_sessions(visit: Visit, account: Account) -> None:
    """The person's pages end, and with them the seat."""
    visit.session.exec(delete(LoginSession).where(col(LoginSession.account) == account.id))
    seat.leave(visit.house, account.extension)


def _tell(visit: Visit, kind: str, identity: int) -> None:
    journal.append(visit.session, Fact(kind, subject("account", identity), visit.at, by=visit.viewer.by))
