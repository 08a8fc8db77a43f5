"""Lines, queues and skills: which number a person dialled, how far it has been merged, and where its calls wait.

Pure values and one rule: what a line is on a given day. The rows are data that a city edits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
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
    """A waiting line. `answer_target` in seconds; a lower `penalty` tier is offered calls first."""

    name: str
    title_zh: str
    title_en: str
    skill: str
    answer_target: int = 15
    weight: int = 0


@dataclass(frozen=True)
class Line:
    """A number that people dial, in one mode, from `valid_from` until the day before `valid_until`."""

    number: str
    name_zh: str
    name_en: str
    mode: Mode
    queue: str
    unit: str
    greeting: str
    language: str = "cmn"
    valid_from: date = date.min
    valid_until: date = date.max

    @property
    def announcement(self) -> str:
        """The name of the sound that greets this line's callers: its greeting, spoken with the line's own name."""
        return f"{self.number}-{self.greeting}"


def line_on(lines: Iterable[Line], number: str, day: date) -> Line | None:
    """What `number` is on `day`, or None where no line has it then. Bounds: from included, until excluded."""
    return next((ln for ln in lines if ln.number == number and ln.valid_from <= day < ln.valid_until), None)
