"""What the journal tells of the switch's configuration: which one came into force when, and which was refused.

| fact | when | data |
|---|---|---|
| `dialplan.applied` | one is in force, and the switch runs it | edition, revision, files, waiting, seconds |
| `dialplan.refused` | the switch goes on with the one before | the same, and flaws: where, found, expected |
| `dialplan.rolled_back` | the one before is in force again, by order | as for the first |
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from dialplans.switchroom import Outcome
from hotline import journal
from hotline.facts import SYSTEM, Fact, subject
from hotline.store.tables import FactRow

APPLIED, REFUSED, ROLLED_BACK = "dialplan.applied", "dialplan.refused", "dialplan.rolled_back"
MOST_FLAWS = 20  # are told; whoever mends these sees the others


def note(
    session: Session,
    node: str,
    outcome: Outcome,
    at: datetime,
    *,
    by: str = SYSTEM,
    rolled_back: bool = False,
) -> bool:
    """Tell what a change came to, unless that was the last thing that was told. Whether it wasn't."""
    kind = REFUSED if outcome.flaws else ROLLED_BACK if rolled_back else APPLIED
    data = _data(outcome)
    last = newest(session, node, 1)
    if last and last[0].kind == kind and _is_same(last[0].data, data):
        return False
    journal.append(session, Fact(kind, subject("dialplan", node), at, by=by, data=data))
    return True


def note_in_force(session: Session, node: str, outcome: Outcome, at: datetime) -> bool:
    """Tell of an edition that is in force, unless it has been told. Whether it hadn't."""
    told = [one for one in newest(session, node, MOST_FLAWS) if one.kind != REFUSED]
    if not outcome.flaws and told and told[0].data.get("edition") == outcome.edition:
        return False
    return note(session, node, outcome, at)


def newest(session: Session, node: str, most: int) -> Sequence[FactRow]:
    """The last facts of a switch's configuration, the newest first."""
    asked = select(FactRow).where(FactRow.subject == subject("dialplan", node))
    return session.exec(asked.order_by(col(FactRow.id).desc()).limit(most)).all()


def _data(outcome: Outcome) -> dict[str, Any]:
    data: dict[str, Any] = {
        "edition": outcome.edition,
        "revision": outcome.revision,
        "files": list(outcome.files),
        "waiting": list(outcome.waiting),
        "seconds": outcome.seconds,
    }
    flaws = [
        {"where": flaw.where, "found": flaw.found, "expected": flaw.expected}
        for flaw in outcome.flaws[:MOST_FLAWS]
    ]
    return data | ({"flaws": flaws, "count": len(outcome.flaws)} if flaws else {})


def _is_same(told: dict[str, Any], data: dict[str, Any]) -> bool:
    return all(told.get(name) == data.get(name) for name in ("edition", "revision", "flaws"))
