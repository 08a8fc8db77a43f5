"""The manual of imports says what the table of kinds says."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.import_page import page

pytestmark = pytest.mark.pure


def test_the_manual_is_the_tables_own() -> None:
    written = (Path(__file__).parents[2] / "docs" / "import.md").read_text("utf-8")
    assert written == page(), "write it anew: python -m docs.import_page > docs/import.md"
