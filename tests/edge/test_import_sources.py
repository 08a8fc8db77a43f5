"""Files of every sort at the door: read as they are meant, refused in plain words, or one bad row at a time."""

from __future__ import annotations

import os
from contextlib import closing
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from hotline.errors import Misconfigured
from hotline.imports.mapping import read_mapping
from hotline.imports.sources import Torn, open_source

pytestmark = pytest.mark.edge

TEXT = "编号,标题,内容\n1,路灯不亮,三天了\n2,噪音,很吵\n"


def read(path: Path, settings: str = "") -> list[tuple[int, list[str]]]:
    mapping = read_mapping(f'kind = "tickets"\nkey = "编号"\n{settings}', "M.toml")
    source = open_source(path, mapping)
    rows = [
        (number, ["torn", cells.text] if isinstance(cells, Torn) else list(cells))
        for number, cells in source.rows()
    ]
    source.close()
    return rows


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "old.csv"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_encoding_is_found_out(file: Path, encoding: str, newline: str) -> None:
    file.write_bytes(TEXT.replace("\n", newline).encode(encoding))
    with closing(open_source(file)) as source:
        assert source.header == ("编号", "标题", "内容")
    assert read(file) == [(2, ["1", "路灯不亮", "三天了"]), (3, ["2", "噪音", "很吵"])]


def test_one_damaged_line_does_not_change_the_encoding_nor_its_neighbours(file: Path) -> None:
    lines = [f"{n},路灯不亮,第{n}天".encode() for n in range(100)]
    lines[50] = b"50,\xc2\xb7\xff\xfe,x"
    file.write_bytes("编号,标题,内容\n".encode() + b"\n".join(lines))
    rows = read(file)
    assert len(rows) == 100
    assert rows[49][1] == ["49", "路灯不亮", "第49天"]
    assert rows[50][1] != ["50", "路灯不亮", "第50天"]
    assert rows[51][1] == ["51", "路灯不亮", "第51天"]


@pytest.mark.parametrize("sign", [",", "\t", ";", "|"])
def test_the_delimiter_is_found_out(file: Path, sign: str) -> None:
    file.write_text(TEXT.replace(",", sign), "utf-8")
    assert read(file)[0] == (2, ["1", "路灯不亮", "三天了"])


def test_cells_have_lines_quotes_and_commas(file: Path) -> None:
    file.write_text('编号,标题,内容\n1,"他说""好""","一,\n二"\n\n2,b,c\n', "utf-8")
    assert read(file) == [(2, ["1", '他说"好"', "一,\n二"]), (4, ["2", "b", "c"])]


@pytest.mark.parametrize("bad", ['2,"坏的,x', '2,"坏"的,x', '2,x,"'])
def test_a_quote_that_does_not_pair_costs_its_own_line_only(file: Path, bad: str) -> None:
    file.write_text(f'编号,标题,内容\n1,a,b\n{bad}\n3,"c",d\n4,"e\nf",g\n', "utf-8")
    rows = read(file)
    assert rows[0] == (2, ["1", "a", "b"])
    assert rows[1] == (3, ["torn", bad])
    assert [cells for _, cells in rows[2:]] == [["3", "c", "d"], ["4", "e\nf", "g"]]


def test_a_missing_quote_at_the_end_takes_nothing_along(file: Path) -> None:
    rest = "".join(f"{n},x,y\n" for n in range(5_000))
    file.write_text(f'编号,标题,内容\nA,"坏的,x\n{rest}', "utf-8")
    rows = read(file)
    assert len(rows) == 5_001
    assert rows[0][1][0] == "torn"
    assert rows[-1] == (5_002, ["4999", "x", "y"])


def test_a_cell_of_ten_megabytes_is_read_and_one_too_large_is_torn(file: Path) -> None:
    file.write_text(f"编号,标题,内容\n1,a,{'x' * 10_485_760}\n2,b,{'x' * 13_000_000}\n3,c,d\n", "utf-8")
    rows = read(file)
    assert len(rows[0][1][2]) == 10_485_760
    assert rows[1][1][0] == "torn"
    assert rows[2] == (4, ["3", "c", "d"])


def test_reading_goes_on_from_a_place(file: Path) -> None:
    file.write_bytes('编号,标题,内容\n1,a,"x\ny"\n2,b,z\n3,c,w\n'.encode("gb18030"))
    whole = read(file)
    with closing(open_source(file)) as first:
        rows, before = first.rows(), 0
        for done, expected in enumerate(whole):
            with closing(open_source(file)) as second:
                assert list(second.rows(first.place if done else 0, before)) == whole[done:]
            assert next(rows) == expected
            before = expected[0]


def test_a_header_further_down(file: Path) -> None:
    file.write_text("某市热线导出\n" + TEXT, "utf-8")
    assert read(file, "header_row = 2")[0] == (3, ["1", "路灯不亮", "三天了"])


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "an empty file"),
        (b"\n\n", "nothing"),
        (b"\xff\xfe1\x00", "UTF-16"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", r"\.xls"),
        (b"PK\x03\x04 and no more", "a damaged file"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(file: Path, content: bytes, found: str) -> None:
    file.write_bytes(content)
    with pytest.raises(Misconfigured, match=found):
        open_source(file)


def test_no_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no such file"):
        open_source(tmp_path / "none.csv")
    with pytest.raises(Misconfigured, match="a folder"):
        open_source(tmp_path)


def workbook(path: Path, rows: list[list[object]], title: str = "工单") -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    book.create_sheet("说明").append(["无关"])
    book.save(path)
    return path


def test_a_workbook_reads_like_a_csv_file(tmp_path: Path) -> None:
    at = datetime(2025, 3, 1, 8, 5)  # noqa: DTZ001  (a spreadsheet's cells have no zone)
    path = workbook(
        tmp_path / "old.xlsx",
        [
            ["编号", "电话", "时间", "内容"],
            [1, 13000000001, at, "路灯\n不亮"],
            [None, None, None],
            [2.5, "x", None, "尾"],
        ],
    )
    with closing(open_source(path)) as source:
        assert source.header == ("编号", "电话", "时间", "内容")
    assert read(path, 'sheet = "工单"') == [
        (2, ["1", "13000000001", "2025-03-01 08:05:00", "路灯\n不亮"]),
        (4, ["2.5", "x", "", "尾"]),
    ]


def test_a_workbook_goes_on_from_a_row(tmp_path: Path) -> None:
    path = workbook(tmp_path / "old.xlsx", [["编号"], *[[n] for n in range(10)]])
    source = open_source(path)
    assert [cells for _, cells in source.rows(6, 6)] == [["5"], ["6"], ["7"], ["8"], ["9"]]
    assert source.place == 11
    source.close()


def test_a_workbook_without_that_sheet_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "old.xlsx", [["编号"], [1]])
    with pytest.raises(Misconfigured, match="工单, 说明"):
        read(path, 'sheet = "别的"')


def test_a_truncated_workbook_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "old.xlsx", [["编号"], *[[n] for n in range(1000)]])
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(Misconfigured, match="a damaged file"):
        open_source(path)
