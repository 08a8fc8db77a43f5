"""Finds the programs: those of the host where all of them are there in the right version, else the private ones."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from hotline.errors import Misconfigured
from hotline.settings import Settings
from telephony.switch.programs import MAJOR, Programs, private

MODULE_FOLDERS = ("usr/lib/*/asterisk/modules", "usr/lib/asterisk/modules", "usr/lib64/asterisk/modules")
DOCUMENTATION_FOLDERS = ("usr/share/asterisk/documentation", "var/lib/asterisk/documentation")


def root_folder(settings: Settings) -> Path:
    """Where the private programs are, once they are made."""
    return settings.paths.parts / "switch"


def locate(settings: Settings) -> Programs:
    """The programs to use. Raises `Misconfigured` when there are none yet."""
    found = on_path() or private(root_folder(settings))
    if found is None:
        missing = root_folder(settings)
        raise Misconfigured(str(missing), "no telephone switch", "a set-up (hotline switch install)")
    return found


def on_path() -> Programs | None:
    """The host's own programs, or None unless Asterisk in our version, espeak-ng and sox are all there."""
    asterisk, espeak, sox = (shutil.which(name) for name in ("asterisk", "espeak-ng", "sox"))
    modules, documentation = _first(MODULE_FOLDERS), _first(DOCUMENTATION_FOLDERS)
    if not (asterisk and espeak and sox and modules and documentation) or version((asterisk,))[:1] != (
        MAJOR,
    ):
        return None
    return Programs((asterisk,), (espeak,), (sox,), modules, documentation)


def version(asterisk: tuple[str, ...]) -> tuple[int, ...]:
    """The version that `asterisk` says it is: (22, 10, 1) for "Asterisk 22.10.1~dfsg-1"; empty for anything else."""
    said = subprocess.run([*asterisk, "-V"], capture_output=True, text=True, check=False, timeout=10).stdout
    found = re.match(r"Asterisk (\d+(?:\.\d+)*)", said)
    return tuple(int(part) for part in found[1].split(".")) if found else ()


def _first(patterns: Iterable[str]) -> Path | None:
    return next((found for pattern in patterns for found in Path("/").glob(pattern)), None)
