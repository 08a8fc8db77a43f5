"""The responsibility catalogue in its versions: what is in force on a day, and what a version says.

A version is a whole: its rows are never changed once it is published. Of the published ones the latest whose first
day has come is in force, so that on any day there is exactly one, and a coming one takes effect by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import count
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from hotline import journal
from hotline.catalogue import Catalogue, Matter, in_one
from hotline.errors import Misconfigured, Refused
from hotline.facts import SYSTEM, Fact, subject
from hotline.pack.rows import Row, recorded_row
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
    for sheet, rows in (("categories", categories), ("slots", slots), ("matters", matters)):
        keep(session, version, sheet, rows)
    _tell(session, version, "catalogue.published", SYSTEM, at)
    return version


def keep(
    session: Session, version: CatalogueVersion, sheet: str, rows: Iterable[Row], first: int = 0
) -> None:
    """Adds rows of one sheet to a version, the first of them at place `first`."""
    key = BY_NAME[sheet].key or ""
    values = [
        {
            "version": version.id,
            "sheet": sheet,
            "place": place,
            "code": str(row.written.get(key, "")),
            "line": row.line,
            "written": _plain(row.written),
        }
        for place, row in zip(count(first), rows, strict=False)
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


def read(session: Session, version: int) -> Catalogue:
    """What a version says, without the rows that can't be understood."""
    found = {sheet: [row for row in rows(session, version, sheet) if _is_whole(row)] for sheet in SHEETS}
    categories, slots, matters = (_made(found[sheet]) for sheet in SHEETS)
    return Catalogue(categories, matters, slots, version)


def rows(
    session: Session, version: int, sheet: str, problems: list[Misconfigured] | None = None
) -> list[Row]:
    """A version's rows of one sheet in their order; what is wrong with them is added to `problems`."""
    asked = (
        select(CatalogueRow.line, CatalogueRow.written)
        .where(CatalogueRow.version == version, CatalogueRow.sheet == sheet)
        .order_by(col(CatalogueRow.place))
    )
    return _understood(sheet, session.exec(asked).all(), problems if problems is not None else [])


def matter(session: Session, version: int | None, code: str) -> Matter | None:
    """What `code` was in that version; in the latest that knew it, where `version` is None or didn't."""
    asked = select(CatalogueRow.version).where(CatalogueRow.code == code, CatalogueRow.sheet == "matters")
    known = session.exec(asked.distinct()).all()
    if not known:
        return None
    its = version if version in known else max(known)
    lines = (
        select(CatalogueRow.line, CatalogueRow.written)
        .where(CatalogueRow.version == its, CatalogueRow.sheet == "matters", CatalogueRow.code == code)
        .order_by(col(CatalogueRow.place))
    )
    found = [row for row in _understood("matters", session.exec(lines).all(), []) if _is_whole(row)]
    return next(in_one(_made(found)), None)


def _understood(
    sheet: str, lines: Iterable[tuple[int, Mapping[str, Any]]], problems: list[Misconfigured]
) -> list[Row]:
    return [recorded_row(BY_NAME[sheet], None, written, problems) for _, written in lines]


def _is_whole(row: Row) -> bool:
    return len(row.values) == len(row.sheet.fields)


def _made(found: Iterable[Row]) -> list[Any]:
    return [row.make() for row in found]


def _plain(written: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in written.items()}


def _tell(session: Session, version: CatalogueVersion, kind: str, by: str, at: datetime, **data: Any) -> None:
    told = {"title": version.title, "matters": version.matters, **data}
    journal.append(session, Fact(kind, subject("catalogue", version.id), at, by=by, data=told))
