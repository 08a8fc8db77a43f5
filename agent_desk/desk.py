"""The agent's desk: the page, the call that is at the seat, what waits to be done, and what the seat may order."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict
from sqlmodel import col, select

from agent_desk import naming
from agent_desk.render import fragment, page_for, render
from agent_desk.visit import Visit, Visiting
from hotline import calls, presence
from hotline.errors import Refused, Unreachable
from hotline.lines import MODE_WORDS, Mode, line_on
from hotline.record import calls as call_record
from hotline.record import citizens, views, visibility
from hotline.roles import Permission
from hotline.store.tables import Account, Call, Citizen, Seat, Ticket
from hotline.tickets import State
from hotline.viewer import Viewer
from hotline.words import N_

router = APIRouter()

TASKS = 20


class Wish(StrEnum):
    """What an agent may ask of the seat."""

    READY = "ready"
    PAUSED = "paused"
    AWAY = "away"


PAUSE_REASONS = {
    reason: presence.REASON_WORDS[reason] for reason in ("paperwork", "break", "meal", "meeting", "training")
}


class SeatWish(BaseModel):
    """`reason` is why the seat pauses; the others need none."""

    model_config = ConfigDict(extra="forbid")

    state: Wish
    reason: str = "break"


class Credentials(BaseModel):
    """What the softphone registers with. The password is for this desk session alone."""

    extension: str
    password: str
    uri: str
    websocket: str


class PlacedCall(BaseModel):
    """A call to a citizen, on its way."""

    call: str


@dataclass(frozen=True)
class CallCard:
    """The call at the seat: which line was dialled and how it is merged, who calls from where, what they asked."""

    call: Call
    state: str
    line_name: str
    mode: Mode | None
    mode_words: str
    queue: str
    citizen: Citizen | None
    area: str
    tickets: Sequence[Ticket]
    about: Ticket | None


@dataclass(frozen=True)
class Task:
    """A ticket of the agent's own that waits for something; `to_call` where the unit has replied."""

    ticket: Ticket
    citizen: str
    number: str
    to_call: bool


@dataclass(frozen=True)
class DeskView:
    """What the desk shows."""

    seat: Seat | None
    card: CallCard | None
    tasks: Sequence[Task]
    reasons: Mapping[str, str]
    now: datetime


@router.get("/desk")
def desk_page(request: Request, visit: Visiting) -> Response:
    """The agent's whole working place."""
    page = page_for(visit, N_("Desk"), "desk")
    _extension(visit.viewer)
    return render(request, "desk.html", page, desk=_desk(visit))


@router.get("/desk/seat")
def seat_fragment(visit: Visiting) -> Response:
    """How the seat stands."""
    return fragment(visit, "desk/seat.html", seat=_seat(visit), reasons=PAUSE_REASONS)


@router.get("/desk/call")
def call_fragment(visit: Visiting) -> Response:
    """The call at the seat. That its citizen was shown is in the journal."""
    card = _card(visit)
    if card is not None and card.citizen is not None and card.citizen.id is not None:
        views.person_viewed(visit.session, visit.viewer, visit.at, citizen=card.citizen.id, call=card.call.id)
    return fragment(visit, "desk/call.html", card=card)


@router.get("/desk/tasks")
def tasks_fragment(visit: Visiting) -> Response:
    """What the agent's own tickets wait for."""
    return fragment(visit, "desk/tasks.html", tasks=_tasks(visit))


@router.post("/api/desk/session")
def begin_session(visit: Visiting) -> Credentials:
    """A fresh password for the seat's softphone; the one before it opens nothing any longer."""
    extension = _extension(visit.viewer)
    password = secrets.token_urlsafe(24)
    asterisk = visit.house.settings.asterisk
    visit.house.telephone.issue_password(extension, password)
    return Credentials(
        extension=extension,
        password=password,
        uri=f"sip:{extension}@{asterisk.host}",
        websocket=asterisk.websocket,
    )


@router.post("/api/desk/seat")
def set_seat(visit: Visiting, wish: SeatWish) -> dict[str, str]:
    """Ready takes calls from the queues of the agent's skills; paused keeps them away; away leaves them."""
    extension = _extension(visit.viewer)
    telephone = visit.house.telephone
    if wish.state is Wish.AWAY:
        telephone.leave_queues(extension)
        telephone.withdraw_password(extension)
    elif wish.state is Wish.PAUSED:
        if wish.reason not in PAUSE_REASONS:
            raise Refused("field.unknown", field="reason")
        telephone.pause(extension, wish.reason)
    else:
        telephone.join_queues(extension, _queues(visit))
        telephone.unpause(extension)
    return {}


