"""Days and policies change while clocks run: every date follows, each is a fact, and no storm of warnings comes."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select
from typer.testing import CliRunner

from dispatch import clock_check, orders, timekeeping
from dispatch.clock_commands import app
from dispatch.recomputing import SETTLED, go_on, notice
from dispatch.sweep import sweep
from hotline.calendars import Day, Kind
from hotline.calendars_china import OFFICIAL_UNTIL
from hotline.clock_policy import Kind as Promise
from hotline.daylists import DayList
from hotline.pack.load import read_pack
from hotline.pack.model import CityPack
from hotline.record import city as city_record
from hotline.record import days
from hotline.record.city import Change
from hotline.record.city_in_force import CityInForce
from hotline.settings import Settings, environment
from hotline.store.tables import Account, ClockRecompute, ClockRow, FactRow, MessageRow, Ticket, WorkOrder
from tests.edge.conftest import Town
from tests.edge.test_orders import UNIT, open_one
from tests.edge.test_timekeeping import local

pytestmark = pytest.mark.edge

NEXT = OFFICIAL_UNTIL.year + 1
ADMIN = "account:1"


@pytest.fixture
def town(town: Town) -> Town:
    """A town whose data are in the record, and whose timekeeper has seen them."""
    with town.store.transaction() as session:
        city_record.settle(session, read_pack("foshan"), town.at, "pack foshan")
        notice(session, town.at)
    return town


def city_now(town: Town) -> CityPack:
    known = CityInForce(town.city)
    with town.store.transaction() as session:
        known.look(session, town.at)
    return known.now


def issue(
    town: Town,
    session: Session,
    at: datetime | None = None,
    city: CityPack | None = None,
) -> tuple[Ticket, WorkOrder]:
    ticket = open_one(town, session)
    agent = town.viewer("chenjiaqi")
    return ticket, orders.issue(session, city or town.city, ticket, UNIT, "", agent, at or town.at)


def resolve(session: Session, order: WorkOrder) -> ClockRow:
    asked = select(ClockRow).where(ClockRow.work_order == order.id, ClockRow.kind == Promise.RESOLVE)
    return session.exec(asked.order_by(col(ClockRow.id).desc())).one()


def change(town: Town, *changes: Change, at: datetime | None = None) -> None:
    with town.store.transaction() as session:
        city_record.change(session, changes, by=ADMIN, at=at or town.at)


def row(town: Town, sheet: str, **known: Any) -> Any:
    with town.store.transaction() as session:
        found = city_record.rows(session, sheet)
    return next(one for one in found if all(one.written.get(name) == value for name, value in known.items()))


def closed_day(day: str) -> Change:
    return Change("days", None, {"calendar": "office", "day": day, "working": False, "note": "台风停工"})


def recomputed(town: Town, at: datetime) -> None:
    """What the timekeeper does, until nothing is left to do."""
    city = city_now(town)
    with town.store.transaction() as session:
        notice(session, at)
    more = True
    while more:
        with town.store.transaction() as session:
            more = go_on(session, city, at + SETTLED)


def facts(town: Town, kind: str) -> list[dict[str, Any]]:
    with town.store.transaction() as session:
        return list(session.exec(select(FactRow.data).where(FactRow.kind == kind).order_by(col(FactRow.id))))


def test_calendar_edit_moves_open_clocks_and_leaves_others_alone(town: Town) -> None:
    with town.store.transaction() as session:
        ticket, order = issue(town, session)
        utility = open_one(town, session)
        other = orders.issue(
            session, town.city, utility, "power-supply", "", town.viewer("chenjiaqi"), town.at
        )
    change(town, closed_day("2026-11-30"))
    recomputed(town, town.at)
    with town.store.transaction() as session:
        assert resolve(session, order).due_at == local("2026-12-15 17:30")
        assert session.get_one(Ticket, ticket.id).due_at == local("2026-12-15 17:30")
        assert resolve(session, order).generation == 2
        assert resolve(session, other).generation == 1
    told = [(one["clock"], one["was"], one["due"]) for one in facts(town, "clock.recomputed")]
    assert sorted(told) == [
        (kind, "2026-12-14T09:30:00+00:00", "2026-12-15T09:30:00+00:00") for kind in ("answer", "resolve")
    ]


def test_a_clock_that_stopped_before_is_judged_by_the_days_that_were_known_then(town: Town) -> None:
    with town.store.transaction() as session:
        ticket, order = issue(town, session)
        timekeeping.stop(session, ticket, order, timekeeping.AT_REPLY, town.at + timedelta(days=1), ADMIN)
        before = resolve(session, order).due_at
    change(town, closed_day("2026-11-30"))
    recomputed(town, town.at + timedelta(days=2))
    with town.store.transaction() as session:
        assert resolve(session, order).due_at == before
    assert facts(town, "clock.recomputed") == []


def test_holiday_import_mid_flight_settles_provisional_dates(town: Town) -> None:
    """Dispatched in December, due in a year without a list; the list makes a Sunday a working day."""
    december = local("2026-12-21 09:00")
    with town.store.transaction() as session:
        _, order = issue(town, session, december)
        clock = resolve(session, order)
        assert (clock.due_at, clock.provisional) == (local("2027-01-12 17:30"), True)
    off = [date(NEXT, 1, 1), *(date(NEXT, 2, n) for n in range(5, 13)), date(NEXT, 5, 1), date(NEXT, 10, 1)]
    listed = {**{day: Day(Kind.OFF, "假期") for day in off}, date(NEXT, 1, 3): Day(Kind.WORKING, "调休")}
    with town.store.transaction() as session:
        days.bring_in(session, DayList(NEXT, listed), source="notice", calendar=None, by=ADMIN, at=december)
    recomputed(town, december)
    with town.store.transaction() as session:
        clock = resolve(session, order)
        assert (clock.due_at, clock.provisional) == (local("2027-01-11 17:30"), False)
    assert {one["provisional"] for one in facts(town, "clock.recomputed")} == {False}


def test_a_list_that_confirms_the_guess_is_a_fact_and_moves_nothing(town: Town) -> None:
    december = local("2026-12-21 09:00")
    with town.store.transaction() as session:
        _, order = issue(town, session, december)
        guessed = {
            day: one.written for day, one in days.of_calendar(city_record.rows(session, "days"), None).items()
        }
        listed = {day: Day(Kind.OFF, str(one["note"])) for day, one in guessed.items() if day.year == NEXT}
        days.bring_in(session, DayList(NEXT, listed), source="notice", calendar=None, by=ADMIN, at=december)
    recomputed(town, december)
    with town.store.transaction() as session:
        clock = resolve(session, order)
        assert (clock.due_at, clock.provisional, clock.generation) == (local("2027-01-12 17:30"), False, 1)
        assert session.exec(select(MessageRow)).all() == []
    assert {one["was"] == one["due"] for one in facts(town, "clock.recomputed")} == {True}


def limit(town: Town, budget: str) -> Change:
    """The time to resolve complaints, corrected within the policy's version."""
    found = row(town, "clocks", kind="resolve", types=["complaint", "report"])
    return Change("clocks", found.number, {**found.written, "budget": budget})


