"""Changing the city's data: every change is tried out first, says what it would do, and becomes one revision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from agent_desk.city_pages import book, row_of, sheet_of
from agent_desk.city_view import Book, Difference, Trouble, Written, entered
from agent_desk.render import fragment
from agent_desk.rule_warnings import warnings
from agent_desk.visit import Visit, Visiting, VisitRoute
from hotline.errors import Misconfigured, Refused
from hotline.pack.sheets import BY_NAME
from hotline.record import city
from hotline.record.city import Change
from hotline.roles import Permission
from hotline.store.tables import CityRow
from hotline.words import N_, translate

router = APIRouter(prefix="/api/city", route_class=VisitRoute)

LONGEST = 4000  # characters of one text
WHY, SINCE = "why", "since"
"""What a row's form sends beside its fields: the reason, and the revision that it was drawn from."""

Values = dict[str, Any]
Why = Annotated[str, Field(max_length=300)]


class Reason(BaseModel):
    why: Why = ""


class Preview(BaseModel):
    """What a change would do: `html` to read, and what is wrong at which field."""

    html: str
    problems: list[dict[str, str]]


@router.post("/{sheet}/new/preview")
def preview_new(visit: Visiting, sheet: str, values: Values) -> Preview:
    """What a new row would do."""
    return preview(visit, [_new(visit, sheet, values)], sheet, None)


@router.post("/{sheet}/{number}/preview")
def preview_row(visit: Visiting, sheet: str, number: int, values: Values) -> Preview:
    """What other values of a row would do."""
    return preview(visit, _changed(visit, sheet, number, values), sheet, number)


@router.post("/{sheet}/new", status_code=201)
def add(visit: Visiting, sheet: str, values: Values) -> dict[str, Any]:
    """A new row."""
    return make(visit, [_new(visit, sheet, values)], _why(values), sheet, None, f"/city/{sheet}")


@router.post("/{sheet}/{number}")
def edit(visit: Visiting, sheet: str, number: int, values: Values) -> dict[str, Any]:
    """Other values for a row."""
    changes = _changed(visit, sheet, number, values)
    if not changes:
        raise Refused("city.no_change")
    return make(visit, changes, _why(values), sheet, number, f"/city/{sheet}")


@router.post("/{sheet}/{number}/end")
def end(visit: Visiting, sheet: str, number: int, reason: Reason) -> dict[str, Any]:
    """A row that is there no longer."""
    found = row_of(visit, sheet_of(visit, sheet), number)
    if BY_NAME[sheet].single:
        raise Refused("city.row_stays")
    return make(visit, [Change(sheet, found.number, None)], reason.why, sheet, number, f"/city/{sheet}")


@router.post("/revisions/{revision}/undo")
def undo(visit: Visiting, revision: int, reason: Reason) -> dict[str, Any]:
    """Brings back what stood before a revision, as a new one."""
    visit.viewer.must(Permission.ADMIN_RULES)
    why = reason.why or translate(N_("Revision {number} undone"), visit.viewer.language, number=revision)
    return make(visit, city.undoing(visit.session, revision), why, "", None, "")


def changes_of(
    visit: Visit, sheet: str, number: str, values: Values, *, without: bool = False
) -> list[Change]:
    """What a row's form says: of the row `number`, of a `new` one, or that it is there no longer."""
    if number == "new":
        return [_new(visit, sheet, values)]
    if not number.isdecimal():
        raise Refused("page.unknown")
    if without:
        return [Change(sheet, row_of(visit, sheet_of(visit, sheet), int(number)).number, None)]
    return _changed(visit, sheet, int(number), values)


def preview(visit: Visit, changes: Sequence[Change], sheet: str, number: int | None) -> Preview:
    """What `changes` would do, for whoever edits that row."""
    known = book(visit)
    rows = {row.number: row for row in known.all_rows()}
    parts = [part for one in changes if (part := _part(known, rows, one, changes))[1]]
    troubles = known.troubles(city.try_out(visit.session, changes), sheet, number) if changes else []
    elsewhere = [one.words for one in troubles if not one.field]
    said = {"parts": parts, "elsewhere": elsewhere, "warnings": warnings(visit, changes)}
    html = bytes(fragment(visit, "city/preview.html", **said).body).decode()
    return Preview(html=html, problems=[_problem(one) for one in troubles if one.field])


def make(
    visit: Visit, changes: Sequence[Change], why: str, sheet: str, number: int | None, next_: str
) -> dict[str, Any]:
    """Lets `changes` become a revision. Raises `Refused("city.broken")` with the first thing that is wrong."""
    with in_words(visit, sheet, number):
        made = city.change(visit.session, changes, by=visit.viewer.by, at=visit.at, note=why.strip())
    message = translate(N_("Saved as revision {number}"), visit.viewer.language, number=made.id)
    return {"message": message, "revision": made.id} | ({"next": next_} if next_ else {})


@contextmanager
def in_words(visit: Visit, sheet: str, number: int | None) -> Iterator[None]:
    """A refusal of what is broken says the first thing that is wrong, for whoever edits that row."""
    try:
        yield
    except Refused as refused:
        if refused.key != "city.broken":
            raise
        first = _worst(book(visit), refused.facts["problems"], sheet, number)  # type: ignore[arg-type]
        raise Refused("city.broken", field=first.field, what=first.words) from None


def _worst(known: Book, problems: Sequence[Misconfigured], sheet: str, number: int | None) -> Trouble:
    troubles = known.troubles(problems, sheet, number)
    return next((one for one in troubles if one.field), troubles[0])


def _part(
    known: Book, rows: dict[int | None, CityRow], one: Change, changes: Sequence[Change]
) -> tuple[str, list[Difference]]:
    sheet = BY_NAME[one.sheet]
    before: Written | None = rows[one.number].written if one.number in rows and not one.returns else None
    title = known.title(one.sheet, one.written or before or {})
    followed = known.follows(sheet, one.written, (each.written for each in changes if each.written))
    if one.written is None:
        title = known.words(N_("{row}: ends"), row=title)
    elif before is None and followed:
        before = followed
        title = known.words(N_("{row}: what follows"), row=title)
    elif before is None:
        title = known.words(N_("{row}: new"), row=title)
    return title, known.differences(sheet, before, one.written)


def _problem(trouble: Trouble) -> dict[str, str]:
    return {"field": trouble.field, "message": trouble.words}


def _new(visit: Visit, sheet: str, values: Values) -> Change:
    if sheet_of(visit, sheet).single:
        raise Refused("city.row_stays")
    return Change(sheet, None, entered(BY_NAME[sheet], _short(values), {}))


def _changed(visit: Visit, sheet: str, number: int, values: Values) -> list[Change]:
    """The change of the row, if it is one."""
    found = row_of(visit, sheet_of(visit, sheet), number)
    if values.get(SINCE, found.since) not in (found.since, str(found.since)):
        raise Refused("city.changed_meanwhile")
    before, after = found.written, entered(BY_NAME[sheet], _short(values), found.written)
    return [] if after == before else [Change(sheet, number, after)]


def _short(values: Values) -> Values:
    for name, value in values.items():
        if any(len(str(part)) > LONGEST for part in (value if isinstance(value, list) else [value])):
            raise Refused("field.too_long", field=name, limit=LONGEST)
    return values


def _why(values: Values) -> str:
    return Reason(why=str(values.get(WHY) or "")[:300]).why
