"""Records what a real Asterisk says of real calls, for the tests that replay it: `python -m tests.live.record_streams
[NAME …]` writes `tests/pure/streams/NAME.ami`. Every call is played anew; nothing in a stream is made up.
"""

from __future__ import annotations

import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from dialplans.install import configure
from hotline import calls
from hotline.pack.load import load_pack
from hotline.parties import Kind, Party
from hotline.platform import launch, secrets, setup
from hotline.settings import Settings, environment
from telephony.actions import Telephone
from telephony.ami.parser import Message, Parser
from telephony.caller.attempt import Attempt
from telephony.caller.carrier import Carrier
from telephony.caller.config import Manners
from telephony.caller.place import dial
from telephony.switch import commands, locate
from telephony.switch.make import install
from telephony.switch.start import folder
from tests.live.conftest import Switch, switch_settings
from tests.live.seat import Softphone
from tests.live.stage import free_port_of_udp, make_seats_plain, telephones
from tests.patience import eventually

STREAMS = Path(__file__).parent.parent / "pure" / "streams"
QUEUE = "citywide"
BRANCH, POLICE = Party(Kind.BRANCH, "12315", "market-regulation"), Party(Kind.EMERGENCY, "110")
COLLEAGUE = Party(Kind.SEAT, "8002")
PASSWORD = "a password for one desk session"
PLACED, FETCHED, THIRD = "desk-00ff", "desk-00aa", "party-00ee"
TALKS, BUSY, DEAF = Manners(0.2, seconds=60), Manners(0.2, busy=True), Manners(40)


class Recorder:
    """Listens as the link does, and keeps every byte."""

    def __init__(self, settings: Settings) -> None:
        asterisk, secret = settings.asterisk, secrets.read(settings.paths.state).ami_telephony
        self._socket = socket.create_connection((asterisk.host, asterisk.ami_port))
        self._socket.sendall(f"Action: Login\r\nUsername: link\r\nSecret: {secret}\r\n\r\n".encode())
        self._parser = Parser()
        self.messages: list[Message] = []
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()
        eventually(lambda: any(message.event == "FullyBooted" for message in self.messages))
        self.messages.clear()

    def _listen(self) -> None:
        while data := self._socket.recv(65536):
            self.messages += self._parser.feed(data)

    def hears(self, **headers: str) -> Message:
        """The first event with all these headers, once it is there."""
        return eventually(lambda: next((m for m in self.messages if _has(m, headers)), None), 40)  # type: ignore[return-value]

    def stop(self) -> bytes:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        return b"".join(message.raw + b"\r\n\r\n" for message in self.messages if message.event)


@dataclass
class Scene:
    """What a scenario plays with. The seats 8001 and 8002 are in the queue."""

    switch: Switch
    carrier: Carrier
    telephone: Telephone
    recorder: Recorder

    def call_in(self, seconds: float = 20) -> str:
        """A citizen's call; its id."""
        dial(self.carrier, Attempt("12345", seconds=seconds))
        return self.recorder.hears(UserEvent="HotlineEntered").one("Call")

    def call_in_and_talk(self) -> tuple[str, str]:
        """A call that a seat has answered, and the seat."""
        call = self.call_in()
        return call, self.recorder.hears(Event="AgentConnect").one("MemberName")

    def join(self, *seats: str) -> None:
        for seat in seats or ("8001",):
            self.telephone.join_queues(seat, {QUEUE: 0})

    def met(self) -> None:
        self.recorder.hears(UserEvent="HotlinePartyAnswered")

    def hang_up_all(self) -> None:
        """All at the same moment."""
        with self.switch.talk() as talk:
            talk.ask("Hangup", Channel="/^PJSIP.*$/")

    @contextmanager
    def softphone(self, seat: str) -> Iterator[Softphone]:
        """The seat's own telephone, registered: where the scene has no telephones that answer by themselves."""
        self.telephone.issue_password(seat, PASSWORD)
        with Softphone(self.switch.settings.asterisk.websocket, seat) as phone:
            assert phone.register(PASSWORD) == 200
            yield phone

    def hang_up_citizen(self, call: str) -> None:
        self.telephone.hang_up(call)


def rang_in_vain(scene: Scene) -> None:
    scene.join()
    call = scene.call_in(60)
    scene.recorder.hears(Event="AgentRingNoAnswer")
    scene.hang_up_citizen(call)


