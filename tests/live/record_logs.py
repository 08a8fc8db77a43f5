"""Records what a real Asterisk writes down of real calls, beside what it says of them at that time: `python -m
tests.live.record_logs [NAME …]` writes `tests/pure/logs/NAME/{queue_log,calls.jsonl,link.ami}`. Nothing is made up.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

from hotline import calls
from telephony.caller.attempt import Attempt
from telephony.caller.config import Manners
from telephony.caller.place import dial, place
from tests.live.record_streams import (
    BUSY,
    DEAF,
    PLACED,
    SCENARIOS,
    TALKS,
    Scenario,
    Scene,
    open_scene,
)
from tests.live.seat import DOMAIN, Softphone, headers_of, is_response
from tests.patience import eventually

LOGS = Path(__file__).parent.parent / "pure" / "logs"
BRIEF = Manners(0.2, seconds=2)


def answered(scene: Scene) -> None:
    scene.join()
    place(scene.carrier, Attempt("12345", seconds=8))


def abandoned(scene: Scene) -> None:
    place(scene.carrier, Attempt("12345", seconds=7))


def abandoned_while_it_rang(scene: Scene) -> None:
    scene.join()
    place(scene.carrier, Attempt("12345", seconds=8))


def refused_and_abandoned(scene: Scene) -> None:
    scene.join()
    place(scene.carrier, Attempt("12345", seconds=9))


def two_at_two_seats(scene: Scene) -> None:
    scene.join("8001", "8002")
    dial(scene.carrier, Attempt("12319", caller="13800138001", seconds=9))
    place(scene.carrier, Attempt("12345", caller="13800138002", seconds=9))


def called_back(scene: Scene) -> None:
    scene.telephone.place_call("8001", "13800138000", calls.name("a1", PLACED))
    scene.recorder.hears(Event="Hangup", Uniqueid=PLACED)


def sent_back_to_the_queue(scene: Scene) -> None:
    """A blind transfer, by whoever may give such orders to the switch."""
    scene.join("8001", "8002")
    _, seat = scene.call_in_and_talk()
    with scene.switch.talk() as talk:
        legs = [event.keys["Channel"] for event in talk.ask_list("CoreShowChannels")]
        leg = next(name for name in legs if name.startswith(f"PJSIP/{seat}-"))
        talk.ask("BlindTransfer", Channel=leg, Context="queue", Exten="s")
    eventually(lambda: sum(m.event == "AgentConnect" for m in scene.recorder.messages) == 2, 20)
    scene.hang_up_all()


def put_through_by_telephone(scene: Scene) -> None:
    """An attended transfer: the agent speaks to somebody in a call of its own, then the telephone joins both."""
    with scene.softphone("8001") as phone:
        scene.join()
        scene.call_in()
        first = _picked_up(phone)
        scene.recorder.hears(Event="AgentConnect")
        scene.telephone.place_call("8001", "13800138000", calls.name("a1", PLACED))
        second = headers_of(_picked_up(phone))
        scene.recorder.hears(UserEvent="HotlineConnected")
        tag = second["from"].rpartition("tag=")[2]
        replaces = quote(f"{second['call-id']};to-tag={tag};from-tag={phone.tag}", safe="")
        phone.tell(first, "REFER", f"Refer-To: <sip:8001@{DOMAIN}?Replaces={replaces}>")
        scene.recorder.hears(Event="AttendedTransfer")
        scene.recorder.hears(Event="Hangup", Uniqueid=PLACED)
        scene.hang_up_all()


def _picked_up(phone: Softphone) -> str:
    while not (message := phone.receive(20)).startswith("INVITE "):
        if not is_response(message):
            phone.hear(message)
    phone.accept(message)
    return message


MORE: dict[str, tuple[Scenario, Manners | None, Manners]] = {
    "sent_back_to_the_queue": (sent_back_to_the_queue, TALKS, TALKS),
    "put_through_by_telephone": (put_through_by_telephone, None, TALKS),
    "answered": (answered, TALKS, TALKS),
    "abandoned": (abandoned, TALKS, TALKS),
    "abandoned_while_it_rang": (abandoned_while_it_rang, DEAF, TALKS),
    "refused_and_abandoned": (refused_and_abandoned, BUSY, TALKS),
    "two_at_two_seats": (two_at_two_seats, TALKS, TALKS),
    "called_back": (called_back, TALKS, BRIEF),
    "called_back_and_busy": (called_back, TALKS, BUSY),
    "called_back_from_a_busy_seat": (called_back, BUSY, TALKS),
}


def record(name: str) -> None:
    """Play one scenario on a switch of its own, and keep what it wrote and said."""
    scenario, seats, others = (SCENARIOS | MORE)[name]
    with tempfile.TemporaryDirectory() as state, open_scene(Path(state), seats, others) as scene:
        scenario(scene)
        eventually(scene.switch.is_idle, 20)
        kept = LOGS / name
        kept.mkdir(parents=True, exist_ok=True)
        (kept / "link.ami").write_bytes(scene.recorder.stop())
        for file in ("queue_log", "cel-custom/calls.jsonl"):
            written = scene.switch.base / "log" / file
            (kept / written.name).write_bytes(written.read_bytes())


if __name__ == "__main__":
    for name in sys.argv[1:] or SCENARIOS | MORE:
        sys.stdout.write(f"{name}\n")
        sys.stdout.flush()
        record(name)
