"""Makes the private folder of the switch's programs from Debian's packages. It appears under its name only when
it is complete, so an interrupted set-up leaves nothing half-installed, and running it again finishes the job.
"""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hotline.errors import Misconfigured
from hotline.settings import Asterisk, Settings
from telephony.switch import apt
from telephony.switch.locate import on_path, root_folder, version
from telephony.switch.programs import MAJOR, Programs, private

PACKAGES = ("asterisk", "asterisk-modules", "espeak-ng", "sox")
STAMP = "made-from.json"
NEEDED = 900_000_000  # bytes: the packages, and what comes out of them

Say = Callable[[str], None]


def install(settings: Settings, say: Say) -> None:
    """The step of the set-up: nothing where the switch runs elsewhere."""
    if not settings.asterisk.external:
        fetch(settings, say)


def fetch(settings: Settings, say: Say) -> Programs:
    """The programs to use, made now if they are missing. Waits while another process makes them.

    Raises `Unreachable` when the mirror doesn't answer, `Misconfigured` for what an operator must mend.
    """
    found = on_path()
    if found is not None:
        return found
    root = root_folder(settings)
    root.parent.mkdir(parents=True, exist_ok=True)
    with _alone(root):
        if not is_current(root, settings.asterisk):
            _make(root, settings.asterisk, say)
    made = private(root)
    if made is None or version(made.asterisk)[:1] != (MAJOR,):
        raise Misconfigured("asterisk.suite", f"{settings.asterisk.suite}", f"a suite with Asterisk {MAJOR}")
    return made


def is_current(root: Path, switch: Asterisk) -> bool:
    """Whether `root` was made from what is asked for now."""
    try:
        return bool(json.loads((root / STAMP).read_text("utf-8")) == _wanted(switch))
    except (OSError, ValueError):
        return False


def _wanted(switch: Asterisk) -> dict[str, object]:
    return {"suite": switch.suite, "packages": list(PACKAGES)}


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    with root.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(root: Path, switch: Asterisk, say: Say) -> None:
    _check_space(root.parent)
    mirror = switch.mirror or apt.host_mirror()
    new, downloads = root.with_suffix(".new"), root.with_suffix(".downloads")
    say("Downloading the telephone switch, Asterisk 22, and its voice (about 90 MB)")
    packages = apt.download(downloads, mirror, switch.suite, PACKAGES)
    say(f"Unpacking {len(packages)} packages (about 350 MB)")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()
    for package in packages:
        _unpack(package, new)
    (new / STAMP).write_text(json.dumps(_wanted(switch)), "utf-8")
    shutil.rmtree(root, ignore_errors=True)
    new.rename(root)
    shutil.rmtree(downloads, ignore_errors=True)


def _check_space(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < NEEDED:
        found = f"{free // 1_000_000} MB free in {folder}"
        raise Misconfigured("paths.parts", found, f"{NEEDED // 1_000_000} MB for the telephone switch")


def _unpack(package: Path, root: Path) -> None:
    done = subprocess.run(
        ["dpkg-deb", "--extract", str(package), str(root)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        package.unlink(missing_ok=True)  # so that the next try fetches it again
        raise Misconfigured("paths.parts", done.stderr.strip(), f"{package.name} unpacked into {root}")
