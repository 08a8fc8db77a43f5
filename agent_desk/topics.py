"""Topics: what an open page may ask to be told about, and which of them a fact belongs to.

A socket carries no more than "this changed"; the page then asks for the part again, and the same query that drew
it the first time decides what may be seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set

from sqlmodel import Session

from hotline.calls import State
from hotline.errors import Refused
from hotline.facts import Fact
from hotline.parties import Kind, Party
from hotline.record import visibility
from hotline.roles import Permission
from hotline.viewer import Viewer

FLOOR = "floor"
ORDERS = "orders"
TICKETS = "tickets"
TASKS = "tasks"
SEAT = "seat"
PARKED = "parked"
CITY = "city"
LINK = "link"
REVISITS = "revisits"
HOT = "hot"
_OF_ORDERS = ("order", "request", "mark", "clock")
NOTICES = "notices"
OUTBOX = "outbox"
DELIVERIES = "deliveries"
_IDENTITY = re.compile("[0-9]{1,18}")  # what the record can count


def granted(session: Session, viewer: Viewer, asked: Iterable[str]) -> frozenset[str]:
    """Those of the topics `asked` that the person may follow; the others are passed over."""
    return frozenset(topic for topic in asked if _may_follow(session, viewer, topic))


def topics_of(fact: Fact, viewer: Viewer, followed: Set[str]) -> list[str]:
    """The followed topics that `fact` belongs to, as this person sees it."""
    return sorted(topic for topic in followed if _belongs(fact, viewer, topic))


def _may_follow(session: Session, viewer: Viewer, topic: str) -> bool:
    if topic == FLOOR:
        return viewer.may(Permission.FLOOR_WATCH)
    if topic == ORDERS:
        return viewer.unit is not None or viewer.may(Permission.TICKET_VIEW_ALL)
    if topic in (TICKETS, HOT):
        return viewer.may(Permission.TICKET_VIEW_ALL)
    if topic in (TASKS, PARKED):
        return viewer.may(Permission.DESK_USE)
    if topic == REVISITS:
        return viewer.may(Permission.TICKET_CLOSE)
    if topic == SEAT:
        return viewer.extension is not None
    if topic == CITY:
        return viewer.may(Permission.ADMIN_RULES) or viewer.may(Permission.AUDIT_READ)
    if topic == LINK:
        return viewer.may(Permission.DESK_USE)
    if topic == NOTICES:
        return True
    if topic == OUTBOX:
        return viewer.may(Permission.ADMIN_RULES)
    if topic == DELIVERIES:
        return viewer.unit is not None or viewer.may(Permission.ADMIN_PEOPLE)
    noun, _, identity = topic.partition(":")
    is_ticket = noun == "ticket" and _IDENTITY.fullmatch(identity) is not None
    return is_ticket and _sees(session, viewer, int(identity))


def _sees(session: Session, viewer: Viewer, ticket: int) -> bool:
    try:
        visibility.find_ticket(session, viewer, ticket)
    except Refused:
        return False
    return True


def _belongs(fact: Fact, viewer: Viewer, topic: str) -> bool:
    if topic == FLOOR:
        return fact.noun in ("call", "seat", "link", "record")
    if topic == ORDERS:
        concerned = {fact.data.get("unit"), *fact.data.get("units", ())}
        own = bool(concerned & viewer.units) or viewer.may(Permission.TICKET_VIEW_ALL)
        return fact.noun in _OF_ORDERS and own
    if topic == TICKETS:
        return fact.noun == "ticket" or fact.noun in _OF_ORDERS
    if topic == TASKS:
        return fact.noun in ("ticket", "order") and fact.data.get("opened_by") == viewer.account
    if topic == CITY:
        return fact.noun in ("city", "dialplan", "threshold", "model")
    if topic == REVISITS:
        return fact.noun == "revisit"
    if topic == SEAT:
        return fact.noun in ("call", "seat") and _is_at_seat(fact, viewer.extension or "")
    if topic == PARKED:
        return fact.noun == "call" and State.PARKED in (fact.was, fact.became)
    if topic in (LINK, HOT):
        return fact.noun == topic
    if topic == NOTICES:
        return fact.noun == "message" and fact.data.get("account") == viewer.account
    if topic == OUTBOX:
        return fact.noun == "message"
    if topic == DELIVERIES:
        own = fact.data.get("unit") in viewer.units or viewer.may(Permission.ADMIN_PEOPLE)
        return fact.noun in ("message", "delivery") and own
    return fact.ticket is not None and topic == f"ticket:{fact.ticket}"


def _is_at_seat(fact: Fact, extension: str) -> bool:
    """Its own, or one that it is asked about as a third party."""
    asked = str(Party(Kind.SEAT, extension))
    return fact.data.get("extension") == extension or fact.data.get("party") == asked
