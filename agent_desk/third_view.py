"""The third party in a call as its agent sees it: who it is, how it stands, and what can be done about it now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from agent_desk import contacts, naming, third_party
from agent_desk.visit import Visit
from hotline import parties
from hotline.calls import State
from hotline.parties import Standing
from hotline.store.tables import Call, Ticket


@dataclass(frozen=True)
class ParkedCall:
    """A call that anybody may pick up, with its line's name and who parked it."""

    call: Call
    line: str
    agent: str


@dataclass(frozen=True)
class ThirdView:
    """What the card shows. `stands` is empty where nobody was called; `words` are English, to be translated.

    `is_own`: the call is this agent's; else they are only asked about it. `unit` would get an order for `ticket`.
    """

    is_own: bool
    is_held: bool
    agent: str
    name: str
    stands: str
    words: str
    unit: str
    ticket: Ticket | None

    @property
    def is_there(self) -> bool:
        """Whether the third party talks."""
        return self.stands == Standing.PRESENT

    @property
    def is_called(self) -> bool:
        """Whether their telephone is being rung."""
        return self.stands == Standing.CALLED


def third_view(visit: Visit, call: Call) -> ThirdView | None:
    """The third party of a call that somebody talks in; None for any other."""
    if call.state not in third_party.IN_TALK and call.state != State.HANDED_OVER:
        return None
    party = parties.parse(call.party or "")
    stands = Standing(call.party_stands) if call.party_stands else None
    return ThirdView(
        is_own=call.agent == visit.viewer.extension and call.state != State.HANDED_OVER,
        is_held=call.state == State.HELD,
        agent=_seat_name(visit, call.agent),
        name=contacts.name_of(visit, party) if party else "",
        stands=stands or "",
        words=parties.STANDING_WORDS[stands] if stands else "",
        unit=naming.unit(visit, party.unit) if party and party.unit else "",
        ticket=third_party.ticket_of(visit, call),
    )


def parked_calls(visit: Visit) -> Sequence[ParkedCall]:
    """The calls that wait to be picked up, the oldest first."""
    asked = select(Call).where(col(Call.ended_at).is_(None), Call.state == State.PARKED)
    found = visit.session.exec(asked.order_by(col(Call.entered_at))).all()
    return [ParkedCall(call, naming.line(visit, call.line), _seat_name(visit, call.agent)) for call in found]


def _seat_name(visit: Visit, extension: str | None) -> str:
    return contacts.name_of(visit, parties.Party(parties.Kind.SEAT, extension)) if extension else ""
