"""One soak: the platform as `hotline up` runs it, agents at its desks, citizens who call, and everything broken at
random moments; then what everybody knows, until nothing is wrong any more or patience ends.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from hotline.bell import Bell
from hotline.pack.load import load_pack
from hotline.platform import addresses
from hotline.settings import Settings
from hotline.store import Store, open_store
from telephony.caller import carrier as carriers
from telephony.caller.attempt import Attempt
from telephony.caller.carrier import Carrier
from telephony.caller.commands import beside
from telephony.caller.place import Placed, dial, wait
from telephony.switch import locate
from tests import newcomer
from tests.live.soak.agents import Agent, Client
from tests.live.soak.evidence import Answered, Evidence, gather
from tests.live.soak.faults import Breaker
from tests.live.soak.plan import Citizen, draw
from tests.live.soak.table import Struck
from tests.live.soak.verdict import Verdict, judge
from tests.live.soak.wire import Wire
from tests.patience import eventually

WRAP_UP = 1.0  # seconds
CLERK = "tanweiming"  # may ask for jobs
PATIENCE = 120.0  # seconds until the record has to be whole, after the last call
LOOK = 2.0


@dataclass(frozen=True)
class Stage:
    """Everything that runs."""

    settings: Settings
    store: Store
    wire: Wire
    carrier: Carrier


@dataclass(frozen=True)
class Outcome:
    """What a soak came to. The calls took `seconds`, with `load` processes running on average; the record was whole
    `whole_after` more.
    """

    evidence: Evidence
    verdict: Verdict
    struck: list[Struck]
    seconds: float
    whole_after: float
    load: float


def soak(folder: Path, seed: int, calls: int) -> Outcome:
    """`calls` calls by the plan that `seed` draws, with all state in `folder`."""
    plan = draw(seed, calls)
    with stage(folder) as on, closing(Client(on.settings.web.origin, CLERK)) as clerk:
        clerk.come_in()
        breaker = Breaker(on.settings, on.store, on.wire, clerk)
        began = datetime.now(UTC)
        with at_work(_agents(on.settings, Random(seed))) as agents:
            started = time.monotonic()
            with breaker.breaking(plan.blows, started):
                placed = _call(on.carrier, plan.citizens, started)
                answered = [_wait(on.carrier, one) for one in placed]
        seconds, load = time.monotonic() - started, os.getloadavg()[0]
        evidence, verdict = _look_until_whole(on, began, answered, agents)
        whole_after = time.monotonic() - started - seconds
        return Outcome(evidence, verdict, breaker.struck, seconds, whole_after, load)


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """The platform with its wire, and a carrier beside it. Calls are in their queue at once: they hear no words."""
    settings = newcomer.settings_in(folder)
    wire = Wire(settings.asterisk.ami_port)
    parts = settings.paths.model_copy(update={"parts": _parts(folder)})
    desk = settings.desk.model_copy(update={"wrap_up": WRAP_UP})
    settings = settings.model_copy(update={"paths": parts, "desk": desk})
    platform = newcomer.Platform(settings)
    with ExitStack() as stack:
        stack.enter_context(wire.laid())
        up = platform.command(str(wire.port), program="tests.live.soak.platform")
        stack.enter_context(newcomer.started(platform, up))
        shutil.rmtree(parts.parts / "prompts")
        store = open_store(addresses.database(settings), Bell(addresses.redis(settings)), pool=4)
        stack.callback(store.close)
        carrier = stack.enter_context(carriers.running(locate(settings), beside(settings)))
        yield Stage(settings, store, wire, carrier)


@contextmanager
def at_work(agents: list[Agent]) -> Iterator[list[Agent]]:
    """All of them are ready inside the block, and have written everything down after it."""
    with ThreadPoolExecutor(len(agents)) as pool:
        working = [pool.submit(agent.work) for agent in agents]
        try:
            eventually(lambda: all(agent.ready.is_set() for agent in agents) or _failed(working), 60)
            yield agents
        finally:
            for agent in agents:
                agent.stop()
        for work in working:
            work.result()


def _parts(folder: Path) -> Path:
    parts = folder / "parts"
    parts.mkdir(parents=True)
    (parts / "switch").symlink_to(newcomer.PARTS / "switch")
    shutil.copytree(newcomer.PARTS / "prompts", parts / "prompts")
    return parts


def _agents(settings: Settings, random: Random) -> list[Agent]:
    people = load_pack(settings.site.city).people
    return [Agent(settings, one.login, one.extension, random) for one in people if one.extension]


def _call(carrier: Carrier, citizens: tuple[Citizen, ...], started: float) -> list[Placed]:
    """Each at their moment, counted from `started` of the monotonic clock."""
    placed = []
    for citizen in citizens:
        time.sleep(max(0.0, started + citizen.at - time.monotonic()))
        placed.append(dial(carrier, Attempt(citizen.number, caller=citizen.caller, seconds=citizen.stays)))
    return placed


def _wait(carrier: Carrier, placed: Placed) -> Answered:
    return Answered(placed.attempt.caller, wait(carrier, placed).answered_after is not None)


def _look_until_whole(
    on: Stage, began: datetime, answered: list[Answered], agents: list[Agent]
) -> tuple[Evidence, Verdict]:
    deadline = time.monotonic() + PATIENCE
    while True:
        evidence = gather(on.settings, on.store, began, answered, agents)
        verdict = judge(evidence)
        if not verdict.wrong or time.monotonic() > deadline:
            return evidence, verdict
        time.sleep(LOOK)


def _failed(working: list[Future[None]]) -> bool:
    """Raises what ended the work of any of them."""
    for work in working:
        if work.done():
            work.result()
    return False
