"""What the desk may ask for its seat, over HTTP: a telephone, to be ready or not, and a call to a citizen."""

from __future__ import annotations

import secrets
from enum import StrEnum

import structlog
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from agent_desk.house import House
from agent_desk.visit import Visit, Visiting, VisitRoute
from dispatch import revisit_tasks
from hotline import calls, journal, presence
from hotline.errors import Refused, Unreachable
from hotline.facts import Fact, subject
from hotline.record import calls as call_record
from hotline.record import citizens, visibility
from hotline.roles import Permission
from hotline.skills import offers
from hotline.store.tables import Account, Seat
from hotline.viewer import Viewer

router = APIRouter(prefix="/api", route_class=VisitRoute)

log = structlog.get_logger()

PAUSE_REASONS = {
    reason: presence.REASON_WORDS[reason] for reason in ("paperwork", "break", "meal", "meeting", "training")
}


class Wish(StrEnum):
    """What an agent may ask of the seat."""

    READY = "ready"
    PAUSED = "paused"
    AWAY = "away"


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


def extension_of(viewer: Viewer) -> str:
    """The seat of somebody who may work at a desk. Raises `Refused`: `not_allowed`, or `seat.none`."""
    viewer.must(Permission.DESK_USE)
    if viewer.extension is None:
        raise Refused("seat.none")
    return viewer.extension


@router.post("/desk/session")
def begin_session(visit: Visiting) -> Credentials:
    """A fresh password for the seat's softphone; the one before it opens nothing any longer."""
    extension = extension_of(visit.viewer)
    password = secrets.token_urlsafe(24)
    asterisk = visit.house.settings.asterisk
    tell(visit, "seat.session_begun", extension)
    visit.house.telephone.issue_password(extension, password)
    return Credentials(
        extension=extension,
        password=password,
        uri=f"sip:{extension}@{asterisk.host}",
        websocket=asterisk.websocket,
    )


@router.post("/desk/seat")
def set_seat(visit: Visiting, wish: SeatWish) -> dict[str, str]:
    """Ready takes calls from the queues of the agent's skills; paused keeps them away; away leaves them."""
    extension = extension_of(visit.viewer)
    if wish.state is Wish.PAUSED and wish.reason not in PAUSE_REASONS:
        raise Refused("field.unknown", field="reason")
    queues, telephone = _queues(visit), visit.house.telephone
    tell(visit, "seat.asked", extension, wish=wish.state.value, reason=wish.reason)
    if wish.state is Wish.AWAY:
        telephone.leave_queues(extension)
        telephone.withdraw_password(extension)
    elif wish.state is Wish.PAUSED:
        telephone.pause(extension, wish.reason)
    else:
        telephone.join_queues(extension, queues)
        telephone.unpause(extension)
    return {}


def leave(house: House, extension: str | None) -> None:
    """Takes a seat out of its queues and its password away, for somebody whose session ends. A switch that is gone
    keeps nobody in.
    """
    if extension is None:
        return
    try:
        house.telephone.leave_queues(extension)
        house.telephone.withdraw_password(extension)
    except (Unreachable, Refused) as error:
        log.warning("seat not left", extension=extension, error=str(error))


@router.post("/tickets/{identity}/call-back", status_code=202)
def call_back(visit: Visiting, identity: int) -> PlacedCall:
    """Rings the seat, then the ticket's citizen. The call is in the record before the switch hears of it."""
    visit.viewer.must(Permission.CALL_PLACE)
    extension = extension_of(visit.viewer)
    ticket = visibility.find_ticket(visit.session, visit.viewer, identity)
    revisit_tasks.hold(visit.session, ticket, visit.viewer, visit.at)
    channel = f"desk-{secrets.token_hex(8)}"
    placed = calls.Placed(
        call=calls.name(visit.house.settings.asterisk.node, channel),
        at=visit.at,
        line=ticket.line,
        caller=citizens.plain_number(ticket.contact),
        linkedid=channel,
        extension=extension,
        ticket=identity,
    )
    _place(visit, placed)
    return PlacedCall(call=placed.call)


def _place(visit: Visit, placed: calls.Placed) -> None:
    """Where the switch doesn't take it, the record says that it failed. Both stand in transactions of their own."""
    house, node = visit.house, visit.house.settings.asterisk.node
    visit.session.commit()  # gives its connection back before another one is asked for
    with house.store.transaction() as session:
        # Locked, so that two wishes at once place one call.
        seat = session.get(Seat, placed.extension, with_for_update=True)
        if seat is not None and seat.call is not None:
            raise Refused("seat.busy")
        call_record.apply(session, [placed], node)
    try:
        house.telephone.place_call(placed.extension, placed.caller, placed.call)
    except (Unreachable, Refused):
        failed = calls.Ended(call=placed.call, at=visit.at, outcome=calls.Outcome.FAILED)
        with house.store.transaction() as session:
            call_record.apply(session, [failed], node)
        raise


def tell(visit: Visit, kind: str, extension: str, **data: str) -> None:
    """Writes down who asked; what became of it is told by the switch itself.

    Committed at once: whoever waits for another machine must not hold a connection to the record meanwhile.
    """
    told = {"extension": extension, **data}
    journal.append(
        visit.session, Fact(kind, subject("seat", extension), visit.at, by=visit.viewer.by, data=told)
    )


def _queues(visit: Visit) -> dict[str, int]:
    """The queues that the agent's skills bring the seat into, with how soon it is offered their calls."""
    ranks = visit.session.get_one(Account, visit.viewer.account).skills
    return offers(visit.house.city.queues, visit.house.city.skills, ranks)
