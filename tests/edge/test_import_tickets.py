"""Old tickets in the record: loaded once, updated by a corrected file, open ones taken on with their remaining time."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from dispatch import handling, imported, orders, timekeeping
from dispatch.handling import Reply
from hotline import journal, tickets
from hotline.clock_policy import Kind
from hotline.imports.account import Account
from hotline.record import line_days
from hotline.store.tables import (
    Citizen,
    CitizenNumber,
    CitizenSource,
    FactRow,
    Imported,
    ImportRun,
    Ticket,
    WorkOrder,
)
from tests.edge.conftest import Town
from tests.edge.importing import CLOSED, HEADER, OPEN, Desk, row, utc, write

pytestmark = pytest.mark.edge


@pytest.fixture
def desk(town: Town, tmp_path: Path) -> Desk:
    return Desk(town, tmp_path / "imports")


def ticket_of(town: Town, key: str) -> Ticket:
    with town.store.transaction() as session:
        known = session.exec(select(Imported).where(Imported.key == key, Imported.kind == "tickets")).one()
        return session.get_one(Ticket, known.subject)


def take_on(town: Town) -> int:
    return imported.take_on(town.store, town.city, lambda: town.at)


def test_a_closed_ticket_is_history_with_its_dates_reply_and_rating(desk: Desk, tmp_path: Path) -> None:
    run = desk.bring(write(tmp_path / "old.csv", [CLOSED]))
    assert (run.state, run.rows, run.loaded, run.rejected) == (
        "finished",
        1,
        1,
        0,
    )
    ticket = ticket_of(desk.town, "JB2019-0001")
    assert (ticket.state, ticket.line, ticket.channel, ticket.type) == (
        "closed",
        "12315",
        "legacy",
        "complaint",
    )
    assert (ticket.opened_at, ticket.closed_at) == (utc(2019, 3, 5, 6, 22), utc(2019, 3, 12, 1, 10))
    assert (ticket.reply, ticket.satisfaction, ticket.opened_by) == ("已更换灯泡。", "satisfied", None)
    assert tickets.is_number(ticket.number)
    assert ticket.number.startswith("190305")
    with desk.town.store.transaction() as session:
        number = session.get_one(CitizenNumber, "13000000001")
        assert number.citizen == ticket.citizen
        assert session.get_one(Citizen, ticket.citizen).name == "梁女士"
        source = session.get_one(CitizenSource, ("12315", "tel:13000000001"))
        assert (source.citizen, source.name, source.numbers) == (ticket.citizen, "梁女士", ["13000000001"])
        (day,) = line_days.between(session, ["12315"], utc(2019, 3, 5).date(), utc(2019, 3, 6).date())
        assert day.tickets == 1
    assert take_on(desk.town) == 0


def test_the_same_file_twice_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    path = write(tmp_path / "old.csv", [CLOSED, OPEN])
    assert desk.account(path) == Account(rows=2, loaded=2)
    before = [ticket_of(desk.town, key).model_dump() for key in ("JB2019-0001", "JB2026-0002")]
    assert desk.account(path) == Account(rows=2, duplicate=2)
    assert [ticket_of(desk.town, key).model_dump() for key in ("JB2019-0001", "JB2026-0002")] == before


def test_a_corrected_file_updates(desk: Desk, tmp_path: Path) -> None:
    desk.bring(write(tmp_path / "old.csv", [CLOSED, OPEN]))
    corrected = write(tmp_path / "new.csv", [row(内容="小区门口的路灯坏了五天。"), OPEN])
    number = ticket_of(desk.town, "JB2019-0001").number
    assert desk.account(corrected) == Account(rows=2, updated=1, duplicate=1)
    ticket = ticket_of(desk.town, "JB2019-0001")
    assert (ticket.content, ticket.number) == ("小区门口的路灯坏了五天。", number)


def test_another_source_with_the_same_numbers_has_tickets_of_its_own(desk: Desk, tmp_path: Path) -> None:
    path = write(tmp_path / "old.csv", [CLOSED])
    desk.bring(path)
    desk.line = "12345"
    assert desk.account(path) == Account(rows=1, loaded=1)
    with desk.town.store.transaction() as session:
        known = session.exec(select(Imported).where(Imported.key == "JB2019-0001")).all()
        theirs = {session.get_one(Ticket, one.subject or 0).citizen for one in known}
    assert {one.source for one in known} == {"12315", "12345"}
    assert len(theirs) == 1


def test_a_key_counts_once_in_a_file(desk: Desk, tmp_path: Path) -> None:
    path = write(tmp_path / "old.csv", [CLOSED, CLOSED, row(标题="另一件事"), OPEN])
    for expected in (
        Account(rows=4, loaded=2, duplicate=1, rejected=1),
        Account(rows=4, duplicate=3, rejected=1),
    ):
        run = desk.bring(path)
        assert Account(run.rows, run.loaded, run.updated, run.duplicate, run.rejected) == expected
        assert run.reasons == {
            "工单编号": {"Row {row} of this file has the same key and says something else": 1}
        }
    assert ticket_of(desk.town, "JB2019-0001").title == "路灯不亮"


def test_an_open_ticket_goes_on_with_its_remaining_time(desk: Desk, tmp_path: Path) -> None:
    town = desk.town
    desk.bring(write(tmp_path / "old.csv", [OPEN]))
    assert take_on(town) == 1
    assert take_on(town) == 0
    ticket = ticket_of(town, "JB2026-0002")
    due = utc(2026, 12, 4, 9, 30)
    assert (ticket.state, ticket.due_at) == ("dispatched", due)
    with town.store.transaction() as session:
        (order,) = session.exec(select(WorkOrder).where(WorkOrder.ticket == ticket.id)).all()
        assert (order.unit, order.state, order.issued_by) == ("zumiao-office", "issued", None)
        assert order.issued_at == utc(2026, 11, 20, 2, 0)
        clocks = {clock.kind: (row, clock) for row, clock in timekeeping.of_ticket(session, ticket)}
        assert set(clocks) == {Kind.ANSWER, Kind.SIGN, Kind.RESOLVE}
        resolve, clock = clocks[Kind.RESOLVE]
        calendar = town.city.calendars[resolve.calendar]
        assert resolve.due_at == due
        assert clock.remaining(town.at, calendar) == due - town.at
        told = session.exec(
            select(FactRow.kind).where(FactRow.ticket == ticket.id).order_by(FactRow.id)
        ).all()
    assert [kind for kind in told if not kind.startswith("clock.")] == ["ticket.imported", "order.taken_over"]


def test_an_open_ticket_is_signed_replied_and_closed_here(desk: Desk, tmp_path: Path) -> None:
    town = desk.town
    path = write(tmp_path / "old.csv", [OPEN])
    desk.bring(path)
    take_on(town)
    staff = town.viewer("zumiao")
    with town.store.transaction() as session:
        found = session.exec(select(WorkOrder)).one()
        order = orders.find(session, staff, found.id or 0)
        handling.sign(session, order, staff, town.at)
        handling.reply(session, town.city, order, Reply("已修好。"), staff, town.at + timedelta(hours=1))
    # The old system learns of it later, or says something else: the course is ours, the words are theirs.
    again = write(
        tmp_path / "new.csv", [row(OPEN, 标题="路灯不亮（更正）", 状态="已办结", 办结时间="2026/11/23 09:00")]
    )
    assert desk.account(again) == Account(rows=1, updated=1)
    ticket = ticket_of(town, "JB2026-0002")
    assert (ticket.title, ticket.state, ticket.reply, ticket.closed_at) == (
        "路灯不亮（更正）", "replied", "已修好。", None
    )  # fmt: skip
    assert take_on(town) == 0


def test_a_ticket_closed_there_before_it_went_on_here_is_history(desk: Desk, tmp_path: Path) -> None:
    desk.bring(write(tmp_path / "old.csv", [OPEN]))
    closed = row(OPEN, 状态="已办结", 办结时间="2026/11/23 09:00", 答复="好了")
    desk.bring(write(tmp_path / "new.csv", [closed]))
    assert take_on(desk.town) == 0
    assert ticket_of(desk.town, "JB2026-0002").state == "closed"


def test_one_that_nobody_had_dispatched_waits_here_to_be(desk: Desk, tmp_path: Path) -> None:
    desk.bring(write(tmp_path / "old.csv", [row(OPEN, 状态="待派单", 派单时间="", 承办单位="")]))
    assert take_on(desk.town) == 1
    with desk.town.store.transaction() as session:
        ticket = ticket_of(desk.town, "JB2026-0002")
        clocks = timekeeping.of_ticket(session, ticket)
        assert session.exec(select(WorkOrder)).all() == []
    assert (ticket.state, [clock.kind for _, clock in clocks]) == ("review", [Kind.DISPATCH])


def test_one_that_was_replied_waits_for_its_revisit(desk: Desk, tmp_path: Path) -> None:
    desk.bring(write(tmp_path / "old.csv", [row(OPEN, 状态="待回访", 答复="已处理")]))
    assert take_on(desk.town) == 1
    with desk.town.store.transaction() as session:
        (order,) = session.exec(select(WorkOrder)).all()
        assert (order.state, order.public_reply) == ("replied", "已处理")


def test_who_gave_no_number_is_somebody_each_time(desk: Desk, tmp_path: Path) -> None:
    rows = [row(工单编号=f"W{n}", 电话="", 姓名="") for n in range(3)]
    desk.bring(write(tmp_path / "old.csv", rows))
    assert len({ticket_of(desk.town, f"W{n}").citizen for n in range(3)}) == 3


def test_rejected_rows_can_be_corrected_and_fed_back(desk: Desk, tmp_path: Path) -> None:
    bad = [
        row(工单编号="A", 受理时间="昨天"),
        row(工单编号="B", 状态="不知道"),
        row(工单编号="C", 电话="12"),
        row(工单编号="D", 办结时间=""),
        row(工单编号="", 内容=""),
        CLOSED,
    ]
    run = desk.bring(write(tmp_path / "old.csv", bad, "gb18030"))
    assert Account(run.rows, run.loaded, run.updated, run.duplicate, run.rejected) == Account(
        rows=6, loaded=1, rejected=5
    )
    path = Path(run.rejects)
    assert path.stat().st_mode & 0o077 == 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    assert next(tuple(one) for one in found)[: len(HEADER)] == HEADER
    assert [(one["_file"], one["_row"], one["_column"], one["_value"]) for one in found] == [
        ("old.csv", "2", "受理时间", "昨天"),
        ("old.csv", "3", "状态", "不知道"),
        ("old.csv", "4", "电话", "12"),
        ("old.csv", "5", "办结时间", ""),
        ("old.csv", "6", "工单编号; 内容", "; "),
    ]
    assert all(one["_reason"] for one in found)
    fixed = [dict(one) for one in found[:4]]
    fixed[0]["受理时间"], fixed[1]["状态"], fixed[2]["电话"] = "2019/1/1 08:00", "已办结", "13000000002"
    fixed[3]["办结时间"] = "2019/4/1 08:00"
    back = write(tmp_path / "back.csv", fixed, "utf-8-sig", tuple(fixed[0]))
    desk.text = desk.text.replace("key =", 'encoding = "gb18030"\nkey =', 1)
    assert desk.account(back) == Account(rows=4, loaded=4)


def test_a_dry_run_says_the_same_and_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    path = write(
        tmp_path / "old.csv", [CLOSED, CLOSED, row(标题="另一件事"), OPEN, row(工单编号="X", 电话="1")]
    )
    run = desk.bring(path, dry_run=True)
    assert Account(run.rows, run.loaded, run.updated, run.duplicate, run.rejected) == Account(5, 2, 0, 1, 2)
    with desk.town.store.transaction() as session:
        assert session.exec(select(Imported)).all() == []
        assert session.exec(select(ImportRun)).one().dry_run
    assert desk.account(path) == Account(5, 2, 0, 1, 2)


def test_the_journal_tells_of_batches_not_of_closed_tickets(desk: Desk, tmp_path: Path) -> None:
    run = desk.bring(write(tmp_path / "old.csv", [CLOSED, OPEN]))
    with desk.town.store.transaction() as session:
        journal.write(session)
        told = session.exec(
            select(FactRow).where(FactRow.subject == f"import:{run.id}").order_by(FactRow.id)
        ).all()
        others = session.exec(select(FactRow).where(FactRow.kind == "ticket.imported")).all()
    assert [fact.kind for fact in told] == ["import.started", "import.advanced", "import.finished"]
    assert told[1].data["loaded"] == 2
    assert len(others) == 1
