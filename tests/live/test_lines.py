"""Real calls to a merged, a dual and a branch number: each hears what it should and waits where it should, whether our
processes live or not; and a line that becomes another while calls are running.
"""

from __future__ import annotations

import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from dialplans.install import configure
from hotline.calendars import Calendar, Span
from hotline.lines import Line
from hotline.pack.load import BUNDLED, load_pack
from hotline.pack.model import CityPack
from hotline.settings import Settings
from telephony.caller import carrier as carriers
from telephony.caller.attempt import Attempt
from telephony.caller.carrier import Carrier
from telephony.caller.config import Manners, Network
from telephony.caller.outcome import Ending
from telephony.caller.place import Placed, dial, wait
from telephony.directory import directory_of
from telephony.loudness import SILENCE, loudest
from telephony.routing import Directory, Route
from telephony.switch import console, locate
from tests.live.conftest import Switch, running_switch, switch_settings
from tests.live.questions import answering, entered
from tests.patience import eventually

pytestmark = pytest.mark.live

MERGED, DUAL, BRANCH = "12369", "12319", "12329"
CENTRE = "16000012329"  # the branch centre's own number
REVISIONS = count(1)
LATER = datetime(2099, 1, 1, tzinfo=UTC)
PLAYED = re.compile(
    r"<(?P<channel>[^>]+)> Playing 'hotline/(?P<sound>[\w-]+)\.\w+' \(language '(?P<language>\w+)'\)"
)

AFTERWARDS = f"""
[[line]]
number = "{DUAL}"
name_zh = "城建城管服务热线"
name_en = "Urban construction and order"
mode = "merged"
queue = "citywide"
unit = "urban-management"
greeting = "welcome-merged"
valid_from = 2099-01-01
"""


def city_in(folder: Path) -> CityPack:
    """Foshan, whose line 12319 is merged at the end of the century, and whose branch centre never closes."""
    shutil.copytree(BUNDLED / "foshan", folder)
    lines = (folder / "lines.toml").read_text("utf-8")
    head, dual, rest = lines.partition(f'number = "{DUAL}"\n')
    rest = rest.replace(
        'greeting = "welcome-dual"\n', 'greeting = "welcome-dual"\nvalid_until = 2099-01-01\n', 1
    )
    text = (head + dual + rest).replace('branch_hours = "office"', "branch_wait = 3")
    (folder / "lines.toml").write_text(text + AFTERWARDS, "utf-8")
    return load_pack(str(folder))


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> CityPack:
    return city_in(tmp_path_factory.mktemp("city") / "foshan")


@pytest.fixture(scope="module")
def switch(tmp_path_factory: pytest.TempPathFactory, city: CityPack) -> Iterator[Switch]:
    """A switch of this module's own, which writes down all that it plays."""
    settings = switch_settings(tmp_path_factory.mktemp("lines"))
    with running_switch(settings) as running:
        bring_in(running.settings, city, datetime.now(UTC))
        console.ask(running.base, "logger add channel played verbose(3)")
        yield running


def bring_in(settings: Settings, city: CityPack, at: datetime) -> None:
    """The configuration of that moment, as `hotline switchroom` brings it in."""
    said: list[str] = []
    configure(settings, city, revision=next(REVISIONS), at=at, say=said.append)
    assert "refused" not in "".join(said), said


def phones(switch: Switch, manners: Manners) -> AbstractContextManager[Carrier]:
    """The trunk's other side; whom we call there behaves by `manners`."""
    at, trunk = switch.settings.asterisk, switch.settings.trunk
    network = Network(trunk.host, trunk.port, at.host, at.sip_port)
    return carriers.running(locate(switch.settings), network, manners, say="你好。")


@pytest.fixture
def carrier(switch: Switch) -> Iterator[Carrier]:
    with phones(switch, Manners(rings=0.3)) as running:
        yield running


