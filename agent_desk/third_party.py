"""What an agent may do with the call at the seat besides talking, over HTTP: call a third party in, or ask them alone
first; put everybody together or apart; hand the call over and leave; send the citizen on; park, and pick up.

What is wanted is in the record before the switch hears of it; what became of it, the switch tells itself.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session, col, select

from agent_desk import contacts
from agent_desk.contacts import Contact
from agent_desk.seat import extension_of, tell
from agent_desk.suggest import MOST, Choice, Choices
from agent_desk.visit import Visit, Visiting, VisitRoute
from dispatch import orders
from hotline import calls, presence
from hotline.calls import State
from hotline.errors import Refused, Unreachable
from hotline.parties import CHANNEL, IN_CALL, Party, Standing, parse
from hotline.record import calls as call_record
from hotline.record import tickets as ticket_record
from hotline.record import visibility
from hotline.store.tables import Call, Seat, Ticket
from hotline.words import N_, translate

router = APIRouter(prefix="/api/desk/call", route_class=VisitRoute)

Text = Annotated[str, Field(max_length=200)]
IN_TALK = frozenset({State.TALKING, State.HELD})


class HandedOver(BaseModel):
    """`order`: the branch's unit gets a work order for the ticket of this call in the same act."""

    model_config = ConfigDict(extra="forbid")

    order: bool = False


class Wanted(HandedOver):
    """Whom, as a contact writes it: `branch:12329:housing-fund`, `emergency:110`, `seat:8002`."""

    party: Text


class Fetched(BaseModel):
    """Which parked call."""

    model_config = ConfigDict(extra="forbid")

    call: Text


class Done(BaseModel):
    """What the page says of it; nothing where the call's card says it anyway."""

    message: str = ""


@router.get("/contacts")
def find_contacts(visit: Visiting, q: Annotated[str, Query(max_length=100)] = "") -> Choices:
    """Whom one may call, by number, name or unit."""
    extension_of(visit.viewer)
    wanted = q.casefold().strip()
    found = [one for one in contacts.contacts(visit) if wanted in f"{one.name} {one.hint}".casefold()]
    return Choices(options=[Choice(value=str(c.party), label=c.name, hint=c.hint) for c in found[:MOST]])


@router.post("/consult", status_code=202)
def consult(visit: Visiting, wanted: Wanted) -> Done:
    """Calls a third party whom the agent asks alone; the citizen hears music meanwhile."""
    return _bring_in(visit, wanted, privately=True)


@router.post("/invite", status_code=202)
def invite(visit: Visiting, wanted: Wanted) -> Done:
    """Calls a third party to citizen and agent, who go on talking until they pick up."""
    return _bring_in(visit, wanted, privately=False)


@router.post("/join")
def join(visit: Visiting) -> Done:
    """The citizen comes back from the music to whoever is there."""
    call = _own_call(visit)
    _ask(visit, "join", call, lambda: visit.house.telephone.put_together(call.id))
    return Done()


@router.post("/apart")
def put_apart(visit: Visiting) -> Done:
    """The citizen hears music again; the agent and the third party go on alone."""
    call = _own_call(visit)
    _must_be_there(call)
    _ask(visit, "apart", call, lambda: visit.house.telephone.put_apart(call.id))
    return Done()


@router.post("/dismiss")
def dismiss(visit: Visiting) -> Done:
    """The third party leaves, or isn't called any longer; the agent and the citizen go on."""
    call = _own_call(visit)
    gone = calls.PartyLeft(call=call.id, at=visit.at, party=call.party or "", how=Standing.FAILED)
    _write_down_wish(visit, "dismiss", call)
    if not visit.house.telephone.send_away(call.id):  # what became of them wasn't heard
        with visit.house.store.transaction() as session:
            _apply(visit, session, gone)
    return Done()


@router.post("/hand-over")
def hand_over(visit: Visiting, wish: HandedOver) -> Done:
    """The agent leaves the citizen and the third party together; the record goes with the call."""
    extension, call = extension_of(visit.viewer), _own_call(visit)
    _must_be_there(call)
    message = _issue(visit, call, parse(call.party or ""), wish.order)
    _ask(visit, "hand_over", call, lambda: visit.house.telephone.hand_over(call.id, extension))
    return Done(message=message)


@router.post("/send-on")
def send_on(visit: Visiting, sent: Wanted) -> Done:
    """The citizen goes to a third party alone. Where nobody answers there, they come back to the front of the queue."""
    extension, call = extension_of(visit.viewer), _own_call(visit)
    _must_be_two(call)
    contact = contacts.find(visit, sent.party)
    message = _issue(visit, call, contact.party, sent.order)
    _ask(
        visit,
        "send_on",
        call,
        lambda: visit.house.telephone.send_on(call.id, extension, contact.party, contact.number),
    )
    return Done(message=message)


@router.post("/park")
def park(visit: Visiting) -> Done:
    """The citizen hears music until somebody picks the call up; the seat is free."""
    extension, call = extension_of(visit.viewer), _own_call(visit)
    _must_be_two(call)
    _ask(visit, "park", call, lambda: visit.house.telephone.park(call.id, extension))
    return Done()


