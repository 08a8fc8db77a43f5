"""A model learnt from few texts: what it suggests and why, that nothing depends on luck, and that nothing leaks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from hotline.errors import Refused
from hotline.learning.examples import Example
from hotline.learning.learn import LEAST, learn
from hotline.learning.model import Model
from tests.pure.labelled import examples

pytestmark = pytest.mark.pure

DAY = date(2026, 11, 23)


def made(texts: list[Example]) -> Model:
    return learn(texts, sources={"tests": len(texts)}, learnt_on=DAY)


@pytest.fixture(scope="module")
def model() -> Model:
    return made(examples())


@pytest.mark.parametrize(
    ("title", "content", "label", "word"),
    [
        ("路灯问题", "我家门口的路灯坏了一个星期，黑漆漆的", "路灯", "路灯"),
        ("", "老板欠我们三个月工资不给", "欠薪", "工资"),
        ("投诉", "楼下太吵了，噪声让人睡不着", "噪声", "噪声"),
    ],
)
def test_unseen_words_are_named_with_the_words_that_speak_for_it(
    model: Model, title: str, content: str, label: str, word: str
) -> None:
    best, *others = model.suggest(title, content)
    assert best.label == label
    assert any(word in said for said in best.words)
    assert all(said in f"{title} {content}" for said in best.words)
    assert best.confidence > max(other.confidence for other in others)
    assert sum(guess.confidence for guess in (best, *others)) == pytest.approx(1)


def test_similar_texts_bear_the_label_and_may_be_shown(model: Model) -> None:
    by_key = {example.key: example for example in examples()}
    for hidden in (example for example in by_key.values() if not example.shown):
        (best,) = model.suggest(hidden.title, hidden.content, limit=1)
        assert best.similar
        assert all(by_key[key].label == best.label and by_key[key].shown for key in best.similar)


def test_a_text_of_unknown_pieces_gets_no_guess(model: Model) -> None:
    assert model.suggest("", "") == []
    assert model.suggest("?!", "~~~") == []


def test_the_same_examples_give_the_same_model(model: Model) -> None:
    again = made(examples())
    assert again.account == model.account
    assert np.array_equal(again.judges.weights, model.judges.weights)
    assert np.array_equal(again.trial.confidence, model.trial.confidence)


def test_a_label_that_few_bear_is_left_out_and_said() -> None:
    rare = [Example(f"r{n}", "罕见", "", f"只有几次的事情{n}") for n in range(LEAST - 1)]
    account = made(examples() + rare).account
    assert account.left_out == {"罕见": LEAST - 1}
    assert list(account.labels.values()) == [48, 48, 48]


def test_one_label_alone_teaches_nothing() -> None:
    with pytest.raises(Refused, match="too_few_labels"):
        made(examples(("路灯",)))


def test_noise_is_not_taken_for_knowledge() -> None:
    """Labels dealt out blindly, each text there twice: who remembers its repetition would be right every time."""
    texts = [
        Example(
            f"{n}-{copy}", "单双"[n % 2], "", f"{chr(0x4E00 + 7 * n) * 3}{chr(0x5E00 + 5 * n)}反映第一件事情"
        )
        for n in range(100)
        for copy in "ab"
    ]
    account = made(texts).account
    assert account.repeated == 200
    assert account.accuracy < 0.7


def test_a_half_known_label_is_less_sure_than_its_precision_says(model: Model) -> None:
    everything = model.precision_at("路灯", 0.0)
    assert everything.of == 48
    assert everything.precision is not None
    assert model.precision_at("路灯", 1.01).precision is None
    assert model.precision_at("没有", 0.0).of == 0
    assert model.threshold_for("没有", 0.5) is None


def test_wrong_labels_are_seen_in_the_precision() -> None:
    mixed = [replace(e, label="噪声") if n % 4 == 0 else e for n, e in enumerate(examples(("路灯", "噪声")))]
    found = made(mixed).precision_at("路灯", 0.0)
    assert found.precision is not None
    assert found.right < found.named


def test_it_knows_what_it_has_read(model: Model) -> None:
    read = [example.text for example in examples() if example.shown][:5]
    assert model.knows([*read, "孩子积分入学需要什么材料"]).tolist() == [True] * 5 + [False]


def test_progress_reaches_its_end() -> None:
    heard: dict[str, tuple[int, int]] = {}
    learn(
        examples(),
        sources={},
        learnt_on=DAY,
        heard=lambda what, done, of: heard.__setitem__(what, (done, of)),
    )
    assert heard
    assert all(done == of for done, of in heard.values())