class Ear:
    """What the switch plays from now on, and where calls begin to wait."""

    def __init__(self, switch: Switch) -> None:
        self._switch = switch
        self._rows = len(switch.queue_log())
        self._heard_before = len(self._lines())

    def heard(self) -> list[tuple[str, ...]]:
        """The sounds that each call heard, in their order, the calls sorted."""
        by_channel: dict[str, list[str]] = defaultdict(list)
        for line in self._lines()[self._heard_before :]:
            if found := PLAYED.search(line):
                by_channel[found["channel"]].append(found["sound"])
        return sorted(tuple(sounds) for sounds in by_channel.values())

    def queues(self) -> dict[str, str]:
        """By caller, the queue where they began to wait last."""
        rows = self._switch.queue_log()[self._rows :]
        return {row[6]: row[2] for row in rows if row[4] == "ENTERQUEUE"}

    def entered(self) -> list[str]:
        return entered(self._switch, self._rows)

    def _lines(self) -> list[str]:
        return (self._switch.base / "log" / "played").read_text("utf-8", "replace").splitlines()


def call(carrier: Carrier, number: str, caller: str, seconds: float = 60) -> Placed:
    return dial(carrier, Attempt(number, caller=caller, say="你好，我要反映一个问题。", seconds=seconds))


def is_audible(switch: Switch, sound: str) -> bool:
    return loudest(switch.settings.paths.parts / "prompts" / "cmn" / "hotline" / f"{sound}.wav") > SILENCE


def asked(
    switch: Switch, directory: Callable[[], Directory], told: list[Route]
) -> AbstractContextManager[None]:
    return answering(switch.settings, directory, told)


@pytest.mark.parametrize("is_asked", [True, False], ids=["we answer", "we are dead"])
def test_each_number_is_greeted_as_what_it_is_and_waits_where_it_should(
    quiet: Switch, carrier: Carrier, city: CityPack, is_asked: bool
) -> None:
    ear, told = Ear(quiet), list[Route]()
    directory = directory_of(city)
    with asked(quiet, lambda: directory, told) if is_asked else nullcontext():
        calls = [call(carrier, number, f"1390000{number}", 22) for number in ("12345", MERGED, DUAL)]
        outcomes = [wait(carrier, one) for one in calls]
    assert len(told) == (3 if is_asked else 0)
    assert ear.queues() == {
        "139000012345": "citywide",
        f"1390000{MERGED}": "urban",
        f"1390000{DUAL}": "urban",
    }
    greetings = sorted(("12345-welcome", f"{MERGED}-welcome-merged", f"{DUAL}-welcome-dual"))
    assert ear.heard() == [("recorded", greeting) for greeting in greetings]
    for greeting in greetings:
        assert is_audible(quiet, greeting)
    for outcome in outcomes:
        assert outcome.ending is Ending.CALLER
        assert outcome.loudest is not None
        assert outcome.loudest > SILENCE


@pytest.mark.parametrize("is_asked", [True, False], ids=["we answer", "we are dead"])
def test_a_branch_centre_answers_at_its_own_number(
    quiet: Switch, carrier: Carrier, city: CityPack, is_asked: bool
) -> None:
    ear, told, before = Ear(quiet), list[Route](), len(carrier.answered())
    directory = directory_of(city)
    with asked(quiet, lambda: directory, told) if is_asked else nullcontext():
        outcome = wait(carrier, call(carrier, BRANCH, "13900000001", 20))
    (there,) = eventually(lambda: carrier.answered()[before:])
    assert ear.heard() == [("recorded", f"{BRANCH}-welcome-branch")]
    assert ear.entered() == []
    assert there.number == CENTRE
    assert there.loudest is not None
    assert there.loudest > SILENCE  # the branch centre hears the citizen
    assert outcome.ending is Ending.CALLER
    assert there.received > 0
    assert there.sent > 0


def test_a_closed_branch_centre_is_not_rung(quiet: Switch, carrier: Carrier, city: CityPack) -> None:
    ear, told, before = Ear(quiet), list[Route](), len(carrier.answered())
    directory = directory_of(city)
    closed = replace(
        directory,
        lines=tuple(replace(line, branch_hours="far") for line in city.lines),
        calendars={"far": _never_today()},
    )
    with asked(quiet, lambda: closed, told):
        outcome = wait(carrier, call(carrier, BRANCH, "13900000001", 16))
    assert ear.heard() == [("recorded", "branch-closed")]
    assert is_audible(quiet, "branch-closed")
    assert ear.entered() == ["labour"]
    assert carrier.answered()[before:] == []
    assert outcome.ending is Ending.CALLER


