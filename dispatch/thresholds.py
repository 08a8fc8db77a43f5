"""From which confidence on each matter is dispatched by itself: read, set, changed and cleared, with who did so; and
how many tickets went so and came back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from dispatch.workorders import State
from hotline import journal
from hotline.errors import Refused
from hotline.facts import Fact, subject
from hotline.roles import Permission
from hotline.store.rows import put
from hotline.store.tables import AutomaticDispatch, FactRow, MatterThreshold, WorkOrder
from hotline.viewer import Viewer
from hotline.words import N_

LEAST, MOST = 0.5, 1.0
"""Nothing goes by itself that is as likely wrong as right."""
ALL = subject("threshold", "matters")
"""What the journal calls them all, so that their changes are found together."""


@dataclass(frozen=True)
class Sent:
    """Of a matter: how many tickets went by themselves, how many the units returned, and how many were taken back."""

    tickets: int = 0
    returned: int = 0
    taken_back: int = 0


def rows(session: Session) -> Mapping[str, MatterThreshold]:
    """All that are set, by matter."""
    return {row.matter: row for row in session.exec(select(MatterThreshold))}


def in_force(session: Session) -> dict[str, float]:
    """All that are set (0 to 1), by matter."""
    return dict(session.exec(select(MatterThreshold.matter, MatterThreshold.threshold)).all())


def change(
    session: Session,
    matter: str,
    to: float | None,
    viewer: Viewer,
    at: datetime,
    precision: float | None = None,
) -> float | None:
    """Sets a matter's threshold to `to` (0 to 1), or clears it; returns what it was. `precision` is what the model in
    force was worth from there on, for the journal.

    Raises `Refused`: `threshold.bad_value`, `threshold.no_change`.
    """
    viewer.must(Permission.ADMIN_RULES)
    if to is not None and not LEAST <= to <= MOST:
        raise Refused(
            "threshold.bad_value", field="threshold", least=round(100 * LEAST), most=round(100 * MOST)
        )
    asked = select(MatterThreshold).where(MatterThreshold.matter == matter).with_for_update()
    row = session.exec(asked.execution_options(populate_existing=True)).first()
    was = row.threshold if row else None
    if was == to:
        raise Refused("threshold.no_change")
    if row is None:
        assert to is not None
        put(session, MatterThreshold(matter=matter, threshold=to, set_by=viewer.by, set_at=at))
    elif to is None:
        session.delete(row)
    else:
        row.threshold, row.set_by, row.set_at = to, viewer.by, at
    told = {"matter": matter, "before": was, "threshold": to, "precision": precision}
    kind = "threshold.cleared" if to is None else "threshold.set"
    journal.append(session, Fact(kind, ALL, at, viewer.by, data=told))
    return was


def history(session: Session, most: int) -> Sequence[FactRow]:
    """The last changes, the newest first."""
    asked = select(FactRow).where(FactRow.subject == ALL).order_by(col(FactRow.id).desc())
    return session.exec(asked.limit(most)).all()


def sent(session: Session) -> Mapping[str, Sent]:
    """What became of those that went by themselves, by matter."""
    returned = func.count().filter(col(WorkOrder.state) == State.RETURNED)
    unsigned = col(WorkOrder.state) == State.CANCELLED, col(WorkOrder.signed_at).is_(None)
    asked = (
        select(AutomaticDispatch.matter, func.count(), returned, func.count().filter(*unsigned))
        .join(WorkOrder, col(WorkOrder.id) == col(AutomaticDispatch.work_order))
        .group_by(col(AutomaticDispatch.matter))
    )
    return {str(matter): Sent(*counts) for matter, *counts in session.exec(asked)}


REFUSAL_WORDS = {
    "threshold.bad_value": N_("A threshold lies between {least}% and {most}%"),
    "threshold.no_change": N_("Nothing is different from before"),
    "threshold.not_learnt": N_("The model doesn't know this matter"),
}
