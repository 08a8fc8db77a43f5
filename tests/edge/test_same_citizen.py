"""Citizens who are one person: found, made one, told apart, and parted again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sqlmodel import col, select

from hotline import journal
from hotline.errors import Refused
from hotline.record import citizens, same_citizen
from hotline.record.same_citizen import DOUBT, ONE, TWO, Account
from hotline.store import Store
from hotline.store.tables import Citizen, CitizenMerge, CitizenPair, FactRow, Ticket
from tests.edge.conftest import Town
from tests.edge.visitors import Hall

pytestmark = pytest.mark.edge

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
DOOR = "百花路18号3座502"


@dataclass(frozen=True)
class Register:
    """A record into which people are entered."""

    store: Store

    def enter(self, number: str, name: str, address: str = "", enterprise: str = "") -> int:
        with self.store.transaction() as session:
            return citizens.introduce(
                session,
                numbers=[number],
                name=name,
                address=address,
                area="zumiao",
                enterprise=enterprise,
                at=AT,
            )

    def search(self) -> Account:
        return same_citizen.search(self.store, AT)

    def pair(self) -> CitizenPair:
        with self.store.transaction() as session:
            return session.exec(select(CitizenPair)).one()

    def owner(self, number: str) -> int | None:
        with self.store.transaction() as session:
            found = citizens.who_has(session, number)
            return found.id if found else None


@pytest.fixture
def register(store: Store) -> Register:
    return Register(store)


def test_one_name_behind_one_door_is_one_person(register: Register) -> None:
    first = register.enter("16000000101", "李丽", f"禅城区{DOOR}")
    register.enter("16000000102", "李 丽", f"{DOOR}房")
    assert register.search() == Account(merged=1, doubtful=0)
    assert register.owner("16000000102") == first


def test_a_doubtful_pair_waits_for_a_person(register: Register) -> None:
    first, second = register.enter("16000000101", "李丽", DOOR), register.enter("16000000102", "李女士", DOOR)
    assert register.search() == Account(merged=0, doubtful=1)
    pair = register.pair()
    assert (pair.first, pair.second, pair.state) == (first, second, DOUBT)
    with register.store.transaction() as session:
        same_citizen.decide(session, pair.id or 0, True, "account:1", AT)
    assert register.owner("16000000102") == first
    with register.store.transaction() as session, pytest.raises(Refused, match=r"pair\.decided"):
        same_citizen.decide(session, pair.id or 0, False, "account:1", AT)


def test_searching_again_changes_nothing(register: Register) -> None:
    register.enter("16000000101", "李丽", DOOR)
    register.enter("16000000102", "李女士", DOOR)
    register.enter("16000000103", "李丽", DOOR)
    assert register.search().merged == 1
    assert register.search() == Account()


def test_who_was_told_apart_stays_apart(register: Register) -> None:
    register.enter("16000000101", "李丽", DOOR)
    register.enter("16000000102", "李女士", DOOR)
    register.search()
    with register.store.transaction() as session:
        same_citizen.decide(session, register.pair().id or 0, False, "account:1", AT)
    assert register.search() == Account()
    assert register.pair().state == TWO


def test_a_crowd_behind_one_key_is_no_person(register: Register) -> None:
    for n in range(same_citizen.LARGEST_CROWD + 1):
        register.enter(f"160000002{n:02}", "李女士", DOOR)
    assert register.search() == Account()


def test_three_entries_of_one_person_become_one(register: Register) -> None:
    ids = [register.enter(f"1600000010{n}", "李丽", DOOR) for n in range(3)]
    register.search()
    assert {register.owner(f"1600000010{n}") for n in range(3)} == {ids[0]}
    with register.store.transaction() as session:
        assert all(pair.state == ONE for pair in session.exec(select(CitizenPair)))


def test_what_only_the_other_knew_is_kept_and_returns(register: Register) -> None:
    first = register.enter("16000000101", "李丽", "", "百花陶瓷厂")
    second = register.enter("16000000102", "李丽", DOOR, "百花陶瓷厂")
    with register.store.transaction() as session:
        made = same_citizen.merge(session, first, second, "account:1", AT)
        assert made is not None
        assert session.get_one(Citizen, first).address == DOOR
    with register.store.transaction() as session:
        same_citizen.undo(session, made.id or 0, "account:1", AT)
        assert session.get_one(Citizen, first).address == ""
        assert session.get_one(Citizen, second).merged_into is None


def test_an_undone_merge_returns_numbers_and_tickets(hall: Hall, town: Town) -> None:
    agent = hall.visitor("chenjiaqi")
    ticket = hall.open_ticket(agent, number="16000000201", name="李丽")
    register = Register(town.store)
    kept = register.enter("16000000202", "李丽")
    with town.store.transaction() as session:
        gone = citizens.who_has(session, "16000000201")
        assert gone is not None
        made = same_citizen.merge(session, kept, gone.id or 0, "account:1", AT)
        assert made is not None
        owners = [made.kept, made.gone]
    assert owner_of(town.store, ticket) == owners[0]
    assert register.owner("16000000201") == register.owner("16000000202") == owners[0]
    with town.store.transaction() as session:
        same_citizen.undo(session, made.id or 0, "account:1", AT)
    assert {register.owner("16000000201"), register.owner("16000000202")} == set(owners)
    assert owner_of(town.store, ticket) == gone.id
    with town.store.transaction() as session, pytest.raises(Refused, match=r"merge\.undone"):
        same_citizen.undo(session, made.id or 0, "account:1", AT)


def test_a_merge_under_another_is_undone_after_it(register: Register) -> None:
    a, b, c = (register.enter(f"1600000010{n}", f"人{n}") for n in range(3))
    with register.store.transaction() as session:
        inner = same_citizen.merge(session, b, c, "account:1", AT)
        outer = same_citizen.merge(session, a, c, "account:1", AT)  # c is b by now
        assert inner is not None
        assert outer is not None
        assert (outer.kept, outer.gone) == (a, b)
    with register.store.transaction() as session:
        with pytest.raises(Refused, match=r"merge\.covered"):
            same_citizen.undo(session, inner.id or 0, "account:1", AT)
        same_citizen.undo(session, outer.id or 0, "account:1", AT)
        same_citizen.undo(session, inner.id or 0, "account:1", AT)
    assert [register.owner(f"1600000010{n}") for n in range(3)] == [a, b, c]


def test_each_step_is_a_fact(register: Register) -> None:
    first, second = register.enter("16000000101", "李丽"), register.enter("16000000102", "李丽")
    with register.store.transaction() as session:
        made = same_citizen.merge(session, first, second, "account:1", AT)
        assert made is not None
        same_citizen.undo(session, made.id or 0, "account:2", AT)
        journal.write(session)
        kinds = select(FactRow.kind, FactRow.by).where(
            col(FactRow.kind).in_(["citizen.merged", "citizen.parted"])
        )
        assert list(session.exec(kinds)) == [("citizen.merged", "account:1"), ("citizen.parted", "account:2")]
        assert session.exec(select(CitizenMerge)).one().undone_by == "account:2"


def owner_of(store: Store, ticket: int) -> int:
    with store.transaction() as session:
        return session.get_one(Ticket, ticket).citizen


def test_unknown_pairs_and_merges_are_refused(store: Store) -> None:
    with store.transaction() as session:
        with pytest.raises(Refused, match=r"pair\.unknown"):
            same_citizen.decide(session, 10**9, True, "account:1", AT)
        with pytest.raises(Refused, match=r"merge\.unknown"):
            same_citizen.undo(session, 10**9, "account:1", AT)
