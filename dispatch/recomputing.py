"""Open clocks after days or policies have changed: each is replayed anew, and a date that moved is a fact.

Nobody is told of each clock: what is broken now is noted once, and every unit gets one summary. The work is done a
batch at a time, and a run that was broken off goes on where it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from dispatch import outbox
from dispatch.clock_rows import (
    RED,
    Kept,
    pass_over,
    pauses_of,
    schedule,
    tell,
    terms,
    write_terms,
)
from dispatch.outbox import Message
from dispatch.recipients import Recipients
from hotline.calendars import Calendar
from hotline.clock_policy import Audience, ClockPolicy, Kind, policy_called
from hotline.facts import SYSTEM, subject
from hotline.messages import Channel
from hotline.pack.model import CityPack
from hotline.record import city as city_record
from hotline.store.rows import put
from hotline.store.tables import ClockFiring, ClockRecompute, ClockRow, Ticket, WorkOrder
from hotline.words import N_, translate

BATCH = 200
SETTLED = timedelta(seconds=5)
"""So long after a change nobody works by what was before it: requests read the city at their beginning and are over."""


@dataclass(frozen=True)
class Reach:
    """What a change of the city's data reaches: calendars and versions of the policy, by name."""

    calendars: frozenset[str] = frozenset()
    policies: frozenset[str] = frozenset()


def reach(before: CityPack, after: CityPack) -> Reach:
    """Which clocks may have other dates after a change."""
    calendars = {
        name for name in after.calendars if _differ(before.calendars.get(name), after.calendars[name])
    }
    policies = {one.version for one in after.clock_policies if _change(before.clock_policies, one)}
    return Reach(frozenset(calendars), frozenset(policies))


def notice(session: Session, at: datetime) -> None:
    """Notes what the newest revision reaches, once, whoever looks first. A record that is new to this has nothing."""
    newest = city_record.newest(session)
    last = session.exec(select(func.max(ClockRecompute.revision))).one()
    if newest == (last or 0):
        return
    session.execute(func.pg_advisory_xact_lock(func.hashtext("clock_recompute")).select())
    last = session.exec(select(func.max(ClockRecompute.revision))).one()
    if newest == (last or 0):
        return
    found = reach(city_record.read(session, last), city_record.read(session, newest)) if last else Reach()
    put(
        session,
        ClockRecompute(
            revision=newest,
            noticed_at=at,
            calendars=sorted(found.calendars),
            policies=sorted(found.policies),
            done_at=None if found != Reach() else at,
        ),
    )


def go_on(session: Session, city: CityPack, at: datetime, most: int = BATCH) -> bool:
    """Does the next batch of what is to be done; returns whether there was something. `city` is the newest."""
    undone = select(ClockRecompute).where(
        col(ClockRecompute.done_at).is_(None), col(ClockRecompute.noticed_at) <= at - SETTLED
    )
    oldest = undone.order_by(col(ClockRecompute.revision)).limit(1)
    run = session.exec(oldest.with_for_update(skip_locked=True)).first()
    if run is None:
        return False
    ids = _batch(session, run, most)
    moved = recompute(session, city, held(session, ids), at, policies=frozenset(run.policies))
    run.moved = _counted(run.moved, moved, at)
    if ids:
        run.after = ids[-1]
    else:
        run.done_at = at
        _summarise(session, city, run, at)
    return True


def recompute(
    session: Session,
    city: CityPack,
    clocks: Sequence[Kept],
    at: datetime,
    *,
    policies: frozenset[str] = frozenset(),
    by: str = SYSTEM,
) -> list[Kept]:
    """Replays clocks by the city as it is now, those of `policies` on new terms; returns those whose dates moved."""
    were_red = _were_red(session, clocks)
    return [
        kept for kept in clocks if _recompute(session, city, kept, at, policies, by, kept.row.id in were_red)
    ]


