"""Asking citizens, in the record: what they said ends their ticket or has it done again, and a try in vain leads to the
next one, until it is given up.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from dispatch import orders, rating, reviewing, revisit_tasks, revisits
from dispatch.revisit_tasks import plan_of
from dispatch.revisits import Answers, Next, Outcome, Over, Result
from hotline.errors import Refused
from hotline.facts import SYSTEM
from hotline.pack.model import CityPack
from hotline.record import tickets as ticket_record
from hotline.revisit_policy import Way
from hotline.roles import Permission
from hotline.store.rows import put
from hotline.store.tables import Revisit, RevisitTry, Ticket
from hotline.viewer import Viewer


def conclude(
    session: Session,
    city: CityPack,
    ticket: Ticket,
    answers: Answers,
    note: str,
    viewer: Viewer,
    at: datetime,
    *,
    redo: bool = False,
) -> None:
    """The citizen has said what they think, and the ticket is closed; or, with `redo`, its units do it again, and read
    the `note`. Raises `Refused` as `revisits.check` does, and `revisit.held` while somebody else asks this citizen.
    """
    viewer.must(Permission.TICKET_CLOSE)
    revisits.check(answers, note)
    task = revisit_tasks.find(session, ticket)
    revisit_tasks.refuse_others(session, task, viewer, at)
    if task is not None:
        _end_message(session, ticket, task, at)
        _add_try(session, ticket, task, Way.AGENT, Result.REACHED, answers, viewer, at)
    if redo:
        _give_back(session, city, ticket, task, note, viewer, at)
        return
    if note.strip():
        ticket_record.write(session, ticket, note.strip(), "internal", viewer, at)
    close(session, city, ticket, Outcome.HEARD, answers, viewer.by, at)


def look_for_itself(
    session: Session,
    city: CityPack,
    ticket: Ticket,
    answers: Answers,
    note: str,
    viewer: Viewer,
    at: datetime,
) -> None:
    """Nobody can be asked: the centre has looked whether it is solved, writes down how it knows, and closes."""
    viewer.must(Permission.TICKET_CLOSE)
    task = _task(session, ticket, viewer, at)
    if task.way != Way.CHECK:
        raise Refused("revisit.not_agent")
    for field, written in (("solution", answers.solution), ("note", note.strip())):
        if not written:
            raise Refused("field.missing", field=field)
    revisits.check(Answers(), note)
    ticket_record.write(session, ticket, note.strip(), "internal", viewer, at)
    close(session, city, ticket, Outcome.CHECKED, Answers(solution=answers.solution), viewer.by, at)


def try_in_vain(
    session: Session, city: CityPack, ticket: Ticket, result: Result, viewer: Viewer, at: datetime
) -> Revisit:
    """An agent didn't reach the citizen. The plan says whether somebody tries again, and when."""
    viewer.must(Permission.TICKET_CLOSE)
    task = _task(session, ticket, viewer, at)
    if task.way != Way.AGENT:
        raise Refused("revisit.not_agent")
    if result is Result.REACHED:
        raise Refused("field.unknown", field="result")
    _add_try(session, ticket, task, Way.AGENT, result, None, viewer, at)
    go_on(session, city, ticket, task, viewer.by, at)
    return task


def answer(
    session: Session, city: CityPack, ticket: Ticket, answers: Answers, words: str, at: datetime
) -> None:
    """The citizen answered a message. Whoever is content has their ticket closed; the others are called by an agent,
    who knows what they said.
    """
    task = revisit_tasks.find(session, ticket)
    if task is None:
        raise Refused("link.over")
    tried = open_message(session, task) or begin_try(session, ticket, task, Way.MESSAGE, at)
    tried.result, tried.answers = Result.REACHED, {**answers.said, "words": words.strip()}
    _tell_try(session, ticket, task, tried, SYSTEM, at)
    if answers.is_content:
        close(session, city, ticket, Outcome.HEARD, answers, SYSTEM, at)
    else:
        task.answers, task.way, task.not_before = answers.said, Way.AGENT, at


def go_on(session: Session, city: CityPack, ticket: Ticket, task: Revisit, by: str, at: datetime) -> None:
    """After a try in vain: the next one, or the end. Who has said by message that they aren't content is never given
    up by the plan, for somebody has to decide what becomes of it.
    """
    task.held_by = task.held_until = None
    results = [Result(one.result) for one in tries_of(session, task) if one.result]
    match revisits.follow(plan_of(task), results):
        case Next(way, pause):
            task.way = way
            task.not_before = revisit_tasks.after(city, at, plan_of(task), pause)
        case Over() if task.answers is not None:
            task.not_before = at
        case Over(outcome) if task.closes:
            close(session, city, ticket, outcome, Answers(), by, at)
        case Over():
            task.way, task.not_before = Way.CHECK, at


