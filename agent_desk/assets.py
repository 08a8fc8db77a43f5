"""The addresses of the built scripts and styles. Their names change with their content."""

from __future__ import annotations

import json
from functools import lru_cache

from agent_desk.build import BUILT


def asset(name: str) -> str:
    """The address of the file built from `name` (`app.css`). Raises KeyError for what isn't built."""
    return f"/static/built/{_files((BUILT / 'manifest.json').stat().st_mtime_ns)[name]}"


@lru_cache(maxsize=1)
def _files(_changed: int) -> dict[str, str]:
    manifest: dict[str, dict[str, str]] = json.loads((BUILT / "manifest.json").read_text("utf-8"))
    return manifest["files"]