def _never_today() -> Calendar:
    """Hours on the other side of the week."""
    there = (datetime.now(UTC) + timedelta(days=3)).weekday()
    return Calendar("far", tuple((Span(0, 1440),) if day == there else () for day in range(7)))


def test_at_its_minute_a_line_becomes_another_and_no_call_is_dropped(
    quiet: Switch, carrier: Carrier, city: CityPack
) -> None:
    """Nobody is at the keyboard; the moment alone decides, and a row more takes it back."""
    ear, told = Ear(quiet), list[Route]()
    minute = (datetime.now(UTC) + timedelta(seconds=80)).replace(second=0, microsecond=0)
    directory = directory_of(city)
    moved = replace(directory, lines=tuple(_moved(line, minute) for line in city.lines))
    in_force = [moved]
    with asked(quiet, lambda: in_force[-1], told):
        before = [call(carrier, DUAL, f"1390000000{n}", 200) for n in range(3)]
        eventually(lambda: quiet.waiting_in("urban") == 3, 30)
        eventually(lambda: datetime.now(UTC) >= minute, 90)
        after = call(carrier, DUAL, "13900000008", 200)
        eventually(lambda: quiet.waiting_in("citywide") == 1, 30)
        assert quiet.waiting_in("urban") == 3
        in_force.append(directory)  # the way back
        back = call(carrier, DUAL, "13900000009", 200)
        eventually(lambda: quiet.waiting_in("urban") == 4, 30)
    heard = ear.heard()  # some wait long enough to be told that they still do
    assert [sounds[:2] for sounds in heard] == [("recorded", f"{DUAL}-welcome-dual")] * 4 + [
        ("recorded", f"{DUAL}-welcome-merged")
    ]
    assert {sound for sounds in heard for sound in sounds[2:]} <= {"wait"}
    assert _ends_by_us(quiet, carrier, [*before, after, back])


def test_the_dialplan_changes_over_during_calls_too_and_back(
    quiet: Switch, carrier: Carrier, city: CityPack
) -> None:
    """Our processes are dead throughout, but for the one that brings a configuration in."""
    ear = Ear(quiet)
    before = call(carrier, DUAL, "13900000001", 200)
    eventually(lambda: quiet.waiting_in("urban") == 1, 30)
    bring_in(quiet.settings, city, LATER)
    after = call(carrier, DUAL, "13900000002", 200)
    eventually(lambda: quiet.waiting_in("citywide") == 1, 30)
    bring_in(quiet.settings, city, datetime.now(UTC))
    back = call(carrier, DUAL, "13900000003", 200)
    eventually(lambda: quiet.waiting_in("urban") == 2, 30)
    assert ear.queues() == {"13900000001": "urban", "13900000002": "citywide", "13900000003": "urban"}
    assert _ends_by_us(quiet, carrier, [before, after, back])


def _moved(line: Line, minute: datetime) -> Line:
    """The line with the end of the century at `minute`."""
    return replace(
        line,
        valid_until=minute if line.valid_until else None,
        valid_from=minute if line.valid_from else None,
    )


def _ends_by_us(switch: Switch, carrier: Carrier, calls: list[Placed]) -> bool:
    """Whether every call was there until it was hung up here."""
    with switch.talk() as talk:
        talk.ask("Hangup", Channel="/^PJSIP.*$/")
    return [wait(carrier, one).ending for one in calls] == [Ending.HOTLINE] * len(calls)


@pytest.mark.parametrize(
    "manners", [Manners(rings=0.3, busy=True), Manners(rings=60)], ids=["busy", "doesn't answer"]
)
def test_whoever_a_branch_centre_leaves_alone_is_told_and_waits_with_us(
    quiet: Switch, city: CityPack, manners: Manners
) -> None:
    ear = Ear(quiet)
    with phones(quiet, manners) as carrier:
        outcome = wait(carrier, call(carrier, BRANCH, "13900000001", 25))
    assert ear.heard() == [("recorded", f"{BRANCH}-welcome-branch", "branch-unanswered")]
    assert is_audible(quiet, "branch-unanswered")
    assert ear.queues() == {"13900000001": "labour"}
    assert outcome.ending is Ending.CALLER
