"""Who changed what of the city's data, and when: the revisions, newest first, and what each of them did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import col, select

from agent_desk.city_pages import TITLE, book, must_read, names_of, tabs
from agent_desk.city_view import Book, Difference
from agent_desk.render import fragment, page_for, render
from agent_desk.visit import Visit, Visiting, VisitRoute
from hotline.errors import Refused
from hotline.facts import subject
from hotline.pack.labels import sheet_words
from hotline.pack.sheets import BY_NAME
from hotline.record import city
from hotline.record.city import Entry
from hotline.roles import Permission, Role
from hotline.store.tables import Account, CityRevision

router = APIRouter(prefix="/city", route_class=VisitRoute)

PAGE = 15  # revisions
MOST = 12  # rows of one revision that are told one by one
Code = Annotated[str, Query(max_length=64)]
Number = Annotated[int | None, Query(ge=1, le=2**62)]


@dataclass(frozen=True)
class Deed:
    """What a revision did to one row: `what` is new, ended or changed. `href` leads to the row's own history."""

    sheet: str
    title: str
    what: str
    href: str
    differences: Sequence[Difference]


@dataclass(frozen=True)
class Step:
    """One revision. Of many rows only `counts` are told: sheet and how many."""

    revision: CityRevision
    by: str
    deeds: Sequence[Deed]
    counts: Sequence[tuple[str, int]]
    may_undo: bool


@dataclass(frozen=True)
class Story:
    """A page of the history: what was asked for, the steps, and the revision below which it goes on."""

    sheet: str
    number: int | None
    title: str
    by: str
    before: int | None
    steps: Sequence[Step]
    next: int | None
    sheets: Sequence[tuple[str, str]]
    people: Sequence[tuple[str, str]]


@router.get("/history")
def history_page(
    request: Request,
    visit: Visiting,
    sheet: Code = "",
    number: Number = None,
    by: Code = "",
    before: Number = None,
) -> Response:
    """What was changed: of all, of one sheet or row, by one person, from one revision downwards."""
    page = page_for(visit, TITLE, "city")
    story = _story(visit, sheet, number, by, before)
    return render(request, "city/history.html", page, story=story, tabs=tabs(visit, "history"))


@router.get("/history/rows")
def history_fragment(visit: Visiting, sheet: Code = "", number: Number = None, by: Code = "") -> Response:
    """The newest of it again, after somebody changed something."""
    return fragment(visit, "city/steps.html", story=_story(visit, sheet, number, by, None))


def _story(visit: Visit, sheet: str, number: int | None, by: str, before: int | None) -> Story:
    must_read(visit)
    if sheet and sheet not in city.KEPT:
        raise Refused("page.unknown")
    entries = city.history(
        visit.session, sheet=sheet or None, number=number, by=by or None, before=before, most=PAGE + 1
    )
    known = book(visit)
    found = [list(some) for _, some in groupby(entries, lambda entry: entry.revision.id)]
    authors = names_of(visit, [entry.revision.by for entry in entries])
    newest = entries[0] if entries and number else None
    return Story(
        sheet=sheet,
        number=number,
        title=known.title(newest.sheet, newest.written or newest.before or {}) if newest else "",
        by=by,
        before=before,
        steps=[_step(visit, known, some, authors) for some in found[:PAGE]],
        next=found[PAGE - 1][0].revision.id if len(found) > PAGE else None,
        sheets=[(one, known.words(sheet_words(one))) for one in city.KEPT],
        people=_changers(visit),
    )


def _changers(visit: Visit) -> list[tuple[str, str]]:
    """Whom one can ask about: the administrators, with the journal's name for each."""
    administrators = col(Account.roles).contains([Role.ADMINISTRATOR.value])
    found = visit.session.exec(select(Account.id, Account.name).where(administrators).order_by(Account.name))
    return [(subject("account", identity), name) for identity, name in found]


def _step(visit: Visit, known: Book, entries: Sequence[Entry], authors: dict[str, str]) -> Step:
    revision = entries[0].revision
    few, is_settlement = len(entries) <= MOST, all(entry.before is None for entry in entries)
    counts = [
        (known.words(sheet_words(sheet)), len(list(some)))
        for sheet, some in groupby(sorted(one.sheet for one in entries))
    ]
    return Step(
        revision=revision,
        by=authors.get(revision.by, ""),
        deeds=[_deed(known, one, entries) for one in entries] if few else [],
        counts=[] if few else counts,
        may_undo=visit.viewer.may(Permission.ADMIN_RULES) and (few or not is_settlement),
    )


def _deed(known: Book, entry: Entry, entries: Sequence[Entry]) -> Deed:
    sheet = BY_NAME[entry.sheet]
    what = "ended" if entry.written is None else "new" if entry.before is None else "changed"
    before = entry.before
    if before is None:
        before = known.follows(sheet, entry.written, (one.written for one in entries if one.written))
    return Deed(
        sheet=known.words(sheet_words(entry.sheet)),
        title=known.title(entry.sheet, entry.written or entry.before or {}),
        what=what,
        href=f"/city/history?sheet={entry.sheet}&number={entry.number}",
        differences=known.differences(sheet, before, entry.written),
    )
