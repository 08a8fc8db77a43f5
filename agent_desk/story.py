"""A ticket's story in words: the facts of the journal as a person reads them, one line each. The clocks that a deed
started or stopped stand under it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from dispatch import marks, rates, requests, revisits
from dispatch.automatic import percent, sure
from hotline import clock_policy, parties
from hotline.budgets import Measure
from hotline.calls import OUTCOME_WORDS, Outcome
from hotline.dispatch_rules import MARK_WORDS, Mark
from hotline.facts import Fact
from hotline.parties import Kind
from hotline.revisit_policy import WAY_WORDS, Way
from hotline.tickets import SATISFACTION_WORDS, SOLUTION_WORDS, Satisfaction, Solution
from hotline.words import N_, translate

K = TypeVar("K", bound=StrEnum)


@dataclass(frozen=True)
class Line:
    """One line of the story: `icon` names a picture, `who` did it, `detail` is a second line or empty, `clocks` say
    what it meant for promises.
    """

    at: datetime
    icon: str
    text: str
    who: str
    detail: str = ""
    clocks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Names:
    """How codes, accounts and times are called in one language."""

    language: str
    unit: Callable[[str], str]
    person: Callable[[str], str]
    queue: Callable[[str], str]
    seat: Callable[[str], str]
    line: Callable[[str], str]
    branch: Callable[[str], str]
    time: Callable[[datetime], str]
    matter: Callable[[str], str] = str


SENTENCES: Mapping[str, tuple[str, str]] = {
    "call.entered": ("phone", N_("The citizen called {line}")),
    "call.queued": ("queue", N_("Waited in {queue}")),
    "call.offered": ("bell", N_("Rang at {seat}")),
    "call.not_answered": ("bell", N_("{seat} didn't answer")),
    "call.answered": ("headset", N_("{seat} answered")),
    "call.held": ("pause", N_("Put on hold")),
    "call.resumed": ("headset", N_("Back from hold")),
    "call.placed": ("call-back", N_("{seat} calls the citizen back")),
    "call.rang": ("phone", N_("The citizen's telephone rings")),
    "call.parked": ("clock", N_("Parked")),
    "call.party_called": ("call-back", N_("{party} was called in")),
    "call.party_met": ("people", N_("{party} picked up")),
    "call.party_left": ("phone-off", N_("{party} left the call")),
    "call.sent_on": ("arrow", N_("Sent on to {party}")),
    "call.handed_over": ("arrow", N_("Handed over to {party}")),
    "call.ended": ("phone-off", N_("The call ended")),
    "call.repaired": ("undo", N_("Put right from the switch's own record")),
    "recording.played": ("play", N_("Recording listened to")),
    "ticket.opened": ("ticket", N_("Ticket {number} opened")),
    "ticket.imported": ("ticket", N_("Taken over from the old system {source}, number {old}")),
    "ticket.answered": ("check", N_("Answered at once")),
    "ticket.submitted": ("arrow", N_("Submitted for dispatch")),
    "ticket.classified": ("note", N_("Matter set: {matter}")),
    "ticket.sent_by_itself": ("spark", N_("Dispatched automatically: {matter}")),
    "ticket.marked": ("flag", N_("Marked by a dispatch rule")),
    "ticket.taken_back": ("undo", N_("Taken back from the unit")),
    "ticket.revisited": ("phone", N_("Revisit begun")),
    "ticket.redone": ("undo", N_("Given back to be done again")),
    "ticket.archived": ("inbox", N_("Archived")),
    "ticket.split": ("arrow", N_("Split; also {into}")),
    "ticket.closed": ("check", N_("Ticket closed")),
    "ticket.reopened": ("undo", N_("Reopened")),
    "ticket.repeated": ("call-back", N_("Asks again for what an earlier ticket asks for")),
    "ticket.unlinked": ("undo", N_("Is no repeat after all")),
    "ticket.merged": ("arrow", N_("Merged into another ticket")),
    "ticket.separated": ("undo", N_("Taken out of the merge")),
    "ticket.joined": ("people", N_("Another citizen's ticket was merged into it")),
    "ticket.reply_shared": ("reply", N_("Has the reply that was given to all who were merged")),
    "ticket.left": ("undo", N_("A merged ticket was taken out again")),
    # A ticket is dispatched by an order and replied to by one, so that the orders' facts tell of both.
    "order.issued": ("order", N_("Dispatched to {unit}")),
    "order.taken_over": ("order", N_("{unit} goes on with it")),
    "order.moved": ("arrow", N_("{unit} took it over from {former}")),
    "order.signed": ("sign", N_("{unit} signed for it")),
    "order.returned": ("undo", N_("{unit} returned it")),
    "order.bound": ("lock", N_("{unit} keeps the order and may not return it")),
    "order.contacted": ("phone", N_("{unit} reached the citizen")),
    "order.delegated": ("arrow", N_("{unit} handed it down")),
    "order.taken_back": ("undo", N_("{unit} goes on with it itself")),
    "order.suspended": ("pause", N_("{unit} suspended it")),
    "order.resumed": ("play", N_("{unit} goes on with it")),
    "order.redone": ("undo", N_("{unit} has to do it again")),
    "order.leads": ("flag", N_("{unit} leads from now on")),
    "order.replied": ("reply", N_("{unit} replied")),
    "order.accepted": ("check", N_("Reply accepted")),
    "order.cancelled": ("cross", N_("Work order cancelled")),
    "order.excluded": ("flag", N_("{unit}: left out of the rates")),
    "order.included": ("undo", N_("{unit}: counts in the rates again")),
    "revisit.tried": ("phone", N_("Revisit, try {try}: {way}")),
    "request.asked": ("note", N_("{unit} asked: {request}")),
    "request.granted": ("check", N_("Granted to {unit}: {request}")),
    "request.refused": ("cross", N_("Refused to {unit}: {request}")),
    "request.withdrawn": ("undo", N_("{unit} withdrew: {request}")),
    "attachment.added": ("note", N_("{unit} handed in a file")),
    "attachment.removed": ("undo", N_("{unit} took a file away")),
    "mark.put": ("flag", N_("Marked: {mark}")),
    "mark.lifted": ("undo", N_("Mark taken off: {mark}")),
    "clock.started": ("clock", N_("Clock running")),
    "clock.stopped": ("clock", N_("Clock stopped")),
    "clock.paused": ("pause", N_("Clock paused")),
    "clock.resumed": ("clock", N_("Clock running again")),
    "clock.extended": ("clock", N_("Time extended")),
    "clock.recomputed": ("clock", N_("Due date recomputed")),
    "clock.reminded": ("bell", N_("Reminded")),
    "clock.amber": ("clock", N_("Nearly due")),
    "clock.red": ("alert", N_("Overdue")),
    "clock.escalated": ("alert", N_("Escalated: {step}")),
    "ticket.viewed": ("eye", N_("Confidential ticket read")),
    "person.viewed": ("eye", N_("Personal data viewed")),
}

CATALOGUE_VERSION = N_("Catalogue version {number}")
SENT = N_("Sent")
CITIZEN_ANSWERED = ("headset", N_("The citizen answered"))


def tell(facts: Sequence[Fact], names: Names) -> list[Line]:
    """The story, in the order of the facts; what has no sentence isn't part of it."""
    lines: list[Line] = []
    for fact in facts:
        if fact.noun == "clock" and lines and lines[-1].at == fact.at:
            lines[-1] = replace(lines[-1], clocks=(*lines[-1].clocks, _clock(fact, names)))
        elif fact.kind in SENTENCES:
            lines.append(_line(fact, names))
    return lines


