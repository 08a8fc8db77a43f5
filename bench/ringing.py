"""Ring to screen: from `AgentCalled` on a raw manager socket to the call's card in Chromium's DOM.

Real calls through the trunk ring at real desks of the whole platform. Every other caller is a citizen whom the
record knows, with earlier tickets. Nobody answers: the caller hangs up, and the seat is offered the next call.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain, count, cycle, islice, pairwise
from pathlib import Path

from bench.deskpage import DeskPage, Pop, ready_desk
from bench.measured import Aim, Measured, percentile
from bench.wire import Offer, Wire, listening
from hotline.pack.load import load_pack
from hotline.pack.model import CityPack, Person
from telephony.caller import carrier as carriers
from telephony.caller.attempt import Attempt
from telephony.caller.carrier import Carrier
from telephony.caller.commands import beside
from telephony.caller.place import dial, wait
from telephony.switch import locate
from tests import newcomer

CALLS = 100
WARMING_UP = 6  # calls before those that count: one for each seat
SEATS = 6
RATE = 0.8  # calls that begin each second: two or three seats ring at a time
LINE = "12345"
SECONDS = 12.5  # until the caller hangs up: nine and a half of greetings, then the ringing
AIM = 50.0  # milliseconds
STAGES = ("asked", "answered", "drawn")


@dataclass(frozen=True)
class Ring:
    """A seat that rang: when the offer arrived on the raw socket, and the card that it led to."""

    at: float
    pop: Pop

    def stages(self) -> dict[str, float]:
        """Milliseconds: the whole delay, then its parts until the page asked, had its answer, and had drawn it."""
        moments = (self.at, self.pop.asked_at, self.pop.came_at, self.pop.at)
        asked, answered, drawn = (1000 * (later - earlier) for earlier, later in pairwise(moments))
        return {"delay": 1000 * (self.pop.at - self.at), "asked": asked, "answered": answered, "drawn": drawn}


def run() -> Measured:
    """A platform of its own, agents at its desks, and the calls."""
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder, ExitStack() as stack:
        platform = stack.enter_context(newcomer.running(Path(folder)))
        city = load_pack(platform.settings.site.city)
        browser = stack.enter_context(newcomer.chromium())
        desks = [stack.enter_context(ready_desk(browser, platform, agent)) for agent in _agents(city)]
        wire = stack.enter_context(listening(platform.settings))
        network = beside(platform.settings)
        carrier = stack.enter_context(carriers.running(locate(platform.settings), network))
        _call(carrier, islice(_callers(city), WARMING_UP))
        wire.offers.clear()
        _call(carrier, islice(_callers(city), CALLS))
        rings = _match(wire, desks)
        drift = max(abs(desk.drift()) for desk in desks)
    return _measured(rings, len(wire.offers), {"load_before": load, "clock_drift_ms": 1000 * drift})


def _agents(city: CityPack) -> list[Person]:
    """The first agents of the demo: all of them take the calls of the city's own number."""
    return [person for person in city.people if person.extension][:SEATS]


def _callers(city: CityPack) -> Iterable[str]:
    """Without end: a citizen whom the record knows, then somebody new."""
    known = cycle([number for citizen in city.citizens for number in citizen.numbers[:1]])
    unknown = (str(number) for number in count(13_900_000_001))
    return chain.from_iterable(zip(known, unknown, strict=False))


def _call(carrier: Carrier, callers: Iterable[str]) -> None:
    """Places the calls at `RATE` and waits for the last one's end."""
    begun, placed = time.monotonic(), []
    for n, caller in enumerate(callers):
        time.sleep(max(0.0, begun + n / RATE - time.monotonic()))
        placed.append(dial(carrier, Attempt(LINE, caller, seconds=SECONDS)))
    for call in placed:
        wait(carrier, call)


def _match(wire: Wire, desks: Iterable[DeskPage]) -> list[Ring]:
    """Each offer with the card of its call at its seat; an offer without one is left out."""
    pops = {Offer(call, desk.extension): pop for desk in desks for call, pop in desk.pops().items()}
    return [Ring(at, pops[offer]) for offer, at in wire.offers.items() if offer in pops]


def _measured(rings: list[Ring], offers: int, about: Mapping[str, float]) -> Measured:
    rounds = [ring.stages() for ring in rings]
    delays = [stages["delay"] for stages in rounds]
    p95, unmatched = percentile(delays, 95), max(offers, CALLS) - len(rings)
    return Measured(
        name="ringing",
        words="From AgentCalled on a raw manager socket to the card in Chromium's DOM",
        figures={
            "calls": len(rings),
            **{f"p{percent}_ms": percentile(delays, percent) for percent in (50, 95, 99)},
            **{f"{stage}_p50_ms": percentile([one[stage] for one in rounds], 50) for stage in STAGES},
            **about,
        },
        aims=[
            Aim(f"milliseconds for 95 of 100, aim {AIM:g}", p95, p95 <= AIM),
            Aim("calls or offers without a card, aim 0", unmatched, unmatched == 0),
        ],
        rounds=rounds,
    )
