"""Nineteen old systems come into one record: every row accounted for, twice the same, and people made one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlmodel import col, func, select

from hotline.imports import run as runs
from hotline.imports.account import Account
from hotline.imports.mapping import read_mapping
from hotline.imports.run import Asked
from hotline.record import same_citizen
from hotline.store.tables import CitizenNumber, Imported, ImportedOpen, ImportRun, Ticket
from tests.edge.conftest import Town
from tests.legacy.exports import Dirt, Export, export
from tests.legacy.people import Sort
from tests.legacy.people import Town as Register
from tests.legacy.systems import SYSTEMS

pytestmark = pytest.mark.edge

TICKETS = 40  # good ones of each system


@dataclass(frozen=True)
class Merging:
    """The exports, and a record that takes them in."""

    town: Town
    folder: Path
    exports: list[Export]

    def bring(self, made: Export) -> ImportRun:
        data, mapping = made.write(self.folder)
        text = mapping.read_text("utf-8")
        asked = Asked(data, data.name, read_mapping(text, mapping.name), text, "operator:me")
        run = runs.begin(self.town.store, asked, self.town.at)
        return runs.go(
            self.town.store,
            self.town.city,
            run,
            asked,
            folder=self.folder / "rejects",
            language="zh_Hans",
            now=lambda: self.town.at,
        )

    def bring_all(self) -> list[Account]:
        return [runs.account_of(self.bring(made)) for made in self.exports]


@pytest.fixture
def merging(town: Town, tmp_path: Path) -> Merging:
    register = Register(TICKETS * 4)
    return Merging(town, tmp_path, [export(system, register, TICKETS, Dirt(), seed=7) for system in SYSTEMS])


def test_every_row_of_every_system_is_accounted_for_and_a_second_time_changes_nothing(
    merging: Merging,
) -> None:
    first = merging.bring_all()
    assert first == [
        Account(
            rows=len(made.rows),
            loaded=len(made.good),
            duplicate=made.dirt.repeated,
            rejected=made.dirt.rejected,
        )
        for made in merging.exports
    ]
    counts = _counts(merging)
    second = merging.bring_all()
    assert second == [
        Account(
            rows=len(made.rows),
            duplicate=len(made.good) + made.dirt.repeated,
            rejected=made.dirt.rejected,
        )
        for made in merging.exports
    ]
    assert _counts(merging) == counts
    assert all(account.adds_up for account in first + second)


def test_each_rejected_row_is_named(merging: Merging) -> None:
    for made in merging.exports:
        run = merging.bring(made)
        written = (merging.folder / "rejects" / Path(run.rejects).name).read_text("utf-8-sig").splitlines()
        assert len(written) >= 1 + made.dirt.rejected
        assert sum(sum(reasons.values()) for reasons in run.reasons.values()) >= made.dirt.rejected


def test_open_tickets_go_on_and_old_numbers_are_kept(merging: Merging) -> None:
    merging.bring_all()
    with merging.town.store.transaction() as session:
        open_ones = session.exec(select(func.count()).select_from(ImportedOpen)).one()
        keys = Counter(session.exec(select(Imported.source).where(Imported.kind == "tickets")))
    assert open_ones == sum(made.open for made in merging.exports)
    assert keys == {made.system.line: len(made.good) for made in merging.exports}


def test_people_of_several_systems_become_one(merging: Merging) -> None:
    merging.bring_all()
    numbers = {row["contact"].translate(_DUST) for made in merging.exports for row in made.good}
    register = Register(TICKETS * 4)
    twice = [p for p in register.people if {p.number_in("12315"), p.number_in("12316")} <= numbers]
    sorts = Counter(person.sort for person in twice if person.sort is not Sort.ONE)
    found = same_citizen.search(merging.town.store, merging.town.at)
    assert (found.merged, found.doubtful) == (sorts[Sort.CERTAIN], sorts[Sort.DOUBTFUL])
    assert found.merged > 0
    assert found.doubtful > 0
    with merging.town.store.transaction() as session:
        mine = select(CitizenNumber.citizen).where(col(CitizenNumber.number).in_(numbers))
        assert len(set(session.exec(mine))) == len(numbers) - found.merged


_DUST = dict.fromkeys(map(ord, " －"), None)


def _counts(merging: Merging) -> list[int]:
    with merging.town.store.transaction() as session:
        return [
            session.exec(select(func.count()).select_from(table)).one()
            for table in (Ticket, CitizenNumber, Imported)
        ]
