"""The steps that make an empty machine ready, in their order. Each looks first and does only what is missing,
so running them again is cheap, and finishes whatever was interrupted.

Packages contribute theirs through the entry-point group `hotline.setup`, under the names that stand here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from hotline.bell import Bell
from hotline.pack.load import load_pack, read_pack
from hotline.platform import addresses, plugins, postgresql, redis_server, secrets
from hotline.record import city, days, ticket_search
from hotline.settings import Settings
from hotline.store import migrate, open_store

Say = Callable[[str], None]
STEPS = ("switch", "pages")  # Asterisk; the browser's code
STEPS_OF_THE_RECORD = ("dialplan", "prompts")  # Asterisk's configuration, its voice


def prepare(settings: Settings, say: Say) -> None:
    """Everything that stands in files. Raises `Misconfigured` or `Unreachable`; what was done stays done."""
    folders(settings)
    load_pack(settings.site.city)
    secrets.ensure(settings.paths.state)
    _take(STEPS, settings, say)


def configure(settings: Settings, say: Say) -> None:
    """Everything that is made from the record, which has to answer. Raises as `prepare` does."""
    _take(STEPS_OF_THE_RECORD, settings, say)


def _take(names: Iterable[str], settings: Settings, say: Say) -> None:
    steps = plugins.contributed("hotline.setup")
    for name in names:
        if name in steps:
            plugins.load(steps[name])(settings, say)


def folders(settings: Settings) -> None:
    """The folders of the state. From outside only names that one knows can be passed; nothing can be listed."""
    state = settings.paths.state
    state.mkdir(parents=True, exist_ok=True)
    state.chmod(0o711)
    for name in ("logs", "run"):
        (state / name).mkdir(exist_ok=True, mode=0o700)
    settings.paths.parts.mkdir(parents=True, exist_ok=True)


@contextmanager
def record(settings: Settings, say: Say) -> Iterator[None]:
    """The record and the broker answer inside the block, with all tables in their newest form."""
    _install_servers(settings, say)
    with postgresql.serving(settings) as url, redis_server.serving(settings):
        postgresql.check(url)
        migrate(url)
        _settle_city(settings, say)
        yield


def _settle_city(settings: Settings, say: Say) -> None:
    """A record that has no city yet takes over its pack's; every one takes the lists of days that came along since."""
    store = open_store(addresses.database(settings), Bell(addresses.redis(settings)), pool=1)
    try:
        with store.transaction() as session:
            note = f"pack {settings.site.city}"
            if city.settle(session, read_pack(settings.site.city), datetime.now(UTC), note):
                say("The record has taken over the city's data")
            if years := days.seed(session, datetime.now(UTC)):
                say(f"Holidays and make-up days of {', '.join(map(str, years))} are in the day table")
            if ticket_search.is_behind(session):
                say("The search doesn't find old tickets by their words yet: run `hotline tickets index`")
    finally:
        store.close()


def _install_servers(settings: Settings, say: Say) -> None:
    if not settings.database.url:
        folder = addresses.postgresql_folder(settings.paths.state)
        if not (folder / "data").exists():
            say("Making the database")
        postgresql.install(folder)
    if not settings.redis.url:
        redis_server.install(addresses.redis_socket(settings.paths.state))