def hung_up_at_once(scene: Scene) -> None:
    scene.join()
    scene.call_in_and_talk()
    scene.hang_up_all()


def sent_on_to_branch(scene: Scene) -> None:
    scene.join()
    call, seat = scene.call_in_and_talk()
    scene.telephone.send_on(call, seat, BRANCH, BRANCH.number)
    scene.met()
    scene.hang_up_citizen(call)


def sent_on_to_busy_branch(scene: Scene) -> None:
    scene.join()
    call, seat = scene.call_in_and_talk()
    scene.telephone.send_on(call, seat, BRANCH, BRANCH.number)
    scene.recorder.hears(UserEvent="HotlinePartyGone")
    eventually(lambda: sum(m.event == "AgentConnect" for m in scene.recorder.messages) == 2, 20)
    scene.hang_up_citizen(call)


def branch_consulted_and_handed_over(scene: Scene) -> None:
    scene.join()
    call, seat = scene.call_in_and_talk()
    scene.telephone.bring_in(call, seat, BRANCH, BRANCH.number, THIRD, privately=True)
    scene.met()
    scene.telephone.put_together(call)
    scene.recorder.hears(UserEvent="HotlineResumed")
    scene.telephone.hand_over(call, seat)
    scene.recorder.hears(Event="Hangup", Channel=_like(f"PJSIP/{seat}"), Context="third-party")
    scene.hang_up_citizen(call)


def branch_busy(scene: Scene) -> None:
    scene.join()
    call, seat = scene.call_in_and_talk()
    scene.telephone.bring_in(call, seat, BRANCH, BRANCH.number, THIRD, privately=True)
    scene.recorder.hears(Event="Hangup", Uniqueid=THIRD)
    scene.telephone.put_together(call)
    scene.recorder.hears(UserEvent="HotlineResumed")
    scene.hang_up_citizen(call)


def colleague_consulted_and_takes_over(scene: Scene) -> None:
    scene.join()
    call, seat = scene.call_in_and_talk()
    scene.telephone.bring_in(call, seat, COLLEAGUE, COLLEAGUE.number, THIRD, privately=True)
    scene.met()
    scene.telephone.hand_over(call, seat)
    scene.recorder.hears(UserEvent="HotlineResumed")
    scene.recorder.hears(Event="Hangup", Channel=_like(f"PJSIP/{seat}"), Context="third-party")
    scene.hang_up_citizen(call)


def police_in_three_way(scene: Scene) -> None:
    scene.join()
    call, seat = scene.call_in_and_talk()
    scene.telephone.bring_in(call, seat, POLICE, POLICE.number, THIRD, privately=False)
    scene.met()
    with scene.switch.talk() as talk:  # the agent simply hangs up
        talk.ask("Hangup", Channel=f"/^PJSIP/{seat}-.*$/")
    scene.recorder.hears(Event="Hangup", Channel=_like(f"PJSIP/{seat}"), Context="third-party")
    scene.hang_up_citizen(call)


def three_way_and_third_leaves(scene: Scene) -> None:
    scene.join()
    call, seat = scene.call_in_and_talk()
    scene.telephone.bring_in(call, seat, BRANCH, BRANCH.number, THIRD, privately=False)
    scene.met()
    scene.telephone.send_away(call)
    scene.recorder.hears(Event="Hangup", Uniqueid=THIRD)
    scene.hang_up_citizen(call)


def agent_gone_in_consultation(scene: Scene) -> None:
    """The two that are left find each other."""
    scene.join()
    call, seat = scene.call_in_and_talk()
    scene.telephone.bring_in(call, seat, BRANCH, BRANCH.number, THIRD, privately=True)
    scene.met()
    with scene.switch.talk() as talk:
        talk.ask("Hangup", Channel=f"/^PJSIP/{seat}-.*$/")
    scene.recorder.hears(UserEvent="HotlineResumed")
    scene.hang_up_citizen(call)


def parked_and_picked_up(scene: Scene) -> None:
    scene.join()
    call, seat = scene.call_in_and_talk()
    scene.telephone.park(call, seat)
    scene.recorder.hears(UserEvent="HotlineParked")
    scene.telephone.pick_up(call, "8002", FETCHED)
    scene.recorder.hears(UserEvent="HotlineResumed")
    scene.hang_up_citizen(call)


