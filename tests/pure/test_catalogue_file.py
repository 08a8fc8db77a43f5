"""A catalogue's file as offices write it, and the difference between two of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from hotline.catalogue import Catalogue
from hotline.catalogue_difference import FIELD_WORDS, KIND_WORDS, counts, difference, lines
from hotline.catalogue_file import TITLES, FileReader
from hotline.errors import Misconfigured
from hotline.levels import Level
from hotline.pack.load import load_pack
from hotline.pack.rows import recorded_row
from hotline.pack.sheets import BY_NAME
from hotline.responsibility import Why, responsible_unit
from hotline.words import catalogue

pytestmark = pytest.mark.pure

FOSHAN = load_pack("foshan")
DAY = date(2026, 12, 1)
HEADER = ["事项编码", "事项名称", "诉求类型", "责任单位", "办理层级", "适用区域", "关键词", "依据", "备注"]
FIRST = [
    "07010199",
    "二次供水设施",
    "求助、投诉",
    "佛山市供水企业",
    "市级",
    "全市",
    "二次供水，水箱",
    "条例",
    "第一行",
]
FURTHER = ["07010199", "", "", "南庄镇人民政府", "镇街", "南庄镇", "", "委托协议", ""]


def read(*rows: Sequence[str]) -> Catalogue:
    problems: list[Misconfigured] = []
    made = FileReader(FOSHAN).read(enumerate(rows, start=1))
    found = [recorded_row(BY_NAME["matters"], None, line.written, problems) for line in made]
    assert problems == []
    return Catalogue(FOSHAN.catalogue.categories.values(), (row.make() for row in found))


def test_names_are_read_as_codes_and_further_rows_as_further_claims() -> None:
    matter = read(HEADER, FIRST, FURTHER).matters["07010199"]
    assert [one.value for one in matter.types] == ["help", "complaint"]
    assert matter.keywords == ("二次供水", "水箱")
    assert (matter.owner, matter.level, matter.areas) == ("water-supply", Level.CITY, ())
    assert [(one.unit, one.level, one.areas) for one in matter.further] == [
        ("nanzhuang-office", Level.TOWN, ("nanzhuang",))
    ]


@pytest.mark.parametrize(
    ("area", "unit", "why"),
    [
        ("nanzhuang", "nanzhuang-office", Why.LAID_DOWN),
        ("nanzhuang-zinan", "nanzhuang-office", Why.LAID_DOWN),
        ("zumiao", "water-supply", Why.LEVEL),
        ("foshan", "water-supply", Why.LEVEL),
    ],
)
def test_the_narrowest_claim_round_the_place_counts(area: str, unit: str, why: Why) -> None:
    matter = read(HEADER, FIRST, FURTHER).matters["07010199"]
    found = responsible_unit(FOSHAN, matter, area, DAY)
    assert (found.unit.code, found.why) == (unit, why)


def test_a_file_without_the_columns_needed_says_which() -> None:
    with pytest.raises(Misconfigured) as refused:
        read(["名称", "天气"], ["路灯", "晴"])
    assert "code (事项编码)" in refused.value.expected
    assert "owner (责任单位)" in refused.value.expected
    with pytest.raises(Misconfigured, match="two columns for code"):
        read(["编码", "事项编码", "名称", "责任单位"], ["1", "1", "路灯", "x"])


def test_headings_are_taken_from_the_file_where_they_are_named() -> None:
    reader = FileReader(FOSHAN)
    rows = [[*HEADER[:4], "大类", "中类"], ["990101", "太空", "求助", "x", "航天", "卫星"]]
    assert len(list(reader.read(enumerate(rows, start=1)))) == 1
    assert {code: one.name_zh for code, one in reader.headings.items()} == {"99": "航天", "9901": "卫星"}


def test_every_title_means_a_field() -> None:
    fields = {field.name for field in BY_NAME["matters"].fields}
    assert set(TITLES.values()) == fields | {"category_1", "category_2"}


def test_the_difference_is_told_field_by_field() -> None:
    changed: list[Any] = [*FIRST]
    changed[1], changed[6] = "二次供水", "二次供水、水泵"
    new = ["07010198", *FIRST[1:]]
    before, after = read(HEADER, FIRST, FURTHER), read(HEADER, changed, new)
    found = difference(before, after)
    assert [(one.kind.value, one.code, [field.field for field in one.fields]) for one in found] == [
        ("added", "07010198", []),
        ("changed", "07010199", ["name_zh", "name_en", "claims", "keywords"]),
    ]
    assert {kind.value: count for kind, count in counts(found).items()} == {
        "added": 1,
        "removed": 0,
        "changed": 1,
    }
    table = list(lines(found, FOSHAN, "zh_Hans"))
    assert table[1] == ("新增", "07010198", "二次供水设施", "", "", "")
    assert ("变更", "07010199", "二次供水", "关键词", "二次供水 | 水箱", "二次供水 | 水泵") in table
    assert difference(before, before) == []


def test_all_words_are_translated() -> None:
    assert {*FIELD_WORDS.values(), *KIND_WORDS.values()} <= catalogue("zh_Hans").keys()
