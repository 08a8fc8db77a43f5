"""The model that a running process uses: none, a broken one, and a newer one than before."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from hotline.learning.examples import Example
from hotline.learning.in_force import ModelInForce, matters_file
from hotline.learning.learn import learn
from tests.edge.taught import LAMPS, model, teach
from tests.pure.labelled import examples

pytestmark = pytest.mark.edge


def test_without_a_file_there_is_none(tmp_path: Path) -> None:
    known = ModelInForce(matters_file(tmp_path))
    assert known.look() is None
    assert (known.now, known.is_broken, known.suggest("路灯", "路灯不亮")) == (None, False, ())


def test_a_newer_file_is_taken_up_at_the_next_look_and_not_read_twice(tmp_path: Path) -> None:
    known = ModelInForce(teach(tmp_path))
    assert known.now is None, "whoever asks reads no file"
    first = known.look()
    assert first is not None
    assert known.suggest("", "路灯连续三晚不亮")[0].label == LAMPS
    assert known.look() is first
    texts = [Example(one.key, one.label, one.title, one.content) for one in examples(("路灯", "欠薪"))]
    teach(tmp_path, learn(texts, sources={}, learnt_on=date(2026, 12, 1), heard=lambda what, done, of: None))
    second = known.look()
    assert second is not None
    assert second.account.learnt_on == "2026-12-01"
    assert known.suggest("", "路灯连续三晚不亮")[0].label == "路灯", "the newer one says so"
    matters_file(tmp_path).unlink()
    assert (known.look(), known.now, known.suggest("", "路灯连续三晚不亮")) == (None, None, ())


def test_a_broken_file_counts_as_none_and_is_logged_once(tmp_path: Path) -> None:
    file = teach(tmp_path, model())
    known = ModelInForce(file)
    known.look()
    file.write_bytes(b"PK, but no more than that")
    with capture_logs() as logs:
        assert known.look() is None
        assert known.look() is None
    assert (known.now, known.is_broken) == (None, True)
    (told,) = logs
    assert told["event"] == "model not used"
    assert "expected a model that `hotline learn` wrote" in told["error"]
