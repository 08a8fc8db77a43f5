"""The switch's programs, as whoever keeps its configuration needs them: its console, a throw-away switch that tries
a configuration out, and a voice.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from hotline.errors import Misconfigured, Unreachable
from hotline.platform.exchange import Exchange, Tell
from hotline.settings import Settings
from telephony import prompts
from telephony.switch import console, locate
from telephony.switch.start import command, folder, prepare

PATIENCE = 20.0  # seconds until a throw-away switch has loaded everything; it takes a quarter of one
OUTPUT = "said"  # what the throw-away switch prints, beside its `etc`


def exchange(settings: Settings) -> Exchange:
    """The exchange of these settings. Nothing is started or looked for before it is used."""
    base = folder(settings)
    return Exchange(
        is_running=partial(console.is_ready, base),
        tell=partial(console.ask, base),
        rehearsing=partial(rehearsing, settings),
        speak=partial(prompts.speak_all, settings),
    )


@contextmanager
def rehearsing(settings: Settings, base: Path, patience: float = PATIENCE) -> Iterator[Tell]:
    """A switch with the configuration in `base/etc`, for the block alone; then it is killed: nothing of it is kept.

    Raises `Misconfigured` with what it printed when it ends by itself, `Unreachable` when it isn't ready within
    `patience` seconds.
    """
    programs = locate(settings)
    prepare(programs, base)
    with (base / OUTPUT).open("wb") as output:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "--", *command(programs, base)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _await(process, base, patience)
            yield partial(console.ask, base)
        finally:
            process.kill()
            process.wait()


def _await(process: subprocess.Popen[bytes], base: Path, patience: float) -> None:
    deadline = time.monotonic() + patience
    while not console.is_ready(base):
        if process.poll() is not None or time.monotonic() > deadline:
            said = (base / OUTPUT).read_text("utf-8", "replace").strip()
            if process.poll() is not None:
                raise Misconfigured("the configuration", said[-500:], "one that a switch starts with")
            raise Unreachable(f"a switch that tries the configuration out isn't ready: {said[-500:]}")
        time.sleep(0.02)
