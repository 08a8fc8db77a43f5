"""The desk's only door into telephony: orders to the switch, each a short conversation within a deadline. What they
lead to comes back as facts in the journal, like everything else that happens at the switch.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress

from hotline import calls
from hotline.errors import Refused, Unreachable
from hotline.parties import Kind, Party
from hotline.platform import secrets
from hotline.settings import Settings
from hotline.words import N_
from telephony import rooms
from telephony.ami.conversation import DEADLINE, Conversation, conversation
from telephony.ami.link import Address
from telephony.translate import PARTY

PASSWORDS = "auths/auth"  # the family in which Asterisk's sorcery looks for seats' passwords
OUTBOUND = "outbound"  # the context that a seat's own leg of a placed call goes to
RING_SECONDS = 30  # how long the seat may take to pick up a call that it ordered itself
ALREADY_THERE = "Already there"
NOT_THERE = ("Not there", "not found")

REFUSAL_WORDS = {
    "seat.in_no_queue": N_("The seat is in no queue. Make it ready first"),
    "call.gone": N_("The citizen is no longer there"),
    "switch.refused": N_("The telephone switch refused: {message}"),
}


class Telephone:
    """Orders to the switch that `settings` name. Safe to use from any number of threads.

    Every order raises `Unreachable` when the switch doesn't answer within `seconds`; `Refused("switch.refused")`
    carries Asterisk's own words.
    """

    def __init__(self, settings: Settings, seconds: float = DEADLINE) -> None:
        self._settings = settings
        self._seconds = seconds

    def issue_password(self, extension: str, password: str) -> None:
        """The seat's softphone registers with `password` from now on, and with no other."""
        auth = {"auth_type": "userpass", "username": extension, "password": password}
        self._order("DBPut", Family=PASSWORDS, Key=extension, Val=json.dumps(auth, separators=(",", ":")))

    def withdraw_password(self, extension: str) -> None:
        """Nobody registers as this seat until a new password is issued."""
        with suppress(Refused):
            self._order("DBDel", Family=PASSWORDS, Key=extension)

    def join_queues(self, extension: str, penalties: Mapping[str, int]) -> None:
        """The seat is offered calls of these queues and of no others, lower penalties first."""
        with self._conversation() as talk:
            for queue in _memberships(talk, extension) - penalties.keys():
                talk.ask("QueueRemove", Queue=queue, Interface=_interface(extension))
            for queue, penalty in penalties.items():
                _join(talk, extension, queue, penalty)

    def leave_queues(self, extension: str) -> None:
        """The seat is offered nothing any more."""
        self.join_queues(extension, {})

    def pause(self, extension: str, reason: str) -> None:
        """The seat is offered nothing for a while. Raises `Refused("seat.in_no_queue")`."""
        self._set_pause(extension, Paused="true", Reason=reason)

    def unpause(self, extension: str) -> None:
        """The seat is offered calls again. Raises `Refused("seat.in_no_queue")`."""
        self._set_pause(extension, Paused="false")

    def place_call(self, extension: str, number: str, call: str) -> None:
        """Ring the seat, then, once it picked up, `number`. The call will be known as `call`, made by `calls.name`.

        Sent once and never again. When no answer comes, the switch is asked whether the call is there; only if it
        isn't, or can't be asked, this raises.
        """
        with self._once(calls.channel(call)) as talk:
            _originate(talk, extension, number, call)

    def is_there(self, call: str) -> bool:
        """Whether the channel that the call began with exists at the switch."""
        return self._exists(calls.channel(call))

    def hang_up(self, call: str) -> None:
        """End the call, whoever is in it. One that is gone already is fine."""
        with suppress(Refused):
            self._order("Hangup", Channel=calls.channel(call), Cause="16")

    def bring_in(
        self, call: str, extension: str, party: Party, number: str, channel: str, *, privately: bool
    ) -> None:
        """Ring `party` under `number`, and put them together with the seat in the call's room: with the citizen, or
        `privately`, while the citizen hears music. Their channel will be `channel`.

        Raises `Refused("call.gone")` where the seat or the citizen is no longer there. As with `place_call`, the
        party is rung once.
        """
        with self._once(channel) as talk:
            legs = rooms.find_legs(talk, call)
            rooms.move(talk, legs, "held" if privately else "citizen", legs.seat(extension))
            bound = rooms.Bound(call, channel, "party", self._own_number)
            rooms.ring(talk, party, number, bound, {PARTY: str(party)})

    def put_together(self, call: str) -> None:
        """Everybody hears everybody: the citizen comes to the others in the room."""
        self._move(call, "citizen")

    def put_apart(self, call: str) -> None:
        """The citizen hears music, the others go on alone."""
        self._move(call, "held")

    def send_away(self, call: str) -> bool:
        """The third party leaves, ringing or talking; the others stay together. Whether there was any."""
        with self._conversation() as talk:
            legs = rooms.find_legs(talk, call)
            for leg in legs.parties:
                rooms.hang_up(talk, leg.name)
            rooms.move(talk, legs, "citizen")
            return bool(legs.parties)

    def hand_over(self, call: str, extension: str) -> None:
        """The seat leaves the citizen and the third party together."""
        self._move(call, "citizen", extension)

    def send_on(self, call: str, extension: str, party: Party, number: str) -> None:
        """The citizen goes to `party` alone; the seat is free. Where nobody answers there, the citizen waits again."""
        goal = {f"__{PARTY}": str(party), "HOTLINE_TO": rooms.dial_string(party, number)}
        self._move(call, "sent", extension, goal)

    def park(self, call: str, extension: str) -> None:
        """The citizen hears music until a seat picks the call up; this seat is free."""
        self._move(call, "parked", extension)

    def pick_up(self, call: str, extension: str, channel: str) -> None:
        """Ring the seat, on the channel `channel`, to give it the parked call."""
        with self._once(channel) as talk:
            citizen = {"HOTLINE_CITIZEN": rooms.find_legs(talk, call).citizen.name, **rooms.ANSWERS_ITSELF}
            bound = rooms.Bound(call, channel, "fetching", self._own_number)
            rooms.ring(talk, Party(Kind.SEAT, extension), extension, bound, citizen)

    def _move(
        self, call: str, place: str, leaving: str = "", variables: Mapping[str, str] | None = None
    ) -> None:
        """The citizen goes to `place`; then the seat that is `leaving` is hung up."""
        with self._conversation() as talk:
            legs = rooms.find_legs(talk, call)
            seat = legs.seat(leaving) if leaving else None
            for name, value in (variables or {}).items():
                talk.ask("Setvar", Channel=legs.citizen.name, Variable=name, Value=value)
            rooms.move(talk, legs, place, seat)
            if seat:
                rooms.hang_up(talk, seat.name)

    @contextmanager
    def _once(self, channel: str) -> Iterator[Conversation]:
        """A conversation that begins `channel`. When no answer comes, it is looked for; nothing is sent again."""
        try:
            with self._conversation() as talk:
                yield talk
        except Unreachable:
            if not self._exists(channel):
                raise

    @property
    def _own_number(self) -> str:
        return self._settings.trunk.own_number

    def _exists(self, channel: str) -> bool:
        try:
            self._order("Status", Channel=channel)
        except Refused:
            return False
        return True

    def _set_pause(self, extension: str, **headers: str) -> None:
        try:
            self._order("QueuePause", Interface=_interface(extension), **headers)
        except Refused as refused:
            if _is_about(refused, *NOT_THERE):
                raise Refused("seat.in_no_queue", extension=extension) from None
            raise

    def _order(self, name: str, **headers: str) -> None:
        with self._conversation() as talk:
            talk.ask(name, **headers)

    def _conversation(self) -> AbstractContextManager[Conversation]:
        """A conversation as the account that gives orders; the secret is read each time, it may have changed."""
        asterisk = self._settings.asterisk
        secret = secrets.read(self._settings.paths.state).ami_actions
        return conversation(Address(asterisk.host, asterisk.ami_port, "actions", secret), self._seconds)


