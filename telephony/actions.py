"""The desk's only door into telephony: orders to the switch, each a short conversation within a deadline. What they
lead to comes back as facts in the journal, like everything else that happens at the switch.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress

from hotline import calls
from hotline.errors import Refused, Unreachable
from hotline.platform import secrets
from hotline.settings import Settings
from hotline.words import N_
from telephony.ami.conversation import DEADLINE, Conversation, conversation
from telephony.ami.link import Address

PASSWORDS = "auths/auth"  # the family in which Asterisk's sorcery looks for seats' passwords
OUTBOUND = "outbound"  # the context that a seat's own leg of a placed call goes to
RING_SECONDS = 30  # how long the seat may take to pick up a call that it ordered itself
ALREADY_THERE = "Already there"
NOT_THERE = ("Not there", "not found")

REFUSAL_WORDS = {
    "seat.in_no_queue": N_("The seat is in no queue. Make it ready first"),
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
        try:
            with self._conversation() as talk:
                _originate(talk, extension, number, call)
        except Unreachable:
            if not self.is_there(call):
                raise

    def is_there(self, call: str) -> bool:
        """Whether the channel that the call began with exists at the switch."""
        try:
            self._order("Status", Channel=calls.channel(call))
        except Refused:
            return False
        return True

    def hang_up(self, call: str) -> None:
        """End the call, whoever is in it. One that is gone already is fine."""
        with suppress(Refused):
            self._order("Hangup", Channel=calls.channel(call), Cause="16")

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
        "PJSIP_HEADER(add,X-Hotline-Call)": call,
        "PJSIP_HEADER(add,X-Hotline-Answer)": "auto",  # the agent asked for this call: the softphone answers itself
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
