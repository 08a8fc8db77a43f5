"""A year's list of days from a file: read whichever way it was written, and every mistake told with its line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from hotline.calendars import Day, Kind, Span
from hotline.daylists import read_list
from hotline.errors import Misconfigured

pytestmark = pytest.mark.pure

OFF = [
    f"2027-{month:02}-{day:02}"
    for month, day in ((1, 1), *((2, n) for n in range(5, 12)), (4, 5), (5, 1), (10, 1))
]
HEADER = "day,working,note"
LINES = [*(f"{day},false,假期" for day in OFF), "2027-02-14,true,春节调休"]


def written(folder: Path, *lines: str, name: str = "list.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


def test_the_list_of_a_year(tmp_path: Path) -> None:
    listed = read_list(written(tmp_path, HEADER, *LINES))
    assert listed.year == 2027
    assert listed.days[date(2027, 1, 1)] == Day(Kind.OFF, "假期")
    assert listed.days[date(2027, 2, 14)] == Day(Kind.WORKING, "春节调休")
    assert len(listed.days) == 12


def test_chinese_headings_words_and_encodings_will_do(tmp_path: Path) -> None:
    chinese = [line.replace("false", "休").replace("true", "班").replace("-", "/") for line in LINES]
    path = written(tmp_path, "日期,类型,名称", *chinese, encoding="gb18030")
    assert read_list(path) == read_list(written(tmp_path, HEADER, *LINES, name="other.csv"))


def test_a_spreadsheet_and_toml_say_the_same(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [HEADER, *LINES]:
        sheet.append(row.split(","))
    book.save(tmp_path / "list.xlsx")
    toml = [
        f'[[day]]\nday = {day}\nworking = {word}\nnote = "{note}"'
        for day, word, note in (line.split(",") for line in LINES)
    ]
    as_csv = read_list(written(tmp_path, HEADER, *LINES))
    assert read_list(tmp_path / "list.xlsx") == as_csv
    assert read_list(written(tmp_path, *toml, name="list.toml")) == as_csv


def test_a_day_may_have_hours_of_its_own(tmp_path: Path) -> None:
    lines = [
        HEADER + ",hours",
        *(f"{line}," for line in LINES[:-1]),
        "2027-02-14,true,调休,09:00-12:00|13:00-17:00",
    ]
    listed = read_list(written(tmp_path, *lines))
    assert listed.days[date(2027, 2, 14)].spans == (Span(540, 720), Span(780, 1020))


def test_new_years_holidays_may_begin_in_december(tmp_path: Path) -> None:
    listed = read_list(written(tmp_path, HEADER, "2026-12-31,false,元旦", *LINES))
    assert (listed.year, listed.days[date(2026, 12, 31)].kind) == (2027, Kind.OFF)


@pytest.mark.parametrize(
    ("lines", "where", "found", "expected"),
    [
        (["day,note", *LINES], "list.csv line 1", "day, note", "a column working"),
        ([HEADER, "2027-13-01,false,元旦"], "list.csv line 2", "'2027-13-01'", "a date as 2025-01-31"),
        ([HEADER, "2027-01-01,maybe,元旦"], "list.csv line 2", "'maybe'", "one of true"),
        ([HEADER, "2027-01-01,false,"], "list.csv line 2", "no name", "the holiday's name"),
        ([HEADER, LINES[0], LINES[0]], "list.csv line 3", "2027-01-01", "each date once"),
        ([HEADER, "2027-01-04,true,调休"], "list.csv line 2", "2027-01-04", "a Saturday or Sunday"),
        ([HEADER, *LINES[:5]], "list.csv", "5 days off in 2027", "a whole year's list, with 11 or more"),
        ([HEADER], "list.csv", "no days off", "a whole year's list"),
        ([HEADER, *LINES, "2028-05-01,false,五一"], "list.csv", "2028-05-01", "days of 2027 alone"),
        (
            [HEADER + ",hours", "2027-02-14,true,调休,9-12"],
            "list.csv line 2",
            "no time of day",
            "a stretch of a day",
        ),
    ],
)
def test_a_mistake_names_its_line(
    tmp_path: Path, lines: list[str], where: str, found: str, expected: str
) -> None:
    with pytest.raises(Misconfigured) as raised:
        read_list(written(tmp_path, *lines))
    assert raised.value.where.endswith(where)
    assert found in raised.value.found
    assert str(raised.value.expected).startswith(expected)


def test_toml_that_is_something_else_is_refused(tmp_path: Path) -> None:
    for text, expected in (("day = 3", "tables"), ("[[day]]\ncolour = 1", "one of"), ("day = ", "TOML")):
        with pytest.raises(Misconfigured) as raised:
            read_list(written(tmp_path, text, name="list.toml"))
        assert str(raised.value.expected).startswith(expected)
