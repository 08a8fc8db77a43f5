"""What a unit's people may do with a work order, over HTTP: sign, reach the citizen, hand down, ask, reply."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from agent_desk import naming
from agent_desk.visit import Visit, Visiting, VisitRoute
from dispatch import handling, orders, requesting, reviewing, timekeeping
from dispatch.rates import Exclusion
from dispatch.requests import Approval, Extension, LeaveOut, Return, ReturnReason, Suspension
from hotline.clock_policy import Kind
from hotline.errors import Refused
from hotline.store.tables import WorkOrder
from hotline.words import N_, translate

router = APIRouter(prefix="/api/orders", route_class=VisitRoute)

Line = Annotated[str, Field(max_length=200)]
Words = Annotated[str, Field(max_length=20_000)]


class Body(BaseModel):
    """Fields that nobody knows are refused."""

    model_config = ConfigDict(extra="forbid")


class Contact(Body):
    """When, by which way and with what result the citizen was reached."""

    how: Words


class Delegation(Body):
    """To whom below, and which of them leads (else the first); `basis` where the catalogue has it handled higher up."""

    units: Annotated[list[Line], Field(max_length=20)] = []
    lead: Line = ""
    reason: Words = ""
    basis: Words = ""


class Helper(Body):
    """Another unit that is to work along."""

    unit: Line
    reason: Words = ""


class Reply(Body):
    """`public` is what the citizen reads; `internal` stays between the unit and the centre; `override` says why others
    aren't waited for.
    """

    public: Words
    internal: Words = ""
    override: Words = ""


class Draft(Reply):
    """A reply that is still being written."""

    public: Words = ""


class ReturnAsked(Body):
    reason: ReturnReason
    basis: Words
    proposed: Line | None = None


class ExtensionAsked(Body):
    """`amount` in the measure of the order's own time."""

    amount: Annotated[int, Field(ge=1, le=10_000)]
    reason: Words
    basis: Words = ""


class SuspensionAsked(Body):
    promise: Words
    review_on: date
    reason: Words = ""


class ExclusionAsked(Body):
    """Why the order should not be judged by what the citizen said."""

    reason: Exclusion
    because: Words


class Note(Body):
    note: Words = ""


class Done(BaseModel):
    """The order's state after the command, and what the page says of it."""

    state: str
    message: str = ""


@router.post("/{identity}/sign")
def sign(visit: Visiting, identity: int) -> Done:
    """The unit takes the order on."""
    order = own(visit, identity)
    handling.sign(visit.session, order, visit.viewer, visit.at)
    return Done(state=order.state)


@router.post("/{identity}/contact")
def contact(visit: Visiting, identity: int, reached: Contact) -> Done:
    """The unit has reached the citizen."""
    order = own(visit, identity)
    handling.contact(visit.session, order, reached.how, visit.viewer, visit.at)
    return Done(state=order.state)


@router.post("/{identity}/delegate")
def delegate(visit: Visiting, identity: int, to: Delegation) -> Done:
    """The unit hands the order down."""
    order, city = own(visit, identity), visit.house.city
    units = list(dict.fromkeys([to.lead, *to.units] if to.lead else to.units))
    handling.delegate(visit.session, city, order, units, to.reason.strip(), to.basis, visit.viewer, visit.at)
    names = "、".join(naming.unit(visit, unit) for unit in units)
    return _done(visit, order, N_("Delegated to {units}"), units=names)


@router.post("/{identity}/take-back")
def take_back(visit: Visiting, identity: int) -> Done:
    """The unit goes on with what it had handed down."""
    order = own(visit, identity)
    handling.take_back(visit.session, order, visit.viewer, visit.at)
    return Done(state=order.state)


@router.post("/{identity}/ask-along")
def ask_along(visit: Visiting, identity: int, helper: Helper) -> Done:
    """The unit that leads has another one work along."""
    order, city = own(visit, identity), visit.house.city
    handling.ask_along(visit.session, city, order, helper.unit, helper.reason.strip(), visit.viewer, visit.at)
    return _done(visit, order, N_("{unit} works along now"), unit=naming.unit(visit, helper.unit))


