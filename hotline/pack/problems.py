"""What is wrong with a pack: every mistake at once, each with its file, line and field."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hotline.errors import Misconfigured


class BrokenPack(Misconfigured):
    """A pack that can't be used. `problems` names each mistake; the text lists them, one to a line."""

    def __init__(self, folder: Path, problems: Sequence[Misconfigured]) -> None:
        super().__init__(str(folder), f"{len(problems)} mistakes", "a city pack without mistakes")
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join([f"{self.where}: {self.found}", *(f"  {problem}" for problem in self.problems)])
