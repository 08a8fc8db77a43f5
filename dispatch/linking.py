"""Links between tickets, in the record: tying one to another, undoing that, and who hangs on whom. A link that was
undone stays.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from hotline import journal
from hotline.facts import Fact, subject
from hotline.store.rows import put
from hotline.store.tables import Ticket, TicketLink
from hotline.tickets import State


class Kind(StrEnum):
    """How a ticket hangs on another: it repeats it, or was merged under it."""

    REPEAT = "repeat"
    MERGED = "merged"


def tie(
    session: Session,
    kind: Kind,
    ticket: int,
    lead: int,
    why: str,
    by: str,
    at: datetime,
    *,
    replaces: int | None = None,
) -> TicketLink:
    """Ties `ticket` to `lead`, in place of an earlier link of this kind."""
    earlier = standing(session, kind, ticket)
    if earlier is not None:
        untie(session, earlier, by, at)
    link = TicketLink(kind=kind, ticket=ticket, lead=lead, why=why.strip(), by=by, at=at, replaces=replaces)
    put(session, link)
    return link


def untie(session: Session, link: TicketLink, by: str, at: datetime) -> None:
    """The link holds no longer."""
    link.undone_at, link.undone_by = at, by
    session.flush()


def standing(session: Session, kind: Kind, ticket: int) -> TicketLink | None:
    """By which link of this kind the ticket hangs on another now."""
    its = (TicketLink.kind == kind, TicketLink.ticket == ticket, col(TicketLink.undone_at).is_(None))
    return session.exec(select(TicketLink).where(*its)).first()


def upon(session: Session, kind: Kind, leads: Collection[int]) -> Sequence[TicketLink]:
    """The links of this kind by which others hang on one of `leads` now, oldest first."""
    its = (TicketLink.kind == kind, col(TicketLink.lead).in_(leads), col(TicketLink.undone_at).is_(None))
    return session.exec(select(TicketLink).where(*its).order_by(col(TicketLink.id))).all()


def waiting(session: Session, lead: int, *, lock: bool = False) -> Sequence[Ticket]:
    """The tickets that wait for the reply of `lead`, oldest first; locked for a change if asked."""
    its = (TicketLink.kind == Kind.MERGED, TicketLink.lead == lead, col(TicketLink.undone_at).is_(None))
    asked = select(Ticket).join(TicketLink, col(TicketLink.ticket) == col(Ticket.id)).where(*its)
    asked = asked.where(Ticket.state == State.MERGED).order_by(col(Ticket.id))
    if lock:  # one that is being taken out just now isn't among them any more
        asked = asked.with_for_update(of=Ticket).execution_options(populate_existing=True)
    return session.exec(asked).all()


def followers(session: Session, leads: Collection[int]) -> dict[int, int]:
    """How many tickets wait for the reply of each of `leads`, where any does."""
    its = (
        TicketLink.kind == Kind.MERGED,
        col(TicketLink.lead).in_(leads),
        col(TicketLink.undone_at).is_(None),
    )
    asked = select(TicketLink.lead, func.count()).join(Ticket, col(Ticket.id) == col(TicketLink.ticket))
    return dict(
        session.exec(asked.where(*its, Ticket.state == State.MERGED).group_by(col(TicketLink.lead))).all()
    )


def brought_by(session: Session, link: TicketLink) -> Sequence[TicketLink]:
    """The links that came under `link.lead` because `link.ticket` had led them."""
    earlier = aliased(TicketLink)
    asked = select(TicketLink).join(earlier, col(earlier.id) == col(TicketLink.replaces))
    its = (TicketLink.lead == link.lead, col(TicketLink.undone_at).is_(None), earlier.lead == link.ticket)
    return session.exec(asked.where(*its).order_by(col(TicketLink.id))).all()


def of_ticket(session: Session, ticket: int) -> Sequence[TicketLink]:
    """Every link of the ticket that holds, to others and from others, oldest first."""
    its = (col(TicketLink.ticket) == ticket) | (col(TicketLink.lead) == ticket)
    asked = select(TicketLink).where(its, col(TicketLink.undone_at).is_(None))
    return session.exec(asked.order_by(col(TicketLink.id))).all()


def live(session: Session, ticket: Ticket) -> Ticket:
    """The ticket that units work on in this one's place: its lead where it was merged, else itself."""
    if State(ticket.state) is not State.MERGED:
        return ticket
    link = standing(session, Kind.MERGED, ticket.id or 0)
    return session.get_one(Ticket, link.lead) if link else ticket


def tell(session: Session, ticket: Ticket, kind: str, other: int, by: str, at: datetime) -> None:
    """Writes into the ticket's story that something tied it to another; which one is no reader's business who may not
    see that one too.
    """
    data = {"number": ticket.number, "opened_by": ticket.opened_by, "other": other}
    journal.append(session, Fact(kind, subject("ticket", ticket.id), at, by=by, data=data, ticket=ticket.id))
