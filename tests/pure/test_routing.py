"""Where a call belongs: by the number, the moment, and what is known of the caller."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.routing import CLOSED, Branch, Known, route
from tests.pure.nineteen import AT, BRANCH, DIRECTORY, NEW_YEAR

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("dialled", "queue", "prompts"),
    [
        ("12345", "citywide", ("12345-welcome",)),
        ("12369", "urban", ("12369-welcome-merged",)),
        ("12319", "urban", ("12319-welcome-dual",)),
        ("12366", "citywide", ("12366-welcome-branch",)),
        ("99999", "citywide", ()),
    ],
)
def test_a_number_s_calls_go_to_its_queue_with_its_greeting(
    dialled: str, queue: str, prompts: tuple[str, ...]
) -> None:
    chosen = route(DIRECTORY, dialled, AT)
    assert (chosen.queue, chosen.language, chosen.prompts) == (queue, "cmn", prompts)
    assert dialled in chosen.reason


def test_a_line_is_what_it_is_at_that_moment() -> None:
    before, after = (route(DIRECTORY, "12319", at) for at in (NEW_YEAR - timedelta(seconds=1), NEW_YEAR))
    assert (before.queue, before.prompts) == ("urban", ("12319-welcome-dual",))
    assert (after.queue, after.prompts) == ("citywide", ("12319-welcome-merged",))


def test_an_open_branch_is_dialled_and_its_own_queue_is_where_the_call_comes_back_to() -> None:
    chosen = route(DIRECTORY, "12366", AT)
    assert (chosen.branch, chosen.queue) == (Branch("075700012366", "tax", 15), "citywide")


@pytest.mark.parametrize(("hour", "minute"), [(8, 29), (12, 0), (17, 30)])
def test_whoever_rings_a_closed_branch_is_told_so_and_waits_with_us(hour: int, minute: int) -> None:
    chosen = route(DIRECTORY, "12366", AT.replace(hour=hour, minute=minute))
    assert (chosen.branch, chosen.queue, chosen.prompts) == (None, "citywide", (CLOSED,))


def test_a_branch_without_hours_is_always_open() -> None:
    always = replace(DIRECTORY, lines=(replace(BRANCH, branch_hours=None),))
    assert route(always, "12366", AT.replace(hour=3)).branch


def test_whoever_was_served_in_another_language_is_greeted_and_queued_in_it() -> None:
    chosen = route(DIRECTORY, "12319", AT, Known(queue="cantonese"))
    assert (chosen.queue, chosen.language) == ("urban-cantonese", "yue")


def test_to_be_understood_comes_before_the_skill() -> None:
    law = replace(DIRECTORY, lines=(replace(BRANCH, number="12348", queue="law"),))
    assert route(law, "12348", AT, Known(queue="cantonese")).queue == "cantonese"


def test_a_language_that_no_queue_has_changes_nothing_but_the_words() -> None:
    english = replace(DIRECTORY, lines=(replace(BRANCH, language="en", queue="law"),))
    chosen = route(english, "12366", AT)
    assert (chosen.queue, chosen.language) == ("law", "en")


def test_an_open_ticket_leads_to_its_skill_where_the_city_s_own_number_was_dialled() -> None:
    known = Known(matter="100501")
    assert route(DIRECTORY, "12345", AT, known).queue == "law"
    assert route(DIRECTORY, "12319", AT, known).queue == "urban"
    assert route(DIRECTORY, "12345", AT, Known(queue="cantonese", matter="010101")).queue == "urban-cantonese"
    assert route(DIRECTORY, "12345", AT, Known(matter="990101")).queue == "citywide"


@given(
    st.sampled_from(["12345", "12369", "12319", "12366", "99999", ""]),
    st.sampled_from([None, "citywide", "cantonese", "gone"]),
    st.sampled_from([None, "010101", "1", ""]),
    st.integers(0, 60 * 24 * 60),
)
def test_every_call_has_a_queue_that_exists(
    dialled: str, queue: str | None, matter: str | None, minutes: int
) -> None:
    chosen = route(DIRECTORY, dialled, AT + timedelta(minutes=minutes), Known(queue, matter))
    assert chosen.queue in {queue.name for queue in DIRECTORY.queues}
    assert chosen.language in DIRECTORY.languages
