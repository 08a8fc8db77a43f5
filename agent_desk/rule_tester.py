"""Trying a ticket on the dispatch rules: a real one by its number, or whatever is typed; where it would go, and for
every rule why it is or isn't the one that decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import col, or_, select

from agent_desk import naming
from agent_desk.render import fragment, page_for, render
from agent_desk.visit import Visit, Visiting, VisitRoute
from dispatch import rule_words
from dispatch.deciding import Verdict, decide, request_of
from hotline import dispatch_rules
from hotline.levels import LEVEL_WORDS
from hotline.record import catalogues, imported, visibility
from hotline.roles import Permission
from hotline.store.tables import Ticket
from hotline.tickets import Channel, Type, Urgency
from hotline.words import N_, translate

router = APIRouter(route_class=VisitRoute)

LONGEST = 5000  # characters
Code = Annotated[str, Field(max_length=64)]
Number = Annotated[str, Query(max_length=40)]


class Asked(BaseModel):
    """What the page's form says; anything may be left out. `day` is the one whose rules are asked."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(max_length=LONGEST)] = ""
    matter: Code | None = None
    area: Code | None = None
    line: Code = ""
    type: Type | None = None
    urgency: Urgency = Urgency.NORMAL
    channel: Channel = Channel.PHONE
    about_unit: Code | None = None
    day: date | None = None


class Tried(BaseModel):
    """The answer as a part of the page, and what is wrong at which field: nothing can be."""

    html: str
    problems: list[dict[str, str]] = []


@dataclass(frozen=True)
class Line:
    """One rule of the trace: its name, what became of it, and why in words."""

    name: str
    fired: bool
    fits: bool
    why: str


@dataclass(frozen=True)
class Answer:
    """A decision in words, and its trace: the rules up to the one that decided, and those behind it."""

    unit: str
    level: str
    rule: str
    reason: str
    co: Sequence[str]
    times: Sequence[str]
    marks: Sequence[str]
    left_over: bool
    passed_over: str
    handled_above: str
    until: Sequence[Line]
    behind: Sequence[Line]


@router.get("/rules/try")
def trial_page(request: Request, visit: Visiting, ticket: Number = "") -> Response:
    """The form, filled from a ticket where one is named that this person may see."""
    visit.viewer.must(Permission.CATALOGUE_READ)
    page = page_for(visit, N_("Try the dispatch rules"), "rules")
    found = _ticket(visit, ticket.strip()) if ticket.strip() else None
    asked = request_of(found) if found else dispatch_rules.Request()
    return render(
        request,
        "rules/try.html",
        page,
        number=ticket.strip(),
        ticket=found,
        asked=asked,
        names=_names(visit, asked),
        lines=_lines(visit),
        today=catalogues.today(visit.house.city, visit.at),
        answer=_answer(visit, asked, catalogues.today(visit.house.city, visit.at)),
    )


@router.post("/api/rules/try/preview")
def tried(visit: Visiting, asked: Asked) -> Tried:
    """The answer again, while somebody types."""
    visit.viewer.must(Permission.CATALOGUE_READ)
    day = asked.day or catalogues.today(visit.house.city, visit.at)
    request = dispatch_rules.Request(**asked.model_dump(exclude={"day"}))
    html = bytes(fragment(visit, "rules/answer.html", answer=_answer(visit, request, day)).body).decode()
    return Tried(html=html)


def _ticket(visit: Visit, number: str) -> Ticket | None:
    """The ticket with this number, ours or an older system's, if this person may see it."""
    named = or_(Ticket.number == number, col(Ticket.id).in_(imported.with_old_number(number)))
    return visit.session.exec(select(Ticket).where(named, visibility.tickets(visit.viewer)).limit(1)).first()


def _answer(visit: Visit, request: dispatch_rules.Request, day: date) -> Answer:
    city, language = visit.house.city, visit.viewer.language
    decision = decide(city, request, day)
    lines = [
        Line(
            step.rule.name_in(language),
            step.verdict is Verdict.FIRED,
            step.verdict is Verdict.TOO_LATE,
            rule_words.step_words(city, step, language),
        )
        for step in decision.trace
    ]
    deciding = next(place for place, line in enumerate(lines) if line.fired)
    return Answer(
        unit=naming.name(decision.lead, language),
        level=translate(LEVEL_WORDS[decision.level], language),
        rule=decision.rule.name_in(language),
        reason=decision.reason_in(language),
        co=[naming.name(unit, language) for unit in decision.co],
        times=rule_words.times(decision.budgets, language),
        marks=rule_words.marks(decision.marks, language),
        left_over=decision.is_left_over,
        passed_over=naming.name(decision.passed_over, language) if decision.passed_over else "",
        handled_above=translate(LEVEL_WORDS[decision.handled_above], language)
        if decision.handled_above
        else "",
        until=lines[: deciding + 1],
        behind=lines[deciding + 1 :],
    )


def _names(visit: Visit, asked: dispatch_rules.Request) -> Mapping[str, str]:
    return {
        "matter": naming.matter(visit, asked.matter),
        "area": naming.area(visit, asked.area),
        "about_unit": naming.unit(visit, asked.about_unit or ""),
    }


def _lines(visit: Visit) -> list[tuple[str, str]]:
    numbers = dict.fromkeys(line.number for line in visit.house.city.lines)
    return [(number, f"{number} {naming.line(visit, number)}".rstrip()) for number in numbers]
