"""A catalogue's file is read as a table, whatever the office saved it as."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from hotline.catalogue_source import table_of
from hotline.errors import Misconfigured

pytestmark = pytest.mark.edge

ROWS = [["事项编码", "事项名称", "责任单位"], ["010101", "路灯不亮", "佛山市城市管理和综合执法局"]]


def test_a_workbook_and_a_file_in_either_encoding_are_the_same_table(tmp_path: Path) -> None:
    book = Workbook()
    for row in ROWS:
        book.active.append(row)
    book.save(tmp_path / "book.xlsx")
    text = "".join(",".join(row) + "\n" for row in ROWS)
    (tmp_path / "new.csv").write_bytes(text.encode("utf-8-sig"))
    (tmp_path / "old.csv").write_bytes(text.encode("gb18030"))
    for name in ("book.xlsx", "new.csv", "old.csv"):
        assert [(number, list(cells)) for number, cells in table_of(tmp_path / name)] == list(
            enumerate(ROWS, 1)
        ), name


def test_what_is_no_table_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(Misconfigured, match=r"empty\.csv"):
        table_of(tmp_path / "empty.csv")
