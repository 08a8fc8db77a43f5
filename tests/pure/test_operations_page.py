"""The operations page and the code say the same: every setting, every command."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

import pytest
from pydantic import BaseModel

from hotline.settings import Settings

pytestmark = pytest.mark.pure

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")


def rows() -> list[str]:
    """The page's row of each setting."""
    found = []
    for section, table in Settings.model_fields.items():
        assert isinstance(table.annotation, type)
        assert issubclass(table.annotation, BaseModel)
        for name, field in table.annotation.model_fields.items():
            value = str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
            shown = f"`{value}`" if value else ""
            found.append(f"| `{section}.{name}` | {shown} | {field.description} |")
    return found


@pytest.mark.parametrize("row", rows())
def test_every_setting_is_documented_with_its_default(row: str) -> None:
    assert row in PAGE.splitlines()


@pytest.mark.parametrize("name", sorted(point.name for point in entry_points(group="hotline.commands")))
def test_every_command_is_documented(name: str) -> None:
    assert f"`hotline {name}" in PAGE or f"`{name}`" in PAGE
