"""What makes two tickets one thing, what speaks against it, and which tickets may be merged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.repeats import LIKELY, Standing, Told, alike, check_merge, is_repeat, lead_of
from hotline.errors import Refused
from hotline.tickets import State

pytestmark = pytest.mark.pure

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
ZUMIAO, GUICHENG = ("foshan", "chancheng", "zumiao"), ("foshan", "nanhai", "guicheng")
MONTH = timedelta(days=30)
LAMP = Told(
    "路灯不亮，小区门口的路灯坏了三天，晚上看不清路", "010101", ZUMIAO, "百花路18号东方广场西门", 7, AT
)
NEIGHBOUR = Told(
    "百花路路灯连续几晚不亮，黑漆漆的，老人出行不便", "010101", ZUMIAO, "祖庙街道百花路18号", 8, AT
)
AGAIN = replace(LAMP, text="再次反映东方广场西门路灯还是没修", at=AT + timedelta(days=5))

TOLD = st.builds(
    Told,
    text=st.text(alphabet="路灯不亮施工噪声，", max_size=20),
    matter=st.sampled_from(["", "010101", "010102", "020202"]),
    area=st.sampled_from([(), ZUMIAO, ZUMIAO[:2], GUICHENG]),
    place=st.sampled_from(["", "百花路18号", "百花路20号", "同济路1号", "东方广场"]),
)


def words(one: Told, other: Told) -> list[str]:
    return [ground.said_in("zh_Hans") for ground in alike(one, other).grounds]


def test_neighbours_complain_of_one_lamp_and_it_says_why() -> None:
    assert alike(LAMP, NEIGHBOUR).score >= LIKELY
    assert words(LAMP, NEIGHBOUR)[:2] == ["事项相同", "同一栋"]


def test_another_matter_at_the_same_place_is_another_thing() -> None:
    noise = replace(NEIGHBOUR, text="工地半夜还在打桩", matter="020202")
    assert alike(LAMP, noise).score < LIKELY


def test_the_same_matter_in_another_town_is_another_thing() -> None:
    elsewhere = replace(NEIGHBOUR, area=GUICHENG, place="南海大道1号", text="门前路灯不亮")
    assert alike(LAMP, elsewhere).score < LIKELY


def test_nothing_known_is_nothing_alike() -> None:
    """zammad #4606: with nothing to compare, everything looked like a duplicate."""
    assert alike(Told(""), Told("")).score == 0
    assert alike(Told("咨询"), Told("求助")).score == 0
    assert alike(Told("希望尽快处理"), Told("请相关部门尽快处理")).score == 0


def test_the_same_words_are_enough_where_no_matter_is_known() -> None:
    letter = Told("小区物业擅自涨价，业主委员会至今没有成立")
    assert alike(letter, letter).score >= LIKELY


@given(TOLD, TOLD)
def test_likeness_has_no_direction_and_stays_within_its_bounds(one: Told, other: Told) -> None:
    assert alike(one, other) == alike(other, one)
    assert 0 <= alike(one, other).score <= 1


def test_the_same_citizen_asks_for_the_same_again() -> None:
    found = is_repeat(AGAIN, LAMP, MONTH)
    assert found is not None
    assert found.grounds[0].said_in("zh_Hans") == "同一来电人，相隔5天"


@pytest.mark.parametrize(
    "other",
    [
        replace(LAMP, citizen=8),
        replace(LAMP, citizen=None),
        replace(LAMP, at=AT - timedelta(days=40)),
        replace(LAMP, matter="020202"),
        replace(LAMP, area=GUICHENG, place="南海大道1号"),
        replace(LAMP, place="百花路99号"),
    ],
)
def test_another_citizen_time_matter_or_place_is_no_repeat(other: Told) -> None:
    assert is_repeat(AGAIN, other, MONTH) is None


def test_before_the_matter_is_chosen_words_tell_a_repeat() -> None:
    assert is_repeat(replace(AGAIN, matter="", text=LAMP.text), LAMP, MONTH) is not None
    assert is_repeat(replace(AGAIN, matter="", text="咨询积分入学"), LAMP, MONTH) is None


def standing(id_: int, state: State = State.REVIEW, **more: object) -> Standing:
    return Standing(id_, state, AT + timedelta(hours=id_), **more)  # type: ignore[arg-type]


def test_who_leads_already_leads_on_then_the_furthest_then_the_oldest() -> None:
    assert lead_of([standing(2), standing(1), standing(3)]).id == 1
    assert lead_of([standing(1), standing(2, State.DISPATCHED)]).id == 2
    assert lead_of([standing(1), standing(2, State.REPLIED), standing(3, followers=2)]).id == 3
    with pytest.raises(Refused, match=r"link\.no_lead"):
        lead_of([standing(1, State.CLOSED), standing(2, State.MERGED)])


@pytest.mark.parametrize(
    ("lead", "ticket", "key"),
    [
        (standing(1), standing(1), "link.itself"),
        (standing(1, State.CLOSED), standing(2), "link.lead_over"),
        (standing(1, State.REVISIT), standing(2), "link.lead_over"),
        (standing(1, State.MERGED), standing(2), "link.lead_over"),
        (standing(1), standing(2, State.CLOSED), "ticket.may_not_merge"),
        (standing(1), standing(2, State.REPLIED), "ticket.may_not_merge"),
        (standing(1), standing(2, confidential=True), "link.confidential"),
        (standing(1, confidential=True), standing(2), "link.confidential"),
        (standing(1, about="zumiao-office"), standing(2), "link.about"),
    ],
)
def test_what_may_not_be_merged(lead: Standing, ticket: Standing, key: str) -> None:
    with pytest.raises(Refused) as refused:
        check_merge(lead, ticket)
    assert refused.value.key == key


@pytest.mark.parametrize("state", [State.OPENED, State.REVIEW, State.DISPATCHED])
def test_what_may(state: State) -> None:
    check_merge(standing(1, State.REPLIED, confidential=True), standing(2, state, confidential=True))
