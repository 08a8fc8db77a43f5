"""Lines and queues: which number a person dialled, how far it has been merged, and where its calls wait.

Pure values and one rule: what a line is at a given moment, so that a line changes its mode by itself when its
minute comes. The rows are data that a city edits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hotline.words import N_


class Mode(StrEnum):
    """How far an old hotline has been merged (General Office of the State Council, 2020 No. 53)."""

    UNIFIED = "unified"
    MERGED = "merged"
    DUAL = "dual"
    BRANCH = "branch"


MODE_WORDS = {
    Mode.UNIFIED: N_("Unified number"),
    Mode.MERGED: N_("Merged line"),
    Mode.DUAL: N_("Dual number"),
    Mode.BRANCH: N_("Branch centre"),
}


@dataclass(frozen=True)
class Queue:
    """A waiting line for callers who need `skill` and speak `language`. Whoever has both is offered its calls first.

    Seconds: `answer_target` within which a call should be answered, `widen_after` until its calls are offered to
    others too: to whoever has one of the skills `wider`, or to every seat where none is named.
    """

    name: str
    title_zh: str
    title_en: str
    skill: str
    answer_target: int = 15
    weight: int = 0
    language: str = "cmn"
    widen_after: int = 20
    wider: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """A number that people dial, in one mode, from the moment `valid_from` until just before `valid_until`. Both are
    aware; None is open.

    A branch has a number of its own (`branch_number`), where it is there in the hours of the calendar
    `branch_hours` (always where None), and `branch_wait` seconds to answer.
    """

    number: str
    name_zh: str
    name_en: str
    mode: Mode
    queue: str
    unit: str
    greeting: str
    language: str = "cmn"
    branch_number: str | None = None
    branch_hours: str | None = None
    branch_wait: int = 20
    valid_from: datetime | None = None
    valid_until: datetime | None = None

    @property
    def announcement(self) -> str:
        """The name of the sound that greets this line's callers: its greeting, spoken with the line's own name."""
        return f"{self.number}-{self.greeting}"

    def is_valid_at(self, at: datetime) -> bool:
        """Whether the line is so at the aware moment `at`."""
        return (self.valid_from is None or self.valid_from <= at) and (
            self.valid_until is None or at < self.valid_until
        )


def line_at(lines: Iterable[Line], number: str, at: datetime) -> Line | None:
    """What `number` is at the aware moment `at`, or None where no line has it then."""
    return next((line for line in lines if line.number == number and line.is_valid_at(at)), None)


def lines_at(lines: Iterable[Line], at: datetime) -> tuple[Line, ...]:
    """The lines that there are at the aware moment `at`, in their order."""
    return tuple(line for line in lines if line.is_valid_at(at))


def next_change(lines: Iterable[Line], after: datetime) -> datetime | None:
    """The first moment later than `after` at which any line begins, ends or becomes something else."""
    moments = {moment for line in lines for moment in (line.valid_from, line.valid_until) if moment}
    return min((moment for moment in moments if moment > after), default=None)
