"""Tickets: every way through the table ends, the limits hold, and a number tells when it was misheard."""

from __future__ import annotations

import string
from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline import tickets
from hotline.errors import Refused
from hotline.tickets import LIFECYCLE, State, Verb, decide
from hotline.words import catalogue

pytestmark = pytest.mark.pure

FINAL = {State.ARCHIVED, State.VOIDED}


def walk(*verbs: Verb) -> State:
    state = State.OPENED
    for verb in verbs:
        state = decide(state, verb)
    return state


def reachable(state: State) -> set[State]:
    found, todo = {state}, [state]
    while todo:
        here = todo.pop()
        ahead = {LIFECYCLE.after(here, verb) for verb in LIFECYCLE.verbs(here)} - found
        found |= ahead
        todo.extend(ahead)
    return found


def test_the_whole_story_of_a_ticket() -> None:
    verbs = (Verb.SUBMIT, Verb.DISPATCH, Verb.REPLY, Verb.REVISIT, Verb.CLOSE, Verb.ARCHIVE)
    assert walk(*verbs) is State.ARCHIVED
    assert walk(Verb.ANSWER, Verb.ARCHIVE) is State.ARCHIVED


def test_every_state_is_reached_and_can_still_end() -> None:
    assert reachable(State.OPENED) == set(State)
    assert all(reachable(state) & FINAL for state in State)
    assert {state for state in State if not LIFECYCLE.verbs(state)} == FINAL


def test_a_merged_ticket_still_gets_its_reply_and_its_own_revisit() -> None:
    assert walk(Verb.MERGE, Verb.REPLY, Verb.REVISIT) is State.REVISIT
    assert walk(Verb.MERGE, Verb.SEPARATE) is State.REVIEW


def test_a_ticket_is_redone_at_most_twice() -> None:
    assert decide(State.REVISIT, Verb.REDO, redos=1) is State.DISPATCHED
    with pytest.raises(Refused, match=r"ticket\.redone_enough"):
        decide(State.REVISIT, Verb.REDO, redos=2)


def test_a_reply_that_the_centre_sends_back_is_not_the_citizens_redo() -> None:
    assert decide(State.REPLIED, Verb.REDO, redos=2) is State.DISPATCHED


@pytest.mark.parametrize("state", [State.ANSWERED, State.CLOSED])
def test_a_ticket_is_reopened_within_fifteen_days(state: State) -> None:
    assert decide(state, Verb.REOPEN, since_closed=timedelta(days=15)) is State.REVIEW
    with pytest.raises(Refused, match=r"ticket\.closed_too_long_ago"):
        decide(state, Verb.REOPEN, since_closed=timedelta(days=15, seconds=1))


def test_what_the_table_forbids_is_refused_before_any_limit_is_looked_at() -> None:
    with pytest.raises(Refused, match=r"ticket\.may_not_redo"):
        decide(State.ARCHIVED, Verb.REDO, redos=9)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.integers(1, 10**12))
def test_a_number_says_its_day_and_checks_itself(day: date, identity: int) -> None:
    number = tickets.number(day, identity)
    assert number.startswith(f"{day:%y%m%d}")
    assert tickets.is_number(number)


@given(st.integers(1, 99_999_999), st.integers(0, 14), st.sampled_from(string.digits))
def test_one_wrong_digit_is_always_noticed(identity: int, at: int, digit: str) -> None:
    number = tickets.number(date(2026, 11, 22), identity)
    misheard = number[:at] + digit + number[at + 1 :]
    assert tickets.is_number(misheard) == (misheard == number)


@pytest.mark.parametrize("text", ["", "26112200000001", "2611220000000١7", "not a number!!!"])
def test_other_texts_are_no_numbers(text: str) -> None:
    assert not tickets.is_number(text)


@pytest.mark.parametrize(
    ("identity", "digits"), [(1, "00000001"), (99_999_999, "99999999"), (100_000_000, "00000001")]
)
def test_ids_beyond_eight_digits_begin_again(identity: int, digits: str) -> None:
    assert tickets.number(date(2026, 11, 22), identity)[6:14] == digits


def test_a_query_code_has_six_digits() -> None:
    assert tickets.query_code(lambda below: 42) == "000042"
    assert tickets.query_code(lambda below: below - 1) == "999999"


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        (tickets.State, tickets.STATE_WORDS),
        (tickets.Verb, tickets.VERB_WORDS),
        (tickets.Type, tickets.TYPE_WORDS),
        (tickets.Urgency, tickets.URGENCY_WORDS),
        (tickets.Channel, tickets.CHANNEL_WORDS),
        (tickets.Satisfaction, tickets.SATISFACTION_WORDS),
        (tickets.Solution, tickets.SOLUTION_WORDS),
    ],
)
def test_everything_has_words_in_both_languages(kinds: type[StrEnum], words: Mapping[StrEnum, str]) -> None:
    assert set(words) == set(kinds)
    assert not [text for text in words.values() if text not in catalogue("zh_Hans")]


def test_every_refusal_has_words_in_both_languages() -> None:
    assert not [text for text in tickets.REFUSAL_WORDS.values() if text not in catalogue("zh_Hans")]