def _line(fact: Fact, names: Names) -> Line:
    icon, sentence = _sentence(fact)
    text = translate(sentence, names.language, **_values(fact, names))
    clocks = (_clock(fact, names),) if fact.noun == "clock" else ()
    return Line(fact.at, icon, text, names.person(fact.by), " · ".join(_details(fact, names)), clocks)


def _sentence(fact: Fact) -> tuple[str, str]:
    if fact.kind == "call.answered" and fact.data.get("direction") == "out":
        return CITIZEN_ANSWERED
    return SENTENCES[fact.kind]


def _values(fact: Fact, names: Names) -> dict[str, str]:
    data = fact.data
    return {
        "number": str(data.get("number") or ""),
        "source": str(data.get("source") or ""),
        "old": str(data.get("old") or ""),
        "line": names.line(str(data.get("line") or "")),
        "matter": names.matter(str(data.get("matter") or "")) or "–",
        "queue": names.queue(str(data.get("queue") or "")),
        "unit": names.unit(str(data.get("unit") or "")),
        "former": names.unit(str(data.get("former") or "")),
        "seat": names.seat(str(data.get("extension") or "")),
        "party": _party(str(data.get("party") or ""), names),
        "into": "、".join(data.get("into") or ()),
        "request": _named(requests.Kind, requests.KIND_WORDS, data.get("request"), names),
        "mark": _named(marks.Kind, marks.KIND_WORDS, data.get("mark"), names),
        "step": _step(str(data.get("does") or ""), names),
        "try": str(data.get("try") or ""),
        "way": _named(Way, WAY_WORDS, data.get("way"), names),
    }


def _named(kinds: type[K], words: Mapping[K, str], code: object, names: Names) -> str:
    return translate(words[kinds(str(code))], names.language) if code else ""


def _step(does: str, names: Names) -> str:
    words = {step.value: said for step, said in clock_policy.DOES_WORDS.items()}
    return translate(words.get(does, does), names.language)


