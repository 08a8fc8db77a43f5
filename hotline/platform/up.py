"""`hotline up`: set up what is missing, start everything, stay, and stop everything.

Checks that cost nothing come first, so that a mistake is told before anything is made or started.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

import typer
from rich.console import Console

from hotline import settings as all_settings
from hotline.errors import Misconfigured
from hotline.platform import first_screen, people, plugins, ports, running, secrets, setup, warden
from hotline.platform.child import Child
from hotline.platform.supervisor import Supervisor
from hotline.platform.telling import Telling, telling
from hotline.settings import Settings


def command(
    demo: Annotated[bool, typer.Option("--demo", help="With demo people and a citizen's telephone.")] = False,
) -> None:
    """Set up what is missing, start the platform and stay in the foreground."""
    settings = all_settings.load()
    if demo:
        settings = settings.model_copy(update={"site": settings.site.model_copy(update={"demo": True})})
    up(settings, Console())


def up(settings: Settings, console: Console) -> None:
    """Run the platform on `settings` until a signal comes."""
    people.refuse_open_demo(settings)
    _refuse_empty(settings)
    setup.folders(settings)
    with running.claim(settings.paths.state):
        children = plugins.children(settings)
        ports.check(children)
        with telling(console) as say:
            _set_up(settings, say)
            say(f"Starting {', '.join(child.name for child in children)}")
            with warden.watching(settings.paths.state):
                asyncio.run(_supervise(settings, children, say, lambda: _announce(console, settings, say)))


def _announce(console: Console, settings: Settings, say: Telling) -> None:
    say.rest()
    first_screen.show(console, settings)


def _refuse_empty(settings: Settings) -> None:
    state = settings.paths.state
    if not settings.site.demo and not secrets.exist(state):
        raise Misconfigured(str(state), "no installation", "`hotline init` first, or `hotline up --demo`")


def _set_up(settings: Settings, say: Telling) -> None:
    setup.prepare(settings, say)
    with setup.record(settings, say):
        setup.configure(settings, say)
        if settings.site.demo and people.settle_demo(settings):
            say("The demo's people have moved in")


async def _supervise(
    settings: Settings, children: tuple[Child, ...], say: Telling, announce: Callable[[], None]
) -> None:
    state = settings.paths.state
    run = running.this_process(settings.web.origin)
    environment = all_settings.environment(settings)
    informed = [replace(child, env={**environment, **child.env}) for child in children]
    supervisor = Supervisor(
        informed, state / "logs", say, lambda states: running.write(state, replace(run, children=states))
    )
    await supervisor.run(announce)
