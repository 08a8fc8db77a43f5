"""The people of these stories at their browsers, and a clock that goes as the story does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest
from sqlmodel import col, select

from dispatch.sweep import sweep
from hotline.record import accounts
from hotline.roles import Role
from hotline.store.tables import Account, ClockRow, FactRow, OrderRequest, Ticket, TicketEntry, WorkOrder
from tests.edge.conftest import PASSWORD
from tests.edge.visitors import Hall, Visitor

AGENT, DISPATCHER, SUPERVISOR = "chenjiaqi", "tanweiming", "guanshufen"
TOWN, BUREAU, DISTRICT = "zumiao-office", "chancheng-urban-management", "chancheng-government"
WITH_VILLAGE, VILLAGE = "zhangcha-office", "zhangcha-liantang-committee"
HAPPY = {"satisfaction": "very_satisfied", "solution": "solved", "responded": True}
CROSS = {"satisfaction": "dissatisfied", "solution": "unsolved", "responded": True, "why": "result"}


@dataclass
class World:
    """The hotline and its units. `at` is the time for everybody; nothing happens in between."""

    hall: Hall
    at: datetime
    logged_in: dict[str, Visitor] = field(default_factory=dict)

    def later(self, **much: float) -> None:
        """Time passes: the clocks' steps are taken, and everybody comes back to a fresh page."""
        self.at += timedelta(**much)
        self.logged_in.clear()
        with self.hall.town.store.transaction() as session:
            while sweep(session, self.hall.town.city, self.at):
                pass

    def by(self, who: str) -> Visitor:
        """Somebody of the centre by their login, or the leader of a unit by its code, who also does the work there."""
        if who not in self.logged_in:
            if who in self.hall.town.city.units:
                self._settle(who)
            self.logged_in[who] = self.hall.visitor(who)
        return self.logged_in[who]

    def does(self, who: str, path: str, **said: Any) -> httpx2.Response:
        """Somebody does something that is allowed."""
        answer = self.by(who).post(path, **said)
        assert answer.is_success, answer.text
        return answer

    def is_refused(self, who: str, path: str, **said: Any) -> str:
        """Somebody tries something and is told why not; the reason's key."""
        answer = self.by(who).post(path, **said)
        assert not answer.is_success
        return str(answer.json()["key"])

    def opens(self, unit: str = "", **about: Any) -> int:
        """An agent writes a ticket down and sends it to `unit`."""
        return self.hall.open_ticket(self.by(AGENT), unit, **about)

    def asks(self, who: str, order: int, what: str, **said: Any) -> int:
        """A unit asks for something; the request's id."""
        self.does(who, f"/api/orders/{order}/{what}", **said)
        with self.hall.town.store.transaction() as session:
            mine = select(OrderRequest.id).where(OrderRequest.work_order == order)
            return int(session.exec(mine.order_by(col(OrderRequest.id).desc())).first() or 0)

    def ticket(self, identity: int) -> Ticket:
        with self.hall.town.store.transaction() as session:
            found = session.get_one(Ticket, identity)
            session.expunge(found)
            return found

    def orders(self, ticket: int) -> list[WorkOrder]:
        """The ticket's work orders, oldest first."""
        with self.hall.town.store.transaction() as session:
            mine = select(WorkOrder).where(WorkOrder.ticket == ticket).order_by(col(WorkOrder.id))
            found = list(session.exec(mine))
            for one in found:
                session.expunge(one)
            return found

    def stands(self, ticket: int) -> tuple[str, list[tuple[str, str]]]:
        """The ticket's state, and each order's unit and state."""
        return self.ticket(ticket).state, [(one.unit, one.state) for one in self.orders(ticket)]

    def heard(self, ticket: int) -> list[str]:
        """What the citizen could read, in order."""
        with self.hall.town.store.transaction() as session:
            mine = select(TicketEntry).where(TicketEntry.ticket == ticket, TicketEntry.audience == "citizen")
            return [one.text for one in session.exec(mine.order_by(col(TicketEntry.id)))]

    def facts(self, ticket: int, *kinds: str) -> list[FactRow]:
        """What the journal says of the ticket, of some kinds only where they are named."""
        with self.hall.town.store.transaction() as session:
            mine = select(FactRow).where(FactRow.ticket == ticket).order_by(col(FactRow.id))
            found = [one for one in session.exec(mine) if not kinds or one.kind in kinds]
            for one in found:
                session.expunge(one)
            return found

    def due(self, ticket: int, kind: str, order: int | None = None) -> datetime | None:
        """When the newest clock of that kind is due; None while it stands."""
        with self.hall.town.store.transaction() as session:
            mine = select(ClockRow).where(
                ClockRow.ticket == ticket, ClockRow.kind == kind, ClockRow.work_order == order
            )
            found = session.exec(mine.order_by(col(ClockRow.id).desc())).first()
            assert found is not None
            return found.due_at

    def _settle(self, unit: str) -> None:
        with self.hall.town.store.transaction() as session:
            if session.exec(select(Account).where(Account.login == unit)).first() is None:
                session.add(
                    Account(
                        login=unit,
                        name=unit,
                        password_hash=accounts.hash_password(PASSWORD),
                        roles=[Role.UNIT_LEADER, Role.UNIT_STAFF],
                        unit=unit,
                        created_at=self.at,
                    )
                )


@contextmanager
def world_in(hall: Hall, patch: pytest.MonkeyPatch) -> Iterator[World]:
    """The world of a hall, whose requests all happen at its time."""
    world = World(hall, hall.town.at)
    for edge in ("agent_desk.visit.now", "agent_desk.login.now"):
        patch.setattr(edge, lambda: world.at)
    yield world
