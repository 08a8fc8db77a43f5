"""Puts rendered files where Asterisk reads them: each is compared, and replaced as a whole when it differs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def write(folder: Path, texts: Mapping[str, str]) -> tuple[str, ...]:
    """Write `texts` into `folder`, readable by the owner alone. Returns the names of the files that changed."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    changed = outdated(folder, texts)
    for name in changed:
        _replace(folder / name, texts[name])
    return changed


def outdated(folder: Path, texts: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the files that are missing from `folder` or say something else."""
    return tuple(sorted(name for name, text in texts.items() if _read(folder / name) != text))


def _read(file: Path) -> str | None:
    try:
        return file.read_text("utf-8")
    except FileNotFoundError:
        return None


def _replace(file: Path, text: str) -> None:
    new = file.with_name(f".{file.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(
        os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as stream:
        stream.write(text)
    new.rename(file)
