"""How a test call went, read from the carrier's report and said in plain words."""

from __future__ import annotations

import json

import pytest

from hotline.errors import Misconfigured
from telephony.caller.attempt import Attempt
from telephony.caller.outcome import Ending, read_outcome

pytestmark = pytest.mark.pure

TALKED = {
    "started": "1700000000.100000",
    "answered": "1700000000.350000",
    "ended": "1700000008.350000",
    "hung_up": "",
    "sent": "400",
    "received": "398",
    "lost": "0",
}


def test_a_call_is_timed_from_dial_to_answer_and_from_answer_to_end() -> None:
    outcome = read_outcome("12319", json.dumps(TALKED), -16.0)
    assert outcome.answered_after == pytest.approx(0.25)
    assert outcome.talked == pytest.approx(8.0)
    assert (outcome.sent, outcome.received, outcome.ending) == (400, 398, Ending.CALLER)


def test_whoever_hung_up_first_ended_it() -> None:
    told = TALKED | {"hung_up": "PJSIP/hotline-00000001"}
    assert read_outcome("12319", json.dumps(told), None).ending is Ending.HOTLINE


@pytest.mark.parametrize(
    ("reason", "ending"),
    [("3", Ending.NO_ANSWER), ("5", Ending.BUSY), ("0", Ending.FAILED), ("8", Ending.FAILED)],
)
def test_a_call_that_nobody_answered_says_why(reason: str, ending: Ending) -> None:
    outcome = read_outcome("12319", json.dumps({"reason": reason}), None)
    assert (outcome.ending, outcome.answered_after) == (ending, None)


def test_a_report_half_written_is_no_report() -> None:
    with pytest.raises(ValueError, match="char"):
        read_outcome("12319", json.dumps(TALKED)[:40], None)


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
def test_it_is_said_in_both_languages(language: str) -> None:
    words = read_outcome("12319", json.dumps(TALKED), -16.0).words(language)
    assert "12319" in words
    assert "398" in words
    assert ("接听" in words) == (language == "zh_Hans")
    assert "12319" in read_outcome("12319", '{"reason": "5"}', None).words(language)


@pytest.mark.parametrize(
    "wrong",
    [{"number": "12345\nApplication: System"}, {"number": "sip:x"}, {"caller": ""}, {"digits": "1,2"}],
)
def test_what_no_telephone_could_send_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(Misconfigured):
        Attempt(**({"number": "12345"} | wrong))
