"""A unit's own scorecard 成绩单: its figures of a month or a year beside the median of its peers, and the orders behind
each of them. Everything comes from the sums by month; no order is counted here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import col, select

from agent_desk import naming
from agent_desk.render import page_for, render
from agent_desk.visit import Visit, Visiting, VisitRoute
from dispatch import tally
from dispatch.measures import (
    BY_NAME,
    FIGURES,
    Figure,
    Measure,
    Scale,
    Sum,
    curve,
    middle,
    months_before,
    position,
    value,
)
from hotline.errors import Refused
from hotline.record import visibility
from hotline.roles import Permission
from hotline.store.tables import Ticket, UnitTally, WorkOrder
from hotline.units import Unit
from hotline.words import N_

router = APIRouter(prefix="/portal/scorecard", route_class=VisitRoute)

PAGE = 30
YEAR = 12
Code = Annotated[str, Query(max_length=100)]


class Span(StrEnum):
    """Which months are added up."""

    THIS = "this"
    LAST = "last"
    YEAR = "year"


SPAN_WORDS = {Span.THIS: N_("This month"), Span.LAST: N_("Last month"), Span.YEAR: N_("Twelve months")}


class Which(StrEnum):
    """Which of the orders behind a figure."""

    ALL = "all"
    MISSED = "missed"


@dataclass(frozen=True)
class Line:
    """One figure: the unit's own and the peers' median, where both stand on its bar (in percent), its last twelve
    months, and the counts that it is made of.
    """

    figure: Figure
    own: float | None
    peers: float | None
    at: float
    peers_at: float
    curve: Sequence[tuple[float, float]]
    count: int
    of: int
    missed: int
    is_behind: bool


@dataclass(frozen=True)
class Scorecard:
    """The page: whose figures, over which months, beside how many peers."""

    unit: Unit
    span: Span
    months: Sequence[date]
    received: int
    lines: Sequence[Line]
    peers: int


@dataclass(frozen=True)
class Behind:
    """An order behind a figure; `shown`: whether its ticket may be looked at."""

    tally: UnitTally
    order: WorkOrder
    ticket: Ticket
    shown: bool


@router.get("")
def scorecard_page(request: Request, visit: Visiting, span: Span = Span.THIS, unit: Code = "") -> Response:
    """The figures of one's own unit, or of one below it."""
    page = page_for(visit, N_("Scorecard"), "portal")
    card = _scorecard(visit, _unit(visit, unit), span)
    name = naming.unit(visit, card.unit.code)
    own = card.unit.code == visit.viewer.unit
    return render(
        request, "portal/scorecard.html", page, card=card, name=name, is_own=own, spans=SPAN_WORDS,
        has_below=len(visit.viewer.units) > 1,
    )  # fmt: skip


@router.get("/orders")
def behind_page(
    request: Request,
    visit: Visiting,
    figure: Code,
    span: Span = Span.THIS,
    unit: Code = "",
    which: Which = Which.ALL,
    before: int | None = None,
) -> Response:
    """The orders behind one figure, the latest first."""
    page = page_for(visit, N_("Scorecard"), "portal")
    of, found = _unit(visit, unit), BY_NAME.get(figure)
    if found is None:
        raise Refused("page.unknown")
    rows = _behind(visit, of, found, _months(visit, span), which, before)
    more = rows[PAGE - 1].tally.id if len(rows) > PAGE else None
    return render(
        request, "portal/behind.html", page, figure=found, unit=of, name=naming.unit(visit, of.code), span=span,
        spans=SPAN_WORDS, which=which, rows=rows[:PAGE], more=more,
    )  # fmt: skip


def _unit(visit: Visit, code: str) -> Unit:
    """The unit asked for, if it is the person's own or below it; without a code their own."""
    visit.viewer.must(Permission.ORDER_SIGN)
    wanted = code or visit.viewer.unit or ""
    found = visit.house.city.units.get(wanted)
    if found is None or wanted not in visit.viewer.units:
        raise Refused("page.unknown")
    return found


