"""Suggestions: the right matter first or nearly so, the same each time, with evidence, fast, for any words at all."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.pack.load import load_pack
from hotline.suggestions import Suggestion, suggest
from hotline.textindex import Text, TextIndex
from hotline.tickets import Type
from tests.pure.complaints import KNOWN, UNSEEN

pytestmark = pytest.mark.pure

FOSHAN = load_pack("foshan")
DAY = date(2026, 3, 2)


def suggestions(said: str, line: str = "", type_: Type | None = None) -> list[Suggestion]:
    return suggest(FOSHAN, said, area=FOSHAN.areas.find(said).area.code, line=line, type_=type_, day=DAY)


def names(said: str, line: str = "") -> list[str]:
    return [suggestion.matter.name_zh for suggestion in suggestions(said, line)]


def rates(sentences: Sequence[tuple[str, str, str]]) -> tuple[float, float]:
    """Parts of the sentences whose matter comes first, and among the first three."""
    found = [
        names(said, line).index(meant) if meant in names(said, line) else 9 for said, line, meant in sentences
    ]
    return sum(at == 0 for at in found) / len(found), sum(at < 3 for at in found) / len(found)


@pytest.mark.parametrize(("said", "line", "meant"), KNOWN)
def test_the_matter_is_among_the_first_three(said: str, line: str, meant: str) -> None:
    assert meant in names(said, line)[:3]


def test_of_the_known_sentences_nearly_all_matters_come_first() -> None:
    first, _ = rates(KNOWN)
    assert first >= 0.95


def test_of_unseen_sentences_most_matters_come_first_and_four_in_five_among_three() -> None:
    # Measured, not wished for: 19 and 24 of 30. Sentences that share no word with a key word find nothing.
    first, among_three = rates(UNSEEN)
    assert first >= 0.6
    assert among_three >= 0.8


def test_the_evidence_is_what_was_said_whose_line_it_is_and_where() -> None:
    best = suggestions("祖庙同济路的路灯不亮", "12319", Type.COMPLAINT)[0]
    assert set(best.words) >= {"路灯", "灯不亮"}
    assert (best.of_line, best.of_type) == (True, True)
    assert best.unit.name_zh == "禅城区城市管理和综合执法局"
    assert best.reason_in("en").startswith("Said: ")
    assert "禅城区" not in best.reason_in("en")
    assert "District" in best.reason_in("en")
    assert "祖庙街道" in best.reason_in("zh_Hans")


def test_the_dialled_line_tips_the_balance() -> None:
    said = "噪声扰民"
    without, with_line = suggestions(said), suggestions(said, "12369")
    assert sum(one.of_line for one in with_line) > sum(one.matter.owner == "ecology" for one in without)
    assert not any(one.of_line for one in without)


def test_a_kind_of_ticket_that_is_rare_for_a_matter_weighs_less() -> None:
    asked, reported = (suggestions("工伤认定", type_=type_)[0] for type_ in (Type.CONSULT, Type.REPORT))
    assert asked.matter == reported.matter
    assert asked.score > reported.score
    assert (asked.of_type, reported.of_type) == (True, False)


def test_a_matter_that_is_no_longer_valid_is_not_suggested() -> None:
    assert suggest(FOSHAN, "路灯不亮", area="zumiao", day=date.max) == []


def test_words_that_nothing_speaks_of_suggest_nothing() -> None:
    assert suggestions("") == []
    assert suggestions("???!!!") == []


@given(st.text(max_size=200), st.sampled_from(["", "12319", "99999"]), st.sampled_from([None, *Type]))
def test_any_words_at_all_are_answered_the_same_way_twice(said: str, line: str, type_: Type | None) -> None:
    once = suggestions(said, line, type_)
    assert once == suggestions(said, line, type_)
    assert len(once) <= 5
    assert [one.score for one in once] == sorted((one.score for one in once), reverse=True)


def test_a_large_catalogue_is_searched_in_milliseconds() -> None:
    # Generous, for a loaded machine; the benchmarks measure it exactly.
    matters = list(FOSHAN.catalogue.matters.values())
    index = TextIndex(
        {
            f"{n}": Text(matters[n % len(matters)].name_zh, matters[n % len(matters)].keywords)
            for n in range(11_773)
        }
    )
    spent = []
    for said, *_ in KNOWN:
        started = time.perf_counter()
        assert index.find(said)
        spent.append(time.perf_counter() - started)
    assert sorted(spent)[len(spent) // 2] < 0.05


def test_a_key_word_said_as_it_stands_outweighs_scattered_characters() -> None:
    index = TextIndex({"lamp": Text("照明", ("路灯",)), "road": Text("道路", ("马路灯火",))})
    best = max(index.find("这条路灯光很暗，路灯坏了"), key=lambda hit: hit.score)
    assert (best.key, best.words) == ("lamp", ("路灯",))
