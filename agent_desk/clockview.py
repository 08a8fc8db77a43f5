"""Clocks as a page shows them: what is promised, until when, and how it stands now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from agent_desk.visit import Visit
from dispatch import timekeeping
from dispatch.clocks import COLOUR_WORDS, Colour
from hotline.clock_policy import KIND_WORDS
from hotline.store.tables import Ticket


@dataclass(frozen=True)
class ClockView:
    """One clock. `label` and `standing` are English words to be translated; `amber_at` is when it turned, or will
    turn, amber; `first_due_at` when it was due before more time was granted.
    """

    order: int | None
    kind: str
    label: str
    colour: Colour
    standing: str
    due_at: datetime | None
    amber_at: datetime | None
    first_due_at: datetime | None
    provisional: bool
    paused: bool
    late: bool


def clock_views(visit: Visit, ticket: Ticket) -> Sequence[ClockView]:
    """The ticket's clocks as of this visit."""
    views = []
    for kept in timekeeping.kept_of_ticket(visit.session, ticket):
        row, clock, calendar = kept.row, kept.clock, kept.calendar(visit.house.city)
        colour = clock.colour(visit.at, calendar)
        views.append(
            ClockView(
                order=row.work_order,
                kind=row.kind,
                label=KIND_WORDS[clock.kind],
                colour=colour,
                standing=COLOUR_WORDS[colour],
                due_at=row.due_at,
                amber_at=row.amber_at,
                first_due_at=row.first_due_at,
                provisional=row.provisional,
                paused=clock.is_paused,
                late=clock.is_late(visit.at, calendar),
            )
        )
    return views
