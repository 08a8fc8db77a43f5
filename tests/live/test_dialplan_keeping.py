"""A real switch that is kept in line with the city's data while it carries calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dialplans import chronicle, rehearsal, render
from dialplans.install import switchroom, texts_of
from dialplans.keeping import Keeping
from dialplans.switchroom import Switchroom
from hotline.errors import Misconfigured
from hotline.pack.load import load_pack, read_pack
from hotline.record import city
from hotline.record.city import Change
from hotline.store import Store
from telephony.caller import carrier as carriers
from telephony.caller.attempt import Attempt
from telephony.caller.carrier import Carrier
from telephony.caller.config import Manners, Network
from telephony.caller.outcome import Ending
from telephony.caller.place import Placed, dial, wait
from telephony.switch import console, locate
from tests.live.conftest import Switch, running_switch, switch_settings
from tests.patience import eventually

pytestmark = pytest.mark.live

ZONE = ZoneInfo("Asia/Shanghai")


@dataclass
class Office:
    """A kept switch, its record and its callers."""

    switch: Switch
    carrier: Carrier
    store: Store
    room: Switchroom
    keeping: Keeping

    def call(self, number: str = "12345", seconds: float = 60) -> Placed:
        """A call that has come to wait in a queue."""
        before = self.entered()
        call = dial(self.carrier, Attempt(number, say="你好。", seconds=seconds))
        eventually(lambda: len(self.entered()) > len(before), 25)
        return call

    def entered(self) -> list[str]:
        """The queues that calls entered, the oldest first."""
        return [row[2] for row in self.switch.queue_log() if row[4] == "ENTERQUEUE"]

    def change(self, *changes: Change) -> None:
        with self.store.transaction() as session:
            city.change(session, changes, by="account:1", at=datetime.now(UTC))

    def row(self, sheet: str, **values: str) -> city.CityRow:
        """The row of `sheet` that has these values."""
        with self.store.transaction() as session:
            return next(r for r in city.rows(session, sheet) if values.items() <= r.written.items())

    def says(self, command: str) -> str:
        return console.ask(self.switch.base, command)

    def edition(self) -> str:
        now = self.room.editions.in_force()
        assert now is not None
        return now.name


@pytest.fixture(scope="module")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    """A switch of this module's own: what it reads is changed."""
    with running_switch(switch_settings(tmp_path_factory.mktemp("kept"))) as running:
        yield running


@pytest.fixture(scope="module")
def carrier(switch: Switch) -> Iterator[Carrier]:
    at, trunk = switch.settings.asterisk, switch.settings.trunk
    network = Network(trunk.host, trunk.port, at.host, at.sip_port)
    with carriers.running(locate(switch.settings), network, Manners(rings=0.2), say="你好。") as running:
        yield running


@pytest.fixture
def office(switch: Switch, carrier: Carrier, store: Store) -> Iterator[Office]:
    """The switch runs what the pack says, and no call is left at the end."""
    with store.transaction() as session:
        city.settle(session, read_pack("foshan"), datetime.now(UTC))
    room = switchroom(switch.settings)
    office = Office(switch, carrier, store, room, Keeping(switch.settings, store, room))
    room.editions.release()
    office.keeping.look(datetime.now(UTC))
    yield office
    with switch.talk() as talk:
        if not switch.is_idle():
            talk.ask("Hangup", Channel="/^PJSIP.*$/")
    eventually(switch.is_idle)


def test_a_line_changes_and_a_queue_is_added_during_calls_and_none_is_dropped(office: Office) -> None:
    running = [office.call(), office.call("12319")]
    assert office.entered()[-2:] == ["citywide", "urban"]
    minute = (datetime.now(UTC) + timedelta(hours=1)).replace(second=0, microsecond=0)
    written = minute.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")
    line, queue = office.row("lines", number="12345"), office.row("queues", name="urban")
    office.change(
        Change("queues", None, queue.written | {"name": "newcomers", "title_zh": "新", "title_en": "New"}),
        Change("lines", line.number, line.written | {"valid_until": written}),
        Change("lines", None, line.written | {"valid_from": written, "queue": "newcomers"}),
    )
    office.keeping.look(datetime.now(UTC))
    assert "newcomers has 0 calls" in office.says("queue show newcomers")
    running.append(office.call())
    assert office.entered()[-1] == "citywide"  # it is not yet that minute
    office.keeping.look(minute)
    running.append(office.call())
    assert office.entered()[-1] == "newcomers"
    assert office.switch.waiting_in("citywide") == 2
    assert office.switch.waiting_in("newcomers") == 1
    with office.switch.talk() as talk:
        talk.ask("Hangup", Channel="/^PJSIP.*$/")
    assert [wait(office.carrier, call).ending for call in running] == [Ending.HOTLINE] * 4


