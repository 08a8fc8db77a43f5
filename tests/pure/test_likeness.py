"""Whether two entries speak of one citizen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.likeness import CERTAIN, DOUBTFUL, Evidence, Known, compare, keys

pytestmark = pytest.mark.pure

LI = Known("李丽", "佛山市禅城区祖庙街道百花路18号3座502房", frozenset({"16000000001"}))
PEOPLE = st.builds(
    Known,
    name=st.sampled_from(["", "李丽", "李 丽", "李女士", "李丽女士", "王先生", "王强", "Li Li", "ｌｉ ｌｉ"]),
    address=st.sampled_from(
        [
            "",
            "百花路18号3座502",
            "禅城区百花路18号3座502房",
            "百花路18号",
            "百花路",
            "汾江南路6号",
            "百花路18号4座502",
        ]
    ),
    numbers=st.frozensets(st.sampled_from(["16000000001", "16000000002", "075700000001"]), max_size=2),
    enterprise=st.sampled_from(["", "百花陶瓷厂"]),
)


@pytest.mark.parametrize(
    ("other", "least", "below"),
    [
        (Known("李女士", "", LI.numbers), CERTAIN, 2),
        (Known("", "", LI.numbers), CERTAIN, 2),
        (Known("王强", "", LI.numbers), DOUBTFUL, CERTAIN),
        (Known("李 丽 ", "百花路18号3座502"), CERTAIN, 2),
        (Known("李丽", "百花路18号"), DOUBTFUL, CERTAIN),
        (Known("李丽", "百花路"), DOUBTFUL, CERTAIN),
        (Known("李女士", "禅城区百花路18号3座502"), DOUBTFUL, CERTAIN),
        (Known("李丽", "百花路18号3座503"), 0, DOUBTFUL),
        (Known("李丽", "汾江南路18号3座502"), 0, DOUBTFUL),
        (Known("李丽", ""), 0, DOUBTFUL),
        (Known("王强", "百花路18号3座502房"), 0, DOUBTFUL),
        (Known("", ""), 0, DOUBTFUL),
    ],
)
def test_the_score_says_whether_to_join_to_ask_or_to_leave(other: Known, least: float, below: float) -> None:
    assert least <= compare(LI, other).score < below


def test_an_enterprise_speaks_for_a_name_but_leaves_a_doubt() -> None:
    here, there = Known("陈明", enterprise="百花陶瓷厂"), Known("陈明", enterprise=" 百花陶瓷厂")
    assert DOUBTFUL <= compare(here, there).score < CERTAIN


def test_the_evidence_is_named() -> None:
    found = compare(LI, Known("李丽", "百花路18号3座502"))
    assert found.evidence == (Evidence.NAME, Evidence.DOOR)


@given(PEOPLE, PEOPLE)
def test_it_doesnt_matter_who_is_compared_with_whom(one: Known, other: Known) -> None:
    assert compare(one, other) == compare(other, one)
    assert 0 <= compare(one, other).score <= 1


@given(PEOPLE, PEOPLE)
def test_whoever_is_worth_a_look_shares_a_key_or_a_number(one: Known, other: Known) -> None:
    if compare(one, other).score >= DOUBTFUL:
        assert one.numbers & other.numbers or set(keys(one)) & set(keys(other))


@given(PEOPLE)
def test_everybody_with_a_number_is_themselves(one: Known) -> None:
    if one.numbers:
        assert compare(one, one).score >= CERTAIN
