"""The city's data as the record keeps it: rows of the pack's sheets, each change of them a revision.

A pack settles a record once; from then on the record is the truth, and administrators change it. Every revision is
checked as a whole pack would be, so that nothing broken is ever in force, and none is forgotten. What a revision
says of a coming day (a line that changes its mode) takes effect on that day by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, text
from sqlmodel import Session, col, insert, select, update

from hotline import journal
from hotline.errors import Misconfigured, Refused
from hotline.facts import Fact, subject
from hotline.pack.calendars import seed_as_written
from hotline.pack.checks import check
from hotline.pack.load import build
from hotline.pack.model import CityPack
from hotline.pack.rows import Row, plain, recorded_row
from hotline.pack.sheets import BY_NAME, CATALOGUE, DEMO, SHEETS
from hotline.record import catalogues
from hotline.store.tables import CityRevision, CityRow

KEPT = tuple(sheet.name for sheet in SHEETS if sheet.name not in DEMO | CATALOGUE)
"""The sheets that are kept this way."""

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('city_revision'))")


@dataclass(frozen=True)
class Change:
    """A row's new values: of the row `number`, or of a new one where that is None. Without values the row ends.
    One that `returns` had ended, and stands again under its old number.
    """

    sheet: str
    number: int | None
    written: Mapping[str, Any] | None
    returns: bool = False


@dataclass(frozen=True)
class Entry:
    """A row in one of its forms: `since` and `until` are revisions, `written` is None where it ended."""

    sheet: str
    number: int
    written: Mapping[str, Any] | None
    before: Mapping[str, Any] | None
    revision: CityRevision


def newest(session: Session) -> int:
    """The revision in force; 0 in a record that has not been settled."""
    return session.exec(select(func.max(CityRevision.id))).one() or 0


def settle(session: Session, pack: Mapping[str, Sequence[Row]], at: datetime, note: str = "") -> bool:
    """Takes over a pack's rows where the record has none yet, and the country's days, where the pack says nothing of
    them. Returns whether it did.
    """
    session.execute(_ONE_AT_A_TIME)
    catalogues.seed(session, pack["categories"], pack["matters"], pack["slots"], at)
    if newest(session):
        return False
    changes = [Change(name, None, row.written) for name in KEPT for row in pack[name]]
    if all(row.values["calendar"] for row in pack["days"]):
        changes += [Change("days", None, written) for written in seed_as_written()]
    _write(session, changes, by="system", at=at, note=note)
    return True


def rows(session: Session, sheet: str | None = None, revision: int | None = None) -> list[CityRow]:
    """The rows in force at `revision` (the newest where None), of one sheet or of all, in their order."""
    asked = select(CityRow).order_by(col(CityRow.number))
    if revision is None:
        asked = asked.where(col(CityRow.until).is_(None))
    else:
        ended_later = or_(col(CityRow.until).is_(None), col(CityRow.until) > revision)
        asked = asked.where(col(CityRow.since) <= revision, ended_later)
    if sheet is not None:
        asked = asked.where(CityRow.sheet == sheet)
    return list(session.exec(asked))


def read(session: Session, revision: int | None = None) -> CityPack:
    """The city at `revision`, without its catalogue and without people of a demo.

    Raises LookupError in a record that has not been settled.
    """
    found = rows(session, revision=revision)
    if not found:
        raise LookupError("the record has no city yet")
    problems: list[Misconfigured] = []
    pack = _understood([(row.sheet, row.number, row.written) for row in found], problems)
    return build(pack)


def change(
    session: Session, changes: Sequence[Change], *, by: str, at: datetime, note: str = ""
) -> CityRevision:
    """A new revision. Raises `Refused("city.broken", problems=…)` with every `Misconfigured` that it would bring,
    and `Refused("city.row_gone")` where a row that it changes has ended meanwhile.
    """
    session.execute(_ONE_AT_A_TIME)
    _refuse_broken(try_out(session, changes))
    return _write(session, changes, by=by, at=at, note=note)


def try_out(session: Session, changes: Iterable[Change]) -> list[Misconfigured]:
    """What would be wrong with the city after `changes`; nothing is kept."""
    return _after(session, changes)[1]


def drafted(session: Session, changes: Iterable[Change]) -> CityPack:
    """The city as it would be after `changes`; nothing is kept. Raises `Refused("city.broken")`."""
    pack, problems = _after(session, changes)
    _refuse_broken(problems)
    return build(pack)


def _after(session: Session, changes: Iterable[Change]) -> tuple[dict[str, list[Row]], list[Misconfigured]]:
    """The rows that `changes` would leave, and what would be wrong with them."""
    standing: dict[int | tuple[str, int], tuple[str, int | None, Mapping[str, Any]]] = {
        row.number or 0: (row.sheet, row.number, row.written) for row in rows(session)
    }
    for place, one in enumerate(changes):
        if one.sheet not in KEPT:
            raise Refused("city.unknown_sheet", sheet=one.sheet)
        stood = standing.pop(one.number, (None,))[0] if one.number is not None else None
        if stood != (one.sheet if one.number is not None and not one.returns else None):
            raise Refused("city.row_gone", sheet=one.sheet)
        if one.written is not None:
            standing[one.number or (one.sheet, place)] = (one.sheet, one.number, one.written)
    problems: list[Misconfigured] = []
    pack = _understood(standing.values(), problems)
    return pack, problems or check(pack)


def history(
    session: Session,
    *,
    sheet: str | None = None,
    number: int | None = None,
    by: str | None = None,
    before: int | None = None,
    most: int = 20,
) -> list[Entry]:
    """What changed in the newest `most` revisions (below `before`): of one row, of one sheet, or of all; by anybody,
    or by one (`account:7`). Each revision's entries in the order of the rows' numbers.
    """
    asked_for = {"sheet": sheet, "number": number}
    rows_of = [getattr(CityRow, name) == value for name, value in asked_for.items() if value is not None]
    touched = or_(col(CityRow.since) == CityRevision.id, col(CityRow.until) == CityRevision.id)
    asked = select(CityRevision).where(exists().where(touched, *rows_of))
    if by is not None:
        asked = asked.where(CityRevision.by == by)
    if before is not None:
        asked = asked.where(col(CityRevision.id) < before)
    newest_first = session.exec(asked.order_by(col(CityRevision.id).desc()).limit(most)).all()
    return [entry for revision in newest_first for entry in _entries(session, revision, rows_of)]


def undoing(session: Session, revision: int) -> list[Change]:
    """The changes that bring back what stood before `revision`. Raises `Refused("city.revision_unknown")`, and
    `Refused("city.changed_since")` where one of its rows has been changed again.
    """
    found = session.get(CityRevision, revision)
    if found is None or revision == session.exec(select(func.min(CityRevision.id))).one():
        raise Refused("city.revision_unknown")
    entries = _entries(session, found, [])
    in_force = {row.number: row for row in rows(session)}
    for entry in entries:
        standing = in_force.get(entry.number)
        if (standing.since if standing else None) != (revision if entry.written is not None else None):
            raise Refused("city.changed_since")
    return [
        Change(entry.sheet, entry.number, entry.before, returns=entry.written is None) for entry in entries
    ]


def _entries(session: Session, revision: CityRevision, rows_of: Sequence[ColumnElement[bool]]) -> list[Entry]:
    touched = or_(col(CityRow.since) == revision.id, col(CityRow.until) == revision.id)
    forms: dict[int, dict[str, CityRow]] = defaultdict(dict)
    for row in session.exec(select(CityRow).where(touched, *rows_of).order_by(col(CityRow.number))):
        forms[row.number or 0]["after" if row.since == revision.id else "before"] = row
    return [_entry(number, both, revision) for number, both in forms.items()]


def _entry(number: int, both: Mapping[str, CityRow], revision: CityRevision) -> Entry:
    before, after = both.get("before"), both.get("after")
    sheet = (after or both["before"]).sheet
    return Entry(
        sheet, number, after.written if after else None, before.written if before else None, revision
    )


def _refuse_broken(problems: Sequence[Misconfigured]) -> None:
    if problems:
        raise Refused("city.broken", problems=tuple(problems), count=len(problems), first=str(problems[0]))


def _understood(
    written: Iterable[tuple[str, int | None, Mapping[str, Any]]], problems: list[Misconfigured]
) -> dict[str, list[Row]]:
    pack: dict[str, list[Row]] = {sheet.name: [] for sheet in SHEETS}
    for sheet, number, values in written:
        pack[sheet].append(recorded_row(BY_NAME[sheet], number, values, problems))
    return pack


def _write(session: Session, changes: Sequence[Change], *, by: str, at: datetime, note: str) -> CityRevision:
    revision = CityRevision(at=at, by=by, note=note)
    session.add(revision)
    session.flush()
    gone = [one.number for one in changes if one.number is not None]
    if gone:
        session.execute(
            update(CityRow)
            .where(col(CityRow.number).in_(gone), col(CityRow.until).is_(None))
            .values(until=revision.id)
        )
    new = [_row(one, revision) for one in changes if one.written is not None]
    for numbered in (True, False):  # a row that is changed keeps its number, a new one is given one
        group = [row for row in new if ("number" in row) is numbered]
        if group:
            session.execute(insert(CityRow), group)
    sheets = sorted({one.sheet for one in changes})
    journal.append(
        session,
        Fact("city.changed", subject("city", revision.id), at, by=by, data={"sheets": sheets, "note": note}),
    )
    return revision


def _row(one: Change, revision: CityRevision) -> dict[str, Any]:
    assert one.written is not None
    row = {"sheet": one.sheet, "written": plain(one.written), "since": revision.id}
    return row if one.number is None else row | {"number": one.number}
