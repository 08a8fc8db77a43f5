"""Following the city's data and the clock: what the journal is told, and what costs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dialplans import chronicle
from dialplans.folders import folders
from dialplans.keeping import Keeping
from dialplans.switchroom import Switchroom
from hotline.errors import Misconfigured, Unreachable
from hotline.lines import line_at
from hotline.pack.load import read_pack
from hotline.pack.model import CityPack
from hotline.record import city
from hotline.record.city import Change
from hotline.settings import Settings
from hotline.store import Store
from tests.edge.test_dialplan_switchroom import FakeSwitch, texts

pytestmark = pytest.mark.edge

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
LATER = "2026-11-23 10:00"  # by the city's clock, an hour after AT
HOUR = timedelta(hours=1)


def render(settings: Settings, pack: CityPack, at: datetime) -> dict[str, str]:
    """A context is called by the mode and the name that line 12319 has at the moment."""
    line = line_at(pack.lines, "12319", at)
    if line is None or line.name_en == "broken":
        raise Misconfigured("extensions.conf.j2 line 3", "a broken template", "one that can be rendered")
    return texts(f"{line.mode}-{line.name_en}".replace(" ", "-"))


class Office:
    """A switch that is kept, its record, and a clock that stands still until it is moved."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings, self.store, self.at = settings, store, AT
        self.switch = FakeSwitch(folders(settings).etc, runs=False)
        self.room = Switchroom(folders(settings), self.switch.exchange())
        self.renderings = 0
        with store.transaction() as session:
            city.settle(session, read_pack("foshan"), AT)
            self.room.change_over(render(settings, city.read(session), AT), 1, AT)
        self.switch.start()
        self.keeping = self.another()

    def another(self) -> Keeping:
        return Keeping(self.settings, self.store, self.room, self._render)

    def _render(self, settings: Settings, pack: CityPack, at: datetime) -> dict[str, str]:
        self.renderings += 1
        return render(settings, pack, at)

    def look(self) -> None:
        self.keeping.look(self.at)

    def change(self, **values: Any) -> None:
        """A new revision in which line 12319 has other values."""
        self.change_all([values])

    def change_all(self, forms: list[Mapping[str, Any]]) -> None:
        """A new revision in which line 12319 is several, one after the other."""
        with self.store.transaction() as session:
            (row,) = (row for row in city.rows(session, "lines") if row.written["number"] == "12319")
            changes = [
                Change("lines", row.number if place == 0 else None, row.written | values)
                for place, values in enumerate(forms)
            ]
            city.change(session, changes, by="account:1", at=self.at)

    def told(self) -> list[tuple[str, int]]:
        """Kind and revision of every fact of the switch's configuration, the oldest first."""
        with self.store.transaction() as session:
            found = chronicle.newest(session, self.settings.asterisk.node, 100)
        return [(fact.kind.partition(".")[2], fact.data["revision"]) for fact in reversed(found)]

    def flaws(self) -> list[dict[str, str]]:
        with self.store.transaction() as session:
            return chronicle.newest(session, self.settings.asterisk.node, 1)[0].data["flaws"]


@pytest.fixture
def office(settings: Settings, store: Store) -> Office:
    return Office(settings, store)


def test_what_was_set_up_is_told_once(office: Office) -> None:
    office.look()
    office.look()
    office.keeping = office.another()
    office.look()
    assert office.told() == [("applied", 1)]


def test_a_new_revision_takes_effect(office: Office) -> None:
    office.look()
    office.change(name_en="Another name")
    office.look()
    assert office.switch.loaded.startswith("[dual-Another-name]")
    assert office.told() == [("applied", 1), ("applied", 2)]


def test_a_line_changes_at_its_minute_by_itself(office: Office) -> None:
    office.change_all([{"valid_until": LATER}, {"valid_from": LATER, "mode": "merged"}])
    office.look()
    before = office.switch.loaded
    office.at = AT + HOUR - timedelta(seconds=1)
    office.look()
    assert office.switch.loaded == before
    office.at = AT + HOUR
    office.look()
    assert office.switch.loaded.startswith("[merged-")
    assert office.told()[-1] == ("applied", 2)


def test_while_nothing_changes_nothing_is_rendered_and_the_switch_isn_t_asked(office: Office) -> None:
    office.look()
    office.switch.told.clear()
    office.renderings = 0
    for second in range(100):
        office.keeping.look(AT + timedelta(seconds=second))
    assert (office.renderings, office.switch.told) == (0, [])


def test_a_revision_that_means_nothing_to_the_switch_is_in_force_at_once(office: Office) -> None:
    office.look()
    office.switch.told.clear()
    office.change(name_zh="别的名字")
    office.look()
    office.keeping = office.another()
    office.look()
    assert office.told() == [("applied", 1), ("applied", 2)]
    assert not [command for command in office.switch.told if "reload" in command]


def test_a_broken_one_is_refused_once_and_the_switch_goes_on(office: Office) -> None:
    office.look()
    before = office.switch.loaded
    office.change(name_en="broken")
    office.look()
    office.keeping = office.another()
    office.look()
    assert office.switch.loaded == before
    assert office.told() == [("applied", 1), ("refused", 2)]
    assert office.flaws() == [
        {
            "where": "extensions.conf.j2 line 3",
            "found": "a broken template",
            "expected": "one that can be rendered",
        }
    ]
    office.change(name_en="mended")
    office.look()
    assert office.told()[-1] == ("applied", 3)


def test_a_switch_that_is_away_is_changed_over_when_it_is_back(office: Office) -> None:
    office.look()
    office.change(name_en="Another name")
    office.switch.runs = False
    with pytest.raises(Unreachable):
        office.look()
    office.switch.start()
    office.look()
    assert office.switch.loaded.startswith("[dual-Another-name]")


def test_a_roll_back_by_somebody_else_is_left_alone_and_told_once(office: Office) -> None:
    office.look()
    office.change(name_en="Another name")
    office.look()
    with office.store.transaction() as session:
        outcome = office.room.roll_back(city.newest(session))
        chronicle.note(session, office.settings.asterisk.node, outcome, AT, rolled_back=True)
    office.look()
    office.at += HOUR
    office.look()
    assert "Another" not in office.switch.loaded
    assert office.told() == [("applied", 1), ("applied", 2), ("rolled_back", 1)]
    office.change(name_en="A third name")
    office.look()
    assert office.told()[-1] == ("applied", 3)
