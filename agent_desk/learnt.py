"""What the city's own tickets taught, for a person to accept: matters that are likely meant, how surely, by which words
and similar tickets, and the unit that the rules then decide for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from sqlmodel import col, select

from agent_desk.visit import Visit
from dispatch.automatic import sure
from dispatch.deciding import Decision, decide
from hotline.catalogue import Matter
from hotline.dispatch_rules import Request
from hotline.record import visibility
from hotline.store.tables import Ticket
from hotline.words import N_, translate

if TYPE_CHECKING:
    from hotline.learning.model import Guess

WORTH_SHOWING = 0.1
"""What is less sure than this only takes room."""
LONGEST = 18  # digits of a ticket's id
LIKELY = 0.5
"""What is likelier right than wrong comes before what shares words alone."""


@dataclass(frozen=True)
class Similar:
    """A ticket of that matter that reads alike, and that the reader may see."""

    id: int
    number: str
    title: str


@dataclass(frozen=True)
class Learnt:
    """A matter that a text is likely about. `confidence` is 0 to 1, `words` of the text spoke for it."""

    matter: Matter
    confidence: float
    words: Sequence[str]
    similar: Sequence[Similar]

    @property
    def percent(self) -> str:
        """How sure it is, in percent."""
        return sure(self.confidence)

    def reason_in(self, language: str) -> str:
        """The evidence in the reader's words."""
        sure = translate(
            N_("Learnt from dispatched tickets: {confidence}%"), language, confidence=self.percent
        )
        spoke = translate(N_("by {words}"), language, words=" ".join(self.words)) if self.words else ""
        return " · ".join(part for part in (sure, spoke) if part)


@dataclass(frozen=True)
class Proposal:
    """A guess with where the rules send a ticket of that matter."""

    learnt: Learnt
    decision: Decision


def of_text(visit: Visit, title: str, content: str, day: date) -> list[Learnt]:
    """What a text is likely about, the likeliest first; nothing where nothing has been learnt. No similar tickets."""
    return [_learnt(matter, guess, {}) for matter, guess in _guesses(visit, title, content, day)]


def of_tickets(
    visit: Visit, asked: Sequence[tuple[Ticket, Decision]], day: date
) -> Mapping[int, Sequence[Proposal]]:
    """For each ticket that the rules don't know where to send, or that has no matter, what else it may be about. All
    similar tickets are looked up together.
    """
    open_ = [(ticket, one) for ticket, one in asked if ticket.matter is None or one.is_left_over]
    guessed = {
        ticket.id: (ticket, decision, list(_guesses(visit, ticket.title, ticket.content, day)))
        for ticket, decision in open_
    }
    keys = {key for _, _, found in guessed.values() for _, guess in found for key in _similar(guess)}
    seen = _seen(visit, keys)
    return {
        identity: list(_proposals(visit, ticket, decision.request, found, seen, day))
        for identity, (ticket, decision, found) in guessed.items()
        if identity is not None
    }


def _guesses(visit: Visit, title: str, content: str, day: date) -> Iterator[tuple[Matter, Guess]]:
    """Never of a matter that the catalogue in force lacks."""
    matters = visit.house.city.catalogue.matters
    for guess in visit.house.learnt.suggest(title, content):
        matter = matters.get(guess.label)
        if matter and matter.is_valid_on(day) and guess.confidence >= WORTH_SHOWING:
            yield matter, guess


def _proposals(
    visit: Visit,
    ticket: Ticket,
    request: Request,
    found: Sequence[tuple[Matter, Guess]],
    seen: Mapping[int, Similar],
    day: date,
) -> Iterator[Proposal]:
    others = {identity: one for identity, one in seen.items() if identity != ticket.id}
    for matter, guess in found:
        decision = decide(visit.house.city, replace(request, matter=matter.code), day)
        if matter.code != ticket.matter and not decision.is_left_over:
            yield Proposal(_learnt(matter, guess, others), decision)


def _learnt(matter: Matter, guess: Guess, seen: Mapping[int, Similar]) -> Learnt:
    similar = [seen[key] for key in _similar(guess) if key in seen]
    return Learnt(matter, guess.confidence, guess.words, similar)


def _similar(guess: Guess) -> list[int]:
    """The tickets among what it calls similar: a model that was learnt from files names lines of theirs."""
    return [int(key) for key in guess.similar if key.isdecimal() and len(key) <= LONGEST]


def _seen(visit: Visit, identities: Set[int]) -> dict[int, Similar]:
    """Those that this person may see."""
    if not identities:
        return {}
    asked = select(Ticket.id, Ticket.number, Ticket.title).where(
        col(Ticket.id).in_(sorted(identities)), visibility.tickets(visit.viewer)
    )
    found = visit.session.exec(asked)
    return {identity: Similar(identity, number, title) for identity, number, title in found if identity}
