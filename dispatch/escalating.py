"""What the steps of clocks put upon the orders themselves: a yellow card 黄牌 when the time to resolve nears its end,
a red one 红牌 when it is over (Shandong 2017), then a supervision 督办 that goes from a message to a report.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlmodel import Session

from dispatch import marking
from dispatch.marking import Put
from dispatch.marks import Kind, Step
from dispatch.notifying import Taken
from hotline.clock_policy import Does
from hotline.clock_policy import Kind as ClockKind
from hotline.facts import SYSTEM

CARDS: Mapping[Does, Kind] = {Does.AMBER: Kind.YELLOW, Does.RED: Kind.RED}
"""Of the clock to resolve alone: who signs late is reminded, and can still resolve in time."""
STEPS: Mapping[Does, Step] = {
    Does.MESSAGE: Step.MESSAGE,
    Does.NOTICE: Step.NOTICE,
    Does.SUPERVISION: Step.ORDER,
    Does.REPORT: Step.REPORT,
}


def escalate(session: Session, taken: Iterable[Taken], at: datetime) -> None:
    """Puts upon each order what the steps of its clocks say. Nobody's order is marked for what the centre let pass."""
    put = [found for one in taken if (found := _put(one)) is not None]
    if put:
        marking.put_by_itself(session, put, SYSTEM, at)


def _put(one: Taken) -> Put | None:
    does, order = one.event.step.does, one.kept.order
    if order is None:
        return None
    if does in STEPS:
        return Put(one.kept.ticket, order, Kind.SUPERVISED, STEPS[does])
    if does in CARDS and one.kept.row.kind == ClockKind.RESOLVE:
        return Put(one.kept.ticket, order, CARDS[does])
    return None
