"""A ticket's story is told in the order of its facts, with the clocks under the deed that moved them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from agent_desk.story import SENTENCES, Names, tell
from dispatch import orders
from hotline.facts import Fact
from hotline.record import tickets

pytestmark = pytest.mark.pure

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
NAMES = Names(
    language="en",
    unit=lambda code: code.title(),
    person=lambda by: by.replace("account:", "person "),
    queue=lambda code: code.title(),
    seat=lambda extension: f"seat {extension}",
    line=lambda number: f"line {number}",
    branch=lambda number: f"centre {number}",
    time=lambda at: f"{at:%d %H:%M}",
)
SILENT = {
    # told by the order's own facts
    "ticket.dispatched",
    "ticket.replied",
    # without a command as yet
    *("ticket.sent_back", "ticket.transferred", "ticket.voided"),
}


def fact(kind: str, seconds: int = 0, **data: object) -> Fact:
    return Fact(kind, "x:1", AT + timedelta(seconds=seconds), by="account:7", data=data)


def clock(kind: str, name: str, hours: int) -> Fact:
    return fact(kind, clock=name, due=(AT + timedelta(hours=hours)).isoformat())


def test_clocks_stand_under_the_deed_that_moved_them() -> None:
    told = tell(
        [
            fact("order.issued", unit="streets", reason="their place"),
            clock("clock.stopped", "dispatch", 1),
            clock("clock.started", "sign", 8),
            fact("order.signed", 9, unit="streets"),
        ],
        NAMES,
    )
    assert [(line.text, line.detail, line.clocks) for line in told] == [
        ("Dispatched to Streets", "their place", ("Dispatch by: in time", "Sign by 23 09:00")),
        ("Streets signed for it", "", ()),
    ]
    assert {line.who for line in told} == {"person 7"}


def test_a_promise_kept_too_late_says_so() -> None:
    (line,) = tell([clock("clock.stopped", "sign", -1)], NAMES)
    assert (line.text, line.clocks) == ("Clock stopped", ("Sign by: late",))


def test_calls_in_both_directions_are_told_as_what_they_were() -> None:
    told = tell(
        [
            fact("call.entered", line="12319", direction="in"),
            fact("call.answered", 1, extension="8001", direction="in"),
            fact("call.ended", 2, outcome="answered", talked=83.4, direction="in"),
            fact("call.placed", 3, extension="8001", direction="out"),
            fact("call.answered", 4, extension="8001", direction="out"),
        ],
        NAMES,
    )
    assert [(line.text, line.detail) for line in told] == [
        ("The citizen called line 12319", ""),
        ("seat 8001 answered", ""),
        ("The call ended", "Answered · 1 min 23 s"),
        ("seat 8001 calls the citizen back", ""),
        ("The citizen answered", ""),
    ]


def test_the_end_says_what_the_citizen_thought() -> None:
    (line,) = tell([fact("ticket.closed", satisfaction="satisfied", solution="partly")], NAMES)
    assert line.detail == "Satisfied · Partly solved"


def test_what_has_no_sentence_is_no_part_of_the_story() -> None:
    assert tell([fact("account.logged_in")], NAMES) == []


def test_every_fact_of_tickets_and_orders_has_a_sentence_or_a_reason_for_none() -> None:
    kinds = {*tickets.PAST.values(), *orders.PAST.values()}
    assert kinds - SENTENCES.keys() == SILENT


def test_what_a_unit_asks_for_is_told_with_its_reasons() -> None:
    form = {"reason": "duty", "basis": "三定方案", "proposed": "water"}
    (line,) = tell([fact("request.asked", request="return", form=form, unit="town")], NAMES)
    assert line.text == "Town asked: Return"
    assert line.detail == "Not our duty · 三定方案 · Proposed: Water"
    (granted,) = tell([fact("request.granted", request="extend", unit="town", reason="同意")], NAMES)
    assert (granted.text, granted.detail) == ("Granted to Town: More time", "同意")


def test_a_mark_says_how_far_the_supervision_has_gone() -> None:
    (line,) = tell([fact("mark.put", mark="supervised", step="order", reason="多次催办未果")], NAMES)
    assert (line.text, line.detail) == ("Marked: Supervised", "多次催办未果 · Supervision order")


def test_marks_of_a_dispatch_rule_are_told_in_words() -> None:
    (line,) = tell([fact("ticket.marked", marks=["confidential", "urgent"], rule="conduct")], NAMES)
    assert (line.text, line.detail) == (
        "Marked by a dispatch rule",
        "Keep the citizen secret · Handle as urgent",
    )
