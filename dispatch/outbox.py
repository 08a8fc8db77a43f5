"""The outbox: messages are posted in the transaction of what they tell of, and sent afterwards by whoever finds them.

Nothing is lost between the two, and nothing is posted twice: a message's key is its identity. A sender claims what is
due and lets go of the transaction before it speaks to anybody; one that dies in between leaves a claim that runs out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Table, func
from sqlmodel import Session, col, select, update

from hotline import journal
from hotline.errors import Refused
from hotline.facts import SYSTEM, Fact, subject
from hotline.messages import MOST_ATTEMPTS, PATIENCE, Channel, State, pause_after
from hotline.store.rows import put_new
from hotline.store.tables import MessageRow

_MESSAGES: Table = MessageRow.__table__  # type: ignore[attr-defined]

CLAIM = timedelta(minutes=2)
"""How long a sender may take for what it has claimed; then somebody else tries."""
OPEN = (State.WAITING, State.FAILED)


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
    """Puts messages into the outbox; returns how many are new. A notice is delivered by lying there."""
    rows = [_row(message, at) for message in messages]
    if not rows:
        return 0
    posted = put_new(session, _MESSAGES, "key", rows, "id", "channel", "to")
    facts = [_fact("message.posted", one.id, one.channel, one.to, at, SYSTEM) for one in posted]
    journal.append(session, *facts)
    return len(facts)


def is_due(session: Session, channels: Collection[Channel], at: datetime) -> bool:
    """Whether something waits to be sent now."""
    asked = select(MessageRow.id).where(col(MessageRow.state).in_(OPEN), col(MessageRow.next_try_at) <= at)
    return session.exec(asked.where(col(MessageRow.channel).in_(channels)).limit(1)).first() is not None


def claim(session: Session, channels: Collection[Channel], at: datetime, most: int) -> Sequence[MessageRow]:
    """Takes the oldest of what is due to be sent; whoever else looks passes it over until the claim runs out."""
    due = select(MessageRow).where(
        col(MessageRow.state).in_(OPEN),
        col(MessageRow.next_try_at) <= at,
        col(MessageRow.channel).in_(channels),
    )
    oldest = due.order_by(col(MessageRow.next_try_at), col(MessageRow.id)).limit(most)
    taken = session.exec(oldest.with_for_update(skip_locked=True)).all()
    for row in taken:
        row.attempts, row.next_try_at = row.attempts + 1, at + CLAIM
    return taken


def note_sent(session: Session, identity: int, at: datetime) -> None:
    """It has gone out."""
    row = _locked(session, identity)
    row.state, row.sent_at, row.error = State.SENT, at, ""
    journal.append(session, _fact("message.sent", row.id, row.channel, row.to, at, SYSTEM))


def note_failed(session: Session, identity: int, error: str, *, for_good: bool, at: datetime) -> None:
    """It has not: it is tried again later, unless that is no use or has been done often enough."""
    row = _locked(session, identity)
    row.error = error
    if for_good or row.attempts >= MOST_ATTEMPTS:
        row.state = State.DEAD
        journal.append(session, _fact("message.died", row.id, row.channel, row.to, at, SYSTEM))
    else:
        row.state, row.next_try_at = State.FAILED, at + pause_after(row.attempts)


def bury(session: Session, at: datetime) -> int:
    """Gives up what has waited longer than it has anything to say; returns how many."""
    old = select(MessageRow).where(col(MessageRow.state).in_(OPEN), col(MessageRow.next_try_at) <= at)
    found = session.exec(
        old.where(col(MessageRow.posted_at) < at - PATIENCE).limit(500).with_for_update(skip_locked=True)
    ).all()
    for row in found:
        row.state, row.error = State.DEAD, "too_old"
        journal.append(session, _fact("message.died", row.id, row.channel, row.to, at, SYSTEM))
    return len(found)


def resend(session: Session, identity: int, by: str, at: datetime) -> None:
    """Lets what was given up be tried again. Raises `Refused`: `message.unknown`, `message.not_dead`."""
    row = session.get(MessageRow, identity, with_for_update=True)
    if row is None:
        raise Refused("message.unknown")
    if row.state != State.DEAD:
        raise Refused("message.not_dead")
    row.state, row.attempts, row.error, row.next_try_at = State.WAITING, 0, "", at
    row.posted_at = at  # its patience begins anew
    journal.append(session, _fact("message.resent", row.id, row.channel, row.to, at, by))


def counts(session: Session) -> dict[tuple[str, str], int]:
    """How many messages there are that are not sent, by channel and state."""
    asked = select(MessageRow.channel, MessageRow.state, func.count()).where(
        col(MessageRow.state).in_((*OPEN, State.DEAD))
    )
    found = session.exec(asked.group_by(col(MessageRow.channel), col(MessageRow.state)))
    return {(channel, state): count for channel, state, count in found}


def read(session: Session, account: int, upto: int, at: datetime) -> None:
    """The person has seen their notices up to that one."""
    unread = update(MessageRow).where(
        col(MessageRow.to) == subject("account", account),
        col(MessageRow.channel) == Channel.NOTICE,
        col(MessageRow.read_at).is_(None),
        col(MessageRow.id) <= upto,
    )
    if session.execute(unread.values(read_at=at)).rowcount:  # type: ignore[attr-defined]
        who = subject("account", account)
        journal.append(session, Fact("message.read", who, at, by=who, data={"account": account}))


def _row(message: Message, at: datetime) -> dict[str, object]:
    is_notice = message.channel is Channel.NOTICE
    return {
        "key": message.key,
        "channel": message.channel,
        "to": message.to,
        "subject": message.subject,
        "body": message.body,
        "link": message.link,
        "posted_at": at,
        "state": State.SENT if is_notice else State.WAITING,
        "attempts": 0,
        "next_try_at": message.not_before or at,
        "error": "",
        "sent_at": at if is_notice else None,
    }


def _locked(session: Session, identity: int) -> MessageRow:
    return session.exec(select(MessageRow).where(MessageRow.id == identity).with_for_update()).one()


def _fact(kind: str, identity: int | None, channel: str, to: str, at: datetime, by: str) -> Fact:
    """An account or a unit is named, an address isn't."""
    noun, _, name = to.partition(":")
    whose = {"account": int(name)} if noun == "account" else {"unit": name} if noun == "unit" else {}
    return Fact(kind, subject("message", identity), at, by=by, data={"channel": channel, **whose})
