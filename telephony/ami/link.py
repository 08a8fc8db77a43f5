"""The link: one connection that follows Asterisk's events for as long as the process lives. It knows when it is
up and when it was lost, and says so in its place among the events; what events mean it doesn't know.

panoramisk's Manager opens the connection and logs in; see docs/decisions for what is replaced, and why.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from functools import partial

import structlog
from panoramisk import Manager

from hotline.errors import Refused, Unreachable
from telephony.ami.parser import Message
from telephony.ami.protocol import DEADLINE, Action, Answer, Protocol

SHORTEST, LONGEST = 0.5, 30.0  # seconds between two attempts
CAPACITY = 5_000  # messages that wait in memory: some 5 MB, and a minute of a busy floor of 200 seats
BOOTING = 120.0  # seconds after the login in which Asterisk says that it is booted
MISSED = 2  # unanswered pings after which the link is dropped

log = structlog.get_logger()


@dataclass(frozen=True)
class Address:
    """Where an Asterisk is reached, and as whom."""

    host: str
    port: int
    user: str
    secret: str

    def __repr__(self) -> str:
        return f"{self.user}@{self.host}:{self.port}"


@dataclass(frozen=True)
class Up:
    """Logged in, and Asterisk is fully booted: from here on its events arrive."""


@dataclass(frozen=True)
class Down:
    """No more events from here on; `why` in plain words. Nothing had been heard for `quiet` seconds, where that is how
    the loss was noticed.
    """

    why: str
    quiet: float = 0.0


def pauses(draw: Callable[[float, float], float] = random.uniform) -> Iterator[float]:
    """Seconds to wait before each next attempt: drawn from a range that doubles, so that many links don't call
    at once. Never shorter than `SHORTEST`, never longer than `LONGEST`.
    """
    upper = 2 * SHORTEST
    while True:
        yield draw(SHORTEST, upper)
        upper = min(LONGEST, 2 * upper)


class Link(Manager):  # type: ignore[misc]
    """The link to the Asterisk at `address`. `run` keeps it up; `batch` hands out what arrived, in order.

    Of events, those that are `wanted` by name (all, if None); Asterisk's own filters may let others through.
    """

    pinger: asyncio.TimerHandle | None

    def __init__(
        self,
        address: Address,
        *,
        ping_every: float = 5.0,
        deadline: float = DEADLINE,
        capacity: int = CAPACITY,
        wanted: Container[bytes] | None = None,
    ) -> None:
        super().__init__(
            host=address.host,
            port=address.port,
            username=address.user,
            secret=address.secret,
            protocol_factory=partial(Protocol, deadline, wanted),
            log=log,
        )
        self.ping_delay = self.ping_interval = ping_every
        self.missed_pings = 0
        self.is_up = False
        self._quiet = 0.0
        self._skipped_before = 0
        self._deadline = deadline
        self._capacity = capacity
        self._items: asyncio.Queue[object] = asyncio.Queue()
        self._is_reading = True
        self._booting: asyncio.TimerHandle | None = None
        self._lost: asyncio.Future[str] | None = None
        self._connecting: asyncio.Task[object] | None = None

    @property
    def skipped(self) -> int:
        """How often something arrived that was no message."""
        return self._skipped_before + (self.protocol.parser.skipped if self.protocol else 0)

    async def run(self) -> None:
        """Stay connected until cancelled. Raises `Refused("switch.login_refused")`: then it needs an operator."""
        self.loop = asyncio.get_running_loop()
        waits = pauses()
        try:
            while True:
                started = self.loop.time()
                why = await self._one_connection()
                if self.loop.time() - started > LONGEST:
                    waits = pauses()
                wait = next(waits)
                log.warning("link down", why=why, next_attempt=round(wait, 1))
                await asyncio.sleep(wait)
        finally:
            self.close()

    def readdress(self, address: Address) -> None:
        """Knock there, and as that, from the next attempt on."""
        values = {"host": address.host, "port": address.port}
        self.config.update(values, username=address.user, secret=address.secret)

    async def ask(self, action: Action, as_list: bool = False) -> Answer:
        """Asterisk's answer to one action. Raises `Refused` and `Unreachable`; nothing is sent a second time."""
        if not self.is_up:
            raise Unreachable("the link is down")
        answer: Answer = await self.protocol.send(action, as_list=as_list)
        return answer

    def insert(self, item: object) -> None:
        """Put something of our own behind everything that has arrived so far."""
        self._items.put_nowait(item)

    async def batch(self, most: int = 500) -> list[object]:
        """What has arrived since the last time, at least one and at most `most`: `Message`, `Up`, `Down`, and what
        was inserted.
        """
        items = [await self._items.get()]
        while len(items) < most and not self._items.empty():
            items.append(self._items.get_nowait())
        if not self._is_reading and self._items.qsize() < self._capacity // 2:
            self._read_on()
        return items

    async def _one_connection(self) -> str:
        """Connect, log in, and wait until it is over. Returns why it is."""
        self._lost = asyncio.get_running_loop().create_future()
        self.missed_pings = 0
        self._quiet = 0.0
        self._is_reading = True
        self._connecting = self.connect()
        self.loop.call_later(self._deadline, self._connecting.cancel)
        return await self._lost

    # What follows are Manager's own steps, called by it or by the protocol.

    def connection_made(self, f: asyncio.Future[tuple[asyncio.Transport, Protocol]]) -> None:
        """Manager's own would try again by itself, every 2 s for ever; `run` decides that."""
        if f.cancelled():
            self._end("not reached in time")
        elif error := f.exception():
            self._end(f"not reached: {error}")
        else:
            self._skipped_before = self.skipped
            super().connection_made(f)

    def login(self, future: asyncio.Future[Answer]) -> bool:
        """Asterisk's answer to our name. A refused one isn't tried again: repeated tries only lock us out."""
        self.authenticated_future = None
        error = future.exception()
        self.authenticated = error is None
        if isinstance(error, Refused):
            self._refuse(error)
        elif error is not None:
            self.protocol.close()
            self._end(str(error))
        else:
            self._booting = self.loop.call_later(BOOTING, self._never_booted)
        return self.authenticated

    def ping(self) -> None:
        """Ask whether Asterisk is there, and again after a while. A link that we don't read ourselves can't tell, and
        one that isn't let in yet is sent away when it asks.
        """
        if self._is_reading and self.authenticated:
            self.protocol.send({"Action": "Ping"}).add_done_callback(self._pinged)
        self.pinger = self.loop.call_later(self.ping_interval, self.ping)

    def dispatch(self, event: Message) -> None:
        """One event, in its order. With too many waiting, Asterisk has to wait too."""
        if event.event == "FullyBooted":
            if not self.is_up:
                self.is_up = True
                self._items.put_nowait(Up())
            return
        self._items.put_nowait(event)
        if self._is_reading and self._items.qsize() >= self._capacity:
            self._is_reading = False
            self.protocol.transport.pause_reading()
            log.warning("link held back", waiting=self._items.qsize())

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone, by Asterisk's will or by ours."""
        self._end(str(exc) if exc else "closed by Asterisk")

    def close(self) -> None:
        """End the connection, and don't come back."""
        self._stop_timers()
        if self._connecting:
            self._connecting.cancel()
        if self.protocol:
            self.protocol.close()

    def _end(self, why: str) -> None:
        self._stop_timers()
        if self.is_up:
            self.is_up = False
            self._items.put_nowait(Down(why, self._quiet))
        if self._lost and not self._lost.done():
            self._lost.set_result(why)

    def _refuse(self, error: Refused) -> None:
        self.close()
        refused = Refused("switch.login_refused", **error.facts)
        if self._lost and not self._lost.done():
            self._lost.set_exception(refused)

    def _pinged(self, answer: asyncio.Future[Answer]) -> None:
        if answer.cancelled() or not isinstance(answer.exception(), Unreachable):
            self.missed_pings = 0
            return
        self.missed_pings += 1
        if self.missed_pings >= MISSED:
            self._quiet = self.loop.time() - self.protocol.heard_at
            self.protocol.drop(f"silent: {MISSED} pings unanswered")

    def _never_booted(self) -> None:
        if not self.is_up:
            self.protocol.drop(f"not booted {BOOTING:.0f} s after the login: may the account read `system`?")

    def _stop_timers(self) -> None:
        for timer in (self.pinger, self._booting):
            if timer:
                timer.cancel()
        self.pinger = self._booting = None

    def _read_on(self) -> None:
        self._is_reading = True
        if not self.protocol.closed:
            self.protocol.transport.resume_reading()
