"""The house rule that every test module is in exactly one category, its folder's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.edge

TESTS = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("marks", "found"),
    [("", "found categories []"), ("pytestmark = [pytest.mark.pure, pytest.mark.edge]", "['pure', 'edge']")],
)
def test_a_module_of_no_or_two_categories_stops_the_run(tmp_path: Path, marks: str, found: str) -> None:
    (tmp_path / "pure").mkdir()
    (tmp_path / "conftest.py").write_text((TESTS / "conftest.py").read_text())
    (tmp_path / "pure" / "test_it.py").write_text(f"import pytest\n{marks}\ndef test_it(): pass\n")
    command = [sys.executable, "-m", "pytest", "-c", str(TESTS.parent / "pyproject.toml"), str(tmp_path)]
    answer = subprocess.run(
        [*command, f"--rootdir={tmp_path}"], cwd=TESTS.parent, capture_output=True, text=True, check=False
    )
    assert answer.returncode == pytest.ExitCode.USAGE_ERROR
    assert found in answer.stderr
