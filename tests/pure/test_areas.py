"""Areas: what people call a place leads to it, the narrowest and surest one, and there is always an answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.areas import Area, Areas
from hotline.levels import Level
from hotline.pack.load import load_pack

pytestmark = pytest.mark.pure

FOSHAN = load_pack("foshan").areas
WORDS = sorted({word for area in FOSHAN for word in area.words})
TEXTS = st.lists(
    st.one_of(st.sampled_from(WORDS), st.text("佛山市区镇街道村东南西北路123 ,", max_size=6))
).map("".join)


@pytest.mark.parametrize(
    ("said", "place", "word"),
    [
        ("佛山市禅城区祖庙街道同济路三座", "祖庙街道", "祖庙街道"),
        ("我住在桂城千灯湖旁边", "桂城街道", "千灯湖"),
        ("顺德区", "顺德区", "顺德区"),
        ("北滘碧江的河涌很臭", "碧江社区", "碧江"),
        ("南海大沥黄岐那边", "大沥镇", "大沥"),
        ("三水区西南街道", "西南街道", "西南街道"),
        ("我在西南方向", "佛山市", ""),
        ("没有说地方", "佛山市", ""),
        ("", "佛山市", ""),
    ],
)
def test_a_place_is_found_by_what_people_say(said: str, place: str, word: str) -> None:
    found = FOSHAN.find(said)
    assert (found.area.name_zh, found.word) == (place, word)


def test_the_longest_of_overlapping_names_counts() -> None:
    areas = Areas(
        [
            Area("city", "城", "City", Level.CITY, None),
            Area("a", "龙江", "A", Level.TOWN, "city"),
            Area("b", "江北", "B", Level.TOWN, "city"),
            Area("c", "龙江北", "C", Level.TOWN, "city"),
        ]
    )
    assert areas.find("龙江北路").area.code == "c"


def test_a_name_that_two_places_share_is_settled_by_the_places_around_it() -> None:
    areas = Areas(
        [
            Area("city", "城", "City", Level.CITY, None),
            Area("east", "东区", "East", Level.DISTRICT, "city"),
            Area("west", "西区", "West", Level.DISTRICT, "city"),
            Area("east-hill", "山村", "Hill, east", Level.VILLAGE, "east"),
            Area("west-hill", "山村", "Hill, west", Level.VILLAGE, "west"),
        ]
    )
    assert areas.find("西区的山村").area.code == "west-hill"
    assert areas.find("山村，在东区").area.code == "east-hill"


@given(TEXTS)
def test_there_is_always_an_answer_and_its_word_was_said(text: str) -> None:
    found = FOSHAN.find(text)
    assert found.area in list(FOSHAN)
    assert found.word in text
    assert (found.word == "") <= (found.area == FOSHAN.city)


@given(st.sampled_from(list(FOSHAN)))
def test_a_full_address_leads_to_its_last_place(area: Area) -> None:
    address = "".join(step.name_zh for step in FOSHAN.path(area.code))
    assert FOSHAN.find(f"{address}某路1号").area == area


@given(st.sampled_from(list(FOSHAN)), st.sampled_from(Level))
def test_the_area_at_a_level_is_on_the_way_up(area: Area, level: Level) -> None:
    found = FOSHAN.at(area.code, level)
    if level.depth > area.level.depth:
        assert found is None
    else:
        assert found in FOSHAN.path(area.code)
        assert found.level is level
