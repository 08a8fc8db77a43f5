"""What Asterisk 22 really said in some calls (`streams/`, recorded from the link's own account) and what it means."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline import calls, presence
from telephony.ami.parser import Message, Parser
from telephony.translate import extension_of, moment, translate
from tests.pure.replaying import Record

pytestmark = pytest.mark.pure

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
STREAMS = {file.stem: file.read_bytes() for file in (Path(__file__).parent / "streams").glob("*.ami")}


def messages(name: str) -> list[Message]:
    return Parser().feed(STREAMS[name])


def event(name: str, **headers: str) -> Message:
    return Message({"Event": name, **headers})


def test_an_answered_call() -> None:
    record = Record().hear(messages("answered"))
    (call,) = record.calls.values()
    assert (call.line, call.caller, call.queue, call.agent) == ("12319", "13800138000", "urban", "8001")
    assert (call.outcome, call.inferred) == (calls.Outcome.ANSWERED, False)
    assert 0 < call.waited < call.talked < 3
    assert call.recording
    assert record.states("8001") == ["ready", "ringing", "talking", "wrap-up", "ready"]


def test_a_caller_who_gave_up_while_the_seat_was_at_table() -> None:
    record = Record().hear(messages("paused_and_abandoned"))
    (call,) = record.calls.values()
    assert (call.outcome, call.agent, call.queue) == (calls.Outcome.ABANDONED, None, "urban")


def test_a_seat_that_refused_three_times() -> None:
    record = Record().hear(messages("not_answered"))
    (call,) = record.calls.values()
    assert call.outcome is calls.Outcome.ABANDONED
    assert record.kinds("call").count("offered") == record.kinds("call").count("not_answered") == 3
    assert record.states("8001") == ["ready", *["ringing", "ready"] * 3]


def test_two_calls_and_two_seats_at_once() -> None:
    record = Record().hear(messages("two_at_once"))
    assert sorted(str(call.agent) for call in record.calls.values()) == ["8001", "8002"]
    assert {call.outcome for call in record.calls.values()} == {calls.Outcome.ANSWERED}
    assert record.states("8002")[-1] == "away"


def test_a_call_to_a_citizen() -> None:
    record = Record().place("a1-desk-00ff").hear(messages("called_back"))
    (call,) = record.calls.values()
    assert (call.direction, call.outcome) == ("out", calls.Outcome.ANSWERED)
    assert record.kinds("call") == ["placed", "rang", "recorded", "answered", "ended"]


@pytest.mark.parametrize(("name", "outcome"), [("citizen_busy", "busy"), ("seat_busy", "failed")])
def test_a_call_that_somebody_was_too_busy_for(name: str, outcome: str) -> None:
    record = Record().place("a1-desk-00ff").hear(messages(name))
    assert record.calls["a1-desk-00ff"].outcome == outcome
    assert not record.seats["8001"].call


@given(st.sampled_from(sorted(STREAMS)), st.data())
def test_a_stream_with_any_messages_missing_still_ends_each_call_at_most_once(
    name: str, data: st.DataObject
) -> None:
    heard = messages(name)
    kept = data.draw(st.lists(st.booleans(), min_size=len(heard), max_size=len(heard)))
    record = Record().hear(message for message, keep in zip(heard, kept, strict=True) if keep)
    ends = [fact.call for fact in record.facts if fact.kind == "call.ended"]
    assert len(ends) == len(set(ends))


@given(st.sampled_from(sorted(STREAMS)), st.integers(0, 100), st.integers(0, 100))
def test_a_stretch_that_is_told_twice_changes_nothing(name: str, first: int, length: int) -> None:
    heard = messages(name)
    until = min(len(heard), first + length)
    once = Record().place("a1-desk-00ff").hear(heard)
    twice = Record().place("a1-desk-00ff").hear(heard).hear(heard[first:until])
    assert once.calls == twice.calls


@given(st.lists(st.sampled_from(sorted(STREAMS)), min_size=2, max_size=3), st.randoms())
def test_calls_that_interleave_do_not_disturb_one_another(names: list[str], random: object) -> None:
    """Each stream keeps its own order; its calls come out as they do alone."""
    streams = [messages(name) for name in set(names)]
    mixed: list[Message] = []
    while any(streams):
        stream = random.choice([stream for stream in streams if stream])  # type: ignore[attr-defined]
        mixed.append(stream.pop(0))
    together = Record().hear(mixed)
    for name in set(names):
        for id, call in Record().hear(messages(name)).calls.items():
            assert together.calls[id] == call


HEADERS = st.dictionaries(
    st.sampled_from(
        ["Call", "Channel", "Interface", "ChanVariable", "Uniqueid", "Linkedid", "Paused", "Outcome"]
    ),
    st.sampled_from(["", "PJSIP/8001-1", "PJSIP/8001", "HOTLINE_CALL=a1-1", "1", "nan", "x=y=z", "busy"]),
)
EVENTS = st.sampled_from(
    ["UserEvent", "Hangup", "AgentConnect", "DialEnd", "AttendedTransfer", "QueueMemberPause"]
)


@given(EVENTS, HEADERS, st.sampled_from(["HotlineEntered", "HotlineEnded", "Other", ""]))
def test_no_event_makes_it_raise(name: str, headers: Mapping[str, str], user: str) -> None:
    Record().hear([event(name, UserEvent=user, **headers)])


@pytest.mark.parametrize(
    ("interface", "extension"),
    [
        ("PJSIP/8001", "8001"),
        ("PJSIP/8001-0000002a", "8001"),
        ("PJSIP/trunk-00000001", ""),
        ("Local/1@x", ""),
        ("", ""),
    ],
)
def test_a_seat_is_known_by_its_channel(interface: str, extension: str) -> None:
    assert extension_of(interface) == extension


def test_asterisks_own_time_counts() -> None:
    assert moment(event("E", Timestamp="1795396111.990086"), NOW).microsecond == 990086
    assert moment(event("E", Timestamp="never"), NOW) == NOW
    assert moment(event("E", Timestamp="1e99"), NOW) == NOW


def test_only_the_first_channels_hangup_ends_a_call() -> None:
    headers = {"ChanVariable": "HOTLINE_CALL=a1-1.1", "Linkedid": "1.1"}
    assert not translate(event("Hangup", Uniqueid="1.2", **headers), "a1", NOW)
    assert translate(event("Hangup", Uniqueid="1.1", **headers), "a1", NOW)


def test_a_hand_over_names_the_new_seat_and_the_new_linkedid() -> None:
    message = event(
        "AttendedTransfer",
        TransfereeChanVariable="HOTLINE_CALL=a1-1.1",
        TransfereeLinkedid="1.1",
        SecondTransfererLinkedid="9.9",
        TransferTargetChannel="PJSIP/8002-00000005",
    )
    renamed, taken = translate(message, "a1", NOW)
    assert renamed == calls.Renamed(call="a1-1.1", at=NOW, linkedid="9.9")
    assert taken == calls.Answered(call="a1-1.1", at=NOW, extension="8002")


def test_a_citizen_who_puts_us_on_hold_holds_nothing() -> None:
    ours = {"ChanVariable": "HOTLINE_CALL=a1-1.1"}
    assert not translate(event("Hold", Channel="PJSIP/trunk-00000001", **ours), "a1", NOW)
    assert translate(event("Hold", Channel="PJSIP/8001-00000001", **ours), "a1", NOW)


@pytest.mark.parametrize(
    ("event", "penalty", "signal"),
    [
        ("QueueMemberAdded", "99", presence.Joined),
        ("QueueMemberAdded", "100", None),
        ("QueueMemberPenalty", "0", presence.Joined),
        ("QueueMemberPenalty", "200", presence.Left),
    ],
)
def test_only_the_first_circle_is_in_a_queue(event: str, penalty: str, signal: type | None) -> None:
    member = {"Queue": "urban", "Interface": "PJSIP/8001", "Paused": "0", "Penalty": penalty}
    told = translate(Message({"Event": event, **member}), "a1", NOW)
    assert [type(one) for one in told] == ([signal] if signal else [])
