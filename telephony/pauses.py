"""Pauses said once. Asterisk says that a seat is paused, or no longer, once for each of the queues that it is in: two
dozen times in a row, of which the first tells it all. Of what our filters let through those are two thirds.
"""

from __future__ import annotations

from telephony.ami.parser import Message

PAUSE = "QueueMemberPause"
MEMBERS = "QueueMember"  # how all begin that Asterisk says of a seat in a queue


class Pauses:
    """What was last said of each seat's pause."""

    def __init__(self) -> None:
        self._said: dict[str, tuple[str, str]] = {}

    def repeats(self, message: Message) -> bool:
        """Whether it says of a seat's pause what was last said of it."""
        event = message.event
        if not event.startswith(MEMBERS):
            return False
        seat = message.one("Interface")
        if event != PAUSE:
            self._said.pop(seat, None)  # a seat may come into a queue paused
            return False
        said = message.one("Paused"), message.one("PausedReason")
        if self._said.get(seat) == said:
            return True
        self._said[seat] = said
        return False

    def forget(self) -> None:
        """The seats may be in another state than was said last: the next word about each is news."""
        self._said.clear()
