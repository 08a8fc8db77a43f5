"""What people do at the revisit desk, over HTTP: taking a citizen to ask, and saying what came of it."""

from __future__ import annotations

from datetime import datetime

from babel.dates import format_datetime
from fastapi import APIRouter
from pydantic import BaseModel

from agent_desk.order_commands import Body, Words
from agent_desk.ticket_commands import Revisit, conclude, locked
from agent_desk.visit import Visit, Visiting, VisitRoute
from dispatch import revisit_tasks, revisiting
from dispatch.revisits import OUTCOME_WORDS, Answers, Outcome, Result
from hotline.record import visibility
from hotline.roles import Permission
from hotline.tickets import Solution
from hotline.words import N_, translate

router = APIRouter(prefix="/api/revisits", route_class=VisitRoute)
DESK = "/revisit"


class InVain(Body):
    """Why the citizen wasn't reached."""

    result: Result


class Looked(Body):
    """What the centre found when it looked for itself, and how it knows."""

    solution: Solution
    note: Words


class GoOn(BaseModel):
    """The page to go to, and what it says there."""

    next: str
    message: str = ""


@router.post("/next")
def take_next(visit: Visiting) -> GoOn:
    """Takes whoever has waited longest."""
    visit.viewer.must(Permission.TICKET_CLOSE)
    task = revisit_tasks.take_next(visit.session, visit.viewer, visit.at)
    return GoOn(next=f"{DESK}/{task.ticket}")


@router.post("/{identity}/take")
def take(visit: Visiting, identity: int) -> GoOn:
    """Takes this citizen."""
    visit.viewer.must(Permission.TICKET_CLOSE)
    ticket = visibility.find_ticket(visit.session, visit.viewer, identity)
    revisit_tasks.take(visit.session, ticket, visit.viewer, visit.at)
    return GoOn(next=f"{DESK}/{identity}")


@router.post("/{identity}/release")
def release(visit: Visiting, identity: int) -> GoOn:
    """Leaves this citizen to somebody else."""
    visit.viewer.must(Permission.TICKET_CLOSE)
    ticket = visibility.find_ticket(visit.session, visit.viewer, identity)
    revisit_tasks.release(visit.session, ticket, visit.viewer, visit.at)
    return GoOn(next=DESK)


@router.post("/{identity}/answers")
def answers(visit: Visiting, identity: int, said: Revisit) -> GoOn:
    """The citizen said what they think."""
    conclude(visit, identity, said)
    return GoOn(next=DESK)


@router.post("/{identity}/in-vain")
def in_vain(visit: Visiting, identity: int, tried: InVain) -> GoOn:
    """The citizen wasn't reached."""
    ticket, city = locked(visit, identity), visit.house.city
    task = revisiting.try_in_vain(visit.session, city, ticket, tried.result, visit.viewer, visit.at)
    if task.outcome is not None:
        return GoOn(next=DESK, message=_say(visit, OUTCOME_WORDS[Outcome(task.outcome)]))
    return GoOn(
        next=DESK, message=_say(visit, N_("Again from {time} on"), time=_time(visit, task.not_before))
    )


@router.post("/{identity}/check")
def check(visit: Visiting, identity: int, looked: Looked) -> GoOn:
    """The centre looked for itself."""
    ticket, city = locked(visit, identity), visit.house.city
    found = Answers(solution=looked.solution)
    revisiting.look_for_itself(visit.session, city, ticket, found, looked.note, visit.viewer, visit.at)
    return GoOn(next=DESK)


def _say(visit: Visit, words: str, **values: str) -> str:
    return translate(words, visit.viewer.language, **values)


def _time(visit: Visit, at: datetime) -> str:
    return format_datetime(at.astimezone(visit.house.zone), "MM-dd HH:mm", locale=visit.viewer.language)
