"""From steps that were taken to messages. What happened to several orders at once is one message to each person and
way, so that a day's end or a long outage writes to nobody a hundred times.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from sqlmodel import Session

from dispatch.clock_rows import Kept
from dispatch.ladder import Event
from dispatch.outbox import Message
from dispatch.recipients import Recipients
from hotline.clock_policy import DOES_WORDS, KIND_WORDS, Kind
from hotline.facts import subject
from hotline.messages import Channel
from hotline.pack.model import CityPack
from hotline.roles import Permission, Role, may
from hotline.store.tables import Account
from hotline.tickets import Urgency
from hotline.words import N_, translate
from hotline.workingtime import opening

MOST_LINES = 20
"""Orders that one message names; of the others it says how many there are."""


@dataclass(frozen=True)
class Taken:
    """A step that was taken, on whose clock."""

    kept: Kept
    event: Event


def messages(session: Session, city: CityPack, taken: Sequence[Taken], at: datetime) -> list[Message]:
    """What is to be posted for these steps."""
    told = [one for one in taken if one.event.step.to]
    if not told:
        return []
    people = Recipients(session, city, {_unit(city, one.kept) for one in told})
    groups: dict[tuple[int, Channel, str], list[Taken]] = {}
    accounts: dict[int, Account] = {}
    for one in told:
        for person, channel in _addressed(city, people, one):
            assert person.id is not None
            accounts[person.id] = person
            groups.setdefault((person.id, channel, one.event.step.key), []).append(one)
    return [
        _message(city, accounts[account], channel, some, at) for (account, channel, _), some in groups.items()
    ]


def not_before(city: CityPack, channel: Channel, at: datetime, *, urgent: bool) -> datetime:
    """When a message may go out: at once, or when its channel's hours begin."""
    hours = city.sending_hours.get(channel)
    if hours is None or (urgent and hours.urgent):
        return at
    return opening(at, city.calendars[hours.hours])


def can_be_reached(person: Account, channel: Channel) -> bool:
    """Whether the person has an address for it; everybody has pages."""
    address = {Channel.MAIL: person.mail, Channel.SMS: person.mobile, Channel.NOTICE: "pages"}
    return bool(address.get(channel))


def _unit(city: CityPack, kept: Kept) -> str:
    return kept.order.unit if kept.order else city.city.duty_unit


def _addressed(city: CityPack, people: Recipients, one: Taken) -> Iterator[tuple[Account, Channel]]:
    step, seen = one.event.step, set()
    for audience in step.to:
        for person in people.of(audience, _unit(city, one.kept)):
            if person.id not in seen:
                seen.add(person.id)
                yield from ((person, channel) for channel in step.by if can_be_reached(person, channel))


def _message(
    city: CityPack, person: Account, channel: Channel, some: Sequence[Taken], at: datetime
) -> Message:
    say = partial(translate, language=person.language)
    step, first = some[0].event.step, some[0].kept
    words = say(DOES_WORDS[step.does])
    if len(some) == 1:
        title = say(N_("{step}: work order {number}"), step=words, number=first.ticket.number)
    else:
        title = say(N_("{step}: {count} work orders"), step=words, count=len(some))
    urgent = any(one.kept.ticket.urgency != Urgency.NORMAL for one in some)
    return Message(
        channel=channel,
        to=subject("account", person.id),
        subject=title,
        body="\n".join(_lines(city, person, some)),
        key=f"clock:{first.row.id}.{first.row.generation}.{step.key}/{channel}/{person.id}",
        not_before=not_before(city, channel, at, urgent=urgent),
        link=_link(person, some),
    )


def _lines(city: CityPack, person: Account, some: Sequence[Taken]) -> Iterator[str]:
    zone = ZoneInfo(city.city.timezone)
    for one in some[:MOST_LINES]:
        row = one.kept.row
        label = translate(KIND_WORDS[Kind(row.kind)], person.language)
        due = f"{row.due_at.astimezone(zone):%Y-%m-%d %H:%M}" if row.due_at else ""
        guess = f" ({translate(N_('provisional'), person.language)})" if row.provisional else ""
        yield f"{one.kept.ticket.number} · {label} {due}{guess}"
    if len(some) > MOST_LINES:
        yield translate(N_("and {count} other work orders"), person.language, count=len(some) - MOST_LINES)


def _link(person: Account, some: Iterable[Taken]) -> str:
    """The page where this person goes on: their unit's order, or the ticket."""
    if may([Role(role) for role in person.roles], Permission.ORDER_SIGN):
        place, numbers = "/portal", {one.kept.order.id if one.kept.order else None for one in some}
        return f"{place}/orders/{numbers.pop()}" if len(numbers) == 1 and None not in numbers else place
    tickets = {one.kept.ticket.id for one in some}
    return f"/tickets/{tickets.pop()}" if len(tickets) == 1 else "/tickets"
