"""`hotline init`: a real installation. No demo people, fresh secrets, one administrator whose password is asked for."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hotline.errors import Misconfigured, Refused
from hotline.platform import people, running, secrets, setup
from hotline.platform.telling import telling
from hotline.record import accounts
from hotline.settings import Settings, load


def command(
    login: Annotated[str, typer.Option(help="Login of the administrator; asked for when left out.")] = "",
    password_stdin: Annotated[
        bool, typer.Option(help="Read the password's one line from standard input.")
    ] = False,
) -> None:
    """Make a real installation: tables, secrets, and an administrator."""
    settings = load()
    refuse_second(settings.paths.state)
    who = login or typer.prompt("Login of the administrator", default="admin")
    password = sys.stdin.readline().rstrip("\n") if password_stdin else _ask_password()
    accounts.hash_password(password)  # refuses a short one before anything is made
    with telling(Console()) as say:
        initialise(settings, who, password, say)
    typer.echo("Done. Start it with `hotline up`.")


def refuse_second(state: Path) -> None:
    """Raises `Refused` where an installation stands already; nothing of it is touched."""
    if secrets.exist(state):
        raise Refused("platform.already_installed", state=state)


def initialise(settings: Settings, login: str, password: str, say: setup.Say) -> None:
    """Everything that `hotline up` needs to start; the secrets come last and mark the installation as complete."""
    if settings.site.demo:
        raise Misconfigured("site.demo", "true", "false: a real installation has no demo people")
    setup.folders(settings)
    with running.claim(settings.paths.state), setup.record(settings, say):
        if not people.anybody(settings):
            people.settle_administrator(settings, login, password)
        secrets.ensure(settings.paths.state)


def _ask_password() -> str:
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
