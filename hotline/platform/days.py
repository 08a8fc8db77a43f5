"""`hotline days …`: holidays and make-up working days from the command line, as the page does it."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from hotline.calendars import STATUS_WORDS, Kind, Status
from hotline.daylists import read_list
from hotline.errors import Refused
from hotline.platform import people, setup
from hotline.platform.telling import telling
from hotline.record import city, days
from hotline.settings import load
from hotline.store import Store
from hotline.words import translate

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Holidays and make-up working days.")

CalendarOption = Annotated[str, typer.Option(help="a calendar's own days; the country's where absent")]


@app.callback()
def _root() -> None:
    """Holidays and make-up working days."""


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="a CSV, XLSX or TOML file: day, working, note")],
    source: Annotated[
        str, typer.Option(help="the notice that it was taken from; the file's name if absent")
    ] = "",
    calendar: CalendarOption = "",
) -> None:
    """Let a year's official list be in force; open clocks are recomputed by the running platform."""
    listed, console = read_list(file), Console()
    with _record(console) as store, store.transaction() as session:
        made = days.bring_in(
            session,
            listed,
            source=source or file.name,
            calendar=calendar or None,
            by=f"operator:{getpass.getuser()}",
            at=datetime.now(UTC),
        )
        console.print(f"{len(listed.days)} days of {listed.year} are in force, as revision {made.id}")


@app.command()
def show(year: Annotated[int, typer.Argument(help="such as 2027")], calendar: CalendarOption = "") -> None:
    """Show what is special in a year, and whether that is published or guessed."""
    language, console = load().site.language, Console()
    with _record(console) as store, store.transaction() as session:
        standing = days.of_calendar(city.rows(session, days.SHEET), calendar or None)
    table = Table(box=None)
    for heading in ("day", "", "", "status", "source"):
        table.add_column(heading, header_style="dim")
    for day, row in sorted(standing.items()):
        if day.year == year:
            kind = Kind.WORKING if row.written["working"] else Kind.OFF
            status = STATUS_WORDS[Status(row.written.get("status", Status.OFFICIAL))]
            note = translate(str(row.written["note"]), language)
            said = translate(status, language), str(row.written.get("source", ""))
            table.add_row(day.isoformat(), kind, note, *said)
    console.print(table if table.rows else f"Nothing is special in {year}")


@contextmanager
def _record(console: Console) -> Iterator[Store]:
    """The record, running for as long as the block lasts."""
    settings = load()
    setup.folders(settings)
    with telling(console) as say, setup.record(settings, say):
        say.rest()
        store = people.opened(settings)
        try:
            yield store
        except Refused as refused:
            console.print(f"[red]Refused:[/] {refused}")
            raise typer.Exit(1) from None
        finally:
            store.close()
