"""`hotline db …`: what an operator does to the record's tables by hand."""

from __future__ import annotations

import typer
from rich.console import Console

from hotline.platform import setup
from hotline.platform.telling import telling
from hotline.settings import load

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Look after the record's tables.")


@app.callback()
def _root() -> None:
    """Look after the record's tables."""


@app.command()
def upgrade() -> None:
    """Bring all tables to their newest form. Doing it again changes nothing."""
    settings = load()
    setup.folders(settings)
    with telling(Console()) as say, setup.record(settings, say):
        say("All tables have their newest form")
