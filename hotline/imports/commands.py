"""`hotline import …`: old systems' files, from the command line."""

from __future__ import annotations

import getpass
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from sqlmodel import col, select

from hotline.bell import Bell
from hotline.errors import Misconfigured
from hotline.imports import run as runs
from hotline.imports.account import State
from hotline.imports.kinds import KINDS
from hotline.imports.mapping import read_mapping
from hotline.imports.proposing import propose_for
from hotline.imports.run import Asked
from hotline.imports.sources import open_source
from hotline.pack.load import load_pack
from hotline.pack.model import CityPack
from hotline.platform import addresses, plugins
from hotline.record import city as city_record
from hotline.record.city_in_force import CityInForce
from hotline.settings import Settings, load
from hotline.store import Store, open_store
from hotline.store.tables import ImportRun

AFTERWARDS = "hotline.imported"
"""Entry points that take on what an import left for them: callable(store, city, now) → how many."""

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Bring in what older systems know.", name="import"
)
FileArgument = Annotated[Path, typer.Argument(help="a CSV or XLSX file")]
MappingOption = Annotated[Path, typer.Option(help="how the file is to be understood (TOML)")]


@app.callback()
def _root() -> None:
    """Bring in what older systems know."""


def _add(kind: str) -> None:
    def command(
        file: FileArgument,
        mapping: MappingOption,
        line: Annotated[str, typer.Option(help="the old number whose rows these are")] = "",
        dry_run: Annotated[bool, typer.Option(help="say what would happen, and change nothing")] = False,
        resume: Annotated[bool, typer.Option(help="go on where a run of this file was stopped")] = False,
    ) -> None:
        _import(kind, file, mapping, line, dry_run, resume)

    app.command(kind, help=f"Import {kind}.")(command)


for _kind in KINDS:
    _add(_kind)


@app.command("propose")
def propose_command(
    file: FileArgument,
    kind: Annotated[str, typer.Option(help="one of " + ", ".join(KINDS))],
) -> None:
    """Propose a mapping from the file's header and its first rows."""
    if kind not in KINDS:
        raise Misconfigured("--kind", repr(kind), "one of " + ", ".join(KINDS))
    typer.echo(propose_for(file, kind), nl=False)


@app.command("runs")
def runs_command(most: Annotated[int, typer.Option(help="how many, the newest first")] = 20) -> None:
    """List what was imported."""
    table = Table()
    for title in (
        "run",
        "kind",
        "source",
        "file",
        "state",
        "started",
        "rows",
        "loaded",
        "updated",
        "duplicate",
    ):
        table.add_column(title, justify="right" if title in ("run", "rows", "loaded") else "left")
    table.add_column("rejected", justify="right")
    with _opened(load()) as (store, _):
        with store.transaction() as session:
            found = session.exec(select(ImportRun).order_by(col(ImportRun.id).desc()).limit(most)).all()
        for run in found:
            table.add_row(
                str(run.id),
                run.kind + (" (dry run)" if run.dry_run else ""),
                run.source,
                run.file,
                _state(store, run),
                f"{run.started_at:%Y-%m-%d %H:%M}",
                *(f"{count:,}" for count in (run.rows, run.loaded, run.updated, run.duplicate, run.rejected)),
            )
    Console().print(table)


@app.command("account")
def account_command(run: Annotated[int, typer.Argument(help="the run's number")]) -> None:
    """Show one run's account."""
    with _opened(load()) as (store, _):
        with store.transaction() as session:
            found = runs.find(session, run)
        _show(found, _state(store, found))


@app.command("stop")
def stop_command(run: Annotated[int, typer.Argument(help="the run's number")]) -> None:
    """Stop a run at the end of the batch that it is at."""
    with _opened(load()) as (store, _):
        runs.ask_to_stop(store, run)
    typer.echo(f"Run {run} stops with its batch. The same command with --resume goes on.")


