"""Are verdicts and counters what the journal says? Both are built anew from its closings and exclusions, compared with
the tables, and, where somebody wants it, written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlmodel import Session, col, delete, insert, select

from dispatch import rates, rating
from dispatch.rates import NAMES, By, Counts, Place, Verdict
from hotline.facts import Fact
from hotline.store.tables import FactRow, RateMonth
from hotline.store.tables import Verdict as VerdictRow

KINDS = ("ticket.closed", "order.excluded", "order.included")
TOGETHER = 1000  # facts read in one go
_LOCK = text("LOCK TABLE verdict, rate_month IN SHARE ROW EXCLUSIVE MODE")
_SNAPSHOT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")

Key = tuple[int, int]
"""A ticket and an order of it."""


@dataclass(frozen=True)
class Account:
    """What the journal tells: every verdict, and when each ticket was closed."""

    verdicts: dict[Key, Verdict]
    closed_at: dict[int, datetime]
    because: dict[Key, str]


def verify(session: Session, zone: ZoneInfo) -> list[str]:
    """What differs, a line each; nothing where all is as the journal says. To be called first in its transaction, which
    sees the record as of one moment.
    """
    session.execute(_SNAPSHOT)
    account = read(session, zone)
    return [*_differing_verdicts(session, account), *_differing_counters(session, account)]


def rebuild(session: Session, zone: ZoneInfo) -> int:
    """Writes verdicts and counters anew; returns how many verdicts there are. Closings wait until it is over."""
    session.execute(_LOCK)
    account = read(session, zone)
    for table in (VerdictRow, RateMonth):
        session.exec(delete(table))
    rows = [_row(key, verdict, account) for key, verdict in account.verdicts.items()]
    counters = [
        {"by": by.value, "month": month, "key": key, **vars(counts)}
        for (by, month, key), counts in rates.gathered(account.verdicts.values()).items()
    ]
    for table, values in ((VerdictRow, rows), (RateMonth, counters)):
        if values:
            session.execute(insert(table), values)
    return len(rows)


def read(session: Session, zone: ZoneInfo) -> Account:
    """The journal's own account, from its beginning."""
    account = Account({}, {}, {})
    account.verdicts.update(rates.replay(_noted(_facts(session), account), zone))
    return account


def _noted(facts: Iterator[Fact], account: Account) -> Iterator[Fact]:
    for fact in facts:
        if fact.kind == "ticket.closed":
            account.closed_at[fact.ticket or 0] = fact.at
        elif fact.kind == "order.excluded":
            account.because[fact.ticket or 0, int(fact.subject.partition(":")[2])] = fact.data["reason"]
        yield fact


def _facts(session: Session) -> Iterator[Fact]:
    asked = select(FactRow).where(col(FactRow.kind).in_(KINDS)).order_by(col(FactRow.id))
    for row in session.exec(asked.execution_options(yield_per=TOGETHER)):
        yield Fact(row.kind, row.subject, row.at, by=row.by, data=row.data, ticket=row.ticket)


def _row(key: Key, verdict: Verdict, account: Account) -> dict[str, Any]:
    row = rating.row_of(*key, verdict, account.closed_at[key[0]])
    row.excluded_because = account.because.get(key, "") if verdict.excluded else ""
    return row.model_dump()


def _differing_verdicts(session: Session, account: Account) -> Iterator[str]:
    kept = {(row.ticket, row.work_order): rating.verdict_of(row) for row in session.exec(select(VerdictRow))}
    for key in sorted(kept.keys() | account.verdicts.keys()):
        was, is_ = account.verdicts.get(key), kept.get(key)
        if was != is_:
            yield f"verdict of ticket {key[0]}, order {key[1]}: the journal says {was}, the record {is_}"


def _differing_counters(session: Session, account: Account) -> Iterator[str]:
    told = rates.gathered(account.verdicts.values())
    kept = {_place(row): _counts(row) for row in session.exec(select(RateMonth))}
    for place in sorted(kept.keys() | told.keys()):
        was, is_ = told.get(place, Counts()), kept.get(place, Counts())
        for name in NAMES:
            if getattr(was, name) != getattr(is_, name):
                by, month, key = place
                yield (
                    f"{name} of {by} {key} in {month:%Y-%m}: "
                    f"the journal says {getattr(was, name)}, the counter {getattr(is_, name)}"
                )


def _place(row: RateMonth) -> Place:
    return By(row.by), row.month, row.key


def _counts(row: RateMonth) -> Counts:
    return Counts(*(getattr(row, name) for name in NAMES))
