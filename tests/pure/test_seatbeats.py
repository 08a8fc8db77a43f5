"""A seat takes calls only while its page says that it can."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from agent_desk.seatbeats import GRACE, SeatBeats
from hotline.roles import Role
from hotline.viewer import Viewer

pytestmark = pytest.mark.pure

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
FIT = {"registered": True, "microphone": True, "visible": True}


def agent(extension: str | None = "8001") -> Viewer:
    return Viewer(1, "chenjiaqi", "陈嘉琪", frozenset({Role.AGENT}), extension=extension)


def test_a_seat_that_beats_is_fit() -> None:
    beats = SeatBeats()
    beats.hear(agent(), FIT, START)
    assert beats.is_fit("8001", START + GRACE - timedelta(seconds=1))
    assert beats.unfit(START + GRACE - timedelta(seconds=1)) == []


def test_a_seat_that_falls_silent_is_named_once() -> None:
    beats = SeatBeats()
    beats.hear(agent(), FIT, START)
    assert beats.unfit(START + GRACE) == ["8001"]
    assert beats.unfit(START + 2 * GRACE) == []


@pytest.mark.parametrize("lost", ["registered", "microphone"])
def test_a_seat_without_telephone_or_microphone_becomes_unfit_while_it_beats(lost: str) -> None:
    beats = SeatBeats()
    beats.hear(agent(), FIT, START)
    for seconds in range(0, 21, 5):
        beats.hear(agent(), FIT | {lost: False}, START + timedelta(seconds=seconds))
    assert beats.unfit(START + GRACE) == ["8001"]


def test_a_page_that_is_loaded_anew_is_not_unfit() -> None:
    beats = SeatBeats()
    beats.hear(agent(), FIT, START)
    beats.hear(agent(), FIT | {"registered": False}, START + timedelta(seconds=2))
    beats.hear(agent(), FIT, START + timedelta(seconds=4))
    assert beats.unfit(START + GRACE) == []


@pytest.mark.parametrize("said", [None, 7, "seat", [], {}, {"registered": 1, "microphone": "yes"}])
def test_what_is_not_a_beat_is_passed_over(said: object) -> None:
    beats = SeatBeats()
    beats.hear(agent(), said, START)
    beats.hear(agent(None), FIT, START)
    assert not beats.is_fit("8001", START)
