"""What everybody knows after a soak: the record, the switch's own logs, the citizens' telephones, the agents."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from hotline.pack.load import load_pack
from hotline.record import line_days, links
from hotline.repairs import Gap
from hotline.settings import Settings, environment
from hotline.store import Store
from hotline.store.tables import Call, FactRow, LineDay, Ticket
from telephony.switch.start import folder
from tests.live.soak.agents import Agent, Ordered, Written
from tests.live.soak.truth import Handled, calls_of

TOLD_ONCE = ("call.entered", "call.placed", "call.ended")


@dataclass(frozen=True)
class Answered:
    """Whether the switch answered the citizen who called from `caller`, as their own telephone says."""

    caller: str
    is_answered: bool


@dataclass(frozen=True)
class Evidence:
    """`handled` is by channel, `titles` says how often each ticket is there, `rang` how often each contact's telephone
    did, by its own report or by the switch's log. In `told` are facts of a call's beginning or end that are there more
    than once, in `miscounted` days of lines whose counts aren't those of their calls and tickets, in `reconciled` what
    `hotline reconcile` prints.
    """

    handled: Mapping[str, Handled]
    known: Sequence[Call]
    answered: Sequence[Answered]
    written: Sequence[Written]
    titles: Mapping[str, int]
    ordered: Sequence[Ordered]
    rang: Mapping[str, int]
    told: Sequence[str]
    miscounted: Sequence[str]
    reconciled: str
    gaps: Sequence[Gap]


def gather(
    settings: Settings,
    store: Store,
    began: datetime,
    answered: Sequence[Answered],
    agents: Sequence[Agent],
) -> Evidence:
    """All of it, as it is now."""
    logs = folder(settings) / "log"
    files = (logs / "cel-custom" / "calls.jsonl", logs / "queue_log")
    channel_log, queue_log = (file.read_text("utf-8").splitlines() for file in files)
    written = [ticket for agent in agents for ticket in agent.written]
    with store.transaction() as session:
        known = session.exec(select(Call).where(Call.entered_at >= began)).all()
        titles = Counter(session.exec(select(Ticket.title).where(Ticket.opened_at >= began)))
        told, gaps = _told_twice(session), links.gaps(session, settings.asterisk.node, began)
    ordered = [order for agent in agents for order in agent.ordered]
    handled, rang = calls_of(channel_log, queue_log), _rang(settings)
    dialled = Counter(call.caller for call in handled.values() if call.is_ours)
    return Evidence(
        handled=handled,
        known=known,
        answered=answered,
        written=written,
        titles=titles,
        ordered=ordered,
        rang={order.contact: max(rang[order.contact], dialled[order.contact]) for order in ordered},
        told=told,
        miscounted=_miscounted(store),
        reconciled=_reconcile(settings, began),
        gaps=gaps,
    )


def _told_twice(session: Session) -> list[str]:
    asked = select(FactRow.call, FactRow.kind).where(col(FactRow.kind).in_(TOLD_ONCE))
    told = Counter(session.exec(asked).all())
    return [f"{call} has {count} facts {kind}" for (call, kind), count in told.items() if count > 1]


def _miscounted(store: Store) -> list[str]:
    """The counts of lines and days that differ when they are made anew, which is not kept."""
    today = datetime.now(UTC).date()
    with Session(store.engine) as session:
        kept = _counts(session)
        line_days.recount(session, today - timedelta(days=2), today + timedelta(days=2))
        made = _counts(session)
    differing = [key for key in kept.keys() | made.keys() if kept.get(key) != made.get(key)]
    return [f"{key} counts {kept.get(key)}, and {made.get(key)} when made anew" for key in differing]


def _counts(session: Session) -> dict[tuple[str, Any], tuple[int, ...]]:
    session.expire_all()
    rows = session.exec(select(LineDay)).all()
    return {(row.line, row.day): tuple(getattr(row, name) for name in line_days.COUNTS) for row in rows}


def _rang(settings: Settings) -> Counter[str]:
    """How often each number rang. A report of the citizens' telephone is named by its moment and that number."""
    reports = (settings.paths.state / "phone" / "reports").glob("in-*")
    return Counter(name.split("-")[2] for name in {file.name.partition(".")[0] for file in reports})


def _reconcile(settings: Settings, began: datetime) -> str:
    zone = ZoneInfo(load_pack(settings.site.city).city.timezone)
    days = sorted({at.astimezone(zone).date() for at in (began, datetime.now(UTC))})
    return "\n".join(_reconcile_day(settings, day.isoformat()) for day in days)


def _reconcile_day(settings: Settings, day: str) -> str:
    argv = [sys.executable, "-m", "hotline.cli", "reconcile", "--day", day]
    env = os.environ | environment(settings)
    done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip()