def held(session: Session, ids: Iterable[int]) -> list[Kept]:
    """Those that aren't over, held together with their tickets, which come first, as with everybody who holds both."""
    wanted = list(ids)
    theirs = select(ClockRow.ticket).where(col(ClockRow.id).in_(wanted))
    tickets = select(Ticket).where(col(Ticket.id).in_(theirs)).order_by(col(Ticket.id))
    found = session.exec(tickets.with_for_update(key_share=True)).all()
    rows = select(ClockRow).where(col(ClockRow.id).in_(wanted), col(ClockRow.stopped_at).is_(None))
    open_ = session.exec(
        rows.order_by(col(ClockRow.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    return _keep(session, open_, {ticket.id: ticket for ticket in found})


def _recompute(
    session: Session,
    city: CityPack,
    kept: Kept,
    at: datetime,
    policies: frozenset[str],
    by: str,
    was_red: bool,
) -> bool:
    row = kept.row
    before = row.due_at, row.amber_at
    was_provisional, pending = row.provisional, row.next_event_at is not None and row.next_event_at <= at
    if row.policy in policies and not row.promised:
        _renew(city, kept)
    # A step that is due and not taken yet is still to be taken, unless its date has moved.
    schedule(kept, city, row.seen_until if pending else max(at, row.seen_until))
    has_moved = (row.due_at, row.amber_at) != before
    if has_moved:
        row.generation += 1
        schedule(kept, city, max(at, row.started_at))
        pass_over(session, kept, city, at, was_red=was_red)
        if row.kind == Kind.ANSWER and row.due_at is not None:
            kept.ticket.due_at = row.due_at
    if has_moved or row.provisional != was_provisional:
        was = before[0].isoformat() if before[0] else None
        tell(session, kept, "clock.recomputed", at, by, was=was)
    return has_moved


def _renew(city: CityPack, kept: Kept) -> None:
    row, order = kept.row, kept.order
    unit = city.units.get(order.unit) if order else None
    calendar = unit.calendar if unit else row.calendar
    policy = policy_called(city.clock_policies, row.policy)
    found = terms(city, policy, Kind(row.kind), kept.ticket, order, calendar)
    if found is not None:
        write_terms(row, found)


def _batch(session: Session, run: ClockRecompute, most: int) -> list[int]:
    reached = or_(col(ClockRow.calendar).in_(run.calendars), col(ClockRow.policy).in_(run.policies))
    asked = select(ClockRow.id).where(
        col(ClockRow.id) > run.after, col(ClockRow.stopped_at).is_(None), reached
    )
    return [number for number in session.exec(asked.order_by(col(ClockRow.id)).limit(most)) if number]


def _keep(session: Session, rows: Sequence[ClockRow], tickets: Mapping[int | None, Ticket]) -> list[Kept]:
    pauses = pauses_of(session, [row.id for row in rows])
    numbers = {row.work_order for row in rows if row.work_order is not None}
    asked = select(WorkOrder).where(col(WorkOrder.id).in_(numbers))
    orders = {order.id: order for order in session.exec(asked)} if numbers else {}
    return [
        Kept(row, tickets[row.ticket], orders.get(row.work_order), pauses.get(row.id or 0, ()))
        for row in rows
    ]


def _were_red(session: Session, clocks: Sequence[Kept]) -> set[int]:
    ids = [kept.row.id for kept in clocks]
    asked = select(ClockFiring.clock).where(col(ClockFiring.clock).in_(ids), ClockFiring.step == RED)
    return set(session.exec(asked)) if ids else set()


def _counted(
    before: Mapping[str, Mapping[str, int]], moved: Iterable[Kept], at: datetime
) -> dict[str, dict[str, int]]:
    counts = {unit: dict(one) for unit, one in before.items()}
    for kept in moved:
        one = counts.setdefault(kept.order.unit if kept.order else "", {"moved": 0, "late": 0})
        one["moved"] += 1
        one["late"] += kept.row.due_at is not None and kept.row.due_at <= at
    return counts


def _summarise(session: Session, city: CityPack, run: ClockRecompute, at: datetime) -> None:
    """One notice to everybody concerned, whatever the number of clocks."""
    people = Recipients(session, city, {unit for unit in run.moved if unit})
    posted = []
    for unit, counts in run.moved.items():
        audiences = (Audience.HANDLER, Audience.LEADER) if unit else (Audience.DISPATCHER,)
        for person in {one.id: one for audience in audiences for one in people.of(audience, unit)}.values():
            words = N_("Due dates of {moved} clocks were recomputed, {late} of them are overdue now")
            posted.append(
                Message(
                    Channel.NOTICE,
                    subject("account", person.id),
                    translate(N_("Due dates have changed"), person.language),
                    translate(words, person.language, **counts),
                    key=f"recompute:{run.revision}/{unit}/{person.id}",
                    link="/portal" if unit else "/tickets",
                )
            )
    outbox.post(session, posted, at)


def _differ(one: Calendar | None, other: Calendar) -> bool:
    return one is None or (one.week, one.days, one.official_until) != (
        other.week,
        other.days,
        other.official_until,
    )


def _change(before: Iterable[ClockPolicy], after: ClockPolicy) -> bool:
    return any(
        (one.rules, one.steps) != (after.rules, after.steps) for one in before if one.version == after.version
    )
