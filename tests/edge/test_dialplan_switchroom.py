"""Changing the switch over: all or nothing, whatever dies, whatever the switch says."""

from __future__ import annotations

import itertools
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from dialplans.editions import KEPT
from dialplans.folders import Folders, folders
from dialplans.readback import Readback
from dialplans.switchroom import Outcome, Switchroom
from hotline.errors import Misconfigured, Refused, Unreachable
from hotline.platform.exchange import Exchange, Tell
from hotline.settings import Settings

pytestmark = pytest.mark.edge

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
SPOKEN = [{"language": "cmn", "name": "recorded", "text": "您好", "recordings": ["recorded"]}]


def texts(word: str, **more: str) -> dict[str, str]:
    """A small configuration; a context is called `word`."""
    return {
        "asterisk.conf": "[directories]\n",
        "extensions.conf": f"[{word}]\nexten => s,1,Answer()\n",
        "queues.conf": "[citywide]\n",
        "sentences.json": json.dumps(SPOKEN),
        **more,
    }


@dataclass
class FakeSwitch:
    """A switch that reads `etc` when it is told to reload, and says what it read."""

    etc: Path
    runs: bool = True
    deaf: bool = False
    says_more: str = ""
    loaded: str = ""
    told: list[str] = field(default_factory=list)
    spoken: list[list[Mapping[str, Any]]] = field(default_factory=list)

    def exchange(self) -> Exchange:
        return Exchange(
            is_running=lambda: self.runs,
            tell=self.tell,
            rehearsing=self.rehearsing,
            speak=lambda rows, say: self.spoken.append(list(rows)),
        )

    def start(self) -> None:
        self.loaded, self.runs = (self.etc / "extensions.conf").read_text("utf-8"), True

    def tell(self, command: str) -> str:
        if not self.runs:
            raise Unreachable("no switch")
        self.told.append(command)
        if command == "dialplan reload" and not self.deaf:
            self.loaded = (self.etc / "extensions.conf").read_text("utf-8") + self.says_more
        return said_by(self.loaded, command)

    @contextmanager
    def rehearsing(self, base: Path) -> Iterator[Tell]:
        loaded = (base / "etc" / "extensions.conf").read_text("utf-8")
        complaints = [line for line in loaded.splitlines() if line.startswith("; complain ")]
        (base / "log" / "messages").write_text(
            "".join(
                f"[2026] WARNING[1] pbx_config.c: {line.removeprefix('; complain ')}\n" for line in complaints
            )
        )
        yield lambda command: said_by(loaded, command)


def said_by(loaded: str, command: str) -> str:
    """What a switch answers that has read the dialplan `loaded`."""
    if command == "core show applications":
        return "  Answer: Answer a channel.\n"
    if command != "dialplan show":
        return ""
    contexts = [line.strip("[]") for line in loaded.splitlines() if line.startswith("[")]
    return "".join(
        f"[ Context '{name}' created by 'pbx_config' ]\n  's' => 1. Answer()\n\n" for name in contexts
    )


@pytest.fixture
def place(settings: Settings) -> Folders:
    return folders(settings)


@pytest.fixture
def switch(place: Folders) -> FakeSwitch:
    return FakeSwitch(place.etc)


@pytest.fixture
def room(place: Folders, switch: FakeSwitch) -> Switchroom:
    """A switch that runs the configuration `old`."""
    made = Switchroom(place, switch.exchange())
    switch.runs = False
    assert made.change_over(texts("old"), 1, AT)
    switch.start()
    return made


def in_force(room: Switchroom) -> dict[str, str]:
    edition = room.editions.in_force()
    assert edition is not None
    return edition.texts()


def done(outcome: Outcome | None) -> Outcome:
    assert outcome is not None
    return outcome


def test_what_changed_is_spoken_brought_in_reloaded_and_read_back(
    room: Switchroom, switch: FakeSwitch, place: Folders
) -> None:
    outcome = done(room.change_over(texts("new"), 2, AT))
    assert (outcome.files, outcome.reloaded, outcome.flaws) == (
        ("extensions.conf",),
        ("dialplan reload",),
        (),
    )
    assert switch.told[0] == "dialplan reload"
    assert (place.etc / "extensions.conf").read_text() == texts("new")["extensions.conf"]
    assert switch.spoken[-1] == SPOKEN
    assert outcome.edition.startswith("0002-")


