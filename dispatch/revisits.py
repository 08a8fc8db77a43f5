"""Asking a citizen what they think of a reply 回访: what becomes of a try, what is asked, and when it is given up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from hotline.budgets import Budget
from hotline.errors import Refused
from hotline.revisit_policy import Plan, Way
from hotline.tickets import Satisfaction, Solution
from hotline.words import N_

NOTE_LENGTH = 2000


class Result(StrEnum):
    """How a try ended."""

    REACHED = "reached"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    WRONG_NUMBER = "wrong_number"


IN_VAIN = frozenset({Result.BUSY, Result.NO_ANSWER})
"""After these another try makes sense."""


class Outcome(StrEnum):
    """How the asking as a whole ended. Only who was heard has a say in the rates; the others are counted apart."""

    HEARD = "heard"
    UNREACHABLE = "unreachable"
    DECLINED = "declined"
    EXEMPT = "exempt"
    CHECKED = "checked"
    REDONE = "redone"


class Grievance(StrEnum):
    """What a citizen isn't content with."""

    RESULT = "result"
    SPEED = "speed"
    ATTITUDE = "attitude"
    REPLY = "reply"
    POLICY = "policy"
    OTHER = "other"


DISCONTENT = frozenset({Satisfaction.DISSATISFIED, Satisfaction.VERY_DISSATISFIED})
"""Bad marks 差评 of the five levels."""


@dataclass(frozen=True)
class Answers:
    """What the citizen said: whether the unit was in touch in time, whether it is solved, how satisfied they are, and
    `why` they aren't. None: not said.
    """

    responded: bool | None = None
    solution: Solution | None = None
    satisfaction: Satisfaction | None = None
    why: Grievance | None = None

    @property
    def is_content(self) -> bool:
        """Whether the ticket can rest: it isn't unsolved, and the mark is no bad one."""
        return self.solution is not Solution.UNSOLVED and self.satisfaction not in DISCONTENT

    @property
    def said(self) -> dict[str, Any]:
        """As JSON has it; what wasn't said is left out."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Answers:
        """The answers that were kept so; other keys are passed over."""
        return cls(
            responded=said.get("responded"),
            solution=Solution(said["solution"]) if said.get("solution") else None,
            satisfaction=Satisfaction(said["satisfaction"]) if said.get("satisfaction") else None,
            why=Grievance(said["why"]) if said.get("why") else None,
        )


def check(answers: Answers, note: str) -> None:
    """Whoever records that a citizen isn't content says why, by its kind and in words, for whoever reads it later.

    Raises `Refused("field.missing")` or `field.too_long`.
    """
    if len(note) > NOTE_LENGTH:
        raise Refused("field.too_long", field="note", limit=NOTE_LENGTH)
    if answers.is_content:
        return
    if answers.why is None:
        raise Refused("field.missing", field="why")
    if not note.strip():
        raise Refused("field.missing", field="note")


@dataclass(frozen=True)
class Next:
    """Another try, after a pause; at once where there is none."""

    way: Way
    after: Budget | None


@dataclass(frozen=True)
class Over:
    """Nobody is asked any more."""

    outcome: Outcome


def begin(plan: Plan) -> Next | Over:
    """What happens first. A plan without ways is an exemption."""
    return Next(plan.ways[0], None) if plan.ways else Over(Outcome.EXEMPT)


def follow(plan: Plan, results: Sequence[Result]) -> Next | Over:
    """What follows after tries with these results, none of which reached the citizen.

    Whoever refuses, or has another number, isn't asked again. An answer to a message was waited for already, so that
    there is no pause after one.
    """
    last = results[-1]
    if last is Result.REFUSED:
        return Over(Outcome.DECLINED)
    if last not in IN_VAIN or len(results) >= len(plan.ways):
        return Over(Outcome.UNREACHABLE)
    tried, way = plan.ways[len(results) - 1], plan.ways[len(results)]
    return Next(way, None if tried is Way.MESSAGE else plan.pause)


RESULT_WORDS = {
    Result.REACHED: N_("Reached"),
    Result.BUSY: N_("Busy"),
    Result.NO_ANSWER: N_("No answer"),
    Result.REFUSED: N_("Didn't want to say anything"),
    Result.WRONG_NUMBER: N_("Wrong number"),
}

OUTCOME_WORDS = {
    Outcome.HEARD: N_("Citizen heard"),
    Outcome.UNREACHABLE: N_("Unreachable"),
    Outcome.DECLINED: N_("Declined to answer"),
    Outcome.EXEMPT: N_("Exempt from the revisit"),
    Outcome.CHECKED: N_("Checked by the centre"),
    Outcome.REDONE: N_("Given back to be done again"),
}

GRIEVANCE_WORDS = {
    Grievance.RESULT: N_("With the result"),
    Grievance.SPEED: N_("With how long it took"),
    Grievance.ATTITUDE: N_("With how they were treated"),
    Grievance.REPLY: N_("The reply isn't to the point"),
    Grievance.POLICY: N_("With the rule itself"),
    Grievance.OTHER: N_("With something else"),
}

REFUSAL_WORDS = {
    "revisit.unknown": N_("This ticket isn't being revisited"),
    "revisit.held": N_("{name} is asking this citizen already"),
    "revisit.none_due": N_("Nobody has to be asked just now"),
    "revisit.not_agent": N_("The citizen is being asked in another way"),
    "link.unknown": N_("This link is not valid"),
    "link.used": N_("This link has been used already. Thank you"),
    "link.over": N_("This link is no longer valid. Call 12345 if you want to tell us something"),
    "link.wait": N_("Too many attempts. Wait a minute"),
}
