"""A pause that Asterisk repeats for each queue is news once."""

from __future__ import annotations

import pytest

from telephony.ami.parser import Message
from telephony.pauses import Pauses

pytestmark = pytest.mark.pure


def member(event: str, **headers: str) -> Message:
    return Message({"Event": event, "Interface": "PJSIP/8001", **headers})


def paused(queue: str, reason: str = "break", **headers: str) -> Message:
    return member("QueueMemberPause", Queue=queue, Paused="1", PausedReason=reason, **headers)


UNPAUSED = member("QueueMemberPause", Paused="0")


def test_the_same_pause_in_the_next_queue_is_no_news() -> None:
    pauses = Pauses()
    assert [pauses.repeats(paused(queue)) for queue in ("general", "english")] == [False, True]


def test_another_reason_another_seat_and_the_end_are_news() -> None:
    pauses = Pauses()
    said = [paused("general"), paused("general", "meal"), paused("general", Interface="PJSIP/8002"), UNPAUSED]
    assert not any(pauses.repeats(message) for message in said)


def test_a_pause_after_its_end_is_news_again() -> None:
    pauses = Pauses()
    assert not any(pauses.repeats(message) for message in (paused("general"), UNPAUSED, paused("general")))


def test_after_a_seat_came_into_a_queue_its_pause_is_news_again() -> None:
    pauses = Pauses()
    said = (paused("general"), member("QueueMemberAdded", Paused="0"), paused("general"))
    assert not any(pauses.repeats(message) for message in said)


def test_after_a_look_every_pause_is_news_again() -> None:
    pauses = Pauses()
    pauses.repeats(paused("general"))
    pauses.forget()
    assert not pauses.repeats(paused("general"))


def test_what_is_no_pause_is_never_a_repetition() -> None:
    pauses, rang = Pauses(), member("AgentCalled")
    assert not pauses.repeats(rang)
    assert not pauses.repeats(rang)