def test_the_same_again_changes_nothing_and_asks_nobody(room: Switchroom, switch: FakeSwitch) -> None:
    switch.told.clear()
    switch.spoken.clear()
    assert room.change_over(texts("old"), 9, AT) is None
    assert (switch.told, switch.spoken) == ([], [])


def test_a_flawed_one_never_reaches_the_switch_and_isn_t_tried_twice(
    room: Switchroom, switch: FakeSwitch
) -> None:
    flawed = texts("new", **{"extensions.conf": "[new]\nexten => s,1,Goto(nowhere,s,1)\n"})
    switch.told.clear()
    outcome = done(room.change_over(flawed, 2, AT))
    places = {flaw.where for flaw in outcome.flaws}
    assert places == {"extensions.conf line 2"}
    assert in_force(room) == texts("old")
    assert switch.told == []
    assert room.change_over(flawed, 2, AT) is None
    assert done(room.change_over(flawed, 2, AT, ordered=True)).flaws  # whoever orders it is told again


def test_what_a_throw_away_switch_complains_of_is_a_flaw_unless_it_always_does(
    place: Folders, switch: FakeSwitch
) -> None:
    room = Switchroom(place, switch.exchange())
    switch.runs = False
    machine = "; complain no sound card\n"
    first = texts("old", **{"extensions.conf": machine + "[old]\n"})
    assert not done(room.change_over(first, 1, AT)).flaws
    second = texts("new", **{"extensions.conf": machine + "[new]\n"})
    assert not done(room.change_over(second, 2, AT)).flaws
    third = texts(
        "x", **{"extensions.conf": machine + "; complain No closing bracket at line 7 of extensions.conf\n"}
    )
    (flaw,) = done(room.change_over(third, 3, AT)).flaws
    assert (flaw.where, flaw.found) == (
        "extensions.conf line 7",
        "No closing bracket at line 7 of extensions.conf",
    )


def test_a_switch_that_then_runs_something_else_is_swapped_back(room: Switchroom, switch: FakeSwitch) -> None:
    switch.says_more = "[strange]\n"
    outcome = done(room.change_over(texts("new"), 2, AT))
    assert [flaw.where for flaw in outcome.flaws] == ["the running switch, context strange"]
    assert in_force(room) == texts("old")
    assert switch.loaded.startswith("[old]")
    assert room.editions.has_refused()


def test_a_roll_back_stays_until_a_later_revision_or_an_order(room: Switchroom, switch: FakeSwitch) -> None:
    room.change_over(texts("new"), 2, AT)
    outcome = room.roll_back(2)
    assert (outcome.edition[:4], outcome.files) == ("0001", ("extensions.conf",))
    assert switch.loaded == texts("old")["extensions.conf"]
    assert room.change_over(texts("new"), 2, AT) is None
    assert room.change_over(texts("even newer"), 2, AT) is None  # nor when its minute comes
    assert done(room.change_over(texts("newer"), 3, AT)).edition.startswith("0002-")
    assert room.editions.held_at() is None
    room.roll_back(3)
    assert done(room.change_over(texts("newer"), 3, AT, ordered=True)).edition.startswith("0002-")


def test_there_is_nothing_before_the_first(room: Switchroom) -> None:
    with pytest.raises(Refused, match="no_earlier"):
        room.roll_back(1)
    assert room.editions.held_at() is None


def test_old_editions_go(room: Switchroom, place: Folders) -> None:
    for number in range(KEPT + 3):
        room.change_over(texts(f"new{number}"), number, AT)
    assert len(list(place.editions.glob("0*"))) == KEPT


def test_a_switch_that_starts_just_now_is_left_alone(room: Switchroom, switch: FakeSwitch) -> None:
    switch.runs = False
    with pytest.raises(Unreachable):
        room.change_over(texts("new"), 2, AT, running=True)
    assert in_force(room) == texts("old")


