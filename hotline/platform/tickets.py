"""`hotline tickets …`: what an operator does for tickets that were there before."""

from __future__ import annotations

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from hotline.platform import people, setup
from hotline.platform.telling import telling
from hotline.record import ticket_search
from hotline.settings import Settings, load

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Tickets that were there before.")


@app.callback()
def _root() -> None:
    """Tickets that were there before."""


@app.command()
def index() -> None:
    """Let the search find old tickets by their words. It may be stopped at any time, and goes on where it was."""
    settings, console = load(), Console()
    setup.folders(settings)
    with telling(console) as say, setup.record(settings, say):
        say.rest()
        read = _index(settings, console)
    console.print(f"{read} tickets read; the search finds all by their words")


def _index(settings: Settings, console: Console) -> int:
    columns = TextColumn("Reading tickets"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    store = people.opened(settings)
    try:
        with Progress(*columns, console=console) as progress:
            task = progress.add_task("", total=None)
            return ticket_search.catch_up(
                store, lambda done, of: progress.update(task, completed=done, total=of)
            )
    finally:
        store.close()
