"""Trying changed dispatch rules on the tickets of the last month, before they are published: the worker decides each of
them by the rules in force and by the changed ones, and a page shows what would go elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import func
from sqlmodel import Session, col, select

from agent_desk import jobs, naming
from agent_desk.city_commands import Values, changes_of, in_words
from agent_desk.city_pages import sheet_of
from agent_desk.render import fragment, page_for, render
from agent_desk.visit import Visit, Visiting, VisitRoute
from dispatch.deciding import decide, request_of
from dispatch.simulation import LEFT_OVER, Tally
from dispatch.workorders import Part
from hotline.errors import Refused
from hotline.pack.rows import plain
from hotline.record import catalogues, city, visibility
from hotline.record.city import Change
from hotline.roles import Permission
from hotline.store import Store
from hotline.store.tables import Ticket, WorkOrder
from hotline.words import N_

router = APIRouter(route_class=VisitRoute)

SPAN = timedelta(days=31)
BATCH = 500  # tickets that are in memory at a time
LONGEST = 75  # percent of its cell that the longest bar takes
DAY = "day"
Code = Annotated[str | None, Query(max_length=64)]


@dataclass(frozen=True)
class Bar:
    """A count with the length of its bar, in percent of its cell."""

    count: int
    share: int


@dataclass(frozen=True)
class Move:
    """Tickets that one unit would have had and another would have instead."""

    before: str
    after: str
    from_unit: str
    to_unit: str
    bar: Bar


@dataclass(frozen=True)
class RuleCount:
    """How often a rule decides, by today's rules and by the changed ones; `is_new` where only those have it."""

    name: str
    before: Bar
    after: Bar


@dataclass(frozen=True)
class Found:
    """What a simulation found, in names. `day` is the one whose rules were tried; pairs are before and after."""

    job: str
    day: date
    first: date
    last: date
    tickets: int
    moved: int
    left: tuple[int, int]
    sent_down: tuple[int, int]
    known: int
    agreed: tuple[int, int]
    moves: Sequence[Move]
    rules: Sequence[RuleCount]
    idle: Sequence[str]


@dataclass(frozen=True)
class Example:
    """One of the tickets behind a number."""

    ticket: Ticket
    matter: str
    area: str


@router.post("/api/city/rules/simulate", status_code=202)
def simulate_day(visit: Visiting, values: Values) -> jobs.Progress:
    """Has the worker try the rules of a coming day."""
    sheet_of(visit, "rules")
    return _start(visit, [], _day(values.get(DAY)) or _today(visit))


@router.post("/api/city/rules/{number}/simulate", status_code=202)
def simulate_change(visit: Visiting, number: str, values: Values, without: bool = False) -> jobs.Progress:
    """Has the worker try what a rule's form says, or what there would be `without` the rule."""
    changes = changes_of(visit, "rules", number, values, without=without)
    begins = [_day(one.written.get("valid_from")) for one in changes if one.written]
    with in_words(visit, "rules", int(number) if number.isdecimal() else None):
        city.drafted(visit.session, changes)  # what is wrong is said at once
    return _start(visit, changes, max(_today(visit), *(day for day in begins if day), date.min))


@router.get("/rules/simulations/{job}")
def simulation_page(
    request: Request, visit: Visiting, job: str, before: Code = None, after: Code = None
) -> Response:
    """What was found; with a move chosen, the tickets behind it that this person may see."""
    page = page_for(visit, N_("Simulation of dispatch rules"), "rules")
    found = _found(visit, job)
    chosen = (before, after) if before is not None and after is not None else None
    return render(request, "rules/simulation.html", page, found=found, **_examples(visit, job, chosen))


@router.get("/rules/simulations/{job}/body")
def simulation_fragment(visit: Visiting, job: str) -> Response:
    """The same below the form that is being tried."""
    return fragment(visit, "rules/found.html", found=_found(visit, job))


def try_rules(changes: list[dict[str, Any]], day: str) -> dict[str, Any]:
    """The job: every ticket of the last month, decided twice."""
    with jobs.opened() as (_, store, now):
        at = datetime.now(UTC)
        with store.transaction() as session:
            rules = city.drafted(session, [Change(**one) for one in changes]).rules
        today, then = catalogues.today(now, at), date.fromisoformat(day)
        tally = Tally([rule for rule in rules if rule.is_valid_on(then)])
        drafted = replace(now, rules=rules)
        for ticket, went_to in _tickets(store, at - SPAN):
            asked = request_of(ticket)
            tally.add(ticket.id or 0, decide(now, asked, today), decide(drafted, asked, then), went_to)
    span = {"day": day, "first": catalogues.today(now, at - SPAN).isoformat(), "last": today.isoformat()}
    return tally.found() | span


