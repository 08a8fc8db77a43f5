"""What is unwise about a dispatch rule, in words: that it puts a department's work on towns or villages. It may be
meant, so nothing is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent_desk import naming
from agent_desk.visit import Visit
from dispatch.rule_checks import sent_down
from hotline.dispatch_rules import Rule
from hotline.pack.rows import recorded_row
from hotline.pack.sheets import BY_NAME
from hotline.record import catalogues
from hotline.record.city import Change
from hotline.words import N_, translate

SHEET = "rules"
SENT_DOWN = N_(
    "By the catalogue {count} of its matters are handled by departments above the town or village: {matters}"
)
SOME = 3  # matters that are named


def warning(visit: Visit, rule: Rule) -> str:
    """What is unwise about `rule`; nothing where nothing is."""
    city, language = visit.house.city, visit.viewer.language
    matters = sent_down(city, rule, max(rule.valid_from, catalogues.today(city, visit.at)))
    if not matters:
        return ""
    named = translate(", ", language).join(naming.name(one, language) for one in matters[:SOME])
    more = "…" if len(matters) > SOME else ""
    return translate(SENT_DOWN, language, count=len(matters), matters=named + more)


def warnings(visit: Visit, changes: Sequence[Change]) -> list[str]:
    """The same of every rule that `changes` would leave otherwise than it is."""
    written = [one.written for one in changes if one.sheet == SHEET and one.written is not None]
    rules = [rule for one in written if (rule := understood(one))]
    return [words for rule in rules if (words := warning(visit, rule))]


def understood(written: Mapping[str, Any]) -> Rule | None:
    """The rule that a row says; None while something in it can't be read."""
    row = recorded_row(BY_NAME[SHEET], None, written, [])
    made: Rule | None = row.make() if len(row.values) == len(row.sheet.fields) else None
    return made
