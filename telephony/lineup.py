"""Lining up what we believe with what Asterisk shows: after every login, and now and then in between. Its answers
become a snapshot, the difference becomes signals that are marked as inferred. Doing it again changes nothing. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TypeVar

from hotline import calls, presence
from hotline.parties import CHANNEL, Standing
from telephony.ami.parser import Message
from telephony.translate import LINE, NAME, PARTY, ROOMS, extension_of, is_first_circle, moment

Signal = calls.Signal | presence.Signal
Thing = TypeVar("Thing")

RINGING, UP = "5", "6"  # ChannelState
PARKED, HELD = "parked", "held"  # where the dialplan keeps a citizen who is parked, or hears music
ON_HOLD = "8"  # a member's Status: what Asterisk makes of all the channels of its seat
GONE = ("4", "5")  # no contact that answers: app_queue offers it nothing
SETTLED = timedelta(seconds=2)  # what changed since then may still have events on their way


@dataclass(frozen=True)
class Leg:
    """A channel that belongs to a call of ours; `place` is its extension among the calls with more than two people,
    `party` the third party who was called on it.
    """

    call: str
    uniqueid: str
    extension: str
    state: str
    bridge: str
    began: datetime
    line: str
    caller: str
    place: str = ""
    party: str = ""


@dataclass(frozen=True)
class Member:
    """A seat's place in one queue; `reason` is empty where it isn't paused."""

    extension: str
    queue: str
    reason: str
    is_on_hold: bool = False
    is_gone: bool = False


@dataclass(frozen=True)
class Waiting:
    """A caller's place in a queue, by the channel's unique id."""

    uniqueid: str
    queue: str
    since: datetime


@dataclass(frozen=True)
class Snapshot:
    """What Asterisk showed at `at`, by its own clock."""

    at: datetime
    legs: tuple[Leg, ...] = ()
    members: tuple[Member, ...] = ()
    waiting: tuple[Waiting, ...] = ()

    @cached_property
    def places(self) -> Mapping[str, list[Waiting]]:
        """Who waits, by their channel's unique id."""
        return _grouped(self.waiting, lambda place: place.uniqueid)

    @cached_property
    def seats(self) -> Mapping[str, list[Member]]:
        """The members, by their seat's extension."""
        return _grouped(self.members, lambda member: member.extension)

    @cached_property
    def at_seats(self) -> Mapping[str, list[Leg]]:
        """The channels, by the extension of the seat that they lead to."""
        return _grouped(self.legs, lambda leg: leg.extension)


def read(messages: Iterable[Message], now: datetime) -> Snapshot:
    """The snapshot in Asterisk's answers; `now` stands in for a time that it doesn't say."""
    told: dict[str, list[Message]] = defaultdict(list)
    for message in messages:
        told[message.event or "Response"].append(message)
    at = next((moment(message, now) for message in told["Response"] if message.one("Timestamp")), now)
    return Snapshot(
        at=at,
        legs=tuple(_leg(one, at) for one in told["CoreShowChannel"] if one.variables().get(NAME)),
        members=tuple(_member(one) for one in told["QueueMember"] if _waits_there(one)),
        waiting=tuple(_waiting(one, at) for one in told["QueueEntry"]),
    )


def out_of_reach(seen: Snapshot) -> set[str]:
    """Seats that should be offered calls, have none, and whose telephone isn't there."""
    busy = {leg.extension for leg in seen.legs}
    return {member.extension for member in seen.members if member.is_gone and not member.reason} - busy


def corrections(
    seen: Snapshot, node: str, open_calls: Iterable[calls.Call], seats: Iterable[presence.Seat]
) -> list[Signal]:
    """The signals that turn what the record believes of `node` into what was seen."""
    believed = {call.id: call for call in open_calls}
    legs: dict[str, list[Leg]] = defaultdict(list)
    for leg in seen.legs:
        if leg.call.startswith(f"{node}-"):
            legs[leg.call].append(leg)
    found: list[Signal] = []
    for id in sorted(believed.keys() | legs.keys()):
        found += _about_call(id, believed.get(id), legs.get(id, []), seen)
    return [*found, *_about_seats(seen, legs, {seat.extension: seat for seat in seats})]


def _about_call(id: str, call: calls.Call | None, legs: list[Leg], seen: Snapshot) -> Iterator[Signal]:
    if call and seen.at - call.since < SETTLED:
        return
    if not legs:
        yield calls.Ended(call=id, at=seen.at, outcome=calls.Outcome.LOST, inferred=True)
        return
    first = next((leg for leg in legs if leg.uniqueid == calls.channel(id)), None)
    if call is None and first:
        yield calls.Entered(
            call=id,
            at=first.began,
            line=first.line,
            caller=first.caller,
            linkedid=first.uniqueid,
            inferred=True,
        )
    yield from _about_progress(id, call, legs, seen)


