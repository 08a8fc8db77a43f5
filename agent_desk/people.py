"""The people page: who may log in and as what; adding somebody, a new password, an end to an account."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import col, delete, select

from agent_desk.render import page_for, render
from agent_desk.visit import Visit, Visiting
from hotline import journal
from hotline.errors import Refused
from hotline.facts import Fact, subject
from hotline.record import accounts
from hotline.roles import ROLE_WORDS, Permission, Role
from hotline.store.tables import Account, LoginSession
from hotline.words import N_

router = APIRouter()

Short = Annotated[str, Field(max_length=64)]


class NewPerson(BaseModel):
    """What the form for a new person sends."""

    model_config = ConfigDict(extra="forbid")

    login: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z0-9._-]+$")]
    name: Annotated[str, Field(min_length=1, max_length=64)]
    roles: Annotated[list[Role], Field(min_length=1)]
    password: Annotated[str, Field(max_length=256)]
    unit: Short | None = None
    extension: Annotated[str, Field(pattern=r"^\d{3,6}$")] | None = None


class NewPassword(BaseModel):
    password: Annotated[str, Field(max_length=256)]


class Activity(BaseModel):
    active: bool


@router.get("/people")
def people_page(request: Request, visit: Visiting) -> Response:
    """Everybody who may log in, and who could once."""
    visit.viewer.must(Permission.ADMIN_PEOPLE)
    page = page_for(visit, N_("People"), "people")
    everybody = visit.session.exec(select(Account).order_by(col(Account.active).desc(), Account.login)).all()
    return render(
        request, "people.html", page, people=everybody, roles=ROLE_WORDS, units=visit.house.city.units
    )


@router.post("/api/people", status_code=201)
def add(visit: Visiting, person: NewPerson) -> dict[str, int | None]:
    """A new person, who can log in at once."""
    visit.viewer.must(Permission.ADMIN_PEOPLE)
    if person.unit is not None and person.unit not in visit.house.city.units:
        raise Refused("field.unknown", field="unit")
    if person.extension is not None and _holder(visit, person.extension) is not None:
        raise Refused("account.extension_taken", field="extension")
    account = accounts.create_account(
        visit.session,
        login=person.login,
        name=person.name.strip(),
        roles=person.roles,
        password_hash=accounts.hash_password(person.password),
        unit=person.unit,
        extension=person.extension,
        at=visit.at,
        by=visit.viewer.by,
    )
    return {"id": account.id}


@router.post("/api/people/{identity}/password")
def set_password(visit: Visiting, identity: int, new: NewPassword) -> dict[str, str]:
    """Replaces a person's password and ends their sessions."""
    account = _person(visit, identity)
    account.password_hash = accounts.hash_password(new.password)
    _end_sessions(visit, identity)
    _tell(visit, "account.password_set", identity)
    return {}


@router.post("/api/people/{identity}/active")
def set_active(visit: Visiting, identity: int, wanted: Activity) -> dict[str, str]:
    """Closes an account, which ends its sessions, or opens it again. Nobody closes their own."""
    account = _person(visit, identity)
    if identity == visit.viewer.account:
        raise Refused("account.own")
    account.active = wanted.active
    if not wanted.active:
        _end_sessions(visit, identity)
    _tell(visit, "account.opened" if wanted.active else "account.closed", identity)
    return {}


def _person(visit: Visit, identity: int) -> Account:
    visit.viewer.must(Permission.ADMIN_PEOPLE)
    account = visit.session.get(Account, identity)
    if account is None:
        raise Refused("account.unknown")
    return account


def _holder(visit: Visit, extension: str) -> Account | None:
    return visit.session.exec(select(Account).where(Account.extension == extension)).first()


def _end_sessions(visit: Visit, identity: int) -> None:
    visit.session.exec(delete(LoginSession).where(col(LoginSession.account) == identity))


def _tell(visit: Visit, kind: str, identity: int) -> None:
    journal.append(visit.session, Fact(kind, subject("account", identity), visit.at, by=visit.viewer.by))
