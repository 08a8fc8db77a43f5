"""`hotline switch …`: make the switch's programs and run the switch; and its place among the platform's children."""

from __future__ import annotations

import os
from collections.abc import Iterator

import typer

from hotline.platform.child import Child, Port
from hotline.platform.children import command as command_line
from hotline.settings import Settings, load
from telephony.switch import console, locate
from telephony.switch.make import fetch
from telephony.switch.start import command, folder, prepare

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The telephone switch itself.")


@app.callback()
def _root() -> None:
    """The telephone switch itself."""


@app.command()
def install() -> None:
    """Make the switch's programs from Debian's packages, where the host has none of its own."""
    fetch(load(), typer.echo)


@app.command()
def run() -> None:
    """Become the switch: Asterisk in the foreground, with the configuration that was written last."""
    settings = load()
    programs, base = locate(settings), folder(settings)
    prepare(programs, base)
    argv = command(programs, base)
    os.execv(argv[0], argv)


def children(settings: Settings) -> Iterator[Child]:
    """The switch as `hotline up` runs it, unless it runs elsewhere."""
    if settings.asterisk.external:
        return
    switch, base = settings.asterisk, folder(settings)
    yield Child(
        name="asterisk",
        argv=command_line("switch", "run"),
        ready=lambda: console.is_ready(base),
        ports=(
            Port("asterisk.ami_port", switch.host, switch.ami_port),
            Port("asterisk.http_port", switch.host, switch.http_port),
            Port("asterisk.sip_port", switch.host, switch.sip_port, udp=True),
        ),
    )
