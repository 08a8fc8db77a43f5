"""The floor is what its facts say, whenever one begins to follow them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from hotline import calls, presence
from hotline.facts import Fact
from hotline.floor import Count, Floor

pytestmark = pytest.mark.pure

DAY = datetime(2026, 11, 21, 16, tzinfo=UTC)  # midnight in Foshan
START = datetime(2026, 11, 22, 1, tzinfo=UTC)
EMPTY = Floor(DAY, {"general": 15, "english": 30})


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


class Story:
    """Signals become facts, and facts a floor."""

    def __init__(self, floor: Floor = EMPTY) -> None:
        self.floor = floor
        self.facts: list[Fact] = []
        self._calls: dict[str, calls.Call | None] = {}
        self._seats: dict[str, presence.Seat] = {}

    def call(self, *signals: calls.Signal) -> Story:
        for signal in signals:
            self._calls[signal.call], facts = calls.step(self._calls.get(signal.call), signal)
            self._follow(facts)
        return self

    def seat(self, *signals: presence.Signal) -> Story:
        for signal in signals:
            seat, facts = presence.step(self._seats.get(signal.extension), signal)
            self._seats[signal.extension] = seat
            self._follow(facts)
        return self

    def _follow(self, facts: Sequence[Fact]) -> None:
        self.facts += facts
        for fact in facts:
            self.floor = self.floor.after(fact)


def waits(id: str = "a1-1.1", seconds: float = 0, queue: str = "general") -> list[calls.Signal]:
    begin = {"call": id, "line": "12345", "caller": "13800138000", "linkedid": calls.channel(id)}
    return [
        calls.Entered(at=at(seconds), **begin),  # type: ignore[arg-type]
        calls.Queued(at=at(seconds), queue=queue, **begin),  # type: ignore[arg-type]
    ]


def answered(seconds: float, id: str = "a1-1.1", extension: str = "8001") -> calls.Signal:
    return calls.Answered(call=id, at=at(seconds), extension=extension)


def ended(seconds: float, id: str = "a1-1.1") -> calls.Signal:
    return calls.Ended(call=id, at=at(seconds))


def test_who_waits_the_longest_stands_first() -> None:
    floor = Story().call(*waits("a1-2.2", 5), *waits("a1-1.1", 0), *waits("a1-3.3", 1, "english")).floor
    assert [call.call for call in floor.waiting("general")] == ["a1-1.1", "a1-2.2"]
    general = next(row for row in floor.snapshot()["queues"] if row["queue"] == "general")
    assert (general["waiting"], general["longest_since"], general["offered"]) == (2, at(0).isoformat(), 2)


def test_calls_are_counted_within_their_target_and_beyond() -> None:
    story = Story()
    story.call(*waits("a1-1.1"), answered(15, "a1-1.1"), ended(60, "a1-1.1"))
    story.call(*waits("a1-2.2"), answered(16, "a1-2.2"), ended(60, "a1-2.2"))
    story.call(*waits("a1-3.3"), ended(5, "a1-3.3"))
    story.call(*waits("a1-4.4"), ended(50, "a1-4.4"))
    count = story.floor.counts["general"]
    assert count == Count(offered=4, answered=2, in_time=1, abandoned=2, soon=1, waited=31)
    assert (count.service_level, count.kept) == (1 / 2, 1 / 3)
    assert not story.floor.calls


def test_without_calls_there_is_no_level() -> None:
    assert Count().service_level is None
    assert Count(offered=1, abandoned=1, soon=1).kept is None


def test_a_call_that_is_passed_on_is_answered_once() -> None:
    story = Story().call(*waits(), answered(5), answered(30, extension="8002"), *waits(seconds=40)[1:])
    story.call(answered(45), ended(60))
    assert story.floor.counts["general"] == Count(offered=1, answered=1, in_time=1, waited=5)


def test_a_call_that_moves_to_another_queue_is_counted_there() -> None:
    story = Story().call(*waits(), *waits(queue="english", seconds=20)[1:])
    assert story.floor.counts == {"general": Count(), "english": Count(offered=1)}
    assert story.floor.waiting("english")[0].waiting_since == at(0)


def test_a_new_day_counts_from_nothing_and_keeps_who_waits() -> None:
    floor = Story().call(*waits()).floor.on(at(100))
    assert (floor.counts, len(floor.waiting("general"))) == ({}, 1)
    late = Story(floor).call(*waits("a1-9.9", 50))
    assert not late.floor.counts
    assert len(late.floor.waiting("general")) == 2


def test_who_waits_since_yesterday_and_moves_on_is_nobodys_call_of_today() -> None:
    story = Story(Story().call(*waits()).floor.on(at(100)))
    assert story.call(*waits(queue="english", seconds=120)[1:]).floor.counts == {}


def test_seats_show_their_state_and_since_when() -> None:
    story = Story().seat(
        presence.Joined(extension="8001", at=at(0), queue="general"),
        presence.Joined(extension="8002", at=at(1), queue="general"),
        presence.Paused(extension="8002", at=at(2), reason="meal"),
        presence.Talks(extension="8001", at=at(3), call="a1-1.1"),
    )
    first, second = story.floor.snapshot()["seats"]
    assert (first["state"], first["call"], first["since"]) == ("talking", "a1-1.1", at(3).isoformat())
    assert (second["state"], second["reason"], second["call"]) == ("paused", "meal", None)
    general = story.floor.snapshot()["queues"][1]
    assert (general["queue"], general["seats"], general["ready"]) == ("general", 2, 0)


def test_a_lost_link_is_shown_while_it_is_lost() -> None:
    lost = Fact("link.lost", "link:a1", at(5), data={"why": "silent"})
    floor = EMPTY.after(lost)
    assert floor.snapshot()["lost_at"] == at(5).isoformat()
    assert floor.after(Fact("link.restored", "link:a1", at(9))).lost_at is None


def test_what_is_of_no_concern_costs_nothing() -> None:
    assert EMPTY.after(Fact("ticket.opened", "ticket:1", at(0))) is EMPTY


def test_a_floor_begun_in_the_middle_of_a_call_goes_on_from_there() -> None:
    story = Story().call(*waits(), answered(5), ended(60))
    late = EMPTY
    for fact in story.facts[2:]:
        late = late.after(fact)
    assert late.counts["general"].answered == 1
    assert not late.calls


def test_the_floor_of_the_past_is_the_floor_of_that_moment() -> None:
    story = Story().call(*waits(), answered(5), ended(60))
    then = EMPTY
    for fact in story.facts:
        if fact.at <= at(30):
            then = then.after(fact)
    assert then.calls["a1-1.1"].state == "talking"


def test_a_snapshot_is_plain_json() -> None:
    story = Story().call(*waits()).seat(presence.Joined(extension="8001", at=at(0), queue="general"))
    assert json.loads(json.dumps(story.floor.snapshot())) == story.floor.snapshot()
