"""Runs the benchmarks named on the command line, or all of them, and writes what they found."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.measured import Measured

ALL = (
    *("opening", "orders", "dispatching", "ringing", "lookup", "rules", "learning"),
    *("routing", "importing"),
    *("bridge", "latency", "lineup", "memory", "tax"),
    *("lists", "sweep", "search"),
)
RESULTS = Path(__file__).parent / "results"
console = Console()


def main(names: list[str]) -> None:
    """One benchmark after the other; the first that breaks ends the run."""
    RESULTS.mkdir(exist_ok=True)
    for name in names or ALL:
        console.print(f"[bold]{name}[/] …")
        measured: Measured = import_module(f"bench.{name}").run()
        (RESULTS / f"{name}.json").write_text(
            json.dumps(measured.as_json(), indent=2, ensure_ascii=False) + "\n", "utf-8"
        )
        _show(measured)


def _show(measured: Measured) -> None:
    table = Table(title=measured.words, title_justify="left")
    table.add_column("figure")
    table.add_column("value", justify="right")
    for figure, value in measured.figures.items():
        table.add_row(figure, f"{value:,.2f}")
    for aim in measured.aims:
        table.add_row(f"{aim.words} ({'met' if aim.met else 'not met'})", f"{aim.value:,.2f}")
    console.print(table)


main(sys.argv[1:])
