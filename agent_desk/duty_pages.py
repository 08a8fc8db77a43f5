"""The duty roster's page: a week of turns, in which the unit's leader puts people with a press for each turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from agent_desk import naming
from agent_desk.render import fragment, page_for, render
from agent_desk.visit import Visit, Visiting, VisitRoute
from dispatch import duty
from dispatch.duty import OnDuty
from dispatch.shifts import SHIFT_HOURS, SHIFT_WORDS, Shift, Turn, monday_of, turn_at, week_of
from hotline.errors import Refused
from hotline.roles import Permission, Role
from hotline.store.tables import Account
from hotline.words import N_, translate

router = APIRouter(route_class=VisitRoute)

WEEKDAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
Code = Annotated[str, Query(max_length=100)]
Day = Annotated[date | None, Query(ge=date(2000, 1, 1), le=date(2100, 1, 1))]


class Toggled(BaseModel):
    """Somebody in a turn."""

    model_config = ConfigDict(extra="forbid")

    day: date
    shift: Shift
    account: int


@dataclass(frozen=True)
class Cell:
    """A turn with the people in it; `is_past`: it can't be changed any more."""

    turn: Turn
    people: Sequence[Account]
    is_past: bool
    is_now: bool


@dataclass(frozen=True)
class Roster:
    """A unit's week: its days, each with its turns; `off`: days that the unit doesn't work."""

    unit: str
    name: str
    monday: date
    days: Sequence[date]
    off: frozenset[date]
    cells: Mapping[tuple[date, Shift], Cell]
    people: Sequence[Account]
    leaders: frozenset[int | None]
    now: OnDuty
    may_set: bool


@router.get("/portal/duty")
def roster_page(request: Request, visit: Visiting, week: Day = None, unit: Code = "") -> Response:
    """The roster of the week in which `week` lies, else of this one."""
    page = page_for(visit, N_("Duty roster"), "portal")
    roster = _roster(visit, _unit(visit, unit), week)
    return render(request, "portal/duty.html", page, roster=roster, **_words(visit))


@router.get("/portal/duty/week")
def roster_fragment(visit: Visiting, week: Day = None, unit: Code = "") -> Response:
    """The same again, after something changed."""
    return fragment(
        visit, "portal/duty_week.html", roster=_roster(visit, _unit(visit, unit), week), **_words(visit)
    )


@router.post("/api/duty/{unit}")
def toggle(visit: Visiting, unit: str, wanted: Toggled) -> dict[str, bool]:
    """Puts somebody on duty, or takes them off again."""
    turn = Turn(wanted.day, wanted.shift)
    on = duty.toggle(
        visit.session, visit.house.city, _unit(visit, unit), turn, wanted.account, visit.viewer, visit.at
    )
    return {"on": on}


@router.post("/api/duty/{unit}/copy")
def copy(visit: Visiting, unit: str, week: date) -> dict[str, str]:
    """Fills the empty turns of that week with those of the week before."""
    monday = monday_of(week)
    copied = duty.copy_last_week(visit.session, _unit(visit, unit), monday, visit.viewer, visit.at)
    return {"message": translate(N_("{count} turns filled"), visit.viewer.language, count=copied)}


def _unit(visit: Visit, code: str) -> str:
    """One's own unit, one below, or for an administrator any."""
    wanted = code or visit.viewer.unit or ""
    administers = visit.viewer.may(Permission.ADMIN_PEOPLE) and wanted in visit.house.city.units
    if not administers:
        visit.viewer.must(Permission.ORDER_SIGN)
        if wanted not in visit.viewer.units:
            raise Refused("page.unknown")
    return wanted


def _roster(visit: Visit, unit: str, week: date | None) -> Roster:
    local = visit.at.astimezone(visit.house.zone)
    monday = monday_of(week or local.date())
    people = duty.people_of(visit.session, unit)
    by_id = {one.id: one for one in people}
    found = visit.house.city.units[unit]
    calendar = visit.house.city.calendars[found.calendar]
    turns, here = duty.week(visit.session, unit, monday), turn_at(local)
    cells = {
        (turn.day, turn.shift): Cell(
            turn,
            [by_id[one] for one in accounts if one in by_id],
            turn.ends() <= local.replace(tzinfo=None),
            turn == here,
        )
        for turn, accounts in turns.items()
    }
    return Roster(
        unit=unit,
        name=naming.unit(visit, unit),
        monday=monday,
        days=list(week_of(monday)),
        off=frozenset(day for day in week_of(monday) if not calendar.spans(day)),
        cells=cells,
        people=people,
        leaders=frozenset(one.id for one in people if Role.UNIT_LEADER in one.roles),
        now=duty.on_duty(visit.session, visit.house.city, unit, visit.at),
        may_set=duty.may_set(visit.viewer, unit),
    )


def _words(visit: Visit) -> dict[str, object]:
    return {
        "weekdays": WEEKDAYS,
        "shifts": SHIFT_WORDS,
        "hours": SHIFT_HOURS,
        "week": timedelta(days=7),
        "has_below": len(visit.viewer.units) > 1,
        "own": visit.viewer.unit,
    }
