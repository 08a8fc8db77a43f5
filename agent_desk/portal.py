"""The units' portal: what a unit has to sign for, has in hand, has handed down and has done, with what is due first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from agent_desk import naming, saved_filters
from agent_desk.order_commands import is_own
from agent_desk.portal_asked import TAB_WORDS, Asked, Tab, Whose
from agent_desk.portal_tabs import HITS, Found, counts, most, narrowing, page
from agent_desk.render import fragment, page_for, render
from agent_desk.visit import Visit, Visiting, VisitRoute
from dispatch import workorders
from dispatch.marks import Kind as MarkKind
from dispatch.workorders import State, Verb
from hotline.clock_policy import KIND_WORDS, Kind
from hotline.levels import LEVEL_WORDS
from hotline.record.visibility import TAKEN
from hotline.roles import Permission
from hotline.store.tables import Mark, SavedFilter
from hotline.words import N_

router = APIRouter(route_class=VisitRoute)

WHOSE_WORDS = {
    Whose.OWN: N_("Our own"),
    Whose.BELOW: N_("Those below"),
    Whose.ALL: N_("All"),
}
ON_A_ROW = (MarkKind.RED, MarkKind.YELLOW, MarkKind.SUPERVISED, MarkKind.NOTED, MarkKind.LETTER)
Wanted = Annotated[Asked, Query()]


class FilterName(Asked):
    """A filter to keep: what it is called, and the fields of the form that are filled in."""

    name: Annotated[str, Field(max_length=40)] = ""

    @property
    def wanted(self) -> dict[str, str]:
        return {name: value for name, value in super().wanted.items() if name != "name"}


@dataclass(frozen=True)
class OrderRow:
    """One line of a tab. `clock` (in English), `due_at` and `amber_at` are of the promise that runs out next; `marks`
    are of the kinds that a list shows; `is_shown`: whether the ticket may still be looked at.
    """

    found: Found
    matter: str
    area: str
    unit: str
    clock: str
    due_at: datetime | None
    amber_at: datetime | None
    provisional: bool
    marks: Sequence[Mark]
    is_shown: bool
    may_sign: bool


@dataclass(frozen=True)
class Portal:
    """What the list shows: the rows of one tab, how many lie under each that asks for something, and where it goes
    on. `looked_at`: of how many of the newest tickets alone that hold the words; 0 for all.
    """

    asked: Asked
    tabs: Mapping[Tab, str]
    counts: Mapping[Tab, int]
    most: int
    rows: Sequence[OrderRow]
    next: str
    looked_at: int


@router.get("/portal")
def portal_page(request: Request, visit: Visiting, asked: Wanted) -> Response:
    """The unit's orders under one tab, with what is due first."""
    frame = page_for(visit, N_("Unit portal"), "portal")
    portal = _portal(visit, asked)
    return render(request, "portal.html", frame, portal=portal, **_around(visit, asked))


@router.get("/portal/list")
def portal_fragment(visit: Visiting, asked: Wanted) -> Response:
    """The list again, after something changed."""
    return fragment(visit, "portal/list.html", portal=_portal(visit, asked))


@router.get("/portal/filters")
def filters_fragment(visit: Visiting, asked: Wanted) -> Response:
    """This person's filters again."""
    visit.viewer.must(Permission.ORDER_SIGN)
    return fragment(visit, "portal/saved.html", asked=asked, saved=_saved(visit))


@router.post("/api/portal/filters")
def keep_filter(visit: Visiting, named: FilterName) -> dict[str, str]:
    """Keeps a filter under a name; one of that name is replaced."""
    visit.viewer.must(Permission.ORDER_SIGN)
    saved_filters.keep(visit.session, visit.viewer, named.name.strip(), named.wanted)
    return {}


@router.post("/api/portal/filters/{identity}/forget")
def forget_filter(visit: Visiting, identity: int) -> dict[str, str]:
    """Throws one of the person's own filters away."""
    saved_filters.forget(visit.session, visit.viewer, identity)
    return {}


def _around(visit: Visit, asked: Asked) -> dict[str, Any]:
    """What stands round the list: the form of the filter, and the saved ones."""
    units, language = visit.house.city.units, visit.viewer.language
    headings = visit.house.city.catalogue.categories.values()
    return {
        "asked": asked,
        "unit": naming.unit(visit, visit.viewer.unit or ""),
        "has_below": len(visit.viewer.units) > 1,
        "named_unit": naming.unit(visit, asked.unit),
        "named_area": naming.area(visit, asked.area),
        "whose": WHOSE_WORDS,
        "levels": {
            level: words
            for level, words in LEVEL_WORDS.items()
            if any(units[code].level is level for code in visit.viewer.units if code in units)
        },
        "headings": [(one.code, naming.name(one, language)) for one in headings],
        "saved": _saved(visit),
    }


def _saved(visit: Visit) -> Sequence[tuple[SavedFilter, Asked]]:
    return [(one, Asked.model_validate(one.wanted)) for one in saved_filters.of(visit.session, visit.viewer)]


def _portal(visit: Visit, asked: Asked) -> Portal:
    visit.viewer.must(Permission.ORDER_SIGN)
    approves = visit.viewer.may(Permission.ORDER_APPROVE)
    tabs = {tab: words for tab, words in TAB_WORDS.items() if approves or tab is not Tab.APPROVAL}
    narrowed = narrowing(visit, asked)
    found, more = page(visit, asked, narrowed)
    counted = counts(visit, asked, narrowed, [tab for tab in tabs if tab is not Tab.DONE])
    looked_at = HITS if narrowed.is_cut else 0
    return Portal(asked, tabs, counted, most(asked), [_row(visit, one) for one in found], more, looked_at)


def _row(visit: Visit, found: Found) -> OrderRow:
    order, ticket, clock = found.order, found.ticket, found.clock
    shown = order.state not in TAKEN
    return OrderRow(
        found=found,
        matter=naming.matter(visit, ticket.matter, order.catalogue) if shown else "",
        area=naming.area(visit, ticket.area),
        unit=naming.unit(visit, order.unit),
        clock=KIND_WORDS[Kind(clock.kind)] if clock else "",
        due_at=clock.due_at if clock else None,
        amber_at=clock.amber_at if clock else None,
        provisional=clock.provisional if clock else False,
        marks=_worst(found.marks),
        is_shown=shown,
        may_sign=Verb.SIGN in workorders.LIFECYCLE.verbs(State(order.state))
        and is_own(visit, order)
        and (found.request is None or found.request.state != "asked"),
    )


def _worst(marks: Sequence[Mark]) -> list[Mark]:
    """One mark of each kind that a row shows, its latest, the gravest kind first; no yellow card beside a red one."""
    latest = {mark.kind: mark for mark in marks}
    if MarkKind.RED in latest:
        latest.pop(MarkKind.YELLOW, None)
    return [latest[kind] for kind in ON_A_ROW if kind in latest]
