"""Full-text search over tickets, newest first. The index follows each ticket in the transaction that changes it.

How many tickets hold some words is anybody's guess, the planner's too. So a search goes back in steps: it asks for hits
among the newest few hundred tickets, then among eight times as many, and so on until it has a page. The stretch of
ids that a ticket lies in is a word of the index like any other, so that a step costs no more than what it finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, cast, event, func, inspect, literal, text
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session as OrmSession
from sqlmodel import Session, col, select

from hotline.pack.model import CityPack
from hotline.phrases import Sought, mark, vector
from hotline.store import Store
from hotline.store.tables import Ticket, TicketWords
from hotline.tickets import UNDER_WAY

SPANS = (9, 12, 15, 18, 21)
"""A step looks among the newest 2**n ids, and up to as many more."""
AT_ONCE = 1000  # old tickets of one transaction
UNDER_WAY_ONLY = mark("open")
"""What narrows a search to tickets that are under way."""

_TEXTS = ("number", "title", "content", "place", "reply")
_Read = tuple[int, str, str, str, str, str, str]
"""A ticket's id, state and texts."""

Progress = Callable[[int, int], None]

_REMEMBER = """
    INSERT INTO ticket_words (ticket, words)
    SELECT * FROM unnest(CAST(:tickets AS bigint[]), CAST(CAST(:words AS text[]) AS tsvector[]))
    ON CONFLICT (ticket) DO """
_WRITE = text(_REMEMBER + "UPDATE SET words = excluded.words")
_FILL_IN = text(_REMEMBER + "NOTHING")  # whoever changed the ticket meanwhile has read it later
_FORGOTTEN = text(
    f"""
    SELECT id, state, {", ".join(_TEXTS)} FROM ticket
    WHERE id < :below AND NOT EXISTS (SELECT FROM ticket_words WHERE ticket_words.ticket = ticket.id)
    ORDER BY id DESC LIMIT {AT_ONCE}"""
)


def remember(session: Session, *tickets: Ticket) -> None:
    """Reads these tickets into the index. A change of one that is in the record already does so by itself."""
    rows = [(one.id, one.state, *(getattr(one, name) for name in _TEXTS)) for one in tickets]
    _put(session, _WRITE, rows)


def newest(
    session: Session,
    wanted: Sought,
    among: ColumnElement[bool],
    most: int,
    *,
    below: int | None = None,
    narrowed: str = "",
) -> list[int]:
    """The newest tickets, at most `most` with ids below `below`, that hold what is wanted and lie `among` those that
    may be seen. `narrowed`: a mark that they all bear.
    """
    top = below or (session.exec(select(func.max(TicketWords.ticket))).one() or 0) + 1
    found: list[int] = []
    for span in _spans(top):
        words = " & ".join(filter(None, (span, narrowed, wanted.query)))
        found = list(session.exec(_hits(words, top, among).limit(most)))
        if len(found) == most:
            break
    return found


def catch_up(store: Store, tell: Progress = lambda read, of: None) -> int:
    """Reads every ticket that the index doesn't know, newest first: of a record that had none, and after an import.
    Returns how many; doing it again finds none. `tell` hears how many ids it has gone back through, of how many.
    """
    with store.transaction() as session:
        below = top = (session.exec(select(func.max(Ticket.id))).one() or 0) + 1
    read = 0
    while True:
        with store.transaction() as session:
            rows = session.connection().execute(_FORGOTTEN, {"below": below}).all()
            _put(session, _FILL_IN, rows)
        if not rows:
            return read
        read, below = read + len(rows), rows[-1][0]
        tell(top - below, top)


def after_import(store: Store, city: CityPack, now: Callable[[], datetime]) -> int:
    """Reads what an import brought; all together, which costs a fraction of one by one."""
    return catch_up(store)


def is_behind(session: Session) -> bool:
    """Whether old tickets can't be found yet: the oldest is read last."""
    oldest, read = (session.exec(select(func.min(one))).one() for one in (Ticket.id, TicketWords.ticket))
    return oldest is not None and (read is None or read > oldest)


def _hits(words: str, below: int, among: ColumnElement[bool]) -> Any:
    """`+ 0` and the array keep the planner to the index of words and then to tickets by their ids: it would rather
    read all tickets backwards until it has enough.
    """
    asked = cast(literal(words), TSQUERY)
    hit = select(TicketWords.ticket).where(
        col(TicketWords.words).op("@@")(asked), col(TicketWords.ticket) + 0 < below
    )
    by_id = col(Ticket.id) == func.any(func.array(hit.scalar_subquery()))
    return select(Ticket.id).where(by_id, among).order_by(col(Ticket.id).desc())


def _spans(top: int) -> Iterator[str]:
    """The stretches to look in, ever longer, as words of a query; the last is empty."""
    for bits in SPANS:
        newest_one = (top - 1) >> bits
        if newest_one < 1:  # there is nothing older
            break
        yield f"({mark(f'{bits}.{newest_one}')} | {mark(f'{bits}.{newest_one - 1}')})"
    yield ""


def _put(session: Session, statement: Any, rows: Sequence[Any]) -> None:
    if rows:
        words = [vector(texts, marks(identity, state)) for identity, state, *texts in rows]
        session.connection().execute(statement, {"tickets": [row[0] for row in rows], "words": words})


def marks(identity: int, state: str) -> list[str]:
    """The names of the marks that a ticket bears: the stretches of ids that it lies in, and whether it is under way."""
    return [f"{bits}.{identity >> bits}" for bits in SPANS] + (["open"] if state in UNDER_WAY else [])


@event.listens_for(OrmSession, "before_flush")
def _follow(session: OrmSession, *_: object) -> None:
    """Nobody who changes a ticket has to think of the index."""
    changed = [one for one in session.dirty if isinstance(one, Ticket) and _reads_otherwise(one)]
    if changed:
        remember(session, *changed)  # type: ignore[arg-type]


def _reads_otherwise(ticket: Ticket) -> bool:
    history = {name: inspect(ticket).attrs[name].history for name in (*_TEXTS, "state")}
    was = history["state"].deleted
    moved = bool(was) and (was[0] in UNDER_WAY) != (ticket.state in UNDER_WAY)
    return moved or any(history[name].has_changes() for name in _TEXTS)