@router.post("/pick-up", status_code=202)
def pick_up(visit: Visiting, wanted: Fetched) -> Done:
    """Brings a parked call to this seat, whose telephone answers by itself."""
    extension = extension_of(visit.viewer)
    tell(visit, "seat.asked", extension, wish="pick_up", call=wanted.call)
    visit.session.commit()  # gives its connection back before another one is asked for
    with visit.house.store.transaction() as session:
        # Locked, so that two agents who want it at once don't both get it.
        call = session.get(Call, wanted.call, with_for_update=True)
        seats = _seats(session, extension, wanted.call)
        if call is None or call.state != State.PARKED or any(seat.call == wanted.call for seat in seats):
            raise Refused("call.not_parked")
        if any(seat.extension == extension and seat.call for seat in seats):
            raise Refused("seat.busy")
        _apply(visit, session, presence.Rings(extension=extension, at=visit.at, call=wanted.call))
    channel = f"desk-{secrets.token_hex(8)}"
    freed = presence.Freed(extension=extension, at=visit.at, call=wanted.call)
    _or_else(visit, freed, lambda: visit.house.telephone.pick_up(wanted.call, extension, channel))
    return Done()


def ticket_of(visit: Visit, call: Call) -> Ticket | None:
    """The newest ticket that was written about the call, as far as this person may see it."""
    asked = select(Ticket).where(Ticket.call == call.id, visibility.tickets(visit.viewer))
    return visit.session.exec(asked.order_by(col(Ticket.id).desc()).limit(1)).first()


def _bring_in(visit: Visit, wanted: Wanted, *, privately: bool) -> Done:
    extension, call, telephone = extension_of(visit.viewer), _own_call(visit), visit.house.telephone
    contact = contacts.find(visit, wanted.party)
    channel, party = f"{CHANNEL}{secrets.token_hex(8)}", contact.party
    gone = calls.PartyLeft(call=call.id, at=visit.at, party=str(party), how=Standing.FAILED)
    bring = partial(telephone.bring_in, call.id, extension, party, contact.number, channel)
    _write_down_wish(visit, "consult" if privately else "invite", call)
    _write_down_party(visit, call.id, contact)
    _or_else(visit, gone, lambda: bring(privately=privately))
    return Done()


def _write_down_party(visit: Visit, identity: str, contact: Contact) -> None:
    """Locked, so that two wishes at once call one third party."""
    with visit.house.store.transaction() as session:
        call = session.get_one(Call, identity, with_for_update=True)
        _must_be_two(call)
        _apply(visit, session, calls.PartyCalled(call=identity, at=visit.at, party=str(contact.party)))


def _own_call(visit: Visit) -> Call:
    """The call whose agent this is. Raises `Refused("call.not_yours")`; a colleague who is only asked has none."""
    extension = extension_of(visit.viewer)
    asked = select(Call).join(Seat, col(Seat.call) == col(Call.id)).where(Seat.extension == extension)
    call = visit.session.exec(asked).first()
    if call is None or call.agent != extension or call.state not in IN_TALK:
        raise Refused("call.not_yours")
    return call


def _must_be_two(call: Call) -> None:
    if call.party_stands in IN_CALL:
        raise Refused("call.has_party")
    if call.state not in IN_TALK:
        raise Refused("call.not_yours")


def _must_be_there(call: Call) -> None:
    if call.party_stands != Standing.PRESENT:
        raise Refused("party.not_there")


def _issue(visit: Visit, call: Call, party: Party | None, wished: bool) -> str:
    """The work order that goes along, where one is wished for and there is a ticket and a unit to give it to. One
    that the unit has already is fine. Returns what the page says of it.
    """
    ticket = ticket_of(visit, call) if wished and party and party.unit else None
    if ticket is None or party is None or ticket.id is None:
        return ""
    held = ticket_record.find(visit.session, ticket.id, lock=True)
    language, name = visit.viewer.language, contacts.name_of(visit, party)
    reason = translate(N_("The call was handed over to {name}"), language, name=name)
    try:
        orders.issue(visit.session, visit.house.city, held, party.unit, reason, visit.viewer, visit.at)
    except Refused as refused:
        if refused.key != "order.given_already":
            raise
    return translate(N_("Handed over with ticket {number}"), language, number=held.number)


def _ask(visit: Visit, wish: str, call: Call, order: Callable[[], None]) -> None:
    """Writes the wish down, with all that goes along with it, and then gives the order."""
    _write_down_wish(visit, wish, call)
    order()


def _write_down_wish(visit: Visit, wish: str, call: Call) -> None:
    """Committed at once: whoever waits for another machine holds no connection to the record meanwhile."""
    tell(visit, "seat.asked", extension_of(visit.viewer), wish=wish, call=call.id)
    visit.session.expunge(call)
    visit.session.commit()


def _or_else(visit: Visit, otherwise: call_record.Signal, order: Callable[[], None]) -> None:
    """Gives the order; where the switch doesn't take it, the record says so too."""
    try:
        order()
    except (Unreachable, Refused):
        with visit.house.store.transaction() as session:
            _apply(visit, session, otherwise)
        raise


def _apply(visit: Visit, session: Session, signal: call_record.Signal) -> None:
    call_record.apply(session, [signal], visit.house.settings.asterisk.node)


def _seats(session: Session, extension: str, call: str) -> Sequence[Seat]:
    asked = select(Seat).where((col(Seat.extension) == extension) | (col(Seat.call) == call))
    return session.exec(asked.order_by(Seat.extension).with_for_update()).all()
