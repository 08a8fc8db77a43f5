"""Puts files on the disk, readable by their owner alone: each appears as a whole, and outlives a power cut."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Mapping
from pathlib import Path


def write(folder: Path, texts: Mapping[str, str]) -> None:
    """Write `texts` into `folder`, which is made where it isn't there."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, text in texts.items():
        replace_file(folder / name, text)


def archive(texts: Mapping[str, str]) -> bytes:
    """`texts` as a .tar.gz with a folder `etc`, whose files only their owner reads."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz") as tar:
        for name, text in sorted(texts.items()):
            member = tarfile.TarInfo(f"etc/{name}")
            member.size, member.mode = len(text.encode()), 0o600
            tar.addfile(member, io.BytesIO(text.encode()))
    return written.getvalue()


def replace_file(file: Path, content: str | bytes) -> None:
    """Write `file` beside its older self, then take its name."""
    new = file.with_name(f".{file.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(content.encode() if isinstance(content, str) else content)
        stream.flush()
        os.fsync(stream.fileno())
    new.rename(file)
