"""`hotline doctor`: looks at everything that may stand in the way, and says of each what to do.

Packages add their own checks through the entry-point group `hotline.doctor`:
name → callable(settings) → iterable of `Finding`.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from hotline.errors import Misconfigured, Refused, Unreachable
from hotline.pack.load import load_pack
from hotline.platform import (
    addresses,
    people,
    plugins,
    ports,
    postgresql,
    redis_server,
    running,
    secrets,
)
from hotline.settings import Settings, load

ROOM = 2_000_000_000  # bytes: parts, databases and some days of recordings


class Verdict(StrEnum):
    """How bad it is."""

    FINE = "fine"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what was found and, unless it is fine, what to do."""

    about: str
    verdict: Verdict
    found: str
    advice: str = ""


def command(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Check versions, ports, disk, databases and the switch. Exit code 1 when something is wrong."""
    settings = load()
    findings = list(examine(settings))
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    else:
        Console().print(table(findings))
    raise typer.Exit(1 if any(finding.verdict is Verdict.WRONG for finding in findings) else 0)


def examine(settings: Settings) -> Iterator[Finding]:
    """Everything that any package knows to look at."""
    for point in plugins.contributed("hotline.doctor").values():
        yield from plugins.load(point)(settings)


def platform(settings: Settings) -> Iterator[Finding]:
    """What the platform itself looks at."""
    yield Finding("Python", Verdict.FINE, sys.version.split()[0])
    yield _room(settings.paths.state)
    yield tried("City pack", lambda: load_pack(settings.site.city).city.name_zh)
    yield tried("Demo", lambda: _demo(settings))
    run = running.find(settings.paths.state)
    if secrets.exist(settings.paths.state):
        yield tried(
            "Secrets",
            lambda: secrets.read(settings.paths.state) and "complete, readable by their owner alone",
        )
    if run is None:
        yield from _ports(settings)
    yield from _servers(settings, runs=run is not None)


def tried(about: str, look: Callable[[], object]) -> Finding:
    """What `look()` found; its refusal becomes the advice."""
    try:
        return Finding(about, Verdict.FINE, str(look()))
    except Misconfigured as error:
        return Finding(about, Verdict.WRONG, f"{error.where}: {error.found}", f"expected {error.expected}")
    except (Unreachable, Refused) as error:
        return Finding(about, Verdict.WRONG, str(error), "see above; then run `hotline doctor` again")


def table(findings: Iterable[Finding]) -> Table:
    """All findings, one row each."""
    colours = {Verdict.FINE: "green", Verdict.WARNING: "yellow", Verdict.WRONG: "red"}
    shown = Table(box=None)
    for heading in ("about", "", "found", "what to do"):
        shown.add_column(heading, header_style="dim", overflow="fold")
    for finding in findings:
        verdict = f"[{colours[finding.verdict]}]{finding.verdict}[/]"
        shown.add_row(finding.about, verdict, finding.found, finding.advice)
    return shown


def _demo(settings: Settings) -> str:
    people.refuse_open_demo(settings)
    return "yes, on this machine only" if settings.site.demo else "no"


def _room(state: Path) -> Finding:
    existing = next(folder for folder in (state, *state.parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    found = f"{free / 1e9:.1f} GB free at {existing}"
    if free < ROOM:
        return Finding("Disk", Verdict.WRONG, found, f"free {ROOM / 1e9:g} GB, or set paths.state elsewhere")
    return Finding("Disk", Verdict.FINE, found)


def _ports(settings: Settings) -> Iterator[Finding]:
    for port in (port for child in plugins.children(settings) for port in child.ports):
        name = f"{'UDP' if port.udp else 'TCP'} port {port.number}"
        if ports.taken(port):
            yield Finding(
                name, Verdict.WRONG, f"taken on {port.host}", f"end that process, or set {port.setting}"
            )
        else:
            yield Finding(name, Verdict.FINE, f"free on {port.host}")


def _servers(settings: Settings, runs: bool) -> Iterator[Finding]:
    """Servers of our own answer only while the platform runs; then, or if they are others', they are asked."""
    if runs or settings.database.url:
        yield tried("PostgreSQL", lambda: postgresql.check(addresses.database(settings)))
    else:
        yield tried("PostgreSQL", postgresql.installed)
    if runs or settings.redis.url:
        yield tried("Redis", lambda: redis_server.check(addresses.redis(settings)))
    else:
        yield tried("Redis", redis_server.installed)
