"""What a newcomer does, in their order and against the clock: `make run`, look, Ctrl-C, again, `make test`.

Runs inside the clean root folder that fresh.sh makes, on that system's own Python and nothing else.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen

ADDRESS = "http://127.0.0.1:12345/"
FIRST_START, LATER_START, STOPPING, TESTS = 300, 15, 15, 1200  # seconds that each may take


def say(words: str) -> None:
    """A line of the report."""
    sys.stdout.write(f"== {words}\n")
    sys.stdout.flush()


def others() -> list[str]:
    """Every process of this namespace but those that lead here."""
    mine = {1, os.getpid(), os.getppid()}
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if command and int(folder.name) not in mine:
                found.append(f"{folder.name} {command[:120]}")
    return found


def run_and_stop(clone: Path, seconds: int) -> None:
    """`make run` until it is ready, the start page, Ctrl-C, and nobody left."""
    begun = time.monotonic()
    process = subprocess.Popen(
        ["make", "run"], cwd=clone, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        await_ready(process)
        took = time.monotonic() - begun
        say(f"ready after {took:.1f} s")
        with urlopen(ADDRESS, timeout=10) as answer:
            say(f"{ADDRESS} says {answer.status}")
        assert took <= seconds, f"ready within {seconds} s was promised"
        stop(process)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def await_ready(process: subprocess.Popen[str]) -> None:
    """Pass its lines on until the one that says it is ready."""
    assert process.stdout is not None
    for line in process.stdout:
        sys.stdout.write(line)
        sys.stdout.flush()
        if "Ready:" in line:
            return
    raise AssertionError(f"make run ended with exit code {process.wait()} before it was ready")


def stop(process: subprocess.Popen[str]) -> None:
    """Ctrl-C, as a terminal sends it: to the whole group."""
    begun = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=STOPPING + 5)
    sys.stdout.write(output)
    took = time.monotonic() - begun
    assert took <= STOPPING, f"stopped after {took:.1f} s"
    nobody_left()
    say(f"stopped after {took:.1f} s, nothing left running")


def nobody_left() -> None:
    """Raises AssertionError for a process that still runs."""
    left = others()
    assert not left, f"left running: {left}"


def main(clone: Path) -> None:
    """The whole rehearsal."""
    say("make run, the first time")
    run_and_stop(clone, FIRST_START)
    say("make run, again")
    run_and_stop(clone, LATER_START)
    say("make test")
    begun = time.monotonic()
    subprocess.run(["make", "test"], cwd=clone, check=True, timeout=TESTS)
    nobody_left()
    say(f"all tests passed after {time.monotonic() - begun:.0f} s, nothing left running")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
