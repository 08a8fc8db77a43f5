"""Citizens: finding them by a number of theirs, and remembering them by it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, text
from sqlmodel import Session, col, select

from hotline import journal
from hotline.errors import Refused
from hotline.facts import Fact, subject
from hotline.store.rows import follow, put
from hotline.store.tables import Citizen, CitizenNumber

_HAVING = (
    select(Citizen)
    .join(CitizenNumber, col(CitizenNumber.citizen) == col(Citizen.id))
    .where(col(CitizenNumber.number) == bindparam("number"))
)
_ADD = text("""
    WITH made AS (
        INSERT INTO citizen (name, address, area, enterprise, note, created_at)
        VALUES (:name, :address, :area, '', '', :at) RETURNING id
    ), claimed AS (
        INSERT INTO citizen_number (number, citizen) SELECT :number, id FROM made
        ON CONFLICT DO NOTHING RETURNING citizen
    )
    SELECT id, EXISTS (SELECT FROM claimed) FROM made
    """)
_TAKE_AWAY = text("DELETE FROM citizen WHERE id = :id")


def plain_number(text: str) -> str:
    """`text` as a telephone number: digits, perhaps with `+` before them. Raises `Refused("citizen.bad_number")`."""
    number = "".join(sign for sign in text if sign not in " -()（）")
    digits = number.removeprefix("+")
    if not (digits.isascii() and digits.isdigit() and 3 <= len(digits) <= 20):
        raise Refused("citizen.bad_number", field="number")
    return number


def remember(
    session: Session, *, number: str, name: str, address: str, area: str | None, at: datetime, by: str
) -> Citizen:
    """The citizen who has `number`, made if new, by the name that was said this time.

    The place of a complaint is a first guess at where somebody lives; it never replaces what is known of that.
    """
    known = who_has(session, number)
    if known is None:
        return _add(session, number, name, address, area, at, by)
    now = {"name": name or known.name, "address": known.address or address, "area": known.area or area}
    changed = sorted(field for field, value in now.items() if getattr(known, field) != value)
    if changed:
        known.sqlmodel_update(now)
        what = {"fields": changed}
        journal.append(session, Fact("citizen.changed", subject("citizen", known.id), at, by=by, data=what))
    return known


def introduce(
    session: Session,
    *,
    numbers: Sequence[str],
    name: str,
    address: str,
    area: str,
    enterprise: str,
    at: datetime,
) -> int:
    """A citizen who is known before they ever called, with all their numbers. Returns their id."""
    citizen = Citizen(name=name, address=address, area=area, enterprise=enterprise, created_at=at)
    put(session, citizen)
    assert citizen.id is not None
    for number in numbers:
        put(session, CitizenNumber(number=number, citizen=citizen.id))
    journal.append(session, Fact("citizen.introduced", subject("citizen", citizen.id), at))
    return citizen.id


def who_has(session: Session, number: str) -> Citizen | None:
    """The citizen who has `number`, alone."""
    return session.exec(_HAVING, params={"number": number}).first()


def _add(
    session: Session, number: str, name: str, address: str, area: str | None, at: datetime, by: str
) -> Citizen:
    said = {"name": name, "address": address, "area": area, "at": at, "number": number}
    id_, is_first = session.connection().execute(_ADD, said).one()
    if not is_first:  # two desks met the same new number at once: the other was first
        session.connection().execute(_TAKE_AWAY, {"id": id_})
        owner = who_has(session, number)
        assert owner is not None
        return owner
    citizen = Citizen(id=id_, name=name, address=address, area=area, created_at=at)
    follow(session, citizen)
    journal.append(session, Fact("citizen.remembered", subject("citizen", citizen.id), at, by=by))
    return citizen
