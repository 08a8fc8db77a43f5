"""The call at a seat, as its agent sees it: the line that was dialled, who calls from where, what they asked before.

It is drawn before the agent answers, so it asks the record for as little as it can.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from agent_desk import naming
from agent_desk.third_view import ThirdView, third_view
from agent_desk.visit import Visit
from hotline import calls, presence, tickets
from hotline.lines import MODE_WORDS, line_at
from hotline.record import citizens, views, visibility
from hotline.store.tables import Call, Citizen, Seat, Ticket

EARLIER = 6
OPEN = tickets.UNDER_WAY | {tickets.State.MERGED}


@dataclass(frozen=True)
class CallCard:
    """What the card shows. `state` and `mode` are English words to be translated; `since` is when this part of the
    call began: the wait, the talk, or its end. `is_over` says that the seat is only wrapping it up.
    """

    call: Call
    state: str
    since: datetime
    is_over: bool
    line: str
    mode: str
    queue: str
    citizen: Citizen | None
    area: str
    tickets: Sequence[Ticket]
    third: ThirdView | None

    @property
    def open_tickets(self) -> int:
        """How many of the earlier tickets still wait for something."""
        return sum(ticket.state in OPEN for ticket in self.tickets)


def call_card(visit: Visit) -> CallCard | None:
    """The call that is at the seat now, or the last one for as long as the seat wraps it up.

    That the caller's person was shown is in the journal.
    """
    call = _call_at_seat(visit)
    if call is None:
        return None
    line = line_at(visit.house.city.lines, call.line, call.entered_at)  # what it was when the caller came
    citizen = citizens.who_has(visit.session, call.caller)
    if citizen is not None and citizen.id is not None:
        views.person_viewed(visit.session, visit.viewer, visit.at, citizen=citizen.id, call=call.id)
    return CallCard(
        call=call,
        state=calls.STATE_WORDS[calls.State(call.state)],
        since=call.ended_at or call.answered_at or call.queued_at or call.entered_at,
        is_over=call.ended_at is not None,
        line=naming.name(line, visit.viewer.language) if line else "",
        mode=MODE_WORDS[line.mode] if line else "",
        queue=naming.queue(visit, call.queue or ""),
        citizen=citizen,
        area=naming.area(visit, citizen.area) if citizen else "",
        tickets=_earlier(visit, citizen) if citizen else (),
        third=third_view(visit, call),
    )


def _call_at_seat(visit: Visit) -> Call | None:
    at_seat = (
        select(Seat, Call)
        .outerjoin(Call, col(Call.id) == col(Seat.call))
        .where(Seat.extension == visit.viewer.extension)
    )
    seat, call = visit.session.exec(at_seat).first() or (None, None)
    if call is not None or seat is None or seat.state != presence.State.WRAP_UP:
        return call
    last = select(Call).where(Call.agent == seat.extension, col(Call.answered_at).is_not(None))
    return visit.session.exec(last.order_by(col(Call.entered_at).desc()).limit(1)).first()


def _earlier(visit: Visit, citizen: Citizen) -> Sequence[Ticket]:
    """The citizen's newest tickets that this person may see: the same predicate as everywhere."""
    asked = select(Ticket).where(Ticket.citizen == citizen.id, visibility.tickets(visit.viewer))
    return visit.session.exec(asked.order_by(col(Ticket.id).desc()).limit(EARLIER)).all()
