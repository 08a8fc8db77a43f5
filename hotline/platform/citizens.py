"""`hotline citizens search`: compares everybody with everybody who could be them, with a bar while it takes."""

from __future__ import annotations

from datetime import UTC, datetime

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from hotline.platform import people, setup
from hotline.platform.telling import telling
from hotline.record import same_citizen
from hotline.record.same_citizen import Account
from hotline.settings import Settings, load

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Citizens whom several systems knew.")


@app.callback()
def _root() -> None:
    """Citizens whom several systems knew."""


@app.command()
def search() -> None:
    """Merge entries that are certainly one citizen, and list the doubtful pairs for a person to decide."""
    settings, console = load(), Console()
    setup.folders(settings)
    with telling(console) as say, setup.record(settings, say):
        say.rest()
        found = _search(settings, console)
    console.print(
        f"{found.merged} pairs merged; {found.doubtful} doubtful ones wait on the page Same citizens"
    )


def _search(settings: Settings, console: Console) -> Account:
    columns = TextColumn("Comparing citizens"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    store = people.opened(settings)
    try:
        with Progress(*columns, console=console) as progress:
            task = progress.add_task("", total=None)
            return same_citizen.search(
                store, datetime.now(UTC), lambda done, of: progress.update(task, completed=done, total=of)
            )
    finally:
        store.close()
