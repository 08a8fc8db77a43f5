"""Automatic dispatch 自动派单: whether a ticket may go without a person, by what a model says of it. Pure.

Only where an administrator has said from which confidence on, and only what is plain: whatever is delicate, urgent or
in dispute, and whatever only the unit on duty would get, stays with a dispatcher.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Protocol

from dispatch import deciding
from dispatch.deciding import Decision, decide, request_of
from hotline.dispatch_rules import Lead
from hotline.pack.model import CityPack
from hotline.tickets import State, Urgency

SUREST = 0.999


class Outcome(StrEnum):
    """What became of a ticket that was looked at: it was sent, or why it was left to a person."""

    SENT = "sent"
    NO_MODEL = "no_model"
    MOVED_ON = "moved_on"
    DELICATE = "delicate"
    URGENT = "urgent"
    NO_GUESS = "no_guess"
    OTHER_MATTER = "other_matter"
    MATTER_GONE = "matter_gone"
    NO_THRESHOLD = "no_threshold"
    UNSURE = "unsure"
    NO_UNIT = "no_unit"
    MARKED = "marked"
    FAILED = "failed"


@dataclass(frozen=True)
class Named:
    """A model's first guess at a text: the matter's code, and how sure that is (0 to 1)."""

    matter: str
    confidence: float


class Ticket(deciding.Ticket, Protocol):
    """What has to be known of a ticket of the record."""

    @property
    def state(self) -> str: ...
    @property
    def confidential(self) -> bool: ...


def kept_back(ticket: Ticket) -> Outcome | None:
    """Why a person has to look at it, whatever a model says; None where nobody has to."""
    if ticket.state != State.REVIEW:
        return Outcome.MOVED_ON
    if ticket.confidential or ticket.about is not None:
        return Outcome.DELICATE
    return Outcome.URGENT if ticket.urgency != Urgency.NORMAL else None


def judge(
    city: CityPack, ticket: Ticket, named: Named, thresholds: Mapping[str, float], day: date
) -> Decision | Outcome:
    """Where the ticket goes by itself by the rules of `day`; else why it doesn't. `thresholds` by matter, 0 to 1."""
    if kept := kept_back(ticket):
        return kept
    if ticket.matter not in (None, named.matter):
        return Outcome.OTHER_MATTER
    matter = city.catalogue.matters.get(named.matter)
    if matter is None or not matter.is_valid_on(day):
        return Outcome.MATTER_GONE
    if named.matter not in thresholds:
        return Outcome.NO_THRESHOLD
    if named.confidence < thresholds[named.matter]:
        return Outcome.UNSURE
    decision = decide(city, replace(request_of(ticket), matter=named.matter), day)
    if decision.rule.lead is Lead.DUTY:
        return Outcome.NO_UNIT
    # A rule that makes it confidential or urgent says itself that somebody should read it.
    return Outcome.MARKED if decision.marks else decision


def percent(part: float | None) -> str:
    """A part of 1 in percent, never more than it is: 0.9996 is 99.9, not 100."""
    return "–" if part is None else f"{int(part * 1000 + 1e-6) / 10:g}"


def sure(confidence: float) -> str:
    """A confidence in percent. Nothing that was learnt is certain, however near to 1 its number is rounded."""
    return percent(min(confidence, SUREST))