def _months(visit: Visit, span: Span) -> list[date]:
    this = visit.at.astimezone(visit.house.zone).date().replace(day=1)
    year = months_before(this, YEAR)
    return {Span.THIS: year[-1:], Span.LAST: year[-2:-1], Span.YEAR: year}[span]


def _scorecard(visit: Visit, unit: Unit, span: Span) -> Scorecard:
    months, own_units = _months(visit, span), _with_predecessors(visit, unit)
    peers = _peers(visit, unit)
    found = tally.sums(visit.session, [*own_units, *peers], months)
    own = _together([found[code] for code in own_units if code in found])
    others = [found[code] for code in peers if code in found]
    year = tally.by_month(visit.session, own_units, _months(visit, Span.YEAR))
    lines = [_line(figure, own, others, list(year.values())) for figure in FIGURES]
    return Scorecard(unit, span, months, own.get(Measure.RECEIVED, Sum()).count, lines, len(others))


def _line(
    figure: Figure,
    own: Mapping[Measure, Sum],
    others: Sequence[Mapping[Measure, Sum]],
    year: Sequence[Mapping[Measure, Sum]],
) -> Line:
    mine, theirs = value(figure, own), middle(figure, others)
    by_month = [value(figure, sums) for sums in year]
    known = [number for number in (mine, theirs, *by_month) if number is not None]
    most = 1.0 if figure.scale is Scale.SHARE and figure.against is None else max(known, default=0.0) * 1.25
    of = own.get(figure.of, Sum())
    against = own.get(figure.against, Sum()).count if figure.against else of.count
    return Line(
        figure=figure,
        own=mine,
        peers=theirs,
        at=position(mine, most),
        peers_at=position(theirs, most),
        curve=curve(by_month, most),
        count=of.count if figure.against or figure.scale is Scale.DAYS else of.good,
        of=against,
        missed=of.count - of.good if figure.missed else 0,
        is_behind=_is_behind(figure, mine, theirs),
    )


def _is_behind(figure: Figure, mine: float | None, theirs: float | None) -> bool:
    if mine is None or theirs is None or figure.more_is_better is None:
        return False
    return mine < theirs if figure.more_is_better else mine > theirs


def _together(some: Sequence[Mapping[Measure, Sum]]) -> dict[Measure, Sum]:
    return {measure: sum((one.get(measure, Sum()) for one in some), Sum()) for measure in Measure}


def _peers(visit: Visit, unit: Unit) -> list[str]:
    """Units of the same level and kind, itself left out."""
    day = visit.at.astimezone(visit.house.zone).date()
    return [
        one.code
        for one in visit.house.city.units
        if one.level is unit.level
        and one.kind is unit.kind
        and one.code != unit.code
        and one.is_valid_on(day)
    ]


def _with_predecessors(visit: Visit, unit: Unit) -> list[str]:
    return sorted(visit.house.city.units.with_predecessors([unit.code]))


def _behind(
    visit: Visit,
    unit: Unit,
    figure: Figure,
    months: Sequence[date],
    which: Which,
    before: int | None,
) -> list[Behind]:
    asked = (
        select(UnitTally, WorkOrder, Ticket)
        .join(WorkOrder, col(WorkOrder.id) == col(UnitTally.work_order))
        .join(Ticket, col(Ticket.id) == col(WorkOrder.ticket))
        .where(
            col(UnitTally.unit).in_(_with_predecessors(visit, unit)),
            col(UnitTally.measure) == figure.of,
            col(UnitTally.month).in_(months),
            visibility.orders(visit.viewer),
        )
    )
    if which is Which.MISSED:
        asked = asked.where(col(UnitTally.good).is_(False))
    if before is not None:
        asked = asked.where(col(UnitTally.id) < before)
    found = visit.session.exec(asked.order_by(col(UnitTally.id).desc()).limit(PAGE + 1))
    return [Behind(one, order, ticket, order.state not in visibility.TAKEN) for one, order, ticket in found]
