"""Skills: what a seat can take, and how soon it is offered the calls of which queue. Pure; the rows are a city's data.

A queue asks for a skill and a language. Seats that have both are its first circle, in the order of the worse of their
two ranks. Once a caller has waited for the queue's time, others are asked too: those who speak the language first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hotline.lines import Queue

OUTSIDE = 100
"""Below it are the penalties of a queue's first circle."""
STRANGE = 2 * OUTSIDE
"""The penalty of whoever doesn't even speak the language."""


@dataclass(frozen=True)
class Skill:
    """Something that a seat can take and a queue asks for.

    `language`: it is the command of that language. A language that is no skill is everybody's. `categories`: headings
    of the catalogue; tickets of matters below them call for this skill.
    """

    name: str
    title_zh: str
    title_en: str
    language: str | None = None
    categories: tuple[str, ...] = ()


def offers(queues: Iterable[Queue], skills: Iterable[Skill], ranks: Mapping[str, int]) -> dict[str, int]:
    """The queues that a seat joins with its `ranks` (skill → rank, 0 first), each with its penalty there.

    A seat that is in no queue's first circle is in none at all.
    """
    known, all_queues = tuple(skills), tuple(queues)
    first = {queue.name: rank for queue in all_queues if (rank := _rank(queue, known, ranks)) is not None}
    wider = {
        queue.name: _rank_outside(queue, known, ranks) for queue in all_queues if _may_help(queue, ranks)
    }
    return wider | first if first else {}


def is_outside(penalty: int) -> bool:
    """Whether a member with this penalty is offered the queue's calls only after its time."""
    return penalty >= OUTSIDE


def skill_for(skills: Iterable[Skill], matter: str) -> str | None:
    """The skill that a matter calls for: that of the longest heading which begins its code."""
    found = [
        (heading, skill.name)
        for skill in skills
        for heading in skill.categories
        if matter.startswith(heading)
    ]
    return max(found, key=lambda one: len(one[0]), default=("", None))[1]


def _rank(queue: Queue, skills: Iterable[Skill], ranks: Mapping[str, int]) -> int | None:
    """The worse of a seat's two ranks for `queue`; None where it lacks one of them."""
    spoken = _speaks(queue.language, skills, ranks)
    if queue.skill not in ranks or spoken is None:
        return None
    return min(max(ranks[queue.skill], spoken), OUTSIDE - 1)


def _rank_outside(queue: Queue, skills: Iterable[Skill], ranks: Mapping[str, int]) -> int:
    spoken = _speaks(queue.language, skills, ranks)
    return STRANGE if spoken is None else min(OUTSIDE + spoken, STRANGE - 1)


def _speaks(language: str, skills: Iterable[Skill], ranks: Mapping[str, int]) -> int | None:
    """How well; None for not at all."""
    named = [skill.name for skill in skills if skill.language == language]
    return min((ranks[name] for name in named if name in ranks), default=None) if named else 0


def _may_help(queue: Queue, ranks: Mapping[str, int]) -> bool:
    return not queue.wider or any(skill in ranks for skill in queue.wider)
