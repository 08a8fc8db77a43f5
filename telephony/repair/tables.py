"""Asterisk's own records where a foreign Asterisk writes them: the tables `queue_log` and `cel` of a PostgreSQL, as its
own schema makes them (each with a growing `id`). They are only read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql

from hotline.errors import Unreachable
from hotline.record.repair import Position
from telephony.repair.files import Placed
from telephony.repair.rows import Row, channel_row_of, queue_row_of

AT_ONCE = 5000  # rows that are fetched together
LAST = 2**63 - 1
FIRST = timedelta(days=1)
OUT_OF_ORDER = timedelta(hours=1)  # rows have their numbers from several writers
_ONWARDS = "SELECT id, to_jsonb(found) FROM {} AS found WHERE id > %s ORDER BY id LIMIT %s"
_BACKWARDS = "SELECT id, to_jsonb(found) FROM {} AS found WHERE id < %s ORDER BY id DESC LIMIT %s"
_QUEUE_COLUMNS = ("callid", "queuename", "agent", "event", "data1", "data2", "data3", "data4", "data5")


@dataclass(frozen=True)
class LogTable:
    """The table `name` at `url`, whose rows are understood by `parse`."""

    url: str
    name: str
    parse: Callable[[Mapping[str, Any]], Row | None]

    def read(self, since: Position | None, read_at: datetime | None = None) -> Iterator[Placed]:
        """What was written since then; without a position, the last day's. Raises `Unreachable`."""
        place = since or Position("", self._beginning())
        for number, found in self._rows(place.offset):
            behind = Position("", number)
            yield Placed(self.parse(found), place, behind)
            place = behind

    def between(self, start: datetime, end: datetime) -> Iterator[Row]:
        """The rows of that time, looked for from the newest. Raises `Unreachable`."""
        found: list[Row] = []
        for _, columns in self._rows(LAST, backwards=True):
            row = self.parse(columns)
            if row and row.at < start - OUT_OF_ORDER:
                break
            found += [row] if row and start <= row.at < end else []
        yield from reversed(found)

    def _beginning(self) -> int:
        """The row before the last day's: what a foreign switch wrote in the years before is no affair of ours."""
        newest: datetime | None = None
        for number, columns in self._rows(LAST, backwards=True):
            if row := self.parse(columns):
                newest = newest or row.at
                if newest - row.at > FIRST:
                    return number
        return 0

    def _rows(self, place: int, backwards: bool = False) -> Iterator[tuple[int, Mapping[str, Any]]]:
        asked = _BACKWARDS if backwards else _ONWARDS
        statement = sql.SQL(asked).format(sql.Identifier(self.name))
        try:
            with psycopg.connect(self.url, options="-c timezone=UTC", connect_timeout=5) as connection:
                while rows := connection.execute(statement, (place, AT_ONCE)).fetchall():
                    yield from ((int(number), columns) for number, columns in rows)
                    place = int(rows[-1][0])
        except psycopg.OperationalError as error:
            raise Unreachable(
                f"the switch's table {self.name} can't be read: {type(error).__name__}"
            ) from None


def queue_columns(found: Mapping[str, Any]) -> Row | None:
    """A row of the table `queue_log`."""
    return queue_row_of(str(found.get("time") or ""), [str(found.get(name) or "") for name in _QUEUE_COLUMNS])


def channel_columns(found: Mapping[str, Any]) -> Row | None:
    """A row of the table `cel`."""
    return channel_row_of(found)
