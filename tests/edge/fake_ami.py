"""An AMI peer that does what Asterisk does on a good day, and on request what networks and bugs do on a bad one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar

from telephony.ami.link import Address
from telephony.ami.parser import Message

Headers = Mapping[str, str]
Reply = Callable[[Message], list[Headers]]

Thing = TypeVar("Thing")
BANNER = b"Asterisk Call Manager/11.0.0\r\n"


def encode(headers: Headers) -> bytes:
    """A message as Asterisk writes it."""
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode() + b"\r\n"


def listing(name: str, *items: Headers) -> Reply:
    """A reply that is a list: a start, `items`, and `<name>Complete`."""
    start = {"Response": "Success", "EventList": "start", "Message": "will follow"}
    end = {"Event": f"{name}Complete", "EventList": "Complete", "ListItems": str(len(items))}
    return lambda action: [start, *items, end]


def success(action: Message) -> list[Headers]:
    return [{"Response": "Success", "Message": "Done"}]


def refusal(message: str) -> Reply:
    return lambda action: [{"Response": "Error", "Message": message}]


async def until(condition: Callable[[], Thing], seconds: float = 8) -> Thing:
    """Wait until `condition()` is true and return what it said."""
    async with asyncio.timeout(seconds):
        while not (said := condition()):  # noqa: ASYNC110  (nobody tells us when it holds)
            await asyncio.sleep(0.005)
    return said


class FakeAMI:
    """`actions` is what was asked, `logins` how often somebody knocked with a name, `connections` who is here.

    `replies` holds a reply for each action's name; None is silence. `is_silent` swallows everything.
    """

    def __init__(self) -> None:
        self.actions: list[Message] = []
        self.connections: set[asyncio.StreamWriter] = set()
        self.logins = 0
        self.accepted = 0
        self.is_silent = False
        self.tells_booted = True
        self.port = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self.banner = BANNER
        self.replies: dict[str, Reply | None] = {
            "Ping": lambda action: [
                {"Response": "Success", "Ping": "Pong", "Timestamp": "1763800100.000000"}
            ],
            "CoreShowChannels": listing("CoreShowChannels"),
            "QueueStatus": listing("QueueStatus"),
        }
        self.login_reply: Reply = lambda action: [
            {"Response": "Success", "Message": "Authentication accepted"}
        ]

    @property
    def address(self) -> Address:
        return Address("127.0.0.1", self.port, "link", "secret")

    def asked(self, name: str) -> list[Message]:
        """The actions of this name that arrived."""
        return [action for action in self.actions if action.one("Action") == name]

    def send(self, *parts: bytes | Headers) -> None:
        """Say it to everybody who is connected."""
        data = b"".join(part if isinstance(part, bytes) else encode(part) for part in parts)
        for writer in self.connections:
            writer.write(data)

    def say(self, *parts: bytes | Headers) -> None:
        """The same from another thread."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self.send, *parts)

    async def dribble(self, data: bytes, size: int = 1) -> None:
        """Say it in pieces of `size` bytes, each in a packet of its own: characters and line ends come apart."""
        for start in range(0, len(data), size):
            for writer in self.connections:
                writer.write(data[start : start + size])
                await writer.drain()
            await asyncio.sleep(0)

    def half_close(self) -> None:
        """Say that nothing more will be said, and go on listening."""
        for writer in self.connections:
            writer.write_eof()

    def drop(self) -> None:
        """Close every connection without a word."""
        for writer in self.connections:
            writer.transport.abort()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[FakeAMI]:
        """Listens inside the block, on a port of its own."""
        server = await asyncio.start_server(self._converse, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.drop()
            await server.wait_closed()

    @contextmanager
    def in_thread(self) -> Iterator[FakeAMI]:
        """The same, for tests that have no event loop."""
        loop = asyncio.new_event_loop()
        self._loop = loop
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        running = self.running()
        asyncio.run_coroutine_threadsafe(running.__aenter__(), loop).result(5)
        try:
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(running.__aexit__(None, None, None), loop).result(5)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(5)
            loop.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        self.connections.add(writer)
        try:
            writer.write(self.banner)
            while block := await reader.readuntil(b"\r\n\r\n"):
                action = Message(raw=block)
                self.actions.append(action)
                for message in self._replies_to(action):
                    writer.write(encode({**message, "ActionID": action.one("ActionID")}))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.connections.discard(writer)
            writer.close()

    def _replies_to(self, action: Message) -> list[Headers]:
        name = action.one("Action")
        if self.is_silent:
            return []
        if name == "Login":
            return self._log_in(action)
        reply = self.replies.get(name, success)
        return reply(action) if reply else []

    def _log_in(self, action: Message) -> list[Headers]:
        self.logins += 1
        answer = self.login_reply(action)
        if (
            answer
            and answer[0]["Response"] == "Success"
            and action.one("Events") != "off"
            and self.tells_booted
        ):
            return [*answer, {"Event": "FullyBooted", "Status": "Fully Booted"}]
        return answer
