"""The city's data in pages: a list for each sheet, a form for each row, and how the last change has been taken up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import col, select

from agent_desk import naming
from agent_desk.city_view import Book, Control, Written
from agent_desk.render import fragment, page_for, render
from agent_desk.visit import Visit, Visiting, VisitRoute
from dialplans import chronicle
from dialplans.sentences import own_prompts
from hotline.errors import Refused
from hotline.pack.labels import field_words, sheet_words
from hotline.pack.sheets import BY_NAME, Sheet
from hotline.record import city
from hotline.roles import Permission
from hotline.store.tables import Account, CityRevision, CityRow, FactRow
from hotline.words import N_

router = APIRouter(prefix="/city", route_class=VisitRoute)

TABS = (
    "lines", "queues", "skills", "prompts", "emergency",
    "rules", "learnt", "calendars", "days", "policies", "clocks", "steps", "channels", "revisits", "bands", "hot",
    "units", "areas", "reply_templates", "city",
)  # fmt: skip
OWN_TABS = {"learnt": N_("Automatic dispatch")}
"""Pages between the sheets that are none."""
COLUMNS = 6
NAMING = frozenset({"name_zh", "name_en", "title_zh", "title_en"})
TITLE = N_("City settings")

Text = Annotated[str, Query(max_length=100)]


@dataclass(frozen=True)
class Tab:
    """A sheet's page in the line over all of them."""

    href: str
    label: str
    current: bool


@dataclass(frozen=True)
class Cells:
    """A row of a list: its key, what it is called, and what stands in the columns."""

    number: int
    key: str
    title: str
    cells: Sequence[str]


@dataclass(frozen=True)
class Listing:
    """A sheet: labels of its columns, and its rows. `ours`: prompts that come along, name and words, for the city to
    say in words of its own.
    """

    sheet: str
    label: str
    columns: Sequence[str]
    rows: Sequence[Cells]
    q: str
    may_add: bool
    ours: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class RowForm:
    """A row to edit; a new one where `number` is None. `sounds`: what of it can be heard, name → words."""

    sheet: str
    label: str
    title: str
    number: int | None
    since: int | None
    controls: Sequence[Control]
    may_end: bool
    sounds: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Status:
    """The last change and who made it, and what the switch made of it last."""

    revision: CityRevision | None
    by: str
    dialplan: FactRow | None


@router.get("")
def front_page(visit: Visiting) -> Response:
    """The page that this person may begin with."""
    first = "lines" if visit.viewer.may(Permission.ADMIN_RULES) else "history"
    return RedirectResponse(f"/city/{first}", status_code=303)


@router.get("/status")
def status_fragment(visit: Visiting) -> Response:
    """How the last change has been taken up, again."""
    must_read(visit)
    return fragment(visit, "city/status.html", status=status_of(visit))


@router.get("/{sheet}")
def sheet_page(request: Request, visit: Visiting, sheet: str, q: Text = "") -> Response:
    """A sheet's rows. `q` is a part of anything that stands in them."""
    page = page_for(visit, TITLE, "city")
    found = _listing(visit, sheet_of(visit, sheet), q.strip())
    return render(
        request, "city/sheet.html", page, found=found, tabs=tabs(visit, sheet), status=status_of(visit)
    )


@router.get("/{sheet}/rows")
def sheet_fragment(visit: Visiting, sheet: str, q: Text = "") -> Response:
    """The rows again, after somebody changed something."""
    return fragment(visit, "city/rows.html", found=_listing(visit, sheet_of(visit, sheet), q.strip()))


@router.get("/{sheet}/new")
def new_page(request: Request, visit: Visiting, sheet: str, name: Text = "") -> Response:
    """A form for a new row; `name` is a prompt of ours that the city wants in words of its own."""
    return form_page(request, visit, sheet_of(visit, sheet), None, _ours(sheet, name))


@router.get("/{sheet}/{number}")
def row_page(request: Request, visit: Visiting, sheet: str, number: int) -> Response:
    """A row's form, beside it what a change would do and what was changed before."""
    found = row_of(visit, sheet_of(visit, sheet), number)
    return form_page(request, visit, BY_NAME[sheet], found, found.written)


def sheet_of(visit: Visit, name: str) -> Sheet:
    """A sheet that this person may change. Raises `Refused`."""
    visit.viewer.must(Permission.ADMIN_RULES)
    if name not in city.KEPT:
        raise Refused("page.unknown")
    return BY_NAME[name]


def row_of(visit: Visit, sheet: Sheet, number: int) -> CityRow:
    """A row of it that is in force. Raises `Refused("city.row_gone")`."""
    found = visit.session.exec(
        select(CityRow).where(
            CityRow.number == number, CityRow.sheet == sheet.name, col(CityRow.until).is_(None)
        )
    ).first()
    if found is None:
        raise Refused("city.row_gone")
    return found


def must_read(visit: Visit) -> None:
    """Whoever changes the city's data may read about it, and so may an auditor."""
    if not visit.viewer.may(Permission.AUDIT_READ):
        visit.viewer.must(Permission.ADMIN_RULES)


