"""A look at the switch: everything that lining up needs, asked over the link, and kept as Asterisk said it."""

from __future__ import annotations

from collections.abc import Iterable

from telephony.ami.link import Link
from telephony.ami.parser import END, Message, Parser


async def look(link: Link) -> list[Message]:
    """What the switch shows; its own time comes first. Raises `Unreachable` and `Refused`."""
    seen = await link.ask({"Action": "Ping"})
    for action in ("CoreShowChannels", "QueueStatus"):
        seen += await link.ask({"Action": action}, as_list=True)
    return seen


def packed(seen: Iterable[Message]) -> bytes:
    """What was seen, as bytes that `unpacked` reads."""
    return b"".join(message.raw + END for message in seen)


def unpacked(body: bytes) -> list[Message]:
    """What was seen, from its bytes."""
    return Parser(largest=len(body) + 1).feed(body)
