"""A mapping proposed from a header and a sample, which a person then reads."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.imports.kinds import KINDS
from hotline.imports.mapping import read_mapping
from hotline.imports.proposal import _synonyms, propose
from hotline.imports.rows import Mapped, RowReader
from hotline.pack.load import load_pack

pytestmark = pytest.mark.pure

MARKET = (
    (
        "登记编号", "投诉人", "联系电话", "投诉内容", "案发地址", "登记时间", "办理状态", "受理类型", "处理结果",
        "结案时间", "是否满意", "经办人",
    ),
    [
        (
            "440600123", "梁女士", "13000000001", "买到过期牛奶", "同济路1号", "2019/3/5 14:22", "已结案", "投诉",
            "已调解", "2019/3/9 9:00", "满意", "甲",
        ),
        (
            "440600124", "", "0757-83380001", "商家不开发票", "百花广场", "2019/3/6 8:01", "已结案", "举报",
            "已查处", "2019/4/9 19:00", "不满意", "乙",
        ),
    ],
)  # fmt: skip
WATER = (
    ("ID", "来电号码", "主题", "描述", "创建时间", "完成时间", "状态", "优先级"),
    [("1", "83380001", "停水", "整栋楼停水", "20190305142200", "20190305182200", "完成", "高")],
)


def proposed(kind: str, sample: tuple[Sequence[str], Sequence[Sequence[str]]]) -> dict[str, object]:
    return tomllib.loads(propose(KINDS[kind], *sample))


def test_columns_are_found_by_what_they_are_called() -> None:
    found = proposed("tickets", MARKET)
    assert found["key"] == "登记编号"
    assert found["columns"] == {
        "type": "受理类型",
        "content": "投诉内容",
        "name": "投诉人",
        "contact": "联系电话",
        "place": "案发地址",
        "state": "办理状态",
        "opened_at": "登记时间",
        "closed_at": "结案时间",
        "reply": "处理结果",
        "satisfaction": "是否满意",
    }
    assert found["dates"] == ["%Y/%m/%d %H:%M"]
    assert found["codes"] == {
        "type": {"投诉": "complaint", "举报": "report"},
        "state": {"已结案": "closed"},
        "satisfaction": {"满意": "satisfied", "不满意": "dissatisfied"},
    }


def test_dates_without_signs_between_are_told_from_numbers() -> None:
    found = proposed("tickets", WATER)
    assert found["dates"] == ["%Y%m%d%H%M%S"]
    assert found["columns"]["urgency"] == "优先级"  # type: ignore[index]


def test_what_could_not_be_told_stands_in_comments() -> None:
    text = propose(KINDS["tickets"], ("编号", "内容", "时间戳", "状态"), [("1", "x", "y", "飞了")])
    assert '# type = ""  # needed: what the citizen asked for' in text
    assert '# not used: "时间戳"' in text
    assert '# "飞了" = ""' in text


def test_a_column_that_looks_otherwise_is_not_taken() -> None:
    found = proposed("tickets", (("编号", "电话", "受理时间"), [("1", "打不通", "很久以前")]))
    assert "contact" not in found["columns"]  # type: ignore[operator]
    assert "opened_at" not in found["columns"]  # type: ignore[operator]


def test_a_proposal_can_be_used_as_it_is() -> None:
    mapping = read_mapping(propose(KINDS["tickets"], *MARKET), "M.toml").on_line("12315")
    reader = RowReader(mapping, MARKET[0], load_pack("foshan"), datetime(2026, 11, 23, tzinfo=UTC))
    assert all(isinstance(reader.read(2, row), Mapped) for row in MARKET[1])


@pytest.mark.parametrize("kind", KINDS)
def test_the_words_are_for_fields_that_exist_and_codes_that_are_ours(kind: str) -> None:
    words = _synonyms()
    fields = {field.name: field for field in KINDS[kind].fields}
    assert set(words[kind]) <= set(fields)
    for name, codes in words["codes"].items():
        if name in fields:
            assert set(codes) <= set(fields[name].choices or ("true", "false"))


@given(
    st.sampled_from(list(KINDS)),
    st.lists(st.text(max_size=12), min_size=1, max_size=6, unique=True),
    st.lists(st.lists(st.text(max_size=12), min_size=6, max_size=6), max_size=4),
)
def test_whatever_the_sample_the_proposal_is_toml(
    kind: str, header: list[str], rows: list[list[str]]
) -> None:
    text = propose(KINDS[kind], header, rows)
    assert tomllib.loads(text)["kind"] == kind
