"""Which promise runs for which ticket, and who is told when it nearly breaks: versioned rules and steps.

They are data that a city edits; here is only how they are read: the first that fits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from hotline.budgets import Budget, Offset, Share
from hotline.levels import Level
from hotline.messages import Channel
from hotline.tickets import Channel as Arrival
from hotline.tickets import Type, Urgency
from hotline.words import N_


class Kind(StrEnum):
    """What is promised. `answer` is what the citizen is told; the others are each handler's own."""

    ANSWER = "answer"
    DISPATCH = "dispatch"
    SIGN = "sign"
    CONTACT = "contact"
    RESOLVE = "resolve"
    REVIEW = "review"
    REVISIT = "revisit"


KIND_WORDS = {
    Kind.ANSWER: N_("Answer the citizen by"),
    Kind.DISPATCH: N_("Dispatch by"),
    Kind.SIGN: N_("Sign by"),
    Kind.CONTACT: N_("Contact the citizen by"),
    Kind.RESOLVE: N_("Resolve by"),
    Kind.REVIEW: N_("Review the reply by"),
    Kind.REVISIT: N_("Revisit by"),
}


class After(StrEnum):
    """What becomes of a clock that had stopped when its matter is taken up again."""

    GOES_ON = "goes_on"
    EXCLUDES = "excludes"
    ANEW = "anew"
    STAYS = "stays"


AFTER_WORDS = {
    After.GOES_ON: N_("Goes on as if it had never stopped"),
    After.EXCLUDES: N_("Goes on, without the time in between"),
    After.ANEW: N_("Begins anew"),
    After.STAYS: N_("Stays stopped"),
}


class Does(StrEnum):
    """What a step of the ladder is, from the mildest to the gravest."""

    REMINDER = "reminder"
    AMBER = "amber"
    RED = "red"
    MESSAGE = "message"
    NOTICE = "notice"
    SUPERVISION = "supervision"
    REPORT = "report"

    @property
    def rank(self) -> int:
        """0 for the mildest."""
        return _RANKS[self]

    @property
    def is_colour(self) -> bool:
        """Whether it is taken when the clock changes its colour, and at no other time."""
        return self in (Does.AMBER, Does.RED)


_RANKS = {does: rank for rank, does in enumerate(Does)}

DOES_WORDS = {
    Does.REMINDER: N_("Reminder"),
    Does.AMBER: N_("Amber warning"),
    Does.RED: N_("Overdue warning"),
    Does.MESSAGE: N_("Urging message"),
    Does.NOTICE: N_("Written urging"),
    Does.SUPERVISION: N_("Supervision order"),
    Does.REPORT: N_("Circulated report"),
}


class Audience(StrEnum):
    """Whom a step tells. Of a clock that no unit has yet, the unit is the one on duty."""

    HANDLER = "handler"
    LEADER = "leader"
    ABOVE = "above"
    DISPATCHER = "dispatcher"
    SUPERVISOR = "supervisor"


AUDIENCE_WORDS = {
    Audience.HANDLER: N_("The unit's staff"),
    Audience.LEADER: N_("The unit's leaders"),
    Audience.ABOVE: N_("Leaders of the unit above"),
    Audience.DISPATCHER: N_("Dispatchers"),
    Audience.SUPERVISOR: N_("Supervisors of the centre"),
}


@dataclass(frozen=True)
class Case:
    """What rules ask about: a ticket, and the level of the unit that has it."""

    type: Type
    urgency: Urgency
    matter: str = ""
    line: str = ""
    channel: str = ""
    level: str = ""


