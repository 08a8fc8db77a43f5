"""Brings a switch's folders and configuration up to date with the settings, the secrets and the city's data."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime

from dialplans.folders import folders
from dialplans.plan import Accounts, Plan, plan
from dialplans.switchroom import Switchroom
from dialplans.texts import texts
from hotline.errors import Misconfigured
from hotline.pack.model import CityPack
from hotline.platform import secrets
from hotline.platform.exchange import exchange
from hotline.platform.people import opened
from hotline.record import city
from hotline.settings import Settings

Say = Callable[[str], None]
HIDDEN = "hidden"  # stands for a secret where people look


def plan_of(settings: Settings, pack: CityPack, at: datetime) -> Plan:
    """The plan of the switch of these settings for a city as it is at `at`, without the secrets."""
    return plan(
        settings,
        accounts=Accounts(link=HIDDEN, actions=HIDDEN),
        lines=pack.lines,
        queues=pack.queues,
        default_queue=pack.city.default_queue,
        languages=pack.city.languages,
        prompts=pack.prompts,
        at=at,
    )


def texts_of(settings: Settings, pack: CityPack, at: datetime) -> dict[str, str]:
    """What the switch is to read. Raises `Misconfigured`, also where the secrets are missing."""
    known = secrets.read(settings.paths.state)
    accounts = Accounts(link=known.ami_telephony, actions=known.ami_actions)
    return texts(replace(plan_of(settings, pack, at), accounts=accounts))


def texts_to_show(settings: Settings, pack: CityPack, at: datetime) -> dict[str, str]:
    """The same for people's eyes: without the secrets. Raises `Misconfigured`."""
    return texts(plan_of(settings, pack, at))


def switchroom(settings: Settings, say: Say = lambda words: None) -> Switchroom:
    """Where this machine's switch is changed over."""
    return Switchroom(folders(settings), exchange(settings), say)


def install(settings: Settings, say: Say) -> None:
    """The configuration that the record's newest revision asks for. A step of the set-up: done again, it does nothing.

    One that can't be used leaves the present one; only where there is none yet, it raises `Misconfigured`.
    """
    if settings.asterisk.external:
        return
    at = datetime.now(UTC)
    store = opened(settings)
    try:
        with store.transaction() as session:
            revision = city.newest(session)
            pack = city.read(session, revision)
    finally:
        store.close()
    configure(settings, pack, revision, at, say)


def configure(settings: Settings, pack: CityPack, revision: int, at: datetime, say: Say) -> None:
    """Bring in what `pack`, the city's data at `revision`, asks for at `at`; as `install` does."""
    room = switchroom(settings, say)
    outcome = room.change_over(texts_of(settings, pack, at), revision, at)
    if outcome is None:
        return
    if not outcome.flaws:
        say(f"Configured the telephone switch ({len(outcome.files)} files)")
    elif room.editions.in_force() is None:
        raise Misconfigured("the telephone switch", in_lines(outcome.flaws), "a configuration without flaws")
    else:
        say(f"The switch keeps its configuration: the new one is refused. {in_lines(outcome.flaws)}")


def in_lines(flaws: Iterable[Misconfigured]) -> str:
    """The flaws for a terminal, one to a line."""
    return "".join(f"\n  {flaw}" for flaw in flaws)
