"""The duty roster of each unit in the record: who is to be reached at night and on days off, and who sets it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from dispatch.shifts import Shift, Turn, turn_at, week_of
from hotline import journal
from hotline.errors import Refused
from hotline.facts import Fact, subject
from hotline.pack.model import CityPack
from hotline.roles import Permission, Role
from hotline.store.rows import put
from hotline.store.tables import Account, DutyTurn
from hotline.viewer import Viewer

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class OnDuty:
    """Who is to be reached; `rostered` is false where the roster names nobody and the unit's leaders stand in."""

    turn: Turn
    people: Sequence[Account]
    rostered: bool


def on_duty(session: Session, city: CityPack, unit: str, at: datetime) -> OnDuty:
    """Who of `unit` gets messages at `at`. Whoever has left the unit or lost their account is passed over."""
    turn = turn_at(at.astimezone(ZoneInfo(city.city.timezone)))
    named = (
        select(Account)
        .join(DutyTurn, col(DutyTurn.account) == col(Account.id))
        .where(
            DutyTurn.unit == unit,
            DutyTurn.day == turn.day,
            DutyTurn.shift == turn.shift,
            col(Account.active),
            Account.unit == unit,
        )
    )
    people = session.exec(named.order_by(col(Account.id))).all()
    if people:
        return OnDuty(turn, people, True)
    return OnDuty(turn, [one for one in people_of(session, unit) if Role.UNIT_LEADER in one.roles], False)


def people_of(session: Session, unit: str) -> Sequence[Account]:
    """The unit's own people who may log in, leaders first."""
    own = select(Account).where(Account.unit == unit, col(Account.active)).order_by(col(Account.id))
    staff = [one for one in session.exec(own) if {Role.UNIT_STAFF, Role.UNIT_LEADER} & set(one.roles)]
    return sorted(staff, key=lambda one: Role.UNIT_LEADER not in one.roles)


def week(session: Session, unit: str, monday: date) -> dict[Turn, list[int]]:
    """The accounts on duty in each turn of the week that begins with `monday`."""
    turns: dict[Turn, list[int]] = {Turn(day, shift): [] for day in week_of(monday) for shift in Shift}
    asked = select(DutyTurn).where(
        DutyTurn.unit == unit, col(DutyTurn.day) >= monday, col(DutyTurn.day) < monday + WEEK
    )
    for row in session.exec(asked.order_by(col(DutyTurn.account))):
        turns[Turn(row.day, Shift(row.shift))].append(row.account)
    return turns


def may_set(viewer: Viewer, unit: str) -> bool:
    """Whether this person sets the unit's roster: its own leader, or an administrator."""
    return viewer.may(Permission.ADMIN_PEOPLE) or (
        viewer.may(Permission.ORDER_APPROVE) and viewer.unit == unit
    )


def toggle(
    session: Session, city: CityPack, unit: str, turn: Turn, account: int, viewer: Viewer, at: datetime
) -> bool:
    """Puts somebody of the unit on duty, or takes them off; returns whether they are now.

    Raises `Refused`: `duty.past`, `duty.not_of_unit`.
    """
    _must_set(viewer, unit)
    if turn.ends() <= at.astimezone(ZoneInfo(city.city.timezone)).replace(tzinfo=None):
        raise Refused("duty.past")
    if account not in {one.id for one in people_of(session, unit)}:
        raise Refused("duty.not_of_unit")
    found = session.get(DutyTurn, (unit, turn.day, turn.shift, account))
    if found is None:
        put(session, DutyTurn(unit=unit, day=turn.day, shift=turn.shift, account=account))
    else:
        session.delete(found)
    data = {"day": turn.day.isoformat(), "shift": turn.shift.value, "person": account, "on": found is None}
    _tell(session, unit, "duty.set", data, viewer, at)
    return found is None


def copy_last_week(session: Session, unit: str, monday: date, viewer: Viewer, at: datetime) -> int:
    """Fills the turns of a week that nobody has yet with those of the week before; returns how many turns.

    Raises `Refused("duty.nothing_to_copy")`.
    """
    _must_set(viewer, unit)
    before, here = week(session, unit, monday - WEEK), week(session, unit, monday)
    still_here = {one.id for one in people_of(session, unit)}
    rows = [
        {"unit": unit, "day": turn.day + WEEK, "shift": turn.shift.value, "account": account}
        for turn, accounts in before.items()
        if not here[Turn(turn.day + WEEK, turn.shift)]
        for account in accounts
        if account in still_here
    ]
    if not any(before.values()):
        raise Refused("duty.nothing_to_copy")
    if rows:
        session.connection().execute(insert(DutyTurn).on_conflict_do_nothing(), rows)
        _tell(session, unit, "duty.copied", {"week": monday.isoformat()}, viewer, at)
    return len({(row["day"], row["shift"]) for row in rows})


def _must_set(viewer: Viewer, unit: str) -> None:
    if not may_set(viewer, unit):
        raise Refused("not_allowed", permission=Permission.ORDER_APPROVE.value)


def _tell(
    session: Session, unit: str, kind: str, data: Mapping[str, object], viewer: Viewer, at: datetime
) -> None:
    told = Fact(kind, subject("unit", unit), at, by=viewer.by, data={"unit": unit, **data})
    journal.append(session, told)