def _tickets(store: Store, since: datetime) -> Iterator[tuple[Ticket, str | None]]:
    """The tickets opened since, the newest first, each with the unit that leads it; a batch in memory at a time."""
    with store.transaction() as session:
        recent = col(Ticket.opened_at) >= since
        of = session.exec(select(func.count()).select_from(Ticket).where(recent)).one()
        asked = select(Ticket).where(recent).order_by(col(Ticket.opened_at).desc())
        streamed = session.exec(asked.execution_options(yield_per=BATCH, stream_results=True))
        done = 0
        for batch in streamed.partitions(BATCH):
            leads = _leads(session, [ticket.id or 0 for ticket in batch])
            yield from ((ticket, leads.get(ticket.id or 0)) for ticket in batch)
            session.expunge_all()
            done += len(batch)
            jobs.tell(done, of)


def _leads(session: Session, tickets: Sequence[int]) -> dict[int, str]:
    """The units that lead these tickets, by their newest order that was neither returned nor cancelled."""
    asked = select(WorkOrder.ticket, WorkOrder.unit).where(
        col(WorkOrder.ticket).in_(tickets),
        WorkOrder.role == Part.LEAD,
        col(WorkOrder.state).not_in(visibility.TAKEN),
    )
    return dict(session.exec(asked.order_by(col(WorkOrder.id))).all())


def _start(visit: Visit, changes: Sequence[Change], day: date) -> jobs.Progress:
    told = [asdict(one) | {"written": plain(one.written) if one.written else None} for one in changes]
    return jobs.start(visit, try_rules, changes=told, day=day.isoformat())


def _today(visit: Visit) -> date:
    return catalogues.today(visit.house.city, visit.at)


def _day(written: object) -> date | None:
    try:
        return date.fromisoformat(str(written or ""))
    except ValueError:
        return None


def _read(visit: Visit, job: str) -> dict[str, Any]:
    """What a simulation told. Counts name nobody; whoever reads the catalogue may be shown them."""
    visit.viewer.must(Permission.CATALOGUE_READ)
    told = jobs.result_of(visit.house, job)
    if "moves" not in told:
        raise Refused("job.unknown")
    return told


def _found(visit: Visit, job: str) -> Found:
    told = _read(visit, job)
    most = max([one["count"] for one in told["moves"]], default=1)
    often = max([max(one["before"], one["after"]) for one in told["rules"]], default=1)
    rules = [_count(visit, one, often) for one in told["rules"]]
    return Found(
        job=job,
        day=date.fromisoformat(told["day"]),
        first=date.fromisoformat(told["first"]),
        last=date.fromisoformat(told["last"]),
        tickets=told["tickets"],
        moved=told["moved"],
        left=(told["left"]["before"], told["left"]["after"]),
        sent_down=tuple(told["sent_down"]),
        known=told["known"],
        agreed=tuple(told["agreed"]),
        moves=[
            Move(
                one["before"],
                one["after"],
                naming.unit(visit, one["before"]),
                naming.unit(visit, one["after"]),
                _bar(one["count"], most),
            )
            for one in told["moves"]
        ],
        rules=rules,
        idle=[one.name for one in rules if not one.after.count],
    )


def _count(visit: Visit, told: Mapping[str, Any], often: int) -> RuleCount:
    name = told["name_zh"] if visit.viewer.language.startswith("zh") else told["name_en"]
    return RuleCount(name, _bar(told["before"], often), _bar(told["after"], often))


def _bar(count: int, most: int) -> Bar:
    return Bar(count, round(LONGEST * count / max(1, most)))


def _examples(visit: Visit, job: str, chosen: tuple[str, str] | None) -> dict[str, Any]:
    """The tickets behind a move, of which only those are shown that this person may see."""
    if chosen is None:
        return {"chosen": None, "examples": (), "count": 0}
    told = _read(visit, job)
    behind = told["left"] | {"count": told["left"]["after"]} if chosen == LEFT_OVER else None
    behind = behind or next((one for one in told["moves"] if (one["before"], one["after"]) == chosen), None)
    if behind is None:
        raise Refused("page.unknown")
    seen = col(Ticket.id).in_(behind["tickets"]), visibility.tickets(visit.viewer)
    found = visit.session.exec(select(Ticket).where(*seen).order_by(col(Ticket.id).desc())).all()
    examples = [Example(one, naming.matter(visit, one.matter), naming.area(visit, one.area)) for one in found]
    names = tuple(naming.unit(visit, code) for code in chosen) if chosen != LEFT_OVER else ("", "")
    return {"chosen": names, "examples": examples, "count": behind["count"]}
