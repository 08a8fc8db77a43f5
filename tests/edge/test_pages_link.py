"""While nobody listens to the switch, desks and boards say so, and stop saying so when somebody does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agent_desk.topics import granted, topics_of
from hotline.facts import Fact
from hotline.record import links
from tests.edge.conftest import Town
from tests.edge.visitors import Hall

pytestmark = pytest.mark.edge

AT = datetime(2026, 11, 23, 1, 30, 5, tzinfo=UTC)  # 09:30:05 in the city
PARTS = [
    ("chenjiaqi", "/desk"),
    ("chenjiaqi", "/desk/link"),
    ("guanshufen", "/floor"),
    ("guanshufen", "/floor/board"),
]


def listened(town: Town) -> None:
    with town.store.transaction() as session:
        links.advance(session, "a1", 1, 1, AT, 2_500)
        links.restore(session, "a1", AT, [])


@pytest.mark.parametrize(("login", "path"), PARTS)
def test_nothing_is_said_while_somebody_listens(hall: Hall, town: Town, login: str, path: str) -> None:
    visitor = hall.visitor(login, "en")
    assert "The link to the switch has been down" not in visitor.read(path).text
    listened(town)
    assert "The link to the switch has been down" not in visitor.read(path).text


@pytest.mark.parametrize(("login", "path"), PARTS)
def test_a_gap_is_shown_while_it_lasts(hall: Hall, town: Town, login: str, path: str) -> None:
    visitor = hall.visitor(login, "en")
    listened(town)
    with town.store.transaction() as session:
        links.lose(session, "a1", AT, "silent")
    assert "has been down since 09:30:05" in visitor.read(path).text
    with town.store.transaction() as session:
        links.restore(session, "a1", AT, [])
    assert "has been down since" not in visitor.read(path).text


@pytest.mark.parametrize(("login", "path"), PARTS)
def test_a_refused_account_is_told_apart(hall: Hall, town: Town, login: str, path: str) -> None:
    listened(town)
    with town.store.transaction() as session:
        links.lose(session, "a1", AT, "closed")
        links.refuse(session, "a1", AT, "Authentication failed")
    assert "has refused our account since 09:30:05" in hall.visitor(login, "en").read(path).text


def test_supervisors_see_how_the_link_has_fared(hall: Hall, town: Town) -> None:
    listened(town)
    with town.store.transaction() as session:
        links.lose(session, "a1", AT, "closed")
        links.restore(session, "a1", AT.replace(second=47), [])
    board = hall.visitor("guanshufen", "en").read("/floor/board").text
    assert "Corrected after gaps" in board
    assert "42 s" in board


def test_desks_and_boards_hear_of_it(town: Town) -> None:
    lost = Fact("link.lost", "link:a1", AT)
    with town.store.transaction() as session:
        agent, supervisor = town.viewer("chenjiaqi"), town.viewer("guanshufen")
        assert topics_of(lost, agent, granted(session, agent, ["link", "seat"])) == ["link"]
        assert topics_of(lost, supervisor, granted(session, supervisor, ["floor"])) == ["floor"]
