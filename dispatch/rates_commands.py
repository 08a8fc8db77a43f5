"""`hotline rates …`: whether the three rates are what the journal says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from sqlmodel import Session

from dispatch import rates_verify
from hotline.platform import people, setup
from hotline.platform.telling import telling
from hotline.record import city
from hotline.settings import load

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The three rates, checked and made anew.")


@app.callback()
def _root() -> None:
    """The three rates, checked and made anew."""


@app.command()
def verify() -> None:
    """Build verdicts and counters from the journal, and print what differs; exit code 1 if anything does."""
    console = Console()
    with _record(console) as (session, zone):
        wrong = rates_verify.verify(session, zone)
    for line in wrong:
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    console.print(f"{len(wrong)} differences" if wrong else "All as the journal says")
    raise typer.Exit(1 if wrong else 0)


@app.command()
def rebuild() -> None:
    """Write verdicts and counters anew from the journal."""
    console = Console()
    with _record(console) as (session, zone):
        console.print(f"{rates_verify.rebuild(session, zone)} verdicts")


@contextmanager
def _record(console: Console) -> Iterator[tuple[Session, ZoneInfo]]:
    """A transaction in the record, which runs for as long as the block lasts, and the city's time zone."""
    settings = load()
    setup.folders(settings)
    with telling(console) as say, setup.record(settings, say):
        say.rest()
        store = people.opened(settings)
        try:
            with store.transaction() as session:
                zone = ZoneInfo(city.read(session).city.timezone)
                session.rollback()
                yield session, zone
        finally:
            store.close()
