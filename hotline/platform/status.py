"""`hotline status`: what runs now, since when, and how often it had to be started again."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from hotline.errors import Refused
from hotline.platform import running
from hotline.platform.running import Run
from hotline.settings import load


def command(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Show the children of the running platform. Exit code 1 when it doesn't run or something isn't ready."""
    state = load().paths.state
    run = running.find(state)
    if run is None:
        raise Refused("platform.not_running", state=state)
    if as_json:
        typer.echo(json.dumps(asdict(run)))
    else:
        Console().print(table(run))
    raise typer.Exit(0 if all(child.ready for child in run.children) else 1)


def table(run: Run) -> Table:
    """The children of `run`, one row each; times are this machine's."""
    shown = Table(title=f"{run.address}  (pid {run.pid})", title_justify="left", box=None)
    for heading in ("process", "pid", "since", "state", "restarts"):
        shown.add_column(heading, header_style="dim")
    for child in run.children:
        since = (
            datetime.fromtimestamp(child.since).astimezone().strftime("%Y-%m-%d %H:%M:%S")
            if child.since
            else ""
        )
        shown.add_row(child.name, str(child.pid or "–"), since, _state(child), str(child.restarts))
    return shown


def _state(child: running.ChildState) -> str:
    if child.ready:
        return "[green]ready[/]"
    return "[yellow]starting[/]" if child.pid else "[red]down[/]"