def close(
    session: Session,
    city: CityPack,
    ticket: Ticket,
    outcome: Outcome,
    answers: Answers,
    by: str,
    at: datetime,
) -> None:
    """Ends a ticket with all its orders, each of which is judged by what was said."""
    judged = reviewing.answering(session, ticket)
    said = {
        **answers.said,
        "outcome": outcome,
        "redone": ticket.redone,
        "area": ticket.area or "",
        "line": ticket.line,
        "category": (ticket.matter or "")[:2],
        "orders": {str(order.id): order.unit for order in judged},
    }
    ticket_record.close(session, ticket, said, by, at)
    reviewing.end_all(session, ticket, by, at)
    revisit_tasks.end(session, ticket, outcome, by, at)
    for order in judged:
        rating.judge(session, city, ticket, order, said, at)


def tries_of(session: Session, task: Revisit) -> Sequence[RevisitTry]:
    """The tries of one revisit, in order."""
    mine = select(RevisitTry).where(RevisitTry.revisit == task.id)
    return session.exec(mine.order_by(col(RevisitTry.id))).all()


def tries_of_ticket(session: Session, ticket: Ticket) -> Sequence[RevisitTry]:
    """All tries to reach the ticket's citizen, in order, of earlier revisits too."""
    its = select(RevisitTry).where(RevisitTry.ticket == ticket.id)
    return session.exec(its.order_by(col(RevisitTry.id))).all()


def begin_try(session: Session, ticket: Ticket, task: Revisit, way: Way, at: datetime) -> RevisitTry:
    """The system's own try, of which nobody knows yet how it ends."""
    task.tries += 1
    tried = RevisitTry(
        revisit=task.id or 0, ticket=orders.identity(ticket), way=way, number=task.tries, at=at
    )
    put(session, tried)
    _tell_try(session, ticket, task, tried, SYSTEM, at)
    return tried


def open_message(session: Session, task: Revisit) -> RevisitTry | None:
    """The message whose answer is waited for."""
    return next((one for one in tries_of(session, task) if one.result is None), None)


def end_try(session: Session, ticket: Ticket, task: Revisit, tried: RevisitTry, at: datetime) -> None:
    """Nobody answered the system's try."""
    tried.result = Result.NO_ANSWER
    _tell_try(session, ticket, task, tried, SYSTEM, at)


def _task(session: Session, ticket: Ticket, viewer: Viewer, at: datetime) -> Revisit:
    task = revisit_tasks.find(session, ticket)
    if task is None:
        raise Refused("revisit.unknown")
    revisit_tasks.refuse_others(session, task, viewer, at)
    return task


def _give_back(
    session: Session,
    city: CityPack,
    ticket: Ticket,
    task: Revisit | None,
    note: str,
    viewer: Viewer,
    at: datetime,
) -> None:
    """Whoever asks the citizen may have it done again; a reply that the citizen hasn't been asked about is judged by
    whoever reviews replies.
    """
    give = reviewing.give_back if task is not None else reviewing.send_back
    give(session, city, ticket, note, viewer, at)


def _end_message(session: Session, ticket: Ticket, task: Revisit, at: datetime) -> None:
    """The citizen spoke before they answered the message."""
    waited = open_message(session, task)
    if waited is not None:
        end_try(session, ticket, task, waited, at)


def _add_try(
    session: Session,
    ticket: Ticket,
    task: Revisit,
    way: Way,
    result: Result,
    answers: Answers | None,
    viewer: Viewer,
    at: datetime,
) -> None:
    task.tries += 1
    tried = RevisitTry(
        revisit=task.id or 0,
        ticket=orders.identity(ticket),
        way=way,
        number=task.tries,
        at=at,
        by=viewer.account,
        result=result,
        answers=answers.said if answers else None,
    )
    put(session, tried)
    _tell_try(session, ticket, task, tried, viewer.by, at)


def _tell_try(
    session: Session, ticket: Ticket, task: Revisit, tried: RevisitTry, by: str, at: datetime
) -> None:
    data = {"way": tried.way, "try": tried.number, **({"result": tried.result} if tried.result else {})}
    revisit_tasks.tell(session, ticket, task, "revisit.tried", by, at, data)
