"""The supervisors' live floor: who waits and for how long, what each seat does, how today and the last hour went.

Nobody's number is shown here; what a board needs of a call is its queue, its line and its time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import Float, cast, extract, func
from sqlalchemy.orm import Mapped
from sqlmodel import col, select

from agent_desk import naming
from agent_desk.board import Board
from agent_desk.linkview import LinkView, link_view
from agent_desk.render import fragment, page_for, render
from agent_desk.visit import Visit, Visiting, VisitRoute
from hotline.calls import Outcome
from hotline.floor import Count, Floor, OpenCall, SeatNow
from hotline.presence import REASON_WORDS, State
from hotline.record.repair import last_comparison
from hotline.roles import Permission
from hotline.store.tables import Account, Call
from hotline.words import N_, translate

router = APIRouter(prefix="/floor", route_class=VisitRoute)

STEP = timedelta(minutes=5)
STEPS = 12


@dataclass(frozen=True)
class QueueRow:
    """One queue. `longest` is when the call that waits longest began to; `is_late`: longer than the target."""

    title: str
    target: int
    waiting: int
    longest: datetime | None
    is_late: bool
    ready: int
    seats: int
    count: Count


@dataclass(frozen=True)
class SeatCard:
    """One seat. `reason` is the pause's in English, `line` the number that its caller dialled."""

    extension: str
    name: str
    state: State
    reason: str
    since: datetime | None
    line: str


@dataclass(frozen=True)
class FloorView:
    """What the board shows. `target` is None where the queues have different ones; `compared` is what the record's
    last comparison with the switch came to (`day`, `calls`, `differing`), None before the first.
    """

    queues: Sequence[QueueRow]
    seats: Sequence[SeatCard]
    by_state: Mapping[State, int]
    waiting: int
    longest: datetime | None
    is_late: bool
    total: Count
    target: int | None
    link: LinkView | None
    compared: Mapping[str, Any] | None


@router.get("")
def floor_page(request: Request, visit: Visiting) -> Response:
    """The whole board."""
    page = page_for(visit, N_("Floor"), "floor")
    return render(request, "floor.html", page, view=_view(request, visit))


@router.get("/board")
def board_fragment(request: Request, visit: Visiting) -> Response:
    """The board again, after something changed."""
    return fragment(visit, "floor/board.html", view=_view(request, visit))


@router.get("/hour")
def last_hour(visit: Visiting) -> dict[str, Any]:
    """Calls of the last hour in steps of five minutes: entered, answered, given up."""
    visit.viewer.must(Permission.FLOOR_WATCH)
    first = visit.at - STEP * STEPS
    given_up = Call.outcome == Outcome.ABANDONED
    series = (
        (N_("Incoming"), "accent", _per_step(visit, col(Call.entered_at), first)),
        (N_("Answered"), "good", _per_step(visit, col(Call.answered_at), first)),
        (N_("Abandoned"), "bad", _per_step(visit, col(Call.ended_at), first, given_up)),
    )
    return {
        "at": [(first + STEP * step).timestamp() for step in range(STEPS)],
        "series": [
            {
                "label": translate(label, visit.viewer.language),
                "tone": tone,
                "kind": "line",
                "values": [values.get(step, 0) for step in range(STEPS)],
            }
            for label, tone, values in series
        ],
    }


def _per_step(visit: Visit, moment: Mapped[Any], first: datetime, *also: Any) -> dict[int, int]:
    """How many incoming calls had this moment in each step. Calls don't last for hours: older ones aren't looked at."""
    since = cast(extract("epoch", moment - first), Float)
    step = func.floor(since / STEP.total_seconds())
    asked = select(step, func.count()).where(
        col(Call.entered_at) >= first - timedelta(hours=2),
        Call.direction == "in",
        moment >= first,
        moment < visit.at,
        *also,
    )
    return {int(number): count for number, count in visit.session.exec(asked.group_by(step))}


def _view(request: Request, visit: Visit) -> FloorView:
    visit.viewer.must(Permission.FLOOR_WATCH)
    board: Board = request.app.state.board
    floor = board.now(visit.session, visit.at)
    queues = [_queue(visit, floor, queue.name) for queue in visit.house.city.queues]
    seats = _seats(visit, floor)
    longest = min((row.longest for row in queues if row.longest), default=None)
    targets = {row.target for row in queues}
    return FloorView(
        queues=queues,
        seats=seats,
        by_state={state: sum(seat.state is state for seat in seats) for state in State},
        waiting=sum(row.waiting for row in queues),
        longest=longest,
        is_late=any(row.is_late for row in queues),
        total=sum(floor.counts.values(), Count()),
        target=targets.pop() if len(targets) == 1 else None,
        link=link_view(visit),
        compared=last_comparison(visit.session, visit.house.settings.asterisk.node),
    )


def _queue(visit: Visit, floor: Floor, name: str) -> QueueRow:
    waiting, target = floor.waiting(name), floor.target(name)
    longest = (waiting[0].waiting_since or waiting[0].since) if waiting else None
    staffed = [seat for seat in floor.seats.values() if name in seat.queues]
    return QueueRow(
        title=naming.queue(visit, name),
        target=target,
        waiting=len(waiting),
        longest=longest,
        is_late=longest is not None and visit.at - longest > timedelta(seconds=target),
        ready=sum(seat.state == State.READY for seat in staffed),
        seats=len(staffed),
        count=floor.counts.get(name, Count()),
    )


def _seats(visit: Visit, floor: Floor) -> list[SeatCard]:
    """Every seat that somebody has, in the order of the room; what nobody has seen yet is away."""
    held = select(Account.extension, Account.name).where(col(Account.extension).is_not(None), Account.active)
    names = {str(extension): name for extension, name in visit.session.exec(held)}
    return [
        _seat(extension, names.get(extension, ""), floor.seats.get(extension), floor.calls)
        for extension in sorted(names.keys() | floor.seats.keys())
    ]


def _seat(extension: str, name: str, seat: SeatNow | None, calls: Mapping[str, OpenCall]) -> SeatCard:
    call = calls.get(seat.call) if seat and seat.call else None
    return SeatCard(
        extension=extension,
        name=name,
        state=State(seat.state) if seat else State.AWAY,
        reason=REASON_WORDS.get(seat.reason, seat.reason) if seat and seat.state == State.PAUSED else "",
        since=seat.since if seat else None,
        line=call.line if call else "",
    )
