"""A call whose line leads to a branch centre: the record follows it there, and back."""

from __future__ import annotations

import pytest

from hotline.calls import Call, Outcome, PartyLeft, PartyMet, SentOn, State
from hotline.facts import Fact
from hotline.parties import Standing
from tests.pure.test_calls import answered, at, ended, entered, kinds, queued, run

pytestmark = pytest.mark.pure

CALL = "a1-1.1"
PARTY = "branch:075700012366:tax"
SENT = SentOn(call=CALL, at=at(1), party=PARTY)
MET = PartyMet(call=CALL, at=at(3), party=PARTY)


def unreached(how: Standing) -> PartyLeft:
    return PartyLeft(call=CALL, at=at(20), party=PARTY, how=how)


def story(*signals: object) -> tuple[Call, list[Fact]]:
    return run(entered(), SENT, *signals)  # type: ignore[arg-type]


def test_a_branch_that_answers_has_the_call_until_its_end() -> None:
    talking, _ = story(MET)
    assert (talking.state, talking.party_stands) == (State.HANDED_OVER, Standing.PRESENT)
    call, facts = story(MET, ended())
    assert (call.outcome, call.line, call.agent, call.answered_at) == (Outcome.BRANCH, "12319", None, None)
    assert kinds(facts) == ["call.entered", "call.sent_on", "call.party_met", "call.ended"]
    assert facts[-1].data["unit"] == "tax"


@pytest.mark.parametrize("how", [Standing.BUSY, Standing.NO_ANSWER, Standing.FAILED])
def test_a_branch_that_does_not_answer_sends_the_call_back_to_our_queue(how: Standing) -> None:
    waiting, _ = story(unreached(how), queued(21))
    assert (waiting.state, waiting.party_stands, waiting.queued_at) == (State.QUEUED, how, at(21))
    call, _ = story(unreached(how), queued(21), answered(25), ended())
    assert (call.outcome, call.line, call.agent) == (Outcome.ANSWERED, "12319", "8001")


def test_whoever_hangs_up_while_the_branch_rings_abandoned() -> None:
    assert story(ended(10))[0].outcome is Outcome.ABANDONED
