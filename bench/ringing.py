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

from playwright.sync_api import sync_playwright

from bench.deskpage import Pop, Seen, ready_desk
from bench.measured import Aim, Measured, percentile
from bench.wire import Offer, listening
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
WARMING_UP = 5  # calls before those that count: one for each seat
SEATS = 5
RATE = 0.6  # calls that begin each second: two seats ring at a time
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
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        platform = stack.enter_context(newcomer.running(folder))
        playwright = stack.enter_context(sync_playwright())
        city = load_pack(platform.settings.site.city)
        desks = [stack.enter_context(ready_desk(playwright, platform, one, folder)) for one in _agents(city)]
        network = beside(platform.settings)
        carrier = stack.enter_context(carriers.running(locate(platform.settings), network))
        wire = stack.enter_context(listening(platform.settings))
        _call(carrier, islice(_callers(city), WARMING_UP))
        wire.offers.clear()
        _call(carrier, islice(_callers(city), CALLS))
        seen = {desk.extension: desk.seen() for desk in desks}
    drift = max(abs(one.drift) for one in seen.values())
    about = {"load_before": load, "clock_drift_ms": 1000 * drift}
    return _measured(_match(wire.offers, seen), len(wire.offers), about)


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


def _match(offers: Mapping[Offer, float], seen: Mapping[str, Seen]) -> list[Ring]:
    """Each offer with the card of its call at its seat; an offer without one is left out."""
    cards = {Offer(call, seat): pop for seat, one in seen.items() for call, pop in one.pops.items()}
    return [Ring(at, cards[offer]) for offer, at in offers.items() if offer in cards]


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
