"""The account of an import: what became of every row. Here it is decided, and here it must add up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from hotline.imports.rows import Mapped
from hotline.words import N_

AGAIN = N_("Row {row} of this file has the same key and says something else")


class State(StrEnum):
    """How a run stands. One that says `running` while nobody holds its lock was interrupted."""

    RUNNING = "running"
    STOPPED = "stopped"
    FINISHED = "finished"
    FAILED = "failed"


STATE_WORDS = {
    State.RUNNING: N_("Running"),
    State.STOPPED: N_("Stopped"),
    State.FINISHED: N_("Finished"),
    State.FAILED: N_("Failed"),
}


@dataclass(frozen=True)
class Account:
    """How many rows came in and what became of them."""

    rows: int = 0
    loaded: int = 0
    updated: int = 0
    duplicate: int = 0
    rejected: int = 0

    def __add__(self, other: Account) -> Account:
        return Account(
            self.rows + other.rows,
            self.loaded + other.loaded,
            self.updated + other.updated,
            self.duplicate + other.duplicate,
            self.rejected + other.rejected,
        )

    @property
    def adds_up(self) -> bool:
        """Whether every row is accounted for exactly once."""
        return self.rows == self.loaded + self.updated + self.duplicate + self.rejected


@dataclass(frozen=True, slots=True)
class Known:
    """What the record knows of a key: the row's digest, the run and the row that brought it last, and the id of
    what it became (0 where it has none).
    """

    digest: bytes
    run: int
    row: int
    subject: int


@dataclass
class Decided:
    """The rows of a batch, by what is to be done with them: `new`, `changed` beside the id of what they change,
    `alike` (known as they are, met in this run for the first time), and `clashing` beside the number of the row
    that they contradict. `duplicate` counts those alike and those said twice.
    """

    new: list[Mapped] = field(default_factory=list)
    changed: list[tuple[Mapped, int]] = field(default_factory=list)
    duplicate: int = 0
    alike: list[Mapped] = field(default_factory=list)
    clashing: list[tuple[Mapped, int]] = field(default_factory=list)


def decide(batch: Iterable[Mapped], known: Mapping[str, Known], run: int) -> Decided:
    """What becomes of the rows of `batch` in the run `run`.

    A key counts once in a run: said again alike, the row is a duplicate; said again otherwise it is rejected, for
    else importing the file a second time would change the record back and forth.
    """
    decided = Decided()
    first: dict[str, Mapped] = {}
    for mapped in batch:
        earlier, before = first.get(mapped.key), known.get(mapped.key)
        if earlier is not None:
            _again(decided, mapped, earlier.digest, earlier.row)
            continue
        if before is not None and before.run == run:
            _again(decided, mapped, before.digest, before.row)
            continue
        first[mapped.key] = mapped
        if before is None:
            decided.new.append(mapped)
        elif before.digest == mapped.digest:
            decided.duplicate += 1
            decided.alike.append(mapped)
        else:
            decided.changed.append((mapped, before.subject))
    return decided


def _again(decided: Decided, mapped: Mapped, digest: bytes, row: int) -> None:
    if mapped.digest == digest:
        decided.duplicate += 1
    else:
        decided.clashing.append((mapped, row))
