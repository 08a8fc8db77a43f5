"""Which `hotline up` runs on a state folder, and what its children are doing: one lock and one small file.

The lock decides; the file informs. A process id alone proves nothing, since ids are used again, so it stands
beside the process's start time.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from hotline.errors import Refused


@dataclass(frozen=True)
class ChildState:
    """One child as it is now. `since` is in seconds of the epoch; `pid` 0 means that it is not running."""

    name: str
    pid: int
    since: float
    ready: bool
    restarts: int


@dataclass(frozen=True)
class Run:
    """One `hotline up`. `started` is the kernel's start time of `pid`, in clock ticks since boot."""

    pid: int
    started: int
    address: str
    children: tuple[ChildState, ...] = ()


def started_at(pid: int) -> int | None:
    """The start time of `pid` in clock ticks since boot (proc(5), stat field 22), or None if there is none."""
    with suppress(OSError, IndexError, ValueError):
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if after_name[0] in "ZX" else int(after_name[19])
    return None


def find(state: Path) -> Run | None:
    """The run that is alive on `state`."""
    run = read(state)
    return run if run and started_at(run.pid) == run.started else None


def read(state: Path) -> Run | None:
    """What was last written about a run on `state`, whether or not it is still alive."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        values = json.loads(_file(state).read_text("utf-8"))
        children = tuple(ChildState(**child) for child in values.pop("children"))
        return Run(**values, children=children)
    return None


def write(state: Path, run: Run) -> None:
    """Tell whoever asks. Readers see the old file or the new one, never half of it."""
    new = _file(state).with_suffix(".new")
    new.write_text(json.dumps(asdict(run)), "utf-8")
    new.replace(_file(state))


@contextmanager
def claim(state: Path) -> Iterator[None]:
    """This process alone runs on `state` inside the block. Raises `Refused("platform.already_runs")`."""
    folder = state / "run"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            run = find(state)
            raise Refused("platform.already_runs", state=state, pid=run.pid if run else None) from None
        try:
            yield
        finally:
            _file(state).unlink(missing_ok=True)


def this_process(address: str) -> Run:
    """A run led by this very process."""
    return Run(os.getpid(), started_at(os.getpid()) or 0, address)


def _file(state: Path) -> Path:
    return state / "run" / "up.json"