def test_the_way_back_is_as_short_and_a_queue_that_goes_keeps_its_callers(office: Office) -> None:
    first = office.edition()
    queue = office.row("queues", name="urban")
    line = office.row("lines", number="12345")
    office.change(
        Change("queues", None, queue.written | {"name": "shortlived", "title_zh": "短", "title_en": "Short"}),
        Change("lines", line.number, line.written | {"queue": "shortlived"}),
    )
    office.keeping.look(datetime.now(UTC))
    waiting = office.call(seconds=25)
    assert office.entered()[-1] == "shortlived"
    outcome = office.room.roll_back(99)
    assert (outcome.edition, outcome.flaws) == (first, ())
    after = office.call(seconds=25)
    assert office.entered()[-1] == "citywide"
    assert wait(office.carrier, after).ending is Ending.CALLER
    assert wait(office.carrier, waiting).ending is Ending.CALLER  # until they themselves hung up


def test_a_new_greeting_is_spoken_before_the_dialplan_names_it(office: Office) -> None:
    prompt = {"name": "welcome-fresh", "cmn": "您好，这是全新的问候。", "en": "A fresh greeting."}
    line = office.row("lines", number="12319")
    office.change(
        Change("prompts", None, prompt),
        Change("lines", line.number, line.written | {"greeting": prompt["name"]}),
    )
    office.keeping.look(datetime.now(UTC))
    sound = office.switch.settings.paths.parts / "prompts" / "cmn" / "hotline" / "12319-welcome-fresh.wav"
    assert sound.stat().st_size > 8000


BROKEN = {
    "an unclosed bracket": ("extensions.conf.j2", "same => n,Echo()", "same => n,Echo(", "Echo("),
    "an unknown application": ("extensions.conf.j2", "Echo()", "Ecko()", "the application Ecko"),
    "a gap": ("extensions.conf.j2", "same => n,Echo()", "same => 7,Echo()", "priority 7 of *60"),
    "no such context": ("extensions.conf.j2", "Goto(ask,s,1)", "Goto(asc,s,1)", "the context asc"),
    "no such queue": ("extensions.conf.j2", "Queue(${HOTLINE_QUEUE},", "Queue(nobody,", "the queue nobody"),
    "no such sound": ("extensions.conf.j2", "hotline/echo", "hotline/ecko", "the sound hotline/ecko"),
    "nonsense for a queue": ("queues.conf.j2", "retry = 1", "retrie = 1", "retrie"),
    "no endpoint's option": ("pjsip.conf.j2", "dtmf_mode = rfc4733", "dtmf_mode = rfc9999", "dtmf_mode"),
    "a template's own syntax": ("queues.conf.j2", "{% endfor %}", "{% endfo %}", "endfo"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_template_is_refused_and_nothing_changed(
    office: Office, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, right, wrong, found = BROKEN[kind]
    templates = dict(render._templates())
    assert right in templates[file]
    monkeypatch.setattr(
        render, "_templates", lambda: templates | {file: templates[file].replace(right, wrong)}
    )
    before, dialplan = office.edition(), office.says("dialplan show from-seat")
    line = office.row("lines", number="12319")
    office.change(Change("lines", line.number, line.written | {"name_zh": f"新名字{kind}"}))
    office.keeping.look(datetime.now(UTC))
    with office.store.transaction() as session:
        (told,) = chronicle.newest(session, office.switch.settings.asterisk.node, 1)
    assert told.kind == "dialplan.refused"
    flaws = [flaw for flaw in told.data["flaws"] if found in flaw["found"]]
    assert flaws, told.data["flaws"]
    assert all(flaw["where"].startswith(file.removesuffix(".j2")) for flaw in flaws)
    assert all(flaw["expected"] for flaw in flaws)
    assert office.edition() == before
    assert office.says("dialplan show from-seat") == dialplan


def test_a_rehearsal_opens_no_door_and_leaves_nothing(office: Office, tmp_path: Path) -> None:
    pack = load_pack("foshan")
    quiet = rehearsal._quietened(
        texts_of(office.switch.settings, pack, datetime.now(UTC)),
        rehearsal.Folders(office.switch.base, tmp_path, tmp_path),
        rehearsal.Folders(tmp_path, tmp_path, tmp_path),
    )
    assert "enabled = yes" not in quiet["manager.conf"] + quiet["http.conf"]
    bound = {line for line in quiet["pjsip.conf"].splitlines() if line.startswith("bind =")}
    assert all(line.startswith("bind = 127.0.0.1:") for line in bound)
    assert not any(line.endswith((":0", f":{office.switch.settings.asterisk.sip_port}")) for line in bound)
    assert str(office.switch.base) not in quiet["asterisk.conf"]


def test_a_switch_that_can_t_start_with_it_says_so(office: Office) -> None:
    texts = texts_of(office.switch.settings, load_pack("foshan"), datetime.now(UTC))
    broken = texts | {"modules.conf": texts["modules.conf"] + "require = app_nosuch\n"}
    (flaw, *_) = office.room.try_out(broken).flaws
    assert isinstance(flaw, Misconfigured)
    assert "app_nosuch" in flaw.found
