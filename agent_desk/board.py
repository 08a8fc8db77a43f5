"""The floor as this process knows it: opened from the record once, then taken along the journal, each fact once; and
opened anew when a call that was counted already has been put right.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from threading import Lock

from sqlmodel import Session

from agent_desk.house import House
from hotline import journal
from hotline.floor import Floor
from hotline.record import floor as record
from hotline.repairs import REPAIRED

CATCH_UP = 5000  # facts that are followed one by one; with more, opening it anew is quicker


class Board:
    """One floor for all who watch it. Safe to share between threads."""

    def __init__(self, house: House, at: datetime) -> None:
        self._house = house
        self._lock = Lock()
        self._floor, self._horizon, self._counted = self._opened(at)

    def now(self, session: Session, at: datetime) -> Floor:
        """The floor with every fact that is certain in this transaction."""
        with self._lock:
            day = self._day(at)
            if day > self._floor.day:
                self._floor = self._floor.on(day)
            reading = journal.read(session, self._horizon, CATCH_UP)
            if reading.complete and not self._is_mended(reading):
                self._follow(reading)
            else:
                self._floor, self._horizon, self._counted = self._opened(at)
            return self._floor

    def _is_mended(self, reading: journal.Reading) -> bool:
        """Whether a call has been put right since the floor was opened."""
        return any(fact.kind == REPAIRED and fact.id not in self._counted for fact in reading.facts)

    def _follow(self, reading: journal.Reading) -> None:
        for fact in reading.facts:
            if fact.id not in self._counted:
                self._floor = self._floor.after(fact)
        self._counted -= {fact.id for fact in reading.facts if fact.id}
        self._horizon = reading.horizon

    def _opened(self, at: datetime) -> tuple[Floor, int, set[int]]:
        """All of it in one snapshot; and the facts that are counted in it though they will be read again."""
        node = self._house.settings.asterisk.node
        with self._house.store.transaction() as session:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            horizon = journal.horizon(session)
            floor = record.opened(session, node, self._day(at), self._targets())
            return floor, horizon, set(journal.seen_since(session, horizon))

    def _day(self, at: datetime) -> datetime:
        local = at.astimezone(self._house.zone)
        return local.replace(hour=0, minute=0, second=0, microsecond=0)

    def _targets(self) -> Mapping[str, int]:
        return {queue.name: queue.answer_target for queue in self._house.city.queues}
