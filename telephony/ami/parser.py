"""Bytes from Asterisk's manager interface become messages. No input or output: whoever reads the socket feeds it.

It takes what Asterisk really sends: messages that end in `\\r\\n\\n` (asterisk#761), characters split between two
reads, headers without a value, headers that repeat. What is no message is skipped up to the next one, and counted.
"""

from __future__ import annotations

from collections.abc import Mapping

LARGEST = 256 * 1024  # bytes of one message; Asterisk's own largest are some kilobytes
END = b"\r\n\r\n"
ODD_END = b"\r\n\n"


class Message(dict[str, "str | list[str]"]):
    """The headers of one message; one that repeats has the list of its values, in order."""

    __slots__ = ()

    def one(self, name: str) -> str:
        """The value of a header, the last one of several; empty where it is absent."""
        value = self.get(name, "")
        return value if isinstance(value, str) else value[-1]

    def all(self, name: str) -> list[str]:
        """Every value of a header."""
        value = self.get(name, [])
        return [value] if isinstance(value, str) else value

    def variables(self, name: str = "ChanVariable") -> Mapping[str, str]:
        """The channel's variables that Asterisk was asked to add to its events."""
        return {key: value for key, _, value in (item.partition("=") for item in self.all(name))}


class Parser:
    """Feed it what was read, in pieces of any size. `skipped` counts what was no message."""

    def __init__(self, largest: int = LARGEST) -> None:
        self.skipped = 0
        self._largest = largest
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
        return [message for block in blocks if block and (message := self._parse(block))]

    def _skip_the_rest(self) -> None:
        """Wait for the end of a message that is too large to keep; its last bytes may be the end's beginning."""
        self.skipped += not self._is_skipping
        self._is_skipping = True
        self._rest = self._rest[-len(END) + 1 :]

    def _parse(self, block: bytes) -> Message | None:
        message = parse(block) if len(block) <= self._largest else None
        if message is None:
            self.skipped += 1
        return message


def parse(block: bytes) -> Message | None:
    """One message from its lines, or None if it is neither an event nor a response. The banner is no header."""
    headers: dict[str, str | list[str]] = {}
    for line in block.decode("utf-8", "replace").split("\r\n"):
        name, colon, value = line.partition(": ")
        if not colon:
            name, colon, value = line.partition(":")
            if not colon:
                continue
        if name in headers:
            _repeat(headers, name, value)
        else:
            headers[name] = value
    return Message(headers) if "Event" in headers or "Response" in headers else None


def _repeat(headers: dict[str, str | list[str]], name: str, value: str) -> None:
    before = headers[name]
    headers[name] = [before, value] if isinstance(before, str) else [*before, value]
