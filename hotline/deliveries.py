"""How a unit's orders get to the unit's own system: by webhook or by mail, and what is said there. Pure.

Messages name orders, never people: whoever is told asks for the rest through the API, where every look is allowed by
the same rules as on a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from hotline.errors import Refused
from hotline.words import N_

LONGEST = 500


class Way(StrEnum):
    """By which way a unit is told."""

    WEBHOOK = "webhook"
    MAIL = "mail"


WAY_WORDS = {Way.WEBHOOK: N_("Webhook to the unit's own system"), Way.MAIL: N_("Mail to the unit")}

EVENTS: Mapping[str, str] = {
    "order.issued": N_("A new work order"),
    "order.redone": N_("To be done again"),
    "order.bound": N_("The return was refused"),
    "order.returned": N_("The return was granted"),
    "order.cancelled": N_("The work order was cancelled"),
    "order.accepted": N_("The reply was accepted"),
    "order.leads": N_("The unit leads from now on"),
    "request.granted": N_("A request was granted"),
    "request.refused": N_("A request was refused"),
    "mark.put": N_("A mark was put upon the order"),
}
"""The facts that a unit is told of, with what a person calls them."""
TEST = "test"

REFUSAL_WORDS = {
    "delivery.bad_address": N_("A webhook needs a whole https:// or http:// address, a mail one with an @"),
    "delivery.none": N_("No way is set by which the unit is told"),
    "delivery.unknown": N_("There is no such delivery"),
}


def check_address(way: Way, address: str) -> str:
    """The address without blanks. Raises `Refused("delivery.bad_address")`."""
    plain = address.strip()
    fits = _is_url(plain) if way is Way.WEBHOOK else _is_mail(plain)
    if not fits or len(plain) > LONGEST:
        raise Refused("delivery.bad_address", field="address")
    return plain


def addressee(unit: str) -> str:
    """Whom a message to a unit's system is for, as the outbox names them."""
    return f"unit:{unit}"


def unit_of(addressee: str) -> str | None:
    """The unit that `addressee` names; None where it names something else."""
    noun, _, code = addressee.partition(":")
    return code if noun == "unit" and code else None


def key(unit: str, order: int, event: str, at: datetime) -> str:
    """What makes a message itself. An order is issued to a unit once, so that its delivery is found again."""
    when = "" if event == "order.issued" else f"/{at:%Y%m%dT%H%M%S%f}"
    return f"unit:{unit}/order:{order}/{event}{when}"


def told(event: str, order: Mapping[str, Any], at: datetime, **more: Any) -> dict[str, Any]:
    """What a system is told: the event, when it happened, the order as a list shows it without its title."""
    return {"event": event, "at": at.isoformat(), "order": dict(order), **more}


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018  (a port that is none raises here)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.hostname) and not any(map(str.isspace, text))


def _is_mail(text: str) -> bool:
    name, at, host = text.partition("@")
    return bool(name and at and "." in host) and text.isascii() and not any(map(str.isspace, text))