def test_a_folder_from_before_there_were_editions_becomes_the_one_before(
    place: Folders, switch: FakeSwitch
) -> None:
    place.etc.mkdir(parents=True)
    (place.etc / "extensions.conf").write_text("[ancient]\n")
    room = Switchroom(place, switch.exchange())
    switch.start()
    done(room.change_over(texts("new"), 1, AT))
    assert in_force(room) == texts("new")
    room.roll_back(1)
    assert (place.etc / "extensions.conf").read_text() == "[ancient]\n"


def test_a_first_one_that_the_switch_can_t_even_start_with_is_refused(
    place: Folders, switch: FakeSwitch
) -> None:
    @contextmanager
    def ending(base: Path) -> Iterator[Tell]:
        raise Misconfigured("the configuration", "it ended", "one that a switch starts with")
        yield

    exchange = switch.exchange()
    room = Switchroom(place, Exchange(lambda: False, exchange.tell, ending, exchange.speak))
    (flaw,) = done(room.change_over(texts("new"), 1, AT)).flaws
    assert flaw.found == "it ended"
    assert room.editions.in_force() is None


def test_after_a_death_between_rename_and_reload_the_switch_is_brought_in_line(
    room: Switchroom, switch: FakeSwitch
) -> None:
    switch.deaf = True
    edition = room.editions.add(
        texts("new"), 2, AT, Readback({"new": "'s' => 1. Answer()"}, {}, {}, {}).as_json()
    )
    room.editions.bring_in(edition)
    switch.deaf = False
    switch.told.clear()
    outcome = done(room.confirm())
    assert "dialplan reload" in outcome.reloaded
    assert switch.loaded == texts("new")["extensions.conf"]
    assert done(room.confirm()).reloaded == ()


CHANGES = frozenset({"os.rename", "os.symlink", "os.remove", "os.mkdir", "os.rmdir"})


def dies_at(last: int, act: Callable[[], object]) -> bool:
    """`act` in a process that is killed at its step `last`, a step being whatever changes a folder or makes a file.
    Whether it was killed: it isn't where there are fewer steps."""
    child = os.fork()
    if child == 0:
        steps = itertools.count(1)

        def hook(event: str, arguments: tuple[Any, ...]) -> None:
            makes = event == "open" and isinstance(arguments[2], int) and arguments[2] & os.O_CREAT
            if (event in CHANGES or makes) and next(steps) == last:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        try:
            act()
        except BaseException:
            os._exit(1)
        os._exit(0)
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert ended in (0, -signal.SIGKILL)
    return ended != 0


@pytest.mark.parametrize(
    ("act", "after"),
    [
        (lambda room: room.change_over(texts("new"), 3, AT), "new"),
        (lambda room: room.roll_back(2), "older"),
    ],
    ids=["change over", "roll back"],
)
def test_whoever_is_killed_at_any_step_leaves_one_or_the_other_and_never_a_mixture(
    act: Callable[[Switchroom], object], after: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # the power stays on
    seen = set()
    for last in itertools.count(1):
        switch, room = running_a_second_edition(tmp_path / str(last))
        killed = dies_at(last, partial(act, room))
        found = in_force(room)
        assert found in (texts("old"), texts(after))
        seen.add(found == texts("old"))
        switch.start()
        room.change_over(texts("newest"), 9, AT)  # and whoever comes next goes on as if nothing had been
        assert in_force(room) == texts("newest")
        assert room.roll_back(9).files
        assert in_force(room) in (texts("old"), texts(after))
        if not killed:
            break
    assert last > 10
    assert seen == {True, False}


def running_a_second_edition(base: Path) -> tuple[FakeSwitch, Switchroom]:
    """A switch of its own, which runs the second of two editions."""
    place = Folders(base, base / "sounds", base / "recordings")
    switch = FakeSwitch(place.etc, runs=False)
    room = Switchroom(place, switch.exchange())
    for revision, word in enumerate(("older", "old"), 1):
        room.change_over(texts(word), revision, AT)
    switch.start()
    return switch, room


def test_two_at_once_do_it_once(room: Switchroom, place: Folders) -> None:
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda _: room.change_over(texts("new"), 2, AT), range(4)))
    assert sum(outcome is not None for outcome in outcomes) == 1
    assert in_force(room) == texts("new")
    assert len(list(place.editions.glob("0*"))) == 2
