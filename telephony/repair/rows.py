"""Rows of Asterisk's own two records, as plain values: what happened in a queue, and what happened to a channel. Pure.

A row that makes no sense is None: one broken line must not hide those around it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

NOBODY = frozenset({"", "NONE", "MANAGER", "REALTIME"})  # stand where a row of queue_log is about no call


@dataclass(frozen=True)
class QueueRow:
    """A row of queue_log. `channel` is the caller's unique id, `member` the seat's name; `data` as Asterisk documents
    it for each event. Files have whole seconds: it happened up to one second after `at`.
    """

    at: datetime
    channel: str
    queue: str
    member: str
    event: str
    data: tuple[str, ...] = ()

    @property
    def is_about_a_call(self) -> bool:
        return self.channel not in NOBODY

    @property
    def by_then(self) -> datetime:
        """A moment at which it had surely happened."""
        return self.at if self.at.microsecond else self.at + timedelta(seconds=1)

    def number(self, place: int) -> int:
        """The whole number at this place of its data; 0 where there is none."""
        text = self.data[place] if len(self.data) > place else ""
        return int(text) if text.isascii() and text.isdigit() else 0


@dataclass(frozen=True)
class ChannelRow:
    """A row of the channel log. `root` is the Linkedid; `extra` what some events add."""

    at: datetime
    event: str
    uniqueid: str
    root: str
    channel: str
    number: str = ""
    exten: str = ""
    context: str = ""
    app: str = ""
    data: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def by_then(self) -> datetime:
        return self.at


Row = QueueRow | ChannelRow


def queue_row(line: str) -> QueueRow | None:
    """`time|call|queue|agent|event|data…`, as in the file."""
    at, *columns = line.rstrip("\r\n").split("|")
    return queue_row_of(at, columns)


def queue_row_of(at: str, columns: Sequence[str]) -> QueueRow | None:
    """The same from a table's columns: call, queue, agent, event, data1, data2…"""
    moment = read_moment(at)
    if moment is None or len(columns) < 4:
        return None
    channel, queue, member, event, *data = columns
    return QueueRow(moment, channel, queue, member, event, tuple(data))


def channel_row(line: str) -> ChannelRow | None:
    """One JSON object, as `cel_custom` writes it."""
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return channel_row_of(found) if isinstance(found, dict) else None


def channel_row_of(found: Mapping[str, Any]) -> ChannelRow | None:
    """The same from a table's columns, by their names there. Other columns are passed over."""

    def one(*names: str) -> str:
        return next((str(found[name]) for name in names if found.get(name) is not None), "")

    at = read_moment(one("eventtime"))
    if at is None or not one("eventtype") or not one("uniqueid"):
        return None
    return ChannelRow(
        at=at,
        event=one("eventtype"),
        uniqueid=one("uniqueid"),
        root=one("linkedid") or one("uniqueid"),
        channel=one("channame"),
        number=one("num", "cid_num"),
        exten=one("exten"),
        context=one("context"),
        app=one("appname"),
        data=one("appdata"),
        extra=_extra(one("eventextra", "extra")),
    )


def read_moment(text: str) -> datetime | None:
    """Seconds since 1970, or ISO 8601, which is taken for UTC unless it says otherwise."""
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError):
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)


def _extra(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
