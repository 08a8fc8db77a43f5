"""How a test call went: the numbers that the carrier's side wrote down, and the same in plain words. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum

from hotline.words import N_, translate

NO_REPLY, BUSY = "3", "5"  # Asterisk's reasons in a call file's failed extension


class Ending(StrEnum):
    """How it ended."""

    CALLER = "caller"
    HOTLINE = "hotline"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"


ENDING_WORDS = {
    Ending.CALLER: N_("the citizen hung up"),
    Ending.HOTLINE: N_("the hotline hung up"),
    Ending.BUSY: N_("busy"),
    Ending.NO_ANSWER: N_("no answer"),
    Ending.FAILED: N_("the call could not be set up"),
}


@dataclass(frozen=True)
class Outcome:
    """One call. Times in seconds; `sent` and `received` are RTP packets of the citizen's side.

    `answered_after` is None where nobody answered; `loudest` is what the citizen heard, in dB below full scale,
    None where nothing was recorded.
    """

    number: str
    ending: Ending
    answered_after: float | None = None
    talked: float = 0.0
    sent: int = 0
    received: int = 0
    lost: int = 0
    loudest: float | None = None

    def words(self, language: str) -> str:
        """The call in one sentence."""
        ending = translate(ENDING_WORDS[self.ending], language)
        if self.answered_after is None:
            return translate(
                N_("{number}: not answered ({ending})"), language, number=self.number, ending=ending
            )
        return translate(
            N_(
                "{number}: answered after {after:.1f} s, talked {talked:.1f} s, {ending}; "
                "sound packets sent {sent}, received {received}, lost {lost}; loudest {loudest} dB"
            ),
            language,
            number=self.number,
            after=self.answered_after,
            talked=self.talked,
            ending=ending,
            sent=self.sent,
            received=self.received,
            lost=self.lost,
            loudest="–" if self.loudest is None else round(self.loudest),
        )


def read_outcome(number: str, report: str, loudest: float | None) -> Outcome:
    """The outcome that `report` tells, one JSON object as the carrier's dialplan writes it.

    Raises ValueError for a report that is not complete yet.
    """
    told = json.loads(report)
    if "reason" in told:
        return Outcome(
            number, {NO_REPLY: Ending.NO_ANSWER, BUSY: Ending.BUSY}.get(told["reason"], Ending.FAILED)
        )
    answered = float(told["answered"])
    return Outcome(
        number=number,
        ending=Ending.HOTLINE if told["hung_up"] else Ending.CALLER,
        answered_after=answered - float(told["started"]),
        talked=float(told["ended"]) - answered,
        sent=int(told["sent"] or 0),
        received=int(told["received"] or 0),
        lost=int(told["lost"] or 0),
        loudest=loudest,
    )
