"""Sending what lies in the outbox: a job of the senders' queue, woken when something is due and whenever it is time to
look again. What is sent twice because somebody died in between has the same key both times.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from sqlmodel import Session

from dispatch import channels, outbox, worker
from dispatch.channels import Letter, Undelivered
from dispatch.delivery import CHANNEL
from hotline.bell import Bell
from hotline.deliveries import Way, unit_of
from hotline.messages import Channel
from hotline.platform import addresses
from hotline.settings import Settings, load
from hotline.store import Store, open_store
from hotline.store.tables import Account, MessageRow, UnitDelivery

AT_ONCE = 8
"""Messages claimed together: all of them are tried before the claim runs out, however slow the other side is."""
LONGEST = 300.0  # seconds that one job sends; whoever is woken next goes on

log = structlog.get_logger()


def wake(settings: Settings) -> None:
    """Has a sender look, unless one is about to."""
    jobs = worker.queue(settings, worker.MESSAGES)
    if not jobs.count:
        jobs.enqueue(deliver, job_timeout=int(2 * LONGEST), result_ttl=0, failure_ttl=3600)


def deliver() -> None:
    """The job: sends until nothing is due."""
    settings = load()
    store = open_store(addresses.database(settings), Bell(addresses.redis(settings)), pool=1)
    try:
        send_due(settings, store, lambda: datetime.now(UTC))
    finally:
        store.close()


def send_due(settings: Settings, store: Store, now: Callable[[], datetime]) -> int:
    """Sends what is due, the oldest first; returns how many were tried. No transaction is open while it speaks."""
    ways, tried, until = channels.configured(settings), 0, time.monotonic() + LONGEST
    with store.transaction() as session:
        outbox.bury(session, now())
    while time.monotonic() < until:
        with store.transaction() as session:
            claimed = [
                (row.id or 0, _letter(session, row)) for row in outbox.claim(session, ways, now(), AT_ONCE)
            ]
        if not claimed:
            break
        for identity, letter in claimed:
            _try(settings, store, identity, letter, now)
        tried += len(claimed)
    return tried


def _letter(session: Session, row: MessageRow) -> Letter:
    channel, unit = Channel(row.channel), unit_of(row.to)
    if unit is not None:
        return _to_unit(session, unit, row)
    return Letter(channel, _address(session, channel, row.to), row.subject, row.body, row.key, row.link)


def _to_unit(session: Session, unit: str, row: MessageRow) -> Letter:
    """The unit's present address, and its secret; none where it isn't told any more, or by another way now."""
    delivery = session.get(UnitDelivery, unit)
    channel = Channel(row.channel)
    still_so = delivery is not None and CHANNEL[Way(delivery.way)] is channel
    address, secret = (delivery.address, delivery.secret) if delivery and still_so else ("", "")
    return Letter(channel, address, row.subject, row.body, row.key, row.link, secret)


def _address(session: Session, channel: Channel, to: str) -> str:
    """An account's present address; whoever has left has none."""
    noun, _, number = to.partition(":")
    if noun != "account":
        return to
    person = session.get(Account, int(number))
    if person is None or not person.active:
        return ""
    return {Channel.MAIL: person.mail, Channel.SMS: person.mobile}.get(channel, "")


def _try(
    settings: Settings, store: Store, identity: int, letter: Letter, now: Callable[[], datetime]
) -> None:
    try:
        channels.send(settings, letter, now())
    except Undelivered as error:
        with store.transaction() as session:
            outbox.note_failed(session, identity, error.error, for_good=error.for_good, at=now())
        log.warning("message not sent", message=identity, channel=letter.channel, error=error.error)
        return
    with store.transaction() as session:
        outbox.note_sent(session, identity, now())
