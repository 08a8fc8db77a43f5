"""What speaks of the same as a ticket, as one person may see it: what it hangs on, what hangs on it, what may be merged
with it; and at the desk, what the caller has asked for already.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from agent_desk import naming
from agent_desk.visit import Visit
from dispatch import linking, repeating
from dispatch.linking import Kind
from dispatch.repeating import Found
from dispatch.repeats import MAY_JOIN, Told
from hotline.record import visibility
from hotline.roles import Permission
from hotline.store.tables import Ticket
from hotline.tickets import State
from hotline.words import translate

CANDIDATES = 6
OF_OTHERS = 3


@dataclass(frozen=True)
class Near:
    """A ticket that hangs together with another: `grounds` say why in the reader's language, `link` by which link;
    `repeats` that its citizen asks for the same again, `may_add` that what they say now can be added to it.
    """

    ticket: Ticket
    area: str
    grounds: Sequence[str] = ()
    link: int | None = None
    repeats: bool = False
    may_add: bool = False


@dataclass(frozen=True)
class NearView:
    """All that hangs together with one ticket. `due_at`: the earliest date that any of its citizens was told."""

    lead: Near | None
    waiting: Sequence[Near]
    repeats: Near | None
    repeated: Sequence[Near]
    others: Sequence[Near]
    due_at: datetime | None
    may_separate: bool
    may_merge: bool
    may_unlink: bool

    def __bool__(self) -> bool:
        return any((self.lead, self.waiting, self.repeats, self.repeated, self.others))


@dataclass(frozen=True)
class Offered:
    """What the desk shows beside the form: the caller's own tickets, and others' of the same."""

    own: Sequence[Near]
    others: Sequence[Near]


def near_view(visit: Visit, ticket: Ticket) -> NearView:
    """What this person may see of it."""
    session, identity = visit.session, ticket.id or 0
    links = linking.of_ticket(session, identity)
    seen = _seen(visit, {one for link in links for one in (link.ticket, link.lead)} - {identity})
    hangs = [
        (link, Near(seen[other], naming.area(visit, seen[other].area), link=link.id))
        for link in links
        for other in [link.lead if link.ticket == identity else link.ticket]
        if other in seen
    ]
    up = {link.kind: one for link, one in hangs if link.ticket == identity}
    down = [(link.kind, one) for link, one in hangs if link.lead == identity]
    waiting = [one for kind, one in down if kind == Kind.MERGED and one.ticket.state == State.MERGED]
    decides = visit.viewer.may(Permission.ORDER_DECIDE)
    mergeable = decides and ticket.state in MAY_JOIN | {State.REPLIED}
    is_merged = ticket.state == State.MERGED
    return NearView(
        lead=up.get(Kind.MERGED) if is_merged else None,
        waiting=waiting,
        repeats=up.get(Kind.REPEAT),
        repeated=[one for kind, one in down if kind == Kind.REPEAT],
        others=_candidates(visit, ticket, set(seen)) if mergeable else (),
        due_at=min((one.ticket.due_at for one in waiting if one.ticket.due_at), default=None),
        may_separate=decides,
        may_merge=mergeable,
        may_unlink=visit.viewer.may(Permission.TICKET_EDIT),
    )


def offered(visit: Visit, told: Told) -> Offered:
    """What the caller has asked for already, and others beside them, while an agent writes."""
    session, city, viewer = visit.session, visit.house.city, visit.viewer
    own = repeating.of_citizen(session, city, viewer, told, visit.at) if told.citizen is not None else []
    besides = [one.ticket.id or 0 for one in own]
    others = repeating.of_others(session, city, viewer, told, OF_OTHERS, besides=besides)
    return Offered([_near(visit, one) for one in own], [_near(visit, one) for one in others])


def _candidates(visit: Visit, ticket: Ticket, besides: set[int]) -> list[Near]:
    found = repeating.to_merge(visit.session, visit.house.city, visit.viewer, ticket, CANDIDATES)
    return [_near(visit, one) for one in found if one.ticket.id not in besides]


def _near(visit: Visit, found: Found) -> Near:
    return Near(
        found.ticket,
        naming.area(visit, found.ticket.area),
        grounds=[translate(ground, visit.viewer.language) for ground in found.alike.grounds],
        repeats=found.repeats,
        may_add=found.ticket.state in repeating.WAITING,
    )


def _seen(visit: Visit, identities: Iterable[int]) -> dict[int, Ticket]:
    asked = select(Ticket).where(col(Ticket.id).in_(list(identities)), visibility.tickets(visit.viewer))
    return {one.id or 0: one for one in visit.session.exec(asked)}
