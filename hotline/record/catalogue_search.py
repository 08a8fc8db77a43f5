"""Looking around in any version of the catalogue: its headings with how much is below them, matters by heading or
words, what a version says otherwise than another. The version in force is asked in memory instead, where it matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Integer, func, or_, text
from sqlmodel import Session, col, select

from hotline import catalogue_difference
from hotline.catalogue import Catalogue, Category, Matter, in_one
from hotline.catalogue_difference import Change
from hotline.pack.rows import recorded_row
from hotline.pack.sheets import BY_NAME
from hotline.record import catalogues
from hotline.store.tables import CatalogueRow, CatalogueVersion

MOST = 100  # matters of one page
_MATTERS = col(CatalogueRow.sheet) == "matters"

_OTHERWISE = text(
    """
    SELECT code FROM (
        SELECT version, code, md5(string_agg(written::text, ' ' ORDER BY place)) AS said
        FROM catalogue_row WHERE sheet = 'matters' AND version IN (:before, :after)
        GROUP BY version, code
    ) AS matter
    GROUP BY code HAVING count(*) = 1 OR min(said) <> max(said)
    """
)


def headings(session: Session, version: int) -> list[tuple[Category, int]]:
    """A version's headings by their codes, each with the number of matters below it."""
    digits = func.left(CatalogueRow.code, 4)
    asked = select(digits, func.count(col(CatalogueRow.code).distinct()).cast(Integer))
    counts = dict(session.exec(asked.where(CatalogueRow.version == version, _MATTERS).group_by(digits)).all())
    known = (row.make() for row in catalogues.rows(session, version, "categories"))
    return [
        (heading, sum(count for code, count in counts.items() if code.startswith(heading.code)))
        for heading in sorted(known, key=lambda one: one.code)
    ]


def matters(
    session: Session, version: int, *, heading: str = "", words: str = "", unit: str = "", after: str = ""
) -> list[Matter]:
    """The first `MOST` matters after the code `after`: below a heading, whose code, name or key words contain
    `words`, which `unit` answers for somewhere.
    """
    asked = select(CatalogueRow.code).where(
        CatalogueRow.version == version, _MATTERS, CatalogueRow.code > after
    )
    if heading:
        asked = asked.where(col(CatalogueRow.code).startswith(heading, autoescape=True))
    if words:
        fields = [col(CatalogueRow.written)[name].astext for name in ("name_zh", "name_en", "keywords")]
        said = [field.icontains(words, autoescape=True) for field in fields]
        asked = asked.where(or_(col(CatalogueRow.code).startswith(words, autoescape=True), *said))
    if unit:
        asked = asked.where(col(CatalogueRow.written)["owner"].astext == unit)
    return of_codes(
        session, version, session.exec(asked.distinct().order_by(CatalogueRow.code).limit(MOST)).all()
    )


def of_codes(session: Session, version: int, codes: Sequence[str]) -> list[Matter]:
    """The matters of these codes, in the order of the codes; without what can't be read."""
    asked = select(CatalogueRow.written).where(
        CatalogueRow.version == version, _MATTERS, col(CatalogueRow.code).in_(codes)
    )
    rows = [
        recorded_row(BY_NAME["matters"], None, written, [])
        for written in session.exec(asked.order_by(CatalogueRow.code, col(CatalogueRow.place)))
    ]
    return list(in_one(row.make() for row in rows if catalogues.is_whole(row)))


def difference(session: Session, before: int, after: int) -> list[Change]:
    """What the version `after` says otherwise than `before`."""
    codes = list(session.connection().execute(_OTHERWISE, {"before": before, "after": after}).scalars())
    old, new = (Catalogue((), of_codes(session, one, codes)) for one in (before, after))
    return catalogue_difference.difference(old, new)


def versions_of(session: Session, code: str) -> list[CatalogueVersion]:
    """The published versions that know a matter, the newest first."""
    asked = select(CatalogueVersion).where(
        col(CatalogueVersion.id).in_(select(CatalogueRow.version).where(CatalogueRow.code == code, _MATTERS)),
        col(CatalogueVersion.valid_from).is_not(None),
    )
    return list(
        session.exec(asked.order_by(col(CatalogueVersion.valid_from).desc(), col(CatalogueVersion.id).desc()))
    )


def spans(session: Session) -> dict[int, tuple[date, date]]:
    """From when until when each published version holds; one that was replaced before its day holds on none."""
    published = select(CatalogueVersion).where(col(CatalogueVersion.valid_from).is_not(None))
    order = (CatalogueVersion.valid_from, CatalogueVersion.published_at, CatalogueVersion.id)
    found = session.exec(published.order_by(*(col(one) for one in order))).all()
    firsts = [one.valid_from or date.min for one in found]
    ends = [*firsts[1:], date.max]
    return {one.id or 0: (first, until) for one, first, until in zip(found, firsts, ends, strict=True)}
