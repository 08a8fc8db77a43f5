"""What a person at a desk may do with a ticket, over HTTP: open, answer, dispatch, take back, close."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from agent_desk import naming
from agent_desk.visit import Visit, Visiting, VisitRoute
from dispatch import automatic_sweep, orders, repeating, reviewing, revisiting, timekeeping
from dispatch.deciding import Decision, decide, request_of
from dispatch.revisits import Answers, Grievance
from dispatch.workorders import Part
from hotline.errors import Refused
from hotline.record import catalogues, tickets, visibility
from hotline.record.tickets import Draft
from hotline.roles import Permission
from hotline.store.tables import Ticket
from hotline.tickets import Satisfaction, Solution, Type, Urgency, Verb
from hotline.words import N_, translate

router = APIRouter(prefix="/api/tickets", route_class=VisitRoute)

Line = Annotated[str, Field(max_length=200)]
Words = Annotated[str, Field(max_length=20_000)]


class Form(BaseModel):
    """The desk's form as it arrives: `matter`, `area` are codes, `call` is the call that it was filled in for."""

    model_config = ConfigDict(extra="forbid")

    type: Type
    line: Line
    number: Line
    title: Words
    content: Words
    name: Line = ""
    matter: Line | None = None
    area: Line | None = None
    place: Line = ""
    urgency: Urgency = Urgency.NORMAL
    confidential: bool = False
    about: Line | None = None
    call: Line | None = None


class Opened(BaseModel):
    """A ticket just opened: what the agent tells the citizen; `message` where it repeats an earlier one of theirs."""

    id: int
    number: str
    query_code: str
    message: str = ""


class Answer(BaseModel):
    answer: Words


class Assignment(BaseModel):
    """The unit that leads, and `others` that work along with it, or `together` with it are its equals. Without a unit
    the dispatch rules say which, and who works along. With a `matter` the ticket is first said to be about that.
    """

    unit: Line = ""
    matter: Line | None = None
    reason: Words = ""
    others: Annotated[list[Line], Field(max_length=10)] = []
    together: Part = Part.CO
    decided: bool = False


class Revisit(BaseModel):
    """What the citizen said; `then` says what follows where they aren't content, `note` why."""

    satisfaction: Satisfaction
    solution: Solution
    responded: bool | None = None
    why: Grievance | None = None
    note: Words = ""
    then: Literal["close", "redo"] = "close"


class Done(BaseModel):
    """The ticket's state after the command."""

    state: str


class Undo(BaseModel):
    """Where a command is taken back."""

    url: str


class Dispatched(Done):
    """A dispatch: what the page says of it, and for as long as nobody has signed, how it is taken back."""

    message: str
    undo: Undo


@router.post("", status_code=201)
def open_ticket(visit: Visiting, form: Form) -> Opened:
    """Opens a ticket from the desk's form and starts the clock of its dispatch."""
    draft = _draft(visit, form)
    ticket = tickets.open_ticket(visit.session, draft, visit.viewer, visit.at, visit.house.zone)
    timekeeping.start_for_ticket(visit.session, visit.house.city, ticket, visit.at, visit.viewer.by)
    earlier = repeating.notice(visit.session, visit.house.city, ticket, visit.viewer, visit.at)
    assert ticket.id is not None
    return Opened(
        id=ticket.id,
        number=ticket.number,
        query_code=ticket.query_code,
        message=_repeats(visit, earlier) if earlier else "",
    )


def _repeats(visit: Visit, earlier: Ticket) -> str:
    words = N_("It repeats ticket {number}, which counts as urged")
    return translate(words, visit.viewer.language, number=earlier.number)


@router.post("/{identity}/answer")
def answer(visit: Visiting, identity: int, said: Answer) -> Done:
    """Ends a consultation with the answer given on the telephone."""
    ticket = locked(visit, identity)
    tickets.answer_at_once(visit.session, ticket, said.answer, visit.viewer, visit.at)
    timekeeping.stop_all(visit.session, ticket, visit.at, visit.viewer.by)
    reviewing.pass_on_to_merged(visit.session, visit.house.city, ticket, visit.viewer.by, visit.at)
    return Done(state=ticket.state)


