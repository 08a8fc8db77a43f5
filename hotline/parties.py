"""Third parties 第三方: whom an agent may bring into a call besides the citizen. Pure values and their one way of
being written, which is the same in the record, in facts, and on the switch's channels.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hotline.words import N_

CHANNEL = "party-"  # the unique id of a channel on which a third party was called begins so


class Kind(StrEnum):
    """What sort of third party it is; that decides how a call ends that is handed over to them."""

    BRANCH = "branch"
    EMERGENCY = "emergency"
    SEAT = "seat"


class Standing(StrEnum):
    """How a third party stands in a call. The last four have ended it."""

    CALLED = "called"
    PRESENT = "present"
    LEFT = "left"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"


IN_CALL = frozenset({Standing.CALLED, Standing.PRESENT})


_KINDS = {kind.value: kind for kind in Kind}


@dataclass(frozen=True)
class Party:
    """Somebody whom the switch reaches under `number`: a branch line's, an emergency number, or a seat's extension.

    `unit` is the branch line's unit, which gets the order when the call is handed over.
    """

    kind: Kind
    number: str
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.number}" + (f":{self.unit}" if self.unit else "")

    @property
    def extension(self) -> str:
        """The seat's extension; empty for whoever is no seat of ours."""
        return self.number if self.kind is Kind.SEAT else ""


def parse(text: str) -> Party | None:
    """The party that is written so; None for anything else."""
    kind, _, rest = text.partition(":")
    number, _, unit = rest.partition(":")
    known = _KINDS.get(kind)
    return Party(known, number, unit) if known and number else None


STANDING_WORDS = {
    Standing.CALLED: N_("Being called"),
    Standing.PRESENT: N_("In the call"),
    Standing.LEFT: N_("Has left the call"),
    Standing.BUSY: N_("Busy"),
    Standing.NO_ANSWER: N_("No answer"),
    Standing.FAILED: N_("Can't be reached"),
}
