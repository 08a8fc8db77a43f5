"""`hotline learn` and `hotline evaluate`, and the model's file: read back as it was, and nothing else taken for one."""

from __future__ import annotations

import io
import json
import pickle
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from hotline.errors import Misconfigured
from hotline.learning import examples_file, model_file
from hotline.learning.examples import Example
from hotline.learning.learn import learn
from hotline.learning.model import Model
from hotline.settings import Settings
from tests.edge.test_platform_commands import hotline
from tests.pure.labelled import examples

pytestmark = pytest.mark.edge


@pytest.fixture(scope="module")
def model() -> Model:
    return learn(examples(), sources={"tests": 144}, learnt_on=date(2026, 11, 23))


def written(file: Path, texts: Sequence[Example]) -> Path:
    rows = "".join(f"{one.label}\t{one.title}\t{one.content}\n" for one in texts)
    file.write_text(f"label\tsubject\ttext\n{rows}", "utf-8")
    return file


def cut(file: Path, texts: Sequence[Example]) -> Path:
    rows = "".join(f"{' '.join(one.text)}\t{one.label}\n" for one in texts)
    file.write_text(f"tokens\tlabel\n{rows}", "utf-8")
    return file


def test_two_kinds_of_files_teach_one_model_that_is_then_evaluated(
    settings: Settings, tmp_path: Path
) -> None:
    texts = examples()
    one, other = written(tmp_path / "raw.tsv", texts[::3]), cut(tmp_path / "tokens.tsv", texts[1::3])
    unseen, to = written(tmp_path / "unseen.tsv", texts[2::3]), tmp_path / "m.npz"
    files = ("--from", str(one), "--from", str(other))
    learnt = hotline(settings, "learn", *files, "--to", str(to), "--on", "2026-11-23")
    assert learnt.returncode == 0, learnt.stderr
    assert "48 texts from raw.tsv" in learnt.stdout
    assert "48 texts from tokens.tsv" in learnt.stdout
    assert "macro-F1" in learnt.stdout
    before = to.read_bytes()
    assert hotline(settings, "learn", *files, "--to", str(to), "--on", "2026-11-23").returncode == 0
    assert to.read_bytes() == before
    evaluated = hotline(settings, "evaluate", str(to), str(unseen))
    assert evaluated.returncode == 0, evaluated.stderr
    assert "48 texts (all): accuracy 1.0000, macro-F1 1.0000" in evaluated.stdout
    assert "Confusion" in evaluated.stdout
    assert all(label in evaluated.stdout for label in ("路灯", "欠薪", "噪声"))
    assert not settings.paths.state.exists()


@pytest.mark.parametrize(
    ("words", "expected", "code"),
    [
        (("learn", "--to", "m.npz"), "one of them", 2),
        (("learn", "--from", "none.tsv", "--to", "m.npz"), "none.tsv: found no such file", 2),
        (("learn", "--from", "alone.tsv"), "no --to", 2),
        (("learn", "--from", "alone.tsv", "--to", "nowhere/m.npz"), "nowhere: found no such folder", 2),
        (("learn", "--from", "alone.tsv", "--to", "m.npz"), "two are needed", 1),
        (("evaluate", "alone.tsv", "alone.tsv"), "expected a model that `hotline learn` wrote", 2),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    expected: str,
    code: int,
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "alone.tsv", examples(("路灯",)))
    answer = hotline(settings, *words)
    assert (answer.returncode, "Traceback" in answer.stderr) == (code, False)
    assert expected in answer.stderr
    assert not (tmp_path / "m.npz").exists()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", r"line 1: found ''; expected a header of label, subject, text"),
        (b"label\ttext\nx\ty\n", r"line 1: found 'label\\ttext'"),
        (b"label\ttokens\n", r"found no line below the header"),
        (b"label\ttokens\nx\ty\nx\n", r"line 3: found 1 columns; expected 2: label, tokens"),
        (b"label\ttokens\nx\ty\n\t\xe4\xba\x8c\n", r"line 3, column label: found nothing"),
        (b"label\tsubject\ttext\nx\t\ty\nx\ty\t \n", r"line 3, column text: found nothing"),
        (b"label\ttokens\nx\t\xe4\xba\n", r"line 2, byte 3: found bytes that are not UTF-8"),
    ],
)
def test_bad_files_name_the_place(tmp_path: Path, content: bytes, expected: str) -> None:
    file = tmp_path / "texts.tsv"
    file.write_bytes(content)
    with pytest.raises(Misconfigured, match=expected):
        examples_file.read(file)


