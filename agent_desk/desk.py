"""The agent's desk: one page whose parts follow the seat, the call at it, and the tickets that wait for its agent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import col, select

from agent_desk import naming
from agent_desk.callcard import CallCard, call_card
from agent_desk.linkview import LinkView, link_view
from agent_desk.render import fragment, page_for, render
from agent_desk.repeat_view import offered
from agent_desk.seat import PAUSE_REASONS
from agent_desk.third_view import ParkedCall, parked_calls
from agent_desk.ticketview import ticket_view
from agent_desk.visit import Visit, Visiting, VisitRoute
from dispatch import repeating, revisit_tasks
from dispatch.repeats import Told
from hotline import presence, tickets
from hotline.lines import Line, lines_at
from hotline.record import citizens, views
from hotline.roles import Permission
from hotline.store.tables import Citizen, Revisit, Seat, Ticket
from hotline.tickets import State
from hotline.words import N_, translate

router = APIRouter(prefix="/desk", route_class=VisitRoute)

TASKS = 20
Word = Annotated[str, Query(max_length=200)]
Said = Annotated[str, Query(max_length=1000)]
TO_CALL = frozenset({State.REVISIT})
TO_DECIDE = frozenset({State.OPENED, State.REVIEW})


@dataclass(frozen=True)
class SeatView:
    """How the seat stands. `words` and `reason` are English to be translated; `ready_at` is when its wrap-up ends."""

    state: presence.State
    words: str
    reason: str
    since: datetime | None
    ready_at: datetime | None


@dataclass(frozen=True)
class Task:
    """A ticket of the agent's own that waits for them: to be decided, or its citizen to be called (`to_call`), perhaps
    only `later`.
    """

    ticket: Ticket
    state: str
    citizen: str
    to_call: bool
    later: datetime | None = None


@dataclass(frozen=True)
class DeskView:
    """What the desk shows. `extension` is None for somebody who has no seat: they can write, but not telephone."""

    extension: str | None
    seat: SeatView
    card: CallCard | None
    tasks: Sequence[Task]
    parked: Sequence[ParkedCall]
    lines: Sequence[tuple[Line, str]]
    own_line: str
    link: LinkView | None


@router.get("")
def desk_page(request: Request, visit: Visiting) -> Response:
    """The agent's whole working place."""
    visit.viewer.must(Permission.DESK_USE)
    page = page_for(visit, N_("Desk"), "desk")
    return render(request, "desk.html", page, desk=_desk(visit), **_words(visit))


@router.get("/seat")
def seat_fragment(visit: Visiting) -> Response:
    """How the seat stands."""
    visit.viewer.must(Permission.DESK_USE)
    return fragment(visit, "desk/seat.html", seat=_seat(visit), **_words(visit))


@router.get("/call")
def call_fragment(visit: Visiting) -> Response:
    """The call at the seat."""
    visit.viewer.must(Permission.DESK_USE)
    return fragment(visit, "desk/call.html", card=call_card(visit), **_words(visit))


@router.get("/link")
def link_fragment(visit: Visiting) -> Response:
    """Whether anybody listens to the switch."""
    visit.viewer.must(Permission.DESK_USE)
    return fragment(visit, "components/link.html", link=link_view(visit))


@router.get("/tasks")
def tasks_fragment(visit: Visiting) -> Response:
    """What the agent's own tickets wait for."""
    visit.viewer.must(Permission.DESK_USE)
    return fragment(visit, "desk/tasks.html", tasks=_tasks(visit))


@router.get("/parked")
def parked_fragment(visit: Visiting) -> Response:
    """The calls that anybody may pick up."""
    visit.viewer.must(Permission.DESK_USE)
    return fragment(visit, "desk/parked.html", parked=parked_calls(visit))


@router.get("/tickets/{identity}")
def ticket_fragment(visit: Visiting, identity: int) -> Response:
    """One ticket in the middle of the desk: to be answered or dispatched, or its citizen to be asked."""
    visit.viewer.must(Permission.DESK_USE)
    view = ticket_view(visit, identity)
    if view.citizen is not None:
        views.person_viewed(
            visit.session, visit.viewer, visit.at, citizen=view.ticket.citizen, ticket=identity
        )
    return fragment(visit, "desk/ticket.html", view=view, **_words(visit))


