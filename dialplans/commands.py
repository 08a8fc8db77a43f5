"""`hotline dialplans …`: look at the switch's configuration as it is or will be, try it out, bring it in, roll it back.

A moment is written by the city's clock, to the minute: `--at "2026-12-01 08:30"`. Without one it is now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from sqlmodel import Session

from dialplans import chronicle
from dialplans.difference import as_text, differences
from dialplans.install import in_lines, switchroom, texts_of, texts_to_show
from dialplans.switchroom import Outcome
from dialplans.write import archive, replace_file, write
from hotline.errors import Misconfigured, Refused
from hotline.pack.model import CityPack
from hotline.platform import postgresql, redis_server
from hotline.platform.people import opened
from hotline.record import city
from hotline.settings import Settings, load

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The telephone switch's configuration.")

At = Annotated[
    str, typer.Option("--at", help="A moment by the city's clock, as 2026-12-01 08:30; now if left out.")
]
Revision = Annotated[
    int, typer.Option("--revision", help="A revision of the city's data; the newest if left out.")
]


@dataclass(frozen=True)
class Asked:
    """The city at a revision, and a moment."""

    pack: CityPack
    revision: int
    at: datetime


@app.callback()
def _root() -> None:
    """The telephone switch's configuration."""


@app.command()
def preview(
    name: Annotated[str, typer.Argument(help="the file to show")] = "extensions.conf",
    at: At = "",
    revision: Revision = 0,
    to: Annotated[
        Path | None,
        typer.Option(
            help="Write all files, secrets too, into this new folder or .tar.gz, for a switch elsewhere."
        ),
    ] = None,
) -> None:
    """Show one file as it will be, without the secrets; or write all of them."""
    settings = load()
    with _record(settings) as session:
        asked = _asked(session, at, revision)
    if to is not None:
        _write_to(to, texts_of(settings, asked.pack, asked.at))
        return
    rendered = texts_to_show(settings, asked.pack, asked.at)
    if name not in rendered:
        raise typer.BadParameter(f"one of {', '.join(sorted(rendered))}")
    typer.echo(rendered[name], nl=False)


@app.command()
def difference(at: At = "", revision: Revision = 0) -> None:
    """Show what will be otherwise than now; exit code 1 if anything is. Given a moment or a revision, that is compared
    with what the record's newest revision says for now; without any, that is compared with what the switch reads.
    """
    settings = load()
    with _record(settings) as session:
        asked, now = _asked(session, at, revision), _asked(session, "", 0)
    if at or revision or settings.asterisk.external:
        before = texts_to_show(settings, now.pack, now.at)
        after = texts_to_show(settings, asked.pack, asked.at)
    else:
        edition = switchroom(settings).editions.in_force()
        before = edition.texts() if edition else {}
        after = texts_of(settings, asked.pack, asked.at)
    found = differences(before, after)
    typer.echo(as_text(found), nl=False)
    raise typer.Exit(1 if found else 0)


@app.command()
def check(at: At = "", revision: Revision = 0) -> None:
    """Have a throw-away switch try the configuration out, and name every flaw; exit code 1 if there is one."""
    settings = load()
    with _record(settings) as session:
        asked = _asked(session, at, revision)
    room = switchroom(settings)
    flaws = room.try_out(texts_of(settings, asked.pack, asked.at)).flaws
    typer.echo(f"{len(flaws)} flaws:{in_lines(flaws)}" if flaws else "No flaws.")
    raise typer.Exit(1 if flaws else 0)


@app.command()
def apply() -> None:
    """Bring in what the record's newest revision says for now, also after a roll-back or a refusal."""
    settings = load()
    _refuse_external(settings)
    room = switchroom(settings, typer.echo)
    with _record(settings) as session:
        asked = _asked(session, "", 0)
        texts = texts_of(settings, asked.pack, asked.at)
        outcome = room.change_over(texts, asked.revision, asked.at, ordered=True)
        if outcome is None:
            typer.echo("Nothing to do: this is in force.")
            return
        chronicle.note(session, settings.asterisk.node, outcome, asked.at)
    _tell(outcome, "In force")


@app.command()
def rollback() -> None:
    """Bring the configuration before back, until an administrator changes the city's data again or `apply` is run."""
    settings = load()
    _refuse_external(settings)
    room, at = switchroom(settings, typer.echo), datetime.now(UTC)
    with _record(settings) as session:
        try:
            outcome = room.roll_back(city.newest(session))
        except Refused as refused:
            raise Refused(refused.key, folder=room.editions.folder) from None
        chronicle.note(session, settings.asterisk.node, outcome, at, rolled_back=True)
    _tell(outcome, "Rolled back to")


@contextmanager
def _record(settings: Settings) -> Iterator[Session]:
    """A transaction of the record, which is started for as long as the block lasts where it doesn't run."""
    with postgresql.serving(settings), redis_server.serving(settings):
        store = opened(settings)
        try:
            with store.transaction() as session:
                yield session
        finally:
            store.close()


def _asked(session: Session, at: str, revision: int) -> Asked:
    newest = city.newest(session)
    if revision > newest:
        raise typer.BadParameter(f"at most {newest}", param_hint="--revision")
    chosen = revision or newest
    pack = city.read(session, chosen)
    return Asked(pack, chosen, _moment(at, ZoneInfo(pack.city.timezone)))


def _moment(at: str, zone: ZoneInfo) -> datetime:
    if not at:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise typer.BadParameter("as 2026-12-01 08:30", param_hint="--at") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _write_to(to: Path, texts: Mapping[str, str]) -> None:
    if to.exists():
        raise Misconfigured(str(to), "something", "a name that nothing has yet")
    if to.name.endswith((".tar.gz", ".tgz")):
        replace_file(to, archive(texts))
    else:
        write(to, texts)
    typer.echo(f"{len(texts)} files in {to}")


def _refuse_external(settings: Settings) -> None:
    if settings.asterisk.external:
        expected = "a switch of our own; for one elsewhere: `hotline dialplans preview --to FOLDER`"
        raise Misconfigured("asterisk.external", "true", expected)


def _tell(outcome: Outcome, words: str) -> None:
    if outcome.flaws:
        typer.echo(f"Refused; the switch goes on as before.{in_lines(outcome.flaws)}", err=True)
        raise typer.Exit(1)
    typer.echo(f"{words}: edition {outcome.edition}, of revision {outcome.revision}, {outcome.seconds:.1f} s")
    for name in outcome.files:
        typer.echo(f"  {name}{' (at the next start)' if name in outcome.waiting else ''}")
