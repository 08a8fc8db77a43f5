"""Single values as old systems write them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.imports.kinds import CITIZENS, TICKETS, Field
from hotline.imports.proposal import DATES
from hotline.imports.values import Unreadable, is_date_form, moments, number, reader_for

pytestmark = pytest.mark.pure

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def field(name: str, kind: object = TICKETS) -> Field:
    return next(one for one in kind.fields if one.name == name)  # type: ignore[attr-defined]


def read(one: Field, cell: str, **given: object) -> str:
    values = {"codes": {}, "known": {}, "dates": (), "zone": ZONE, "now": NOW} | given
    return reader_for(one, **values)(cell)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("13800000001", "13800000001"),
        ("138 0000 0001", "13800000001"),
        ("138-0000-0001", "13800000001"),
        ("（0757）83380001", "075783380001"),
        ("１３８００００００01", "13800000001"),
        ("+8613800000001", "13800000001"),
        ("008613800000001", "13800000001"),
        ("8613800000001", "13800000001"),
        ("+8675783380001", "075783380001"),
        ("+85221234567", "+85221234567"),
        ("12345", "12345"),
    ],
)
def test_a_number_is_as_it_is_dialled_here(written: str, meant: str) -> None:
    assert number(written) == meant


@pytest.mark.parametrize("written", ["12", "1.38E+10", "无", "13800000001a", "1" * 21, "+", "٣٤٥٦"])
def test_what_is_no_number(written: str) -> None:
    with pytest.raises(Unreadable):
        number(written)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("13000000001/0757-83380001", "13000000001 075783380001"),
        ("13000000001、13000000002；13000000001", "13000000001 13000000002"),
        ("13000000001 13000000002", "13000000001 13000000002"),
        ("130 0000 0001", "13000000001"),
        ("+86 13000000001", "13000000001"),
    ],
)
def test_several_numbers_in_one_cell(written: str, meant: str) -> None:
    assert read(field("numbers", CITIZENS), written) == meant


@pytest.mark.parametrize(
    ("form", "written", "meant"),
    [
        ("%Y-%m-%d %H:%M:%S", "2025-03-01 08:05:09", "2025-03-01T00:05:09+00:00"),
        ("%Y/%m/%d %H:%M", "2025/3/1 8:05", "2025-03-01T00:05:00+00:00"),
        ("%Y/%m/%d %H:%M", "2025/3/1  08:05", "2025-03-01T00:05:00+00:00"),
        ("%Y年%m月%d日 %H时%M分", "2025年3月1日 8时5分", "2025-03-01T00:05:00+00:00"),
        ("%Y%m%d%H%M%S", "20250301080509", "2025-03-01T00:05:09+00:00"),
        ("%d/%m/%Y %H:%M", "01/03/2025 08:05", "2025-03-01T00:05:00+00:00"),
        ("%Y.%m.%d", "2025.03.01", "2025-02-28T16:00:00+00:00"),
        ("unix", "1740787509", "2025-03-01T00:05:09+00:00"),
        ("unix_ms", "1740787509000", "2025-03-01T00:05:09+00:00"),
        ("excel", "45717.336805555555", "2025-03-01T00:05:00+00:00"),
        ("unix", "2025-03-01T08:05:09+08:00", "2025-03-01T00:05:09+00:00"),
    ],
)
def test_a_moment_in_its_form(form: str, written: str, meant: str) -> None:
    assert is_date_form(form)
    assert moments((form,), ZONE, None)(written) == meant


@pytest.mark.parametrize(
    "written",
    ["2025-02-30 08:00:00", "2025-13-01", "昨天", "2025-3-1 8", "20250301", "0", "-1", "99999999999999"],
)
def test_what_is_no_moment_in_that_form(written: str) -> None:
    with pytest.raises(Unreadable):
        moments(("%Y-%m-%d %H:%M:%S", "unix"), ZONE, NOW)(
            written if not written.isdecimal() else written + "x"
        )


def test_what_happened_lies_in_the_past_but_a_due_date_need_not() -> None:
    with pytest.raises(Unreadable):
        read(field("opened_at"), "2027-01-01 00:00:00")
    assert read(field("due_at"), "2027-01-01 00:00:00").startswith("2026-12-31T16")


@given(st.datetimes(datetime(1990, 1, 1), datetime(2026, 1, 1)))  # noqa: DTZ001
def test_every_form_that_is_looked_for_reads_what_is_written_in_it(at: datetime) -> None:
    at = at.replace(second=0, microsecond=0)
    for form in DATES:
        if "%H" not in form:
            continue
        written = at.strftime(form)
        meant = at.replace(tzinfo=ZONE).astimezone(UTC).isoformat(timespec="seconds")
        assert moments((form,), ZONE, None)(written) == meant


@pytest.mark.parametrize("form", ["%Y-%m", "%y-%m-%d", "%Y-%m-%d %p", "%Y-%m-%d %Y", "date", ""])
def test_a_form_that_tells_no_whole_day_is_none(form: str) -> None:
    assert not is_date_form(form)


def test_codes_go_before_the_citys_names_and_the_star_takes_the_rest() -> None:
    known = {"祖庙街道办事处": "zumiao-office", "zumiao-office": "zumiao-office"}
    unit = field("unit")
    assert read(unit, "祖庙街道办事处", known=known) == "zumiao-office"
    assert read(unit, "祖庙", known=known, codes={"祖庙": "zumiao-office"}) == "zumiao-office"
    assert read(unit, "别的", known=known, codes={"*": ""}) == ""
    with pytest.raises(Unreadable):
        read(unit, "别的", known=known)


def test_a_choice_is_ours_or_translated() -> None:
    state = field("state")
    assert read(state, "closed") == "closed"
    assert read(state, "已办结", codes={"已办结": "closed"}) == "closed"
    with pytest.raises(Unreadable):
        read(state, "merged")


def test_a_text_may_not_be_endless() -> None:
    content = field("content")
    assert read(content, "x" * content.most) == "x" * content.most
    with pytest.raises(Unreadable):
        read(content, "x" * (content.most + 1))
