"""Old citizens, calls and knowledge in the record, and what each of them joins."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from sqlmodel import select

from hotline.imports.account import Account
from hotline.record import line_days
from hotline.store.tables import Call, Citizen, CitizenNumber, CitizenSource, KnowledgeEntry, Ticket
from tests.edge.conftest import Town
from tests.edge.importing import CLOSED, Desk, row, utc, write

pytestmark = pytest.mark.edge

CITIZENS = """
kind = "citizens"
key = "客户编号"
[columns]
name = "姓名"
numbers = "电话"
address = "住址"
"""
CALLS = """
kind = "calls"
key = "通话编号"
dates = ["%Y%m%d%H%M%S"]
[columns]
caller = "主叫"
direction = "方向"
outcome = "结果"
entered_at = "呼入时间"
answered_at = "接听时间"
ended_at = "挂机时间"
ticket = "工单编号"
[codes.direction]
"呼入" = "in"
"呼出" = "out"
[codes.outcome]
"接听" = "answered"
"放弃" = "abandoned"
"""
KNOWLEDGE = """
kind = "knowledge"
key = "编号"
[columns]
title = "问题"
body = ["答案", "依据"]
unit = "部门"
valid_until = "失效日期"
"""


@pytest.fixture
def desk(town: Town, tmp_path: Path) -> Desk:
    return Desk(town, tmp_path / "imports")


def bring(
    desk: Desk, path: Path, rows: Sequence[Mapping[str, str]], text: str, line: str = "12315"
) -> Account:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    desk.text, desk.line = text, line
    return desk.account(path)


def person(key: str, name: str, numbers: str, address: str = "") -> dict[str, str]:
    return {"客户编号": key, "姓名": name, "电话": numbers, "住址": address}


def whose(desk: Desk, number: str) -> Citizen:
    with desk.town.store.transaction() as session:
        return session.get_one(Citizen, session.get_one(CitizenNumber, number).citizen)


def test_a_citizen_has_all_their_numbers(desk: Desk, tmp_path: Path) -> None:
    rows = [
        person("1", "梁女士", "130-0000-0001 / 0757-83380001", "同济路1号"),
        person("2", "王先生", "+86 13000000002"),
    ]
    assert bring(desk, tmp_path / "c.csv", rows, CITIZENS) == Account(rows=2, loaded=2)
    one, other = whose(desk, "13000000001"), whose(desk, "075783380001")
    assert one.id == other.id
    assert (one.name, one.address) == ("梁女士", "同济路1号")
    assert whose(desk, "13000000002").name == "王先生"
    assert bring(desk, tmp_path / "c.csv", rows, CITIZENS) == Account(rows=2, duplicate=2)


def test_rows_that_share_a_number_are_one_citizen_and_stay_apart_as_sources(
    desk: Desk, tmp_path: Path
) -> None:
    rows = [
        person("1", "梁女士", "13000000001"),
        person("2", "梁小姐", "13000000001 13000000002"),
        person("3", "梁姐", "13000000002"),
    ]
    bring(desk, tmp_path / "c.csv", rows[:1], CITIZENS)
    bring(desk, tmp_path / "d.csv", rows, CITIZENS, "12345")
    with desk.town.store.transaction() as session:
        sources = session.exec(select(CitizenSource).order_by(CitizenSource.source, CitizenSource.key)).all()
    assert [(one.source, one.key, one.name) for one in sources] == [
        ("12315", "1", "梁女士"),
        ("12345", "1", "梁女士"),
        ("12345", "2", "梁小姐"),
        ("12345", "3", "梁姐"),
    ]
    assert sources[0].citizen == sources[1].citizen == sources[2].citizen == whose(desk, "13000000001").id


def test_a_correction_changes_what_nobody_changed_since(desk: Desk, tmp_path: Path) -> None:
    bring(desk, tmp_path / "c.csv", [person("1", "梁女士", "13000000001", "旧址")], CITIZENS)
    with desk.town.store.transaction() as session:
        known = session.get_one(Citizen, whose(desk, "13000000001").id)
        known.address = "市民自己说的地址"
    corrected = [person("1", "梁文女士", "13000000001", "新址")]
    assert bring(desk, tmp_path / "c.csv", corrected, CITIZENS) == Account(rows=1, updated=1)
    changed = whose(desk, "13000000001")
    assert (changed.name, changed.address) == ("梁文女士", "市民自己说的地址")


def test_a_ticket_joins_the_citizen_who_has_its_number(desk: Desk, tmp_path: Path) -> None:
    bring(desk, tmp_path / "c.csv", [person("1", "梁文女士", "13000000001")], CITIZENS)
    desk.text = Desk.text
    desk.bring(write(tmp_path / "old.csv", [CLOSED, row(工单编号="2")]))
    with desk.town.store.transaction() as session:
        tickets = session.exec(
            select(Ticket).where(Ticket.contact == "13000000001", Ticket.line == "12315")
        ).all()
    citizen = whose(desk, "13000000001")
    assert {ticket.citizen for ticket in tickets if ticket.channel == "legacy"} == {citizen.id}
    assert citizen.name == "梁文女士"


def call(key: str, **changed: str) -> dict[str, str]:
    values = {
        "通话编号": key,
        "主叫": "13000000001",
        "方向": "呼入",
        "结果": "接听",
        "呼入时间": "20190305142000",
        "接听时间": "20190305142010",
        "挂机时间": "20190305142310",
        "工单编号": "",
    }
    return values | changed


def test_calls_count_for_their_old_line(desk: Desk, tmp_path: Path) -> None:
    desk.bring(write(tmp_path / "old.csv", [CLOSED]))
    rows = [call("a", 工单编号="JB2019-0001"), call("b", 结果="放弃", 接听时间=""), call("c", 方向="呼出")]
    assert bring(desk, tmp_path / "calls.csv", rows, CALLS) == Account(rows=3, loaded=3)
    with desk.town.store.transaction() as session:
        (day,) = line_days.between(session, ["12315"], utc(2019, 3, 5).date(), utc(2019, 3, 6).date())
        assert (day.calls, day.answered, day.in_target, day.abandoned, day.tickets) == (2, 1, 1, 1, 1)
        known = session.get_one(Call, "12315-a")
        ticket = session.exec(select(Ticket).where(Ticket.id == known.ticket)).one()
    assert (known.node, known.state, known.outcome, known.line) == ("12315", "ended", "answered", "12315")
    assert ticket.title == "路灯不亮"
    rows[1] = call("b", 结果="接听")
    assert bring(desk, tmp_path / "calls.csv", rows, CALLS) == Account(rows=3, updated=1, duplicate=2)
    with desk.town.store.transaction() as session:
        (day,) = line_days.between(session, ["12315"], utc(2019, 3, 5).date(), utc(2019, 3, 6).date())
    assert (day.calls, day.answered, day.abandoned) == (2, 2, 0)


def test_a_correction_to_another_day_is_counted_on_both(desk: Desk, tmp_path: Path) -> None:
    bring(desk, tmp_path / "calls.csv", [call("a")], CALLS)
    moved = call("a", 呼入时间="20190507142000", 接听时间="20190507142010", 挂机时间="20190507142310")
    bring(desk, tmp_path / "calls.csv", [moved], CALLS)
    with desk.town.store.transaction() as session:
        days = line_days.between(session, ["12315"], utc(2019, 1, 1).date(), utc(2020, 1, 1).date())
    assert [(str(day.day), day.calls) for day in days if day.calls] == [("2019-05-07", 1)]


def test_knowledge_is_kept_with_its_validity(desk: Desk, tmp_path: Path) -> None:
    entry = {
        "编号": "K1", "问题": "身份证怎么补办", "答案": "到户籍派出所。", "依据": "居民身份证法",
        "部门": "祖庙街道办事处", "失效日期": "2027-01-01",
    }  # fmt: skip
    assert bring(desk, tmp_path / "k.csv", [entry], KNOWLEDGE) == Account(rows=1, loaded=1)
    assert bring(desk, tmp_path / "k.csv", [entry | {"答案": "到任一派出所。"}], KNOWLEDGE) == Account(
        rows=1, updated=1
    )
    with desk.town.store.transaction() as session:
        (known,) = session.exec(select(KnowledgeEntry)).all()
    assert (known.body, known.unit, str(known.valid_until)) == (
        "到任一派出所。\n居民身份证法", "zumiao-office", "2027-01-01"
    )  # fmt: skip
