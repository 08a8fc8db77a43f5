"""What Asterisk says becomes signals about calls and seats; this is the one place that knows Asterisk's words.
Pure: a message, the switch's name and the time go in. An event that means nothing to us gives no signals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from hotline import calls, parties, presence
from hotline.parties import Standing
from hotline.skills import is_outside
from telephony.ami.parser import Message

Signal = calls.Signal | presence.Signal

NAME = "HOTLINE_CALL"  # the channel variable with our own id
LINE = "HOTLINE_LINE"  # the channel variable with the number that was dialled
ZOMBIE = "<ZOMBIE>"  # the end of such a channel's name
PARTY = "HOTLINE_PARTY"  # the channel variable with the third party who was called on it
ROOMS = "third-party"  # the context of calls with more than two people
HOW: Mapping[str, Standing] = {  # a channel's end: its cause (ITU-T Q.850), or what Dial says of it
    **dict.fromkeys(("17", "BUSY"), Standing.BUSY),
    **dict.fromkeys(("18", "19", "21", "NOANSWER"), Standing.NO_ANSWER),
    **dict.fromkeys(("1", "3", "20", "27", "34", "38", "CHANUNAVAIL", "CONGESTION"), Standing.FAILED),
}
OUTCOMES: Mapping[str, calls.Outcome] = {outcome.value: outcome for outcome in calls.Outcome}


class Heard(NamedTuple):
    """A message in its place: which switch sent it, and when (Asterisk's own time where it says so)."""

    message: Message
    node: str
    at: datetime

    def one(self, header: str) -> str:
        return self.message.one(header)

    def call(self, prefix: str = "") -> str:
        """The id of the call that the channel with this prefix belongs to: our variable, else its Linkedid."""
        named = self.message.variables(f"{prefix}ChanVariable").get(NAME, "")
        return named or calls.name(self.node, self.one(f"{prefix}Linkedid"))

    def is_ours(self) -> bool:
        """Whether the channel carries our variable."""
        return bool(self.message.variables().get(NAME))


Reader = Callable[[Heard], tuple[Signal, ...]]


def translate(message: Message, node: str, now: datetime) -> tuple[Signal, ...]:
    """The signals in `message` from the switch `node`; `now` stands in for a missing Timestamp."""
    reader = READERS.get(message.event)
    return reader(Heard(message, node, moment(message, now))) if reader else ()


def can_wait(message: Message) -> bool:
    """Whether nobody waits for it: it means nothing to us, or what somebody waits for comes next. Where a seat is free,
    it rings a few milliseconds after a caller has joined the queue.
    """
    return message.event == "QueueCallerJoin" or message.event not in READERS


def moment(message: Message, now: datetime) -> datetime:
    """When Asterisk says that it happened (`timestampevents`, seconds since 1970), else `now`."""
    try:
        return datetime.fromtimestamp(float(message.one("Timestamp")), UTC)
    except (ValueError, OverflowError):
        return now


def extension_of(interface: str) -> str:
    """`8001` of the interface `PJSIP/8001` or the channel `PJSIP/8001-0000002a`; empty for what is no seat."""
    endpoint = interface.partition("/")[2].partition("-")[0]
    return endpoint if endpoint.isascii() and endpoint.isdigit() else ""


def _user_event(heard: Heard) -> tuple[Signal, ...]:
    reader = USER_READERS.get(heard.one("UserEvent"))
    return reader(heard) if reader and heard.one("Call") else ()


def _entered(heard: Heard) -> tuple[Signal, ...]:
    call = heard.one("Call")
    signal = calls.Entered(
        call=call,
        at=heard.at,
        line=heard.one("Line"),
        caller=heard.one("Caller"),
        linkedid=heard.one("Linkedid") or calls.channel(call),
        language=heard.one("Language") or "cmn",
    )
    return (signal,)


def _ringing(heard: Heard) -> tuple[Signal, ...]:
    return (calls.Rang(call=heard.one("Call"), at=heard.at, extension=heard.one("Extension")),)


def _connected(heard: Heard) -> tuple[Signal, ...]:
    return (calls.Answered(call=heard.one("Call"), at=heard.at, extension=heard.one("Extension")),)


def _left_us(heard: Heard) -> tuple[Signal, ...]:
    outcome = OUTCOMES.get(heard.one("Outcome"))
    return (calls.Ended(call=heard.one("Call"), at=heard.at, outcome=outcome),)


def _recorded(heard: Heard) -> tuple[Signal, ...]:
    return (calls.Recorded(call=heard.one("Call"), at=heard.at, file=heard.one("File")),)


def _held(heard: Heard) -> tuple[Signal, ...]:
    return (calls.Held(call=heard.one("Call"), at=heard.at),)


def _resumed(heard: Heard) -> tuple[Signal, ...]:
    return (calls.Resumed(call=heard.one("Call"), at=heard.at),)


def _parked(heard: Heard) -> tuple[Signal, ...]:
    return (calls.Parked(call=heard.one("Call"), at=heard.at),)


def _sent_on(heard: Heard) -> tuple[Signal, ...]:
    return (calls.SentOn(call=heard.one("Call"), at=heard.at, party=heard.one("Party")),)


def _party_answered(heard: Heard) -> tuple[Signal, ...]:
    return (calls.PartyMet(call=heard.one("Call"), at=heard.at, party=heard.one("Party")),)


def _party_gone(heard: Heard) -> tuple[Signal, ...]:
    how = HOW.get(heard.one("Reason"), Standing.FAILED)
    return (calls.PartyLeft(call=heard.one("Call"), at=heard.at, party=heard.one("Party"), how=how),)


def _queue_join(heard: Heard) -> tuple[Signal, ...]:
    signal = calls.Queued(
        call=heard.call(),
        at=heard.at,
        line=heard.message.variables().get(LINE, ""),
        caller=heard.one("CallerIDNum"),
        linkedid=heard.one("Linkedid"),
        queue=heard.one("Queue"),
    )
    return (signal,)


def _agent_called(heard: Heard) -> tuple[Signal, ...]:
    return _at_member(calls.Offered, heard)


def _agent_silent(heard: Heard) -> tuple[Signal, ...]:
    return _at_member(calls.NotAnswered, heard)


def _agent_connect(heard: Heard) -> tuple[Signal, ...]:
    return _at_member(calls.Answered, heard)


def _at_member(
    kind: type[calls.Offered] | type[calls.NotAnswered] | type[calls.Answered], heard: Heard
) -> tuple[Signal, ...]:
    extension = extension_of(heard.one("Interface"))
    return (kind(call=heard.call(), at=heard.at, extension=extension),) if extension else ()


def _dialled(heard: Heard) -> tuple[Signal, ...]:
    """A seat picked up a call of ours, whatever brought it there: a queue, or somebody who passed it on."""
    extension = extension_of(heard.one("DestChannel"))
    if heard.one("DialStatus") != "ANSWER" or not heard.is_ours() or not extension:
        return ()
    return (calls.Answered(call=heard.call(), at=heard.at, extension=extension),)


def _handed_over(heard: Heard) -> tuple[Signal, ...]:
    """After a talk between two seats, the second one has the caller. Both talks' Linkedids mean this call now."""
    if not heard.message.variables("TransfereeChanVariable").get(NAME):
        return ()
    call = heard.call("Transferee")
    known = {heard.one("TransfereeLinkedid"), calls.channel(call), ""}
    others = {heard.one(f"{who}Linkedid") for who in ("OrigTransferer", "SecondTransferer", "TransferTarget")}
    renamed = [calls.Renamed(call=call, at=heard.at, linkedid=other) for other in sorted(others - known)]
    extension = extension_of(heard.one("TransferTargetChannel"))
    taken = [calls.Answered(call=call, at=heard.at, extension=extension)] if extension else []
    return (*renamed, *taken)


def _hold(heard: Heard) -> tuple[Signal, ...]:
    """The citizen may put us on hold too, which changes nothing here."""
    extension = extension_of(heard.one("Channel"))
    kind = calls.Held if heard.message.event == "Hold" else calls.Resumed
    return (
        (kind(call=heard.call(), at=heard.at, extension=extension),) if extension and heard.is_ours() else ()
    )


def _hangup(heard: Heard) -> tuple[Signal, ...]:
    """A call lives as long as the channel that it began with: other channels come and go within it. Only a seat that
    was moved to a room leaves a call that it began to the others there.

    What Asterisk calls a zombie is what remains of a channel that was moved, and not the end of anybody.
    """
    channel, id = heard.one("Channel"), heard.one("Uniqueid")
    if not heard.is_ours() or channel.endswith(ZOMBIE):
        return ()
    call, extension = heard.call(), extension_of(channel)
    signals: list[Signal] = []
    if id.startswith(parties.CHANNEL):
        signals += _party_hung_up(heard)
    if calls.channel(call) == id and not (extension and heard.one("Context") == ROOMS):
        signals.append(calls.Ended(call=call, at=heard.at))
    elif extension:
        signals.append(calls.SeatLeft(call=call, at=heard.at, extension=extension))
    if extension:
        signals.append(presence.Freed(extension=extension, at=heard.at, call=call))
    return tuple(signals)


def _party_hung_up(heard: Heard) -> tuple[Signal, ...]:
    party = heard.message.variables().get(PARTY, "")
    how = HOW.get(heard.one("Cause"), Standing.LEFT)
    return (calls.PartyLeft(call=heard.call(), at=heard.at, party=party, how=how),) if party else ()


def _originated(heard: Heard) -> tuple[Signal, ...]:
    """A call that we asked for (its action carries the call's id) didn't even reach our own seat, or a third party
    (its action carries the channel's id, the call's and theirs) wasn't reached.
    """
    asked = heard.one("ActionID")
    if heard.one("Response") != "Failure":
        return ()
    if asked.startswith(f"{heard.node}-"):
        return (calls.Ended(call=asked, at=heard.at, outcome=calls.Outcome.FAILED),)
    _, call, party, *_ = (*asked.split("/", 2), "", "")
    if not call.startswith(f"{heard.node}-") or not party:
        return ()
    left = calls.PartyLeft(call=call, at=heard.at, party=party, how=Standing.FAILED)
    seat = left.extension
    return (left, presence.Freed(extension=seat, at=heard.at, call=call)) if seat else (left,)


def is_first_circle(member: Message) -> bool:
    """Whether the member waits for the queue's calls, and doesn't only help out when they have waited too long."""
    penalty = member.one("Penalty")
    return not (penalty.isdigit() and is_outside(int(penalty)))


def _member_added(heard: Heard) -> tuple[Signal, ...]:
    extension = extension_of(heard.one("Interface"))
    if not extension or not is_first_circle(heard.message):
        return ()
    joined = presence.Joined(extension=extension, at=heard.at, queue=heard.one("Queue"))
    return (joined, *_member_pause(heard)) if heard.one("Paused") == "1" else (joined,)


def _member_moved(heard: Heard) -> tuple[Signal, ...]:
    """Its penalty in the queue is another; it may have come into the first circle by that, or left it."""
    return _member_added(heard) if is_first_circle(heard.message) else _member_removed(heard)


def _member_removed(heard: Heard) -> tuple[Signal, ...]:
    extension = extension_of(heard.one("Interface"))
    return (presence.Left(extension=extension, at=heard.at, queue=heard.one("Queue")),) if extension else ()


def _member_pause(heard: Heard) -> tuple[Signal, ...]:
    extension = extension_of(heard.one("Interface"))
    if not extension:
        return ()
    if heard.one("Paused") == "1":
        return (presence.Paused(extension=extension, at=heard.at, reason=heard.one("PausedReason")),)
    return (presence.Unpaused(extension=extension, at=heard.at),)


USER_READERS: Mapping[str, Reader] = {
    "HotlineEntered": _entered,
    "HotlineRinging": _ringing,
    "HotlineConnected": _connected,
    "HotlineEnded": _left_us,
    "HotlineRecorded": _recorded,
    "HotlineHeld": _held,
    "HotlineResumed": _resumed,
    "HotlineParked": _parked,
    "HotlineSent": _sent_on,
    "HotlinePartyAnswered": _party_answered,
    "HotlinePartyGone": _party_gone,
}

READERS: Mapping[str, Reader] = {
    "UserEvent": _user_event,
    "QueueCallerJoin": _queue_join,
    "AgentCalled": _agent_called,
    "AgentRingNoAnswer": _agent_silent,
    "AgentDump": _agent_silent,
    "AgentConnect": _agent_connect,
    "DialEnd": _dialled,
    "AttendedTransfer": _handed_over,
    "Hold": _hold,
    "Unhold": _hold,
    "Hangup": _hangup,
    "OriginateResponse": _originated,
    "QueueMemberAdded": _member_added,
    "QueueMemberPenalty": _member_moved,
    "QueueMemberRemoved": _member_removed,
    "QueueMemberPause": _member_pause,
}
