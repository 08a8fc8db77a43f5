"""Bytes from Asterisk's manager interface become messages. No input or output: whoever reads the socket feeds it.

It takes what Asterisk really sends: messages that end in `\\r\\n\\n` (asterisk#761), characters split between two
reads, headers without a value, headers that repeat. What is no message is skipped up to the next one, and counted.

Most of a floor's messages are passed on or passed over by their name alone. So a message keeps its bytes, and its
headers are read when somebody asks for one.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from functools import cache

LARGEST = 256 * 1024  # bytes of one message; Asterisk's own largest are some kilobytes
END = b"\r\n\r\n"
ODD_END = b"\r\n\n"
EVENT, RESPONSE = b"Event: ", b"Response: "
ACTION_ID = b"\r\nActionID: "

Headers = dict[str, "str | list[str]"]


class Message(Mapping[str, "str | list[str]"]):
    """The headers of one message; one that repeats has the list of its values, in order."""

    __slots__ = ("_headers", "_raw")

    def __init__(self, headers: Mapping[str, str | list[str]] | None = None, raw: bytes = b"") -> None:
        self._headers = None if raw else dict(headers or {})
        self._raw = raw

    @property
    def raw(self) -> bytes:
        """The message as Asterisk writes it, without its end."""
        return self._raw or _lines(self.headers)

    @property
    def headers(self) -> Headers:
        """All of them, read now if they weren't yet."""
        if self._headers is None:
            self._headers = read(self._raw)
        return self._headers

    @property
    def event(self) -> str:
        """Its name, if it is an event. Asterisk puts it first, so that nothing else has to be read for it."""
        if self._headers is None and self._raw.startswith(EVENT):
            return _name(self._raw).decode("utf-8", "replace")
        return self.one("Event")

    @property
    def action_id(self) -> str:
        """Which of our actions it answers; empty if none."""
        if self._headers is None and ACTION_ID not in self._raw:
            return ""
        return self.one("ActionID")

    def one(self, name: str) -> str:
        """The value of a header, the last one of several; empty where it is absent."""
        if self._headers is None and (found := _values(self._raw, name)) is not None:
            return found[-1] if found else ""
        value = self.headers.get(name, "")
        return value if isinstance(value, str) else value[-1]

    def all(self, name: str) -> list[str]:
        """Every value of a header."""
        if self._headers is None and (found := _values(self._raw, name)) is not None:
            return found
        value = self.headers.get(name, [])
        return [value] if isinstance(value, str) else value

    def variables(self, name: str = "ChanVariable") -> Mapping[str, str]:
        """The channel's variables that Asterisk was asked to add to its events."""
        return {key: value for key, _, value in (item.partition("=") for item in self.all(name))}

    def __getitem__(self, name: str) -> str | list[str]:
        return self.headers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.headers)

    def __len__(self) -> int:
        return len(self.headers)

    def __repr__(self) -> str:
        return f"Message({self.headers})"


class Parser:
    """Feed it what was read, in pieces of any size. `skipped` counts what was no message.

    Events whose name isn't among `wanted` are passed over unread, unless they answer an action.
    """

    def __init__(self, largest: int = LARGEST, wanted: Container[bytes] | None = None) -> None:
        self.skipped = 0
        self._largest = largest
        self._wanted = wanted
        self._rest = b""
        self._is_skipping = False

    def feed(self, data: bytes) -> list[Message]:
        """The messages that `data` completes."""
        rest = self._rest + data
        if ODD_END in rest:
            rest = rest.replace(ODD_END, END)
        *blocks, self._rest = rest.split(END)
        if self._is_skipping and blocks:
            blocks.pop(0)
            self._is_skipping = False
        if len(self._rest) > self._largest:
            self._skip_the_rest()
        return [message for block in blocks if block and (message := self._message(block)) is not None]

    def _skip_the_rest(self) -> None:
        """Wait for the end of a message that is too large to keep; its last bytes may be the end's beginning."""
        self.skipped += not self._is_skipping
        self._is_skipping = True
        self._rest = self._rest[-len(END) + 1 :]

    def _message(self, block: bytes) -> Message | None:
        if len(block) > self._largest:
            self.skipped += 1
            return None
        if block.startswith(EVENT):
            is_wanted = self._wanted is None or _name(block) in self._wanted or ACTION_ID in block
            return Message(raw=block) if is_wanted else None
        message = Message(raw=block)
        if block.startswith(RESPONSE) or "Event" in message or "Response" in message:
            return message
        self.skipped += 1
        return None


def read(block: bytes) -> Headers:
    """The headers in a message's lines. A line without a colon, like the banner, is none."""
    headers: Headers = {}
    for line in block.decode("utf-8", "replace").split("\r\n"):
        try:
            name, value = line.split(": ", 1)
        except ValueError:
            name, colon, value = line.partition(":")
            if not colon:
                continue
        if name in headers:
            _repeat(headers, name, value)
        else:
            headers[name] = value
    return headers


def _values(block: bytes, name: str) -> list[str] | None:
    """The values of all headers of this name, found without reading the others; None where it isn't that easy."""
    usual, any_kind = _beginnings(name)
    whole = b"\r\n" + block
    _, *found = whole.split(usual)
    if len(found) != whole.count(any_kind):
        return None
    return [_line(line).decode("utf-8", "replace") for line in found]


@cache
def _beginnings(name: str) -> tuple[bytes, bytes]:
    return f"\r\n{name}: ".encode(), f"\r\n{name}:".encode()


def _repeat(headers: Headers, name: str, value: str) -> None:
    before = headers[name]
    headers[name] = [before, value] if isinstance(before, str) else [*before, value]


def _name(block: bytes) -> bytes:
    """What stands behind `Event: ` in the first line."""
    return _line(block)[len(EVENT) :]


def _line(block: bytes) -> bytes:
    """What stands before its first line's end."""
    return block.partition(b"\r\n")[0]


def _lines(headers: Headers) -> bytes:
    lines = [
        f"{name}: {value}"
        for name, values in headers.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    return "\r\n".join(lines).encode()
