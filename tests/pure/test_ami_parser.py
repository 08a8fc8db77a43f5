"""The parser takes what Asterisk really sends, in pieces of any size, and steps over what is no message."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.ami.parser import Message, Parser

pytestmark = pytest.mark.pure

BANNER = b"Asterisk Call Manager/11.0.0\r\n"


def parse(*pieces: bytes) -> list[Message]:
    parser = Parser()
    return [message for piece in pieces for message in parser.feed(piece)]


def test_the_banner_is_not_part_of_the_first_message() -> None:
    assert parse(BANNER, b"Response: Success\r\nMessage: Authentication accepted\r\n\r\n") == [
        {"Response": "Success", "Message": "Authentication accepted"}
    ]


def test_a_message_may_end_in_crlf_lf() -> None:
    messages = parse(
        b"Event: CoreShowChannelMapComplete\r\nItems: 1\r\n\nEvent: Newchannel\r\nUniqueid: 1\r\n\r\n"
    )
    assert [message.one("Event") for message in messages] == ["CoreShowChannelMapComplete", "Newchannel"]


def test_an_odd_end_split_between_reads() -> None:
    assert len(parse(b"Event: A\r\n", b"\nEvent: B\r\n\r", b"\n")) == 2


def test_a_character_split_between_reads_is_whole() -> None:
    data = "Event: Newchannel\r\nCallerIDName: Zoë 佛山\r\n\r\n".encode()
    for cut in range(len(data)):
        (message,) = parse(data[:cut], data[cut:])
        assert message.one("CallerIDName") == "Zoë 佛山"


def test_an_empty_header_stays() -> None:
    (message,) = parse(b"Event: UserEvent\r\nUserField: \r\nOther:\r\n\r\n")
    assert message == {"Event": "UserEvent", "UserField": "", "Other": ""}


def test_repeated_headers_keep_every_value_in_order() -> None:
    (message,) = parse(b"Event: E\r\nChanVariable: A=1\r\nChanVariable: B=x=y\r\nChanVariable: C=\r\n\r\n")
    assert message.all("ChanVariable") == ["A=1", "B=x=y", "C="]
    assert message.variables() == {"A": "1", "B": "x=y", "C": ""}
    assert message.one("ChanVariable") == "C="


def test_a_line_without_a_colon_is_passed_over() -> None:
    assert parse(b"Event: E\r\nwhat is this\r\nA: 1\r\n\r\n") == [{"Event": "E", "A": "1"}]


def test_a_value_may_hold_colons() -> None:
    assert (
        parse(b"Event: E\r\nContact: sip:8001@1.2.3.4:5060\r\n\r\n")[0].one("Contact")
        == "sip:8001@1.2.3.4:5060"
    )


def test_binary_junk_is_skipped_and_counted() -> None:
    parser = Parser()
    messages = parser.feed(b"\x00\xff\xfe\x80: \x01\r\n\r\nEvent: E\r\n\r\n\x99" * 3)
    assert [message.one("Event") for message in messages] == ["E", "E", "E"]
    assert parser.skipped == 3


@pytest.mark.parametrize("size", [1, 1000, 70_000])
def test_a_header_of_a_megabyte_costs_its_own_message_only(size: int) -> None:
    data = b"Event: A\r\n\r\nEvent: Big\r\nX: " + b"x" * 1_000_000 + b"\r\n\r\nEvent: B\r\n\r\n"
    parser = Parser()
    pieces = (data[at : at + size] for at in range(0, len(data), size)) if size > 1 else (data,)
    messages = [message for piece in pieces for message in parser.feed(piece)]
    assert [message.one("Event") for message in messages] == ["A", "B"]
    assert parser.skipped == 1


def test_what_is_kept_of_an_endless_message_is_bounded() -> None:
    parser = Parser(largest=1000)
    for _ in range(100):
        assert parser.feed(b"x" * 999) == []
    assert len(parser._rest) < 2000


NAMES = st.text("ABCDEFGabcdefg-", min_size=1, max_size=8)
VALUES = st.text(st.characters(exclude_characters="\r\n", exclude_categories=("Cs",)), max_size=20)
HEADERS = st.lists(st.tuples(NAMES, VALUES), max_size=6)


@given(
    st.lists(HEADERS, max_size=6),
    st.lists(st.integers(0, 2000), max_size=6),
    st.sampled_from([b"\r\n\r\n", b"\r\n\n"]),
)
def test_any_cut_of_any_stream_gives_the_same_messages(
    sent: list[list[tuple[str, str]]], cuts: list[int], end: bytes
) -> None:
    blocks = ["\r\n".join(f"{name}: {value}" for name, value in [("Event", "E"), *one]) for one in sent]
    data = b"".join(block.encode() + end for block in blocks)
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    pieces = [data[a:b] for a, b in pairwise(edges)]
    messages = parse(*pieces)
    assert messages == parse(data)
    assert len(messages) == len(sent)
    for message, headers in zip(messages, sent, strict=True):
        assert all(value in message.all(name) for name, value in headers if name != "Event")


@given(st.lists(st.binary(max_size=200)))
def test_no_bytes_make_it_raise(pieces: list[bytes]) -> None:
    parse(*pieces)


def test_events_that_are_not_wanted_are_passed_over_unless_they_answer_somebody() -> None:
    parser = Parser(wanted=frozenset({b"Hangup"}))
    data = (
        b"Event: VarSet\r\nA: 1\r\n\r\nEvent: Hangup\r\nA: 2\r\n\r\nEvent: QueueMember\r\nActionID: 7\r\n\r\n"
    )
    messages = parser.feed(data + b"Response: Success\r\nActionID: 7\r\n\r\nEvent: Hangup\r\n\r\n")
    assert [message.event for message in messages] == ["Hangup", "QueueMember", "", "Hangup"]
    assert [message.action_id for message in messages] == ["", "7", "7", ""]
    assert parser.skipped == 0


def test_a_message_can_be_written_down_and_read_again() -> None:
    (heard,) = parse("Event: E\r\nChanVariable: A=佛山\r\nChanVariable: B=2\r\nEmpty: \r\n\r\n".encode())
    made = Message({"Event": "E", "ChanVariable": ["A=佛山", "B=2"], "Empty": ""})
    assert heard == made == Message(raw=made.raw)
    assert heard.raw == made.raw


@given(HEADERS)
def test_name_and_action_are_the_same_whether_the_rest_is_read_or_not(headers: list[tuple[str, str]]) -> None:
    lines = [("Event", "E"), ("ActionID", "9"), *((f"X{name}", value) for name, value in headers)]
    raw = "\r\n".join(f"{name}: {value}" for name, value in lines).encode()
    fresh, known = Message(raw=raw), Message(raw=raw)
    assert len(known) >= 2
    assert (fresh.event, fresh.action_id) == (known.event, known.action_id) == ("E", "9")


LINES = st.lists(
    st.sampled_from(["A", "AB", "B"]).flatmap(
        lambda name: st.sampled_from([": 1", ":2", ": ", ":", " 3", ":: 4", ": A: 5"]).map(name.__add__)
    )
)


@given(LINES)
def test_a_header_asked_for_by_itself_is_what_it_is_among_all(lines: list[str]) -> None:
    raw = "\r\n".join(["Event: E", *lines]).encode()
    read = Message(raw=raw)
    assert read.headers
    for name in ("A", "AB", "B", "C", "Event"):
        assert Message(raw=raw).all(name) == read.all(name)
        assert Message(raw=raw).one(name) == read.one(name)
