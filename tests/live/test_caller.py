"""The test caller against a real switch: sound, keys, several calls, and a number that nobody has."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from hotline.settings import environment
from telephony.caller.attempt import Attempt
from telephony.caller.carrier import Carrier
from telephony.caller.outcome import Ending
from telephony.caller.place import place, place_many
from telephony.switch.console import tell
from tests.live.conftest import Switch

pytestmark = pytest.mark.live


def test_the_switch_receives_the_keys_that_are_pressed(quiet: Switch, carrier: Carrier) -> None:
    tell(quiet.base, "logger add channel keys dtmf", until=b"")
    place(carrier, Attempt("12345", digits="12#", seconds=3))
    keys = (quiet.base / "log" / "keys").read_text("utf-8")
    ended = re.findall(r"DTMF end '(.)' received", keys)
    assert ended == ["1", "2", "#"]


def test_several_calls_come_from_numbers_that_count_up(quiet: Switch, carrier: Carrier) -> None:
    rows = len(quiet.queue_log())
    outcomes = list(place_many(carrier, Attempt("12345", caller="13900000001", seconds=20), count=3, rate=10))
    assert [outcome.ending for outcome in outcomes] == [Ending.CALLER] * 3
    callers = [row[6] for row in quiet.queue_log()[rows:] if row[4] == "ENTERQUEUE"]
    assert sorted(callers) == ["13900000001", "13900000002", "13900000003"]


def test_a_number_written_with_a_plus_is_answered_too(carrier: Carrier) -> None:
    outcome = place(carrier, Attempt("+12345", seconds=1))
    assert outcome.ending is Ending.CALLER
    assert outcome.answered_after is not None


def test_the_command_says_in_plain_words_how_it_went(quiet: Switch) -> None:
    command = [sys.executable, "-m", "hotline.cli", "call", "12345", "--seconds", "2", "--say", "你好"]
    there = {**environment(quiet.settings), "PATH": "/usr/bin:/bin", "HOTLINE_SITE__LANGUAGE": "en"}
    done = subprocess.run(command, env=there, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("12345: answered after 0.0 s, talked 2.0 s, the citizen hung up; ")
