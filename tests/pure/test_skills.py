"""How soon a seat is offered the calls of which queue, and which skill a matter calls for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.lines import Queue
from hotline.pack.load import load_pack
from hotline.skills import OUTSIDE, STRANGE, Skill, is_outside, offers, skill_for

pytestmark = pytest.mark.pure

SKILLS = (
    Skill("general", "综合", "General"),
    Skill("urban", "城管", "Urban", categories=("01", "0305")),
    Skill("land", "土地", "Land", categories=("03",)),
    Skill("cantonese", "粤语", "Cantonese", language="yue"),
)
CITYWIDE = Queue("citywide", "综合", "General", "general")
URBAN = Queue("urban", "城管", "Urban", "urban")
URBAN_YUE = Queue("urban-yue", "城管粤语", "Urban, Cantonese", "urban", language="yue")
QUEUES = (CITYWIDE, URBAN, URBAN_YUE)
RANKS = st.dictionaries(st.sampled_from([skill.name for skill in SKILLS]), st.integers(0, 300))


def test_a_seat_s_place_is_the_worse_of_its_two_ranks() -> None:
    joined = offers(QUEUES, SKILLS, {"urban": 1, "cantonese": 3})
    assert (joined["urban"], joined["urban-yue"]) == (1, 3)
    assert offers(QUEUES, SKILLS, {"urban": 4, "cantonese": 0})["urban-yue"] == 4


def test_a_language_that_is_no_skill_is_everybody_s() -> None:
    assert offers(QUEUES, SKILLS, {"general": 0})["citywide"] == 0


def test_the_wider_circle_begins_with_those_who_speak_the_language() -> None:
    speaks = offers(QUEUES, SKILLS, {"general": 0, "cantonese": 1})["urban-yue"]
    knows = offers(QUEUES, SKILLS, {"urban": 0})["urban-yue"]
    assert OUTSIDE <= speaks < knows == STRANGE


def test_a_queue_may_say_whom_its_wider_circle_is_made_of() -> None:
    narrow = Queue("urban", "城管", "Urban", "urban", wider=("land",))
    assert "urban" not in offers((CITYWIDE, narrow), SKILLS, {"general": 0})
    assert is_outside(offers((CITYWIDE, narrow), SKILLS, {"general": 0, "land": 2})["urban"])


@given(RANKS)
def test_a_seat_is_in_every_queue_or_in_none(ranks: dict[str, int]) -> None:
    joined = offers(QUEUES, SKILLS, ranks)
    assert joined.keys() in ({queue.name for queue in QUEUES}, set())
    first = {name for name, penalty in joined.items() if not is_outside(penalty)}
    able = {
        queue.name
        for queue in QUEUES
        if queue.skill in ranks and (queue.language == "cmn" or "cantonese" in ranks)
    }
    assert first == able
    assert bool(joined) == bool(able)


@pytest.mark.parametrize(
    ("matter", "skill"), [("010101", "urban"), ("030101", "land"), ("030501", "urban"), ("090101", None)]
)
def test_a_matter_calls_for_the_skill_of_its_longest_heading(matter: str, skill: str | None) -> None:
    assert skill_for(SKILLS, matter) == skill


def test_foshan_has_a_first_circle_for_every_queue_and_knows_its_own_headings() -> None:
    city = load_pack("foshan")
    circles = [offers(city.queues, city.skills, person.skills) for person in city.people if person.extension]
    for queue in city.queues:
        assert any(queue.name in joined and not is_outside(joined[queue.name]) for joined in circles), (
            queue.name
        )
    assert {
        heading for skill in city.skills for heading in skill.categories
    } <= city.catalogue.categories.keys()
