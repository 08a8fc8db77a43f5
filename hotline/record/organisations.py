"""Carrying out what was planned for an organisation, on its day, once, whoever notices first that the day has come.

In one transaction: the units' data, a catalogue version for each that holds from then on, the open orders with their
clocks going on, and the people. History stays where it is; the successors see it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from hotline import journal, organisations
from hotline.errors import Refused
from hotline.facts import Fact, subject
from hotline.organisations import Change, Kind, Share
from hotline.pack.model import CityPack
from hotline.pack.sheets import BY_NAME
from hotline.record import city
from hotline.record.catalogue_succession import follow
from hotline.store.rows import put
from hotline.store.tables import Account, OrganisationChange, Ticket, WorkOrder
from hotline.units import Unit


def plan(
    session: Session, pack: CityPack, change: Change, *, today: date, by: str, at: datetime
) -> OrganisationChange:
    """Notes what is to happen on a day. Raises as `organisations.check`, and `Refused("organisation.planned")` where
    something is planned for one of the units already.
    """
    organisations.check(change, pack.units, pack.areas, today)
    taken = {unit for row in pending(session) for unit in row.units}
    for unit in change.units:
        if unit in taken:
            raise Refused("organisation.planned", field="units", unit=unit)
    row = OrganisationChange(
        kind=change.kind,
        units=list(change.units),
        shares=[
            {**asdict(share), "areas": [*share.areas], "categories": [*share.categories]}
            for share in change.shares
        ],
        name_zh=change.name_zh.strip(),
        name_en=change.name_en.strip(),
        day=change.day,
        basis=change.basis.strip(),
        planned_at=at,
        planned_by=by,
    )
    put(session, row)
    _tell(session, row, "organisation.planned", by, at)
    return row


def cancel(session: Session, identity: int, by: str, at: datetime) -> None:
    """Gives a plan up. Raises `Refused`: `organisation.unknown`, `organisation.over`."""
    row = session.get(OrganisationChange, identity, with_for_update=True)
    if row is None:
        raise Refused("organisation.unknown")
    if row.done_at or row.cancelled_at:
        raise Refused("organisation.over")
    row.cancelled_at = at
    _tell(session, row, "organisation.cancelled", by, at)


def pending(session: Session) -> Sequence[OrganisationChange]:
    """What is planned and has not happened, the soonest first."""
    asked = select(OrganisationChange).where(_is_pending())
    return session.exec(asked.order_by(col(OrganisationChange.day), col(OrganisationChange.id))).all()


def over(session: Session, most: int = 100) -> Sequence[OrganisationChange]:
    """What has been carried out or given up, the latest first."""
    asked = select(OrganisationChange).where(~_is_pending())
    return session.exec(asked.order_by(col(OrganisationChange.id).desc()).limit(most)).all()


def carry_out_due(session: Session, today: date, at: datetime) -> int:
    """Carries out the first plan whose day has come; returns its number, or 0 where there is none.

    Two processes never take the same: the row is locked, and what is locked already is passed over.
    """
    plans = ((row.day, row.id or 0) for row in pending(session))
    for number in organisations.due(plans, today):
        free = select(OrganisationChange).where(OrganisationChange.id == number, _is_pending())
        row = session.exec(free.with_for_update(skip_locked=True)).first()
        if row is not None and _try(session, row, at):
            return number
    return 0


def carry_out(session: Session, row: OrganisationChange, at: datetime) -> None:
    """Does what was planned. Raises `Refused` where the city's data no longer allows it; then nothing is changed."""
    change, by = change_of(row), row.planned_by
    pack = city.read(session)
    _change_city(session, pack, change, by, at)
    versions = follow(session, pack, change, by, at)
    row.outcome = {
        "versions": sum(count > 0 for count in versions),
        "matters": max(versions, default=0),
        "orders": _move_orders(session, pack, change, by, at) if change.shares else 0,
        "people": _move_people(session, change, by, at),
    }
    row.done_at = at
    _tell(session, row, "organisation.changed", by, at)


def _try(session: Session, row: OrganisationChange, at: datetime) -> bool:
    """Carries it out, or notes why that can't be, and leaves it due."""
    try:
        with session.begin_nested():
            carry_out(session, row, at)
    except Refused as error:
        row.outcome = {"refused": error.key, "why": str(error.facts.get("first", ""))}
        return False
    return True


def change_of(row: OrganisationChange) -> Change:
    """The plan as a value."""
    shares = tuple(
        Share(one["successor"], tuple(one["areas"]), tuple(one["categories"])) for one in row.shares
    )
    return Change(Kind(row.kind), tuple(row.units), row.day, row.basis, shares, row.name_zh, row.name_en)


def _is_pending() -> Any:
    return col(OrganisationChange.done_at).is_(None) & col(OrganisationChange.cancelled_at).is_(None)


def _change_city(session: Session, pack: CityPack, change: Change, by: str, at: datetime) -> None:
    """The rows of the city's sheets that name the units, as one revision."""
    changes = [
        city.Change(row.sheet, row.number, after)
        for row in city.rows(session)
        if (after := _row_after(row.sheet, row.written, change, pack)) != row.written
    ]
    city.change(session, changes, by=by, at=at, note=change.basis)