def parked_and_abandoned(scene: Scene) -> None:
    scene.join()
    call, seat = scene.call_in_and_talk()
    scene.telephone.park(call, seat)
    scene.recorder.hears(UserEvent="HotlineParked")
    scene.hang_up_citizen(call)


def called_back_and_handed_over(scene: Scene) -> None:
    call = calls.name("a1", PLACED)
    scene.telephone.place_call("8001", "13800138000", call)
    scene.recorder.hears(UserEvent="HotlineConnected")
    scene.telephone.bring_in(call, "8001", BRANCH, BRANCH.number, THIRD, privately=True)
    scene.met()
    scene.telephone.hand_over(call, "8001")
    scene.recorder.hears(Event="Hangup", Uniqueid=PLACED)
    scene.recorder.hears(UserEvent="HotlineResumed")
    scene.hang_up_all()


Scenario = Callable[[Scene], None]
SCENARIOS: dict[str, tuple[Scenario, Manners | None, Manners]] = {
    scenario.__name__: (scenario, seats, others)
    for scenario, seats, others in (
        (rang_in_vain, DEAF, TALKS),
        (hung_up_at_once, TALKS, TALKS),
        (sent_on_to_branch, TALKS, TALKS),
        (sent_on_to_busy_branch, TALKS, BUSY),
        (branch_consulted_and_handed_over, TALKS, TALKS),
        (branch_busy, TALKS, BUSY),
        (colleague_consulted_and_takes_over, TALKS, TALKS),
        (police_in_three_way, TALKS, TALKS),
        (three_way_and_third_leaves, TALKS, TALKS),
        (agent_gone_in_consultation, TALKS, TALKS),
        (parked_and_picked_up, TALKS, TALKS),
        (parked_and_abandoned, TALKS, TALKS),
        (called_back_and_handed_over, TALKS, TALKS),
    )
}


def record(name: str) -> bytes:
    """The stream of one scenario, played on a switch of its own."""
    scenario, seats, others = SCENARIOS[name]
    with tempfile.TemporaryDirectory() as state, open_scene(Path(state), seats, others) as scene:
        scenario(scene)
        eventually(scene.switch.is_idle, 20)
        scene.telephone.leave_queues("8001")
        return scene.recorder.stop()


@contextmanager
def open_scene(
    state: Path, seats: Manners | None, others: Manners, reword: Callable[[str], str] = str
) -> Iterator[Scene]:
    """The stage of one scenario in the folder `state`. Without `seats`, they are as they are, for softphones. `reword`
    may change what `manager.conf` says.
    """
    settings = switch_settings(state)
    asterisk = settings.asterisk.model_copy(update={"agi_deadline": 0.2})
    settings = settings.model_copy(update={"asterisk": asterisk})
    setup.folders(settings)
    secrets.ensure(state)
    install(settings, lambda words: None)
    configure(settings, load_pack(settings.site.city), 0, datetime.now(UTC), lambda words: None)
    etc = folder(settings) / "etc"
    (etc / "manager.conf").write_text(reword((etc / "manager.conf").read_text("utf-8")), "utf-8")
    (child,) = commands.children(settings)
    programs, trunk = locate(settings), settings.trunk.port
    with ExitStack() as stack:
        if seats:
            port = free_port_of_udp()
            make_seats_plain(etc / "pjsip.conf", settings.asterisk.host, port)
            stack.enter_context(telephones(programs, settings, port, seats, 41000))
        stack.enter_context(launch.running(replace(child, env=environment(settings)), state / "logs"))
        carrier = stack.enter_context(telephones(programs, settings, trunk, others, 43000))
        switch = Switch(settings, folder(settings))
        try:
            yield Scene(switch, carrier, Telephone(settings), Recorder(settings))
        except BaseException:
            sys.stdout.write(switch.messages())
            raise


def _like(prefix: str) -> str:
    return f"{prefix}-*"


def _has(message: Message, headers: dict[str, str]) -> bool:
    return all(
        message.one(name).startswith(value[:-1]) if value.endswith("*") else message.one(name) == value
        for name, value in headers.items()
    )


if __name__ == "__main__":
    for name in sys.argv[1:] or SCENARIOS:
        sys.stdout.write(f"{name}\n")
        (STREAMS / f"{name}.ami").write_bytes(record(name))
