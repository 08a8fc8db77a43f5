"""Breaking things at their moments, and seeing when everything works again. Nobody but the platform mends anything."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar
from urllib.request import urlopen

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from hotline.platform import running
from hotline.platform.running import ChildState
from hotline.settings import Settings
from hotline.store import Store
from hotline.store.tables import FactRow, Link
from tests.live.soak.agents import Client
from tests.live.soak.plan import Blow, Fault
from tests.live.soak.table import Struck
from tests.live.soak.wire import Strand, Wire

Thing = TypeVar("Thing")

PATIENCE = 60.0  # seconds in which everything has to work again
JOB = 10.0  # seconds in which a job is done, unless its worker has died
LOOK = 0.1


@dataclass
class Breaker:
    """Breaks the platform of `settings`, whose link goes over `wire`. `clerk` may ask for jobs."""

    settings: Settings
    store: Store
    wire: Wire
    clerk: Client
    struck: list[Struck] = field(default_factory=list)

    @contextmanager
    def breaking(self, blows: Iterable[Blow], started: float) -> Iterator[None]:
        """Each kind of fault at its moments, counted from `started` of the monotonic clock, whatever else is broken
        then. After the block, everything works again.
        """
        with ThreadPoolExecutor(len(Fault)) as pool:
            kinds = [[blow for blow in blows if blow.fault is fault] for fault in Fault]
            breaking = [pool.submit(self._strike_in_turn, kind, started) for kind in kinds]
            yield
            for strikes in breaking:
                strikes.result()

    def _strike_in_turn(self, blows: Iterable[Blow], started: float) -> None:
        for blow in blows:
            time.sleep(max(0.0, started + blow.at - time.monotonic()))
            self.strike(blow.fault)

    def strike(self, fault: Fault) -> None:
        """Now, or as soon as there is anything to break. Returns when everything works again."""
        if fault is Fault.WORKER:
            self.clerk.insist("/api/citizens/search")  # so that there is something to die over
        if fault in WIRES:
            at = self._break_wire(WIRES[fault])
            is_whole = _until(lambda: self._hears_again(at))
        else:
            at, pid = self._kill(fault)
            is_whole = _until(lambda: self._child(fault).pid != pid and WHOLE[fault](self, at))
        self.struck.append(Struck(fault, at, datetime.now(UTC) if is_whole else None))

    def _break_wire(self, how: Callable[[Strand], None]) -> datetime:
        assert _until(lambda: self.wire.strands and self._link_is_up()), "the link doesn't come back"
        at = datetime.now(UTC)
        for strand in self.wire.strands:
            how(strand)
        return at

    def _kill(self, process: str) -> tuple[datetime, int]:
        pid = self._child(process).pid
        at = datetime.now(UTC)
        os.kill(pid, signal.SIGKILL)
        return at, pid

    def _child(self, name: str) -> ChildState:
        """The process, once it is ready."""

        def find() -> ChildState | None:
            run = running.find(self.settings.paths.state)
            found = [child for child in run.children if child.name == name and child.ready] if run else []
            return found[0] if found else None

        child = _until(find)
        assert child, f"{name} isn't ready"
        return child

    def _serves(self, at: datetime) -> bool:
        with suppress(OSError), urlopen(f"{self.settings.web.origin}/health", timeout=1) as answer:
            return bool(answer.status == 200)
        return False

    def _works(self, at: datetime) -> bool:
        """Whether a job that is asked for now is done. One that its worker dies with is nobody's any more."""
        job = self.clerk.insist("/api/citizens/search")["job"]
        return bool(_until(lambda: self.clerk.ask(f"/api/jobs/{job}")["state"] == "done", JOB))

    def _writes(self, at: datetime) -> bool:
        """Whether something that the switch said after `at` is in the record."""
        link = self._link()
        return bool(link and link.is_up and link.heard_at and link.heard_at > at)

    def _hears_again(self, at: datetime) -> bool:
        """Whether a gap has ended since `at`, and no other has begun."""
        ended = select(FactRow.id).where(col(FactRow.kind) == "link.restored", col(FactRow.at) > at)
        with suppress(SQLAlchemyError), self.store.transaction() as session:
            return self._link_is_up() and session.exec(ended.limit(1)).first() is not None
        return False

    def _link_is_up(self) -> bool:
        link = self._link()
        return bool(link and link.is_up)

    def _link(self) -> Link | None:
        with suppress(SQLAlchemyError), self.store.transaction() as session:
            return session.get(Link, self.settings.asterisk.node)
        return None


WIRES: Mapping[Fault, Callable[[Strand], None]] = {
    Fault.LINK_CUT: Strand.cut,
    Fault.LINK_HALF_CLOSED: Strand.half_close,
    Fault.LINK_SILENT: Strand.hold,
}
WHOLE: Mapping[Fault, Callable[[Breaker, datetime], bool]] = {
    Fault.WEB: Breaker._serves,
    Fault.WORKER: Breaker._works,
    Fault.REDIS: Breaker._works,
    Fault.POSTGRESQL: Breaker._writes,
    Fault.TELEPHONY: Breaker._hears_again,
    Fault.ASTERISK: Breaker._hears_again,
}


def _until(condition: Callable[[], Thing], patience: float = PATIENCE) -> Thing:
    """What `condition` says when it is true, or at the end of all patience."""
    deadline = time.monotonic() + patience
    while not (said := condition()) and time.monotonic() < deadline:
        time.sleep(LOOK)
    return said
