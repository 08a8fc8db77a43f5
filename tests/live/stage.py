"""A real switch with seats that are plain telephones, a carrier, and the telephony process: the bridge's live stage.

Seats here are answered by a second small Asterisk over UDP, so that a test needs no browser; everything between
the trunk and the record is the real thing.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import select

from dialplans.install import configure
from hotline import calls
from hotline.facts import Fact
from hotline.journal import read
from hotline.pack.load import load_pack
from hotline.platform import launch, secrets
from hotline.record import calls as record
from hotline.settings import Settings, environment
from hotline.store import Store
from hotline.store.tables import Call, Seat
from telephony.actions import Telephone
from telephony.ami.conversation import conversation
from telephony.ami.link import Address
from telephony.caller import carrier as carriers
from telephony.caller.carrier import Carrier
from telephony.caller.config import Manners, Network
from telephony.switch import Programs, commands, locate
from telephony.switch.start import folder
from tests.patience import eventually, free_port


@dataclass
class Stage:
    """Everything that runs. `carrier` places and takes citizens' calls; `seats` answers what the switch offers."""

    settings: Settings
    store: Store
    telephone: Telephone
    carrier: Carrier
    telephony: subprocess.Popen[bytes]

    def facts(self, *kinds: str) -> list[Fact]:
        """The journal so far, oldest first."""
        with self.store.transaction() as session:
            return [fact for fact in read(session, 0).facts if not kinds or fact.kind in kinds]

    def await_facts(self, kind: str, count: int = 1, seconds: float = 15) -> list[Fact]:
        """The facts of a kind, once there are so many."""
        eventually(lambda: len(self.facts(kind)) >= count, seconds)
        return self.facts(kind)

    def calls(self) -> list[Call]:
        """Every call in the record, the oldest first."""
        with self.store.transaction() as session:
            return sorted(session.exec(select(Call)).all(), key=lambda call: call.entered_at)

    def await_seat(self, extension: str, state: str, seconds: float = 15) -> Seat:
        """The seat, once it is in this state."""

        def seat() -> Seat | None:
            with self.store.transaction() as session:
                found = session.get(Seat, extension)
            return found if found and found.state == state else None

        found = eventually(seat, seconds)
        assert found is not None
        return found

    def waiting(self, queue: str) -> int:
        """How many callers the switch itself has waiting."""
        asterisk = self.settings.asterisk
        secret = secrets.read(self.settings.paths.state).ami_actions
        with conversation(Address(asterisk.host, asterisk.ami_port, "actions", secret)) as talk:
            return sum(event.name == "QueueEntry" for event in talk.ask_list("QueueStatus", Queue=queue))

    def note_placed(self, call: str, extension: str, number: str) -> None:
        """Write down that a seat wants this call, as the desk does before the switch hears of it."""
        placed = calls.Placed(
            call=call,
            at=datetime.now(UTC),
            line="12345",
            caller=number,
            linkedid=calls.channel(call),
            extension=extension,
        )
        with self.store.transaction() as session:
            record.apply(session, [placed], self.settings.asterisk.node)

    def kill_telephony(self) -> None:
        """End the process as a power cut would."""
        self.telephony.kill()
        self.telephony.wait()

    def start_telephony(self) -> None:
        self.telephony = _start_telephony(self.settings)


@contextmanager
def stage(settings: Settings, store: Store, manners: Manners, citizen: Manners) -> Iterator[Stage]:
    """The stage with seats that answer by `manners` and citizens who, called by us, answer as `citizen`."""
    seats_port, programs = free_port_of_udp(), locate(settings)
    secrets.ensure(settings.paths.state)
    pack = load_pack(settings.site.city)
    configure(settings, pack, revision=0, at=datetime.now(UTC), say=lambda text: None)
    make_seats_plain(folder(settings) / "etc" / "pjsip.conf", settings.asterisk.host, seats_port)
    logs = settings.paths.state / "logs"
    logs.mkdir()
    with ExitStack() as stack:
        for child in commands.children(settings):
            stack.enter_context(launch.running(replace(child, env=environment(settings)), logs))
        stack.enter_context(telephones(programs, settings, seats_port, manners, 41000))
        carrier = stack.enter_context(telephones(programs, settings, settings.trunk.port, citizen, 43000))
        running = Stage(settings, store, Telephone(settings), carrier, _start_telephony(settings))
        stack.callback(lambda: _stop(running.telephony))
        running.await_facts("link.restored")
        yield running


def free_port_of_udp() -> int:
    """A UDP port that nobody used a moment ago."""
    return free_port(socket.SOCK_DGRAM)


def telephones(
    programs: Programs, settings: Settings, port: int, manners: Manners, rtp: int
) -> AbstractContextManager[Carrier]:
    network = Network("127.0.0.1", port, "127.0.0.1", settings.asterisk.sip_port, rtp, rtp + 1999)
    return carriers.running(programs, network, manners)


def make_seats_plain(file: Path, host: str, port: int) -> None:
    """Seats that are called by UDP at `port`, instead of softphones that register."""
    text = file.read_text("utf-8").replace("transport = seats-ws\nwebrtc = yes", "transport = trunk-udp")
    text = text.replace("qualify_frequency = 30", "qualify_frequency = 0")
    place = re.compile(r"\[(\d+)\]\(seat-place\)")
    file.write_text(place.sub(rf"\g<0>\ncontact = sip:\1@{host}:{port}", text), "utf-8")


def _start_telephony(settings: Settings) -> subprocess.Popen[bytes]:
    log = launch.open_log(settings.paths.state / "logs", "telephony")
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "hotline.cli", "telephony"],
            env=os.environ | environment(settings),
            stdout=log,
            stderr=log,
        )
    finally:
        os.close(log)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(5)
