"""A ticket's story in words: the facts of the journal, one line each, as a person reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.facts import Fact
from hotline.tickets import SATISFACTION_WORDS, SOLUTION_WORDS, Satisfaction, Solution
from hotline.words import N_, translate


@dataclass(frozen=True)
class Line:
    """One line of the story: `icon` names a picture, `who` did it, `detail` is a second line or empty."""

    at: datetime
    icon: str
    text: str
    who: str
    detail: str = ""


@dataclass(frozen=True)
class Names:
    """How codes and accounts are called in one language."""

    language: str
    unit: Callable[[str], str]
    person: Callable[[str], str]
    queue: Callable[[str], str]
    seat: Callable[[str], str]


SENTENCES: Mapping[str, tuple[str, str]] = {
    "call.entered": ("phone", N_("Called {line}")),
    "call.queued": ("queue", N_("Waited in {queue}")),
    "call.offered": ("bell", N_("Rang at {seat}")),
    "call.declined": ("bell", N_("{seat} didn't answer")),
    "call.answered": ("headset", N_("{seat} answered")),
    "call.held": ("pause", N_("Put on hold")),
    "call.resumed": ("headset", N_("Back from hold")),
    "call.placed": ("phone", N_("{seat} called the citizen back")),
    "call.ended": ("phone-off", N_("The call ended")),
    "ticket.opened": ("ticket", N_("Ticket {number} opened")),
    "ticket.answered": ("check", N_("Answered at once")),
    "ticket.submitted": ("arrow", N_("Submitted for dispatch")),
    "ticket.dispatched": ("arrow", N_("Dispatched to {unit}")),
    "ticket.taken_back": ("undo", N_("Taken back from the unit")),
    "ticket.replied": ("reply", N_("{unit} has replied; the citizen is to be called back")),
    "ticket.revisited": ("phone", N_("Revisit begun")),
    "ticket.redone": ("undo", N_("Given back to be done again")),
    "ticket.closed": ("check", N_("Ticket closed")),
    "ticket.reopened": ("undo", N_("Reopened")),
    "order.issued": ("order", N_("Work order issued to {unit}")),
    "order.signed": ("sign", N_("{unit} signed for it")),
    "order.returned": ("undo", N_("{unit} returned it")),
    "order.replied": ("reply", N_("{unit} replied")),
    "order.accepted": ("check", N_("Reply accepted")),
    "order.cancelled": ("cross", N_("Work order cancelled")),
    "clock.started": ("clock", N_("Clock started: {clock}")),
    "clock.stopped": ("clock", N_("Clock stopped: {clock}")),
    "person.viewed": ("eye", N_("Personal data viewed")),
}


def tell(facts: Sequence[Fact], names: Names) -> list[Line]:
    """The story, in the order of the facts; what has no sentence isn't part of it."""
    return [_line(fact, names) for fact in facts if fact.kind in SENTENCES]


def _line(fact: Fact, names: Names) -> Line:
    icon, sentence = SENTENCES[fact.kind]
    said = {name: _said(name, str(value), names) for name, value in fact.data.items() if value is not None}
    seat = names.seat(str(fact.data.get("extension", "")))
    text = translate(
        sentence, names.language, **{"line": "", "queue": "", "unit": "", "number": "", **said, "seat": seat}
    )
    return Line(fact.at, icon, text, names.person(fact.by), _detail(fact, names))


def _said(name: str, value: str, names: Names) -> str:
    if name == "unit":
        return names.unit(value)
    if name == "queue":
        return names.queue(value)
    return value


def _detail(fact: Fact, names: Names) -> str:
    if fact.kind == "ticket.closed":
        told = (
            SATISFACTION_WORDS[Satisfaction(fact.data["satisfaction"])],
            SOLUTION_WORDS[Solution(fact.data["solution"])],
        )
        return " · ".join(translate(words, names.language) for words in told)
    return str(fact.data.get("reason") or "")