def test_a_corrected_policy_holds_for_its_open_clocks(town: Town) -> None:
    with town.store.transaction() as session:
        ticket, order = issue(town, session)
    change(town, limit(town, "10 working days"))
    recomputed(town, town.at)
    with town.store.transaction() as session:
        assert resolve(session, order).due_at == local("2026-12-07 17:30")
        assert session.get_one(Ticket, ticket.id).due_at == local("2026-12-07 17:30")


def test_policy_change_while_paused_keeps_what_the_pause_was_worth(town: Town) -> None:
    with town.store.transaction() as session:
        ticket, order = issue(town, session)
        timekeeping.pause_for_order(session, town.city, ticket, order, "", local("2026-11-24 09:00"), ADMIN)
    change(town, limit(town, "10 working days"))
    recomputed(town, local("2026-11-25 09:00"))
    with town.store.transaction() as session:
        standing = resolve(session, order)
        assert (standing.due_at, standing.next_event_at, standing.amount) == (None, None, 10)
        timekeeping.resume_for_order(session, city_now(town), ticket, order, local("2026-11-26 09:00"), ADMIN)
        # From Tuesday to Thursday: the nine days of ten that were to come are counted from Thursday.
        assert resolve(session, order).due_at == local("2026-12-09 17:30")


def test_a_new_version_leaves_what_was_promised_under_the_old_one(town: Town) -> None:
    with town.store.transaction() as session:
        _, order = issue(town, session)
        before = resolve(session, order).due_at
    old = row(town, "policies", version="2022")
    copies = []
    with town.store.transaction() as session:
        for one in city_record.rows(session, "clocks"):
            copies.append(
                Change("clocks", None, {**one.written, "policy": "2027", "budget": "1 working day"})
            )
    change(
        town,
        Change("policies", old.number, {**old.written, "valid_until": "2026-11-24"}),
        Change("policies", None, {"version": "2027", "valid_from": "2026-11-24"}),
        *copies,
    )
    recomputed(town, town.at)
    with town.store.transaction() as session:
        assert resolve(session, order).due_at == before
        _, later = issue(town, session, town.at + timedelta(days=1), city_now(town))
        assert resolve(session, later).due_at == local("2026-11-25 17:30")


