"""Seats at a real switch: who may register, which calls they see, and the calls that they order."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from telephony.actions import Telephone
from telephony.caller.attempt import Attempt
from telephony.caller.carrier import Carrier
from telephony.caller.outcome import Ending
from telephony.caller.place import dial
from telephony.loudness import SILENCE
from tests.live.conftest import Switch
from tests.live.seat import Softphone
from tests.patience import eventually

pytestmark = pytest.mark.live

SEAT, PASSWORD = "8002", "a password for one desk session"


@pytest.fixture
def telephone(quiet: Switch) -> Telephone:
    return Telephone(quiet.settings)


@pytest.fixture
def softphone(quiet: Switch, telephone: Telephone) -> Iterator[Softphone]:
    """A registered softphone at seat 8002."""
    telephone.issue_password(SEAT, PASSWORD)
    with Softphone(quiet.settings.asterisk.websocket, SEAT) as phone:
        assert phone.register(PASSWORD) == 200
        yield phone
    telephone.leave_queues(SEAT)
    telephone.withdraw_password(SEAT)


def test_a_seat_registers_with_the_password_of_its_desk_session(quiet: Switch, telephone: Telephone) -> None:
    telephone.issue_password("8001", PASSWORD)
    with Softphone(quiet.settings.asterisk.websocket, "8001") as phone:
        assert phone.register("another one") == 401
        assert phone.register(PASSWORD) == 200


def test_a_withdrawn_password_opens_nothing(quiet: Switch, telephone: Telephone) -> None:
    telephone.issue_password("8003", PASSWORD)
    telephone.withdraw_password("8003")
    with Softphone(quiet.settings.asterisk.websocket, "8003") as phone:
        assert phone.register(PASSWORD) in (401, 403, 500)


def test_a_seat_is_told_which_call_rings(
    quiet: Switch, carrier: Carrier, telephone: Telephone, softphone: Softphone
) -> None:
    telephone.join_queues(SEAT, {"citywide": 0})
    dial(carrier, Attempt("12345", caller="13900001234", seconds=30))
    invitation = softphone.next_call(20)
    assert invitation["x-hotline-call"].startswith(f"{quiet.settings.asterisk.node}-")
    assert "13900001234" in invitation["from"]
    assert "x-hotline-answer" not in invitation


def test_a_call_that_the_desk_ordered_says_so_and_is_answered_by_itself(
    telephone: Telephone, softphone: Softphone
) -> None:
    telephone.place_call(SEAT, "13800138000", "a1-1763800000.77")
    invitation = softphone.next_call()
    assert (invitation["x-hotline-call"], invitation["x-hotline-answer"]) == ("a1-1763800000.77", "auto")


def test_the_hotline_calls_a_citizen_and_both_hear_each_other(quiet: Switch, carrier: Carrier) -> None:
    earlier, call = len(carrier.answered()), "a1-1763800000.78"
    with quiet.talk() as talk:  # the echo stands in for a seat: it picks up and says back what it hears
        talk.ask(
            "Originate",
            {"__HOTLINE_CALL": call},
            Channel="Local/*60@from-seat/n",
            Context="outbound",
            Exten="13800138000",
            Priority="1",
            Async="true",
        )
    (recording,) = eventually(lambda: [file for file in quiet.recordings() if file.stem == call])
    eventually(lambda: recording.stat().st_size > 16_000 * 4)
    with quiet.talk() as talk:
        talk.ask("Hangup", Channel="/^PJSIP/trunk.*$/")
    outcome = eventually(lambda: carrier.answered()[earlier:])[0]
    assert outcome.number == "13800138000"
    assert outcome.ending is Ending.HOTLINE
    assert outcome.received > 100
    assert outcome.loudest is not None
    assert outcome.loudest > SILENCE
