"""What the dispatcher does with several tickets at once, or with one that is several, over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from agent_desk.order_commands import Body, Line, Words
from agent_desk.ticket_commands import Undo, classify, decided, issue_decided, locked, take_matter_back
from agent_desk.visit import Visiting, VisitRoute
from dispatch import orders
from dispatch.splitting import Piece, split
from hotline.errors import Refused
from hotline.words import N_, translate

router = APIRouter(prefix="/api/dispatching", route_class=VisitRoute)

MOST = 100
Chosen = Annotated[str, Field(pattern=r"^[0-9]{1,18}:[a-z0-9-]{1,80}(:[0-9A-Za-z-]{1,80})?$")]
Taken = Annotated[str, Query(pattern=r"^([0-9]{1,18}(,[0-9]{1,18})*)?$")]


class Bulk(Body):
    """Tickets with the units that were suggested for them, each as `12:zumiao-office`; where a matter was, too, as
    `12:zumiao-office:010101`.
    """

    chosen: Annotated[list[Chosen], Field(max_length=MOST)]
    reason: Words = ""


class Pieces(Body):
    """What else the citizen wants: each piece becomes a ticket of its own."""

    titles: Annotated[list[Line], Field(max_length=10)]
    contents: Annotated[list[Words], Field(max_length=10)]


class Dispatched(BaseModel):
    message: str
    undo: Undo | None = None


@router.post("/bulk")
def dispatch_all(visit: Visiting, bulk: Bulk) -> Dispatched:
    """Dispatches every chosen ticket as it was suggested, all or none; where the rules suggested so, with all that
    they say.
    """
    if not bulk.chosen:
        raise Refused("dispatching.none_chosen")
    reason = bulk.reason.strip() or translate(N_("As suggested"), visit.viewer.language)
    taken, classified = [], []
    for one in bulk.chosen:
        identity, unit, matter = (*one.split(":"), "")[:3]
        ticket = locked(visit, int(identity))
        before = ticket.matter
        classify(visit, ticket, matter)
        decision = decided(visit, ticket)
        if decision.lead.code == unit:
            issue_decided(visit, ticket, decision, bulk.reason.strip())
        else:
            orders.issue(visit.session, visit.house.city, ticket, unit, reason, visit.viewer, visit.at)
        taken.append(identity)
        if before != ticket.matter:
            classified.append(identity)
    words = translate(N_("Dispatched: {count}"), visit.viewer.language, count=len(taken))
    again = f"&unclassify={','.join(classified)}" if classified else ""
    path = f"{router.prefix}/take-back?tickets={','.join(taken)}{again}"
    return Dispatched(message=words, undo=Undo(url=path))


@router.post("/take-back")
def take_all_back(visit: Visiting, tickets: Taken, unclassify: Taken = "") -> Dispatched:
    """Takes those back that no unit has signed for yet; of those to `unclassify` also the matter they were given."""
    taken, classified = tickets.split(",")[:MOST], unclassify.split(",")
    for identity in taken:
        ticket = locked(visit, int(identity or 0))
        orders.withdraw(visit.session, visit.house.city, ticket, visit.viewer, visit.at)
        if identity in classified:
            take_matter_back(visit, ticket)
    words = translate(N_("Taken back: {count}"), visit.viewer.language, count=len(taken))
    return Dispatched(message=words)


@router.post("/{identity}/split")
def split_ticket(visit: Visiting, identity: int, pieces: Pieces) -> Dispatched:
    """A ticket that speaks of several matters becomes several."""
    if len(pieces.titles) != len(pieces.contents):  # a form leaves out what is empty
        raise Refused(
            "field.missing", field="titles" if len(pieces.titles) < len(pieces.contents) else "contents"
        )
    ticket = locked(visit, identity)
    both = zip(pieces.titles, pieces.contents, strict=True)
    made = [Piece(title.strip(), content.strip()) for title, content in both]
    new = split(visit.session, visit.house.city, ticket, made, visit.viewer, visit.at)
    numbers = "、".join(one.number for one in new)
    return Dispatched(message=translate(N_("Split off: {numbers}"), visit.viewer.language, numbers=numbers))
