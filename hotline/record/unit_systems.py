"""Units' own systems in the record: giving one a token, finding whose a token is, and taking it back."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_
from sqlmodel import Session, col, select, update

from hotline import journal
from hotline.errors import Refused
from hotline.facts import Fact, subject
from hotline.record import accounts
from hotline.record.accounts import Person
from hotline.roles import Permission, Role
from hotline.store.rows import put
from hotline.store.tables import Account, CityRevision, UnitSystem
from hotline.unit_systems import Scope
from hotline.viewer import Viewer

PREFIX = "hls_"
"""What a token begins with, so that one that got lost somewhere is known for what it is."""
NAME_LENGTH = 60
NOTED_EVERY = timedelta(minutes=1)


def may_manage(viewer: Viewer, unit: str) -> bool:
    """Whether this person gives the unit's systems their tokens: its leader, or an administrator."""
    return viewer.may(Permission.ADMIN_PEOPLE) or (
        viewer.may(Permission.ORDER_APPROVE) and viewer.unit == unit
    )


def of_unit(session: Session, unit: str) -> Sequence[UnitSystem]:
    """The unit's systems, the newest first, revoked ones at the end."""
    own = select(UnitSystem).where(UnitSystem.unit == unit)
    return session.exec(own.order_by(col(UnitSystem.revoked_at).desc(), col(UnitSystem.id).desc())).all()


def admit(
    session: Session, unit: str, name: str, scopes: Collection[Scope], viewer: Viewer, at: datetime
) -> str:
    """Gives a system of the unit a token, which is told this once and kept nowhere."""
    must_manage(viewer, unit)
    if not name.strip():
        raise Refused("field.missing", field="name")
    if len(name.strip()) > NAME_LENGTH:
        raise Refused("field.too_long", field="name", limit=NAME_LENGTH)
    token = PREFIX + secrets.token_urlsafe(32)
    account = accounts.create_account(
        session,
        login=f"system.{secrets.token_hex(6)}",
        name=name.strip(),
        roles=[Role.UNIT_SYSTEM],
        password_hash=accounts.hash_password(secrets.token_urlsafe(32)),  # of a password that nobody knows
        unit=unit,
        at=at,
        by=viewer.by,
    )
    assert account.id is not None
    system = UnitSystem(
        unit=unit,
        name=name.strip(),
        account=account.id,
        token_hash=_digest(token),
        scopes=sorted({Scope.READ.value, *(scope.value for scope in scopes)}),
        made_by=viewer.by,
        made_at=at,
    )
    put(session, system)
    _tell(session, system, "system.admitted", viewer, at)
    return token


def revoke(session: Session, identity: int, viewer: Viewer, at: datetime) -> None:
    """Takes the token back, at once. Raises `Refused("system.unknown")`."""
    system = session.get(UnitSystem, identity)
    if system is None or system.revoked_at is not None:
        raise Refused("system.unknown")
    must_manage(viewer, system.unit)
    system.revoked_at = at
    session.get_one(Account, system.account).active = False
    _tell(session, system, "system.revoked", viewer, at)


def recognise(session: Session, token: str, at: datetime) -> tuple[Person, frozenset[Scope]] | None:
    """Who speaks with this token, and what it allows; None for one that isn't valid. Its use is noted now and then."""
    if not token.startswith(PREFIX):
        return None
    newest = func.coalesce(select(func.max(CityRevision.id)).scalar_subquery(), 0)
    asked = (
        select(UnitSystem, Account, newest)
        .join(Account, col(Account.id) == col(UnitSystem.account))
        .where(
            UnitSystem.token_hash == _digest(token), col(UnitSystem.revoked_at).is_(None), col(Account.active)
        )
    )
    found = session.exec(asked).first()
    if found is None:
        return None
    system, account, city = found
    _note_use(session, system, at)
    person = Person(
        account=system.account,
        login=account.login,
        name=account.name,
        roles=account.roles,
        unit=system.unit,
        extension=None,
        language=account.language,
        theme=account.theme,
        csrf="",
        city=city,
        unread=0,
    )
    return person, frozenset(Scope(scope) for scope in system.scopes)


def _note_use(session: Session, system: UnitSystem, at: datetime) -> None:
    if system.used_at is None or at - system.used_at >= NOTED_EVERY:
        long_ago = or_(col(UnitSystem.used_at).is_(None), col(UnitSystem.used_at) <= at - NOTED_EVERY)
        session.exec(update(UnitSystem).where(col(UnitSystem.id) == system.id, long_ago).values(used_at=at))


def must_manage(viewer: Viewer, unit: str) -> None:
    """Raises `Refused("not_allowed")` for whoever may not."""
    if not may_manage(viewer, unit):
        raise Refused("not_allowed", permission=Permission.ORDER_APPROVE.value)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _tell(session: Session, system: UnitSystem, kind: str, viewer: Viewer, at: datetime) -> None:
    data = {"unit": system.unit, "scopes": system.scopes}
    journal.append(session, Fact(kind, subject("system", system.id), at, by=viewer.by, data=data))
