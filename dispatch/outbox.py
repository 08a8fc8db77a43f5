"""Messages to people, posted in the transaction of what they tell of. Until they have a table of their own, the journal
says that one was posted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from hotline import journal
from hotline.facts import Fact, subject
from hotline.messages import Channel


@dataclass(frozen=True)
class Message:
    """What is to be said to whom: `to` is `account:7`, or an address of the channel. `link` is a page of ours."""

    channel: Channel
    to: str
    subject: str
    body: str
    key: str
    not_before: datetime | None = None
    link: str = ""


def post(session: Session, messages: Iterable[Message], at: datetime) -> int:
    """Puts messages into the outbox; returns how many."""
    facts = [
        Fact("message.posted", subject("message", one.key), at, data={"channel": one.channel, "to": one.to})
        for one in messages
    ]
    journal.append(session, *facts)
    return len(facts)
