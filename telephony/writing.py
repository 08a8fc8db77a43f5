"""Writing down what was heard: what one transaction makes of entries of the spool. Each is applied exactly once, as
the record keeps the number of the last one beside what it led to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog
from sqlmodel import Session

from hotline import calls
from hotline.facts import Fact
from hotline.presence import Seat
from hotline.record import calls as record
from hotline.record import links
from hotline.record.calls import Signal
from hotline.repairs import Gap
from hotline.store import Store
from telephony.ami.parser import Message
from telephony.lineup import SETTLED, Snapshot, corrections, read
from telephony.look import unpacked
from telephony.spool import Entry, Kind
from telephony.translate import translate

# What a late event may still tell of a call that has been looked at since: that it was there, and that it is over.
NEWS_ANYWAY = (calls.Entered, calls.Placed, calls.Ended, calls.Recorded, calls.Renamed)

log = structlog.get_logger()


@dataclass
class Written:
    """What came of some entries. `seats` and `seen` are those of a look among them; `failed` and `ignored` count
    events that raised and signals that changed nothing.
    """

    facts: list[Fact] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    seen: Snapshot | None = None
    seats: list[Seat] = field(default_factory=list)
    last_look: Snapshot | None = None
    corrected: int = 0
    ignored: int = 0
    failed: int = 0


class Writer:
    """Writes what was heard of the switch `node` into `store`."""

    def __init__(self, store: Store, node: str) -> None:
        self._store = store
        self._node = node
        self._last_look: Snapshot | None = None

    def write(self, entries: Sequence[Entry], waiting: int = 0, skipped: int = 0) -> Written | None:
        """Write all of `entries` in one transaction; None, and nothing is written, if some of them have been before."""
        with self._store.transaction() as session:
            if not self._advance(session, entries, waiting):
                return None
            written = self._happen(session, entries)
            links.count(session, self._node, written.failed, skipped)
        self._last_look = written.last_look
        return written

    def pass_over(self, entry: Entry) -> None:
        """Count `entry`, which can't be written, and never try it again."""
        with self._store.transaction() as session:
            if self._advance(session, [entry]):
                links.count(session, self._node, failed=1)

    def written_up_to(self) -> int:
        """The number of the last entry that is in the record."""
        with self._store.transaction() as session:
            return links.applied(session, self._node)

    def rewind(self, number: int) -> None:
        """Take entries above `number` for unwritten, whatever was written before under such numbers."""
        with self._store.transaction() as session:
            links.rewind(session, self._node, number)

    def _advance(self, session: Session, entries: Sequence[Entry], waiting: int = 0) -> bool:
        first, last = entries[0], entries[-1]
        # What a new process puts there by itself is no word of the switch: its beginning asks for the last one.
        heard_at = None if any(entry.kind is Kind.BEGUN for entry in entries) else last.at
        return links.advance(session, self._node, first.number, last.number, heard_at, waiting)

    def _happen(self, session: Session, entries: Sequence[Entry]) -> Written:
        written = Written(last_look=self._last_look)
        signals: list[Signal] = []
        for entry in entries:
            if entry.kind is Kind.MESSAGE:
                signals += self._signals(entry, written)
            else:
                self._apply(session, signals, written)
                signals = []
                self._note(session, entry, written)
        self._apply(session, signals, written)
        return written

    def _signals(self, entry: Entry, written: Written) -> list[Signal]:
        message = Message(raw=entry.body)
        try:
            signals = translate(message, self._node, entry.at)
        except Exception:
            written.failed += 1
            log.exception("event not understood", event_name=message.event)
            return []
        return [signal for signal in signals if not _is_late(signal, written.last_look)]

    def _apply(self, session: Session, signals: Sequence[Signal], written: Written) -> list[Fact]:
        if not signals:
            return []
        applied = record.apply(session, signals, self._node)
        written.facts += applied.facts
        written.ignored += applied.ignored
        return list(applied.facts)

    def _note(self, session: Session, entry: Entry, written: Written) -> None:
        if entry.kind is Kind.BEGUN:
            links.begin(session, self._node, entry.at)
        elif entry.kind is Kind.LOST:
            links.lose(session, self._node, entry.at, entry.body.decode())
        elif entry.kind is Kind.REFUSED:
            links.refuse(session, self._node, entry.at, entry.body.decode())
        else:
            self._line_up(session, entry, written)

    def _line_up(self, session: Session, entry: Entry, written: Written) -> None:
        seen = read(unpacked(entry.body), entry.at)
        open_calls, seats = record.open_calls(session, self._node), record.all_seats(session)
        ignored = written.ignored
        corrected = self._apply(session, corrections(seen, self._node, open_calls, seats), written)
        written.ignored = ignored  # most of what a look says is known already
        written.corrected += len(corrected)
        written.last_look = written.seen = seen
        written.seats = record.all_seats(session)
        if entry.kind is Kind.LOOK:
            links.drift(session, self._node, entry.at, corrected)
        elif lost_at := links.restore(session, self._node, entry.at, corrected):
            written.gaps.append(Gap(lost_at, entry.at))


def _is_late(signal: Signal, last_look: Snapshot | None) -> bool:
    """Whether it tells of a time before the last look, which knows better. What changed shortly before it was left
    alone by the lining up, and so may still be told.
    """
    if last_look is None or signal.at >= last_look.at - SETTLED:
        return False
    is_new = isinstance(signal, calls.Queued) and all(leg.call != signal.call for leg in last_look.legs)
    return not (is_new or isinstance(signal, NEWS_ANYWAY))
