"""What a unit's staff may do with a work order, over HTTP: sign it and reply."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from agent_desk.visit import Visiting, VisitRoute
from dispatch import orders

router = APIRouter(prefix="/api/orders", route_class=VisitRoute)

Words = Annotated[str, Field(max_length=20_000)]


class Reply(BaseModel):
    """`public` is what the citizen reads; `internal` stays between the unit and the centre."""

    model_config = ConfigDict(extra="forbid")

    public: Words
    internal: Words = ""


class Done(BaseModel):
    """The order's state after the command."""

    state: str


@router.post("/{identity}/sign")
def sign(visit: Visiting, identity: int) -> Done:
    """The unit takes the order on."""
    order = orders.find(visit.session, visit.viewer, identity)
    orders.sign(visit.session, order, visit.viewer, visit.at)
    return Done(state=order.state)


@router.post("/{identity}/reply")
def reply(visit: Visiting, identity: int, answer: Reply) -> Done:
    """The unit answers the citizen, through the centre."""
    order = orders.find(visit.session, visit.viewer, identity)
    orders.reply(visit.session, order, orders.Reply(answer.public, answer.internal), visit.viewer, visit.at)
    return Done(state=order.state)
