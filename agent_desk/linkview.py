"""What pages say of the link to the switch: a banner on desks and boards while nobody listens, and how it has fared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from agent_desk.visit import Visit
from hotline.record import links


@dataclass(frozen=True)
class LinkView:
    """How the link stands. `lost_at` is None while it is up, and where it never was. The counts are since ever, and
    mean what they mean in the record.
    """

    is_up: bool
    is_refused: bool
    lost_at: datetime | None
    gaps: int
    gap_seconds: int
    corrections: int
    drift: int
    orphans: int
    failed: int
    skipped: int
    waiting: int


def link_view(visit: Visit) -> LinkView | None:
    """The link to this city's switch; None before anybody listened to it."""
    row = links.standing(visit.session, visit.house.settings.asterisk.node)
    if row is None:
        return None
    return LinkView(
        is_up=row.is_up,
        is_refused=row.is_refused,
        lost_at=row.lost_at,
        gaps=row.gaps,
        gap_seconds=round(row.gap_seconds),
        corrections=row.corrections,
        drift=row.drift,
        orphans=row.orphans,
        failed=row.failed,
        skipped=row.skipped,
        waiting=row.waiting,
    )
