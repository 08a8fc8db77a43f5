"""Messages: the ways in which somebody is told something, and what becomes of a message on its way."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from hotline.words import N_


class Channel(StrEnum):
    """How a message reaches somebody: on their own pages, by mail, by text message, from machine to machine, or into
    a unit's own system, which has a secret of its own.
    """

    NOTICE = "notice"
    MAIL = "mail"
    SMS = "sms"
    WEBHOOK = "webhook"
    SYSTEM = "system"


CHANNEL_WORDS = {
    Channel.NOTICE: N_("On their pages"),
    Channel.MAIL: N_("Mail"),
    Channel.SMS: N_("Text message"),
    Channel.WEBHOOK: N_("Webhook"),
    Channel.SYSTEM: N_("Unit's own system"),
}


class State(StrEnum):
    """Where a message stands. What failed is tried again; what is dead is tried again when somebody says so."""

    WAITING = "waiting"
    FAILED = "failed"
    SENT = "sent"
    DEAD = "dead"


STATE_WORDS = {
    State.WAITING: N_("Waiting to be sent"),
    State.FAILED: N_("Failed, will be tried again"),
    State.SENT: N_("Message sent"),
    State.DEAD: N_("Given up"),
}

ERROR_WORDS = {
    "no_server": N_("No server is set for this way"),
    "no_address": N_("They have no address for this way"),
    "too_old": N_("Too old to be sent"),
    "refused": N_("The other side refused it"),
    "unreachable": N_("The other side doesn't answer"),
}
"""What went wrong, by the word before the colon; behind it may stand a status. Never an address or a name."""

PATIENCE = timedelta(days=3)
"""How long a message may wait before it says nothing new any more."""
MOST_ATTEMPTS = 8
_FIRST, _LONGEST = timedelta(seconds=30), timedelta(hours=2)


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts that failed: half a minute, then four times as long each time."""
    times: int = 4 ** max(0, attempts - 1)
    return min(_FIRST * times, _LONGEST)
