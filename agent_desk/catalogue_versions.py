"""The catalogue's versions: reading a file as a draft, what is wrong with it, publishing it for a day, and what one
version says otherwise than another.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Form, Request, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from agent_desk import jobs, naming
from agent_desk.catalogue_pages import Number, is_in_force, may_change, version_asked
from agent_desk.render import fragment, page_for, render
from agent_desk.visit import Visit, Visiting, VisitRoute
from hotline.bell import Bell
from hotline.catalogue_checks import KIND_TITLES, Kind, Problem
from hotline.catalogue_difference import FIELD_WORDS, KIND_WORDS, Change, counts, days_words, lines, shown
from hotline.catalogue_source import table_of
from hotline.errors import Misconfigured, Refused
from hotline.pack.sheets import BY_NAME
from hotline.platform import addresses
from hotline.record import catalogue_drafts, catalogue_search, catalogues, city
from hotline.roles import Permission
from hotline.settings import load
from hotline.store import open_store
from hotline.store.tables import CatalogueVersion
from hotline.words import N_

router = APIRouter(route_class=VisitRoute)

LARGEST_FILE = 32 * 1024 * 1024  # bytes; eleven thousand matters are three million
SHOWN_PROBLEMS = 200
SHOWN_CHANGES = 500
BOM = "\ufeff"  # tells spreadsheets that a CSV file is UTF-8


class Publication(BaseModel):
    """From which day on a draft is to hold; `accepted`: its warnings are meant."""

    model_config = ConfigDict(extra="forbid")

    day: date
    accepted: bool = False
    note: Annotated[str, Field(max_length=400)] = ""


@dataclass(frozen=True)
class VersionRow:
    """One version in the list: how it stands (a key of `STANDINGS`), and its days in words."""

    version: CatalogueVersion
    standing: str
    days: str
    errors: int
    warnings: int


@dataclass(frozen=True)
class Wrong:
    """Problems of one kind: its title, how many there are, and those that are shown, each with its sentence."""

    title: str
    is_error: bool
    count: int
    shown: Sequence[tuple[Problem, str]]


STANDINGS = {
    "reading": (N_("Being read"), "wait"),
    "draft": (N_("Draft"), "accent"),
    "coming": (N_("Scheduled"), "wait"),
    "in_force": (N_("In force"), "good"),
    "past": (N_("No longer in force"), ""),
}


@router.get("/catalogue/versions")
def versions_page(request: Request, visit: Visiting) -> Response:
    """All versions, the newest first, and the way to a new one."""
    visit.viewer.must(Permission.CATALOGUE_READ)
    page = page_for(visit, N_("Versions of the catalogue"), "catalogue")
    return render(
        request,
        "catalogue/versions.html",
        page,
        rows=_rows(visit),
        standings=STANDINGS,
        may_change=may_change(visit),
    )


@router.get("/catalogue/versions/{number}")
def version_page(request: Request, visit: Visiting, number: int) -> Response:
    """One version: how it stands and what is wrong with it."""
    page = page_for(visit, N_("Version of the catalogue"), "catalogue")
    return render(request, "catalogue/version.html", page, **_version(visit, number))


@router.get("/catalogue/versions/{number}/body")
def version_fragment(visit: Visiting, number: int) -> Response:
    """The same again, after something was done."""
    return fragment(visit, "catalogue/version_body.html", **_version(visit, number))


@router.get("/catalogue/versions/{number}/file.csv")
def version_file(visit: Visiting, number: int) -> Response:
    """The version as a file that can be corrected and read again."""
    version = _find(visit, number)
    names = [field.name for field in BY_NAME["matters"].fields]
    rows = ([_cell(written.get(name)) for name in names] for _, written in _matters(visit, version))
    return _csv([names, *rows], f"catalogue-{number}.csv")


@router.get("/catalogue/difference")
def difference_page(request: Request, visit: Visiting, before: Number, after: Number) -> Response:
    """What one version says otherwise than another, field by field."""
    page = page_for(visit, N_("Difference between two versions"), "catalogue")
    old, new, changes = _difference(visit, before, after)
    words = [(one, _fields(visit, one)) for one in changes[:SHOWN_CHANGES]]
    return render(
        request,
        "catalogue/difference.html",
        page,
        old=old,
        new=new,
        rows=_rows(visit),
        changes=words,
        counts=[(KIND_WORDS[kind], count) for kind, count in counts(changes).items()],
        kinds=KIND_WORDS,
        hidden=max(0, len(changes) - SHOWN_CHANGES),
    )


@router.get("/catalogue/difference.csv")
def difference_file(visit: Visiting, before: Number, after: Number) -> Response:
    """The same as a file, whole."""
    _, _, changes = _difference(visit, before, after)
    table = lines(changes, visit.house.city, visit.viewer.language)
    return _csv(table, f"catalogue-{before}-{after}.csv")


@router.post("/api/catalogue/drafts", status_code=202, max_body_size=LARGEST_FILE)
def upload(
    visit: Visiting, file: UploadFile, title: Annotated[str, Form(max_length=80)] = ""
) -> jobs.Progress:
    """Has a file read as a draft by the worker, which says how far it is."""
    visit.viewer.must(Permission.ADMIN_RULES)
    if not file.filename:
        raise Refused("field.missing", field="file")
    if not title.strip():
        raise Refused("field.missing", field="title")
    folder = visit.house.settings.paths.state / "uploads"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{uuid4().hex}{Path(file.filename).suffix[:8]}"
    with path.open("wb") as kept:
        while piece := file.file.read(1 << 20):
            kept.write(piece)
    return jobs.start(
        visit, read_draft, path=str(path), name=file.filename[:120], title=title.strip(), by=visit.viewer.by
    )


def read_draft(path: str, name: str, title: str, by: str) -> dict[str, Any]:
    """The job: the file's rows become a draft, which is checked; then its page is the next."""
    settings = load()
    store = open_store(addresses.database(settings), Bell(addresses.redis(settings)), pool=1)
    at = datetime.now(UTC)
    try:
        table, total = _table(Path(path), name)
        with store.transaction() as session:
            pack = city.read(session)
            number = catalogue_drafts.begin(session, title, name, total, by, at).id or 0
        catalogue_drafts.take_in(store, pack, number, table, at, lambda done: jobs.tell(done, total))
    finally:
        Path(path).unlink(missing_ok=True)
        store.close()
    return {"next": f"/catalogue/versions/{number}", "rows": total}


