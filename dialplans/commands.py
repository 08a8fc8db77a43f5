"""`hotline dialplans …`: look at the switch's configuration, compare it with what is on disk, write it."""

from __future__ import annotations

import typer

from dialplans.install import differences, install, plan_of, texts
from hotline.settings import load

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The telephone switch's configuration.")


@app.callback()
def _root() -> None:
    """The telephone switch's configuration."""


@app.command()
def render(name: str = typer.Argument("extensions.conf", help="the file to show")) -> None:
    """Show one file as it would be written. Secrets are shown too."""
    rendered = texts(plan_of(load()))
    if name not in rendered:
        raise typer.BadParameter(f"one of {', '.join(sorted(rendered))}")
    typer.echo(rendered[name], nl=False)


@app.command()
def check() -> None:
    """Name the files that differ from what the settings and the city's data say; exit code 1 if there are any."""
    changed = differences(load())
    for name in changed:
        typer.echo(name)
    raise typer.Exit(1 if changed else 0)


@app.command()
def write() -> None:
    """Write what changed."""
    install(load(), typer.echo)
