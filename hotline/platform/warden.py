"""Sees to it that nothing outlives a run that was killed. Each child is told by the kernel to stop then, but may
not listen; the warden is a process beside the run that waits for its end and ends, some seconds later, who is left.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hotline.platform import launch, running

GRACE = 8.0  # seconds for children to end by themselves: the longest grace of one, and a little


@contextmanager
def watching(state: Path, grace: float = GRACE) -> Iterator[None]:
    """A warden watches this process while it is inside the block."""
    command = [sys.executable, "-m", "hotline.platform.warden", str(state), str(grace)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
    try:
        yield
    finally:
        process.communicate()


def main(state: Path, grace: float) -> None:
    """Wait until the other end of standard input is closed, which the kernel does for whoever dies."""
    sys.stdin.buffer.read()
    run = running.read(state)
    leaders = [child.pid for child in run.children if child.pid] if run else []
    deadline = time.monotonic() + grace
    while any(map(_is_there, leaders)) and time.monotonic() < deadline:
        time.sleep(0.1)
    for leader in leaders:
        launch.kill_group(leader)


def _is_there(leader: int) -> bool:
    try:
        os.killpg(leader, 0)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
