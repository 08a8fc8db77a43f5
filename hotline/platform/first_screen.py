"""The last words of a start: the address, who can log in, and what to try first."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from hotline.pack.load import load_pack
from hotline.pack.model import Person
from hotline.platform.people import DEMO_PASSWORD
from hotline.roles import ROLE_WORDS, Role
from hotline.settings import Settings
from hotline.words import translate


def show(console: Console, settings: Settings) -> None:
    """Print the first screen; a demo's tells more."""
    if settings.site.demo:
        console.print(demo_accounts(load_pack(settings.site.city).people))
        console.print(_what_to_try(settings), highlight=False, soft_wrap=True)
    console.print(
        f"\n  Ready: [bold]{settings.web.origin}/[/]   (Ctrl-C stops everything)\n", highlight=False
    )


def demo_accounts(people: tuple[Person, ...]) -> Table:
    """Who can log in to a demo, one row a role; all share one password."""
    title = f"Demo accounts (password of all: [bold]{DEMO_PASSWORD}[/])"
    table = Table(title=title, title_justify="left", title_style="", box=None, show_header=False)
    for role in Role:
        logins = [_login(person) for person in people if person.roles[0] == role]
        if logins:
            table.add_row(f"[dim]{ROLE_WORDS[role]}[/]", ", ".join(logins))
    return table


def _login(person: Person) -> str:
    return f"{person.login} ({person.extension})" if person.extension else person.login


def _what_to_try(settings: Settings) -> str:
    ready = translate("Ready", "zh_Hans")
    return f"""
  What to try first
  1. Log in as an agent at {settings.web.origin}/ and press "Ready" ({ready}, Alt+R).
  2. Let a citizen call an old number: the button on the start page, or   .venv/bin/hotline call 12319
  3. Answer, fill in the form, dispatch; then, in a second browser, sign and reply as the unit's staff."""
