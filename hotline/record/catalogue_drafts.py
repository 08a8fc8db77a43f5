"""From a file to a catalogue in force: a draft is read in batches, checked, and published for a day.

Nothing of a draft is seen by anybody's work. What is published is never changed, only followed by another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlmodel import Session, col, delete, select

from hotline.catalogue_checks import Entry, Kind, Problem, Proposal, check
from hotline.catalogue_file import FileReader, Line
from hotline.errors import Misconfigured, Refused
from hotline.pack.model import CityPack
from hotline.pack.rows import Mistake, recorded_row
from hotline.pack.sheets import BY_NAME
from hotline.record import catalogues
from hotline.record.catalogues import find, keep, tell
from hotline.store import Store
from hotline.store.rows import put
from hotline.store.tables import CatalogueRow, CatalogueVersion, OrganisationChange

BATCH = 500  # rows between two commits: what a progress bar moves by
PROBLEMS_KEPT = 2000
TITLE_LENGTH = 80

Table = Iterable[tuple[int, Sequence[str]]]


def begin(session: Session, title: str, source: str, total: int, by: str, at: datetime) -> CatalogueVersion:
    """An empty draft, whose `total` rows are to come from the file `source`."""
    if not title.strip():
        raise Refused("field.missing", field="title")
    if len(title) > TITLE_LENGTH:
        raise Refused("field.too_long", field="title", limit=TITLE_LENGTH)
    version = CatalogueVersion(title=title.strip(), source=source, made_at=at, made_by=by, total=total)
    put(session, version)
    tell(session, version, "catalogue.begun", by, at)
    return version


def take_in(
    store: Store,
    city: CityPack,
    identity: int,
    table: Table,
    at: datetime,
    heard: Callable[[int], None] = lambda read: None,
) -> None:
    """Reads a draft's rows and checks them, one transaction for each batch; `heard` is told how many there are.

    What makes the whole file unreadable becomes the draft's one problem.
    """
    reader = FileReader(city)
    try:
        for batch in _batches(reader.read(table)):
            with store.transaction() as session:
                version = find(session, identity, lock=True)
                keep(session, version, "matters", ((one.number, one.written) for one in batch), version.read)
                version.read += len(batch)
                tell(session, version, "catalogue.read", version.made_by, at, read=version.read)
                heard(version.read)
        broken: list[Problem] = []
    except Misconfigured as error:
        broken = [Problem(Kind.MALFORMED, (), field=error.where, found=error.found, expected=error.expected)]
    with store.transaction() as session:
        version = find(session, identity, lock=True)
        _end(session, city, version, reader, broken, at)


def _end(
    session: Session,
    city: CityPack,
    version: CatalogueVersion,
    reader: FileReader,
    broken: Sequence[Problem],
    at: datetime,
) -> None:
    _take_over_headings(session, version, reader, catalogues.today(city, at))
    version.read_at, version.total = at, version.read
    codes = select(CatalogueRow.code).where(
        CatalogueRow.version == version.id, CatalogueRow.sheet == "matters"
    )
    version.matters = len(session.exec(codes.distinct()).all())
    if broken:
        _note(version, broken, at)
    else:
        look_over(session, city, version, catalogues.today(city, at), at)
    tell(session, version, "catalogue.drafted", version.made_by, at)


def _take_over_headings(session: Session, version: CatalogueVersion, reader: FileReader, day: date) -> None:
    """Headings and form fields go on from the catalogue in force; the file may name further headings."""
    try:
        base = catalogues.version_on(session, day).id or 0
    except LookupError:
        base = 0
    for sheet in ("categories", "slots"):
        keep(session, version, sheet, catalogues.lines(session, base, sheet))
    known = {str(written["code"]) for _, written in catalogues.lines(session, base, "categories")}
    new = [one for code, one in sorted(reader.headings.items()) if code not in known]
    rows = ((0, {"code": one.code, "name_zh": one.name_zh, "name_en": one.name_en}) for one in new)
    keep(session, version, "categories", rows, first=len(known))


def look_over(
    session: Session, city: CityPack, version: CatalogueVersion, day: date, at: datetime
) -> list[Problem]:
    """All that is wrong with a version that is to hold from `day` on, noted in it as well."""
    found = problems(session, city, version, day)
    _note(version, found, at)
    return found


def problems(session: Session, city: CityPack, version: CatalogueVersion, day: date) -> list[Problem]:
    """All that would be wrong with this version from `day` on: first what can't be read at all."""
    assert version.id is not None
    unreadable: list[Problem] = []
    entries: list[Entry] = []
    for line, written in catalogues.lines(session, version.id, "matters"):
        mistakes: list[Misconfigured] = []
        row = recorded_row(BY_NAME["matters"], None, written, mistakes)
        if mistakes:
            unreadable.extend(_unreadable(str(written.get("code", "")), line, one) for one in mistakes)
        else:
            entries.append(Entry(row.make(), line))
    proposal = Proposal(
        city,
        frozenset(_codes(session, version.id, "categories")),
        frozenset(_codes(session, version.id, "slots")),
        entries,
        day,
        handed_over(session),
    )
    return unreadable + check(proposal)


