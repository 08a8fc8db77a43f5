"""The page of doubtful pairs: one at a time, decided, put off, and taken back."""

from __future__ import annotations

import pytest
from sqlmodel import select

from hotline.record import citizens, same_citizen
from hotline.store.tables import Citizen, FactRow
from tests.edge.conftest import Town
from tests.edge.visitors import Hall

pytestmark = pytest.mark.edge


@pytest.fixture
def pairs(town: Town) -> None:
    """Two doubtful pairs."""
    for n, (name, door) in enumerate(
        [("梁丽", "3座502"), ("梁女士", "3座502"), ("何强", "1座101"), ("何先生", "1座101")]
    ):
        with town.store.transaction() as session:
            citizens.introduce(
                session,
                numbers=[f"1600000090{n}"],
                name=name,
                address=f"百花路18号{door}",
                area="zumiao",
                enterprise="",
                at=town.at,
            )
    assert same_citizen.search(town.store, town.at).doubtful == 2


@pytest.mark.usefixtures("pairs")
def test_pairs_are_decided_one_after_the_other(hall: Hall) -> None:
    lead = hall.visitor("guanshufen")
    assert "梁丽" in lead.page("/citizens").text
    with hall.town.store.transaction() as session:
        first, second = [pair.id for pair in same_citizen.doubtful(session, 2)]
    told = lead.post(f"/api/citizens/pairs/{first}", is_one=True).json()
    assert "何强" in lead.read("/citizens/pair").text
    assert lead.post(told["undo"]["url"]).status_code == 200
    assert lead.post(told["undo"]["url"]).json()["key"] == "merge.undone"
    assert "undo" not in lead.post(f"/api/citizens/pairs/{second}", is_one=False).json()
    assert lead.post(f"/api/citizens/pairs/{second}", is_one=True).json()["key"] == "pair.decided"


@pytest.mark.usefixtures("pairs")
def test_a_pair_can_wait(hall: Hall) -> None:
    lead = hall.visitor("guanshufen")
    with hall.town.store.transaction() as session:
        first = same_citizen.doubtful(session, 1)[0].id
    later = lead.page(f"/citizens?later={first}").text
    assert "何强" in later
    assert "梁丽" not in later.replace("data-src", "")


@pytest.mark.usefixtures("pairs")
def test_who_looked_is_in_the_journal(hall: Hall) -> None:
    hall.visitor("guanshufen").page("/citizens")
    with hall.town.store.transaction() as session:
        seen = session.exec(select(FactRow.subject).where(FactRow.kind == "person.viewed")).all()
        names = {session.get_one(Citizen, int(one.partition(":")[2])).name for one in seen}
    assert names == {"梁丽", "梁女士"}


def test_nobody_else_comes_in(hall: Hall) -> None:
    for login in ("chenjiaqi", "admin"):
        visitor = hall.visitor(login)
        assert visitor.read("/citizens").status_code == 403
        assert visitor.post("/api/citizens/pairs/1", is_one=True).status_code == 403
        assert visitor.post("/api/citizens/search").status_code == 403