@router.post("/{identity}/resume")
def resume(visit: Visiting, identity: int) -> Done:
    """The unit goes on with a suspended order."""
    order = own(visit, identity)
    handling.resume(visit.session, visit.house.city, order, visit.viewer, visit.at)
    return Done(state=order.state)


@router.post("/{identity}/reply")
def reply(visit: Visiting, identity: int, answer: Reply) -> Done:
    """The unit answers the citizen, through the centre; where its leader has to read it first, through them."""
    order, city = own(visit, identity), visit.house.city
    said = answer.public, answer.internal, answer.override
    if handling.needs_approval(city, order, visit.viewer):
        handling.Reply(*said)  # as long as a reply may be
        requesting.ask(visit.session, city, order, Approval(*said), visit.viewer, visit.at)
        return _done(visit, order, N_("Your leader reads it before it leaves the unit"))
    handling.reply(visit.session, city, order, handling.Reply(*said), visit.viewer, visit.at)
    return Done(state=order.state)


@router.post("/{identity}/return")
def ask_return(visit: Visiting, identity: int, asked: ReturnAsked) -> Done:
    """The unit says that the order isn't its own."""
    order = own(visit, identity)
    form = Return(asked.reason, asked.basis.strip(), asked.proposed or "")
    requesting.ask(visit.session, visit.house.city, order, form, visit.viewer, visit.at)
    return _done(visit, order, N_("The centre decides on the return"))


@router.post("/{identity}/extend")
def ask_extension(visit: Visiting, identity: int, asked: ExtensionAsked) -> Done:
    """The unit needs more time."""
    order = own(visit, identity)
    measure = timekeeping.budget_of_order(visit.session, order, Kind.RESOLVE).measure
    form = Extension(asked.amount, asked.reason.strip(), asked.basis.strip(), measure)
    requesting.ask(visit.session, visit.house.city, order, form, visit.viewer, visit.at)
    return _done(visit, order, N_("The centre decides on the extension"))


@router.post("/{identity}/suspend")
def ask_suspension(visit: Visiting, identity: int, asked: SuspensionAsked) -> Done:
    """It can't be done yet; the unit promises until when."""
    order = own(visit, identity)
    form = Suspension(asked.promise.strip(), asked.review_on, asked.reason.strip())
    requesting.ask(visit.session, visit.house.city, order, form, visit.viewer, visit.at)
    return _done(visit, order, N_("The centre decides on the suspension"))


@router.post("/{identity}/exclude")
def ask_exclusion(visit: Visiting, identity: int, asked: ExclusionAsked) -> Done:
    """The unit asks not to be judged by this order."""
    order = own(visit, identity)
    form = LeaveOut(asked.reason, asked.because.strip())
    requesting.ask(visit.session, visit.house.city, order, form, visit.viewer, visit.at)
    return _done(visit, order, N_("The centre decides whether it is left out"))


@router.post("/{identity}/accept")
def accept(visit: Visiting, identity: int) -> Done:
    """The unit above is content with the reply of what it had handed down."""
    order = orders.find(visit.session, visit.viewer, identity)
    reviewing.accept_below(visit.session, order, visit.viewer, visit.at)
    return Done(state=order.state)


@router.post("/{identity}/redo")
def redo(visit: Visiting, identity: int, said: Note) -> Done:
    """The unit above has it done again."""
    order = orders.find(visit.session, visit.viewer, identity)
    reviewing.send_back_below(visit.session, visit.house.city, order, said.note, visit.viewer, visit.at)
    return Done(state=order.state)


def own(visit: Visiting, identity: int) -> WorkOrder:
    """An order of the person's own unit: of those below one sees orders, and leaves the work to them."""
    order = orders.find(visit.session, visit.viewer, identity)
    if not is_own(visit, order):
        raise Refused("order.not_own")
    return order


def is_own(visit: Visit, order: WorkOrder) -> bool:
    """Whether it is the person's own unit's, or one's whose duties that took over."""
    own = visit.viewer.unit
    return own is not None and order.unit in visit.house.city.units.with_predecessors([own])


def _done(visit: Visiting, order: WorkOrder, words: str, **values: str) -> Done:
    return Done(state=order.state, message=translate(words, visit.viewer.language, **values))