@router.post("/api/tickets/{identity}/call-back", status_code=202)
def call_back(visit: Visiting, identity: int) -> PlacedCall:
    """Rings the seat, then the ticket's citizen. The call is in the record before the switch hears of it."""
    visit.viewer.must(Permission.CALL_PLACE)
    extension = _extension(visit.viewer)
    ticket = visibility.find_ticket(visit.session, visit.viewer, identity)
    seat = visit.session.get(Seat, extension)
    if seat is not None and seat.call is not None:
        raise Refused("seat.busy")
    house, node = visit.house, visit.house.settings.asterisk.node
    channel = f"desk-{secrets.token_hex(8)}"
    call = calls.name(node, channel)
    placed = calls.Placed(
        call=call,
        at=visit.at,
        line=ticket.line,
        caller=citizens.plain_number(ticket.contact),
        linkedid=channel,
        extension=extension,
        ticket=identity,
    )
    with house.store.transaction() as session:
        call_record.apply(session, [placed], node)
    try:
        house.telephone.place_call(extension, placed.caller, call)
    except (Unreachable, Refused):
        with house.store.transaction() as session:
            failed = calls.Ended(call=call, at=visit.at, outcome=calls.Outcome.FAILED)
            call_record.apply(session, [failed], node)
        raise
    return PlacedCall(call=call)


def _desk(visit: Visit) -> DeskView:
    return DeskView(_seat(visit), _card(visit), _tasks(visit), PAUSE_REASONS, visit.at)


def _extension(viewer: Viewer) -> str:
    viewer.must(Permission.DESK_USE)
    if viewer.extension is None:
        raise Refused("seat.none")
    return viewer.extension


def _seat(visit: Visit) -> Seat | None:
    return visit.session.get(Seat, _extension(visit.viewer))


def _queues(visit: Visit) -> dict[str, int]:
    """The queues that ask for one of the agent's skills, with how soon this seat is offered their calls."""
    skills = visit.session.get_one(Account, visit.viewer.account).skills
    return {queue.name: skills[queue.skill] for queue in visit.house.city.queues if queue.skill in skills}


def _card(visit: Visit) -> CallCard | None:
    """The call that is at the seat now, or the last one for as long as the seat wraps it up."""
    call = _call_at_seat(visit)
    if call is None:
        return None
    language = visit.viewer.language
    line = line_on(visit.house.city.lines, call.line, visit.at.astimezone(visit.house.zone).date())
    caller = citizens.who_calls(visit.session, call.caller)
    return CallCard(
        call=call,
        state=calls.STATE_WORDS[calls.State(call.state)],
        line_name=naming.name(line, language) if line else "",
        mode=line.mode if line else None,
        mode_words=MODE_WORDS[line.mode] if line else "",
        queue=naming.queue(visit, call.queue or ""),
        citizen=caller.citizen,
        area=naming.area(visit, caller.citizen.area) if caller.citizen else "",
        tickets=_seen(visit, caller.tickets),
        about=visit.session.get(Ticket, call.ticket) if call.ticket else None,
    )


def _call_at_seat(visit: Visit) -> Call | None:
    extension = _extension(visit.viewer)
    seat = visit.session.get(Seat, extension)
    if seat is None or (seat.call is None and seat.state != presence.State.WRAP_UP):
        return None
    if seat.call is not None:
        return visit.session.get(Call, seat.call)
    last = select(Call).where(Call.agent == extension, col(Call.answered_at).is_not(None))
    return visit.session.exec(last.order_by(col(Call.entered_at).desc()).limit(1)).first()


def _seen(visit: Visit, found: Sequence[Ticket]) -> Sequence[Ticket]:
    """Those of the tickets that this person may see: the same predicate as everywhere."""
    identities = [ticket.id for ticket in found]
    allowed = select(Ticket).where(col(Ticket.id).in_(identities), visibility.tickets(visit.viewer))
    return visit.session.exec(allowed.order_by(col(Ticket.id).desc())).all()


def _tasks(visit: Visit) -> list[Task]:
    waiting = (State.REPLIED, State.REVISIT, State.OPENED, State.REVIEW)
    asked = (
        select(Ticket, Citizen)
        .join(Citizen, col(Citizen.id) == col(Ticket.citizen))
        .where(Ticket.opened_by == visit.viewer.account, col(Ticket.state).in_(waiting))
        .order_by(col(Ticket.id).desc())
        .limit(TASKS)
    )
    return [
        Task(ticket, citizen.name, ticket.contact, ticket.state in (State.REPLIED, State.REVISIT))
        for ticket, citizen in visit.session.exec(asked).all()
    ]
