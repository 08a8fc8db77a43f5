"""The floor as the record has it now: where a page that follows facts begins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Float, case, cast, extract, func, literal
from sqlmodel import Session, col, select

from hotline.calls import Outcome
from hotline.facts import subject
from hotline.floor import TARGET, Count, Floor, OpenCall, SeatNow
from hotline.presence import State
from hotline.store.tables import Call, FactRow, Seat

LONGEST_CALL = timedelta(hours=12)  # what began earlier than that before the day has ended before it


def opened(session: Session, node: str, day: datetime, targets: Mapping[str, int]) -> Floor:
    """The floor, with everything counted since `day` began. Ask the journal for its horizon first, then this."""
    return Floor(
        day=day,
        targets=targets,
        calls={
            row.id: _open_call(row) for row in session.exec(select(Call).where(col(Call.ended_at).is_(None)))
        },
        seats={row.extension: _seat(row) for row in session.exec(select(Seat))},
        counts=_counts(session, day, targets),
        lost_at=_lost_at(session, node),
    )


def _open_call(row: Call) -> OpenCall:
    moments = {"talking": row.answered_at, "offered": row.offered_at, "queued": row.queued_at}
    return OpenCall(
        call=row.id,
        direction=row.direction,
        state=row.state,
        line=row.line,
        since=moments.get(row.state) or row.entered_at,
        queue=row.queue,
        waiting_since=row.queued_at,
        extension=row.agent,
        is_answered=row.answered_at is not None,
    )


def _seat(row: Seat) -> SeatNow:
    is_paused = row.state in (State.PAUSED, State.WRAP_UP)
    reason = row.reason if is_paused else ""
    return SeatNow(row.extension, row.state, row.since, reason, row.call, frozenset(row.queues))


def _counts(session: Session, day: datetime, targets: Mapping[str, int]) -> dict[str, Count]:
    """Counted by the database: a day may have ten thousand calls."""
    until = func.coalesce(col(Call.answered_at), col(Call.ended_at))
    waited = cast(extract("epoch", until - col(Call.queued_at)), Float)
    target = case(
        *((col(Call.queue) == queue, literal(seconds)) for queue, seconds in targets.items()), else_=TARGET
    )
    answered = col(Call.answered_at) >= day
    abandoned = (col(Call.outcome) == Outcome.ABANDONED) & (col(Call.ended_at) >= day)
    columns = (
        _how_many(col(Call.queued_at) >= day),
        _how_many(answered),
        _how_many(answered & (waited <= target)),
        _how_many(abandoned),
        _how_many(abandoned & (waited <= target)),
        func.coalesce(func.sum(waited).filter(answered), 0.0),
    )
    rows = session.execute(
        select(Call.queue, *columns)  # type: ignore[call-overload]
        .where(col(Call.entered_at) >= day - LONGEST_CALL, col(Call.queued_at).is_not(None))
        .where((until >= day) | (col(Call.queued_at) >= day))
        .group_by(Call.queue)
    )
    return {queue: Count(*numbers) for queue, *numbers in rows}


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)


def _lost_at(session: Session, node: str) -> datetime | None:
    own = (
        select(FactRow)
        .where(FactRow.subject == subject("link", node))
        .order_by(col(FactRow.id).desc())
        .limit(1)
    )
    last = session.exec(own).first()
    return last.at if last and last.kind == "link.lost" else None