@router.post("/api/catalogue/versions/{number}/check")
def check(visit: Visiting, number: int) -> dict[str, str]:
    """Looks a draft over again: units may have changed since."""
    version = _to_change(visit, number)
    day = catalogues.today(visit.house.city, visit.at)
    catalogue_drafts.look_over(visit.session, visit.house.city, version, day, visit.at)
    return {}


@router.post("/api/catalogue/versions/{number}/publish")
def publish(visit: Visiting, number: int, wanted: Publication) -> dict[str, str]:
    """Lets a draft hold from a day on."""
    version = _to_change(visit, number)
    catalogue_drafts.publish(
        visit.session,
        visit.house.city,
        version,
        wanted.day,
        today=catalogues.today(visit.house.city, visit.at),
        accepted=wanted.accepted,
        by=visit.viewer.by,
        at=visit.at,
        note=wanted.note,
    )
    return {}


@router.post("/api/catalogue/versions/{number}/withdraw")
def withdraw(visit: Visiting, number: int) -> dict[str, str]:
    """Makes a scheduled version a draft again."""
    version, today = _to_change(visit, number), catalogues.today(visit.house.city, visit.at)
    catalogue_drafts.withdraw(visit.session, version, today, visit.viewer.by, visit.at)
    return {}


@router.post("/api/catalogue/versions/{number}/discard")
def discard(visit: Visiting, number: int) -> dict[str, str]:
    """Throws a draft away."""
    catalogue_drafts.discard(visit.session, _to_change(visit, number), visit.viewer.by, visit.at)
    return {"next": "/catalogue/versions"}


def _to_change(visit: Visit, number: int) -> CatalogueVersion:
    visit.viewer.must(Permission.ADMIN_RULES)
    return catalogues.find(visit.session, number, lock=True)