@router.get("/repeats")
def repeats_fragment(
    visit: Visiting, q: Said = "", number: Word = "", matter: Word = "", area: Word = "", place: Said = ""
) -> Response:
    """What the caller with this number has asked for already, and who else asks for what is being written."""
    visit.viewer.must(Permission.DESK_USE)
    citizen = citizens.who_has(visit.session, number) if number else None
    told = Told(
        text=q,
        matter=matter,
        area=repeating.area_path(visit.house.city.areas, area),
        place=place,
        citizen=citizen.id if citizen else None,
        at=visit.at,
    )
    found = offered(visit, told)
    if found.own and told.citizen is not None:
        views.person_viewed(visit.session, visit.viewer, visit.at, citizen=told.citizen)
    return fragment(visit, "desk/repeats.html", found=found, **_words(visit))


def _desk(visit: Visit) -> DeskView:
    city, language = visit.house.city, visit.viewer.language
    lines = lines_at(city.lines, visit.at)
    return DeskView(
        extension=visit.viewer.extension,
        seat=_seat(visit),
        card=call_card(visit),
        tasks=_tasks(visit),
        parked=parked_calls(visit),
        lines=[(line, naming.name(line, language)) for line in lines],
        own_line=city.city.number,
        link=link_view(visit),
    )


def _words(visit: Visit) -> dict[str, Mapping[str, str]]:
    """What the desk's forms let choose, by code, in the reader's language."""
    choices: dict[str, Mapping[Any, str]] = {
        "states": tickets.STATE_WORDS,
        "types": tickets.TYPE_WORDS,
        "urgencies": tickets.URGENCY_WORDS,
        "satisfactions": tickets.SATISFACTION_WORDS,
        "solutions": tickets.SOLUTION_WORDS,
        "reasons": PAUSE_REASONS,
    }
    return {
        name: {str(code): translate(words, visit.viewer.language) for code, words in by_code.items()}
        for name, by_code in choices.items()
    }


def _seat(visit: Visit) -> SeatView:
    extension = visit.viewer.extension
    seat = visit.session.get(Seat, extension) if extension else None
    if seat is None:
        return SeatView(presence.State.AWAY, presence.STATE_WORDS[presence.State.AWAY], "", None, None)
    state = presence.State(seat.state)
    reason = presence.REASON_WORDS.get(seat.reason, seat.reason) if state is presence.State.PAUSED else ""
    wrapping = state is presence.State.WRAP_UP
    ready_at = seat.since + timedelta(seconds=visit.house.settings.desk.wrap_up) if wrapping else None
    return SeatView(state, presence.STATE_WORDS[state], reason, seat.since, ready_at)


def _tasks(visit: Visit) -> list[Task]:
    """Those whose citizen has to be called first; then what was written down and not decided yet. Whoever is asked
    without people isn't among them.
    """
    by_itself = col(Revisit.way).not_in(revisit_tasks.BY_PEOPLE)
    asked = (
        select(Ticket, Citizen, Revisit)
        .join(Citizen, col(Citizen.id) == col(Ticket.citizen))
        .outerjoin(Revisit, (col(Revisit.ticket) == col(Ticket.id)) & col(Revisit.ended_at).is_(None))
        .where(Ticket.opened_by == visit.viewer.account, col(Ticket.state).in_(TO_CALL | TO_DECIDE))
        .where(col(Ticket.closed_at).is_(None), by_itself.is_not(True))
        .order_by(col(Ticket.state).in_(TO_CALL).desc(), col(Ticket.id))
        .limit(TASKS)
    )
    return [_task(visit, ticket, citizen, revisit) for ticket, citizen, revisit in visit.session.exec(asked)]


def _task(visit: Visit, ticket: Ticket, citizen: Citizen, revisit: Revisit | None) -> Task:
    is_early = revisit is not None and revisit.not_before > visit.at
    return Task(
        ticket=ticket,
        state=tickets.STATE_WORDS[State(ticket.state)],
        citizen=citizen.name,
        to_call=ticket.state in TO_CALL,
        later=revisit.not_before if revisit is not None and is_early else None,
    )
