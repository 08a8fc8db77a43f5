"""What other dispatch rules would do with tickets that there were: counted as they go by, in memory that doesn't grow
with their number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from dispatch.deciding import LAST, Decision
from hotline.dispatch_rules import Rule

KEPT = 100
"""Tickets that are remembered for each kind of difference, the first that came."""


class Tally:
    """Decisions of two sets of rules over the same tickets. `rules` are those of the second, in their order."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = [*rules, *LAST]
        self._tickets = 0
        self._moves: Counter[tuple[str, str]] = Counter()
        self._examples: dict[tuple[str, str], list[int]] = {}
        self._fired = (Counter[str](), Counter[str]())
        self._sent_down = [0, 0]
        self._known = 0
        self._agreed = [0, 0]

    def add(self, ticket: int, before: Decision, after: Decision, went_to: str | None) -> None:
        """One ticket: what each set decides, and the unit that led in truth where one did."""
        self._tickets += 1
        if before.lead.code != after.lead.code:
            self._keep((before.lead.code, after.lead.code), ticket)
        if after.is_left_over:
            self._keep(LEFT_OVER, ticket)
        self._known += went_to is not None
        for place, decision in enumerate((before, after)):
            self._fired[place][decision.rule.code] += 1
            self._sent_down[place] += decision.handled_above is not None
            self._agreed[place] += decision.lead.code == went_to

    def _keep(self, move: tuple[str, str], ticket: int) -> None:
        self._moves[move] += 1
        examples = self._examples.setdefault(move, [])
        if len(examples) < KEPT:
            examples.append(ticket)

    def found(self) -> dict[str, Any]:
        """All of it as JSON can keep it; pairs are before and after."""
        moves = [(move, count) for move, count in self._moves.most_common() if move != LEFT_OVER]
        before, after = self._fired
        return {
            "tickets": self._tickets,
            "moved": sum(count for _, count in moves),
            "moves": [
                {"before": one, "after": other, "count": count, "tickets": self._examples[one, other]}
                for (one, other), count in moves
            ],
            "left": {
                "before": before[LAST[-1].code],
                "after": after[LAST[-1].code],
                "tickets": self._examples.get(LEFT_OVER, []),
            },
            "rules": [
                {
                    "code": rule.code,
                    "name_zh": rule.name_in("zh_Hans"),
                    "name_en": rule.name_in("en"),
                    "before": before[rule.code],
                    "after": after[rule.code],
                }
                for rule in self._rules
            ],
            "sent_down": self._sent_down,
            "known": self._known,
            "agreed": self._agreed,
        }


LEFT_OVER = ("", "")
"""In the place of a move: tickets for which nobody but the unit on duty was found."""
