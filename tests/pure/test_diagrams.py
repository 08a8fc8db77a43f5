"""Diagrams: every edge of a table is in its picture, and the picture in the docs is the table's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from dispatch import workorders
from docs.draw import page
from hotline import tickets
from hotline.diagrams import mermaid

pytestmark = pytest.mark.pure


def test_the_docs_show_the_tables_as_they_are() -> None:
    written = (Path(__file__).parents[2] / "docs" / "lifecycles.md").read_text(encoding="utf-8")
    assert written == page(), "write it anew: python -m docs.draw > docs/lifecycles.md"


def test_every_edge_is_an_arrow() -> None:
    drawn = mermaid(workorders.LIFECYCLE, workorders.STATE_WORDS)
    for edge in workorders.LIFECYCLE.edges:
        arrow = next(line for line in drawn.splitlines() if f"{edge.before} --> {edge.after}:" in line)
        assert edge.verb.replace("_", " ") in arrow.partition(": ")[2].split(" · ")


def test_a_lifecycle_has_its_beginnings_and_its_ends() -> None:
    drawn = mermaid(tickets.LIFECYCLE, tickets.STATE_WORDS).splitlines()
    assert [line for line in drawn if "[*] -->" in line] == ["    [*] --> opened"]
    assert [line for line in drawn if "--> [*]" in line] == ["    archived --> [*]", "    voided --> [*]"]
    assert '    state "Being revisited" as revisit' in drawn
