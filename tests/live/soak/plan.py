"""What happens in a soak, drawn from its seed: which citizens call when and for how long they stay, and at which
moments what is broken.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from random import Random

RATE = 1.6  # calls that begin each second: as many as seven seats can take
LINES = ("12345", "12345", "12319", "12315", "12333", "12329")  # the last one belongs to a branch centre
IMPATIENT = 0.25  # of the citizens hang up before anybody can have answered
FIRST_CALLER = 13_600_000_001  # each call comes from a number of its own


class Fault(StrEnum):
    """What is broken: a process of the platform, by kill -9, or the wire between it and the switch."""

    TELEPHONY = "telephony"
    WEB = "web"
    WORKER = "worker"
    REDIS = "redis"
    POSTGRESQL = "postgresql"
    ASTERISK = "asterisk"
    LINK_CUT = "link cut"
    LINK_HALF_CLOSED = "link half closed"
    LINK_SILENT = "link silent"


@dataclass(frozen=True)
class Citizen:
    """Calls `number` from `caller`, `at` seconds after the beginning, and hangs up after `stays` seconds."""

    at: float
    number: str
    caller: str
    stays: float


@dataclass(frozen=True)
class Blow:
    """`fault` happens `at` seconds after the beginning."""

    at: float
    fault: Fault


@dataclass(frozen=True)
class Plan:
    """Both in the order of time."""

    citizens: tuple[Citizen, ...]
    blows: tuple[Blow, ...]


def draw(seed: int, calls: int) -> Plan:
    """The same for the same seed. Everything breaks three times in 300 calls, the switch itself once."""
    random = Random(seed)
    begins, citizens = 0.0, []
    for caller in range(FIRST_CALLER, FIRST_CALLER + calls):
        begins += random.expovariate(RATE)
        citizens.append(Citizen(begins, random.choice(LINES), str(caller), _patience(random)))
    blows = [
        Blow(random.uniform(0.05, 0.9) * begins, fault)
        for fault in Fault
        for _ in range(_times(fault, calls))
    ]
    return Plan(tuple(citizens), tuple(sorted(blows, key=lambda blow: blow.at)))


def _times(fault: Fault, calls: int) -> int:
    return max(1, calls // (300 if fault is Fault.ASTERISK else 100))


def _patience(random: Random) -> float:
    return random.uniform(0.3, 2) if random.random() < IMPATIENT else random.uniform(5, 11)
