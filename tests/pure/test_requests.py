"""What units may ask for: forms that can't be half filled in, once, in time, and by whoever has the order in hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import marks, requests
from dispatch.requests import (
    FORMS,
    LIFECYCLE,
    RULES,
    Approval,
    Extension,
    Form,
    Kind,
    Return,
    ReturnReason,
    State,
    Suspension,
    Verb,
    check_ask,
    longest_extension,
)
from dispatch.workorders import State as OrderState
from hotline.budgets import Budget, Measure
from hotline.errors import Refused
from hotline.words import catalogue

pytestmark = pytest.mark.pure

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
OPEN = {Kind.RETURN: OrderState.ISSUED}

FILLED: tuple[Form, ...] = (
    Return(ReturnReason.DUTY, "权责清单第12条", "water-supply"),
    Extension(5, "需要停水后才能更换阀门", "实施细则第八条"),
    Suspension("道路改造完工后一并修复", date(2027, 3, 1), "纳入改造计划"),
    Approval("已修好。", "附件为现场照片", ""),
)


@pytest.mark.parametrize("form", FILLED)
def test_a_form_is_read_as_it_was_kept(form: Form) -> None:
    assert type(form).of(form.details) == form


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        (Return, (ReturnReason.PLACE, " ", "water-supply"), "basis"),
        (Return, (ReturnReason.PLACE, "三定方案", ""), "proposed"),
        (Extension, (3, " "), "reason"),
        (Extension, (0, "雨天"), "amount"),
        (Suspension, ("", date(2027, 1, 1)), "promise"),
        (Approval, ("\n",), "public"),
    ],
)
def test_what_is_missing_is_named(kind: type[Form], values: tuple[object, ...], field: str) -> None:
    with pytest.raises(Refused) as refused:
        kind(*values)
    assert (refused.value.key, refused.value.facts["field"]) == ("field.missing", field)


@given(st.sampled_from(Kind), st.sampled_from(OrderState))
def test_only_in_the_states_of_its_rule(kind: Kind, state: OrderState) -> None:
    if state in RULES[kind].states:
        check_ask(kind, state, [], None, NOW)
    else:
        with pytest.raises(Refused, match=rf"request\.may_not_{kind}"):
            check_ask(kind, state, [], None, NOW)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("decided", [State.GRANTED, State.REFUSED])
def test_what_was_decided_once_is_decided(kind: Kind, decided: State) -> None:
    state = min(RULES[kind].states)
    if RULES[kind].once:
        with pytest.raises(Refused, match=r"request\.decided_already"):
            check_ask(kind, state, [(kind, decided)], None, NOW)
    else:
        check_ask(kind, state, [(kind, decided)], None, NOW)
    check_ask(kind, state, [(kind, State.WITHDRAWN)], None, NOW)


def test_one_request_at_a_time() -> None:
    with pytest.raises(Refused, match=r"request\.open_already"):
        check_ask(Kind.EXTEND, OrderState.SIGNED, [(Kind.APPROVE, State.ASKED)], None, NOW)


def test_not_when_its_time_is_over_not_even_at_that_moment() -> None:
    check_ask(Kind.EXTEND, OrderState.SIGNED, [], NOW + timedelta(microseconds=1), NOW)
    with pytest.raises(Refused, match=r"request\.too_late"):
        check_ask(Kind.EXTEND, OrderState.SIGNED, [], NOW, NOW)


@pytest.mark.parametrize(
    ("given_", "most"),
    [
        (Budget(5, Measure.WORKING_DAYS), 5),
        (Budget(15, Measure.WORKING_DAYS), 10),
        (Budget(24 * 60, Measure.MINUTES), 24 * 60),
    ],
)
def test_no_longer_than_the_first_time_nor_than_ten_working_days(given_: Budget, most: int) -> None:
    assert longest_extension(given_) == Budget(most, given_.measure)


def test_what_was_decided_is_decided_for_good() -> None:
    for state in (State.GRANTED, State.REFUSED, State.WITHDRAWN):
        assert LIFECYCLE.verbs(state) == ()
    assert set(LIFECYCLE.verbs(State.ASKED)) == set(Verb)


def test_everything_has_words_in_both_languages() -> None:
    assert set(FORMS) == set(RULES) == set(requests.KIND_WORDS) == set(Kind)
    assert set(requests.STATE_WORDS) == set(State)
    assert set(requests.RETURN_WORDS) == set(ReturnReason)
    assert set(marks.KIND_WORDS) == set(marks.Kind)
    assert set(marks.STEP_WORDS) == set(marks.Step)
    chinese = catalogue("zh_Hans")
    for words in (
        requests.KIND_WORDS,
        requests.STATE_WORDS,
        requests.RETURN_WORDS,
        requests.REFUSAL_WORDS,
        marks.KIND_WORDS,
        marks.STEP_WORDS,
        marks.REFUSAL_WORDS,
    ):
        assert not [text for text in words.values() if text not in chinese]
