"""Telephones at the seats: they register over the switch's websocket, again whenever it comes back, answer what rings
and hang up after a while. They have no sound, so that a whole floor of them costs nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from random import Random

from websockets.exceptions import WebSocketException

from tests.live.seat import Softphone, headers_of, is_response

RINGS, TALKS = (0.2, 0.8), (1.5, 4.0)  # seconds
REFUSES = 0.05  # of the calls that ring
AGAIN = 40.0  # seconds until it registers again; the switch forgets it after 60
LOOK = 0.05  # seconds between two looks at what is due
BREATH = 0.5  # seconds until a switch that is gone is tried again


@dataclass
class Talk:
    """The call at a telephone, by the request that it came with; `due` is when the next thing is done about it."""

    invite: str
    due: float
    is_answered: bool = False


class Phone(Softphone):
    """A softphone that answers; `answered` is told the id of each call when it does."""

    def __init__(self, address: str, extension: str, random: Random, answered: Callable[[str], None]) -> None:
        super().__init__(address, extension)
        self._random = random
        self._answered = answered
        self._talk: Talk | None = None

    @property
    def is_busy(self) -> bool:
        """Whether it rings or talks."""
        return self._talk is not None

    def hear(self, request: str) -> None:
        method = request.partition(" ")[0]
        if method == "INVITE":
            self._invited(request)
        elif method == "CANCEL":
            self.reply(request, "200 OK")
            if self._talk and not self._talk.is_answered:
                self.reply(self._talk.invite, "487 Request Terminated")
            self._talk = None
        elif method != "ACK":
            self.reply(request, "200 OK")
            self._talk = None if method == "BYE" else self._talk

    def act(self) -> None:
        """Do what is due: answer, or hang up."""
        talk = self._talk
        if talk is None or time.monotonic() < talk.due:
            return
        if talk.is_answered:
            self.tell(talk.invite, "BYE")
            self._talk = None
        else:
            self.accept(talk.invite)
            talk.is_answered, talk.due = True, time.monotonic() + self._random.uniform(*TALKS)
            self._answered(headers_of(talk.invite).get("x-hotline-call", ""))

    def _invited(self, request: str) -> None:
        if "tag=" in headers_of(request)["to"]:
            self.accept(request)
        elif self._talk or self._random.random() < REFUSES:
            self.reply(request, "486 Busy Here")
        else:
            self.reply(request, "180 Ringing")
            self._talk = Talk(request, time.monotonic() + self._random.uniform(*RINGS))


class Seat(threading.Thread):
    """The telephone of the seat `extension`, kept registered. `password` is asked for when the one before it opens
    nothing any longer; `registered` is set whenever it came back, `free` while it has no call, and `answered` has the
    ids of the calls that were answered here.
    """

    def __init__(self, address: str, extension: str, password: Callable[[], str], random: Random) -> None:
        super().__init__(name=f"seat {extension}")
        self._address = address
        self._extension = extension
        self._ask_password = password
        self._random = random
        self._stopped = threading.Event()
        self.registered = threading.Event()
        self.free = threading.Event()
        self.answered: SimpleQueue[str] = SimpleQueue()

    def run(self) -> None:
        """Until `stop`."""
        password = self._ask_password()
        while not self._stopped.is_set():
            phone = Phone(self._address, self._extension, self._random, self.answered.put)
            with suppress(OSError, WebSocketException, TimeoutError), phone:
                while phone.register(password) != 200:
                    password = self._ask_password()
                self.registered.set()
                self._serve(phone, password)
            self._stopped.wait(BREATH)

    def stop(self) -> None:
        self._stopped.set()
        self.join()

    def _serve(self, phone: Phone, password: str) -> None:
        again = time.monotonic() + AGAIN
        while not self._stopped.is_set():
            with suppress(TimeoutError):
                message = phone.receive(LOOK)
                if not is_response(message):
                    phone.hear(message)
            phone.act()
            (self.free.clear if phone.is_busy else self.free.set)()
            if time.monotonic() > again:
                phone.register(password)
                again += AGAIN
