"""How the search reads texts: pairs of characters in a row, numbers as a whole, and what it shows as found."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.phrases import excerpt, pieces, sought, vector

pytestmark = pytest.mark.pure

TEXTS = st.text(alphabet="路灯不亮Aa1，Ａ ㎡", max_size=30)


def words(text: str) -> dict[str, list[int]]:
    """The vector's words with their places."""
    found = re.findall(r"'([^']+)':([\d,]+)", vector([text]))
    return {word: [int(place) for place in places.split(",")] for word, places in found}


def found(text: str, asked: str) -> list[str]:
    return [piece.text for piece in pieces(text, sought(asked)) if piece.found]


def test_pairs_stand_in_a_row_and_a_comma_parts_them() -> None:
    assert words("路灯不亮，路灯") == {"路灯": [1, 6], "灯不": [2], "不亮": [3]}
    assert "亮路" not in words("路灯不亮，路灯")


def test_latin_words_and_numbers_are_one_character() -> None:
    assert words("粤E12345的LED灯") == {
        "粤e12345": [1],
        "e12345的": [2],
        "的led": [3],
        "led灯": [4],
        "e12345": [2],
        "led": [4],
    }
    assert found("118号和18号", "18号") == ["18号"]


def test_width_and_case_make_no_difference() -> None:
    assert words("ＬＥＤ灯") == words("led灯")
    assert found("ＬＥＤ灯坏了", "led灯") == ["ＬＥＤ灯"]


@pytest.mark.parametrize("asked", ["", "  ", "灯", "，。", "_"])
def test_a_single_character_asks_for_nothing(asked: str) -> None:
    assert not sought(asked)
    assert sought(asked).query == ""


def test_words_with_a_space_between_them_all_have_to_be_there() -> None:
    assert sought("路灯不亮 LED").query == "('路灯' <-> '灯不' <-> '不亮') & ('led')"


def test_a_word_asked_for_twice_is_asked_for_once() -> None:
    assert sought("路灯 路灯").query == "('路灯')"


def test_nothing_is_read_beyond_what_places_can_count() -> None:
    places = [place for at in words("路灯。" * 9000).values() for place in at]
    assert max(places) < 16_384


@given(TEXTS, TEXTS)
def test_what_is_shown_as_found_is_the_text_itself(text: str, asked: str) -> None:
    assert "".join(piece.text for piece in pieces(text, sought(asked))) == text


@given(st.text(alphabet="路灯不亮，", max_size=20), st.text(alphabet="路灯不亮", min_size=2, max_size=4))
def test_it_is_found_where_the_text_contains_it_and_nowhere_else(text: str, asked: str) -> None:
    assert bool(found(text, asked)) == (asked in text)


def test_an_excerpt_stands_round_the_first_hit() -> None:
    text = "市民来电反映：" + "住户较多，" * 20 + "门口的路灯不亮，" + "晚上看不清路，" * 20
    shown = excerpt(text, sought("路灯"), 30)
    assert [piece.text for piece in shown if piece.found] == ["路灯"]
    whole = "".join(piece.text for piece in shown)
    assert whole.startswith("…")
    assert whole.endswith("…")
    assert len(whole) <= 32
    assert excerpt("没有相关内容", sought("路灯"), 30) == []
