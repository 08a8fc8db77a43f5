"""`hotline call`: a real telephone call into the hotline. `hotline phone`: a citizen's telephone that answers it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from hotline.errors import Misconfigured
from hotline.platform.child import Child, Port
from hotline.platform.children import command as command_line
from hotline.platform.ports import taken
from hotline.settings import Settings, load
from telephony.caller.attempt import Attempt
from telephony.caller.carrier import Carrier, furnish, running
from telephony.caller.config import Manners, Network
from telephony.caller.place import place_many
from telephony.switch import console, locate
from telephony.switch.start import command

GREETING = "你好，我是市民，谢谢你们给我回电话。"


def call(
    number: Annotated[str, typer.Argument(help="The number to dial, such as 12345 or 12319.")],
    caller: Annotated[str, typer.Option("--from", help="The citizen's own number.")] = "13800138000",
    say: Annotated[str, typer.Option(help="What the citizen says, again and again.")] = "",
    language: Annotated[str, typer.Option(help="The citizen's voice: cmn, yue or en.")] = "cmn",
    seconds: Annotated[float, typer.Option(help="The citizen hangs up after so many seconds.")] = 20.0,
    digits: Annotated[str, typer.Option(help="Keys that the citizen presses after the answer.")] = "",
    count: Annotated[int, typer.Option(min=1, help="How many calls.")] = 1,
    rate: Annotated[float, typer.Option(min=0.01, help="How many of them begin each second.")] = 1.0,
) -> None:
    """Call the running hotline as a citizen, with sound and keys. Exit code 1 when a call was not answered."""
    settings = load()
    attempt = Attempt(number, caller, say, language, digits, seconds)
    unanswered = 0
    with running(locate(settings), beside(settings)) as carrier:
        for outcome in place_many(carrier, attempt, count, rate):
            typer.echo(outcome.words(settings.site.language))
            unanswered += outcome.answered_after is None
    raise typer.Exit(1 if unanswered else 0)


def phone(
    say: Annotated[str, typer.Option(help="What the citizen says, again and again.")] = GREETING,
    rings: Annotated[float, typer.Option(min=0, help="Seconds that it rings.")] = 1.5,
    busy: Annotated[bool, typer.Option("--busy", help="The line is engaged: nobody answers.")] = False,
    seconds: Annotated[float, typer.Option(help="The citizen hangs up after so many seconds.")] = 120.0,
) -> None:
    """Become the carrier's side of the trunk: every number that the hotline calls is answered by a citizen."""
    settings = load()
    carrier = Carrier(_phone(settings), locate(settings))
    shutil.rmtree(carrier.base, ignore_errors=True)
    furnish(carrier, _network(settings, settings.trunk.port), Manners(rings, busy, seconds), say)
    argv = command(carrier.programs, carrier.base)
    os.execv(argv[0], argv)


def children(settings: Settings) -> Iterator[Child]:
    """A demo's citizen has a telephone."""
    if settings.site.demo and not settings.asterisk.external:
        base = _phone(settings)
        yield Child(
            name="phone",
            argv=command_line("phone"),
            ready=lambda: console.is_ready(base),
            ports=(Port("trunk.port", settings.trunk.host, settings.trunk.port, udp=True),),
        )


def beside(settings: Settings) -> Network:
    """A place on the trunk's address beside whoever is there, for calls into the hotline.

    Raises `Misconfigured` when the trunk's address isn't this machine's: the hotline takes calls from it alone.
    """
    host = settings.trunk.host
    ports = range(settings.trunk.port + 1, settings.trunk.port + 100)
    free = next((port for port in ports if not taken(Port("trunk.port", host, port, udp=True))), None)
    if free is None:
        expected = "an address of this machine: the hotline takes calls from the trunk's alone"
        raise Misconfigured("trunk.host", host, expected)
    return _network(settings, free)


def _network(settings: Settings, port: int) -> Network:
    return Network(settings.trunk.host, port, settings.asterisk.host, settings.asterisk.sip_port)


def _phone(settings: Settings) -> Path:
    return settings.paths.state / "phone"
