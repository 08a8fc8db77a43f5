"""The last words of a start: the address, who can log in, and what to try first."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from hotline.pack.load import load_pack
from hotline.pack.model import Person
from hotline.platform.people import DEMO_PASSWORD
from hotline.roles import ROLE_WORDS, Role
from hotline.settings import Settings


def show(console: Console, settings: Settings) -> None:
    """Print the first screen; a demo's tells more."""
    if settings.site.demo:
        console.print(demo_accounts(load_pack(settings.site.city).people))
        console.print(_what_to_try(settings), highlight=False)
    console.print(
        f"\n  Ready: [bold]{settings.web.origin}/[/]   (Ctrl-C stops everything)\n", highlight=False
    )


def demo_accounts(people: tuple[Person, ...]) -> Table:
    """Who can log in to a demo, one row a person; all share one password."""
    table = Table(title=f"Demo accounts, password [bold]{DEMO_PASSWORD}[/]", title_justify="left", box=None)
    for heading in ("login", "name", "role", "seat", "unit"):
        table.add_column(heading, header_style="dim")
    for person in people:
        roles = ", ".join(ROLE_WORDS[Role(role)] for role in person.roles)
        table.add_row(
            person.login, f"{person.name_zh} {person.name_en}", roles, person.extension, person.unit
        )
    return table


def _what_to_try(settings: Settings) -> str:
    return f"""
  What to try first
  1. Log in as an agent at {settings.web.origin}/ and press "Ready".
  2. Make a citizen call an old number:   hotline call 12319   (or the button on the start page).
  3. Answer at the desk, fill the form, dispatch; then look at the order as the unit's staff."""