def test_cut_words_are_joined_and_lines_numbered(tmp_path: Path) -> None:
    file = tmp_path / "texts.tsv"
    file.write_bytes("\ufefflabel\ttokens\r\n城建\t路灯 坏 了\r\n\r\n城建\t井盖\r\n".encode())
    found = [(one.key, one.label, one.title, one.content) for one in examples_file.read(file)]
    assert found == [("texts.tsv:2", "城建", "", "路灯坏了"), ("texts.tsv:4", "城建", "", "井盖")]


def test_a_model_is_read_back_as_it_was(model: Model, tmp_path: Path) -> None:
    model_file.save(model, tmp_path / "m.npz")
    again = model_file.load(tmp_path / "m.npz")
    assert again.account == model.account
    for said in ("路灯不亮没人修", "工资拖了三个月", "半夜打桩"):
        assert again.suggest("", said) == model.suggest("", said)
    assert again.precision_at("路灯", 0.5) == model.precision_at("路灯", 0.5)
    assert [file.name for file in tmp_path.iterdir()] == ["m.npz"]


def spoilt(file: Path, **changed: object) -> None:
    """The model's file with some of its members replaced: by an array, or by a text of the header."""
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for name, value in changed.items():
        array = np.frombuffer(json.dumps(value).encode(), np.uint8) if isinstance(value, dict) else value
        stream = io.BytesIO()
        np.save(stream, array, allow_pickle=True)  # type: ignore[arg-type]
        members[f"{name.replace('__', '.')}.npy"] = stream.getvalue()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


class Planted:
    """What must never be unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return pytest.fail, ("something in a model's file was run",)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"header": {"kind": "hotline model", "version": 99}}, "found version 99"),
        ({"header": {"kind": "recipe"}}, "found another kind of file"),
        ({"header": {"kind": "hotline model", "version": 1, "account": {}}}, "something else"),
        ({"judges__weights": np.zeros((3, 3), np.float32)}, "don't fit together"),
        ({"judges__offsets": np.zeros(3, np.int64)}, "don't fit together"),
        ({"neighbours__texts": np.array([Planted()], object)}, "something else"),
    ],
)
def test_foreign_and_spoilt_files_are_refused(
    model: Model, tmp_path: Path, changed: dict[str, object], expected: str
) -> None:
    model_file.save(model, tmp_path / "m.npz")
    spoilt(tmp_path / "m.npz", **changed)
    with pytest.raises(Misconfigured, match=expected):
        model_file.load(tmp_path / "m.npz")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not really", b"\x93NUMPY", pickle.dumps([1, 2])])
def test_other_files_are_no_models(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "m.npz").write_bytes(content)
    with pytest.raises(Misconfigured, match="something else"):
        model_file.load(tmp_path / "m.npz")


def test_half_a_model_is_refused(model: Model, tmp_path: Path) -> None:
    file = tmp_path / "m.npz"
    model_file.save(model, file)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(Misconfigured, match="something else"):
        model_file.load(file)


def test_the_commands_cost_the_others_nothing() -> None:
    code = "import sys, hotline.learning.commands; print(*{name.partition('.')[0] for name in sys.modules})"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported = set(found.stdout.split())
    assert "typer" in imported
    assert not {"numpy", "scipy", "sklearn"} & imported
