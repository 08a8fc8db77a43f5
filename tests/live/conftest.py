"""A real switch of the tests' own, on free ports and in a folder of its own, and a carrier that calls it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from dialplans.install import configure
from hotline.errors import Refused
from hotline.pack.load import load_pack
from hotline.platform import launch, secrets, setup
from hotline.settings import Settings, environment
from telephony.ami.conversation import Conversation, conversation
from telephony.ami.link import Address
from telephony.caller import carrier as carriers
from telephony.caller.carrier import Carrier
from telephony.caller.config import Manners, Network
from telephony.switch import locate
from telephony.switch.commands import children
from telephony.switch.make import install
from telephony.switch.start import folder
from tests.patience import eventually, free_port

PARTS = Path(__file__).parent.parent.parent / ".hotline" / "parts"

expect.set_options(timeout=10_000)  # milliseconds: other tests run beside these


@dataclass(frozen=True)
class Switch:
    """A running switch. `settings` say where; `base` is its folder."""

    settings: Settings
    base: Path

    @contextmanager
    def talk(self) -> Iterator[Conversation]:
        """A conversation as the account that gives orders."""
        asterisk = self.settings.asterisk
        secret = secrets.read(self.settings.paths.state).ami_actions
        with conversation(Address(asterisk.host, asterisk.ami_port, "actions", secret), 5.0) as talk:
            yield talk

    def queue_log(self) -> list[list[str]]:
        """The rows of queue_log: time, call, queue, agent, event, data."""
        log = (self.base / "log" / "queue_log").read_text("utf-8")
        return [line.split("|") for line in log.splitlines()]

    def messages(self) -> str:
        """What the switch complained about."""
        return (self.base / "log" / "messages").read_text("utf-8")

    def waiting_in(self, queue: str) -> int:
        """How many callers wait in `queue` now."""
        with self.talk() as talk:
            return sum(event.name == "QueueEntry" for event in talk.ask_list("QueueStatus", Queue=queue))

    def recordings(self) -> list[Path]:
        """The recordings there are, oldest first."""
        found = (self.settings.paths.state / "recordings").rglob("*.wav")
        return sorted(found, key=lambda file: file.stat().st_mtime)

    def is_idle(self) -> bool:
        """Whether no call is left."""
        with self.talk() as talk:
            return not [e for e in talk.ask_list("CoreShowChannels") if e.name == "CoreShowChannel"]


def switch_settings(state: Path) -> Settings:
    """Settings of a switch on free ports whose state is in `state` and whose parts are the checkout's."""
    rtp = min(free_port(socket.SOCK_DGRAM) // 2 * 2, 60000)
    ports = {name: free_port() for name in ("ami_port", "http_port", "agi_port")}
    return Settings.model_validate(
        {
            "paths": {"parts": PARTS, "state": state},
            "asterisk": ports
            | {"sip_port": free_port(socket.SOCK_DGRAM), "rtp_first": rtp, "rtp_last": rtp + 400, "seats": 5}
            | {"agi_deadline": 1.0},
            "trunk": {"port": free_port(socket.SOCK_DGRAM)},
        }
    )


def quietly(words: str) -> None:
    """Says nothing."""


@contextmanager
def running_switch(settings: Settings) -> Iterator[Switch]:
    """The switch of `settings`, made, configured, started, and stopped at the end."""
    setup.folders(settings)
    secrets.ensure(settings.paths.state)
    install(settings, quietly)
    pack = load_pack(settings.site.city)
    configure(settings, pack, revision=0, at=datetime.now(UTC), say=quietly)
    (asterisk,) = children(settings)
    with launch.running(replace(asterisk, env=environment(settings)), settings.paths.state / "logs"):
        yield Switch(settings, folder(settings))


@pytest.fixture(scope="session")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    """One switch for all live tests; each leaves it without calls."""
    with running_switch(switch_settings(tmp_path_factory.mktemp("switch"))) as running:
        yield running


@pytest.fixture(scope="session")
def carrier(switch: Switch) -> Iterator[Carrier]:
    """The trunk's other side: it calls the switch, and its citizens answer when the switch calls them."""
    at, trunk = switch.settings.asterisk, switch.settings.trunk
    network = Network(trunk.host, trunk.port, at.host, at.sip_port)
    with carriers.running(locate(switch.settings), network, Manners(rings=0.2), say="你好。") as running:
        yield running


@pytest.fixture
def quiet(switch: Switch) -> Iterator[Switch]:
    """The switch, whose last call is over when the test begins and again when it has ended."""
    eventually(switch.is_idle, 20)
    yield switch
    with suppress(Refused), switch.talk() as talk:
        talk.ask("Hangup", Channel="/^PJSIP.*$/")
    eventually(switch.is_idle)
