"""A clock's row and the clock that it stands for: reading one from the other, and keeping in the row what the replay
says of its future. Facts about clocks are told here too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from dispatch import ladder
from dispatch.clocks import Clock, Extension, Pause
from hotline import journal
from hotline.budgets import Budget, Measure, Share
from hotline.calendars import Calendar
from hotline.clock_policy import Case, ClockPolicy, Kind, Step, policy_called
from hotline.facts import Fact, subject
from hotline.pack.model import CityPack
from hotline.store.rows import put
from hotline.store.tables import ClockFiring, ClockPause, ClockRow, Ticket, WorkOrder
from hotline.tickets import Type, Urgency

PERCENT = "percent"
RED = "red"


@dataclass(frozen=True)
class Terms:
    """What a clock promises: how much time, when it turns amber, and whose working time."""

    budget: Budget
    amber: Budget | Share
    calendar: str


@dataclass(frozen=True)
class Kept:
    """A clock's row with all that it takes to understand it. `order` is None for the ticket's own."""

    row: ClockRow
    ticket: Ticket
    order: WorkOrder | None
    pauses: Sequence[ClockPause] = ()

    @property
    def clock(self) -> Clock:
        """The clock, replayed from its history."""
        return clock_of(self.row, self.pauses)

    def steps(self, city: CityPack) -> tuple[Step, ...]:
        """Its ladder, by the policy that it began with."""
        policy = policy_called(city.clock_policies, self.row.policy)
        return policy.ladder(Kind(self.row.kind), Urgency(self.ticket.urgency))

    def calendar(self, city: CityPack) -> Calendar:
        """In whose working time it runs: its unit's where the city has dropped the one that it began with."""
        unit = self.order.unit if self.order and self.order.unit in city.units else city.city.duty_unit
        return city.calendars.get(self.row.calendar) or city.calendars[city.units[unit].calendar]


def case_of(city: CityPack, ticket: Ticket, order: WorkOrder | None) -> Case:
    """What the policy asks about a clock of this ticket."""
    return Case(
        Type(ticket.type),
        Urgency(ticket.urgency),
        matter=ticket.matter or "",
        line=ticket.line,
        channel=ticket.channel,
        level=order.level if order else city.units[city.city.duty_unit].level,
    )


def terms(
    city: CityPack, policy: ClockPolicy, kind: Kind, ticket: Ticket, order: WorkOrder | None, calendar: str
) -> Terms | None:
    """What the policy promises, None for nothing. A matter may set its own time to resolve, unless the policy speaks of
    that very matter. `calendar` holds where the rule names none.
    """
    rule = policy.rule(kind, case_of(city, ticket, order))
    if rule is None:
        return None
    matter = None if rule.matters else city.catalogue.matters.get(ticket.matter or "")
    named = rule.calendar or calendar
    if kind in (Kind.RESOLVE, Kind.ANSWER) and matter is not None and matter.budget is not None:
        return Terms(matter.budget, Share(20), named)
    return Terms(rule.budget, rule.amber, named)


def write_terms(row: ClockRow, promised: Terms) -> None:
    """Keeps the terms in the row."""
    amber = promised.amber
    row.amount, row.measure = promised.budget.amount, promised.budget.measure
    row.amber_amount = amber.percent if isinstance(amber, Share) else amber.amount
    row.amber_measure = PERCENT if isinstance(amber, Share) else amber.measure
    row.calendar = promised.calendar


def clock_of(row: ClockRow, pauses: Iterable[ClockPause]) -> Clock:
    """The clock that the row and its pauses (in order) stand for."""
    in_percent = row.amber_measure == PERCENT
    extension = None
    if row.extended_at is not None:
        assert row.extension_amount is not None
        assert row.extension_measure is not None
        extension = Extension(row.extended_at, Budget(row.extension_amount, Measure(row.extension_measure)))
    return Clock(
        kind=Kind(row.kind),
        budget=Budget(row.amount, Measure(row.measure)),
        amber=Share(row.amber_amount) if in_percent else Budget(row.amber_amount, Measure(row.amber_measure)),
        policy_version=row.policy,
        started_at=row.started_at,
        pauses=tuple(Pause(pause.begins_at, pause.ends_at, pause.why, pause.by) for pause in pauses),
        stopped_at=row.stopped_at,
        extension=extension,
    )


def pauses_of(session: Session, clocks: Collection[int | None]) -> Mapping[int, list[ClockPause]]:
    """The pauses of these clocks, each one's in order."""
    found: defaultdict[int, list[ClockPause]] = defaultdict(list)
    asked = select(ClockPause).where(col(ClockPause.clock).in_(clocks)).order_by(col(ClockPause.id))
    for pause in session.exec(asked) if clocks else ():
        found[pause.clock].append(pause)
    return found


def schedule(kept: Kept, city: CityPack, seen_until: datetime) -> None:
    """Keeps in the row what the replay says of its future; steps up to `seen_until` are no longer to be taken."""
    row, clock, calendar = kept.row, kept.clock, kept.calendar(city)
    due, turns = clock.due(calendar), clock.turns(calendar)
    row.due_at, row.provisional = (due.at, due.provisional) if due else (None, False)
    row.amber_at = turns[0] if turns else None
    row.seen_until = seen_until
    row.next_event_at = ladder.next_after(ladder.events(turns, kept.steps(city), calendar), seen_until)


def pass_over(session: Session, kept: Kept, city: CityPack, at: datetime, *, was_red: bool) -> None:
    """What lies behind a clock when its dates were set or moved causes no step of its own; that it is broken is told
    once.
    """
    row = kept.row
    if was_red or row.due_at is None or row.due_at > at or row.stopped_at is not None:
        return
    assert row.id is not None
    put(
        session,
        ClockFiring(clock=row.id, generation=row.generation, step=RED, due_at=row.due_at, fired_at=at),
    )
    tell(session, kept, "clock.red", at, "system", passed=True)


def move(session: Session, kept: Kept, city: CityPack, at: datetime) -> None:
    """Its dates have moved: a new generation of steps begins, and what lies behind `at` is passed over."""
    asked = select(ClockFiring.clock).where(ClockFiring.clock == kept.row.id, ClockFiring.step == RED)
    was_red = session.exec(asked.limit(1)).first() is not None
    kept.row.generation += 1
    schedule(kept, city, at)
    pass_over(session, kept, city, at, was_red=was_red)


def tell(session: Session, kept: Kept, kind: str, at: datetime, by: str, **more: Any) -> None:
    """A fact about the clock, with what a reader needs of its ticket and order."""
    row, order = kept.row, kept.order
    data = {
        "clock": row.kind,
        "order": row.work_order,
        "due": row.due_at.isoformat() if row.due_at else None,
        "provisional": row.provisional,
        "unit": order.unit if order else None,
        "number": kept.ticket.number,
        **more,
    }
    journal.append(session, Fact(kind, subject("clock", row.id), at, by=by, data=data, ticket=row.ticket))