def book(visit: Visit) -> Book:
    """The city's rows as this person reads them."""
    rows = city.rows(visit.session)
    prompts = {str(row.written["name"]) for row in rows if row.sheet == "prompts"} | own_prompts().keys()
    greetings = {name: name for name in sorted(prompts) if name.startswith("welcome")}
    numbers = {str(row.written["number"]): "" for row in rows if row.sheet == "lines"}
    lines = {number: f"{number} {naming.line(visit, number)}".rstrip() for number in numbers}
    called = {"matters": partial(naming.heading_or_matter, visit)}
    return Book(rows, visit.viewer.language, {"greeting": greetings, "lines": lines}, called)


def tabs(visit: Visit, current: str) -> list[Tab]:
    """The pages of the city's data that this person may open."""
    may_change = visit.viewer.may(Permission.ADMIN_RULES)
    sheets = [
        Tab(f"/city/{one}", OWN_TABS.get(one) or sheet_words(one), one == current)
        for one in TABS
        if may_change
    ]
    return [*sheets, Tab("/city/history", N_("History"), current == "history")]


def status_of(visit: Visit) -> Status:
    """The last change, and what the switch made of it."""
    revision = visit.session.get(CityRevision, city.newest(visit.session))
    told = chronicle.newest(visit.session, visit.house.settings.asterisk.node, 1)
    by = names_of(visit, [revision.by]).get(revision.by, "") if revision else ""
    return Status(revision, by, told[0] if told else None)


def names_of(visit: Visit, authors: Sequence[str]) -> dict[str, str]:
    """The names of those whom the journal calls `account:7`."""
    ids = [int(by.partition(":")[2]) for by in set(authors) if by.startswith("account:")]
    found = visit.session.exec(select(Account.id, Account.name).where(col(Account.id).in_(ids)))
    return {f"account:{identity}": name for identity, name in found}


def _listing(visit: Visit, sheet: Sheet, q: str) -> Listing:
    known = book(visit)
    rows = known.rows(sheet.name)
    columns = [
        field
        for field in sheet.fields
        if field.name not in NAMING | {sheet.key, sheet.title}
        and any(known.said(field, row.written) for row in rows)
    ][:COLUMNS]
    all_cells = [
        Cells(
            number=row.number or 0,
            key=str(row.written.get(sheet.key, "")) if sheet.key else "",
            title=known.title(sheet.name, row.written),
            cells=[known.said(field, row.written) or known.default(field) for field in columns],
        )
        for row in rows
    ]
    found = [
        one
        for one, row in zip(all_cells, rows, strict=True)
        if q.casefold() in " ".join((one.title, *one.cells, *map(str, row.written.values()))).casefold()
    ]
    labels = [known.words(field_words(field)) for field in columns]
    label = known.words(sheet_words(sheet.name))
    ours = (
        []
        if sheet.name != "prompts" or q
        else _ours_not_in(visit, {one.key or one.title for one in all_cells})
    )
    return Listing(sheet.name, label, labels, found, q, not sheet.single, ours)


def form_page(
    request: Request, visit: Visit, sheet: Sheet, row: CityRow | None, written: Written
) -> Response:
    page = page_for(visit, TITLE, "city")
    form = form_of(visit, sheet, row, written)
    return render(
        request, "city/row.html", page, form=form, tabs=tabs(visit, sheet.name), status=status_of(visit)
    )


def form_of(visit: Visit, sheet: Sheet, row: CityRow | None, written: Written) -> RowForm:
    """The form of a row, of a new one where there is none, filled with what is `written`."""
    known = book(visit)
    return RowForm(
        sheet=sheet.name,
        label=known.words(sheet_words(sheet.name)),
        title=known.title(sheet.name, written) if row else known.words(N_("New entry")),
        number=row.number if row else None,
        since=row.since if row else None,
        controls=known.controls(sheet, written),
        may_end=row is not None and not sheet.single,
        sounds=_sounds(visit, sheet, written),
    )


def _ours_not_in(visit: Visit, names: Set[str]) -> list[tuple[str, str]]:
    language = "cmn" if visit.viewer.language.startswith("zh") else "en"
    return [(name, texts.get(language, "")) for name, texts in own_prompts().items() if name not in names]


def _ours(sheet: str, name: str) -> Mapping[str, Any]:
    texts = own_prompts().get(name) if sheet == "prompts" else None
    return {"name": name, **texts} if texts else {}


def _sounds(visit: Visit, sheet: Sheet, written: Written) -> list[tuple[str, str]]:
    """A prompt that names the line is spoken once for each line that greets with it; others once."""
    if sheet.name != "prompts":
        return []
    name = str(written.get("name", ""))
    said = " ".join(str(written.get(language) or "") for language in visit.house.city.city.languages)
    if "{line}" not in said:
        return [(name, name)] if name else []
    greeted = [line for line in visit.house.city.lines if line.greeting == name]
    return [(line.announcement, line.number) for line in greeted]
