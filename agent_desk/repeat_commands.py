"""What is done with tickets that speak of one thing, over HTTP: added to, merged, separated, told apart."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from agent_desk.order_commands import Body, Words
from agent_desk.ticket_commands import Done, Undo, locked
from agent_desk.visit import Visiting, VisitRoute
from dispatch import linking, merging, repeating
from dispatch.linking import Kind
from hotline.errors import Refused
from hotline.record import visibility
from hotline.words import N_, translate

router = APIRouter(prefix="/api/tickets", route_class=VisitRoute)

MOST = 100  # tickets merged at once
Chosen = Annotated[list[int], Field(max_length=MOST)]


class Added(Body):
    """What the caller says this time, and the call in which they say it."""

    words: Words = ""
    call: Annotated[str, Field(max_length=200)] | None = None


class Told(Body):
    """The ticket that something was added to, and what the page says of it."""

    id: int
    message: str


class Merging(Body):
    """Tickets to be merged, under `lead` or under the one that is the furthest on its way; `why` is for its units."""

    tickets: Chosen
    lead: int | None = None
    why: Words = ""


class Merged(Body):
    """Where they were merged, and how that is taken back."""

    lead: int
    message: str
    undo: Undo


@router.post("/{identity}/add")
def add(visit: Visiting, identity: int, said: Added) -> Told:
    """The caller asks again for what this ticket asks for already."""
    ticket = visibility.find_ticket(visit.session, visit.viewer, identity)
    repeating.add(visit.session, ticket, said.words, said.call, visit.viewer, visit.at)
    language = visit.viewer.language
    message = translate(N_("Added to ticket {number}, which counts as urged"), language, number=ticket.number)
    return Told(id=identity, message=message)


@router.post("/merge")
def merge(visit: Visiting, wanted: Merging) -> Merged:
    """Makes one lead order of several tickets."""
    lead, links = merging.merge(
        visit.session, wanted.tickets, wanted.why, visit.viewer, visit.at, lead=wanted.lead
    )
    words = N_("{count} merged into ticket {number}")
    undo = "&".join(f"tickets={link.ticket}" for link in links)
    return Merged(
        lead=lead.id or 0,
        message=translate(words, visit.viewer.language, count=len(links), number=lead.number),
        undo=Undo(url=f"{router.prefix}/separate?{undo}"),
    )


@router.post("/separate")
def separate_all(visit: Visiting, tickets: Annotated[list[int], Query(max_length=MOST)]) -> Done:
    """Takes merged tickets out again, all or none."""
    for identity in sorted(tickets):
        merging.separate(visit.session, visit.house.city, locked(visit, identity), visit.viewer, visit.at)
    return Done(state="review")


@router.post("/{identity}/separate")
def separate(visit: Visiting, identity: int) -> Done:
    """Takes one merged ticket out again."""
    return separate_all(visit, [identity])


@router.post("/{identity}/unlink")
def unlink(visit: Visiting, identity: int) -> Done:
    """It is no repeat of an earlier ticket."""
    ticket = locked(visit, identity)
    link = linking.standing(visit.session, Kind.REPEAT, identity)
    if link is None:
        raise Refused("link.unknown")
    repeating.unlink(visit.session, link, visit.viewer, visit.at)
    return Done(state=ticket.state)
