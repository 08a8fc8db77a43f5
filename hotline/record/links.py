"""The link to each switch, in the record: how far what it brought has been written down, the gaps in which nobody
listened, and what had to be corrected after them. `link.lost`, `link.refused` and `link.restored` tell the story.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.dialects import postgresql
from sqlmodel import Session, col

from hotline import journal
from hotline.calls import Outcome
from hotline.facts import Fact, subject
from hotline.repairs import Gap
from hotline.store.tables import FactRow, Link
from hotline.words import N_

_LINKS: Table = Link.__table__  # type: ignore[attr-defined]
_ADVANCE_UNHEARD = (
    update(_LINKS)
    .where(_LINKS.c.node == bindparam("at_node"), _LINKS.c.applied < bindparam("first"))
    .values(applied=bindparam("applied"), waiting=bindparam("waiting"))
)
_ADVANCE = _ADVANCE_UNHEARD.values(heard_at=bindparam("heard_at"))
_COUNTS = ("gaps", "gap_seconds", "corrections", "drift", "orphans", "failed", "skipped")
BEGUN = N_("the telephony process began anew")


def applied(session: Session, node: str) -> int:
    """The number of the last thing heard from `node` that is in the record; 0 for a switch never heard."""
    row = session.get(Link, node)
    return row.applied if row else 0


def advance(
    session: Session, node: str, first: int, last: int, heard_at: datetime | None, waiting: int
) -> bool:
    """What was heard as `first` to `last` is being written in this transaction, and no other can write it again:
    false where one of them has been written already. Holds the row until the transaction ends. `heard_at` is None
    where they don't say when the switch was heard.
    """
    values: dict[str, object] = {"applied": last, "waiting": waiting}
    if heard_at:
        values["heard_at"] = heard_at
    moving = _ADVANCE if heard_at else _ADVANCE_UNHEARD
    if session.connection().execute(moving, {"at_node": node, "first": first, **values}).rowcount:
        return True
    new = postgresql.insert(_LINKS).values(node=node, **_NEW, **values).on_conflict_do_nothing()
    return session.connection().execute(new.returning(_LINKS.c.node)).scalar() is not None


def rewind(session: Session, node: str, number: int) -> None:
    """Everything that is heard from `node` with a number above this one is yet to be written."""
    _row(session, node).applied = number


def begin(session: Session, node: str, at: datetime) -> None:
    """A process began to listen to `node`. If the one before it died without a word, the link was lost when anything
    was last heard.
    """
    row = _row(session, node)
    if row.is_up:
        lose(session, node, row.heard_at or at, BEGUN)


def lose(session: Session, node: str, at: datetime, why: str) -> None:
    """Nothing is heard of the switch `node` from `at` on. It can't be lost twice."""
    row = _row(session, node)
    if row.is_up:
        row.is_up, row.lost_at, row.why = False, at, why
        journal.append(session, _fact("link.lost", node, at, why=why))


def refuse(session: Session, node: str, at: datetime, why: str) -> None:
    """The switch `node` doesn't let us in: an operator has to mend our account."""
    row = _row(session, node)
    if not row.is_refused:
        row.is_refused, row.why, row.lost_at = True, why, row.lost_at or at
        journal.append(session, _fact("link.refused", node, at, why=why))


def restore(session: Session, node: str, at: datetime, corrected: list[Fact]) -> datetime | None:
    """The switch is heard again, and `corrected` brought the record in line. Returns when it had been lost; the first
    time, nothing was.
    """
    row = _row(session, node)
    lost_at = row.lost_at
    row.is_up, row.is_refused, row.lost_at, row.why = True, False, None, ""
    row.corrections += len(corrected)
    row.orphans += _orphans(corrected)
    gap: dict[str, object] = {}
    if lost_at:
        seconds = round((at - lost_at).total_seconds(), 3)
        row.gaps += 1
        row.gap_seconds += seconds
        gap = {"lost_at": lost_at.isoformat(), "seconds": seconds}
    journal.append(session, _fact("link.restored", node, at, corrections=len(corrected), **gap))
    return lost_at


def drift(session: Session, node: str, at: datetime, corrected: list[Fact]) -> None:
    """A look at the switch while the link stood found something that no event had told."""
    if corrected:
        row = _row(session, node)
        row.drift += len(corrected)
        row.orphans += _orphans(corrected)
        journal.append(session, _fact("link.drifted", node, at, corrections=len(corrected)))


def count(session: Session, node: str, failed: int = 0, skipped: int = 0) -> None:
    """So many events couldn't be written, and so much wasn't even a message."""
    if failed or skipped:
        row = _row(session, node)
        row.failed += failed
        row.skipped += skipped


def gaps(session: Session, node: str, since: datetime) -> list[Gap]:
    """The times in which nobody listened to `node` that have ended since."""
    told = (col(FactRow.subject) == subject("link", node)) & (col(FactRow.kind) == "link.restored")
    asked = select(col(FactRow.data), col(FactRow.at)).where(told, col(FactRow.at) >= since)
    return [
        Gap(datetime.fromisoformat(data["lost_at"]), back_at)
        for data, back_at in session.execute(asked)
        if "lost_at" in data
    ]


def standing(session: Session, node: str) -> Link | None:
    """How the link to `node` stands; None if nobody ever listened to it."""
    return session.get(Link, node)


_NEW = {"is_up": False, "is_refused": False, "why": ""} | dict.fromkeys(_COUNTS, 0)


def _row(session: Session, node: str) -> Link:
    return session.get_one(Link, node)


def _orphans(facts: list[Fact]) -> int:
    return sum(fact.kind == "call.ended" and fact.data.get("outcome") == Outcome.LOST for fact in facts)


def _fact(kind: str, node: str, at: datetime, **data: object) -> Fact:
    return Fact(kind=kind, subject=subject("link", node), at=at, by=subject("switch", node), data=data)
