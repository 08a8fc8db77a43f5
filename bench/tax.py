"""The platform's tax: how many calls a second the same Asterisk carries with the platform attached, and with nothing.

The private Asterisk has 200 seats, each in the queues of a real desk; a second Asterisk answers for all of them, a
third one is the carrier. More callers than the machine can bear dial again as soon as they have hung up, so the rate is
the highest that it carries steadily; it is counted in Asterisk's own queue_log. Attached means all of `hotline up`: the
databases, the link with its wrap-up pauses, FastAGI, repair, pages and jobs, all on the same processors. In turns, the
platform is started and stopped; the prompts are left out, so that a call is with a seat at once.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from signal import SIGINT
from statistics import median

from bench.measured import Aim, Measured
from dialplans.install import configure
from hotline.pack.load import load_pack
from hotline.platform import launch, secrets, setup
from hotline.settings import Settings, environment
from hotline.skills import offers
from telephony.ami.conversation import conversation
from telephony.ami.link import Address
from telephony.caller.attempt import Attempt
from telephony.caller.carrier import Carrier
from telephony.caller.config import Manners
from telephony.caller.place import dial
from telephony.switch import commands, locate
from telephony.switch.make import install
from telephony.switch.start import folder
from tests import newcomer
from tests.live.stage import free_port_of_udp, make_seats_plain, telephones
from tests.patience import eventually

SEATS = 200
CALLERS = int(os.environ.get("BENCH_TAX_CALLERS", "100"))
TALK = 4.0  # seconds until a caller hangs up
ROUNDS = 3
WARMING_UP, SECONDS = 8.0, 20.0  # of each turn
LOOK = 0.1  # seconds between two looks at who has hung up
AIM = 0.95
SEAT = Manners(rings=0.2, seconds=60)


@dataclass
class Callers:
    """People at the carrier who dial again as soon as they have hung up."""

    carrier: Carrier
    dialled: int = 0
    under_way: set[str] = field(default_factory=set)

    def go_on(self, seconds: float, most: int) -> None:
        """For so long, with so many of them."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for _ in range(most - self._still_under_way()):
                self.dialled += 1
                attempt = Attempt("12345", f"138{self.dialled:08d}", seconds=TALK)
                self.under_way.add(dial(self.carrier, attempt).name)
            time.sleep(LOOK)

    def stop(self) -> None:
        """Wait until all have hung up."""
        eventually(lambda: not self._still_under_way(), 60, step=LOOK)

    def _still_under_way(self) -> int:
        for report in (self.carrier.base / "reports").glob("out-*.json"):
            self.under_way.discard(report.stem)
            for file in report.parent.glob(f"{report.stem}.*"):
                file.unlink(missing_ok=True)
        return len(self.under_way)


def run() -> Measured:
    """Turns with the platform and without, one after the other."""
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as name, ExitStack() as stack:
        settings = _settings(Path(name))
        callers = Callers(stack.enter_context(_switch(settings)))
        rounds = [
            {"attached": _attached(settings, callers), "alone": _turn(settings, callers)}
            for _ in range(ROUNDS)
        ]
    part = median(one["attached"] for one in rounds) / median(one["alone"] for one in rounds)
    return Measured(
        name="tax",
        words=f"Calls a second that Asterisk carries with {SEATS} seats, the platform attached and not",
        figures={
            "attached_calls_per_s": median(one["attached"] for one in rounds),
            "alone_calls_per_s": median(one["alone"] for one in rounds),
            "callers": CALLERS,
            "load_before": load,
        },
        aims=[Aim(f"of the rate without the platform, aim {AIM:g}", part, part >= AIM)],
        rounds=rounds,
    )


def _attached(settings: Settings, callers: Callers) -> float:
    with _platform(settings):
        return _turn(settings, callers)


def _turn(settings: Settings, callers: Callers) -> float:
    """Calls a second whose end stands in queue_log, of those that a seat took."""
    _unpause(settings)
    callers.go_on(WARMING_UP, CALLERS)
    before, begun = _completed(settings), time.monotonic()
    callers.go_on(SECONDS, CALLERS)
    rate = (_completed(settings) - before) / (time.monotonic() - begun)
    callers.stop()
    return rate


