"""A first mapping for a file, from what stands in it."""

from __future__ import annotations

from contextlib import closing
from itertools import islice
from pathlib import Path

from hotline.imports.kinds import KINDS
from hotline.imports.proposal import propose
from hotline.imports.sources import open_source

SAMPLE = 2000
"""Rows that are looked at."""


def propose_for(path: Path, kind: str) -> str:
    """The mapping as text. Raises `Misconfigured` for a file that can't be read."""
    with closing(open_source(path)) as source:
        rows = [cells for _, cells in islice(source.rows(), SAMPLE) if isinstance(cells, list)]
        return propose(KINDS[kind], source.header, rows)
