"""How citizens are asked what they think of a reply 回访, and in which bands units are put by what they say 分档.

The rules are data that a city edits; here is only how they are read: the first that fits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from hotline.budgets import Budget, Measure
from hotline.tickets import Channel, Type, Urgency
from hotline.words import N_


class Way(StrEnum):
    """How a citizen is asked: by a message with a link, by an automatic call with keys, by an agent; or not at all,
    because the centre looks for itself 自查.
    """

    MESSAGE = "message"
    CALL = "call"
    AGENT = "agent"
    CHECK = "check"


class Exemption(StrEnum):
    """Why nobody is asked."""

    THANKS = "thanks"
    TRANSFERRED = "transferred"
    UNWANTED = "unwanted"


PAUSE = Budget(24 * 60, Measure.MINUTES)
MOST_TRIES = 3
"""So often a citizen is asked in one way at most."""
_MOBILE = re.compile(r"(\+?86)?1[3-9]\d{9}")


@dataclass(frozen=True)
class Plan:
    """The ways in which a citizen is asked, one try each, in order, with a `pause` between them; after a message it is
    the time that an answer may take. `hours`: the calendar in whose hours they are asked, empty for any time. `closes`:
    whether the ticket is closed as unreachable when no way was left.
    """

    ways: tuple[Way, ...]
    pause: Budget
    hours: str = ""
    closes: bool = True


@dataclass(frozen=True)
class Asked:
    """What the rules look at in a ticket. `matter` is a code of the catalogue; `number` where the citizen is called,
    empty where they left none.
    """

    type: Type
    urgency: Urgency
    channel: Channel
    line: str
    matter: str
    confidential: bool
    number: str

    @property
    def is_reachable(self) -> bool:
        """Whether there is a number at all."""
        return bool(self.number)

    @property
    def takes_messages(self) -> bool:
        """Whether the number is a mobile telephone's."""
        return _MOBILE.fullmatch(self.number) is not None


@dataclass(frozen=True)
class RevisitRule:
    """Which tickets, and how their citizens are asked, or why not. What is empty or None fits all. `categories` are
    headings of the catalogue, of two or four digits.
    """

    name: str
    title_zh: str
    title_en: str
    ways: tuple[Way, ...] = ()
    pause: Budget = PAUSE
    hours: str | None = None
    closes: bool = True
    exempt: Exemption | None = None
    types: frozenset[Type] = frozenset()
    urgencies: frozenset[Urgency] = frozenset()
    channels: frozenset[Channel] = frozenset()
    lines: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    confidential: bool | None = None
    reachable: bool | None = None

    def plan_for(self, asked: Asked) -> Plan:
        """What is done by this rule; without ways it is an exemption. Nobody gets a message on a fixed telephone."""
        fitting = tuple(way for way in self.ways if way is not Way.MESSAGE or asked.takes_messages)
        return Plan(fitting or (Way.AGENT,) * bool(self.ways), self.pause, self.hours or "", self.closes)

    def fits(self, asked: Asked) -> bool:
        """Whether this rule speaks of such a ticket."""
        return (
            (not self.types or asked.type in self.types)
            and (not self.urgencies or asked.urgency in self.urgencies)
            and (not self.channels or asked.channel in self.channels)
            and (not self.lines or asked.line in self.lines)
            and (not self.categories or asked.matter.startswith(self.categories))
            and self.confidential in (None, asked.confidential)
            and self.reachable in (None, asked.is_reachable)
        )


BY_AGENTS = RevisitRule("", "", "", ways=(Way.AGENT,) * MOST_TRIES)
BY_THE_CENTRE = RevisitRule("", "", "", ways=(Way.CHECK,))


def rule_for(rules: Iterable[RevisitRule], asked: Asked) -> RevisitRule:
    """The first rule that fits; where none does, agents call. Whoever left no number can't be asked, whatever a rule
    says: the centre looks for itself.
    """
    found = next((rule for rule in rules if rule.fits(asked)), BY_AGENTS)
    can_be_done = asked.is_reachable or not set(found.ways) - {Way.CHECK}
    return found if can_be_done else BY_THE_CENTRE


@dataclass(frozen=True)
class Band:
    """A band of units: each of the three rates is at least so many percent (国办函〔2025〕66号: 分档分类评价, not ranks
    alone).
    """

    name_zh: str
    name_en: str
    responded: int
    solved: int
    satisfied: int

    @property
    def limits(self) -> tuple[int, int, int]:
        """The three limits together; the better band has the higher ones."""
        return self.responded, self.solved, self.satisfied


WAY_WORDS = {
    Way.MESSAGE: N_("By message"),
    Way.CALL: N_("By automatic call"),
    Way.AGENT: N_("By an agent"),
    Way.CHECK: N_("The centre looks for itself"),
}

EXEMPTION_WORDS = {
    Exemption.THANKS: N_("Thanks or praise"),
    Exemption.TRANSFERRED: N_("Handed over by another service, which asks itself"),
    Exemption.UNWANTED: N_("The citizen wants no call"),
}
