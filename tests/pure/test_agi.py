"""AGI's words: requests, commands and replies; and the script that says where a call belongs."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.agi import BadTalk, Reply, Request, command, continues, read_reply, read_request, set_variable
from telephony.routing import Directory, Known, Route
from telephony.scripts import scripts
from tests.pure.nineteen import AT, DIRECTORY

pytestmark = pytest.mark.pure


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


def talk(request: Request) -> tuple[list[str], list[tuple[str, Route]]]:
    """All that the route script says, and whom it told."""
    told: list[tuple[str, Route]] = []

    async def learn(caller: str) -> tuple[Directory, Known]:
        assert caller == "138"
        return DIRECTORY, Known(matter="010101")

    script = scripts(learn, lambda: AT, lambda *what: told.append(what))["route"]
    conversation = asyncio.run(script(request))  # type: ignore[arg-type]
    said = [next(conversation)]
    with pytest.raises(StopIteration):
        while True:
            said.append(conversation.send(Reply(200, "1", "")))
    return said, told


def test_the_route_is_said_in_one_breath() -> None:
    said, told = talk(Request("route", ("a1-1.2", "12366"), {"agi_callerid": "138"}))
    assert said == [
        'SET VARIABLE "ARRAY(HOTLINE_QUEUE,HOTLINE_LANGUAGE,HOTLINE_PROMPTS,HOTLINE_BRANCH,HOTLINE_BRANCH_UNIT,'
        'HOTLINE_BRANCH_WAIT)" "citywide,cmn,hotline/12366-welcome-branch,075700012366,tax,15"'
    ]
    assert [(call, chosen.queue) for call, chosen in told] == [("a1-1.2", "citywide")]


def test_what_is_known_of_the_caller_is_heeded() -> None:
    said, _ = talk(Request("route", ("a1-1.2", "12345"), {"agi_callerid": "138"}))
    assert said[0].endswith('"urban,cmn,hotline/12345-welcome,,,"')


def test_a_request_without_call_and_line_is_bad_talk() -> None:
    with pytest.raises(BadTalk):
        talk(Request("route", ("12319",), {"agi_callerid": "138"}))
