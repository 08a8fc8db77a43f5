"""`hotline down`: stop the platform that runs on this state, from another terminal."""

from __future__ import annotations

import os
import signal
import time

import typer

from hotline.errors import Refused, Unreachable
from hotline.platform import running
from hotline.settings import load

DEADLINE = 20.0  # seconds; a run stops its children within 15


def command() -> None:
    """Stop the platform, wherever it was started."""
    state = load().paths.state
    run = running.find(state)
    if run is None:
        raise Refused("platform.not_running", state=state)
    os.kill(run.pid, signal.SIGTERM)
    deadline = time.monotonic() + DEADLINE
    while running.started_at(run.pid) == run.started:
        if time.monotonic() > deadline:
            raise Unreachable(f"pid {run.pid} is still stopping after {DEADLINE:g} s; see {state / 'logs'}")
        time.sleep(0.1)
    typer.echo("Stopped.")
