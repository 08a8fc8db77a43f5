"""Agents at work over HTTP: each has a seat, writes a ticket for every call that was answered there, and has some
citizens called back. A form whose fate an error leaves open is sent again; a call is ordered once.
"""

from __future__ import annotations

import re
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty
from random import Random
from typing import Any

import httpx2

from hotline.platform.people import DEMO_PASSWORD
from hotline.settings import Settings
from tests.live.soak.seats import Seat

PATIENCE = 60.0  # seconds in which a platform that is broken has to be whole again
BREATH = 0.3  # seconds until something is asked again
CALLS_BACK = 0.2  # of the tickets
FIRST_CONTACT = 13_700_000_001  # each ticket has a contact of its own
PER_AGENT = 1_000_000


@dataclass(frozen=True)
class Written:
    """A ticket that the platform said it has: its id, the title that is its alone, and its citizen's number."""

    identity: int
    title: str
    contact: str


@dataclass(frozen=True)
class Ordered:
    """A call to `contact`, ordered once. `status` is the answer's, 0 where there was none."""

    contact: str
    status: int


class Refusal(Exception):
    """The platform works, and says no: the key of its words."""


class Client:
    """Somebody logged in, who asks again as long as the platform is broken."""

    def __init__(self, origin: str, login: str) -> None:
        self._http = httpx2.Client(base_url=origin, timeout=5)
        self._login = login

    def come_in(self) -> None:
        self.insist("/api/login", login=self._login, password=DEMO_PASSWORD)
        page = self._patiently("GET", "/welcome")
        found = re.search(r'name="csrf" content="([^"]+)"', page.text)
        assert found is not None
        self._http.headers["X-CSRF-Token"] = found[1]

    def insist(self, path: str, **values: Any) -> dict[str, Any]:
        """What comes of a wish, in the end. Fails when it is refused, or the platform stays broken."""
        return dict(self._patiently("POST", path, json=values).json())

    def order(self, path: str) -> int:
        """The status of the one answer to a wish that is told once, 0 where none came."""
        try:
            return int(self._http.post(path).status_code)
        except httpx2.HTTPError:
            return 0

    def ask(self, path: str) -> dict[str, Any]:
        return dict(self._patiently("GET", path).json())

    def close(self) -> None:
        self._http.close()

    def _patiently(self, method: str, path: str, **more: Any) -> httpx2.Response:
        deadline = time.monotonic() + PATIENCE
        while True:
            told = "no answer"
            with suppress(httpx2.HTTPError):
                answer = self._http.request(method, path, **more)
                if answer.status_code < 500:
                    return _taken(answer)
                told = f"{answer.status_code} {answer.text[:300]}"
            assert time.monotonic() < deadline, f"{path}: {told}"
            time.sleep(BREATH)


class Agent:
    """One agent, at the seat `extension`, who is `ready` when calls may come."""

    def __init__(self, settings: Settings, login: str, extension: str, random: Random) -> None:
        self._client = Client(settings.web.origin, login)
        self._random = Random(random.random())
        self._stopped = threading.Event()
        self._contacts = FIRST_CONTACT + PER_AGENT * (int(extension) % 1000)
        self._seat = Seat(settings.asterisk.websocket, extension, self._password, Random(random.random()))
        self.ready = threading.Event()
        self.written: list[Written] = []
        self.ordered: list[Ordered] = []

    def work(self) -> None:
        """Until `stop`, and until all calls have their tickets."""
        self._client.come_in()
        self._seat.start()
        try:
            while not self._stopped.is_set() or not self._seat.answered.empty():
                self._do_next()
        finally:
            self._seat.stop()
            self._client.close()

    def stop(self) -> None:
        """Go home when what was begun is done."""
        self._stopped.set()

    def _do_next(self) -> None:
        assert self._seat.is_alive(), "the telephone broke"
        if self._seat.registered.is_set():
            self._seat.registered.clear()
            self._client.insist("/api/desk/seat", state="ready")
            self.ready.set()
        with suppress(Empty):
            self._write(self._seat.answered.get(timeout=BREATH))

    def _password(self) -> str:
        return str(self._client.insist("/api/desk/session")["password"])

    def _write(self, call: str) -> None:
        if "desk-" in call:  # our own call to a citizen has its ticket already
            return
        self._contacts += 1
        contact, title = str(self._contacts), f"浸泡测试工单 {self._contacts}"
        form = {"type": "help", "line": "12345", "number": contact, "title": title, "content": title}
        try:
            opened = self._client.insist("/api/tickets", **form, call=call)
        except Refusal:  # no word of the call has reached the record yet; its desk would show none either
            opened = self._client.insist("/api/tickets", **form)
        self.written.append(Written(int(opened["id"]), title, contact))
        if self._random.random() < CALLS_BACK:
            self._seat.free.wait(PATIENCE)
            status = self._client.order(f"/api/tickets/{opened['id']}/call-back")
            self.ordered.append(Ordered(contact, status))


def _taken(answer: httpx2.Response) -> httpx2.Response:
    if not answer.is_success:
        raise Refusal(answer.text)
    return answer
