"""Finding citizens who are one person, making them one, and taking that back.

Nothing is destroyed: who is merged stays in the record and points at who is kept, and what moved is written down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, text
from sqlalchemy import select as choose
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select, update

from hotline import journal, likeness
from hotline.errors import Refused
from hotline.facts import SYSTEM, Fact, subject
from hotline.likeness import CERTAIN, DOUBTFUL, Known, Likeness
from hotline.store import Store
from hotline.store.rows import put
from hotline.store.tables import Citizen, CitizenMerge, CitizenNumber, CitizenPair, Ticket

DOUBT, ONE, TWO = "doubtful", "one", "two"
"""States of a pair: nobody knows yet, it is one person, they are two."""

LARGEST_CROWD = 30  # entries that share a key; more than that share a hotel or a company, not a life
AT_ONCE = 500  # pairs of one transaction

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Account:
    """What a search found: pairs made one, and pairs that somebody has to decide."""

    merged: int = 0
    doubtful: int = 0


def search(store: Store, at: datetime, tell: Progress = lambda done, of: None) -> Account:
    """Compares all citizens who could be one, merges the certain pairs, and lists the doubtful ones.

    A pair that was found before is left as it was decided. `tell` hears how many of how many pairs are compared.
    """
    merged = doubtful = 0
    with store.transaction() as session:
        pairs = _candidates(session)
    for done in range(0, len(pairs), AT_ONCE):
        some = pairs[done : done + AT_ONCE]
        tell(done, len(pairs))
        with store.transaction() as session:
            found = [_judge(session, pair, alike, at) for pair, alike in _compared(session, some)]
        merged += found.count(ONE)
        doubtful += found.count(DOUBT)
    tell(len(pairs), len(pairs))
    return Account(merged, doubtful)


def decide(session: Session, identity: int, is_one: bool, by: str, at: datetime) -> CitizenMerge | None:
    """A person's word on a doubtful pair; the merge that it leads to.

    Raises `Refused("pair.unknown")` or `Refused("pair.decided")`.
    """
    pair = session.get(CitizenPair, identity, with_for_update=True)
    if pair is None:
        raise Refused("pair.unknown")
    if pair.state != DOUBT:
        raise Refused("pair.decided")
    pair.state, pair.decided_at, pair.decided_by = (ONE if is_one else TWO), at, by
    if is_one:
        return merge(session, pair.first, pair.second, by, at, pair=pair.id)
    journal.append(session, _fact("citizen.told_apart", pair.first, at, by, other=pair.second))
    return None


def merge(
    session: Session, one: int, other: int, by: str, at: datetime, pair: int | None = None
) -> CitizenMerge | None:
    """Makes two citizens one: whoever was known first keeps their place. None where they are one already."""
    kept, gone = _both(session, one, other)
    if kept.id == gone.id:
        return None
    assert kept.id is not None
    assert gone.id is not None
    filled = {
        field: getattr(gone, field)
        for field in ("name", "address", "area", "enterprise")
        if getattr(gone, field) and not getattr(kept, field)
    }
    kept.sqlmodel_update(filled)
    gone.merged_into = kept.id
    made = CitizenMerge(
        kept=kept.id,
        gone=gone.id,
        pair=pair,
        numbers=_hand_over(session, CitizenNumber, CitizenNumber.number, gone.id, kept.id),
        tickets=_hand_over(session, Ticket, Ticket.id, gone.id, kept.id),
        filled=filled,
        at=at,
        by=by,
    )
    put(session, made)
    moved = {"numbers": len(made.numbers), "tickets": len(made.tickets)}
    journal.append(session, _fact("citizen.merged", kept.id, at, by, other=gone.id, **moved))
    return made


def undo(session: Session, identity: int, by: str, at: datetime) -> None:
    """Takes a merge back: what moved returns, unless it went elsewhere since; the pair counts as two from now on.

    Raises `Refused("merge.unknown")`, `Refused("merge.undone")`, and `Refused("merge.covered")` where who was kept
    has become part of somebody else since: that has to be undone first.
    """
    made = session.get(CitizenMerge, identity, with_for_update=True)
    if made is None:
        raise Refused("merge.unknown")
    if made.undone_at is not None:
        raise Refused("merge.undone")
    kept, gone = session.get_one(Citizen, made.kept), session.get_one(Citizen, made.gone)
    if kept.merged_into is not None:
        raise Refused("merge.covered")
    gone.merged_into = None
    for field, value in made.filled.items():
        if getattr(kept, field) == value:
            setattr(kept, field, None if field == "area" else "")
    _take_back(session, CitizenNumber, col(CitizenNumber.number).in_(made.numbers), made)
    _take_back(session, Ticket, col(Ticket.id).in_(made.tickets), made)
    made.undone_at, made.undone_by = at, by
    if made.pair is not None:
        session.get_one(CitizenPair, made.pair).state = TWO
    journal.append(session, _fact("citizen.parted", made.kept, at, by, other=made.gone))


def doubtful(session: Session, most: int, skip: Iterable[int] = ()) -> Sequence[CitizenPair]:
    """Pairs that wait for a decision, the likeliest first."""
    asked = select(CitizenPair).where(CitizenPair.state == DOUBT, col(CitizenPair.id).not_in(list(skip)))
    return session.exec(asked.order_by(col(CitizenPair.score).desc(), col(CitizenPair.id)).limit(most)).all()


def waiting(session: Session, most: int = 1000) -> int:
    """How many pairs wait, counted up to `most`."""
    some = choose(col(CitizenPair.id)).where(col(CitizenPair.state) == DOUBT).limit(most).subquery()
    return int(session.execute(choose(func.count()).select_from(some)).scalar_one())


def now(session: Session, identity: int) -> Citizen:
    """The citizen that this one has become."""
    return session.get_one(Citizen, _root(session, identity))


def merges(session: Session, most: int) -> Sequence[CitizenMerge]:
    """The latest merges, undone ones among them."""
    return session.exec(select(CitizenMerge).order_by(col(CitizenMerge.id).desc()).limit(most)).all()


_KEYS = text("CREATE TEMPORARY TABLE citizen_key (key text, citizen bigint) ON COMMIT DROP")
_PAIRS = text(
    """
    SELECT DISTINCT one.citizen, other.citizen
    FROM citizen_key one JOIN citizen_key other ON other.key = one.key AND other.citizen > one.citizen
    WHERE one.key IN (SELECT key FROM citizen_key GROUP BY key HAVING count(*) BETWEEN 2 AND :crowd)
      AND NOT EXISTS (
        SELECT FROM citizen_pair p WHERE p.first = one.citizen AND p.second = other.citizen
      )
    ORDER BY 1, 2
    """
)


def _candidates(session: Session) -> list[tuple[int, int]]:
    """Pairs that share a key and were never looked at."""
    session.execute(_KEYS)
    for some in _everybody(session):
        _copy_keys(session, [(key, citizen) for citizen, known in some for key in likeness.keys(known)])
    found = session.execute(_PAIRS, {"crowd": LARGEST_CROWD})
    return [(first, second) for first, second in found]


def _everybody(session: Session) -> Iterator[list[tuple[int, Known]]]:
    """All citizens, some thousand at a time: a city's never fit into memory at once."""
    last = 0
    while rows := session.execute(_AFTER, {"after": last}).all():
        last = rows[-1][0]
        yield [(id_, Known(name, address, enterprise=firm)) for id_, name, address, firm in rows]


