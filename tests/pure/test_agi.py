"""AGI's words: requests, commands and replies; and the script that says where a call belongs."""

from __future__ import annotations

import contextlib
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.lines import Line, Mode
from telephony.agi import BadTalk, Reply, Request, command, continues, read_reply, read_request, set_variable
from telephony.routing import Directory, Route, route
from telephony.scripts import scripts

pytestmark = pytest.mark.pure

NOW = datetime(2026, 11, 23, tzinfo=ZoneInfo("Asia/Shanghai"))
NEW_YEAR = NOW.replace(2027, 1, 1)
OLD = Line("12319", "城管", "Urban", Mode.DUAL, "urban", "urban", "welcome-dual", valid_until=NEW_YEAR)
NEW = Line("12319", "城管", "Urban", Mode.MERGED, "citywide", "urban", "welcome-merged", valid_from=NEW_YEAR)
DIRECTORY = Directory((OLD, NEW), "citywide", "cmn")


def test_a_request_is_its_script_and_its_arguments_in_order() -> None:
    lines = ["agi_network_script: route", "agi_callerid: 139", "agi_arg_1: a1-1.2", "agi_arg_2: 12319"]
    request = read_request(lines)
    assert (request.script, request.arguments) == ("route", ("a1-1.2", "12319"))
    assert request.environment["agi_callerid"] == "139"


@pytest.mark.parametrize("lines", [[], ["GET / HTTP/1.1"], ["agi_request: x"], ["agi_network_script"]])
def test_what_is_no_request_is_said_to_be_none(lines: list[str]) -> None:
    with pytest.raises(BadTalk):
        read_request(lines)


@given(st.lists(st.text()))
def test_no_header_does_worse_than_bad_talk(lines: list[str]) -> None:
    with contextlib.suppress(BadTalk):
        read_request(lines)


@given(st.lists(st.text(), min_size=1))
def test_no_reply_does_worse_than_bad_talk(lines: list[str]) -> None:
    with contextlib.suppress(BadTalk):
        read_reply(lines)


def test_replies_are_read_with_what_they_add() -> None:
    assert read_reply(["200 result=1"]) == Reply(200, "1", "")
    assert read_reply(["200 result=1 (timeout)"]) == Reply(200, "1", "(timeout)")
    assert read_reply(["511 Command Not Permitted"]) == Reply(511, "", "Command Not Permitted")
    assert read_reply(["520-Invalid.", "Usage: …", "520 End."]) == Reply(
        520, "", "Invalid. Usage: … 520 End."
    )


def test_a_520_goes_on_until_its_end() -> None:
    assert continues("520-Invalid command syntax.  Proper usage follows:")
    assert not continues("520 End of proper usage.")
    assert not continues("200 result=1")


@given(st.text().filter(lambda text: not text.isprintable()))
def test_no_argument_can_begin_a_command_of_its_own(bad: str) -> None:
    with pytest.raises(ValueError, match="AGI"):
        set_variable("HOTLINE_QUEUE", bad)


def test_arguments_are_quoted_whole() -> None:
    assert command("SET VARIABLE", "X", 'say "no" \\ 1') == 'SET VARIABLE "X" "say \\"no\\" \\\\ 1"'


def test_a_line_s_calls_go_to_its_queue_with_its_greeting() -> None:
    chosen = route(DIRECTORY, "12319", NOW)
    assert (chosen.queue, chosen.language, chosen.prompts) == ("urban", "cmn", ("12319-welcome-dual",))


def test_a_line_is_what_it_is_on_that_day() -> None:
    chosen = route(DIRECTORY, "12319", NEW_YEAR)
    assert (chosen.queue, chosen.prompts) == ("citywide", ("12319-welcome-merged",))


def test_a_number_that_is_no_line_still_gets_a_person() -> None:
    chosen = route(DIRECTORY, "99999", NOW)
    assert (chosen.queue, chosen.prompts, chosen.language) == ("citywide", (), "cmn")
    assert "99999" in chosen.reason


def talk(request: Request) -> tuple[list[str], list[tuple[str, Route]]]:
    """All that the route script says, and whom it told."""
    told: list[tuple[str, Route]] = []
    conversation = scripts(lambda: DIRECTORY, lambda: NOW, lambda *what: told.append(what))["route"](request)
    said = [next(conversation)]
    with pytest.raises(StopIteration):
        while True:
            said.append(conversation.send(Reply(200, "1", "")))
    return said, told


def test_the_queue_is_said_last() -> None:
    said, told = talk(Request("route", ("a1-1.2", "12319"), {"agi_callerid": "138"}))
    assert said == [
        'SET VARIABLE "HOTLINE_PROMPTS" "hotline/12319-welcome-dual"',
        'SET VARIABLE "HOTLINE_LANGUAGE" "cmn"',
        'SET VARIABLE "HOTLINE_QUEUE" "urban"',
    ]
    assert [(call, chosen.queue) for call, chosen in told] == [("a1-1.2", "urban")]


def test_a_request_without_call_and_line_is_bad_talk() -> None:
    with pytest.raises(BadTalk):
        talk(Request("route", ("12319",), {}))
