"""What becomes of the catalogue when an organisation changes: a version after each that holds from that day on, in
which its successors stand in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from hotline import organisations
from hotline.catalogue import Matter, in_one
from hotline.organisations import Change
from hotline.pack.model import CityPack
from hotline.pack.rows import recorded_row
from hotline.pack.sheets import BY_NAME
from hotline.record import catalogue_drafts, catalogues
from hotline.store.rows import put
from hotline.store.tables import CatalogueVersion

Written = Mapping[str, Any]
Lines = Sequence[tuple[int, Written]]


def follow(session: Session, pack: CityPack, change: Change, by: str, at: datetime) -> list[int]:
    """Publishes the versions that follow from a change; how many matters are otherwise in each, the first of them
    the one that holds on its day.
    """
    return [_after(session, pack, one, change, by, at) for one in _versions_from(session, change.day)]


def _versions_from(session: Session, day: date) -> list[CatalogueVersion]:
    """The version in force on `day`, then those that are published for later days."""
    asked = select(CatalogueVersion).where(col(CatalogueVersion.valid_from) > day)
    later = session.exec(
        asked.order_by(col(CatalogueVersion.valid_from), col(CatalogueVersion.published_at))
    ).all()
    try:
        return [catalogues.version_on(session, day), *later]
    except LookupError:
        return list(later)


def _after(
    session: Session, pack: CityPack, version: CatalogueVersion, change: Change, by: str, at: datetime
) -> int:
    """A version like this one, with the successors in the place of the units; how many matters are otherwise in it."""
    assert version.id is not None
    assert version.valid_from is not None
    written = _written_after(session, pack, version.id, change)
    changed = sum(rows is not None for rows in written.values())
    if not changed:
        return 0
    new = CatalogueVersion(
        title=f"{version.title} · {change.day.isoformat()}"[: catalogue_drafts.TITLE_LENGTH],
        source=version.source,
        made_at=at,
        made_by=by,
        matters=version.matters,
        read_at=at,
    )
    put(session, new)
    for sheet in ("categories", "slots"):
        catalogues.keep(session, new, sheet, catalogues.lines(session, version.id, sheet))
    kept = list(_all_rows(catalogues.lines(session, version.id, "matters"), written))
    catalogues.keep(session, new, "matters", kept)
    new.read = new.total = len(kept)
    catalogue_drafts.put_in_force(session, new, max(change.day, version.valid_from), by, at, change.basis)
    return changed


def _written_after(session: Session, pack: CityPack, version: int, change: Change) -> dict[str, Lines | None]:
    """The new rows of every matter that changes, None for one that doesn't."""
    lines: dict[str, list[tuple[int, Written]]] = {}
    for line, written in catalogues.lines(session, version, "matters"):
        lines.setdefault(str(written["code"]), []).append((line, written))
    after: dict[str, Lines | None] = dict.fromkeys(lines)
    named = {
        code: own for code, own in lines.items() if any(row.get("owner") in change.units for _, row in own)
    }
    for code, own in named.items():
        before = next(in_one(recorded_row(BY_NAME["matters"], None, row, []).make() for _, row in own))
        (now,) = organisations.matters_after(change, [before], pack.areas)
        if now != before:
            after[code] = [(own[0][0], row) for row in _rows_of(now, own[0][1])]
    return after


def _all_rows(
    lines: Lines,
    after: Mapping[str, Lines | None],
) -> Iterator[tuple[int, Written]]:
    done: set[str] = set()
    for line, written in lines:
        code = str(written["code"])
        new = after[code]
        if new is None:
            yield line, written
        elif code not in done:
            done.add(code)
            yield from new


def _rows_of(matter: Matter, first: Written) -> Iterator[dict[str, Any]]:
    """The rows of a changed matter: what the first said of the matter itself, each with one of its claims."""
    of_claim = ("owner", "level", "areas", "basis", "valid_from", "valid_until")
    of_matter = {name: value for name, value in first.items() if name not in of_claim}
    for claim in matter.claims:
        own = {
            "owner": claim.unit,
            "level": claim.level.value,
            "areas": list(claim.areas),
            "basis": claim.basis,
            "valid_from": claim.valid_from.isoformat() if claim.valid_from > date.min else "",
            "valid_until": claim.valid_until.isoformat() if claim.valid_until < date.max else "",
        }
        yield of_matter | {name: value for name, value in own.items() if value}
