"""Lining up: what was believed becomes what was seen, once, and nothing else is touched."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hotline import calls, presence
from hotline.calls import Call, State
from hotline.parties import Standing
from hotline.presence import Seat
from telephony.ami.parser import Message
from telephony.lineup import Leg, Member, Snapshot, Waiting, corrections, out_of_reach, read
from telephony.translate import Signal

pytestmark = pytest.mark.pure

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
CALL = "a1-1.1"
LONG_AGO = NOW - timedelta(minutes=3)
TRUNK = Leg(CALL, "1.1", "", "6", "", LONG_AGO, "12319", "13800138000")
SEAT = Leg(CALL, "1.2", "8001", "6", "", LONG_AGO, "12319", "")
EMPTY = Snapshot(NOW)


def believed(state: State, **fields: object) -> Call:
    return Call(CALL, "a1", "1.1", "in", "12319", "138", state, LONG_AGO, **fields)  # type: ignore[arg-type]


def about_calls(seen: Snapshot, *known: Call) -> list[Signal]:
    return [signal for signal in corrections(seen, "a1", known, []) if isinstance(signal, calls.Signal)]


def about_seats(seen: Snapshot, *known: Seat) -> list[presence.Seat]:
    """The seats after the corrections."""
    seats = {seat.extension: seat for seat in known}
    for signal in corrections(seen, "a1", [], known):
        if isinstance(signal, presence.Signal):
            seats[signal.extension], _ = presence.step(seats.get(signal.extension), signal)
    return list(seats.values())


def test_a_seat_that_only_helps_out_in_a_queue_is_not_counted_there() -> None:
    told = [
        Message({"Event": "QueueMember", "Queue": queue, "Location": "PJSIP/8001", "Penalty": penalty})
        for queue, penalty in (("urban", "99"), ("law", "100"))
    ]
    assert [member.queue for member in read(told, NOW).members] == ["urban"]


def test_a_call_that_is_gone_was_lost() -> None:
    (ended,) = about_calls(EMPTY, believed(State.QUEUED))
    assert ended == calls.Ended(call=CALL, at=NOW, outcome=calls.Outcome.LOST, inferred=True)


def test_a_call_that_changed_a_moment_ago_is_left_alone() -> None:
    fresh = believed(State.QUEUED, queued_at=NOW - timedelta(seconds=1))
    assert not about_calls(EMPTY, fresh)


def test_a_call_whose_entry_was_missed_is_begun_with_its_line_and_its_place_in_the_queue() -> None:
    seen = Snapshot(NOW, (TRUNK,), waiting=(Waiting("1.1", "urban", NOW - timedelta(seconds=40)),))
    entered, queued = about_calls(seen)
    assert isinstance(entered, calls.Entered)
    assert (entered.at, entered.line, entered.caller, entered.inferred) == (
        LONG_AGO,
        "12319",
        "13800138000",
        True,
    )
    assert isinstance(queued, calls.Queued)
    assert (queued.at, queued.queue, queued.inferred) == (NOW - timedelta(seconds=40), "urban", True)


def test_a_call_that_was_answered_meanwhile() -> None:
    legs = (replace(TRUNK, bridge="b"), replace(SEAT, bridge="b"))
    (answered,) = about_calls(Snapshot(NOW, legs), believed(State.QUEUED, queue="urban", queued_at=LONG_AGO))
    assert answered == calls.Answered(call=CALL, at=NOW, extension="8001", inferred=True)


def test_a_seat_that_rings_and_one_that_no_longer_does() -> None:
    seen = Snapshot(NOW, (TRUNK, replace(SEAT, extension="8002", state="5")))
    believed_at = believed(State.OFFERED, agent="8001", offered_at=LONG_AGO)
    offered, returned = about_calls(seen, believed_at)
    assert offered == calls.Offered(call=CALL, at=NOW, extension="8002", inferred=True)
    assert returned == calls.NotAnswered(call=CALL, at=NOW, extension="8001", inferred=True)


def test_another_switchs_calls_are_its_own_business() -> None:
    assert not about_calls(Snapshot(NOW, (replace(TRUNK, call="b7-1.1"),)))


def test_lined_up_again_nothing_is_left_to_correct() -> None:
    seen = Snapshot(NOW, (TRUNK,), waiting=(Waiting("1.1", "urban", NOW - timedelta(seconds=40)),))
    call: Call | None = None
    for signal in about_calls(seen):
        assert isinstance(signal, calls.Signal)
        call, _ = calls.step(call, signal)
    assert call is not None
    for signal in about_calls(replace(seen, at=NOW + timedelta(minutes=1)), call):
        assert isinstance(signal, calls.Signal)
        assert calls.step(call, signal) == (call, ())


def test_seats_are_what_the_queues_and_channels_say() -> None:
    seen = Snapshot(
        NOW,
        (replace(SEAT, extension="8003"), replace(SEAT, extension="8004", state="5")),
        (
            Member("8001", "urban", ""),
            Member("8002", "urban", "meal"),
            Member("8003", "urban", "wrap-up"),
            Member("8004", "urban", ""),
        ),
    )
    gone = Seat("8009", LONG_AGO, frozenset({"urban"}))
    states = {seat.extension: str(seat.state) for seat in about_seats(seen, gone)}
    assert states == {"8001": "ready", "8002": "paused", "8003": "talking", "8004": "ringing", "8009": "away"}


def test_a_seat_that_changed_a_moment_ago_is_left_alone() -> None:
    fresh = Seat("8001", NOW - timedelta(seconds=1), frozenset({"urban"}))
    assert about_seats(EMPTY, fresh) == [fresh]


def test_asterisks_answers_are_read() -> None:
    channel = Message(
        {
            "Event": "CoreShowChannel",
            "Channel": "PJSIP/8001-0000002a",
            "ChannelState": "6",
            "Uniqueid": "1.2",
            "BridgeId": "b",
            "Duration": "00:03:00",
            "CallerIDNum": "8001",
            "ChanVariable": [f"HOTLINE_CALL={CALL}", "HOTLINE_LINE=12319"],
        }
    )
    foreign = Message({"Event": "CoreShowChannel", "Channel": "PJSIP/8002-0000002b"})
    member = Message({"Event": "QueueMember", "Queue": "urban", "Location": "PJSIP/8001", "Paused": "1"})
    entry = Message({"Event": "QueueEntry", "Queue": "urban", "Uniqueid": "1.1", "Wait": "7"})
    seen = read([channel, foreign, Message({"Event": "QueueParams"}), member, entry], NOW)
    assert seen.legs == (replace(SEAT, bridge="b", caller="8001"),)
    assert seen.members == (Member("8001", "urban", presence.UNSAID),)
    assert seen.waiting == (Waiting("1.1", "urban", NOW - timedelta(seconds=7)),)


SEATED = believed(State.TALKING, agent="8001", answered_at=LONG_AGO)
BRIDGED = (replace(TRUNK, bridge="b"), replace(SEAT, bridge="b"))


def verbs(seen: Snapshot, call: Call) -> list[str]:
    """What becomes of the call by the corrections, as its facts say."""
    kinds: list[str] = []
    now: Call | None = call
    for signal in about_calls(seen, call):
        assert isinstance(signal, calls.Signal)
        now, facts = calls.step(now, signal)
        kinds += [fact.kind for fact in facts]
    return kinds


@pytest.mark.parametrize(
    ("state", "is_on_hold", "expected"),
    [
        (State.TALKING, True, ["call.held"]),
        (State.HELD, True, []),
        (State.HELD, False, ["call.resumed"]),
        (State.TALKING, False, []),
    ],
)
def test_a_seat_s_telephone_says_whether_its_citizen_hears_music(
    state: State, is_on_hold: bool, expected: list[str]
) -> None:
    seen = Snapshot(NOW, BRIDGED, (Member("8001", "urban", "", is_on_hold=is_on_hold),))
    assert verbs(seen, replace(SEATED, state=state)) == expected


def test_a_seat_with_two_channels_says_nothing_about_hold() -> None:
    second = replace(SEAT, uniqueid="1.9", call="a1-9.9")
    seen = Snapshot(NOW, (*BRIDGED, second), (Member("8001", "urban", ""),))
    held = replace(SEATED, state=State.HELD)
    assert [signal for signal in about_calls(seen, held) if isinstance(signal, calls.Resumed)] == []


def test_a_citizen_whom_the_dialplan_keeps_is_parked_or_held() -> None:
    parked = Snapshot(NOW, (replace(TRUNK, place="parked"),))
    assert verbs(parked, SEATED) == ["call.parked"]
    kept = Snapshot(NOW, (replace(TRUNK, place="held"), replace(SEAT, bridge="room")))
    assert verbs(kept, SEATED) == ["call.held"]


def test_who_consults_another_seat_still_has_the_call() -> None:
    other = replace(SEAT, uniqueid="1.3", extension="8000", bridge="b")
    seen = Snapshot(NOW, (other, *BRIDGED))
    assert verbs(seen, SEATED) == []


def test_a_telephone_that_is_gone_is_told_of_seats_that_should_ring() -> None:
    gone = Member("8001", "urban", "", is_gone=True)
    paused = Member("8002", "urban", "meal", is_gone=True)
    busy = Member("8003", "urban", "", is_gone=True)
    seen = Snapshot(
        NOW, (replace(SEAT, extension="8003"),), (gone, paused, busy, Member("8004", "urban", ""))
    )
    assert out_of_reach(seen) == {"8001"}


BRANCH = "branch:12329:housing-fund"
CENTRE = replace(SEAT, uniqueid="party-1", extension="", bridge="b", party=BRANCH)


@pytest.mark.parametrize(
    ("state", "stands", "expected"),
    [
        ("6", Standing.CALLED, ["call.party_met"]),
        ("6", Standing.PRESENT, []),
        ("5", None, ["call.party_called"]),
        ("5", Standing.CALLED, []),
        (None, Standing.PRESENT, ["call.party_left"]),
        (None, Standing.CALLED, []),  # their telephone may not ring yet
    ],
)
def test_a_third_party_is_seen_ringing_there_and_gone(
    state: str | None, stands: Standing | None, expected: list[str]
) -> None:
    third = (replace(CENTRE, state=state),) if state else ()
    call = replace(SEATED, party=BRANCH if stands else None, party_stands=stands)
    assert verbs(Snapshot(NOW, (*BRIDGED, *third)), call) == expected


@pytest.mark.parametrize("state", [State.ENTERED, State.TALKING, State.PARKED])
def test_a_citizen_who_was_left_with_a_third_party_unseen(state: State) -> None:
    alone = Snapshot(NOW, (BRIDGED[0], CENTRE))
    assert verbs(alone, believed(state)) == ["call.sent_on", "call.party_met"]
    known = believed(State.HANDED_OVER, party=BRANCH, party_stands=Standing.PRESENT, handed_over_at=NOW)
    assert verbs(replace(alone, at=NOW + timedelta(minutes=1)), known) == []


def test_a_branch_centre_that_the_dialled_line_leads_to_has_a_channel_of_any_name() -> None:
    channel = Message(
        {
            "Event": "CoreShowChannel",
            "Channel": "PJSIP/trunk-0000002a",
            "ChannelState": "6",
            "Uniqueid": "1.7",
            "ChanVariable": [f"HOTLINE_CALL={CALL}", f"HOTLINE_PARTY={BRANCH}"],
        }
    )
    citizen = Message({**channel, "Uniqueid": "1.1"})  # bears the party's name too
    assert [leg.party for leg in read([channel, citizen], NOW).legs] == [BRANCH, ""]


@pytest.mark.parametrize(("party", "caller"), [(BRANCH, ""), ("", "12345")])
def test_a_citizen_who_is_being_sent_on_bears_our_number_and_not_their_own(party: str, caller: str) -> None:
    """The centre's telephone is to show it; whose call it is, the switch's own logs say later."""
    citizen = Message(
        {
            "Event": "CoreShowChannel",
            "Channel": "PJSIP/trunk-0000002a",
            "Uniqueid": "1.1",
            "CallerIDNum": "12345",
            "ChanVariable": [f"HOTLINE_CALL={CALL}", f"HOTLINE_PARTY={party}"],
        }
    )
    (entered,) = about_calls(read([citizen], NOW))
    assert isinstance(entered, calls.Entered)
    assert entered.caller == caller
