"""Records all that a real Asterisk says of some real calls to an account as Asterisk's own sample configuration has it,
which filters nothing: `python -m bench.recording` writes `bench/recordings/NAME.ami.gz`, for benchmarks to multiply.
"""

from __future__ import annotations

import gzip
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from hotline import calls
from hotline.pack.load import load_pack
from hotline.presence import WRAP_UP
from hotline.skills import offers
from telephony.caller.config import Manners
from tests.live.record_streams import BRANCH, DEAF, TALKS, Scene, open_scene
from tests.patience import eventually

RECORDINGS = Path(__file__).parent / "recordings"
SAMPLE = "read = system,call,log,verbose,agent,user,config,dtmf,reporting,cdr,dialplan"
# How many of the first there are depends on how long people talk; the last are only in builds for Asterisk's own tests.
UNUSUAL = "disabledevents = RTCPSent,RTCPReceived,TestEvent"


def answered(scene: Scene) -> None:
    """A seat picks up, its wrap-up is laid as the link lays it, the citizen hangs up, and the wrap-up is over."""
    _finish(scene, _answer(scene))


def abandoned(scene: Scene) -> None:
    """The seat is at table."""
    scene.telephone.pause("8001", "meal")
    scene.recorder.messages.clear()
    call = scene.call_in()
    scene.recorder.hears(Event="QueueCallerJoin")
    _hang_up(scene, call)


def rang_in_vain(scene: Scene) -> None:
    """The seat doesn't pick up, and the citizen gives up."""
    call = scene.call_in(60)
    scene.recorder.hears(Event="AgentRingNoAnswer")
    _hang_up(scene, call)


def parked(scene: Scene) -> None:
    """The seat parks the citizen, and picks them up again."""
    call = _answer(scene)
    scene.telephone.park(call, "8001")
    scene.recorder.hears(UserEvent="HotlineParked")
    scene.telephone.pick_up(call, "8001", "desk-00aa")
    scene.recorder.hears(UserEvent="HotlineResumed")
    _finish(scene, call)


def sent_on(scene: Scene) -> None:
    """The seat sends the citizen on to a branch centre."""
    call = _answer(scene)
    scene.telephone.send_on(call, "8001", BRANCH, BRANCH.number)
    scene.met()
    _finish(scene, call)


SCENARIOS: dict[str, tuple[Callable[[Scene], None], Manners]] = {
    scenario.__name__: (scenario, seats)
    for scenario, seats in (
        (answered, TALKS),
        (abandoned, TALKS),
        (rang_in_vain, DEAF),
        (parked, TALKS),
        (sent_on, TALKS),
    )
}


def record(name: str) -> bytes:
    """What one scenario sounds like, from its call's first word until all of it is over."""
    scenario, seats = SCENARIOS[name]
    city = load_pack("foshan")
    person = next(person for person in city.people if person.extension == "8001")
    with tempfile.TemporaryDirectory() as state, open_scene(Path(state), seats, TALKS, _unfiltered) as scene:
        scene.telephone.join_queues("8001", offers(city.queues, city.skills, person.skills))
        eventually(lambda: any(message.event == "QueueMemberAdded" for message in scene.recorder.messages))
        scene.recorder.messages.clear()
        scenario(scene)
        eventually(scene.switch.is_idle, 20)
        return scene.recorder.stop()


def _answer(scene: Scene) -> str:
    call, seat = scene.call_in_and_talk()
    scene.telephone.pause(seat, WRAP_UP)
    return call


def _finish(scene: Scene, call: str) -> None:
    _hang_up(scene, call)
    eventually(scene.switch.is_idle, 20)
    scene.telephone.unpause("8001")
    scene.recorder.hears(Event="QueueMemberPause", Paused="0")


def _hang_up(scene: Scene, call: str) -> None:
    scene.hang_up_citizen(call)
    scene.recorder.hears(Event="Hangup", Uniqueid=calls.channel(call))


def _unfiltered(manager: str) -> str:
    """`manager.conf` with an account `link` that hears what the sample account hears."""
    text = re.sub(r"^eventfilter.*\n", "", manager, flags=re.MULTILINE)
    text = re.sub(r"^disabledevents.*$", UNUSUAL, text, flags=re.MULTILINE)
    return text.replace("read = system,call,agent,user", SAMPLE)


if __name__ == "__main__":
    RECORDINGS.mkdir(exist_ok=True)
    for name in sys.argv[1:] or SCENARIOS:
        sys.stdout.write(f"{name}\n")
        (RECORDINGS / f"{name}.ami.gz").write_bytes(gzip.compress(record(name), mtime=0))
