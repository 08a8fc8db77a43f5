"""A small platform to kill in tests: `python -m tests.edge.supervised STATE` keeps a server, one who needs it, and
one who doesn't listen.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from hotline.platform import running, warden
from hotline.platform.child import Child
from hotline.platform.supervisor import Supervisor

SERVE = """
import pathlib, signal, subprocess, sys, time
helper = subprocess.Popen(["sleep", "600"])
def leave(*_):
    with open(sys.argv[1] + "/order", "a") as order: order.write(sys.argv[2] + "\\n")
    raise SystemExit
signal.signal(signal.SIGTERM, leave)
pathlib.Path(sys.argv[1], sys.argv[2]).touch()
while True: time.sleep(60)
"""


def child(state: Path, name: str, after: tuple[str, ...] = ()) -> Child:
    """A process with a process of its own; ready when its file is there; notes when it leaves."""
    argv = (sys.executable, "-c", SERVE, str(state), name)
    return Child(name=name, argv=argv, ready=(state / name).exists, after=after)


def say(words: str) -> None:
    """One line for whoever started this."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def main(state: Path) -> None:
    """Run all until a signal comes."""
    run = running.this_process("http://127.0.0.1:1/")
    stubborn = Child(
        "stubborn", ("sh", "-c", "trap : TERM; while :; do sleep 600; done"), ready=lambda: True, grace=0.3
    )
    children = [child(state, "server"), child(state, "client", after=("server",)), stubborn]
    supervisor = Supervisor(
        children,
        state / "logs",
        say,
        lambda states: running.write(state, _told(run, states)),
    )
    (state / "run").mkdir(exist_ok=True)
    (state / "logs").mkdir(exist_ok=True)
    with running.claim(state), warden.watching(state, grace=0.5):
        asyncio.run(supervisor.run(lambda: say("READY")))


def _told(run: running.Run, states: tuple[running.ChildState, ...]) -> running.Run:
    return running.Run(run.pid, run.started, run.address, children=states)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
