"""Puts files on the disk, readable by their owner alone: each appears as a whole, and outlives a power cut."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def write(folder: Path, texts: Mapping[str, str]) -> None:
    """Write `texts` into `folder`, which is made where it isn't there."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, text in texts.items():
        replace_file(folder / name, text)


def replace_file(file: Path, text: str) -> None:
    """Write `file` beside its older self, then take its name."""
    new = file.with_name(f".{file.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(
        os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    new.rename(file)
