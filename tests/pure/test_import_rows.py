"""The mapping file, and whole rows understood by it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.errors import Misconfigured
from hotline.imports.account import Account, Known, decide
from hotline.imports.kinds import KINDS
from hotline.imports.mapping import ImportMapping, read_mapping
from hotline.imports.rows import APART, Mapped, RowReader
from hotline.imports.values import NO_NUMBER
from hotline.pack.load import load_pack
from hotline.pack.model import CityPack

pytestmark = pytest.mark.pure

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
HEADER = ("编号", "类型", "内容", "补充", "电话", "时间", "办结", "状态")
TEXT = """
kind = "tickets"
source = "12315"
key = ["编号"]
[columns]
type = "类型"
content = ["内容", "补充"]
contact = "电话"
opened_at = "时间"
closed_at = "办结"
state = "状态"
[constants]
line = "12315"
[codes.type]
"投诉" = "complaint"
"""
GOOD = ("A1", "投诉", "路灯不亮", "三天", "13000000001", "2025-03-01 08:00", "2025-03-02 08:00", "closed")


@pytest.fixture(scope="module")
def city() -> CityPack:
    return load_pack("foshan")


@pytest.fixture(scope="module")
def reader(city: CityPack) -> RowReader:
    return RowReader(read_mapping(TEXT, "M.toml"), HEADER, city, NOW)


def values(mapped: object) -> dict[str, str]:
    assert isinstance(mapped, Mapped), mapped
    return dict(zip(KINDS["tickets"].names, mapped.values.split(APART), strict=True))


def test_a_row_is_understood(reader: RowReader) -> None:
    found = values(reader.read(2, GOOD))
    assert found["key"] == "A1"
    assert (found["type"], found["line"], found["channel"]) == ("complaint", "12315", "legacy")
    assert found["content"] == "路灯不亮\n三天"
    assert found["opened_at"] == "2025-03-01T00:00:00+00:00"


def test_the_digest_follows_what_is_understood_not_how_it_is_written(reader: RowReader) -> None:
    def digest(*cells: str) -> bytes:
        found = reader.read(2, cells)
        assert isinstance(found, Mapped)
        return found.digest

    same = digest(*GOOD)
    assert digest(*GOOD[:4], "130-0000-0001", *GOOD[5:]) == same
    assert digest(*GOOD[:2], " 路灯不亮 ", *GOOD[3:]) == same
    assert digest(*GOOD[:3], "四天", *GOOD[4:]) != same


def test_every_fault_of_a_row_is_told_with_its_column_and_value(reader: RowReader) -> None:
    faults = reader.read(2, ("", "投诉", "", "", "12", "昨天", "", "closed"))
    assert isinstance(faults, list)
    assert {(one.column, one.value) for one in faults} == {
        ("电话", "12"),
        ("时间", "昨天"),
        ("编号", ""),
        ("内容 + 补充", ""),
    }
    assert next(one for one in faults if one.column == "电话").reason == NO_NUMBER


@given(st.lists(st.text(max_size=30), min_size=len(HEADER), max_size=len(HEADER)))
def test_whatever_stands_in_the_cells_a_row_is_mapped_or_blamed(reader: RowReader, cells: list[str]) -> None:
    for row in (cells, [cells[0], *GOOD[1:]], [*GOOD[:2], cells[2], *GOOD[3:]]):
        found = reader.read(2, row)
        if isinstance(found, Mapped):
            assert found.values.count(APART) == len(KINDS["tickets"].names) - 1
            found.values.encode("utf-8")
        else:
            assert found


def test_cells_too_many_or_too_few(city: CityPack, reader: RowReader) -> None:
    assert isinstance(reader.read(2, [*GOOD, ""]), Mapped)
    assert isinstance(reader.read(2, [*GOOD, "x"]), list)
    assert isinstance(reader.read(2, GOOD[:-1]), list)
    short = RowReader(read_mapping(TEXT, "M.toml"), (*HEADER, "备注"), city, NOW, short_rows=True)
    assert isinstance(short.read(2, GOOD), Mapped)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (("kind = ", "kin = "), "'kin'"),
        (('"tickets"', '"horses"'), "one of tickets, citizens, calls, knowledge"),
        (('key = ["编号"]', ""), "the column that tells the rows apart"),
        (("type = ", "typ = "), "'typ'"),
        (('"complaint"', '"moaning"'), "codes.type, '投诉'"),
        (('source = "12315"', 'encoding = "klingon"'), "utf-8 or gb18030"),
        (('source = "12315"', 'timezone = "Mars"'), "a time zone"),
        (('source = "12315"', 'dates = ["%Y"]'), "a form such as"),
        (('source = "12315"', "header_row = 0"), "a row from 1 to 100"),
        (('source = "12315"', 'delimiter = ",,"'), "one character"),
        (('line = "12315"', "line = 12315"), "a text"),
        (('type = "类型"', "type = 3"), "a text or a list of texts"),
        (("[columns]", "[columns"), "TOML"),
    ],
)
def test_a_mapping_with_a_mistake_says_where_and_what_is_expected(
    change: tuple[str, str], found: str
) -> None:
    with pytest.raises(Misconfigured, match=r"M\.toml") as error:
        read_mapping(TEXT.replace(*change), "M.toml")
    assert found in str(error.value)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (("内容", "诉求"), "no column '诉求'"),
        (('line = "12315"', 'line = "99999"'), "constants.line"),
        (('state = "状态"', ""), "neither a column nor a constant"),
    ],
)
def test_a_mapping_that_does_not_fit_file_or_city(
    city: CityPack, change: tuple[str, str], found: str
) -> None:
    with pytest.raises(Misconfigured) as error:
        RowReader(read_mapping(TEXT.replace(*change), "M.toml"), HEADER, city, NOW)
    assert found in str(error.value)


def test_a_line_is_source_and_line_unless_the_mapping_says() -> None:
    plain = read_mapping(TEXT.replace('source = "12315"', "").replace('line = "12315"', ""), "M.toml")
    on_line = plain.on_line("12369")
    assert (on_line.source, on_line.constants["line"]) == ("12369", "12369")
    named: ImportMapping = read_mapping(TEXT, "M.toml").on_line("12369")
    assert (named.source, named.constants["line"]) == ("12315", "12315")


KEYS = st.sampled_from("abcde")
ROWS = st.lists(st.tuples(KEYS, st.sampled_from((b"1", b"2", b"3"))), max_size=30)


def mapped(rows: list[tuple[str, bytes]]) -> list[Mapped]:
    return [Mapped(number, key, digest, "") for number, (key, digest) in enumerate(rows, start=2)]


def bring(rows: list[Mapped], known: dict[str, Known], run: int, batch: int) -> Account:
    """Many batches, each known to the next as the record would."""
    account = Account()
    for start in range(0, len(rows), batch):
        piece = rows[start : start + batch]
        decided = decide(piece, known, run)
        for one in [*decided.new, *decided.alike, *(changed for changed, _ in decided.changed)]:
            known[one.key] = Known(one.digest, run, one.row, 1)
        account += Account(
            len(piece), len(decided.new), len(decided.changed), decided.duplicate, len(decided.clashing)
        )
    return account


@given(ROWS, ROWS, st.integers(1, 7), st.integers(1, 7))
def test_the_account_adds_up_and_a_second_time_nothing_changes(
    first: list[tuple[str, bytes]], second: list[tuple[str, bytes]], one: int, other: int
) -> None:
    known: dict[str, Known] = {}
    bring(mapped(first), known, 1, one)
    before = bring(mapped(second), known, 2, one)
    state = {key: value.digest for key, value in known.items()}
    again = bring(mapped(second), known, 3, other)
    assert before.adds_up
    assert again.adds_up
    assert (again.loaded, again.updated) == (0, 0)
    assert again.rejected == before.rejected
    assert {key: value.digest for key, value in known.items()} == state


@given(ROWS, st.integers(1, 7))
def test_the_batches_make_no_difference(rows: list[tuple[str, bytes]], batch: int) -> None:
    assert bring(mapped(rows), {}, 1, batch) == bring(mapped(rows), {}, 1, 1000)
