"""A citizen's call into a real switch: answered, told that it is recorded, asked about, queued, recorded."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from hotline.pack.load import load_pack
from hotline.settings import Settings
from telephony import directory
from telephony.caller.attempt import Attempt
from telephony.caller.carrier import Carrier
from telephony.caller.outcome import Ending
from telephony.caller.place import dial, place, wait
from telephony.loudness import SILENCE, loudest
from telephony.routing import Route
from tests.live.conftest import Switch
from tests.live.questions import answering, entered
from tests.patience import eventually

pytestmark = pytest.mark.live


@contextmanager
def listening(settings: Settings, said: bytes) -> Iterator[list[socket.socket]]:
    """Somebody at FastAGI's place who accepts, says `said` and then nothing more."""
    accepted: list[socket.socket] = []
    with socket.create_server((settings.asterisk.host, settings.asterisk.agi_port)) as server:

        def accept() -> None:
            connection, _ = server.accept()
            connection.sendall(said)
            accepted.append(connection)

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield accepted
        finally:
            thread.join(10)
            for connection in accepted:
                connection.close()


def test_a_call_is_answered_greeted_asked_about_and_queued(quiet: Switch, carrier: Carrier) -> None:
    told: list[Route] = []
    rows = len(quiet.queue_log())
    foshan = directory.directory_of(load_pack(quiet.settings.site.city))
    with answering(quiet.settings, lambda: foshan, told):
        call = dial(carrier, Attempt("12319", say="你好，路灯坏了。", seconds=13))
        eventually(lambda: quiet.waiting_in("urban"), 20)
        outcome = wait(carrier, call)
    assert [(route.queue, route.prompts) for route in told] == [("urban", ("12319-welcome-dual",))]
    assert entered(quiet, rows) == ["urban"]
    assert outcome.ending is Ending.CALLER
    assert outcome.answered_after is not None
    assert outcome.answered_after < 1
    assert outcome.received > 600  # 50 packets a second
    assert outcome.sent > 600
    assert outcome.loudest is not None
    assert outcome.loudest > SILENCE


def test_what_the_caller_says_is_on_the_recording(quiet: Switch, carrier: Carrier) -> None:
    before = quiet.recordings()
    place(carrier, Attempt("12345", say="你好，我要反映一个问题。", seconds=4))
    (recording,) = eventually(lambda: [file for file in quiet.recordings() if file not in before])
    assert recording.stem.startswith("a1-")
    assert eventually(lambda: loudest(recording) > SILENCE)


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(None, id="nobody listens"),
        pytest.param(b"", id="accepts and says nothing"),
        pytest.param(b"WAIT FOR DIGIT 60000\n", id="keeps the channel busy"),
        pytest.param(b"no such command\n" * 50, id="talks nonsense"),
    ],
)
def test_without_an_answer_the_call_goes_its_line_s_own_way(
    quiet: Switch, carrier: Carrier, words: bytes | None
) -> None:
    rows = len(quiet.queue_log())
    dial(carrier, Attempt("12319", seconds=30))
    if words is None:
        eventually(lambda: quiet.waiting_in("urban"), 20)
    else:
        with listening(quiet.settings, words):
            eventually(lambda: quiet.waiting_in("urban"), 20)
    assert entered(quiet, rows) == ["urban"]


def test_many_calls_at_once_are_all_answered(quiet: Switch, carrier: Carrier) -> None:
    calls = [dial(carrier, Attempt("12345", f"1390000{n:04}", seconds=2)) for n in range(10)]
    outcomes = [wait(carrier, call) for call in calls]
    assert [outcome.ending for outcome in outcomes] == [Ending.CALLER] * 10


def test_the_switch_complains_of_nothing(quiet: Switch, carrier: Carrier) -> None:
    place(carrier, Attempt("12345", seconds=1))
    ours = [line for line in quiet.messages().splitlines() if "FastAGI" not in line and "res_agi" not in line]
    assert [line for line in ours if "WARNING" in line or "ERROR" in line] == []
