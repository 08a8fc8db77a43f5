"""The dispatch rules in pages: all in their order, each with what it asks and where it sends; a form for one of them;
and moving one up or down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from agent_desk.city_commands import make
from agent_desk.city_pages import TITLE, RowForm, form_of, row_of, sheet_of, status_of, tabs
from agent_desk.city_view import Control
from agent_desk.render import fragment, page_for, render
from agent_desk.rule_warnings import understood, warning
from agent_desk.visit import Visit, Visiting, VisitRoute
from dispatch import rule_words
from hotline.dispatch_rules import Rule
from hotline.errors import Refused
from hotline.pack.model import CityPack
from hotline.pack.sheets import BY_NAME
from hotline.record import catalogues, city
from hotline.record.city import Change
from hotline.store.tables import CityRow
from hotline.words import N_, translate

router = APIRouter(route_class=VisitRoute)

SHEET = "rules"
STEP = 10  # between the orders of neighbours, so that one can be put between them by hand
PARTS: Mapping[str, tuple[str, ...]] = {
    N_("What it is"): ("code", "order", "name_zh", "name_en", "valid_from", "valid_until"),
    N_("Which tickets"): (
        *("matters", "areas", "lines", "types", "urgencies", "channels"),
        *("any_words", "all_words", "no_words"),
    ),
    N_("Where they go"): (*("lead", "unit", "level", "co"), *("sign", "contact", "resolve", "marks")),
    N_("Why there"): ("reason_zh", "reason_en"),
}
"""A rule's form in parts, by the names of its fields."""


class Way(BaseModel):
    """Up (-1) or down (1)."""

    model_config = ConfigDict(extra="forbid")

    by: Literal[-1, 1]


@dataclass(frozen=True)
class RuleRow:
    """One rule in words. `standing` is in_force, coming or past; `warning` says what is unwise about it."""

    number: int
    name: str
    code: str
    asks: Sequence[tuple[str, str]]
    goes_to: str
    besides: Sequence[str]
    reason: str
    days: str
    standing: str
    warning: str


@dataclass(frozen=True)
class RuleList:
    """All rules in their order, and the days to come from which other ones hold."""

    rows: Sequence[RuleRow]
    coming: Sequence[date]


@router.get("/city/rules")
def rules_page(request: Request, visit: Visiting) -> Response:
    """All rules."""
    page = page_for(visit, TITLE, "city")
    found = _list(visit)
    return render(
        request, "rules/list.html", page, found=found, tabs=tabs(visit, SHEET), status=status_of(visit)
    )


@router.get("/city/rules/rows")
def rules_fragment(visit: Visiting) -> Response:
    """The list again, after somebody changed something."""
    return fragment(visit, "rules/rows.html", found=_list(visit))


@router.get("/city/rules/new")
def new_page(request: Request, visit: Visiting) -> Response:
    """A form for a new rule, behind all others."""
    sheet_of(visit, SHEET)
    last = max([_order(row) for row in city.rows(visit.session, SHEET)], default=0)
    return _form_page(request, visit, None, {"order": last + STEP})


@router.get("/city/rules/{number}")
def rule_page(request: Request, visit: Visiting, number: int) -> Response:
    """A rule's form, with what a change would do, and a simulation of it."""
    found = row_of(visit, sheet_of(visit, SHEET), number)
    return _form_page(request, visit, found, found.written)


@router.post("/api/city/rules/{number}/move")
def move(visit: Visiting, number: int, way: Way) -> dict[str, Any]:
    """Changes places with the rule before or behind it."""
    moved = row_of(visit, sheet_of(visit, SHEET), number)
    rows = _in_order(visit)
    place = next(place for place, row in enumerate(rows) if row.number == moved.number)
    other = place + way.by
    if not 0 <= other < len(rows):
        raise Refused("city.no_change")
    rows[place], rows[other] = rows[other], rows[place]
    pattern = N_("“{rule}” moved up") if way.by < 0 else N_("“{rule}” moved down")
    why = translate(pattern, visit.viewer.language, rule=_name(moved, visit.viewer.language))
    return make(visit, _renumbered(rows), why, SHEET, number, "")


def _in_order(visit: Visit) -> list[CityRow]:
    rows = city.rows(visit.session, SHEET)
    return sorted(rows, key=lambda row: (_order(row), str(row.written["code"])))


def _order(row: CityRow) -> int:
    return int(row.written["order"])


def _renumbered(rows: Sequence[CityRow]) -> list[Change]:
    """The changes that make `rows` stand in this order."""
    orders = [(row, STEP * place) for place, row in enumerate(rows, start=1)]
    return [
        Change(SHEET, row.number, {**row.written, "order": order})
        for row, order in orders
        if _order(row) != order
    ]


def _name(row: CityRow, language: str) -> str:
    return str(row.written["name_zh" if language.startswith("zh") else "name_en"])


def _list(visit: Visit) -> RuleList:
    sheet_of(visit, SHEET)
    pack, today = visit.house.city, catalogues.today(visit.house.city, visit.at)
    rules = [(row, understood(row.written)) for row in _in_order(visit)]
    known = [(row, rule) for row, rule in rules if rule]
    days = {day for _, rule in known for day in (rule.valid_from, rule.valid_until)}
    coming = sorted(day for day in days if today < day < date.max)
    return RuleList([_row(visit, pack, row, rule, today) for row, rule in known], coming)


def _row(visit: Visit, pack: CityPack, row: CityRow, rule: Rule, today: date) -> RuleRow:
    language = visit.viewer.language
    standing = "in_force" if rule.is_valid_on(today) else "coming" if rule.valid_from > today else "past"
    return RuleRow(
        number=row.number or 0,
        name=rule.name_in(language),
        code=rule.code,
        asks=rule_words.asks(pack, rule, language),
        goes_to=rule_words.goes_to(pack, rule, language),
        besides=rule_words.besides(pack, rule, language),
        reason=rule.reason_in(language),
        days=rule_words.days(rule, language),
        standing=standing,
        warning=warning(visit, rule),
    )


def _form_page(request: Request, visit: Visit, row: CityRow | None, written: Mapping[str, Any]) -> Response:
    page = page_for(visit, TITLE, "city")
    form = form_of(visit, BY_NAME[SHEET], row, written)
    return render(
        request,
        "rules/rule.html",
        page,
        form=form,
        parts=_parts(form),
        tabs=tabs(visit, SHEET),
        status=status_of(visit),
    )


def _parts(form: RowForm) -> list[tuple[str, list[Control]]]:
    controls = {control.field.name: control for control in form.controls}
    return [(title, [controls[name] for name in names]) for title, names in PARTS.items()]