@router.post("/{identity}/dispatch")
def dispatch(visit: Visiting, identity: int, to: Assignment) -> Dispatched:
    """Issues a work order to each unit, with its clocks running."""
    ticket, city, reason = locked(visit, identity), visit.house.city, to.reason.strip()
    before = ticket.matter
    classify(visit, ticket, to.matter)
    if to.unit:
        first = None if to.together is Part.CO or not to.others else to.together
        units = [(to.unit, first), *((other, to.together) for other in to.others)]
        for code, part in units:
            orders.issue(
                visit.session,
                city,
                ticket,
                code,
                reason,
                visit.viewer,
                visit.at,
                part=part,
                decided=to.decided,
            )
        codes = [code for code, _ in units]
    else:
        codes = issue_decided(visit, ticket, decided(visit, ticket), reason)
    unit = "、".join(naming.unit(visit, code) for code in codes)
    again = "" if before == ticket.matter else "?unclassify=true"
    return Dispatched(
        state=ticket.state,
        message=translate(N_("Dispatched to {unit}"), visit.viewer.language, unit=unit),
        undo=Undo(url=f"{router.prefix}/{identity}/take-back{again}"),
    )


@router.post("/{identity}/submit")
def submit(visit: Visiting, identity: int) -> Done:
    """Leaves it to a dispatcher to find the unit."""
    ticket = locked(visit, identity)
    visit.viewer.must(Permission.TICKET_EDIT)
    tickets.move(visit.session, ticket, Verb.SUBMIT, visit.viewer.by, visit.at)
    automatic_sweep.leave(visit.session, ticket, visit.at)
    return Done(state=ticket.state)


@router.post("/{identity}/take-back")
def take_back(visit: Visiting, identity: int, unclassify: bool = False) -> Done:
    """Takes back a dispatch that no unit has signed for; with `unclassify` also the matter that it gave the ticket."""
    ticket = locked(visit, identity)
    orders.withdraw(visit.session, visit.house.city, ticket, visit.viewer, visit.at)
    if unclassify:
        take_matter_back(visit, ticket)
    return Done(state=ticket.state)


@router.post("/{identity}/close")
def close(visit: Visiting, identity: int, said: Revisit) -> Done:
    """Records what the citizen said at the revisit, and ends the ticket with its orders, or has them redone."""
    return Done(state=conclude(visit, identity, said).state)


def conclude(visit: Visit, identity: int, said: Revisit) -> Ticket:
    """The ticket after what the citizen said of it."""
    ticket = locked(visit, identity)
    answers = Answers(said.responded, said.solution, said.satisfaction, said.why)
    revisiting.conclude(
        visit.session,
        visit.house.city,
        ticket,
        answers,
        said.note,
        visit.viewer,
        visit.at,
        redo=said.then == "redo" and not answers.is_content,
    )
    return ticket


def locked(visit: Visit, identity: int) -> Ticket:
    """The ticket, if this person may see it, held still until the request is over."""
    visibility.find_ticket(visit.session, visit.viewer, identity)
    return tickets.find(visit.session, identity, lock=True)


def classify(visit: Visit, ticket: Ticket, matter: str | None) -> None:
    """Says what the ticket is about, if anybody said so. Raises `Refused("field.unknown")`."""
    if not matter or matter == ticket.matter:
        return
    visit.viewer.must(Permission.TICKET_EDIT)
    if matter not in visit.house.city.catalogue.matters:
        raise Refused("field.unknown", field="matter")
    tickets.classify(visit.session, ticket, matter, visit.viewer.by, visit.at)


def take_matter_back(visit: Visit, ticket: Ticket) -> None:
    """The ticket is about what it was about before somebody last said so."""
    visit.viewer.must(Permission.TICKET_EDIT)
    before = tickets.matter_before(visit.session, ticket)
    tickets.classify(visit.session, ticket, before, visit.viewer.by, visit.at)


def decided(visit: Visit, ticket: Ticket) -> Decision:
    """What the dispatch rules say of a ticket today."""
    city = visit.house.city
    return decide(city, request_of(ticket), catalogues.today(city, visit.at))


def issue_decided(visit: Visit, ticket: Ticket, decision: Decision, reason: str) -> list[str]:
    """Marks the ticket as the rules say and issues an order to each unit that they name; the units, the lead first.
    Without a `reason` theirs is given.
    """
    visit.viewer.must(Permission.ORDER_ISSUE)
    session, by, why = visit.session, visit.viewer.by, reason or decision.reason_in(visit.viewer.language)
    tickets.mark(session, ticket, decision.marks, decision.rule.code, by, visit.at)
    units = [unit.code for unit in (decision.lead, *decision.co)]
    for code in units:
        orders.issue(session, visit.house.city, ticket, code, why, visit.viewer, visit.at)
    return units


def _draft(visit: Visit, form: Form) -> Draft:
    city = visit.house.city
    if form.matter is not None and form.matter not in city.catalogue.matters:
        raise Refused("field.unknown", field="matter")
    if form.area is not None and form.area not in city.areas:
        raise Refused("field.unknown", field="area")
    if form.about is not None and form.about not in city.units:
        raise Refused("field.unknown", field="about")
    if form.call is not None:
        visit.viewer.must(Permission.DESK_USE)
    return Draft(**form.model_dump())
