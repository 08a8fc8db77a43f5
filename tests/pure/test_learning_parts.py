"""The parts of learning by themselves: pieces of a text, parts that leak nothing, precision, evidence, measures."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.learning import evidence, judges
from hotline.learning.features import HEAD_WEIGHT, Vectors, Vocabulary, plain, said
from hotline.learning.folds import folds, repetitions
from hotline.learning.measures import Measures
from hotline.learning.trial import FEWEST, Trial, confidences, sharpness
from tests.pure.labelled import examples

pytestmark = pytest.mark.pure

TEXTS = [plain(example.text) for example in examples()]


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("路灯，坏了！", "路灯 坏了"),
        ("Ａ３区12345热线", "a0区0热线"),
        ("  第１２３次 \n反映", "第0次 反映"),
        ("……", ""),
    ],
)
def test_texts_are_made_comparable(written: str, compared: str) -> None:
    assert plain(written) == compared


def test_pieces_are_characters_and_pairs_that_nothing_parts() -> None:
    known = Vocabulary.of([plain("路灯，坏了"), plain("路灯，坏了")], most=100)
    assert {said(key) for key in known.keys.tolist()} == {"路", "灯", "坏", "了", "路灯", "坏了"}


def test_what_stands_in_one_text_only_is_not_a_piece() -> None:
    known = Vocabulary.of(["路灯坏", "路灯亮", "河涌"], most=100)
    assert {said(key) for key in known.keys.tolist()} == {"路", "灯", "路灯"}


def test_the_commonest_pieces_are_kept() -> None:
    known = Vocabulary.of(["路灯", "路灯", "路口", "河涌", "河涌"], most=2)
    assert [said(key) for key in known.keys.tolist()] == ["路", "路"]  # in the text, and in its beginning


@given(st.lists(st.text(alphabet="路灯坏了工资不发 ，0a", max_size=40), max_size=8))
def test_every_vector_is_as_long_as_its_two_blocks(texts: list[str]) -> None:
    known = Vocabulary.of(TEXTS, most=1000)
    vectors = known.vectors([plain(text) for text in texts])
    assert len(vectors) == len(texts)
    for text in range(len(texts)):
        columns, values = vectors.of(text)
        assert (np.diff(columns) > 0).all()
        squares = values.astype(np.float64) ** 2
        blocks = [squares[known.keys[columns] >> np.uint64(42) == block].sum() for block in (0, 1)]
        assert blocks[0] == pytest.approx(1, abs=1e-4) or not blocks[0]
        assert blocks[1] == pytest.approx(HEAD_WEIGHT**2, abs=1e-4) or not blocks[1]


def test_a_text_has_the_same_vector_alone_and_among_others() -> None:
    known = Vocabulary.of(TEXTS, most=1000)
    together, taken = known.vectors(TEXTS), known.vectors(TEXTS).take(np.array([7, 3, 7]))
    for place, text in enumerate((7, 3, 7)):
        alone = known.vectors([TEXTS[text]]).of(0)
        for among in (together.of(text), taken.of(place)):
            assert np.array_equal(alone[0], among[0])
            assert np.allclose(alone[1], among[1])


def test_repetitions_stay_in_one_part_and_labels_are_spread() -> None:
    texts = [text for text in TEXTS[::2] for _ in range(2)]
    answers = np.repeat(np.arange(3), 48)
    groups = repetitions(Vocabulary.of(texts, most=1000).vectors(texts))
    assert all(groups[at] == groups[at + 1] for at in range(0, len(texts), 2))
    parts = folds(answers, groups)
    assert len({(group, part) for group, part in zip(groups, parts, strict=True)}) == len(set(groups))


def test_texts_without_pieces_repeat_nothing() -> None:
    empty = Vectors(np.zeros(4, np.int64), np.empty(0, np.int32), np.empty(0, np.float32))
    assert len(set(repetitions(empty))) == 3


def test_parts_are_alike() -> None:
    answers = np.repeat(np.arange(4), (5, 50, 10, 35))
    parts = folds(answers, np.arange(100))
    for answer in range(4):
        counts = np.bincount(parts[answers == answer], minlength=5)
        assert counts.max() - counts.min() <= 1


def test_a_judge_of_many_texts_sees_its_own_and_those_most_like_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judges, "FEWEST", 100)
    monkeypatch.setattr(judges, "LESSONS", 300)
    known = Vocabulary.of(TEXTS, most=1000)
    vectors, answers = known.vectors(TEXTS), np.repeat(np.arange(3), 48)
    judged = judges.train(vectors, len(known), answers, 3, lambda done: None).score(vectors)
    assert (judged.argmax(axis=1) == answers).all()


ROWS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 100)), min_size=1, max_size=60)


@given(ROWS, st.integers(0, 2), st.integers(0, 100))
def test_precision_is_what_counting_gives(
    rows: list[tuple[int, int, int]], label: int, threshold: int
) -> None:
    bears, suggested, sure = (np.array(column) for column in zip(*rows, strict=True))
    trial = Trial(bears.astype(np.int32), suggested.astype(np.int32), (sure / 100).astype(np.float32))
    found = trial.at(label, threshold / 100)
    named = [bore for bore, guess, how in rows if guess == label and how >= threshold]
    assert (found.named, found.right) == (len(named), named.count(label))
    assert found.of == sum(bore == label for bore, _, _ in rows)


@given(ROWS, st.sampled_from([0.5, 0.9, 1.0]))
def test_a_threshold_keeps_its_word_and_is_the_lowest(
    rows: list[tuple[int, int, int]], wanted: float
) -> None:
    bears, suggested, sure = (np.array(column) for column in zip(*rows, strict=True))
    trial = Trial(bears.astype(np.int32), suggested.astype(np.int32), (sure / 100).astype(np.float32))
    keeps = [
        how / 100
        for how in range(101)
        if (found := trial.at(0, how / 100)).named >= FEWEST and (found.precision or 0) >= wanted
    ]
    threshold = trial.threshold(0, wanted)
    assert (threshold is None) == (not keeps)
    if threshold is not None:
        found = trial.at(0, threshold)
        assert found.named == trial.at(0, keeps[0]).named


def test_sharpness_makes_confidence_true() -> None:
    random = np.random.default_rng(1)
    scores = random.normal(size=(4000, 3)).astype(np.float32)
    drawn = [random.choice(3, p=row / row.sum()) for row in confidences(scores, 3.0).astype(np.float64)]
    assert sharpness(scores, np.array(drawn)) == pytest.approx(3.0, rel=0.1)


def test_words_are_put_together_as_they_stand() -> None:
    speaking = {"路灯": 2.0, "灯不": 1.0, "不亮": 1.5, "请尽": -3.0, "坏了": 0.1}
    assert evidence.words("同济路路灯不亮 灯坏了 请尽快", speaking, 5) == ("路灯不亮",)


@given(
    st.text(alphabet="路灯不亮坏了 0", max_size=60),
    st.dictionaries(st.text(alphabet="路灯不亮坏了0", min_size=2, max_size=2), st.floats(-1, 1), max_size=20),
)
def test_words_stand_in_the_text(text: str, speaking: dict[str, float]) -> None:
    found = evidence.words(text, speaking, 3)
    assert len(found) <= 3
    assert all(word and word in text for word in found)


def test_measures_are_the_textbooks() -> None:
    measures = Measures.of(list("aaabbc"), list("aabbbb"))
    assert measures.accuracy == pytest.approx(4 / 6)
    assert (measures.of_label("a").precision, measures.of_label("a").recall) == (1.0, 2 / 3)
    assert measures.of_label("b").f1 == pytest.approx(2 * 0.5 * 1 / 1.5)
    assert measures.macro_f1 == pytest.approx((0.8 + 2 / 3 + 0) / 3)


def test_a_vocabulary_is_in_the_order_of_its_keys() -> None:
    keys = Vocabulary.of(TEXTS, most=50).keys.tolist()
    assert all(one < other for one, other in pairwise(keys))