def test_no_storm_follows_one_summary_does(town: Town) -> None:
    """Twelve orders become overdue by a corrected policy: a fact each, one notice to each person, and no step twice."""
    with town.store.transaction() as session:
        for _ in range(12):
            issue(town, session)
    now = local("2026-12-01 09:00")
    with town.store.transaction() as session:
        sweep(session, city_now(town), now, most=1000)
        session.execute(text("DELETE FROM message"))
    change(town, limit(town, "2 working days"))
    recomputed(town, now)
    with town.store.transaction() as session:
        while sweep(session, city_now(town), now + SETTLED):
            pass
        subjects = Counter((one.to, one.subject) for one in session.exec(select(MessageRow)))
        staff = session.exec(select(Account).where(Account.login == "zumiao")).one()
        (summary,) = session.exec(select(MessageRow).where(MessageRow.to == f"account:{staff.id}")).all()
    assert set(subjects.values()) == {1}
    assert {subject for _, subject in subjects} == {"期限有调整"}
    assert summary.body == "已重新计算 12 项时限，其中 12 项现已超期"
    reds = [one for one in facts(town, "clock.red") if one["clock"] == "resolve"]
    assert len(reds) == 12
    assert all(one["passed"] for one in reds)


def test_what_is_still_to_come_after_a_recompute_comes(town: Town) -> None:
    with town.store.transaction() as session:
        _, order = issue(town, session)
    change(town, limit(town, "2 working days"))
    recomputed(town, local("2026-12-01 09:00"))  # due on the 25th: message and notice lie behind it
    city = city_now(town)
    with town.store.transaction() as session:
        sweep(session, city, local("2026-12-02 17:30"), most=1000)
    told = [one for one in facts(town, "clock.escalated") if one["order"] == order.id]
    escalated = [one["step"] for one in told if one["clock"] == "resolve"]
    assert escalated == ["report"]


def test_what_is_due_and_not_taken_yet_is_not_lost_by_a_recompute(town: Town) -> None:
    """A new step in the policy changes no date: the red that the sweep had still to take is taken."""
    with town.store.transaction() as session:
        issue(town, session)
    change(
        town,
        Change("steps", None, {"policy": "2022", "does": "message", "name": "new", "when": "1 min after"}),
    )
    recomputed(town, local("2026-12-14 17:40"))
    with town.store.transaction() as session:
        sweep(session, city_now(town), local("2026-12-14 17:41"), most=1000)
    assert "resolve" in {one["clock"] for one in facts(town, "clock.red")}


def test_a_new_step_is_not_taken_for_what_was_overdue_long_before(town: Town) -> None:
    with town.store.transaction() as session:
        issue(town, session)
    now = local("2027-03-01 09:00")
    with town.store.transaction() as session:
        sweep(session, city_now(town), now, most=1000)
    change(
        town, Change("steps", None, {"policy": "2022", "does": "message", "name": "new", "when": "1 h after"})
    )
    recomputed(town, now)
    with town.store.transaction() as session:
        sweep(session, city_now(town), now + timedelta(days=1), most=1000)
    assert "new" not in {one["step"] for one in facts(town, "clock.escalated")}


