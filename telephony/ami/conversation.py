"""A short conversation with Asterisk: connect, log in, ask one or a few things, log off, all within one deadline.
For orders from the web and from jobs; it follows no events and is never kept.

asterisk-ami connects, writes actions and reads headers. Its waiting is replaced: its own never fails early and never
forgets; and so is its cutting of what arrives into messages.
"""

from __future__ import annotations

import queue
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from asterisk.ami import AMIClient
from asterisk.ami.action import Action
from asterisk.ami.event import Event
from asterisk.ami.response import Response

from hotline.errors import Refused, Unreachable
from telephony.ami.link import Address
from telephony.ami.parser import Parser

DEADLINE = 4.0  # seconds for the whole conversation
CHUNK = 65536  # bytes that are read at once
OVER = object()  # put behind the last thing that Asterisk said


class Conversation(AMIClient):  # type: ignore[misc]
    """One connection, used by one thread, until `deadline` (of `time.monotonic`)."""

    def __init__(self, address: Address, deadline: float) -> None:
        super().__init__(address.host, address.port, timeout=max(0.01, deadline - time.monotonic()))
        self._deadline = deadline
        self._said: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def ask(self, name: str, variables: Mapping[str, str] | None = None, /, **headers: str) -> Response:
        """The response to one action.

        Raises `Refused("switch.refused", message=…)` when Asterisk says no, and `Unreachable` when it says nothing
        in time: then nobody knows whether the action was done.
        """
        action = Action(name, dict(headers), dict(variables or {}))
        _check(action)
        action_id = action.keys.setdefault("ActionID", self.next_action_id())
        self._send_in_time(action)
        while True:
            said = self._next(name)
            if isinstance(said, Response) and said.keys.get("ActionID") == action_id:
                if said.is_error():
                    raise Refused("switch.refused", message=said.keys.get("Message", ""))
                return said

    def ask_list(self, name: str, **headers: str) -> list[Event]:
        """The events of the list that answers one action, without its last one."""
        action_id = self.ask(name, **headers).keys["ActionID"]
        events: list[Event] = []
        while True:
            said = self._next(name)
            if not isinstance(said, Event) or said.keys.get("ActionID") != action_id:
                continue
            if said.keys.get("EventList") == "Complete":
                return events
            events.append(said)

    # What follows replaces steps of AMIClient.

    def send(self, pack: Action) -> None:
        """All of it: the client's own may send a part."""
        self._socket.sendall(f"{pack}\r\n".encode())

    def listen(self) -> None:
        """Read until the end, however it comes; whoever waits is told at once."""
        with suppress(Exception):
            super().listen()
        self._said.put(OVER)

    def _next_pack(self) -> Iterator[str]:
        """The banner, and each message. The client's own misses the end of one that ends in `\\r\\n\\n`, and takes
        seconds for a large one.
        """
        data = b""
        while b"\r\n" not in data and (more := self._socket.recv(CHUNK)):
            data += more
        banner, _, data = data.partition(b"\r\n")
        yield banner.decode("utf-8", "replace")
        parser = Parser()
        while data or (data := self._socket.recv(CHUNK)):
            yield from (message.raw.decode("utf-8", "replace") for message in parser.feed(data))
            data = b""

    def fire_recv_pack(self, pack: str) -> None:
        """One message from Asterisk."""
        kind = Response if Response.match(pack) else Event
        if kind.match(pack):
            self._said.put(kind.read(pack))

    def disconnect(self) -> None:
        """Closing alone would leave the reader asleep until its time-out."""
        self.finished.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(max(0.1, self._deadline - time.monotonic()))
        self._socket.close()

    def _send_in_time(self, action: Action) -> None:
        try:
            self.send(action)
        except OSError as error:
            raise Unreachable(f"{action.name}: {error}") from None

    def _next(self, name: str) -> object:
        try:
            said = self._said.get(timeout=max(0.0, self._deadline - time.monotonic()))
        except queue.Empty:
            raise Unreachable(f"{name}: no answer in time") from None
        if said is OVER:
            self._said.put(OVER)
            raise Unreachable(f"{name}: the connection ended")
        return said


@contextmanager
def conversation(address: Address, seconds: float = DEADLINE) -> Iterator[Conversation]:
    """A logged-in conversation for the block. Raises `Unreachable`, and `Refused` for a wrong name or secret."""
    talk = Conversation(address, time.monotonic() + seconds)
    try:
        talk.connect()
    except OSError as error:
        talk._socket.close()
        raise Unreachable(f"{address}: {error}") from None
    try:
        talk.ask("Login", Username=address.user, Secret=address.secret, Events="off")
        yield talk
        with suppress(Refused, Unreachable):
            talk.ask("Logoff")
    finally:
        talk.disconnect()


def _check(action: Action) -> None:
    """A line break in a value would begin a header of its own."""
    values = [*action.keys.values(), *action.variables, *action.variables.values()]
    if any("\r" in value or "\n" in value for value in values):
        raise ValueError("a line break in an action")
