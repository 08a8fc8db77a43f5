"""The manual of city packs says what the table of sheets says."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.pack_page import page
from hotline.pack.load import BUNDLED
from hotline.pack.sheets import FILES

pytestmark = pytest.mark.pure


def test_the_manual_is_the_tables_own() -> None:
    written = (Path(__file__).parents[2] / "docs" / "city-pack.md").read_text("utf-8")
    assert written == page(), "write it anew: python -m docs.pack_page > docs/city-pack.md"


def test_a_bundled_city_has_the_files_of_the_format_and_no_others() -> None:
    for city in (folder for folder in BUNDLED.iterdir() if folder.is_dir()):
        assert {file.name for file in city.iterdir()} == set(FILES)