def _about_progress(id: str, call: calls.Call | None, legs: list[Leg], seen: Snapshot) -> Iterator[Signal]:
    """How far the call has come: parked, with a seat, ringing at some, or waiting."""
    places = {leg.place for leg in legs}
    if PARKED in places:
        yield calls.Parked(call=id, at=seen.at, inferred=True)
        return
    with_seat = [leg for leg in legs if leg.extension and (_is_bridged(leg, legs) or HELD in places)]
    if with_seat:
        agent = call.agent if call else None
        seat = next((leg.extension for leg in with_seat if leg.extension == agent), with_seat[0].extension)
        yield calls.Answered(call=id, at=seen.at, extension=seat, inferred=True)
        yield from _about_hold(id, call, seat, HELD in places, seen)
        yield from _about_party(id, call, legs, seen)
        return
    there = [leg for leg in legs if leg.party and _is_bridged(leg, legs)]
    if there:
        yield calls.SentOn(call=id, at=seen.at, party=there[0].party, inferred=True)
        yield calls.PartyMet(call=id, at=seen.at, party=there[0].party, inferred=True)
        return
    if call and call.direction == "out":
        return
    for place in seen.places.get(calls.channel(id), ()):
        yield calls.Queued(
            call=id,
            at=place.since,
            line=legs[0].line,
            caller=legs[0].caller,
            linkedid=place.uniqueid,
            queue=place.queue,
            inferred=True,
        )
    ringing = {leg.extension for leg in legs if leg.extension and leg.state == RINGING}
    for extension in sorted(ringing):
        yield calls.Offered(call=id, at=seen.at, extension=extension, inferred=True)
    if call and call.state is calls.State.OFFERED and call.agent and call.agent not in ringing:
        yield calls.NotAnswered(call=id, at=seen.at, extension=call.agent, inferred=True)


def _about_party(id: str, call: calls.Call | None, legs: list[Leg], seen: Snapshot) -> Iterator[Signal]:
    """A third party who is there beside the seat, or no longer. One who is being called may not ring yet."""
    called = [leg for leg in legs if leg.party]
    if called and called[0].state == UP:
        yield calls.PartyMet(call=id, at=seen.at, party=called[0].party, inferred=True)
    elif called:
        yield calls.PartyCalled(call=id, at=seen.at, party=called[0].party, inferred=True)
    elif call and call.party and call.party_stands is Standing.PRESENT:
        yield calls.PartyLeft(call=id, at=seen.at, party=call.party, inferred=True)


def _about_hold(
    id: str, call: calls.Call | None, seat: str, is_kept: bool, seen: Snapshot
) -> Iterator[Signal]:
    """Whether the citizen hears music: `is_kept` where the dialplan plays it. Where the seat's telephone does, Asterisk
    says so of the seat and not of a channel, which means something while the seat has only one.
    """
    told = seen.seats.get(seat, [])
    is_telling = bool(told) and len(seen.at_seats[seat]) == 1
    if is_kept or (is_telling and told[0].is_on_hold):
        yield calls.Held(call=id, at=seen.at, inferred=True)
    elif is_telling and call and call.state is calls.State.HELD:
        yield calls.Resumed(call=id, at=seen.at, inferred=True)


def _about_seats(
    seen: Snapshot, legs: Mapping[str, list[Leg]], seats: Mapping[str, presence.Seat]
) -> Iterator[Signal]:
    queues: dict[str, set[str]] = defaultdict(set)
    reasons: dict[str, str] = {}
    for member in seen.members:
        queues[member.extension].add(member.queue)
        reasons[member.extension] = reasons.get(member.extension) or member.reason
    at_seat = {leg.extension: leg for leg in seen.legs if leg.extension}
    for extension in sorted(queues.keys() | at_seat.keys() | seats.keys()):
        if extension in seats and seen.at - seats[extension].since < SETTLED:
            continue
        leg = at_seat.get(extension)
        yield presence.Found(
            extension=extension,
            at=seen.at,
            queues=frozenset(queues[extension]),
            reason=reasons.get(extension, ""),
            call=leg.call if leg else None,
            is_talking=bool(leg and leg.state == UP),
            inferred=True,
        )


def _grouped(things: Iterable[Thing], by: Callable[[Thing], str]) -> Mapping[str, list[Thing]]:
    groups: dict[str, list[Thing]] = defaultdict(list)
    for thing in things:
        groups[by(thing)].append(thing)
    return dict(groups)


def _is_bridged(leg: Leg, legs: Iterable[Leg]) -> bool:
    return bool(leg.bridge) and any(other.bridge == leg.bridge for other in legs if other is not leg)


def _leg(message: Message, at: datetime) -> Leg:
    variables, call = message.variables(), message.variables()[NAME]
    uniqueid, is_in_room = message.one("Uniqueid"), message.one("Context") == ROOMS
    # The citizen who was sent on to somebody bears their name too, and, while they are rung, our number.
    is_party = uniqueid.startswith(CHANNEL) or (uniqueid != calls.channel(call) and not is_in_room)
    party = variables.get(PARTY, "")
    return Leg(
        call=call,
        uniqueid=uniqueid,
        extension=extension_of(message.one("Channel")),
        state=message.one("ChannelState"),
        bridge=message.one("BridgeId"),
        began=at - _duration(message.one("Duration")),
        line=variables.get(LINE, ""),
        caller="" if party and not is_party else message.one("CallerIDNum"),
        place=message.one("Exten") if is_in_room else "",
        party=party if is_party else "",
    )


def _waits_there(message: Message) -> bool:
    return bool(extension_of(message.one("Location"))) and is_first_circle(message)


def _member(message: Message) -> Member:
    status = message.one("Status")
    reason = (message.one("PausedReason") or presence.UNSAID) if message.one("Paused") == "1" else ""
    return Member(
        extension=extension_of(message.one("Location")),
        queue=message.one("Queue"),
        reason=reason,
        is_on_hold=status == ON_HOLD,
        is_gone=status in GONE,
    )


def _waiting(message: Message, at: datetime) -> Waiting:
    wait = message.one("Wait")
    since = at - timedelta(seconds=int(wait) if wait.isdigit() else 0)
    return Waiting(message.one("Uniqueid"), message.one("Queue"), since)


def _duration(text: str) -> timedelta:
    """`01:02:03` as Asterisk writes it; nothing for anything else."""
    parts = text.split(":")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        return timedelta(0)
    hours, minutes, seconds = map(int, parts)
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)