def _interface(extension: str) -> str:
    return f"PJSIP/{extension}"


def _memberships(talk: Conversation, extension: str) -> set[str]:
    events = talk.ask_list("QueueStatus", Member=_interface(extension))
    return {event.keys["Queue"] for event in events if event.name == "QueueMember"}


def _join(talk: Conversation, extension: str, queue: str, penalty: int) -> None:
    interface = _interface(extension)
    try:
        talk.ask("QueueAdd", Queue=queue, Interface=interface, MemberName=extension, Penalty=str(penalty))
    except Refused as refused:
        if not _is_about(refused, ALREADY_THERE):
            raise
        talk.ask("QueuePenalty", Queue=queue, Interface=interface, Penalty=str(penalty))


def _originate(talk: Conversation, extension: str, number: str, call: str) -> None:
    variables = {
        "__HOTLINE_CALL": call,
        **rooms.seat_headers(call),
        **rooms.ANSWERS_ITSELF,
    }
    talk.ask(
        "Originate",
        variables,
        ActionID=call,  # comes back in OriginateResponse, which tells the link which call came to nothing
        Channel=_interface(extension),
        ChannelId=calls.channel(call),
        Context=OUTBOUND,
        Exten=number,
        Priority="1",
        CallerID=number,
        Timeout=str(RING_SECONDS * 1000),
        Async="true",
    )


def _is_about(refused: Refused, *words: str) -> bool:
    return any(word in str(refused.facts.get("message", "")) for word in words)
