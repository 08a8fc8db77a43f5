"""How the commands speak to whoever started them: plain lines with the seconds gone by, and at a terminal also a
sign that something is going on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape

Say = Callable[[str], None]


@contextmanager
def telling(console: Console) -> Iterator[Say]:
    """Yields `say(words)`, for what goes on now."""
    begun = time.monotonic()
    with console.status("") as status:

        def say(words: str) -> None:
            console.print(f"[dim]{time.monotonic() - begun:5.1f} s[/]  {escape(words)}", highlight=False)
            status.update(escape(words))

        yield say
