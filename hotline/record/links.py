"""The times in which nobody listened to a switch, in the record: when the link was lost, and what had to be
corrected when it was back.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from hotline import journal
from hotline.facts import Fact, subject
from hotline.store.tables import FactRow


def lose(session: Session, node: str, at: datetime, why: str) -> None:
    """Nothing is heard of the switch `node` from now on."""
    journal.append(session, _fact("link.lost", node, at, why=why))


def restore(session: Session, node: str, at: datetime, lost_at: datetime | None, corrections: int) -> None:
    """The switch is heard again, and so many facts brought the record in line. The first time, nothing was lost."""
    gap = (
        {"lost_at": lost_at.isoformat(), "seconds": round((at - lost_at).total_seconds(), 3)}
        if lost_at
        else {}
    )
    journal.append(session, _fact("link.restored", node, at, corrections=corrections, **gap))


def last_heard(session: Session, node: str) -> datetime | None:
    """When the link was lost; after a death without last words, the last moment of which anything is known."""
    own = (
        select(FactRow)
        .where(FactRow.subject == subject("link", node))
        .order_by(col(FactRow.id).desc())
        .limit(1)
    )
    last = session.exec(own).first()
    if last is None or last.kind == "link.lost":
        return last.at if last else None
    heard = (
        select(FactRow.at)
        .where(FactRow.by == subject("switch", node))
        .order_by(col(FactRow.id).desc())
        .limit(1)
    )
    return session.exec(heard).first()


def _fact(kind: str, node: str, at: datetime, **data: object) -> Fact:
    return Fact(kind=kind, subject=subject("link", node), at=at, by=subject("switch", node), data=data)