def handed_over(session: Session) -> frozenset[str]:
    """The units whose duties others take over by a change that is planned."""
    planned = select(OrganisationChange).where(
        col(OrganisationChange.done_at).is_(None), col(OrganisationChange.cancelled_at).is_(None)
    )
    return frozenset(unit for one in session.exec(planned) if one.shares for unit in one.units)


def publish(
    session: Session,
    city: CityPack,
    version: CatalogueVersion,
    day: date,
    *,
    today: date,
    accepted: bool,
    by: str,
    at: datetime,
    note: str = "",
) -> None:
    """Lets a draft be in force from `day` on. Raises `Refused`: `catalogue.published_already`, `.unread`, `.day_past`,
    `.has_errors`, and `.has_warnings` unless they are `accepted`.
    """
    if version.valid_from is not None:
        raise Refused("catalogue.published_already")
    if version.read_at is None:
        raise Refused("catalogue.unread")
    if day < today:
        raise Refused("catalogue.day_past", field="day")
    found = look_over(session, city, version, day, at)
    errors = sum(one.is_error for one in found)
    if errors or not version.matters:
        raise Refused("catalogue.has_errors", count=errors)
    if found and not accepted:
        raise Refused("catalogue.has_warnings", field="accepted", count=len(found))
    put_in_force(session, version, day, by, at, note)


def put_in_force(
    session: Session, version: CatalogueVersion, day: date, by: str, at: datetime, note: str = ""
) -> None:
    """Says of a checked version from which day on it holds."""
    version.valid_from, version.published_at, version.published_by, version.note = day, at, by, note.strip()
    tell(session, version, "catalogue.published", by, at, day=day.isoformat())


def withdraw(session: Session, version: CatalogueVersion, today: date, by: str, at: datetime) -> None:
    """Makes a coming version a draft again. Raises `Refused("catalogue.in_force_already")` once its day has come."""
    if version.valid_from is None or version.valid_from <= today:
        raise Refused("catalogue.in_force_already")
    version.valid_from = version.published_at = version.published_by = None
    tell(session, version, "catalogue.withdrawn", by, at)


def discard(session: Session, version: CatalogueVersion, by: str, at: datetime) -> None:
    """Throws a draft away. Raises `Refused("catalogue.published_already")` for anything else."""
    if version.valid_from is not None:
        raise Refused("catalogue.published_already")
    tell(session, version, "catalogue.discarded", by, at)
    session.execute(delete(CatalogueRow).where(col(CatalogueRow.version) == version.id))
    session.execute(delete(CatalogueVersion).where(col(CatalogueVersion.id) == version.id))


def _batches(lines: Iterator[Line]) -> Iterator[list[Line]]:
    while batch := list(islice(lines, BATCH)):
        yield batch


def _note(version: CatalogueVersion, found: Sequence[Problem], at: datetime) -> None:
    version.problems = [one.as_json() for one in found[:PROBLEMS_KEPT]]
    version.checked_at = at


def _codes(session: Session, version: int, sheet: str) -> list[str]:
    asked = select(CatalogueRow.code).where(CatalogueRow.version == version, CatalogueRow.sheet == sheet)
    return list(session.exec(asked))


def _unreadable(code: str, line: int, error: Misconfigured) -> Problem:
    """A field that can't be read: an owner or a type that is missing has a name of its own."""
    assert isinstance(error, Mistake)
    at: dict[str, Any] = {"codes": (code,) if code else (), "lines": (line,) if line else ()}
    if error.field == "owner":
        return Problem(Kind.NO_OWNER, **at)
    if error.field == "types":
        return Problem(Kind.UNKNOWN_TYPE, found=error.found.strip("[]").replace("'", ""), **at)
    return Problem(Kind.MALFORMED, field=error.field, found=error.found, expected=error.expected, **at)
