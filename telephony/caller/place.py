"""Places calls into the hotline through a running carrier, and waits for how they went."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass

from telephony.caller.attempt import Attempt
from telephony.caller.carrier import Carrier, await_outcome
from telephony.caller.outcome import Ending, Outcome

RINGING = 45  # seconds until a call that nobody answers is given up
SETTLING = 5  # seconds that a call may last longer than it was meant to

_names = itertools.count(1)


@dataclass(frozen=True)
class Placed:
    """A call under way."""

    name: str
    attempt: Attempt
    deadline: float


def place(carrier: Carrier, attempt: Attempt) -> Outcome:
    """Place one call and wait for its end."""
    return wait(carrier, dial(carrier, attempt))


def place_many(carrier: Carrier, attempt: Attempt, count: int, rate: float) -> Iterator[Outcome]:
    """`count` calls, `rate` of them beginning each second, from numbers that count up; the outcomes in that order."""
    begun = time.monotonic()
    placed = []
    for n in range(count):
        time.sleep(max(0.0, begun + n / rate - time.monotonic()))
        placed.append(dial(carrier, attempt.from_another(n)))
    for call in placed:
        yield wait(carrier, call)


def dial(carrier: Carrier, attempt: Attempt) -> Placed:
    """Begin a call."""
    name = f"out-{next(_names)}"
    draft = carrier.base / "spool" / "tmp" / name
    draft.write_text(_call_file(carrier, attempt, name), "utf-8")
    os.utime(draft, (1, 1))  # a call file of the past is taken up at once, one of this second after it
    draft.rename(carrier.base / "spool" / "outgoing" / name)
    return Placed(name, attempt, time.monotonic() + RINGING + attempt.seconds + SETTLING)


def wait(carrier: Carrier, placed: Placed) -> Outcome:
    """The outcome of a call, which is a failed one when nothing is heard of it in time."""
    number = placed.attempt.number
    return await_outcome(carrier, placed.name, number, placed.deadline) or Outcome(number, Ending.FAILED)


def _call_file(carrier: Carrier, attempt: Attempt, name: str) -> str:
    variables = {
        "REPORT": carrier.report(name).with_suffix(""),
        "SAY": carrier.speech(attempt.say, attempt.language) or "",
        "DIGITS": attempt.digits,
        "SECONDS": attempt.seconds,
    }
    lines = [
        f"Channel: PJSIP/{attempt.number}@hotline",
        f"CallerID: <{attempt.caller}>",
        f"WaitTime: {RINGING}",
        "MaxRetries: 0",
        "Context: talk",
        "Extension: s",
        "Priority: 1",
        *(f"Setvar: {key}={value}" for key, value in variables.items()),
    ]
    return "\n".join(lines) + "\n"
