"""Which promise runs for which ticket: versioned rules from a ticket's type and urgency to a budget of time.

The rules are data that a city edits; here is only how they are read: the first that fits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hotline.budgets import Budget, Share
from hotline.tickets import Type, Urgency
from hotline.words import N_


class Kind(StrEnum):
    """What is promised. `resolve` is the one that the citizen is told."""

    DISPATCH = "dispatch"
    SIGN = "sign"
    CONTACT = "contact"
    RESOLVE = "resolve"
    REVIEW = "review"
    REVISIT = "revisit"


KIND_WORDS = {
    Kind.DISPATCH: N_("Dispatch by"),
    Kind.SIGN: N_("Sign by"),
    Kind.CONTACT: N_("Contact the citizen by"),
    Kind.RESOLVE: N_("Resolve by"),
    Kind.REVIEW: N_("Review the reply by"),
    Kind.REVISIT: N_("Revisit by"),
}


@dataclass(frozen=True)
class ClockRule:
    """One promise. Empty `types` or `urgencies` mean all of them; `amber`: what is left when it turns amber."""

    kind: Kind
    budget: Budget
    amber: Budget | Share
    types: frozenset[Type] = frozenset()
    urgencies: frozenset[Urgency] = frozenset()

    def fits(self, kind: Kind, type_: Type, urgency: Urgency) -> bool:
        """Whether this rule speaks of such a ticket."""
        return (
            kind is self.kind
            and (not self.types or type_ in self.types)
            and (not self.urgencies or urgency in self.urgencies)
        )


@dataclass(frozen=True)
class ClockPolicy:
    """The rules in force from `valid_from` until the day before `valid_until`, in order of precedence."""

    version: str
    rules: tuple[ClockRule, ...]
    valid_from: date = date.min
    valid_until: date = date.max

    def rule(self, kind: Kind, type_: Type, urgency: Urgency) -> ClockRule | None:
        """The first rule that fits, or None where nothing is promised."""
        return next((rule for rule in self.rules if rule.fits(kind, type_, urgency)), None)


def policy_on(policies: Iterable[ClockPolicy], day: date) -> ClockPolicy:
    """The policy in force on `day`. A pack's policies cover every day, so that there always is one."""
    return next(policy for policy in policies if policy.valid_from <= day < policy.valid_until)
