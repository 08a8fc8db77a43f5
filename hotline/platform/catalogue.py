"""`hotline catalogue …`: the responsibility catalogue from the command line, as the pages do it."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlmodel import Session

from hotline import catalogue_generator
from hotline.catalogue_checks import Problem
from hotline.catalogue_difference import lines
from hotline.catalogue_source import table_of
from hotline.errors import Refused
from hotline.facts import SYSTEM
from hotline.pack.load import load_pack
from hotline.pack.model import CityPack
from hotline.platform import people, setup
from hotline.platform.telling import telling
from hotline.record import catalogue_drafts, catalogue_search, catalogues, city
from hotline.settings import Settings, load
from hotline.store import Store

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="The responsibility catalogue, in versions."
)

FileArgument = Annotated[Path, typer.Argument(help="a CSV or XLSX file")]
VersionArgument = Annotated[int, typer.Argument(help="the version's number")]
LanguageOption = Annotated[str, typer.Option(help="zh_Hans or en")]
DAY = "%Y-%m-%d"


@app.callback()
def _root() -> None:
    """The responsibility catalogue, in versions."""


@app.command("import")
def import_(file: FileArgument, title: Annotated[str, typer.Option(help="what people call it")] = "") -> None:
    """Read a file as a draft, check it, and say what is wrong with it."""
    settings, console = load(), Console()
    table = table_of(file)
    with _record(settings, console) as store:
        at = datetime.now(UTC)
        with store.transaction() as session:
            pack, total = city.read(session), len(table) - 1
            named = title or file.stem[: catalogue_drafts.TITLE_LENGTH]
            number = catalogue_drafts.begin(session, named, file.name, total, SYSTEM, at).id or 0
        columns = TextColumn("Reading matters"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        with Progress(*columns, console=console) as progress:
            task = progress.add_task("", total=total)
            heard = lambda done: progress.update(task, completed=done)  # noqa: E731
            catalogue_drafts.take_in(store, pack, number, table, at, heard)
        with store.transaction() as session:
            version = catalogues.find(session, number)
            console.print(f"Draft {number}: {version.matters} matters in {version.read} rows")
            errors = _show(
                console, [Problem.from_json(one) for one in version.problems], pack, settings.site.language
            )
    raise typer.Exit(2 if errors else 0)


@app.command()
def check(version: VersionArgument) -> None:
    """Check a version again, and say what is wrong with it."""
    settings, console = load(), Console()
    with _record(settings, console) as store, store.transaction() as session:
        pack, at = city.read(session), datetime.now(UTC)
        found = catalogues.find(session, version)
        day = max(catalogues.today(pack, at), found.valid_from or catalogues.today(pack, at))
        if found.valid_from is None:
            wrong = catalogue_drafts.look_over(session, pack, found, day, at)
        else:
            wrong = catalogue_drafts.problems(session, pack, found, day)
        errors = _show(console, wrong, pack, settings.site.language)
    raise typer.Exit(2 if errors else 0)


@app.command()
def publish(
    version: VersionArgument,
    day: Annotated[
        datetime | None, typer.Option("--from", formats=[DAY], help="first day; today if absent")
    ] = None,
    accept_warnings: Annotated[bool, typer.Option(help="its warnings are meant")] = False,
) -> None:
    """Let a draft be in force from a day on."""
    settings, console = load(), Console()
    with _record(settings, console) as store, store.transaction() as session:
        pack, at = city.read(session), datetime.now(UTC)
        today = catalogues.today(pack, at)
        found = catalogues.find(session, version, lock=True)
        first = day.date() if day else today
        catalogue_drafts.publish(
            session, pack, found, first, today=today, accepted=accept_warnings, by=SYSTEM, at=at
        )
    console.print(f"Version {version} is in force from {first.isoformat()} on")


@app.command()
def difference(before: VersionArgument, after: VersionArgument, language: LanguageOption = "") -> None:
    """Write what one version says otherwise than another, as CSV on the standard output."""
    settings = load()
    with _record(settings, Console(stderr=True)) as store, store.transaction() as session:
        for number in (before, after):
            catalogues.find(session, number)
        changes = catalogue_search.difference(session, before, after)
        csv.writer(sys.stdout).writerows(
            lines(changes, city.read(session), language or settings.site.language)
        )


@app.command()
def versions() -> None:
    """List all versions with the days on which they are in force."""
    settings, console = load(), Console()
    with _record(settings, console) as store, store.transaction() as session:
        for line in _versions(session):
            console.print(line, highlight=False)


@app.command()
def generate(
    file: FileArgument,
    size: Annotated[int, typer.Option(help="matters", min=1)] = catalogue_generator.SIZE,
    seed: Annotated[int, typer.Option(help="the same seed, the same file")] = 1,
    faults: Annotated[int, typer.Option(help="so many of each kind that a check must find", min=0)] = 0,
) -> None:
    """Write an invented catalogue over this city's units and areas, for tests."""
    made = catalogue_generator.generate(load_pack(load().site.city), size, seed, faults)
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, catalogue_generator.HEADER)
        writer.writeheader()
        writer.writerows(made.rows)
    typer.echo(f"{size} matters in {len(made.rows)} rows")
    for kind, count in made.faults.items():
        typer.echo(f"  {kind.value}: {count}")


def _versions(session: Session) -> Iterator[str]:
    spans = catalogue_search.spans(session)
    for one in catalogues.all_versions(session):
        if one.id in spans:
            first, until = spans[one.id]
            begins = first.isoformat() if first > date.min else ""
            ends = until.isoformat() if until < date.max else ""
            yield f"{one.id:>6}  {begins:>10} … {ends:<10}  {one.matters:>7} matters  {one.title}"
        else:
            yield f"{one.id:>6}  {'draft':<23}  {one.matters:>7} matters  {one.title}"


def _show(console: Console, found: list[Problem], pack: CityPack, language: str) -> int:
    """Says each problem in a line, errors first; returns how many errors there are."""
    for one in found:
        mark = "[red]error[/]" if one.is_error else "[yellow]warning[/]"
        where = f"line {', '.join(map(str, one.lines))}: " if one.lines else ""
        console.print(f"{mark} {' '.join(one.codes)} {where}", end="")
        console.print(one.words_in(language, pack), highlight=False, markup=False)
    errors = sum(one.is_error for one in found)
    console.print(f"{errors} errors, {len(found) - errors} warnings")
    return errors


@contextmanager
def _record(settings: Settings, console: Console) -> Iterator[Store]:
    """The record, running for as long as the block lasts."""
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
