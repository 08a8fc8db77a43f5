"""Where a switch's own records are, by the settings: our own switch's files, files of another, or its tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol

from hotline.record.repair import Position
from hotline.settings import Settings
from telephony.repair.files import LogFile, Placed
from telephony.repair.rows import Row, channel_row, queue_row
from telephony.repair.tables import LogTable, channel_columns, queue_columns
from telephony.switch.start import folder

QUEUES, CHANNELS = "queue_log", "channels"
DATABASE = "postgresql://"


class Stream(Protocol):
    """Rows in the order in which they were written."""

    def read(self, since: Position | None, read_at: datetime | None = None) -> Iterator[Placed]:
        """The rows since then."""

    def between(self, start: datetime, end: datetime) -> Iterator[Row]:
        """The rows of that time."""


def streams(settings: Settings) -> Mapping[str, Stream]:
    """By name. Of a foreign switch only those that the settings tell of."""
    switch, own = settings.asterisk, folder(settings) / "log"
    places = {
        QUEUES: switch.queue_log or _own(settings, own / "queue_log"),
        CHANNELS: switch.channel_log or _own(settings, own / "cel-custom" / "calls.jsonl"),
    }
    return {name: _stream(name, place) for name, place in places.items() if place}


def _own(settings: Settings, file: Path) -> str:
    return "" if settings.asterisk.external else str(file)


def _stream(name: str, place: str) -> Stream:
    if place.startswith(DATABASE):
        return LogTable(place, "queue_log", queue_columns) if name == QUEUES else _channels_at(place)
    parse: Callable[[str], Row | None] = queue_row if name == QUEUES else channel_row
    return LogFile(Path(place), parse)


def _channels_at(url: str) -> LogTable:
    return LogTable(url, "cel", channel_columns)