@dataclass(frozen=True)
class ClockRule:
    """One promise. What it says nothing of, it doesn't ask for; `matters` are codes, or the first digits of some.

    `amber`: what is left when it turns amber. `calendar`: whose working time it runs in; the unit's own where None.
    """

    kind: Kind
    budget: Budget
    amber: Budget | Share
    types: frozenset[Type] = frozenset()
    urgencies: frozenset[Urgency] = frozenset()
    matters: tuple[str, ...] = ()
    lines: frozenset[str] = frozenset()
    channels: frozenset[Arrival] = frozenset()
    levels: frozenset[Level] = frozenset()
    calendar: str | None = None
    on_redo: After | None = None
    on_reopen: After | None = None

    def fits(self, kind: Kind, case: Case) -> bool:
        """Whether this rule speaks of such a promise for such a case."""
        return (
            kind is self.kind
            and (not self.types or case.type in self.types)
            and (not self.urgencies or case.urgency in self.urgencies)
            and (not self.matters or case.matter.startswith(self.matters))
            and (not self.lines or case.line in self.lines)
            and (not self.channels or case.channel in self.channels)
            and (not self.levels or case.level in self.levels)
        )


_ON_REDO = {Kind.ANSWER: After.GOES_ON}
_ON_REOPEN = {Kind.ANSWER: After.EXCLUDES, Kind.DISPATCH: After.ANEW}


def on_redo(kind: Kind, rule: ClockRule | None) -> After:
    """What a redo does to such a clock: by its rule, else a handler begins anew and the citizen's date stays."""
    return (rule and rule.on_redo) or _ON_REDO.get(kind, After.ANEW)


def on_reopen(kind: Kind, rule: ClockRule | None) -> After:
    """What a reopening does to such a clock: by its rule, else the citizen's goes on without the time for which the
    ticket was closed, and what units had to keep is over.
    """
    return (rule and rule.on_reopen) or _ON_REOPEN.get(kind, After.STAYS)


@dataclass(frozen=True)
class Step:
    """A step on the ladder: when it is taken, and who is told by which ways. A colour's comes with the colour."""

    does: Does
    when: Offset | None = None
    name: str = ""
    kinds: frozenset[Kind] = frozenset()
    urgencies: frozenset[Urgency] = frozenset()
    to: tuple[Audience, ...] = ()
    by: tuple[Channel, ...] = (Channel.NOTICE,)

    @property
    def key(self) -> str:
        """What tells it from the other steps of a clock."""
        return self.name or self.does.value

    def fits(self, kind: Kind, urgency: Urgency) -> bool:
        """Whether it is a step of such a clock."""
        return (not self.kinds or kind in self.kinds) and (not self.urgencies or urgency in self.urgencies)


COLOURS = (Step(Does.AMBER), Step(Does.RED))
"""The steps that every clock has, whether a policy tells somebody of them or not."""


@dataclass(frozen=True)
class ClockPolicy:
    """The rules in force from `valid_from` until the day before `valid_until`, in order of precedence."""

    version: str
    rules: tuple[ClockRule, ...]
    valid_from: date = date.min
    valid_until: date = date.max
    steps: tuple[Step, ...] = ()
    _ladders: dict[tuple[Kind, Urgency], tuple[Step, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def rule(self, kind: Kind, case: Case) -> ClockRule | None:
        """The first rule that fits, or None where nothing is promised. What the citizen is told is the time to
        resolve, unless there are rules of its own for it.
        """
        asked = (kind, Kind.RESOLVE) if kind is Kind.ANSWER else (kind,)
        fitting = (rule for one in asked for rule in self.rules if rule.fits(one, case))
        return next(fitting, None)

    def ladder(self, kind: Kind, urgency: Urgency) -> tuple[Step, ...]:
        """The steps of such a clock: of several with one key the first that fits."""
        if (kind, urgency) not in self._ladders:
            found: dict[str, Step] = {}
            for step in (*self.steps, *COLOURS):
                if step.fits(kind, urgency):
                    found.setdefault(step.key, step)
            self._ladders[kind, urgency] = tuple(found.values())
        return self._ladders[kind, urgency]


def policy_on(policies: Iterable[ClockPolicy], day: date) -> ClockPolicy:
    """The policy in force on `day`. A pack's policies cover every day, so that there always is one."""
    return next(policy for policy in policies if policy.valid_from <= day < policy.valid_until)


def policy_called(policies: Iterable[ClockPolicy], version: str) -> ClockPolicy:
    """The policy of that version; one that promises nothing and tells nobody where a city has dropped it."""
    return next((policy for policy in policies if policy.version == version), ClockPolicy(version, ()))
