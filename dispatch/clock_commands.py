"""`hotline clocks …`: keeping the clocks, and checking that the record says of them what their history says."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from dispatch import clock_check, timekeeper
from dispatch.clock_check import Difference
from hotline.pack.load import load_pack
from hotline.pack.model import CityPack
from hotline.platform import people, setup
from hotline.platform.telling import telling
from hotline.record.city_in_force import CityInForce
from hotline.settings import Settings, load
from hotline.store import Store

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Time limits of tickets and work orders.")
SHOWN = 100
"""Differences that are printed; the rest is counted."""


@app.callback()
def _root() -> None:
    """Time limits of tickets and work orders."""


app.command("run")(timekeeper.command)


@app.command()
def verify(
    repair: Annotated[bool, typer.Option("--repair", help="write what the history says")] = False,
) -> None:
    """Rebuild every clock from its history, and print what the record says otherwise."""
    settings, console = load(), Console()
    setup.folders(settings)
    with telling(console) as say, setup.record(settings, say):
        say.rest()
        with closing(people.opened(settings)) as store:
            looked, differing = _verify(settings, store, console, repair)
    console.print(
        f"{looked} clocks looked at, {differing} differ" + (", repaired" if repair and differing else "")
    )
    raise typer.Exit(1 if differing and not repair else 0)


def _verify(settings: Settings, store: Store, console: Console, repair: bool) -> tuple[int, int]:
    city, by, looked, differing = _city(settings, store), f"operator:{getpass.getuser()}", 0, 0
    columns = TextColumn("Rebuilding clocks"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console) as progress:
        with store.transaction() as session:
            task = progress.add_task("", total=clock_check.count(session))
        for count, found in clock_check.pages(store, city):
            clocks = sorted({one.clock for one in found})
            _print(console, found, max(0, SHOWN - differing))
            if repair and clocks:
                clock_check.repair(store, city, clocks, datetime.now(UTC), by)
            looked, differing = looked + count, differing + len(clocks)
            progress.update(task, advance=count)
    return looked, differing


def _print(console: Console, found: Sequence[Difference], most: int) -> None:
    for one in found[:most]:
        line = f"clock {one.clock} of ticket {one.ticket}, {one.field}: {one.found}; rebuilt {one.rebuilt}"
        console.print(line, highlight=False, markup=False)


def _city(settings: Settings, store: Store) -> CityPack:
    known = CityInForce(load_pack(settings.site.city))
    with store.transaction() as session:
        known.look(session, datetime.now(UTC))
        known.look_at_catalogue(session, datetime.now(UTC))
    return known.now
