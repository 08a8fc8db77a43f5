"""Logging in and out: passwords by argon2id, sessions kept on the server, and a wait after too many failures.

The browser holds a random token; the record holds only its SHA-256, so that a stolen copy opens nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import bindparam, func, literal_column
from sqlalchemy import select as choose
from sqlmodel import Session, col, delete, select

from hotline import journal
from hotline.errors import Refused
from hotline.facts import SYSTEM, Fact, subject
from hotline.roles import Role
from hotline.store.rows import put
from hotline.store.tables import Account, CityRevision, LoginFailure, LoginSession, MessageRow

PASSWORD_LENGTH = 10
FAILURES_ALLOWED = 5
FAILURES_WITHIN = timedelta(minutes=10)

hasher = PasswordHasher()
_nobody = hasher.hash(secrets.token_hex())


@dataclass(frozen=True)
class Login:
    """A session just opened. `token` goes into the cookie and nowhere else."""

    token: str
    account: Account


def hash_password(password: str) -> str:
    """The argon2id hash of `password`. Raises `Refused("account.password_too_short")`."""
    if len(password) < PASSWORD_LENGTH:
        raise Refused("account.password_too_short", field="password", length=PASSWORD_LENGTH)
    return hasher.hash(password)


def create_account(
    session: Session,
    *,
    login: str,
    name: str,
    roles: Iterable[Role],
    password_hash: str,
    at: datetime,
    unit: str | None = None,
    extension: str | None = None,
    skills: dict[str, int] | None = None,
    by: str = SYSTEM,
) -> Account:
    """A new person. Raises `Refused("account.login_taken")`."""
    if session.exec(select(Account.id).where(Account.login == login)).first() is not None:
        raise Refused("account.login_taken", field="login")
    account = Account(
        login=login,
        name=name,
        roles=[role.value for role in roles],
        password_hash=password_hash,
        unit=unit,
        extension=extension,
        skills=skills or {},
        created_at=at,
    )
    put(session, account)
    who = subject("account", account.id)
    journal.append(session, Fact("account.created", who, at, by=by, data={"login": login}))
    return account


def log_in(
    session: Session, *, login: str, password: str, address: str, at: datetime, hours: int
) -> Login | Refused:
    """Opens a session, or returns why not: `login.wrong` or, after too many tries, `login.wait`.

    Returned and not raised, because the failure itself has to be committed. An unknown login costs as much time
    as a wrong password, so that neither can be told from the other.
    """
    forget_expired(session, at)
    if _failures(session, login, address, at) >= FAILURES_ALLOWED:
        return Refused("login.wait", minutes=int(FAILURES_WITHIN.total_seconds() // 60))
    account = session.exec(select(Account).where(Account.login == login, Account.active)).first()
    if not _matches(account.password_hash if account else _nobody, password) or account is None:
        put(session, LoginFailure(login=login, address=address, at=at))
        # What was typed isn't kept unless it is somebody's login: people type passwords there.
        whom = subject("account", account.id) if account else subject("login", "unknown")
        journal.append(session, Fact("login.refused", whom, at, data={"address": address}))
        return Refused("login.wrong")
    session.exec(delete(LoginFailure).where(col(LoginFailure.login) == login))
    if hasher.check_needs_rehash(account.password_hash):
        account.password_hash = hasher.hash(password)
    return Login(_open(session, account, address, at, hours), account)


@dataclass(frozen=True)
class Person:
    """Who a live session belongs to, with the token that its own pages carry, the city's newest revision, and how many
    notices they haven't seen.
    """

    account: int
    login: str
    name: str
    roles: Sequence[str]
    unit: str | None
    extension: str | None
    language: str
    theme: str
    csrf: str
    city: int
    unread: int


_UNREAD = (
    choose(func.count())
    .select_from(MessageRow)
    .where(
        col(MessageRow.to) == func.concat("account:", col(Account.id)),
        col(MessageRow.channel) == literal_column("'notice'"),  # as the index has it
        col(MessageRow.read_at).is_(None),
    )
    .correlate(Account)
    .scalar_subquery()
)
_PERSON = (
    choose(
        col(Account.id),
        col(Account.login),
        col(Account.name),
        col(Account.roles),
        col(Account.unit),
        col(Account.extension),
        col(Account.language),
        col(Account.theme),
        col(LoginSession.csrf),
        func.coalesce(choose(func.max(CityRevision.id)).scalar_subquery(), 0),
        _UNREAD,
    )
    .join(LoginSession, col(LoginSession.account) == col(Account.id))
    .where(
        col(LoginSession.token_hash) == bindparam("token_hash"),
        col(LoginSession.expires_at) > bindparam("at"),
        col(Account.active),
    )
)


def find_session(session: Session, token: str, at: datetime) -> Person | None:
    """Whose live session `token` opens. Every request asks this first: one statement, and no row objects."""
    found = session.connection().execute(_PERSON, {"token_hash": _digest(token), "at": at}).first()
    return Person(*found) if found else None


def log_out(session: Session, token: str, at: datetime) -> None:
    """Ends the session that `token` opens. Doing it again changes nothing."""
    found = session.get(LoginSession, _digest(token))
    if found is not None:
        session.delete(found)
        session.flush()
        who = subject("account", found.account)
        journal.append(session, Fact("account.logged_out", who, at, by=who))


def forget_expired(session: Session, at: datetime) -> None:
    """Removes what has run out: sessions past their end, failures past their meaning."""
    session.exec(delete(LoginSession).where(col(LoginSession.expires_at) <= at))
    session.exec(delete(LoginFailure).where(col(LoginFailure.at) <= at - FAILURES_WITHIN))


def _open(session: Session, account: Account, address: str, at: datetime, hours: int) -> str:
    token = secrets.token_urlsafe(32)
    assert account.id is not None
    put(
        session,
        LoginSession(
            token_hash=_digest(token),
            account=account.id,
            csrf=secrets.token_urlsafe(24),
            address=address,
            started_at=at,
            expires_at=at + timedelta(hours=hours),
        ),
    )
    who = subject("account", account.id)
    journal.append(session, Fact("account.logged_in", who, at, by=who, data={"address": address}))
    return token


def _failures(session: Session, login: str, address: str, at: datetime) -> int:
    """The larger of the failures of this name and, four to one, of this address (an office shares one)."""
    since = at - FAILURES_WITHIN
    by_login = select(func.count()).where(LoginFailure.login == login, col(LoginFailure.at) > since)
    by_address = select(func.count()).where(LoginFailure.address == address, col(LoginFailure.at) > since)
    return max(session.exec(by_login).one(), session.exec(by_address).one() // 4)


def _matches(password_hash: str, password: str) -> bool:
    try:
        return hasher.verify(password_hash, password)
    except VerificationError:
        return False


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
