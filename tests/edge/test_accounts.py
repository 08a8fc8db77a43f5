"""Logging in: one token, one live session; and a wait after too many failures."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from hotline import journal
from hotline.errors import Refused
from hotline.record import accounts
from hotline.record.accounts import Login
from hotline.store.tables import Account, FactRow, LoginSession
from tests.edge.conftest import PASSWORD, Town

pytestmark = pytest.mark.edge


def attempt(town: Town, session: Session, password: str, **changed: object) -> Login | Refused:
    values = {"login": "chenjiaqi", "address": "127.0.0.1", "at": town.at, "hours": 12} | changed
    return accounts.log_in(session, password=password, **values)  # type: ignore[arg-type]


def opened(town: Town, session: Session) -> Login:
    login = attempt(town, session, PASSWORD)
    assert isinstance(login, Login)
    return login


def refused(answer: Login | Refused) -> str:
    assert isinstance(answer, Refused)
    return answer.key


def test_the_token_opens_the_session_until_it_ends(town: Town, session: Session) -> None:
    login = opened(town, session)
    found = accounts.find_session(session, login.token, town.at + timedelta(hours=11))
    assert found is not None
    assert found.login == "chenjiaqi"
    assert accounts.find_session(session, login.token, town.at + timedelta(hours=12)) is None
    assert accounts.find_session(session, "another token", town.at) is None


def test_the_record_holds_neither_token_nor_password(town: Town, session: Session) -> None:
    login = opened(town, session)
    stored = session.exec(select(LoginSession)).one()
    assert login.token not in stored.model_dump_json()
    assert login.account.password_hash.startswith("$argon2id$")


def test_a_wrong_password_and_an_unknown_login_get_the_same_answer(town: Town, session: Session) -> None:
    assert refused(attempt(town, session, "wrong")) == "login.wrong"
    assert refused(attempt(town, session, PASSWORD, login="nobody")) == "login.wrong"


def test_after_five_failures_even_the_right_password_waits(town: Town, session: Session) -> None:
    for _ in range(accounts.FAILURES_ALLOWED):
        assert refused(attempt(town, session, "wrong")) == "login.wrong"
    assert refused(attempt(town, session, PASSWORD)) == "login.wait"
    later = town.at + accounts.FAILURES_WITHIN + timedelta(seconds=1)
    assert isinstance(attempt(town, session, PASSWORD, at=later), Login)


def test_one_address_that_tries_many_names_waits_too(town: Town, session: Session) -> None:
    for number in range(4 * accounts.FAILURES_ALLOWED):
        attempt(town, session, "wrong", login=f"nobody{number}")
    assert refused(attempt(town, session, PASSWORD)) == "login.wait"
    assert isinstance(attempt(town, session, PASSWORD, address="127.0.0.2"), Login)


def test_logging_out_ends_the_session_and_may_be_repeated(town: Town, session: Session) -> None:
    login = opened(town, session)
    accounts.log_out(session, login.token, town.at)
    accounts.log_out(session, login.token, town.at)
    assert accounts.find_session(session, login.token, town.at) is None
    journal.write(session)
    told = session.exec(select(FactRow.kind).where(FactRow.by == f"account:{login.account.id}")).all()
    assert told.count("account.logged_in") == told.count("account.logged_out") == 1


def test_a_closed_account_has_no_session(town: Town, session: Session) -> None:
    login = opened(town, session)
    session.get_one(Account, login.account.id).active = False
    session.flush()
    assert accounts.find_session(session, login.token, town.at) is None
    assert refused(attempt(town, session, PASSWORD)) == "login.wrong"


def test_a_short_password_is_refused() -> None:
    with pytest.raises(Refused, match="password_too_short"):
        accounts.hash_password("short")
