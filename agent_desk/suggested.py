"""Which unit a ticket's page proposes: what the dispatch rules decide, whom the city's own tickets speak for, and who
else the catalogue could mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from agent_desk import learnt, naming
from agent_desk.learnt import LIKELY, Learnt, Proposal
from agent_desk.visit import Visit
from dispatch import rule_words
from dispatch.deciding import Decision, barred, decide, others, request_of
from hotline.dispatch_rules import Request
from hotline.record import catalogues
from hotline.store.tables import Ticket
from hotline.suggestions import suggest
from hotline.units import Unit

MOST = 3  # that are named beside the first


@dataclass(frozen=True)
class Suggested:
    """The unit to ask, and why, in words. `by_rule`: the rules or the catalogue decide so, and `besides` is what else
    they say; else somebody or something names it. `others` could be meant too.

    With a `matter` (its code, and what it is called) the ticket is first said to be about that; `learnt` is on what
    grounds.
    """

    unit: str
    label: str
    reason: str
    by_rule: bool = False
    besides: Sequence[str] = ()
    others: Sequence[Suggested] = ()
    matter: str = ""
    matter_label: str = ""
    learnt: Learnt | None = None

    @property
    def further(self) -> Sequence[Suggested]:
        """Of the others those that were learnt."""
        return [one for one in self.others if one.learnt]


def suggested(visit: Visit, ticket: Ticket) -> Suggested:
    """Whom to ask for this ticket."""
    return suggest_all(visit, [ticket])[0]


def suggest_all(visit: Visit, tickets: Sequence[Ticket]) -> list[Suggested]:
    """Whom to ask for each of these tickets: where the rules leave it to the unit on duty, rather whom tickets like it
    went to, or whom its words speak of.
    """
    city, day = visit.house.city, catalogues.today(visit.house.city, visit.at)
    decided = [(ticket, decide(city, request_of(ticket), day)) for ticket in tickets]
    taught = learnt.of_tickets(visit, decided, day)
    return [
        _suggested(visit, decision, _taught(visit, taught.get(ticket.id or 0, ())), day)
        for ticket, decision in decided
    ]


def _suggested(visit: Visit, decision: Decision, taught: Sequence[Suggested], day: date) -> Suggested:
    decided, known = _decided(visit, decision), {one.unit for one in taught}
    found = (one for one in _by_catalogue(visit, decision, day) if one.unit not in known)
    if decision.is_left_over:
        likely = [one for one in taught if one.learnt and one.learnt.confidence >= LIKELY]
        less = taught[len(likely) :]
        first, *rest = [*likely, *islice(found, MOST), *less, decided]
        return replace(first, others=rest)
    further = (one for one in found if one.unit != decided.unit)
    return replace(decided, others=[*taught, *islice(further, MOST)])


def _taught(visit: Visit, proposals: Sequence[Proposal]) -> list[Suggested]:
    language = visit.viewer.language
    return [
        replace(
            _decided(visit, one.decision),
            matter=one.learnt.matter.code,
            matter_label=naming.name(one.learnt.matter, language),
            learnt=one.learnt,
        )
        for one in proposals
    ]


def _decided(visit: Visit, decision: Decision) -> Suggested:
    language = visit.viewer.language
    co = [naming.name(unit, language) for unit in decision.co]
    return Suggested(
        decision.lead.code,
        naming.name(decision.lead, language),
        decision.reason_in(language),
        by_rule=not decision.is_left_over,
        besides=[*rule_words.along(co, language), *rule_words.marks(decision.marks, language)],
    )


def _by_catalogue(visit: Visit, decision: Decision, day: date) -> Iterator[Suggested]:
    """Everybody with a claim on the matter; without a matter, whoever answers for what the words speak of. Never whom
    it is about.
    """
    city, language, asked = visit.house.city, visit.viewer.language, decision.request
    named = set(barred(city, asked.about_unit))
    for answer, reason in _claims(visit, asked, day) if asked.matter else _spoken_of(visit, asked, day):
        if answer.code not in named:
            named.add(answer.code)
            yield Suggested(answer.code, naming.name(answer, language), reason)


def _claims(visit: Visit, asked: Request, day: date) -> Iterator[tuple[Unit, str]]:
    for answer in others(visit.house.city, asked, day):
        yield answer.unit, answer.reason_in(visit.viewer.language)


def _spoken_of(visit: Visit, asked: Request, day: date) -> Iterator[tuple[Unit, str]]:
    city = visit.house.city
    area = asked.area or city.areas.city.code
    for one in suggest(city, asked.text, area=area, line=asked.line, type_=asked.type, day=day):
        yield one.unit, one.reason_in(visit.viewer.language)
