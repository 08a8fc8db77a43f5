"""The timekeeper's process: sweeps what is due, recomputes what a change of days or policies reached, archives what has
been over for long, and wakes whoever sends messages. Any number of them may run; what they share is in the record, and
Redis only carries wake-ups.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import structlog
from redis import RedisError
from sqlalchemy.exc import SQLAlchemyError

from dispatch import archiving, outbox, recomputing, worker
from dispatch.channels import configured
from dispatch.postman import wake
from dispatch.sweep import BATCH, next_due, sweep
from hotline.bell import Bell
from hotline.log import set_up as set_up_log
from hotline.pack.load import load_pack
from hotline.platform import addresses
from hotline.platform.child import Child
from hotline.platform.children import command as command_line
from hotline.record.city_in_force import CityInForce
from hotline.settings import Settings, load
from hotline.store import Store, open_store

LOOK = 2.0  # seconds between two looks at most
SHORTEST = 0.2  # and at least, while somebody else holds what is due
LONGEST = 30.0  # seconds until it is tried again, after looks that failed
WOKEN = timedelta(seconds=10)  # until senders are woken again for what still waits

log = structlog.get_logger()


def command() -> None:
    """Keep the clocks until told to stop: sweep, recompute, archive, wake the senders."""
    settings = load()
    set_up_log("clocks")
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    store = open_store(addresses.database(settings), Bell(addresses.redis(settings)), pool=1)
    try:
        run(Timekeeper(settings, store, CityInForce(load_pack(settings.site.city))), stop)
    finally:
        store.close()


def children(settings: Settings) -> Iterator[Child]:
    """This process, and the one that sends messages, as `hotline up` runs them."""
    yield Child(
        name="clocks",
        argv=command_line("clocks", "run"),
        ready=lambda: True,  # nobody waits for it
        after=("postgresql", "redis"),
    )
    yield Child(
        name="sender",
        argv=command_line("worker", "--messages"),
        ready=lambda: worker.is_working(settings, worker.MESSAGES),
        after=("postgresql", "redis"),
    )


def run(timekeeper: Timekeeper, stop: threading.Event) -> None:
    """Looks until `stop` is set. A record that doesn't answer is asked again, less and less often."""
    pause = 0.0
    while not stop.wait(pause):
        try:
            pause = timekeeper.look(datetime.now(UTC), stop.is_set)
        except (SQLAlchemyError, LookupError) as error:
            pause = min(max(pause, LOOK) * 2, LONGEST)
            log.warning("clocks not looked after", error=type(error).__name__, again_in=pause)


class Timekeeper:
    """What is known between two looks: the city, and when senders were woken last."""

    def __init__(self, settings: Settings, store: Store, known: CityInForce) -> None:
        self._settings = settings
        self._store = store
        self._known = known
        self._woken_at: datetime | None = None

    def look(self, at: datetime, is_stopped: Callable[[], bool] = lambda: False) -> float:
        """Does all that is to be done at `at`; returns the seconds until the next look."""
        with self._store.transaction() as session:
            self._known.look(session, at)
            self._known.look_at_catalogue(session, at)
            recomputing.notice(session, at)
        city = self._known.now
        count = BATCH
        while count == BATCH and not is_stopped():
            with self._store.transaction() as session:
                count = sweep(session, city, at)
        with self._store.transaction() as session:
            has_more = recomputing.go_on(session, city, at)
        with self._store.transaction() as session:
            has_more |= archiving.archive(session, at) == archiving.TOGETHER
        with self._store.transaction() as session:
            waits = outbox.is_due(session, configured(self._settings), at)
            due = next_due(session)
        if waits:
            self._wake(at)
        if has_more:
            return 0.0
        return LOOK if due is None else min(LOOK, max(SHORTEST, (due - at).total_seconds()))

    def _wake(self, at: datetime) -> None:
        if self._woken_at is not None and at - self._woken_at < WOKEN:
            return
        try:
            wake(self._settings)
        except RedisError as error:
            log.warning("senders not woken", error=type(error).__name__)
        self._woken_at = at
