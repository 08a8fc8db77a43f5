"""The page of known faults names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.pure

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "known-faults.md").read_text("utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and "known to happen" not in line]


@pytest.mark.parametrize("row", ROWS)
def test_each_fault_is_held_by_a_test_that_exists(row: str) -> None:
    named = re.search(r"\| `([\w/]+\.py)::(\w+)` \|$", row)
    assert named, row
    assert f"def {named[2]}(" in (TESTS / named[1]).read_text("utf-8")