def _row_after(sheet: str, written: Mapping[str, Any], change: Change, pack: CityPack) -> Mapping[str, Any]:
    """A row from the change's day on. What was over by then keeps its units: that is history."""
    if sheet == "units":
        return _unit_after(written, change, pack)
    is_over = str(written.get("valid_until", date.max)) <= change.day.isoformat()
    if is_over or not change.shares:
        return written
    fields = {field.name for field in BY_NAME[sheet].fields if field.names == "units"}
    return {name: _taken_over(value, change) if name in fields else value for name, value in written.items()}


def _taken_over(value: Any, change: Change) -> Any:
    """Units that a row names, with the successor in the place of those that end."""
    if isinstance(value, str) and "|" not in value:
        return change.rest if value in _ended(change) else value
    named = _listed(value)
    after = [change.rest if code in _ended(change) else code for code in named]
    return value if after == named else list(dict.fromkeys(after))


def _unit_after(written: Mapping[str, Any], change: Change, pack: CityPack) -> Mapping[str, Any]:
    code, ended = str(written["code"]), _ended(change)
    if change.kind is Kind.RENAME:
        names = {"name_zh": change.name_zh, "name_en": change.name_en}
        return {**written, **names} if code in change.units else written
    if code in ended:
        return {**written, "valid_until": change.day.isoformat()}
    after = dict(written)
    if written.get("parent") in ended:
        after["parent"] = change.rest
    if ended & set(_listed(written.get("guided_by"))):
        kept = [guide for guide in _listed(written.get("guided_by")) if guide not in ended]
        _add(after, "guided_by", change.successors, instead_of=kept, apart_from=code)
    if code in change.successors:
        _inherit(after, code, change, [pack.units[unit] for unit in change.units if unit in ended])
    return after


def _inherit(after: dict[str, Any], code: str, change: Change, gone: Sequence[Unit]) -> None:
    """A successor answers for what those who are gone had: for whom they acted, and where."""
    _add(after, "succeeds", (unit.code for unit in gone))
    for share in change.shares:
        if share.successor == code and not share.categories:
            for unit in gone:
                _add(after, "guided_by", unit.guided_by, apart_from=code)
                _add(after, "areas", share.areas or unit.areas)


def _add(
    after: dict[str, Any],
    field: str,
    more: Iterable[str],
    instead_of: Sequence[str] | None = None,
    apart_from: str = "",
) -> None:
    """Puts `more` behind what the field has (or instead of it), each once."""
    before = _listed(after.get(field)) if instead_of is None else instead_of
    together = [one for one in dict.fromkeys((*before, *more)) if one != apart_from]
    if together != _listed(after.get(field)):
        after[field] = together


def _ended(change: Change) -> set[str]:
    """The units that are no more afterwards; one that keeps part of its duties goes on."""
    return set(change.units) - set(change.successors) if change.shares else set()


def _listed(written: Any) -> list[str]:
    """A list as a sheet's row has it: `a|b` or already apart."""
    if isinstance(written, str):
        return [part.strip() for part in written.split("|") if part.strip()]
    return list(written or ())


def _move_orders(session: Session, pack: CityPack, change: Change, by: str, at: datetime) -> int:
    """Every open order goes to who takes it over; its clocks, its state and what was signed go on."""
    asked = select(WorkOrder, Ticket).join(Ticket, col(Ticket.id) == WorkOrder.ticket)
    theirs = asked.where(col(WorkOrder.unit).in_(change.units), col(WorkOrder.ended_at).is_(None))
    moved = 0
    for order, ticket in session.exec(theirs.order_by(col(WorkOrder.id)).with_for_update(of=WorkOrder)).all():
        former = order.unit
        order.unit = organisations.successor(change, ticket.matter or "", ticket.area or "", pack.areas)
        if order.unit == former:
            continue
        order.level = pack.units[order.unit].level
        moved += 1
        data = {
            "unit": order.unit,
            "former": former,
            "reason": change.basis,
            "number": ticket.number,
            "opened_by": ticket.opened_by,
        }
        journal.append(
            session, Fact("order.moved", subject("order", order.id), at, by=by, data=data, ticket=ticket.id)
        )
    return moved


def _move_people(session: Session, change: Change, by: str, at: datetime) -> int:
    """The people of units that are no more belong to who takes the rest over."""
    people = session.exec(
        select(Account)
        .where(col(Account.unit).in_(_ended(change)))
        .order_by(col(Account.id))
        .with_for_update()
    ).all()
    for person in people:
        data = {"unit": change.rest, "former": person.unit}
        person.unit = change.rest
        journal.append(session, Fact("account.moved", subject("account", person.id), at, by=by, data=data))
    return len(people)


def _tell(session: Session, row: OrganisationChange, kind: str, by: str, at: datetime) -> None:
    data = {"change": row.kind, "units": row.units, "day": row.day.isoformat(), **row.outcome}
    journal.append(session, Fact(kind, subject("organisation", row.id), at, by=by, data=data))
