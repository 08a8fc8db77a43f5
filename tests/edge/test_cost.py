"""What an act costs in statements, as the architecture page says. A change that costs more has to say so there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event

from tests.edge.visitors import TICKET, Hall

pytestmark = pytest.mark.edge


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """Those that are sent while the block runs."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(" ".join(statement.split())[:90])

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_opening_a_ticket_costs_ten_statements_for_a_new_citizen_and_for_a_known_one(hall: Hall) -> None:
    agent = hall.visitor("chenjiaqi")
    for place in ("百花路18号", "同济路1号"):
        with statements(hall.town.store.engine) as sent:
            ticket = TICKET | {"number": "13900000009", "place": place}
            assert agent.post("/api/tickets", **ticket).status_code == 201
        assert len(sent) <= 10, sent


def test_a_request_of_a_logged_in_person_costs_one_statement_of_its_own(hall: Hall) -> None:
    agent = hall.visitor("chenjiaqi")
    with statements(hall.town.store.engine) as sent:
        assert agent.read("/api/place?q=祖庙").status_code == 200
    assert len(sent) == 1, sent
