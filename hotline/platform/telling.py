"""How the commands speak to whoever started them: plain lines with the seconds gone by, and at a terminal also a
sign that something is going on.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape


class Telling:
    """Says what goes on now: `say(words)`. After `rest()` nothing moves on the screen, but it can still speak."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status = console.status("")
        self._begun = time.monotonic()

    def __call__(self, words: str) -> None:
        seconds = time.monotonic() - self._begun
        self._console.print(f"[dim]{seconds:5.1f} s[/]  {escape(words)}", highlight=False, soft_wrap=True)
        self._status.update(escape(words))

    def start(self) -> None:
        """Show that something is going on."""
        self._status.start()

    def rest(self) -> None:
        """Nothing is going on any more, or nothing but waiting."""
        self._status.stop()


@contextmanager
def telling(console: Console) -> Iterator[Telling]:
    """Something goes on inside the block."""
    say = Telling(console)
    say.start()
    try:
        yield say
    finally:
        say.rest()