def _completed(settings: Settings) -> int:
    log = (folder(settings) / "log" / "queue_log").read_text("utf-8")
    return log.count("|COMPLETECALLER|") + log.count("|COMPLETEAGENT|")


def _settings(base: Path) -> Settings:
    """Of a platform without prompts; the rest of its parts are the checkout's."""
    parts = base / "parts"
    parts.mkdir()
    for part in newcomer.PARTS.iterdir():
        (parts / part.name).symlink_to(part)
    (parts / "prompts").unlink(missing_ok=True)
    settings = newcomer.settings_in(base)
    asterisk = settings.asterisk.model_copy(update={"seats": SEATS, "rtp_first": 20000, "rtp_last": 23999})
    return settings.model_copy(
        update={
            "paths": settings.paths.model_copy(update={"parts": parts}),
            "desk": settings.desk.model_copy(update={"wrap_up": 1.0}),
            "asterisk": asterisk,
        }
    )


@contextmanager
def _switch(settings: Settings) -> Iterator[Carrier]:
    """The switch with its seats in their queues, and the telephones around it; the carrier's."""
    setup.folders(settings)
    secrets.ensure(settings.paths.state)
    install(settings, _quietly)
    configure(settings, load_pack(settings.site.city), revision=0, at=datetime.now(UTC), say=_quietly)
    shutil.rmtree(settings.paths.parts / "prompts")
    port, programs = free_port_of_udp(), locate(settings)
    make_seats_plain(folder(settings) / "etc" / "pjsip.conf", settings.asterisk.host, port)
    (child,) = commands.children(settings)
    with (
        launch.running(replace(child, env=environment(settings)), settings.paths.state / "logs"),
        telephones(programs, settings, port, SEAT, 41000),
        telephones(programs, settings, settings.trunk.port, SEAT, 43000) as carrier,
    ):
        _join(settings)
        yield carrier


def _join(settings: Settings) -> None:
    """Every seat, in the queues of the demo's first person."""
    city = load_pack(settings.site.city)
    skills = next(person.skills for person in city.people if person.extension)
    with conversation(_actions(settings), 60) as talk:
        for seat in _seats(settings):
            for queue, penalty in offers(city.queues, city.skills, skills).items():
                talk.ask(
                    "QueueAdd", Queue=queue, Interface=f"PJSIP/{seat}", MemberName=seat, Penalty=str(penalty)
                )


def _unpause(settings: Settings) -> None:
    """What the platform paused, and wasn't there any more to lift."""
    with conversation(_actions(settings), 60) as talk:
        for seat in _seats(settings):
            talk.ask("QueuePause", Interface=f"PJSIP/{seat}", Paused="false")


def _seats(settings: Settings) -> list[str]:
    return [str(settings.asterisk.first_seat + number) for number in range(SEATS)]


def _actions(settings: Settings) -> Address:
    secret = secrets.read(settings.paths.state).ami_actions
    return Address(settings.asterisk.host, settings.asterisk.ami_port, "actions", secret)


@contextmanager
def _platform(settings: Settings) -> Iterator[None]:
    """All of it inside the block, beside the switch that runs already."""
    base = folder(settings)
    logs = {
        "queue_log": str(base / "log" / "queue_log"),
        "channel_log": str(base / "log" / "cel-custom" / "calls.jsonl"),
    }
    asterisk = settings.asterisk.model_copy(update={"external": True} | logs)
    platform = newcomer.Platform(settings.model_copy(update={"asterisk": asterisk}))
    up = platform.command("up")
    try:
        newcomer.read_until_ready(up, platform.url)
        yield
    finally:
        up.send_signal(SIGINT)
        _wait(up)


def _wait(up: subprocess.Popen[str]) -> None:
    said, _ = up.communicate(timeout=60)
    assert up.returncode == 0, said


def _quietly(words: str) -> None:
    """Says nothing."""
