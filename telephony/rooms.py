"""The channels of one call at the switch, and what can be done with them in a conversation: moved to an extension of
the context `third-party`, joined by one more, hung up. What those extensions do stands in the dialplan.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from asterisk.ami.event import Event

from hotline.errors import Refused
from hotline.parties import CHANNEL, Party
from telephony.ami.conversation import Conversation
from telephony.translate import NAME, PARTY, ROOMS, extension_of

ANSWERS = 25  # seconds that a third party may take to pick up
ANSWERS_ITSELF = {
    "PJSIP_HEADER(add,X-Hotline-Answer)": "auto"
}  # a softphone whose agent asked for this very call


@dataclass(frozen=True)
class Leg:
    """One channel of a call. `extension` is its seat's, `party` whom it was rung as; both empty where it is neither.
    `place` is where in the context `third-party` it is; empty anywhere else.
    """

    name: str
    extension: str
    party: str
    place: str


@dataclass(frozen=True)
class Legs:
    """All channels of a call."""

    all: tuple[Leg, ...]

    @property
    def parties(self) -> tuple[Leg, ...]:
        """The channels of third parties, ringing or talking."""
        return tuple(leg for leg in self.all if leg.party)

    @property
    def citizen(self) -> Leg:
        """The citizen's channel. Raises `Refused("call.gone")`."""
        found = next((leg for leg in self.all if not leg.extension and not leg.party), None)
        if found is None:
            raise Refused("call.gone")
        return found

    def seat(self, extension: str) -> Leg:
        """The channel of a seat. Raises `Refused("call.gone")`."""
        found = next((leg for leg in self.all if leg.extension == extension), None)
        if found is None:
            raise Refused("call.gone")
        return found


@dataclass(frozen=True)
class Bound:
    """Where a channel that is called belongs: to `call`, with the id `channel`, going to `place` when it is picked up.
    Its telephone shows the number `shown`.
    """

    call: str
    channel: str
    place: str
    shown: str


def find_legs(talk: Conversation, call: str) -> Legs:
    """The channels that belong to `call` now."""
    events = talk.ask_list("CoreShowChannels")
    return Legs(tuple(_leg(event) for event in events if _variables(event).get(NAME) == call))


def move(talk: Conversation, legs: Legs, place: str, along: Leg | None = None) -> None:
    """Send the citizen to `place` unless they are there, and a seat that isn't in the room yet into it.

    Both at once, for whoever is left alone by the other would be hung up.
    """
    if legs.citizen.place == place:
        return
    goal = {"Channel": legs.citizen.name, "Context": ROOMS, "Exten": place, "Priority": "1"}
    if along is not None and not along.place:
        goal |= {
            "ExtraChannel": along.name,
            "ExtraContext": ROOMS,
            "ExtraExten": "seat",
            "ExtraPriority": "1",
        }
    talk.ask("Redirect", **goal)


def ring(talk: Conversation, party: Party, number: str, bound: Bound, variables: Mapping[str, str]) -> None:
    """Call `party` under `number`; whoever picks up is in the call as `bound` says."""
    talk.ask(
        "Originate",
        {"__HOTLINE_CALL": bound.call, **variables, **(seat_headers(bound.call) if party.extension else {})},
        ActionID=f"{bound.channel}/{bound.call}/{party}",  # comes back in OriginateResponse
        Channel=dial_string(party, number),
        ChannelId=bound.channel,
        Context=ROOMS,
        Exten=bound.place,
        Priority="1",
        CallerID=bound.shown,
        Timeout=str(ANSWERS * 1000),
        Async="true",
    )


def hang_up(talk: Conversation, channel: str) -> None:
    """End one channel; one that is gone already is fine."""
    with suppress(Refused):
        talk.ask("Hangup", Channel=channel, Cause="16")


def dial_string(party: Party, number: str) -> str:
    """How the switch reaches them: a seat at its telephone, everybody else under `number` over the trunk."""
    return f"PJSIP/{party.extension}" if party.extension else f"PJSIP/{number}@trunk"


def seat_headers(call: str) -> dict[str, str]:
    """What tells a softphone which call it rings for."""
    return {"PJSIP_HEADER(add,X-Hotline-Call)": call}


def _leg(event: Event) -> Leg:
    keys, variables = event.keys, _variables(event)
    extension = extension_of(keys["Channel"])
    is_party = bool(variables.get(PARTY)) and keys["Uniqueid"].startswith(CHANNEL)
    place = keys.get("Exten", "") if keys.get("Context") == ROOMS else ""
    return Leg(keys["Channel"], extension, variables[PARTY] if is_party else "", place)


def _variables(event: Event) -> dict[str, str]:
    return dict(event.keys.get("ChanVariable", {}))