def _import(kind: str, file: Path, mapping_file: Path, line: str, dry_run: bool, resume: bool) -> None:
    settings = load()
    text = _text(mapping_file)
    mapping = read_mapping(text, str(mapping_file))
    if mapping.kind.name != kind:
        raise Misconfigured(f"{mapping_file}, kind", repr(mapping.kind.name), repr(kind))
    by = f"operator:{getpass.getuser()}"
    asked = Asked(file, file.name, mapping.on_line(line) if line else mapping, text, by, dry_run)
    open_source(file, mapping).close()  # before a run is begun: a file that is none leaves no run
    with _opened(settings) as (store, city), _told() as tell, _interrupted() as is_stopped:
        run = runs.unfinished(store, asked) if resume else runs.begin(store, asked, _now())
        done = runs.go(
            store,
            city,
            run,
            asked,
            folder=settings.paths.state / "imports",
            language=settings.site.language,
            now=_now,
            tell=tell,
            is_stopped=is_stopped,
        )
        _show(done, done.state)
        if not dry_run:
            for name, point in plugins.contributed(AFTERWARDS).items():
                typer.echo(f"{name}: {plugins.load(point)(store, city, _now):,}")
    if done.state == State.STOPPED:
        typer.echo("Stopped. The same command with --resume goes on from here.")
        raise typer.Exit(1)


@contextmanager
def _opened(settings: Settings) -> Iterator[tuple[Store, CityPack]]:
    """The record, and the city as it has it; the pack's where it has none yet."""
    store = open_store(addresses.database(settings), Bell(addresses.redis(settings)), pool=3)
    try:
        yield store, _city(store, settings)
    finally:
        store.close()


def _city(store: Store, settings: Settings) -> CityPack:
    known = CityInForce(load_pack(settings.site.city))
    with store.transaction() as session:
        if city_record.newest(session):
            known.look(session, _now())
        known.look_at_catalogue(session, _now())
    return known.now


@contextmanager
def _told() -> Iterator[Any]:
    """A bar with the rate and the time left while a run goes on."""
    bar = Progress(
        TextColumn("run {task.fields[run]}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]:,} rows, {task.fields[rate]:,.0f}/s"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
    begun = datetime.now(UTC)
    first: list[int] = []
    with bar:
        task = bar.add_task("", total=None, run="…", rows=0, rate=0.0)

        def tell(progress: runs.Progress) -> None:
            rows = progress.account.rows
            first.append(rows) if not first else None
            seconds = (datetime.now(UTC) - begun).total_seconds()
            bar.update(
                task,
                total=progress.size or None,
                completed=progress.place,
                run=progress.run,
                rows=rows,
                rate=(rows - first[0]) / max(seconds, 0.001),
            )

        yield tell


@contextmanager
def _interrupted() -> Iterator[Any]:
    """Whether somebody pressed Ctrl-C: once ends the batch, twice ends the process."""
    pressed: list[int] = []

    def press(number: int, frame: object) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(number)

    before = {number: signal.signal(number, press) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(pressed)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _show(run: ImportRun, state: str) -> None:
    table = Table(title=f"run {run.id}: {run.kind} of {run.source} from {run.file}", title_justify="left")
    table.add_column("")
    table.add_column("", justify="right")
    for name in ("rows", "loaded", "updated", "duplicate", "rejected"):
        table.add_row(name, f"{getattr(run, name):,}")
    console = Console()
    console.print(table)
    console.print(
        f"{state}{' (dry run: nothing was changed)' if run.dry_run else ''}, by {run.by}", highlight=False
    )
    console.print(f"began {run.started_at:%Y-%m-%d %H:%M:%S} UTC, file SHA-256 {run.digest}", highlight=False)
    for column, reasons in sorted(run.reasons.items()):
        for reason, count in sorted(reasons.items(), key=lambda one: -one[1]):
            console.print(f"{count:>9,}  {column}: {reason}", highlight=False, markup=False)
    if run.rejects:
        console.print(f"rejected rows: {run.rejects}", soft_wrap=True, highlight=False)
    if run.error:
        console.print(run.error, highlight=False, markup=False)


def _state(store: Store, run: ImportRun) -> str:
    if run.state == State.RUNNING and not runs.is_under_way(store, run):
        return "interrupted"
    return run.state


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except FileNotFoundError:
        raise Misconfigured(str(file), "no such file", "a mapping in TOML") from None
    except UnicodeDecodeError:
        raise Misconfigured(str(file), "bytes that are not UTF-8", "a mapping in TOML, UTF-8") from None


def _now() -> datetime:
    return datetime.now(UTC)
