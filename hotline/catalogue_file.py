"""A catalogue as a table in a file: which column is which field, and how offices write what our fields hold.

One row is one claim. Further claims on a matter are further rows of its code, which may leave out what the first row
said of the matter itself. Units, areas, levels and types may be written by code or by name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hotline.catalogue import Category
from hotline.errors import Misconfigured
from hotline.levels import LEVEL_WORDS, Level
from hotline.pack.model import CityPack
from hotline.pack.sheets import BY_NAME
from hotline.tickets import TYPE_WORDS
from hotline.words import translate

FIELDS = tuple(one.name for one in BY_NAME["matters"].fields)
HEADINGS = ("category_1", "category_2")
"""Columns that name the headings of a matter's first two and first four digits, where the catalogue lacks them."""

TITLES: Mapping[str, str] = {
    "事项编码": "code", "编码": "code", "事项代码": "code",
    "事项名称": "name_zh", "名称": "name_zh", "事项": "name_zh",
    "英文名称": "name_en",
    "诉求类型": "types", "工单类型": "types", "类型": "types",
    "责任单位": "owner", "主管单位": "owner", "承办单位": "owner", "责任部门": "owner",
    "办理层级": "level", "层级": "level", "责任层级": "level",
    "适用区域": "areas", "区域": "areas", "适用范围": "areas",
    "关键词": "keywords", "关键字": "keywords",
    "填报要素": "slots", "受理要素": "slots",
    "法律依据": "basis", "依据": "basis", "设定依据": "basis",
    "办理时限": "budget", "时限": "budget",
    "生效日期": "valid_from", "启用日期": "valid_from",
    "失效日期": "valid_until", "停用日期": "valid_until",
    "一级分类": "category_1", "大类": "category_1",
    "二级分类": "category_2", "中类": "category_2",
}  # fmt: skip
"""What offices call the columns; a field's own name is understood as well."""

_LEVELS = {
    "市级": "city",
    "区级": "district",
    "区县": "district",
    "镇街": "town",
    "镇街级": "town",
    "村居": "village",
}
_TYPES = {
    "咨询": "consult",
    "求助": "help",
    "建议": "suggestion",
    "投诉": "complaint",
    "举报": "report",
    "表扬": "thanks",
}
_WHOLE = ("全市", "全市范围")
_LISTS = frozenset({"types", "areas", "keywords", "slots"})
_APART = re.compile(r"[|、；;，,]+")
_INHERITED = ("name_zh", "name_en", "types", "level", "keywords", "slots", "budget")


@dataclass(frozen=True)
class Line:
    """One row of the file: `written` is what a pack's sheet would say."""

    number: int
    written: Mapping[str, Any]


@dataclass
class FileReader:
    """Understands the rows of one file. `headings` are those that it found named beside its matters."""

    city: CityPack
    headings: dict[str, Category] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._codes = {
            "owner": _by_name(self.city.units),
            "areas": _by_name(self.city.areas),
            "level": _LEVELS | _by_words({level.value: LEVEL_WORDS[level] for level in Level}),
            "types": _TYPES | _by_words({type_.value: words for type_, words in TYPE_WORDS.items()}),
        }
        self._first: dict[str, Mapping[str, Any]] = {}

    def read(self, table: Iterable[tuple[int, Sequence[str]]], where: str = "catalogue") -> Iterator[Line]:
        """The rows under the table's header. Raises `Misconfigured` for a header without the columns needed."""
        header: list[str] = []
        for number, cells in table:
            if not any(cell.strip() for cell in cells):
                continue
            if not header:
                header = columns(cells, f"{where} line {number}")
                continue
            yield Line(number, self._written(header, cells))

    def _written(self, header: Sequence[str], cells: Sequence[str]) -> dict[str, Any]:
        said = {
            name: cell.strip() for name, cell in zip(header, cells, strict=False) if name and cell.strip()
        }
        self._note_headings(said)
        written: dict[str, Any] = {}
        for name, cell in said.items():
            if name in FIELDS:
                written[name] = self._value(name, cell)
        if written.get("areas") == []:
            del written["areas"]
        first = self._first.setdefault(str(written.get("code", "")), written)
        for name in _INHERITED:
            if name not in written and name in first:
                written[name] = first[name]
        if "name_zh" in written:
            written.setdefault("name_en", written["name_zh"])
            written.setdefault("keywords", [written["name_zh"]])
        return written

    def _value(self, name: str, cell: str) -> str | list[str]:
        codes: Mapping[str, str] = self._codes.get(name, {})
        if name not in _LISTS:
            return codes.get(cell, cell)
        parts = (part.strip() for part in _APART.split(cell))
        return [codes.get(part, part) for part in parts if part and part not in _WHOLE]

    def _note_headings(self, said: Mapping[str, str]) -> None:
        for name, digits in zip(HEADINGS, (2, 4), strict=True):
            code = said.get("code", "")[:digits]
            if name in said and len(code) == digits and code not in self.headings:
                self.headings[code] = Category(code, said[name], said[name])


def columns(cells: Sequence[str], where: str) -> list[str]:
    """The field of each column, empty for a column that means nothing here. Raises `Misconfigured`."""
    known = {name: name for name in (*FIELDS, *HEADINGS)} | dict(TITLES)
    header = [known.get(cell.strip().lower(), "") for cell in cells]
    needed = ("code", "name_zh", "owner")
    missing = [name for name in needed if name not in header]
    twice = [name for name, times in Counter(filter(None, header)).items() if times > 1]
    if missing:
        titles = ", ".join(f"{name} ({title_of(name)})" for name in missing)
        raise Misconfigured(
            where, ", ".join(cell for cell in cells if cell) or "nothing", f"a column {titles}"
        )
    if twice:
        raise Misconfigured(where, f"two columns for {', '.join(twice)}", "one column for each field")
    return header


def title_of(name: str) -> str:
    """What offices call the column of a field; the field's own name where they don't."""
    return next((title for title, known in TITLES.items() if known == name), name)


def _by_name(things: Iterable[Any]) -> dict[str, str]:
    """Codes by code and by name; a name that two have means neither."""
    named = [(name, thing.code) for thing in things for name in {thing.name_zh, thing.name_en}]
    often = Counter(name for name, _ in named)
    return {name: code for name, code in named if often[name] == 1}


def _by_words(words: Mapping[str, str]) -> dict[str, str]:
    return {translate(text, language): code for code, text in words.items() for language in ("zh_Hans", "en")}
