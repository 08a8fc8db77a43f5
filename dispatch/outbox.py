"""The outbox: messages are posted in the transaction of what they tell of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from hotline import journal
from hotline.facts import SYSTEM, Fact, subject
from hotline.messages import Channel


@dataclass(frozen=True)
class Message:
    """What is to be said to whom: `to` is an address of the channel, `key` tells what was posted already."""

    channel: Channel
    to: str
    subject: str
    body: str
    key: str
    not_before: datetime | None = None


def post(session: Session, messages: Iterable[Message], at: datetime) -> int:
    """Hands messages over for delivery; returns how many. The journal keeps that, never their words or receivers.

    No gateway is connected yet, so that they go no further: whoever hasn't answered when the wait is over is called.
    """
    posted = [
        Fact("message.posted", subject("message", one.key), at, SYSTEM, data={"channel": one.channel})
        for one in messages
    ]
    journal.append(session, *posted)
    return len(posted)
