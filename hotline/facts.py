"""Facts: things that happened, each written once. Everything that follows the record follows these.

A fact's kind is `noun.verbed`, its subject is the thing that it happened to (`ticket:12`). It carries what the
next step needs, so that no reader has to ask back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

SYSTEM = "system"


@dataclass(frozen=True)
class Fact:
    """Something that happened at `at` (aware, UTC) to `subject`, by `by` (`account:7`, `switch:a1`, `system`).

    `was` and `became` are the states before and after where the subject has a lifecycle; `ticket` and `call`
    say whose story it belongs to; `cause` is the id of the fact that led to it. `id` is given by the journal.
    """

    kind: str
    subject: str
    at: datetime
    by: str = SYSTEM
    was: str | None = None
    became: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    ticket: int | None = None
    call: str | None = None
    cause: int | None = None
    id: int | None = None

    @property
    def noun(self) -> str:
        """`ticket` of `ticket.opened`."""
        return self.kind.partition(".")[0]


def subject(noun: str, identity: object) -> str:
    """The name of a thing in the journal: `subject("ticket", 12)` is `ticket:12`."""
    return f"{noun}:{identity}"
