"""The floor opened from the record is the floor that the same facts draw."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hotline import calls, journal, presence
from hotline.floor import Floor
from hotline.record import floor as record
from hotline.record.calls import Signal, apply
from hotline.record.links import advance, lose, restore
from hotline.store import Store

pytestmark = pytest.mark.edge

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
TARGETS = {"general": 15, "english": 30}


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def call(number: int, queue: str, answer: float | None, end: float | None) -> list[Signal]:
    id = f"a1-{number}.1"
    begin = {"call": id, "line": "12345", "caller": "13800138000", "linkedid": f"{number}.1"}
    told: list[Signal] = [
        calls.Entered(at=at(number), **begin),  # type: ignore[arg-type]
        calls.Queued(at=at(number + 1), queue=queue, **begin),  # type: ignore[arg-type]
    ]
    if answer is not None:
        told.append(calls.Offered(call=id, at=at(number + 2), extension=f"80{number:02d}"))
        told.append(calls.Answered(call=id, at=at(number + 1 + answer), extension=f"80{number:02d}"))
    if end is not None:
        told.append(calls.Ended(call=id, at=at(number + 1 + end)))
    return told


def test_both_ways_lead_to_the_same_floor(store: Store) -> None:
    signals = [
        presence.Joined(extension="8001", at=at(0), queue="general"),
        presence.Paused(extension="8001", at=at(1), reason="meal"),
        *call(1, "general", 5, 60),
        *call(2, "general", 20, 60),
        *call(3, "general", None, 4),
        *call(4, "general", None, 40),
        *call(5, "english", 25, None),
        *call(6, "english", None, None),
    ]
    with store.transaction() as session:
        apply(session, signals, "a1")
        advance(session, "a1", 1, 1, at(0), 0)
        restore(session, "a1", at(0), [])
        lose(session, "a1", at(90), "silent")
    with store.transaction() as session:
        facts = journal.read(session, 0).facts
        opened = record.opened(session, "a1", START, TARGETS)
    drawn = Floor(START, TARGETS)
    for fact in facts:
        drawn = drawn.after(fact)
    assert opened.counts["general"].offered == 4
    assert opened.lost_at == at(90)
    assert opened.snapshot() == drawn.snapshot()


def test_yesterday_is_not_counted_today(store: Store) -> None:
    with store.transaction() as session:
        apply(session, call(1, "general", 5, 60), "a1")
    with store.transaction() as session:
        today = record.opened(session, "a1", at(3600), TARGETS)
        yesterday = record.opened(session, "a1", START, TARGETS)
    assert not today.counts
    assert today == replace(yesterday, day=at(3600), counts={})
