"""Writes docs/lifecycles.md from the tables: `python -m docs.draw > docs/lifecycles.md`.

It stands here because only the docs know every package's tables at once.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

from dispatch import clocks, workorders
from hotline import calls, tickets
from hotline.diagrams import mermaid
from hotline.lifecycle import Lifecycle, S, V
from hotline.words import translate

OPENING = """\
# Lifecycles

Drawn from the tables in the code by `python -m docs.draw > docs/lifecycles.md`; a test compares the two.
"""

CALL = """\
Observed: whatever the switch reports is taken as it is, and nothing is refused. A signal without an arrow
changes nothing. Table: `hotline/calls.py`."""

TICKET = """\
Decided: what has no arrow is refused. A ticket is redone at most twice and reopened within fifteen days. Being
urged, supervised or confidential are marks upon a ticket, not states. Table: `hotline/tickets.py`."""

CLOCK = """\
Decided. A clock has no colour of its own: green, amber and red follow from its history and the calendar, and so does
when it is due ([clocks](clocks.md)). Table: `dispatch/clocks.py`."""

ORDER = """\
Decided. A unit may return an order once; the ticket's next order is *bound* and has no arrow to *returned*.
Suspending needs the centre's approval. Table: `dispatch/workorders.py`."""


def page() -> str:
    """The whole of docs/lifecycles.md."""
    parts = (
        OPENING,
        *_section("Call", CALL, calls.LIFECYCLE, calls.STATE_WORDS),
        *_section("Ticket", TICKET, tickets.LIFECYCLE, tickets.STATE_WORDS),
        *_section("Work order", ORDER, workorders.LIFECYCLE, workorders.STATE_WORDS),
        *_section("Clock", CLOCK, clocks.LIFECYCLE, clocks.STATE_WORDS),
    )
    return "\n".join(parts)


def _section(title: str, text: str, table: Lifecycle[S, V], words: Mapping[S, str]) -> Iterator[str]:
    yield f"## {title}\n\n{text}\n"
    yield f"```mermaid\n{mermaid(table, words)}\n```\n"
    yield "| state | words | 中文 | what may follow |\n|---|---|---|---|"
    for state, english in words.items():
        verbs = ", ".join(f"`{verb}`" for verb in table.verbs(state)) or "–"
        yield f"| `{state}` | {english} | {translate(english, 'zh_Hans')} | {verbs} |"
    yield ""


if __name__ == "__main__":
    sys.stdout.write(page())