def _party(text: str, names: Names) -> str:
    """What a third party is called; an emergency number is its own name."""
    party = parties.parse(text)
    if party is None:
        return text
    called = {Kind.SEAT: names.seat, Kind.BRANCH: names.branch}.get(party.kind, str)
    return called(party.number)


def _details(fact: Fact, names: Names) -> Iterator[str]:
    if fact.kind == "ticket.closed":
        yield from _verdict(fact, names)
    elif fact.kind == "ticket.marked":
        yield from (translate(MARK_WORDS[Mark(one)], names.language) for one in fact.data["marks"])
    elif fact.kind == "ticket.sent_by_itself":
        yield _grounds(fact, names)
    elif fact.kind == "revisit.tried":
        yield _named(revisits.Result, revisits.RESULT_WORDS, fact.data.get("result"), names) or translate(
            SENT, names.language
        )
    elif fact.kind == "call.ended":
        yield from _end(fact, names)
    elif fact.kind == "call.party_left":
        yield translate(parties.STANDING_WORDS[parties.Standing(fact.data["party_stands"])], names.language)
    elif fact.kind == "request.asked":
        yield from _asked(fact, names)
    elif fact.kind == "order.excluded":
        yield translate(rates.EXCLUSION_WORDS[rates.Exclusion(fact.data["exclusion"])], names.language)
        yield str(fact.data["reason"])
    elif fact.data.get("reason"):
        yield str(fact.data["reason"])
    elif fact.data.get("override"):
        yield str(fact.data["override"])
    if fact.kind.startswith("mark.") and fact.data.get("step"):
        yield translate(marks.STEP_WORDS[marks.Step(fact.data["step"])], names.language)
    if fact.data.get("catalogue"):
        yield translate(CATALOGUE_VERSION, names.language, number=fact.data["catalogue"])


def _grounds(fact: Fact, names: Names) -> str:
    """How sure it was, from when on it may, and how often that was right."""
    said = {name: percent(fact.data[name]) for name in ("threshold", "precision")}
    said["confidence"] = sure(fact.data["confidence"])
    words = N_("Confidence {confidence}%, threshold {threshold}%, precision at it {precision}%")
    return translate(words, names.language, **said)


def _verdict(fact: Fact, names: Names) -> Iterator[str]:
    """What the citizen said; of one who wasn't heard, why not."""
    said = (
        _named(Satisfaction, SATISFACTION_WORDS, fact.data.get("satisfaction"), names),
        _named(Solution, SOLUTION_WORDS, fact.data.get("solution"), names),
        _named(revisits.Grievance, revisits.GRIEVANCE_WORDS, fact.data.get("why"), names),
    )
    if fact.data.get("outcome", revisits.Outcome.HEARD) != revisits.Outcome.HEARD:
        yield _named(revisits.Outcome, revisits.OUTCOME_WORDS, fact.data["outcome"], names)
    yield from filter(None, said)


def _asked(fact: Fact, names: Names) -> Iterator[str]:
    """What a unit asked for, and why."""
    form = fact.data.get("form", {})
    if fact.data["request"] == requests.Kind.RETURN:
        yield translate(requests.RETURN_WORDS[requests.ReturnReason(form["reason"])], names.language)
        yield str(form["basis"])
        yield translate(N_("Proposed: {unit}"), names.language, unit=names.unit(str(form["proposed"])))
        return
    if fact.data["request"] == requests.Kind.EXCLUDE:
        yield translate(rates.EXCLUSION_WORDS[rates.Exclusion(form["reason"])], names.language)
        yield str(form["because"])
        return
    if form.get("amount"):
        words = requests.AMOUNT_WORDS[Measure(form["measure"])]
        yield translate(words, names.language, amount=form["amount"])
    yield from (str(form[field]) for field in ("promise", "review_on", "reason", "basis") if form.get(field))


def _end(fact: Fact, names: Names) -> Iterator[str]:
    if fact.data.get("outcome"):
        yield translate(OUTCOME_WORDS[Outcome(fact.data["outcome"])], names.language)
    if fact.data.get("talked"):
        minutes, seconds = divmod(round(fact.data["talked"]), 60)
        yield translate(N_("{minutes} min {seconds} s"), names.language, minutes=minutes, seconds=seconds)


def _clock(fact: Fact, names: Names) -> str:
    """What was promised until when; of a clock that stopped, whether that was in time. One that stands has no date."""
    label = translate(clock_policy.KIND_WORDS[clock_policy.Kind(fact.data["clock"])], names.language)
    due = datetime.fromisoformat(fact.data["due"]) if fact.data.get("due") else None
    if due is None:
        return label
    if fact.kind != "clock.stopped":
        said = f"{label} {names.time(due)}"
        return (
            f"{said} {translate(N_('provisional'), names.language)}" if fact.data.get("provisional") else said
        )
    standing = N_("in time") if fact.at <= due else N_("late")
    words = translate(standing, names.language)
    return translate(N_("{clock}: {standing}"), names.language, clock=label, standing=words)
