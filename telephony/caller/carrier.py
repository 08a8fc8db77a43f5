"""A running carrier: a small Asterisk of its own in a folder of its own, up for as long as it is needed."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from wave import Error as WaveError

from hotline.platform import launch
from hotline.platform.child import Child
from telephony import speech
from telephony.caller.config import Manners, Network, render
from telephony.caller.outcome import Outcome, read_outcome
from telephony.loudness import loudest
from telephony.switch import Programs
from telephony.switch.console import is_ready
from telephony.switch.start import command, prepare

FOLDERS = ("etc", "data/keys", "spool/outgoing", "spool/tmp", "run", "log", "reports", "speech")
LOOK = 0.05  # seconds between two looks for a report


@dataclass(frozen=True)
class Carrier:
    """The carrier that lives in `base`."""

    base: Path
    programs: Programs

    def speech(self, text: str, language: str) -> Path | None:
        """The sound of `text`, as Asterisk wants it named (without its ending); None for no text."""
        if not text:
            return None
        file = self.base / "speech" / f"{abs(hash((text, language)))}.wav"
        if not file.exists():
            speech.speak(self.programs, text, language, file)
        return file.with_suffix("")

    def report(self, name: str) -> Path:
        """Where the report of the call `name` will stand."""
        return self.base / "reports" / f"{name}.json"

    def outcome(self, name: str, number: str) -> Outcome | None:
        """How the call `name` went, or None as long as it lasts."""
        report = self.report(name)
        with suppress(OSError, ValueError):
            return read_outcome(number, report.read_text("utf-8"), _heard(report.with_suffix(".heard.wav")))
        return None

    def answered(self) -> list[Outcome]:
        """The hotline's own calls that came here and are over, in the order in which they began."""
        names = sorted(file.stem for file in (self.base / "reports").glob("in-*.json"))
        return [outcome for name in names if (outcome := self.outcome(name, name.split("-")[2]))]


def child(carrier: Carrier) -> Child:
    """The carrier's Asterisk as a process to start."""
    return Child(
        name="carrier",
        argv=command(carrier.programs, carrier.base),
        ready=lambda: is_ready(carrier.base),
        patience=15.0,
        grace=2.0,
    )


@contextmanager
def running(
    programs: Programs, network: Network, manners: Manners | None = None, say: str = ""
) -> Iterator[Carrier]:
    """A carrier for as long as the block lasts; its folder goes with it. Raises `Unreachable` if it can't start."""
    base = Path(tempfile.mkdtemp(prefix="hotline-carrier-"))
    try:
        carrier = furnish(Carrier(base, programs), network, manners or Manners(), say)
        with launch.running(child(carrier), base / "log"):
            yield carrier
    finally:
        shutil.rmtree(base, ignore_errors=True)


def furnish(carrier: Carrier, network: Network, manners: Manners, say: str) -> Carrier:
    """The folder of `carrier` with all that it needs to start. `say` is what its telephones speak."""
    for name in FOLDERS:
        (carrier.base / name).mkdir(parents=True, exist_ok=True)
    for name, text in render(carrier.base, network, manners).items():
        (carrier.base / "etc" / name).write_text(text, "utf-8")
    if say:
        speech.speak(carrier.programs, say, "cmn", carrier.base / "speech" / "citizen.wav")
    prepare(carrier.programs, carrier.base)
    return carrier


def await_outcome(carrier: Carrier, name: str, number: str, deadline: float) -> Outcome | None:
    """The outcome of a call, waited for until `deadline` (of the monotonic clock)."""
    while (outcome := carrier.outcome(name, number)) is None and time.monotonic() < deadline:
        time.sleep(LOOK)
    return outcome


def _heard(file: Path) -> float | None:
    with suppress(OSError, WaveError, EOFError):
        return loudest(file)
    return None
