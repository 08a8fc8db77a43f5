"""`hotline switchroom`: keeps the switch in line with the city's data. Whatever an administrator changes, and whatever
the data say of a coming minute, takes effect by itself, without a restart and with no call dropped.

It looks once a second; while nothing changed, that is one number asked of the record.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from dialplans.chronicle import note, note_in_force
from dialplans.install import switchroom, texts_of
from dialplans.switchroom import Outcome, Switchroom
from hotline.bell import Bell
from hotline.errors import Misconfigured, Unreachable
from hotline.lines import next_change
from hotline.log import set_up as set_up_log
from hotline.pack.model import CityPack
from hotline.platform import addresses
from hotline.platform.child import Child
from hotline.platform.children import command as command_line
from hotline.record import city
from hotline.settings import Settings, load
from hotline.store import Store, open_store

LOOK = 1.0  # seconds between two looks
LONGEST = 30.0  # seconds until it is tried again, after one that failed several times

log = structlog.get_logger()
Render = Callable[[Settings, CityPack, datetime], dict[str, str]]


def command() -> None:
    """Keep the switch in line with the city's data until told to stop."""
    settings = load()
    set_up_log("switchroom")
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    store = open_store(addresses.database(settings), Bell(addresses.redis(settings)), pool=1)
    try:
        run(Keeping(settings, store, switchroom(settings)), stop)
    finally:
        store.close()


def children(settings: Settings) -> Iterator[Child]:
    """This process, as `hotline up` runs it; no call waits for it, so it is ready at once."""
    if not settings.asterisk.external:
        yield Child(
            name="switchroom",
            argv=("nice", *command_line("switchroom")),  # behind the calls, and behind what callers wait for
            ready=lambda: True,
            after=("postgresql", "redis", "asterisk"),
        )


def run(keeping: Keeping, stop: threading.Event) -> None:
    """Looks until `stop` is set. A record or a switch that doesn't answer is asked again, less and less often."""
    pause = LOOK
    while not stop.wait(pause):
        try:
            keeping.look(datetime.now(UTC))
            pause = LOOK
        except (Unreachable, SQLAlchemyError, OSError) as error:
            pause = min(pause * 2, LONGEST)
            log.warning("switch not looked after", error=f"{type(error).__name__}: {error}", again_in=pause)


class Keeping:
    """What was seen last of the record and of the switch."""

    def __init__(self, settings: Settings, store: Store, room: Switchroom, render: Render = texts_of) -> None:
        self._settings = settings
        self._store = store
        self._room = room
        self._render = render
        self._revision = 0
        self._due: datetime | None = None
        self._confirmed = ""

    def look(self, at: datetime) -> None:
        """Do what is to be done at `at`. Raises `Unreachable` when the switch doesn't answer: then look again."""
        self._confirm(at)
        with self._store.transaction() as session:
            revision = city.newest(session)
            if revision == self._revision and (self._due is None or at < self._due):
                return
            pack = city.read(session, revision)
        self._bring_in(pack, revision, at)
        self._revision, self._due = revision, next_change(pack.lines, at)

    def _confirm(self, at: datetime) -> None:
        """Whoever brought the present edition in may have died before the switch read it, or before it was told."""
        now = self._room.editions.in_force()
        if now is None or now.name == self._confirmed:
            return
        outcome = self._room.confirm()
        if outcome is not None:
            with self._store.transaction() as session:
                is_new = note_in_force(session, self._settings.asterisk.node, outcome, at)
            if is_new:
                _say(outcome)
            self._confirmed = now.name

    def _bring_in(self, pack: CityPack, revision: int, at: datetime) -> None:
        try:
            texts = self._render(self._settings, pack, at)
        except Misconfigured as flaw:
            outcome: Outcome | None = Outcome("", revision, flaws=(flaw,))
        else:
            outcome = self._room.change_over(texts, revision, at, running=True)
            if outcome is None and revision != self._revision:
                outcome = self._room.in_force(texts, revision)
        if outcome is None:
            return
        with self._store.transaction() as session:
            is_new = note(session, self._settings.asterisk.node, outcome, at)
        if is_new:
            _say(outcome)
        if not outcome.flaws:
            self._confirmed = outcome.edition


def _say(outcome: Outcome) -> None:
    if outcome.flaws:
        flaws = [str(flaw) for flaw in outcome.flaws]
        log.error("configuration refused", revision=outcome.revision, flaws=flaws)
    else:
        log.info(
            "configuration in force",
            edition=outcome.edition.partition("-")[0],  # what follows may look like a telephone number
            revision=outcome.revision,
            files=outcome.files,
            seconds=outcome.seconds,
        )
