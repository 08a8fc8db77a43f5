"""The configurations that the switch has had, each in a folder of its own; `etc` is a link to the one in force.

To bring one in is to rename one link: whoever dies in between leaves the old one or the new one, never a mixture.
The one before stays beside it, for a roll-back.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from dialplans.folders import Folders
from dialplans.texts import Texts, digest
from dialplans.write import replace_file, write

KEPT = 5  # editions, the one in force among them
ABOUT = ".edition.json"  # beside the files; Asterisk doesn't look at it
REFUSED, HELD = "refused.json", "held.json"


@dataclass(frozen=True)
class Edition:
    """One configuration on disk: `0012-` and its digest."""

    folder: Path

    @property
    def name(self) -> str:
        """What facts and people call it."""
        return self.folder.name

    @property
    def number(self) -> int:
        """Later ones have higher numbers."""
        return int(self.name.partition("-")[0])

    @property
    def digest(self) -> str:
        """Of its texts."""
        return self.name.partition("-")[2]

    def texts(self) -> dict[str, str]:
        """Its files."""
        return {
            file.name: file.read_text("utf-8")
            for file in self.folder.iterdir()
            if not file.name.startswith(".")
        }

    def about(self) -> dict[str, Any]:
        """`revision` and `at` that it was rendered from, and what a switch says that runs it (`expected`)."""
        return _read(self.folder / ABOUT)


class Editions:
    """The editions of one switch. Whoever changes something does it in `alone`."""

    def __init__(self, folders: Folders) -> None:
        self.folder = folders.editions
        self._link = folders.etc

    @contextmanager
    def alone(self) -> Iterator[None]:
        """No other process changes anything in the meantime; waits until that is so."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def in_force(self) -> Edition | None:
        """The one that the switch reads, or None before the first."""
        if not self._link.is_symlink() or not self._link.exists():
            return None
        return Edition(self.folder / self._link.readlink().name)

    def before(self) -> Edition | None:
        """The one that was in force before the present one, or None."""
        now = self.in_force()
        older = [one for one in self._all() if now is not None and one.number < now.number]
        return older[-1] if older else None

    def add(self, texts: Texts, revision: int, at: datetime, expected: Mapping[str, Any]) -> Edition:
        """A new edition beside the others; nobody reads it yet. What somebody who died left half-done goes."""
        now = self.in_force()
        for one in self._all():
            if now is None or one.number > now.number:
                self.drop(one)
        new = self.folder / ".new"
        shutil.rmtree(new, ignore_errors=True)
        about = {"revision": revision, "at": at.isoformat(), "expected": expected}
        write(new, {**texts, ABOUT: json.dumps(about, ensure_ascii=False)})
        edition = Edition(self.folder / f"{now.number + 1 if now else 1:04}-{digest(texts)}")
        new.rename(edition.folder)
        _settle(self.folder)
        return edition

    def bring_in(self, edition: Edition) -> None:
        """From now on the switch reads `edition`."""
        if self._link.is_dir() and not self._link.is_symlink():
            self._link.rename(self.folder / "0000-found")  # a folder from before there were editions
        new = self.folder / ".etc"
        new.unlink(missing_ok=True)
        new.symlink_to(edition.folder.relative_to(self._link.parent))
        new.rename(self._link)
        _settle(self._link.parent)

    def forget(self) -> None:
        """Let go of those that are too old."""
        for one in self._all()[:-KEPT]:
            self.drop(one)

    def drop(self, edition: Edition) -> None:
        """Let go of one that isn't in force. Half of one never bears its name."""
        gone = self.folder / ".gone"
        shutil.rmtree(gone, ignore_errors=True)
        edition.folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)

    def refuse(self, texts: Texts) -> None:
        """These texts aren't tried again by themselves."""
        replace_file(self.folder / REFUSED, json.dumps({"digest": digest(texts)}))

    def is_refused(self, texts: Texts) -> bool:
        """Whether they were refused last."""
        return _read(self.folder / REFUSED).get("digest") == digest(texts)

    def has_refused(self) -> bool:
        """Whether anything was refused since the present one came into force."""
        return (self.folder / REFUSED).exists()

    def hold(self, revision: int) -> None:
        """After a roll-back: nothing is brought in before a later revision, or an order."""
        replace_file(self.folder / HELD, json.dumps({"revision": revision}))

    def held_at(self) -> int | None:
        """The revision that was rolled back, as long as that stands."""
        return _read(self.folder / HELD).get("revision")

    def release(self) -> None:
        """Neither a refusal nor a roll-back stands in the way any more."""
        for name in (REFUSED, HELD):
            (self.folder / name).unlink(missing_ok=True)

    def _all(self) -> list[Edition]:
        folders = sorted(folder for folder in self.folder.glob("[0-9]*-*") if folder.is_dir())
        return [Edition(folder) for folder in folders]


def _read(file: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        return dict(json.loads(file.read_text("utf-8")))
    return {}


def _settle(folder: Path) -> None:
    """What was renamed in `folder` outlives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
