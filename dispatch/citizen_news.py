"""What a citizen learns of their ticket while it is worked on: an entry that they can read, and a text message to the
number from which they can be reached.
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from dispatch import outbox
from dispatch.notifying import not_before
from dispatch.outbox import Message
from hotline.messages import Channel
from hotline.pack.model import CityPack
from hotline.record import tickets
from hotline.store.tables import Ticket
from hotline.words import N_, translate

LATER = N_("Your request (number {number}) needs more time. It is answered by {day}.")
PROMISED = N_(
    "Your request (number {number}) can't be settled yet. We promise: {promise} "
    "It is looked at again on {day}."
)
LANGUAGE = "zh_Hans"
"""What citizens are written to in, until a ticket knows better."""


def tell_later(session: Session, city: CityPack, ticket: Ticket, at: datetime) -> None:
    """More time was granted: when they are answered now."""
    if ticket.due_at is not None:
        day = ticket.due_at.astimezone(ZoneInfo(city.city.timezone)).date()
        _tell(session, city, ticket, translate(LATER, LANGUAGE, number=ticket.number, day=day), "later", at)


def tell_promise(
    session: Session, city: CityPack, ticket: Ticket, promise: str, review_on: date, at: datetime
) -> None:
    """It is suspended: what is promised, and when somebody looks at it again."""
    words = translate(PROMISED, LANGUAGE, number=ticket.number, promise=promise, day=review_on)
    _tell(session, city, ticket, words, "promise", at)


def _tell(session: Session, city: CityPack, ticket: Ticket, words: str, about: str, at: datetime) -> None:
    tickets.write(session, ticket, words, "citizen", None, at)
    if ticket.contact:
        key = f"citizen:{ticket.id}.{about}.{at.timestamp():.0f}"
        when = not_before(city, Channel.SMS, at, urgent=False)
        outbox.post(session, [Message(Channel.SMS, ticket.contact, "", words, key, when)], at)
