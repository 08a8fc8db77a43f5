"""What `hotline doctor` says of the switch: its version, its sound ports, and the name of the machine."""

from __future__ import annotations

import socket
from collections.abc import Iterator

from hotline.errors import Misconfigured
from hotline.platform.doctor import Finding, Verdict
from hotline.settings import Settings
from telephony.switch.locate import locate, version

PORTS_PER_SEAT = (
    8  # two for each leg: the citizen's, the seat's, and as many for a call that waits or is consulted
)
BAD_FOR_LISTENING_IN = (22, 11, 0)  # asterisk#2134: a spied channel can't be bridged


def findings(settings: Settings) -> Iterator[Finding]:
    """Everything about the switch, unless it runs elsewhere."""
    if settings.asterisk.external:
        return
    yield _version(settings)
    yield _sound_ports(settings)
    yield _name()


def _version(settings: Settings) -> Finding:
    try:
        found = version(locate(settings).asterisk)
    except Misconfigured as missing:
        return Finding(
            "Switch", Verdict.WARNING, missing.found, "`hotline up` makes it, or `hotline switch install`"
        )
    words = ".".join(map(str, found))
    if found == BAD_FOR_LISTENING_IN:
        return Finding(
            "Switch", Verdict.WARNING, words, "use another 22: in this one, listening in breaks calls"
        )
    return Finding("Switch", Verdict.FINE, f"Asterisk {words}")


def _sound_ports(settings: Settings) -> Finding:
    switch = settings.asterisk
    ports, needed = switch.rtp_last - switch.rtp_first + 1, PORTS_PER_SEAT * switch.seats
    if ports < needed:
        advice = f"at least {needed} for {switch.seats} seats: set asterisk.rtp_first and rtp_last, or asterisk.seats"
        return Finding("Sound ports", Verdict.WARNING, str(ports), advice)
    return Finding("Sound ports", Verdict.FINE, f"{ports} for {switch.seats} seats")


def _name() -> Finding:
    name = socket.gethostname()
    try:
        return Finding("Own name", Verdict.FINE, f"{name} is {socket.gethostbyname(name)}")
    except OSError:
        advice = "put it into /etc/hosts: the switch looks it up for each call and waits for the answer"
        return Finding("Own name", Verdict.WARNING, f"{name} has no address", advice)