def test_a_run_that_was_broken_off_goes_on_where_it_was(town: Town) -> None:
    with town.store.transaction() as session:
        for _ in range(5):
            issue(town, session)
    change(town, closed_day("2026-11-30"))
    city = city_now(town)
    with town.store.transaction() as session:
        notice(session, town.at)
    with pytest.raises(RuntimeError), town.store.transaction() as session:
        assert go_on(session, city, town.at + SETTLED, most=7)
        raise RuntimeError("killed before the commit")
    with town.store.transaction() as session:
        assert (
            session.exec(select(ClockRecompute).where(col(ClockRecompute.done_at).is_(None))).one().after == 0
        )
        assert go_on(session, city, town.at + SETTLED)
    recomputed(town, town.at)
    assert Counter(one["clock"] for one in facts(town, "clock.recomputed")) == {"answer": 5, "resolve": 5}
    with town.store.transaction() as session:
        run = session.exec(select(ClockRecompute).order_by(col(ClockRecompute.revision).desc())).first()
        assert run is not None
        assert run.moved == {UNIT: {"moved": 5, "late": 0}, "": {"moved": 5, "late": 0}}


def test_a_change_of_other_data_recomputes_nothing(town: Town) -> None:
    with town.store.transaction() as session:
        issue(town, session)
    queue = row(town, "queues", name="urban")
    change(town, Change("queues", queue.number, {**queue.written, "answer_target": 25}))
    with town.store.transaction() as session:
        notice(session, town.at)
        assert not go_on(session, town.city, town.at + SETTLED)


def test_a_clock_that_a_slow_process_started_by_the_old_days_is_put_right_before_it_fires(town: Town) -> None:
    change(town, closed_day("2026-12-14"))
    recomputed(town, town.at)
    with town.store.transaction() as session:
        ticket = open_one(town, session)
        order = orders.issue(session, town.city, ticket, UNIT, "", town.viewer("chenjiaqi"), town.at)
        assert resolve(session, order).due_at == local("2026-12-14 17:30")
    with town.store.transaction() as session:
        sweep(session, city_now(town), local("2026-12-14 17:30"), most=1000)
    with town.store.transaction() as session:
        assert resolve(session, order).due_at == local("2026-12-15 17:30")
    assert "resolve" not in {one["clock"] for one in facts(town, "clock.red")}


def test_a_calendar_that_the_city_dropped_stops_no_sweep(town: Town) -> None:
    with town.store.transaction() as session:
        _, order = issue(town, session)
        resolve(session, order).calendar = "gone"
    with town.store.transaction() as session:
        assert sweep(session, city_now(town), local("2026-12-14 17:30"), most=1000)
    assert "resolve" in {one["clock"] for one in facts(town, "clock.red")}


def broken(town: Town) -> int:
    """Three rows that say otherwise than their history; the id of one of them."""
    with town.store.transaction() as session:
        _, order = issue(town, session)
        ticket, replied = issue(town, session)
        timekeeping.stop(session, ticket, replied, timekeeping.AT_REPLY, town.at, ADMIN)
        resolve(session, order).due_at = local("2030-01-01 00:00")
        resolve(session, replied).next_event_at = town.at
        clock = session.exec(
            select(ClockRow).where(ClockRow.work_order == order.id, ClockRow.kind == "sign")
        ).one()
        clock.amber_at = None
        return resolve(session, order).id or 0


def test_every_clock_is_rebuilt_and_what_differs_is_named(town: Town) -> None:
    wrong = broken(town)
    looked, found = 0, []
    for count, some in clock_check.pages(town.store, city_now(town)):
        looked, found = looked + count, [*found, *some]
    assert looked == 10
    assert [one.field for one in found] == ["amber_at", "due_at", "next_event_at"]
    assert (found[1].clock, found[1].rebuilt) == (wrong, local("2026-12-14 17:30"))
    clock_check.repair(town.store, city_now(town), [one.clock for one in found], town.at, ADMIN)
    assert [some for _, some in clock_check.pages(town.store, city_now(town))] == [[]]
    (fact,) = [one for one in facts(town, "clock.recomputed") if one["clock"] == "resolve"]
    assert fact["was"] == "2029-12-31T16:00:00+00:00"


def test_the_command_says_what_differs_and_repairs_it(
    town: Town, served: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = broken(town)
    for name, value in {**environment(served), "COLUMNS": "200"}.items():
        monkeypatch.setenv(name, value)
    told = [CliRunner().invoke(app, ["verify", *options]) for options in ([], ["--repair"], [])]
    assert [one.exit_code for one in told] == [1, 0, 0]
    assert f"clock {wrong} of ticket" in told[0].stdout
    for one, words in zip(told, ("3 differ", "3 differ, repaired", "0 differ"), strict=True):
        assert f"10 clocks looked at, {words}" in one.stdout
