"""What `hotline doctor` looks at here: whether clocks are swept, messages go out, and next year's days are known."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from dispatch import outbox
from dispatch.channels import configured
from dispatch.sweep import next_due
from hotline.messages import CHANNEL_WORDS, Channel, State
from hotline.pack.model import CityPack
from hotline.platform import people, running
from hotline.platform.doctor import Finding, Verdict
from hotline.record import city
from hotline.settings import Settings
from hotline.store.tables import MessageRow

SWEPT = timedelta(minutes=2)
"""So long a clock may be due before it is said that nobody sweeps."""
SENT = timedelta(minutes=10)
"""And so long a message."""
WINTER = 11
"""The month in which next year's list is usually published, and from which it is missed."""


def findings(settings: Settings) -> Iterator[Finding]:
    """Nothing where no record answers: somebody else says so."""
    if running.find(settings.paths.state) is None and not settings.database.url:
        return
    try:
        with closing(people.opened(settings)) as store, store.transaction() as session:
            yield from look(session, settings, datetime.now(UTC))
    except SQLAlchemyError:
        return


def look(session: Session, settings: Settings, at: datetime) -> Iterator[Finding]:
    """What is found at `at`."""
    yield _clocks(session, at)
    yield _messages(session, settings, at)
    yield from _unset(session, settings)
    if city.newest(session):
        yield from _days(city.read(session), at)


def _clocks(session: Session, at: datetime) -> Finding:
    due = next_due(session)
    if due is not None and at - due > SWEPT:
        found = f"a step has been due since {due:%Y-%m-%d %H:%M} UTC"
        return Finding("Clocks", Verdict.WRONG, found, "see the log of the process `clocks`")
    return Finding("Clocks", Verdict.FINE, "swept when they are due")


def _messages(session: Session, settings: Settings, at: datetime) -> Finding:
    late = select(MessageRow.next_try_at).where(
        col(MessageRow.state).in_(outbox.OPEN),
        col(MessageRow.channel).in_(configured(settings)),
        col(MessageRow.next_try_at) < at - SENT,
    )
    oldest = session.exec(late.order_by(col(MessageRow.next_try_at)).limit(1)).first()
    if oldest is not None:
        found = f"one waits since {oldest:%Y-%m-%d %H:%M} UTC"
        return Finding("Messages", Verdict.WRONG, found, "see the log of the process `sender`")
    dead = sum(count for (_, state), count in outbox.counts(session).items() if state == State.DEAD)
    if dead:
        return Finding(
            "Messages", Verdict.WARNING, f"{dead} were given up", "look at the page Outbox, /messages"
        )
    return Finding("Messages", Verdict.FINE, "none waits longer than it should")


def _unset(session: Session, settings: Settings) -> Iterator[Finding]:
    counts, ready = outbox.counts(session), configured(settings)
    for channel in (Channel.MAIL, Channel.SMS, Channel.WEBHOOK):
        waiting = sum(counts.get((channel, state), 0) for state in outbox.OPEN)
        if waiting and channel not in ready:
            found = f"{waiting} wait and nothing sends them"
            yield Finding(CHANNEL_WORDS[channel], Verdict.WARNING, found, "set it up in the table [messages]")


def _days(pack: CityPack, at: datetime) -> Iterator[Finding]:
    today = at.astimezone(ZoneInfo(pack.city.timezone)).date()
    wanted = today.year + (today.month >= WINTER)
    last = min((calendar.official_until.year for calendar in pack.calendars.values()), default=wanted)
    if last < wanted:
        found = f"no official list of {wanted}: due dates in it are provisional"
        yield Finding("Holidays", Verdict.WARNING, found, "hotline days import FILE, or the page /city/days")
    else:
        yield Finding("Holidays", Verdict.FINE, f"known until {min(last, wanted)}")