def _find(visit: Visit, number: int) -> CatalogueVersion:
    """A version that this person may see: drafts are for those who may change the catalogue."""
    visit.viewer.must(Permission.CATALOGUE_READ)
    version = catalogues.find(visit.session, number)
    if version.valid_from is None and not may_change(visit):
        raise Refused("catalogue.unknown", id=number)
    return version


def _rows(visit: Visit) -> list[VersionRow]:
    spans, found = catalogue_search.spans(visit.session), catalogues.all_versions(visit.session)
    seen = [one for one in found if one.valid_from is not None or may_change(visit)]
    return [_row(visit, one, spans) for one in seen]


def _row(visit: Visit, version: CatalogueVersion, spans: dict[int, tuple[date, date]]) -> VersionRow:
    number = version.id or 0
    days = days_words(*spans[number], visit.viewer.language) if number in spans else ""
    severities = Counter(Problem.from_json(one).is_error for one in version.problems)
    return VersionRow(version, _standing(visit, version), days, severities[True], severities[False])


def _standing(visit: Visit, version: CatalogueVersion) -> str:
    if version.valid_from is None:
        return "draft" if version.read_at else "reading"
    if version.valid_from > catalogues.today(visit.house.city, visit.at):
        return "coming"
    return "in_force" if is_in_force(visit, version) else "past"


def _version(visit: Visit, number: int) -> dict[str, Any]:
    version = _find(visit, number)
    return {
        "row": _row(visit, version, catalogue_search.spans(visit.session)),
        "wrong": _wrong(visit, version),
        "standings": STANDINGS,
        "may_change": may_change(visit),
        "today": catalogues.today(visit.house.city, visit.at),
        "made_by": naming.person(visit, version.made_by),
        "published_by": naming.person(visit, version.published_by or ""),
        "base": version_asked(visit, 0),
    }


def _wrong(visit: Visit, version: CatalogueVersion) -> list[Wrong]:
    """The problems by kind, errors first."""
    found = [Problem.from_json(one) for one in version.problems]
    by_kind: dict[Kind, list[Problem]] = {}
    for problem in found:
        by_kind.setdefault(problem.kind, []).append(problem)
    groups = [
        Wrong(
            KIND_TITLES[kind],
            problems[0].is_error,
            len(problems),
            [
                (one, one.words_in(visit.viewer.language, visit.house.city))
                for one in problems[:SHOWN_PROBLEMS]
            ],
        )
        for kind, problems in by_kind.items()
    ]
    return sorted(groups, key=lambda group: not group.is_error)


def _difference(
    visit: Visit, before: int, after: int
) -> tuple[CatalogueVersion, CatalogueVersion, list[Change]]:
    old, new = _find(visit, before), _find(visit, after)
    return old, new, catalogue_search.difference(visit.session, before, after)


def _fields(visit: Visit, change: Change) -> list[tuple[str, Sequence[str], Sequence[str]]]:
    """Each changed field: its name, to be translated, and its parts before and after."""

    def words(value: Any, field: str) -> Sequence[str]:
        return shown(value, field, visit.house.city, visit.viewer.language)

    return [
        (FIELD_WORDS[one.field], words(one.before, one.field), words(one.after, one.field))
        for one in change.fields
    ]


def _matters(visit: Visit, version: CatalogueVersion) -> Sequence[tuple[int, Any]]:
    return catalogues.lines(visit.session, version.id or 0, "matters")


def _cell(value: Any) -> str:
    return "|".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _csv(table: Iterable[Sequence[str]], name: str) -> Response:
    """A file that spreadsheets open: a cell that they would compute is kept a text."""
    out = io.StringIO()
    csv.writer(out).writerows([_text(cell) for cell in row] for row in table)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(BOM + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _text(cell: str) -> str:
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@")) else cell


def _table(path: Path, name: str) -> tuple[Iterable[tuple[int, Sequence[str]]], int]:
    """The file's table and the number of its rows; one that can't be read says so when its rows are asked for."""
    try:
        table = table_of(path, name)
    except Misconfigured as error:
        return _broken(error), 0
    return table, len(table) - 1


def _broken(error: Misconfigured) -> Iterator[tuple[int, Sequence[str]]]:
    raise error
    yield
