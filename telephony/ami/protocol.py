"""The protocol that panoramisk's Manager talks through: our parser, a deadline on every action, and nothing ever
sent twice. Responses go to whoever asked; every event goes to the link, in Asterisk's order.
"""

from __future__ import annotations

import asyncio
from collections.abc import Container, Mapping
from dataclasses import dataclass, field

from panoramisk.ami_protocol import AMIProtocol

from hotline.errors import Refused, Unreachable
from telephony.ami.parser import Message, Parser

DEADLINE = 5.0  # seconds in which an action has its whole answer

Action = Mapping[str, "str | list[str]"]
Answer = list[Message]


@dataclass
class Pending:
    """An action without its whole answer: the messages so far, and the timer that gives it up."""

    future: asyncio.Future[Answer]
    is_list: bool
    timer: asyncio.TimerHandle
    messages: Answer = field(default_factory=list)

    def take(self, message: Message) -> None:
        """Add a message of the answer; the last one completes it."""
        self.messages.append(message)
        if message.one("Response") == "Error":
            self.give_up(Refused("switch.refused", message=message.one("Message")))
        elif not self.is_list or message.one("EventList") in ("Complete", "cancelled"):
            self.timer.cancel()
            if not self.future.done():
                self.future.set_result(self.messages)

    def give_up(self, why: Exception) -> None:
        """No answer will be waited for any longer."""
        self.timer.cancel()
        if not self.future.done():
            self.future.set_exception(why)


class Protocol(AMIProtocol):  # type: ignore[misc]
    """One connection; an action has its whole answer within `deadline` seconds, or none. Events that aren't `wanted`
    are passed over unread.

    `orphans` counts responses that nobody waited for any more; `heard_at` is when anything came last, by the loop's
    clock.
    """

    closed: bool

    def __init__(self, deadline: float = DEADLINE, wanted: Container[bytes] | None = None) -> None:
        self.deadline = deadline
        self._wanted = wanted

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.parser = Parser(wanted=self._wanted)
        self.orphans = 0
        self.heard_at = 0.0
        self._pending: dict[str, Pending] = {}
        self._sent = 0

    def data_received(self, data: bytes) -> None:
        self.heard_at = asyncio.get_running_loop().time()
        for message in self.parser.feed(data):
            self._take(message)

    def send(self, data: Action, as_list: bool | None = False) -> asyncio.Future[Answer]:
        """Send one action; `as_list` waits for the list that follows its response.

        The future fails with `Refused("switch.refused")` when Asterisk says no, and with `Unreachable` when it
        hasn't answered within the deadline or the connection is lost; then nobody knows whether it was done.
        """
        loop = asyncio.get_running_loop()
        self._sent += 1
        action_id = str(self._sent)
        timer = loop.call_later(self.deadline, self._expire, action_id, str(data["Action"]))
        pending = Pending(loop.create_future(), bool(as_list), timer)
        self._pending[action_id] = pending
        pending.future.add_done_callback(lambda _: self._pending.pop(action_id, None))
        if self.closed:
            pending.give_up(Unreachable("the manager connection is closed"))
        else:
            self.transport.write(encode({**data, "ActionID": action_id}))
        return pending.future

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is kept to be sent again: an action without an answer may have been done."""
        was_closed, self.closed = self.closed, True
        self._give_up_all()
        if self.factory and not was_closed:
            self.factory.connection_lost(exc)

    def close(self) -> None:
        """Close now; `connection_lost` is not told."""
        if not self.closed:
            self.closed = True
            self._give_up_all()
            self.transport.abort()

    def drop(self, why: str) -> None:
        """The other side is of no more use: close, and tell the link."""
        if not self.closed:
            self.close()
            self.factory.connection_lost(Unreachable(why))

    def _take(self, message: Message) -> None:
        pending = self._pending.get(message.action_id)
        if pending is not None and not pending.future.done():
            pending.take(message)
        elif message.event:
            self.factory.dispatch(message)
        else:
            self.orphans += 1

    def _expire(self, action_id: str, action: str) -> None:
        self._pending[action_id].give_up(Unreachable(f"{action}: no answer within {self.deadline} s"))

    def _give_up_all(self) -> None:
        for pending in list(self._pending.values()):
            pending.give_up(Unreachable("the manager connection was lost"))


def encode(action: Action) -> bytes:
    """An action as Asterisk reads it. Raises ValueError where a value would smuggle in a header of its own."""
    lines = []
    for name, value in action.items():
        lines += [f"{name}: {one}" for one in ([value] if isinstance(value, str) else value)]
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("a line break in an action")
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode()