def _copy_keys(session: Session, rows: Iterable[tuple[str, int]]) -> None:
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy("COPY citizen_key FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _compared(
    session: Session, pairs: Sequence[tuple[int, int]]
) -> Iterator[tuple[tuple[int, int], Likeness]]:
    """Each pair with how alike it is, as far as it is worth a look."""
    ids = {one for pair in pairs for one in pair}
    people = {one.id: one for one in session.exec(select(Citizen).where(col(Citizen.id).in_(ids)))}
    for first, second in pairs:
        alike = likeness.compare(_known(people[first]), _known(people[second]))
        if alike.score >= DOUBTFUL:
            yield (first, second), alike


def _known(citizen: Citizen) -> Known:
    return Known(citizen.name, citizen.address, enterprise=citizen.enterprise)


def _judge(session: Session, pair: tuple[int, int], alike: Likeness, at: datetime) -> str:
    """Writes the pair down, and merges it where there is no doubt. Returns its state, empty where it was known."""
    state = ONE if alike.score >= CERTAIN else DOUBT
    row = {
        "first": pair[0],
        "second": pair[1],
        "score": alike.score,
        "evidence": [one.value for one in alike.evidence],
        "state": state,
        "found_at": at,
    }
    new = insert(CitizenPair).values(row).on_conflict_do_nothing().returning(col(CitizenPair.id))
    identity = session.execute(new).scalar()
    if identity is None:
        return ""
    if state is ONE:
        merge(session, *pair, SYSTEM, at, pair=identity)
    return state


def _both(session: Session, one: int, other: int) -> tuple[Citizen, Citizen]:
    """The two as they stand now, each in place of whoever became part of them, the one known longer first; locked."""
    ids = sorted({_root(session, one), _root(session, other)})
    locked = [session.get_one(Citizen, id_, with_for_update=True) for id_ in ids]
    if any(citizen.merged_into is not None for citizen in locked):  # somebody else was quicker
        return _both(session, *ids)
    return locked[0], locked[-1]


def _root(session: Session, identity: int) -> int:
    citizen = session.get(Citizen, identity, populate_existing=True)
    if citizen is None:
        raise Refused("citizen.unknown")
    return identity if citizen.merged_into is None else _root(session, citizen.merged_into)


def _hand_over(session: Session, table: Any, key: Any, gone: int, kept: int) -> list[Any]:
    moved = update(table).where(col(table.citizen) == gone).values(citizen=kept).returning(col(key))
    return list(session.execute(moved).scalars())


def _take_back(session: Session, table: Any, which: Any, made: CitizenMerge) -> None:
    session.execute(update(table).where(which, col(table.citizen) == made.kept).values(citizen=made.gone))


def _fact(kind: str, citizen: int, at: datetime, by: str, **data: object) -> Fact:
    return Fact(kind, subject("citizen", citizen), at, by=by, data=data)


_AFTER = (
    choose(col(Citizen.id), col(Citizen.name), col(Citizen.address), col(Citizen.enterprise))
    .where(col(Citizen.id) > bindparam("after"), col(Citizen.merged_into).is_(None))
    .order_by(col(Citizen.id))
    .limit(20_000)
)
