"""The orders behind a number of the rates, as far as whoever asks may see them: in pages, and all as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import ColumnElement
from sqlmodel import col, or_, select
from sqlmodel.sql.expression import Select

from agent_desk import naming, spreadsheets
from agent_desk.codes import CODES
from agent_desk.rate_figures import WHAT
from agent_desk.rate_gathering import (
    Asked,
    Key,
    Month,
    Months,
    areas_under,
    last_month,
    name_of,
    reads_reports,
    sums,
)
from agent_desk.render import page_for, render
from agent_desk.visit import Visit, Visiting, VisitRoute
from dispatch import rates, rating
from dispatch.rates import By, Counts, Part, Rate
from hotline.record import visibility
from hotline.roles import Permission
from hotline.store.tables import Ticket, Verdict, WorkOrder
from hotline.words import N_, translate

router = APIRouter(prefix="/reports/rates", route_class=VisitRoute)

PAGE = 50
TOGETHER = 500  # rows fetched in one go
What = Annotated[str, Query(pattern="^(" + "|".join(WHAT) + ")$")]

FOR_WORDS = {
    Rate.RESPONDED: N_("In touch in time"),
    Rate.SOLVED: N_("Solved"),
    Rate.SATISFIED: N_("A good mark"),
}
OF_WORDS = {
    Rate.RESPONDED: N_("Said whether the unit was in touch in time"),
    Rate.SOLVED: N_("Said whether it is solved"),
    Rate.SATISFIED: N_("Gave a mark"),
}
_COLUMNS = {By.UNIT: Verdict.unit, By.LINE: Verdict.line, By.CATEGORY: Verdict.category}
HEADS = (
    N_("Ticket number"), N_("Title"), N_("Unit"), N_("Closed at"), N_("Revisit"), N_("In touch in time"), N_("Solved"),
    N_("Satisfied"), N_("Not content with"), N_("Done again"), N_("Left out"),
)  # fmt: skip


@dataclass(frozen=True)
class Judged:
    """An order behind a number. `href` leads to what this person may see of it."""

    verdict: Verdict
    ticket: Ticket
    unit: str
    href: str


@dataclass(frozen=True)
class Behind:
    """The orders behind a number that this person may see, a page of them; `total` is the number itself, `words` and
    `name` say what it counts and of whom, `next` is the ticket below which it goes on.
    """

    what: str
    key: str
    words: str
    name: str
    total: int
    rows: Sequence[Judged]
    before: int | None
    next: int | None
    may_decide: bool


@router.get("/orders")
def orders_page(
    request: Request,
    visit: Visiting,
    what: What = "orders",
    by: By = By.ALL,
    key: Key = "",
    months: Months = 1,
    until: Month = "",
    before: int | None = None,
) -> Response:
    """The orders behind a number, the newest tickets first."""
    _must_know(visit, by, key)
    page = page_for(visit, N_("The orders behind a number"), "rates" if reads_reports(visit) else "own-rates")
    asked = Asked(by, months, last_month(visit, until))
    return render(
        request, "rates/orders.html", page, asked=asked, behind=_behind(visit, asked, key, what, before)
    )


@router.get("/orders.csv")
def orders_table(
    visit: Visiting,
    what: What = "orders",
    by: By = By.ALL,
    key: Key = "",
    months: Months = 1,
    until: Month = "",
) -> Response:
    """All of them for a spreadsheet, read by a cursor of the database."""
    _must_know(visit, by, key)
    asked = Asked(by, months, last_month(visit, until))
    rows = _orders(visit, asked, key, what).execution_options(yield_per=TOGETHER)
    return spreadsheets.table(f"orders-{what}-{asked.last:%Y-%m}.csv", _table(visit, rows))


def _must_know(visit: Visit, by: By, key: str) -> None:
    """Who reads reports knows every number; a unit its own and those below it."""
    if not reads_reports(visit) and not (by is By.UNIT and key in visit.viewer.units):
        visit.viewer.must(Permission.REPORT_READ)


def _behind(visit: Visit, asked: Asked, key: str, what: str, before: int | None) -> Behind:
    rows = _orders(visit, asked, key, what)
    if before is not None:
        rows = rows.where(col(Verdict.ticket) < before)
    found = visit.session.exec(rows.limit(PAGE + 1)).all()
    return Behind(
        what=what,
        key=key,
        words=_words(what),
        name="" if asked.by is By.ALL else name_of(visit, asked.by, key),
        total=sums(visit, asked).get(key, Counts()).of(WHAT[what]),
        rows=[
            Judged(verdict, ticket, naming.unit(visit, verdict.unit), _href(visit, verdict))
            for verdict, ticket in found[:PAGE]
        ],
        before=before,
        next=found[PAGE - 1][0].ticket if len(found) > PAGE else None,
        may_decide=visit.viewer.may(Permission.ORDER_DECIDE),
    )


def _words(what: str) -> str:
    how, _, rate = what.partition("-")
    if how not in ("for", "of"):
        return rates.PART_WORDS[Part(what)]
    return (FOR_WORDS if how == "for" else OF_WORDS)[Rate(rate)]


def _orders(visit: Visit, asked: Asked, key: str, what: str) -> Select[Verdict, Ticket]:
    rows = select(Verdict, Ticket).join(Ticket, col(Ticket.id) == col(Verdict.ticket))
    rows = rows.where(
        col(Verdict.month) >= asked.first,
        col(Verdict.month) <= asked.last,
        or_(*(rating.is_part(part) for part in WHAT[what])),
        _is_of(visit, asked.by, key),
        _may_see(visit),
    )
    return rows.order_by(col(Verdict.ticket).desc(), col(Verdict.work_order).desc())


def _is_of(visit: Visit, by: By, key: str) -> ColumnElement[bool]:
    match by:
        case By.ALL:
            return col(Verdict.ticket).is_not(None)
        case By.AREA:
            return col(Verdict.area).in_(areas_under(visit, key))
    return col(_COLUMNS[by]) == key


def _may_see(visit: Visit) -> ColumnElement[bool]:
    if reads_reports(visit):
        return visibility.tickets(visit.viewer)
    own = select(WorkOrder.id).where(visibility.orders(visit.viewer))
    return col(Verdict.work_order).in_(own)


def _href(visit: Visit, verdict: Verdict) -> str:
    if visit.viewer.may(Permission.TICKET_VIEW_ALL):
        return f"/tickets/{verdict.ticket}"
    return f"/portal/orders/{verdict.work_order}"


def _table(visit: Visit, rows: Select[Verdict, Ticket]) -> Iterator[Sequence[object]]:
    language, zone = visit.viewer.language, visit.house.zone
    yield [translate(head, language) for head in HEADS]
    for verdict, ticket in visit.session.exec(rows):
        closed = verdict.closed_at.astimezone(zone).isoformat(" ", "minutes")
        yield [
            ticket.number,
            ticket.title,
            naming.unit(visit, verdict.unit),
            closed,
            *_said(verdict, language),
        ]


def _said(verdict: Verdict, language: str) -> Iterator[object]:
    yield _in_words("asked", verdict.outcome, language)
    yield (
        "" if verdict.responded is None else translate(N_("Yes") if verdict.responded else N_("No"), language)
    )
    yield _in_words("solution", verdict.solution, language)
    yield _in_words("satisfaction", verdict.satisfaction, language)
    yield _in_words("grievance", verdict.why, language)
    yield verdict.redone
    yield _in_words("exclusion", verdict.excluded, language)


def _in_words(table: str, code: str | None, language: str) -> str:
    return translate(CODES[table][code], language) if code else ""
