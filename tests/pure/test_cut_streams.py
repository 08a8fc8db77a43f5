"""What a real Asterisk said of real calls, cut at every message and with gaps anywhere: whatever was missed, the repair
from its own logs brings each call to where whoever heard all of it has it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import chain
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline import calls, repairs
from hotline.repairs import TOLERANCE, Gap
from telephony.ami.parser import Message, Parser
from telephony.repair.rows import ChannelRow, Row, channel_row, queue_row
from telephony.translate import moment
from tests.pure.replaying import START, Record
from tests.pure.test_repair_episodes import near, read

pytestmark = pytest.mark.pure

SCENES = sorted(folder for folder in (Path(__file__).parent / "logs").iterdir())
PLACED = "a1-desk-00ff"  # every call to a citizen has this id in the recordings: two of them don't meet
ALWAYS, NEVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
SAME = (
    "direction",
    "line",
    "caller",
    "state",
    "outcome",
    "queue",
    "agent",
    "recording",
    "party",
    "party_stands",
)
NEAR = ("entered_at", "queued_at", "answered_at", "handed_over_at", "ended_at")


@dataclass(frozen=True)
class Recording:
    """What a real Asterisk said of one call, and what it wrote down of it in both of its logs."""

    said: Sequence[Message]
    queued: Sequence[Row]
    channels: Sequence[Row]

    @property
    def has_placed(self) -> bool:
        """Whether there is a call in it that we placed ourselves."""
        return any(
            row.uniqueid == calls.channel(PLACED) for row in self.channels if isinstance(row, ChannelRow)
        )


@cache
def recording(scene: Path) -> Recording:
    """The recording in the folder `scene`."""
    queued, channels = (
        (scene / name).read_text("utf-8").splitlines() for name in ("queue_log", "calls.jsonl")
    )
    return Recording(
        said=Parser().feed((scene / "link.ami").read_bytes()),
        queued=[row for line in queued if (row := queue_row(line))],
        channels=[row for line in channels if (row := channel_row(line))],
    )


class Switch:
    """Some recordings as one switch would have made them: what it said, in an order drawn by `random` that keeps each
    recording's own, and what it wrote. Each recording has a clock of its own.
    """

    def __init__(self, scenes: Sequence[Path], random: Random) -> None:
        recordings = [recording(scene) for scene in scenes]
        self.said = _mixed([one.said for one in recordings], random)
        self.has_placed = any(one.has_placed for one in recordings)
        self.queued = _in_order(chain.from_iterable(one.queued for one in recordings))
        self.channels = _in_order(chain.from_iterable(one.channels for one in recordings))
        self.whole = self.heard(0, 0).calls

    def heard(self, first: int, last: int) -> Record:
        """The record of somebody who missed the messages from `first` until before `last`. It knows of calls that were
        ordered.
        """
        record = Record()
        if self.has_placed:
            record.place(PLACED)
        return record.hear(message for _, message in chain(self.said[:first], self.said[last:]))

    def gaps(self, first: int, last: int) -> list[Gap]:
        """That time by each recording's clock: from its last message before it to its first one after."""
        before = {n: moment(message, START) for n, message in self.said[:first]}
        after = {n: moment(message, START) for n, message in reversed(self.said[last:])}
        clocks = {n for n, _ in self.said}
        return [Gap(before.get(n, ALWAYS), after.get(n, NEVER)) for n in clocks]

    def check(self, first: int, last: int) -> None:
        """Each call ended once at most, and is, once repaired, what it is for whoever heard everything."""
        record = self.heard(first, last)
        ends = [fact.call for fact in record.facts if fact.kind == "call.ended"]
        assert len(ends) == len(set(ends))
        mended = self._repaired(record.calls, self.gaps(first, last))
        assert mended.keys() == self.whole.keys()
        for id, call in self.whole.items():
            for name in SAME:
                assert getattr(mended[id], name) == getattr(call, name), (id, name)
            for name in NEAR:
                assert near(getattr(mended[id], name), getattr(call, name), TOLERANCE), (id, name)

    def _repaired(self, known: Mapping[str, calls.Call], gaps: Sequence[Gap]) -> Mapping[str, calls.Call]:
        mended = dict(known)
        for episode in read(self.queued, self.channels, until=NEVER)[0]:
            believed = mended.get(episode.call)
            if believed is None:
                became, _ = repairs.replay(None, episode.signals)
            else:
                became = repairs.put_right(believed, repairs.as_it_was(believed, episode.signals), gaps)
            mended |= {episode.call: became} if became else {}
        return mended


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_a_stream_that_is_cut_at_any_message(scene: Path) -> None:
    """Nothing is heard behind the cut, or nothing before it."""
    switch = Switch([scene], Random(0))
    for cut in range(len(switch.said) + 1):
        switch.check(cut, len(switch.said))
        switch.check(0, cut)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(SCENES), min_size=1, max_size=4, unique=True), st.randoms(), st.data())
def test_streams_that_interleave_in_any_way_and_have_a_gap_anywhere(
    scenes: list[Path], random: Random, data: st.DataObject
) -> None:
    placed = [scene for scene in scenes if recording(scene).has_placed]
    switch = Switch([scene for scene in scenes if scene not in placed[1:]], random)
    first = data.draw(st.integers(0, len(switch.said)))
    switch.check(first, data.draw(st.integers(first, len(switch.said))))


def _mixed(streams: Sequence[Sequence[Message]], random: Random) -> list[tuple[int, Message]]:
    """Each message with the number of its stream."""
    waiting = [(n, deque(stream)) for n, stream in enumerate(streams) if stream]
    mixed = []
    while waiting:
        n, stream = random.choice(waiting)
        mixed.append((n, stream.popleft()))
        waiting = [one for one in waiting if one[1]]
    return mixed


def _in_order(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: row.by_then)
