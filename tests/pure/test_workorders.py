"""Work orders: no way of bouncing one twice, whatever order the verbs come in."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import workorders
from dispatch.workorders import LIFECYCLE, OVER, TO_SIGN, State, Verb, first_state
from hotline.errors import Refused
from hotline.words import catalogue

pytestmark = pytest.mark.pure


def after(state: State, *verbs: Verb) -> State:
    for verb in verbs:
        state = LIFECYCLE.after(state, verb)
    return state


def test_the_whole_story_of_an_order() -> None:
    assert after(State.ISSUED, Verb.SIGN, Verb.REPLY, Verb.ACCEPT) is State.ACCEPTED
    assert after(State.ISSUED, Verb.SIGN, Verb.SUSPEND, Verb.RESUME, Verb.REPLY) is State.REPLIED
    assert after(State.ISSUED, Verb.DELEGATE, Verb.REPLY, Verb.REDO, Verb.SIGN) is State.SIGNED


@given(st.lists(st.sampled_from(Verb), max_size=30))
def test_an_order_comes_back_at_most_once_and_never_when_bound(verbs: list[Verb]) -> None:
    for start in LIFECYCLE.starts:
        path = [start]
        for verb in verbs:
            path.append(LIFECYCLE.find(path[-1], verb) or path[-1])
        assert State.RETURNED not in path or start is State.ISSUED
        assert State.RETURNED not in path or State.SIGNED not in path


def test_after_one_return_or_a_decision_the_next_order_is_bound() -> None:
    assert first_state(0) is State.ISSUED
    assert first_state(1) is State.BOUND
    assert first_state(0, decided=True) is State.BOUND
    with pytest.raises(Refused, match=r"order\.may_not_return"):
        LIFECYCLE.after(State.BOUND, Verb.RETURN)


def test_every_step_says_who_may_take_it() -> None:
    assert set(workorders.RULES) == set(Verb)


def test_a_refused_return_binds_the_unit() -> None:
    assert LIFECYCLE.after(State.ISSUED, Verb.BIND) is State.BOUND
    assert [state for state in State if Verb.RETURN in LIFECYCLE.verbs(state)] == [State.ISSUED]


def test_only_a_suspended_order_resumes() -> None:
    assert [state for state in State if Verb.RESUME in LIFECYCLE.verbs(state)] == [State.SUSPENDED]


def test_what_is_to_be_signed_is_just_what_can_be_signed() -> None:
    assert {state for state in State if Verb.SIGN in LIFECYCLE.verbs(state)} == TO_SIGN


def test_nothing_more_is_asked_of_the_unit_when_an_order_is_over() -> None:
    assert all(set(LIFECYCLE.verbs(state)) <= {Verb.REDO} for state in OVER)
    assert LIFECYCLE.states() == set(State)


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        (workorders.State, workorders.STATE_WORDS),
        (workorders.Verb, workorders.VERB_WORDS),
        (workorders.Part, workorders.PART_WORDS),
    ],
)
def test_everything_has_words_in_both_languages(kinds: type[StrEnum], words: Mapping[StrEnum, str]) -> None:
    assert set(words) == set(kinds)
    assert not [text for text in words.values() if text not in catalogue("zh_Hans")]


def test_every_refusal_has_words_in_both_languages() -> None:
    assert not [text for text in workorders.REFUSAL_WORDS.values() if text not in catalogue("zh_Hans")]
