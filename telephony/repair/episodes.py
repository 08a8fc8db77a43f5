"""From two streams of rows to episodes: all that Asterisk wrote about one call, once the call is certainly over. Pure.

What is still going on is kept back, and with it the place in each stream from which it has to be read again.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from hotline import calls
from telephony.repair.rows import ChannelRow, QueueRow, Row
from telephony.repair.signals import LAST_WORDS, SAME, ends, said_call, signals

SETTLED = timedelta(seconds=10)  # a row that is written later than that after what it tells of comes too late
UNTOLD = timedelta(
    seconds=60
)  # how long the channel log is waited for, where queue_log alone knows a call's end
LONGEST = timedelta(hours=12)  # a call of which nothing was written for so long is waited for no more
EARLIEST = datetime.min.replace(tzinfo=UTC)
AT_START = "QUEUESTART"  # what Asterisk writes into queue_log when it starts

Place = TypeVar("Place")


@dataclass(frozen=True)
class Episode:
    """One call, over. `signals` are what happened, in order and marked as inferred."""

    call: str
    signals: tuple[calls.Signal, ...]


@dataclass
class _Open:
    """The rows of a call so far."""

    rows: list[Row] = field(default_factory=list)
    ended_at: datetime | None = None

    @property
    def first(self) -> datetime:
        return min(row.by_then for row in self.rows)

    @property
    def last(self) -> datetime:
        return max(row.by_then for row in self.rows)

    @property
    def is_in_channel_log(self) -> bool:
        return any(isinstance(row, ChannelRow) for row in self.rows)

    @property
    def is_told_to_the_end(self) -> bool:
        return isinstance(self.rows[-1], QueueRow) and self.rows[-1].event in LAST_WORDS


class Episodes(Generic[Place]):
    """Takes rows in the order of `by_then`, each with the place where it stands in its stream."""

    def __init__(self, node: str) -> None:
        self._node = node
        self._roots: dict[str, str] = {}
        self._open: dict[str, _Open] = {}
        self._taken: dict[str, deque[tuple[datetime, Place]]] = defaultdict(deque)
        self._starts: list[tuple[datetime, datetime]] = []
        self._latest = EARLIEST

    def take(self, stream: str, place: Place, row: Row) -> None:
        """One row of `stream`."""
        self._taken[stream].append((row.by_then, place))
        if isinstance(row, QueueRow) and row.event == AT_START:
            self._starts.append((row.at, self._latest))
        for root in self._roots_of(row):
            episode = self._open.setdefault(root, _Open())
            episode.rows.append(row)
            if ends(row, root):
                episode.ended_at = row.at
        self._latest = max(self._latest, row.by_then)

    def finished(self, until: datetime) -> list[Episode]:
        """The calls that were over for long enough at `until`, up to which all has been read. Each comes once."""
        ready = [root for root, episode in self._open.items() if self._is_ready(episode, until)]
        return [self._close(root) for root in sorted(ready)]

    def unread(self, until: datetime) -> dict[str, Place]:
        """Per stream, the place of the first row that has to be read again: as old as the first one of any call that
        isn't finished, or so young that others may still be written before it. Streams without one aren't in it.
        """
        since = min([until - SETTLED, *(episode.first for episode in self._open.values())]) - SAME
        for taken in self._taken.values():
            while taken and taken[0][0] < since:
                taken.popleft()
        return {stream: taken[0][1] for stream, taken in self._taken.items() if taken}

    def _roots_of(self, row: Row) -> Iterator[str]:
        """The channel ids of the calls that a row is about. A transfer is about the caller's too."""
        if isinstance(row, QueueRow):
            if row.is_about_a_call:
                yield self._roots.get(row.channel, row.channel)
            return
        own = self._root_of(row, calls.channel(said_call(row)))
        yield own
        transferee = str(row.extra.get("transferee_channel_uniqueid") or "")
        if transferee and self._roots.get(transferee, transferee) != own:
            yield self._roots.get(transferee, transferee)

    def _root_of(self, row: ChannelRow, said: str) -> str:
        """The channel that the row's call began with: as the dialplan says, or where its channel began, whatever
        Linkedid it has got since. What was taken for a call of its own before this was known goes there.
        """
        root = said or self._roots.get(row.uniqueid, row.root)
        if self._roots.get(row.uniqueid) != root:
            self._roots[row.uniqueid] = root
            if root != row.uniqueid and row.uniqueid in self._open:
                self._open.setdefault(root, _Open()).rows += self._open.pop(row.uniqueid).rows
        return root

    def _is_ready(self, episode: _Open, until: datetime) -> bool:
        quiet = until - episode.last
        if quiet > LONGEST or self._last_sign(episode):
            return True
        if episode.is_in_channel_log:
            return episode.ended_at is not None and quiet >= SETTLED
        return episode.is_told_to_the_end and quiet >= UNTOLD

    def _last_sign(self, episode: _Open) -> datetime | None:
        """The last sign of life before Asterisk started anew, if nothing was heard of the call after that."""
        return next((sign for at, sign in self._starts if at >= episode.last), None)

    def _close(self, root: str) -> Episode:
        episode, call = self._open.pop(root), calls.name(self._node, root)
        sign = self._last_sign(episode)
        found = signals(call, episode.rows)
        if sign and episode.ended_at is None:
            found.append(calls.Ended(call=call, at=max(sign, episode.last), inferred=True))
        for row in episode.rows:
            if isinstance(row, ChannelRow):
                self._roots.pop(row.uniqueid, None)
        return Episode(call, tuple(found))
