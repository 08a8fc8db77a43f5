"""From the two logs to calls: whatever the order, the doubles and the cuts, each call comes once and as it was."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline import calls, repairs
from hotline.facts import Fact
from hotline.repairs import TOLERANCE
from telephony.ami.parser import Parser
from telephony.repair.episodes import LONGEST, SETTLED, UNTOLD, Episode, Episodes
from telephony.repair.rows import QueueRow, Row, channel_row, queue_row
from telephony.translate import translate
from tests.pure.switchlogs import START, Plan, Wait, lines, parsed, plans

pytestmark = pytest.mark.pure

LATER = START + timedelta(hours=2)
SCENES = sorted(folder for folder in (Path(__file__).parent / "logs").iterdir())
TEMPLATES = Path(__file__).parents[2] / "dialplans" / "templates"


def read(
    queued: Iterable[Row], channels: Iterable[Row], until: datetime = LATER
) -> tuple[list[Episode], dict[str, int]]:
    """The finished calls, and the places from which to read on."""
    episodes: Episodes[int] = Episodes("a1")
    streams = [
        [(row.by_then, name, place, row) for place, row in enumerate(rows)]
        for name, rows in (("channels", channels), ("queue_log", queued))
    ]
    for _, name, place, row in heapq.merge(*streams, key=lambda item: item[:2]):
        episodes.take(name, place, row)
    return episodes.finished(until), episodes.unread(until)


def truths(found: Iterable[Episode]) -> dict[str, calls.Call]:
    """The calls that come of them."""
    replayed = {episode.call: repairs.replay(None, episode.signals)[0] for episode in found}
    return {id_: call for id_, call in replayed.items() if call}


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def near(moment: datetime | None, other: datetime | None, slack: timedelta = timedelta(0)) -> bool:
    return moment == other or (moment is not None and other is not None and abs(moment - other) <= slack)


def check(call: calls.Call, plan: Plan, slack: timedelta = timedelta(microseconds=10)) -> None:
    assert (call.queue, call.agent or "") == (plan.queue, plan.agent or call.agent or "")
    assert (call.outcome, call.is_over, call.inferred) == (plan.outcome, True, True)
    assert near(call.queued_at, at(plan.queued), slack)
    assert near(call.answered_at, at(plan.answered) if plan.is_answered else None, slack)


@given(plans())
def test_each_call_comes_once_as_it_was(made: list[Plan]) -> None:
    found, _ = read(*parsed(*lines(made)))
    assert sorted(episode.call for episode in found) == sorted(plan.call for plan in made)
    known = truths(found)
    for plan in made:
        call = known[plan.call]
        check(call, plan)
        assert (call.line, call.caller, call.language) == ("12319", "13800138000", "yue")
        assert near(call.ended_at, at(plan.ended), timedelta(microseconds=10))


@given(plans())
def test_queue_log_alone_is_enough_for_what_happened_in_queues(made: list[Plan]) -> None:
    queued, _ = parsed(*lines(made))
    known = truths(read(queued, [])[0])
    for plan in made:
        agent = plan.waits[-1].answered
        assert known[plan.call].queue == plan.queue
        assert known[plan.call].agent == agent or not agent
        assert known[plan.call].outcome == plan.outcome
        assert near(known[plan.call].queued_at, at(plan.queued), timedelta(seconds=1))


@given(plans())
def test_the_channel_log_alone_is_enough(made: list[Plan]) -> None:
    known = truths(read([], parsed(*lines(made))[1])[0])
    for plan in made:
        check(known[plan.call], plan)


@given(plans(), st.randoms(use_true_random=False))
def test_rows_that_come_twice_change_nothing(made: list[Plan], random: object) -> None:
    queued, channels = parsed(*lines(made))
    twice = [row for row in queued for _ in range(2)], [row for row in channels for _ in range(2)]
    once = truths(read(queued, channels)[0])
    assert truths(read(*twice)[0]) == once


@given(plans(), st.data())
def test_read_in_two_parts_from_the_kept_places_nothing_is_lost(
    made: list[Plan], data: st.DataObject
) -> None:
    """The first reading ends at any moment; the second begins where it said."""
    queued, channels = parsed(*lines(made))
    now = at(data.draw(st.floats(0, 700)))
    seen = [row for row in queued if row.by_then <= now], [row for row in channels if row.by_then <= now]
    first, places = read(*seen, until=now)
    rest = (
        queued[places.get("queue_log", len(seen[0])) :],
        channels[places.get("channels", len(seen[1])) :],
    )
    second, _ = read(*rest)
    whole = truths(read(queued, channels)[0])
    assert {**truths(second), **truths(first)} == whole
    for id_ in truths(second).keys() & truths(first).keys():
        believed = truths(first)[id_]
        episode = next(episode for episode in second if episode.call == id_)
        assert repairs.put_right(believed, repairs.as_it_was(believed, episode.signals)) == believed


@given(plans(), st.data())
def test_a_log_that_was_cut_never_makes_a_second_call(made: list[Plan], data: st.DataObject) -> None:
    queued, channels = parsed(*lines(made))
    lost = data.draw(st.integers(0, len(channels)))
    found, _ = read(queued, channels[lost:])
    ids = [episode.call for episode in found]
    assert len(ids) == len(set(ids))
    assert set(truths(found)) == {plan.call for plan in made}


def test_a_call_that_goes_on_is_kept_back_with_its_place() -> None:
    plan = Plan(1, 5, (Wait("citywide", 10, (), "8001"),), 60)
    queued, channels = parsed(*lines([Plan(2, 0, (Wait("urban", 4),), 1), plan]))
    going_on = [row for row in queued if row.at < at(40)], [row for row in channels if row.at < at(40)]
    found, places = read(*going_on, until=at(40))
    assert [episode.call for episode in found] == [Plan(2, 0, (), 0).call]
    own = next(place for place, row in enumerate(going_on[1]) if getattr(row, "root", "") == plan.channel)
    assert places["channels"] <= own


def test_a_call_that_just_ended_may_still_be_written_of() -> None:
    plan = Plan(1, 0, (Wait("citywide", 4),), 1)
    rows = parsed(*lines([plan]))
    last = max(row.by_then for part in rows for row in part)
    assert read(*rows, until=last + SETTLED / 2)[0] == []
    assert len(read(*rows, until=last + SETTLED)[0]) == 1


def test_the_channel_log_is_waited_for() -> None:
    queued, _ = parsed(*lines([Plan(1, 0, (Wait("citywide", 4),), 1)]))
    assert read(queued, [], until=queued[-1].by_then + UNTOLD / 2)[0] == []
    assert len(read(queued, [], until=queued[-1].by_then + UNTOLD)[0]) == 1


def test_a_call_that_asterisk_died_with_ended_at_its_last_sign_of_life() -> None:
    plan = Plan(1, 0, (Wait("citywide", 5, (), "8001"),), 500)
    queued, channels = parsed(*lines([plan]))
    alive = [row for row in queued if row.at < at(50)], [row for row in channels if row.at < at(50)]
    other = parsed(*lines([Plan(2, 30, (Wait("urban", 4),), 1)]))
    started = QueueRow(at(100), "NONE", "NONE", "NONE", "QUEUESTART")
    queued, channels = sorted([*alive[0], *other[0]], key=lambda r: r.by_then), [*alive[1], *other[1]]
    call = truths(read([*queued, started], sorted(channels, key=lambda r: r.by_then))[0])[plan.call]
    assert (call.outcome, call.agent) == ("answered", "8001")
    assert at(34) < (call.ended_at or START) < at(37)


def test_a_call_that_nothing_is_heard_of_is_given_up_unfinished() -> None:
    plan = Plan(1, 0, (Wait("citywide", 5, (), "8001"),), 500)
    rows = [[row for row in part if row.at < at(50)] for part in parsed(*lines([plan]))]
    found, places = read(*rows, until=at(60) + LONGEST)
    assert not truths(found)[plan.call].is_over
    assert places == {}


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_the_logs_of_a_real_call_say_what_was_heard_of_it(scene: Path) -> None:
    heard: dict[str, calls.Call] = {}
    facts: list[Fact] = []
    for message in Parser().feed((scene / "link.ami").read_bytes()):
        for signal in translate(message, "a1", START):
            if isinstance(signal, calls.Signal):
                call, happened = calls.step(heard.get(signal.call), signal)
                facts += happened
                heard |= {call.id: call} if call else {}
    queued = [queue_row(line) for line in (scene / "queue_log").read_text("utf-8").splitlines()]
    channels = [channel_row(line) for line in (scene / "calls.jsonl").read_text("utf-8").splitlines()]
    found, _ = read(
        [row for row in queued if row],
        [row for row in channels if row],
        datetime.max.replace(tzinfo=START.tzinfo),
    )
    known = truths(found)
    placed = {id_ for id_ in known if id_.startswith("a1-desk-")}
    assert set(heard) | placed == set(known)
    for id_, was in heard.items():
        call = known[id_]
        assert (call.line, call.caller, call.queue, call.agent, call.outcome, call.recording) == (
            was.line,
            was.caller,
            was.queue,
            was.agent,
            was.outcome,
            was.recording,
        )
        for name in ("entered_at", "queued_at", "answered_at", "ended_at", "handed_over_at"):
            assert near(getattr(call, name), getattr(was, name), TOLERANCE), name


@pytest.mark.parametrize("file", sorted(TEMPLATES.glob("extensions*.j2")), ids=lambda file: file.name)
def test_the_dialplan_never_says_two_things_in_direct_succession(file: Path) -> None:
    """The channel log would miss the second."""
    steps = [line for line in file.read_text("utf-8").splitlines() if "=>" in line]
    pairs = [(one, other) for one, other in pairwise(steps) if other.strip().startswith("same")]
    assert not [other for one, other in pairs if "UserEvent(" in one and "UserEvent(" in other]
