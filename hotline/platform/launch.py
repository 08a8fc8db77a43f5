"""Starting one child process and stopping it again, with all that it started itself.

Every child leads its own process group and session, writes to its own log file, and is told by the kernel
to stop when the process that started it dies, however that happens.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from hotline.errors import Unreachable
from hotline.platform.child import Child

LARGEST_LOG = 10_000_000  # bytes; a larger one is put aside at the next start
KEPT_LOGS = 5


def leash(child: Child) -> list[str]:
    """The command line that starts `child`, tied to its parent's life."""
    return [
        "setpriv",
        "--pdeathsig",
        child.stop.name.removeprefix("SIG"),
        *child.privileges,
        "--",
        *child.argv,
    ]


def open_log(logs: Path, name: str) -> int:
    """A descriptor that appends to `name`.log. What grew too large becomes `name`.log.1, and so on up to 5."""
    log = logs / f"{name}.log"
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        for number in range(KEPT_LOGS - 1, 0, -1):
            with suppress(FileNotFoundError):
                os.replace(f"{log}.{number}", f"{log}.{number + 1}")
        os.replace(log, f"{log}.1")
    return os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def start(child: Child, logs: Path) -> subprocess.Popen[bytes]:
    """Start `child` now; its output goes to a file in `logs`."""
    output = open_log(logs, child.name)
    try:
        return subprocess.Popen(
            leash(child),
            env={**os.environ, **child.env},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    finally:
        os.close(output)


def is_ready(child: Child) -> bool:
    """Whether `child` says so. Whatever goes wrong while asking means not yet, and must not end the others."""
    with suppress(Exception):
        return child.ready()
    return False


def last_words(logs: Path, name: str, lines: int = 8) -> str:
    """The end of a child's log, for whoever has to find out why it did not start."""
    with suppress(OSError):
        return "\n".join((logs / f"{name}.log").read_text("utf-8", "replace").splitlines()[-lines:])
    return ""


def kill_group(pid: int, sign: signal.Signals = signal.SIGKILL) -> None:
    """Send `sign` to the process group that `pid` leads or led; nobody left is fine."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, sign)


def stop(process: subprocess.Popen[bytes], child: Child) -> None:
    """Ask `child` to stop, wait for its grace, then end whatever is left of its group."""
    process.send_signal(child.stop)
    with suppress(subprocess.TimeoutExpired):
        process.wait(child.grace)
    kill_group(process.pid)
    process.wait()


@contextmanager
def running(child: Child, logs: Path) -> Iterator[None]:
    """`child` runs inside the block: the one that runs already, else one started here and stopped at the end."""
    if is_ready(child):
        yield
        return
    process = start(child, logs)
    try:
        _await_ready(process, child, logs)
        yield
    finally:
        stop(process, child)


def _await_ready(process: subprocess.Popen[bytes], child: Child, logs: Path) -> None:
    deadline = time.monotonic() + child.patience
    while not is_ready(child):
        if process.poll() is not None or time.monotonic() > deadline:
            raise Unreachable(f"{child.name} did not start: {last_words(logs, child.name)}")
        time.sleep(0.02)


def output_of(argv: Sequence[str], seconds: float = 10) -> str:
    """What a short command prints. Raises `Unreachable` when it fails or takes longer than `seconds`."""
    try:
        result = subprocess.run(argv, capture_output=True, text=True, timeout=seconds, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", None) or str(error)
        raise Unreachable(f"{Path(argv[0]).name}: {said.strip()}") from None
    return result.stdout.strip()
