"""The responsibility catalogue in its versions: what is in force on a day, and what a version says.

A version is a whole: its rows are never changed once it is published. Of the published ones the latest whose first
day has come is in force, so that on any day there is exactly one, and a coming one takes effect by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlmodel import Session, col, select

from hotline import journal
from hotline.catalogue import Catalogue, Matter, in_one
from hotline.errors import Refused
from hotline.facts import SYSTEM, Fact, subject
from hotline.pack.model import CityPack
from hotline.pack.rows import Row, plain, recorded_row
from hotline.pack.sheets import BY_NAME
from hotline.store.rows import put
from hotline.store.tables import CatalogueRow, CatalogueVersion

SHEETS = ("categories", "slots", "matters")
"""What a version consists of."""

FROM_THE_START = date.min


def seed(
    session: Session, categories: Sequence[Row], matters: Sequence[Row], slots: Sequence[Row], at: datetime
) -> CatalogueVersion | None:
    """A first version from a pack's rows, in force from the beginning of time; None where there is one already."""
    if session.exec(select(CatalogueVersion.id).limit(1)).first() is not None:
        return None
    version = CatalogueVersion(
        title=at.date().isoformat(), made_at=at, made_by=SYSTEM, total=len(matters), matters=len(matters)
    )
    version.read, version.read_at = version.total, at
    version.valid_from, version.published_at, version.published_by = FROM_THE_START, at, SYSTEM
    put(session, version)
    for sheet, its_rows in (("categories", categories), ("slots", slots), ("matters", matters)):
        keep(session, version, sheet, ((row.line, row.written) for row in its_rows))
    tell(session, version, "catalogue.published", SYSTEM, at)
    return version


def keep(
    session: Session,
    version: CatalogueVersion,
    sheet: str,
    written: Iterable[tuple[int, Mapping[str, Any]]],
    first: int = 0,
) -> None:
    """Adds rows of one sheet to a version, each with its line in a file; the first of them gets the place `first`."""
    key = BY_NAME[sheet].key or ""
    values = [
        {
            "version": version.id,
            "sheet": sheet,
            "place": place,
            "code": str(row.get(key, "")),
            "line": line,
            "written": plain(row),
        }
        for place, (line, row) in zip(count(first), written, strict=False)
    ]
    if values:
        session.connection().execute(insert(CatalogueRow), values)


def version_on(session: Session, day: date) -> CatalogueVersion:
    """The version in force on `day`. Raises LookupError in a record that has not been settled."""
    begun = (
        select(CatalogueVersion)
        .where(col(CatalogueVersion.valid_from) <= day)
        .order_by(
            col(CatalogueVersion.valid_from).desc(),
            col(CatalogueVersion.published_at).desc(),
            col(CatalogueVersion.id).desc(),
        )
    )
    found = session.exec(begun.limit(1)).first()
    if found is None:
        raise LookupError("the record has no catalogue yet")
    return found


def in_force(session: Session, day: date) -> Catalogue:
    """The catalogue of `day`. Raises as `version_on`."""
    version = version_on(session, day)
    assert version.id is not None
    return read(session, version.id)


def find(session: Session, identity: int, *, lock: bool = False) -> CatalogueVersion:
    """The version with this number. Raises `Refused("catalogue.unknown")`."""
    asked = select(CatalogueVersion).where(CatalogueVersion.id == identity)
    found = session.exec(asked.with_for_update() if lock else asked).first()
    if found is None:
        raise Refused("catalogue.unknown", id=identity)
    return found


def all_versions(session: Session) -> Sequence[CatalogueVersion]:
    """Every version, drafts too, the newest first."""
    return session.exec(select(CatalogueVersion).order_by(col(CatalogueVersion.id).desc())).all()


def read(session: Session, version: int) -> Catalogue:
    """What a version says, without the rows that can't be understood."""
    found = {sheet: [row for row in rows(session, version, sheet) if is_whole(row)] for sheet in SHEETS}
    categories, slots, matters = (_made(found[sheet]) for sheet in SHEETS)
    return Catalogue(categories, matters, slots, version)


def rows(session: Session, version: int, sheet: str) -> list[Row]:
    """A version's rows of one sheet in their order; what can't be read has no value."""
    return [recorded_row(BY_NAME[sheet], None, written, []) for _, written in lines(session, version, sheet)]


def lines(session: Session, version: int, sheet: str) -> Sequence[tuple[int, Mapping[str, Any]]]:
    """A version's rows of one sheet as they were written, each with its line in the file that they came from."""
    asked = (
        select(CatalogueRow.line, CatalogueRow.written)
        .where(CatalogueRow.version == version, CatalogueRow.sheet == sheet)
        .order_by(col(CatalogueRow.place))
    )
    return session.exec(asked).all()


def matter(session: Session, version: int | None, code: str) -> Matter | None:
    """What `code` was in that version; in the latest that knew it, where `version` is None or didn't."""
    asked = select(CatalogueRow.version).where(CatalogueRow.code == code, CatalogueRow.sheet == "matters")
    known = session.exec(asked.distinct()).all()
    if not known:
        return None
    its = version if version in known else max(known)
    its_rows = (
        select(CatalogueRow.written)
        .where(CatalogueRow.version == its, CatalogueRow.sheet == "matters", CatalogueRow.code == code)
        .order_by(col(CatalogueRow.place))
    )
    understood = (recorded_row(BY_NAME["matters"], None, one, []) for one in session.exec(its_rows))
    return next(in_one(_made(row for row in understood if is_whole(row))), None)


def is_whole(row: Row) -> bool:
    """Whether every field of a row could be read."""
    return len(row.values) == len(row.sheet.fields)


def _made(found: Iterable[Row]) -> list[Any]:
    return [row.make() for row in found]


def today(city: CityPack, at: datetime) -> date:
    """The day that it is in the city."""
    return at.astimezone(ZoneInfo(city.city.timezone)).date()


def tell(session: Session, version: CatalogueVersion, kind: str, by: str, at: datetime, **data: Any) -> None:
    """The fact that something happened to a version."""
    told = {"title": version.title, "matters": version.matters, **data}
    journal.append(session, Fact(kind, subject("catalogue", version.id), at, by=by, data=told))
