"""Counts by line and day: kept as calls end and tickets open, they are what counting everything anew gives."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, select

from hotline import calls
from hotline.pack.load import read_pack
from hotline.record import calls as call_record
from hotline.record import city, line_days, tickets
from hotline.record.city import Change
from hotline.record.tickets import Draft
from hotline.store.tables import LineDay
from hotline.tickets import Type
from tests.edge.conftest import Town

pytestmark = pytest.mark.edge

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 23)
SETTLED = datetime(2026, 11, 1, tzinfo=UTC)
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
ALWAYS = (date(2020, 1, 1), date(2030, 1, 1))


@pytest.fixture
def session(town: Town) -> Iterator[Session]:
    """A transaction in a town whose city is in the record."""
    with town.store.transaction() as opened:
        city.settle(opened, read_pack("foshan"), SETTLED)
        line_days.recount(opened, *ALWAYS)
        yield opened


def counts(session: Session) -> dict[tuple[str, date], tuple[int, ...]]:
    """All of them, by line and day."""
    session.expire_all()
    return {
        (row.line, row.day): tuple(getattr(row, name) for name in line_days.COUNTS)
        for row in session.exec(select(LineDay))
    }


def one_call(
    session: Session,
    number: int,
    at: datetime,
    *,
    line: str = "12319",
    waits: float = 5,
    talks: float | None = 60,
    queue: str | None = "urban",
    outcome: calls.Outcome | None = None,
) -> None:
    """A whole call that entered at `at`, with so many seconds of waiting, and of talking unless it gave up."""
    call, over = f"a1-{number}.1", at + timedelta(seconds=waits)
    signals: list[calls.Signal] = [
        calls.Entered(call=call, at=at, line=line, caller="16000000001", linkedid=f"{number}.1")
    ]
    if queue:
        known = {"line": line, "caller": "16000000001", "linkedid": f"{number}.1"}
        signals.append(calls.Queued(call=call, at=at, queue=queue, **known))
    if talks is not None:
        signals.append(calls.Answered(call=call, at=over, extension="8001"))
        over += timedelta(seconds=talks)
    signals += [calls.Ended(call=call, at=over, outcome=outcome)] * 2  # told twice, counted once
    call_record.apply(session, signals, "a1")


def day_of(session: Session, line: str = "12319", day: date = DAY) -> dict[str, int]:
    """One line's counts of a day by name."""
    return dict(zip(line_days.COUNTS, counts(session)[line, day], strict=True))


def test_a_call_counts_when_it_has_ended(session: Session) -> None:
    before = counts(session)
    begun = calls.Entered(call="a1-9.1", at=NOON, line="12319", caller="16000000001", linkedid="9.1")
    call_record.apply(session, [begun], "a1")
    assert counts(session) == before
    one_call(session, 1, NOON, waits=5, talks=60)
    one_call(session, 2, NOON, waits=40, talks=30)
    one_call(session, 3, NOON, waits=12, talks=None)
    one_call(session, 4, NOON, talks=None, queue=None, outcome=calls.Outcome.BRANCH)
    assert day_of(session) == {
        "calls": 4, "answered": 2, "in_target": 1, "abandoned": 1, "to_branch": 1, "waited": 45, "talked": 90,
        "tickets": 0,
    }  # fmt: skip


def test_a_day_is_the_citys(session: Session) -> None:
    one_call(session, 1, datetime(2026, 11, 22, 15, 59, tzinfo=UTC))
    one_call(session, 2, datetime(2026, 11, 22, 16, 1, tzinfo=UTC))
    assert day_of(session, day=date(2026, 11, 22))["calls"] == 1
    assert day_of(session, day=DAY)["calls"] == 1


def test_each_line_has_its_own_and_the_unanswered_of_a_branch_are_nobodys(session: Session) -> None:
    one_call(session, 1, NOON, line="12315", queue="consumer")
    one_call(session, 2, NOON, line="12345", queue="citywide")
    assert {line for line, day in counts(session) if day == DAY} == {"12315", "12345"}


def test_what_we_place_isnt_counted(session: Session) -> None:
    before = counts(session)
    placed = calls.Placed(
        call="a1-1.1", at=NOON, line="12345", caller="16000000001", linkedid="1.1", extension="8001"
    )
    call_record.apply(session, [placed, calls.Ended(call="a1-1.1", at=NOON)], "a1")
    assert counts(session) == before


def test_a_call_is_judged_by_the_target_of_its_time(session: Session) -> None:
    one_call(session, 1, NOON, waits=20)
    change_target(session, 30, NOON + timedelta(minutes=10))
    one_call(session, 2, NOON + timedelta(minutes=20), waits=20)
    assert day_of(session)["in_target"] == 1
    line_days.recount(session, *ALWAYS)
    assert day_of(session)["in_target"] == 1


def test_a_ticket_counts_when_it_is_opened(session: Session, town: Town) -> None:
    write_ticket(session, town, "12315", NOON)
    assert day_of(session, "12315")["tickets"] == 1


def test_a_recount_leaves_other_days_alone(session: Session) -> None:
    one_call(session, 1, NOON - timedelta(days=1))
    one_call(session, 2, NOON)
    row = session.get_one(LineDay, ("12319", DAY - timedelta(days=1)))
    row.calls = 77
    line_days.recount(session, DAY, DAY + timedelta(days=1))
    assert day_of(session, day=DAY - timedelta(days=1))["calls"] == 77
    assert day_of(session)["calls"] == 1


@pytest.mark.parametrize("seed", range(6))
def test_what_is_kept_is_what_counting_anew_gives(session: Session, town: Town, seed: int) -> None:
    random = Random(seed)
    for number in range(60):
        at = NOON + timedelta(minutes=random.randrange(-3 * 1440, 3 * 1440), seconds=number)
        what = random.randrange(10)
        if what == 0:
            change_target(session, random.choice((5, 15, 30)), NOON + timedelta(days=3, seconds=number))
        elif what < 3:
            write_ticket(session, town, random.choice(("12345", "12319", "99999")), at)
        else:
            one_call(
                session,
                number,
                at,
                line=random.choice(("12345", "12319", "12366")),
                waits=random.choice((0, 14.6, 15, 15.4, 90)),
                talks=random.choice((None, 0.4, 61.5)),
                queue=random.choice((None, "urban", "citywide", "closed-long-ago")),
                outcome=random.choice((None, None, calls.Outcome.BRANCH, calls.Outcome.LOST)),
            )
    kept = counts(session)
    line_days.recount(session, *ALWAYS)
    assert counts(session) == kept
    assert sum(row[0] for row in kept.values()) > 20


def change_target(session: Session, seconds: int, at: datetime) -> None:
    row = next(row for row in city.rows(session, "queues") if row.written["name"] == "urban")
    city.change(
        session,
        [Change("queues", row.number, row.written | {"answer_target": seconds})],
        by="account:1",
        at=at,
    )


def write_ticket(session: Session, town: Town, line: str, at: datetime) -> None:
    draft = Draft(type=Type.HELP, line=line, number="16000000001", title="路灯不亮", content="四天了")
    tickets.open_ticket(session, draft, town.viewer("chenjiaqi"), at, ZONE)
