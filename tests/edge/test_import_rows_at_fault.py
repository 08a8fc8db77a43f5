"""Rows with something wrong in them: each is rejected with its column, value and reason, and takes no other along."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import select

from hotline.errors import Misconfigured, Refused
from hotline.imports import run as runs
from hotline.store.tables import ImportRun
from tests.edge.conftest import Town
from tests.edge.importing import CLOSED, HEADER, OPEN, Desk, row, write

pytestmark = pytest.mark.edge


@pytest.fixture
def desk(town: Town, tmp_path: Path) -> Desk:
    return Desk(town, tmp_path / "imports")


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"受理时间": "2019/13/5 14:22"}, "受理时间"),
        ({"受理时间": "2031/3/5 14:22"}, "受理时间"),
        ({"办结时间": "2018/1/1 00:00"}, "办结时间"),
        ({"诉求类型": "骂人"}, "诉求类型"),
        ({"承办单位": "没有这个单位"}, "承办单位"),
        ({"内容": "有\x00零"}, "内容"),
        ({"内容": "响\x07铃"}, "内容"),
        ({"内容": "x" * 20_001}, "内容"),
        ({"内容": "x" * 10_485_760}, "内容"),
        ({"内容": ""}, "内容"),
        ({"电话": "1.38E+10"}, "电话"),
        ({"满意度": "还行"}, "满意度"),
        ({"工单编号": ""}, "工单编号"),
        ({"状态": "办理中"}, "办结时间"),
    ],
)
def test_a_value_at_fault_names_its_column(
    desk: Desk, tmp_path: Path, changes: dict[str, str], column: str
) -> None:
    run = desk.bring(write(tmp_path / "old.csv", [row(**changes), row(工单编号="good")]))
    assert (run.rows, run.loaded, run.rejected, list(run.reasons)) == (2, 1, 1, [column])


def test_a_row_with_too_many_cells_and_a_torn_one(desk: Desk, tmp_path: Path) -> None:
    path = write(tmp_path / "old.csv", [CLOSED])
    with path.open("a", encoding="utf-8") as file:
        file.write(",".join(["x"] * (len(HEADER) + 1)) + "\n")
        file.write("A,B\n")
        file.write('C,"D"E\n')
    run = desk.bring(path)
    assert (run.rows, run.loaded, run.rejected) == (4, 1, 3)


def test_bytes_that_are_no_text_cost_their_row(desk: Desk, tmp_path: Path) -> None:
    path = write(tmp_path / "old.csv", [row(工单编号=f"n{n}") for n in range(20)])
    content = path.read_bytes().replace("n7,投诉,路灯".encode(), b"n7,\xe6\x8a\x95\xe8\xaf\x89,\xff\xfe")
    path.write_bytes(content)
    run = desk.bring(path)
    assert (run.rows, run.loaded, run.rejected, list(run.reasons)) == (20, 19, 1, ["标题"])


def test_the_wrong_encoding_rejects_instead_of_loading_nonsense(desk: Desk, tmp_path: Path) -> None:
    desk.text = 'encoding = "utf-8"' + desk.text
    path = write(tmp_path / "old.csv", [CLOSED, OPEN], "gb18030")
    with pytest.raises(Misconfigured, match="no column"):
        desk.bring(path)
    with desk.town.store.transaction() as session:
        run = session.exec(select(ImportRun)).one()
    assert run.state == "failed"
    assert "no column" in run.error


def test_a_missing_column_is_named_before_anything_is_read(desk: Desk, tmp_path: Path) -> None:
    path = write(tmp_path / "old.csv", [CLOSED], header=[name for name in HEADER if name != "状态"])
    with pytest.raises(Misconfigured, match=r"state: found no column '状态'; expected one of 工单编号"):
        desk.bring(path)


def test_a_column_that_stands_twice_is_refused(desk: Desk, tmp_path: Path) -> None:
    path = write(tmp_path / "old.csv", [CLOSED], header=[*HEADER, "状态"])
    with pytest.raises(Misconfigured, match="2 columns '状态'"):
        desk.bring(path)


def test_a_mapping_without_a_needed_field_is_refused(desk: Desk, tmp_path: Path) -> None:
    desk.text = desk.text.replace('type = "诉求类型"\n', "")
    with pytest.raises(Misconfigured, match="type: found neither a column nor a constant"):
        desk.bring(write(tmp_path / "old.csv", [CLOSED]))


def test_a_line_that_the_city_has_not_is_refused(desk: Desk, tmp_path: Path) -> None:
    desk.line = "99999"
    with pytest.raises(Misconfigured, match=r"constants\.line"):
        desk.bring(write(tmp_path / "old.csv", [CLOSED]))


def test_a_header_alone_imports_nothing(desk: Desk, tmp_path: Path) -> None:
    run = desk.bring(write(tmp_path / "old.csv", []))
    assert (run.state, run.rows, run.rejects) == ("finished", 0, "")


def test_nothing_to_resume_is_refused(desk: Desk, tmp_path: Path) -> None:
    path = write(tmp_path / "old.csv", [CLOSED])
    with pytest.raises(Refused, match=r"import\.nothing_to_resume"):
        runs.unfinished(desk.town.store, desk.asked(path))


def test_two_runs_of_one_source_do_not_go_together(desk: Desk, tmp_path: Path) -> None:
    path = write(tmp_path / "old.csv", [CLOSED])
    asked = desk.asked(path)
    first = runs.begin(desk.town.store, asked, desk.town.at)
    refused = []

    def tell(progress: runs.Progress) -> None:
        assert runs.is_under_way(desk.town.store, first)
        with pytest.raises(Refused, match=r"import\.runs_already") as error:
            desk.go(runs.begin(desk.town.store, asked, desk.town.at), asked)
        refused.append(error.value.key)

    desk.go(first, asked, tell=tell)
    assert refused == ["import.runs_already"]
    assert not runs.is_under_way(desk.town.store, first)
