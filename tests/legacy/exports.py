"""One old system's export: its tickets as it would write them, its dirt, and what an import must make of each row.

Deterministic by seed. What is said in content and names is invented.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from tests.legacy.people import Person, Town
from tests.legacy.systems import FIELDS, System

BEGUN = datetime(2024, 1, 8, 9, 0)  # noqa: DTZ001  (old systems write the wall clock)
UNITS = ("佛山市城市管理和综合执法局", "佛山市市场监督管理局", "佛山市交通运输局", "佛山市卫生健康局")
AREAS = ("祖庙街道", "石湾镇街道", "桂城街道", "大良街道", "荷城街道", "西南街道")
SAID = (
    "夜间施工噪音扰民，希望有关部门尽快处理。",
    "反映路灯不亮，行人通行不便。",
    "咨询办理手续需要哪些材料，多少个工作日办结。",
    "商家拒绝退款，要求协调处理。",
    "下水道堵塞，污水外溢，影响出行。\n（市民表示已多次反映）",
    '反映收费不合理，票据写明"其他费用"，要求说明。',
)
SEPARATORS = {"csv": ",", "tsv": "\t", "semicolon": ";"}

Row = dict[str, str]


@dataclass(frozen=True)
class Dirt:
    """How many rows of each sort of dirt an export has. All but `repeated` and `dusty` are rejected."""

    repeated: int = 4
    contradicting: int = 2
    no_date: int = 3
    unknown_state: int = 2
    no_content: int = 2
    no_number: int = 3
    closed_too_soon: int = 2
    dusty: int = 5

    @property
    def rejected(self) -> int:
        """How many rows an import must reject."""
        return (
            self.contradicting
            + self.no_date
            + self.unknown_state
            + self.no_content
            + self.no_number
            + self.closed_too_soon
        )


@dataclass
class Export:
    """One file, with its mapping, and what an import of it must come to."""

    system: System
    dirt: Dirt
    rows: list[Row] = field(default_factory=list)
    good: list[Row] = field(default_factory=list)
    rejected: dict[int, str] = field(default_factory=dict)

    @property
    def open(self) -> int:
        """How many good rows are still being worked on."""
        return sum(row["state"] == "dispatched" for row in self.good)

    def write(self, folder: Path) -> tuple[Path, Path]:
        """The export and its mapping file, in `folder`."""
        data, mapping = (
            folder / f"{self.system.line}{self.system.suffix}",
            folder / f"{self.system.line}.toml",
        )
        (self._write_xlsx if self.system.form == "xlsx" else self._write_csv)(data)
        mapping.write_text(mapping_of(self.system), "utf-8")
        return data, mapping

    def _table(self) -> Iterator[Sequence[str]]:
        yield tuple(self.system.header.values())
        for row in self.rows:
            yield tuple(row[name] for name in FIELDS)

    def _write_csv(self, path: Path) -> None:
        text = io.StringIO()
        csv.writer(text, delimiter=SEPARATORS[self.system.form], lineterminator="\r\n").writerows(
            self._table()
        )
        path.write_bytes(text.getvalue().encode(self.system.encoding))

    def _write_xlsx(self, path: Path) -> None:
        book = Workbook(write_only=True)
        sheet = book.create_sheet("导出")
        for cells in self._table():
            sheet.append(list(cells))
        book.save(path)


def export(system: System, town: Town, count: int, dirt: Dirt, seed: int) -> Export:
    """An export of `count` good tickets of `system`, with the dirt in between."""
    chance = random.Random(f"{system.line} {seed}")
    made = Export(system, dirt)
    tickets = [_ticket(system, n, town.caller(system.line, chance), chance) for n in range(1, count + 1)]
    rows: list[tuple[Row, str]] = [(ticket, "") for ticket in tickets]
    for n, (sort, amount) in enumerate(vars(dirt).items()):
        for m in range(amount):
            _soil(system, sort, rows, tickets, count + 1 + n * 1000 + m, town, chance)
    made.good = [ticket for ticket, fault in rows if not fault]
    made.rows = [_written(system, ticket) for ticket, _ in rows]
    made.rejected = {
        number: fault for number, (_, fault) in enumerate(rows, start=2) if fault and fault != "repeated"
    }
    made.good = _once(made.good)
    return made


def _soil(
    system: System,
    sort: str,
    rows: list[tuple[Row, str]],
    tickets: list[Row],
    n: int,
    town: Town,
    chance: random.Random,
) -> None:
    """One more row of this sort. A row that speaks of another one comes behind it."""
    if sort in ("repeated", "contradicting"):
        place = chance.randrange(len(rows))
        while rows[place][1]:
            place = chance.randrange(len(rows))
        again = dict(rows[place][0])
        if sort == "contradicting":
            again["title"] += "（更正）"
        rows.append((again, sort))
        return
    ticket = _ticket(system, n, town.caller(system.line, chance), chance)
    ticket |= _FAULTS[sort]
    if sort == "closed_too_soon":
        ticket |= {"state": "closed", "opened_at": "2024-06-03 10:00:00", "closed_at": "2024-06-02 10:00:00"}
        ticket |= {"dispatched_at": "", "due_at": ""}
    if sort == "dusty":
        ticket |= {"contact": f" {ticket['contact'][:3]}－{ticket['contact'][3:7]} {ticket['contact'][7:]} "}
        ticket |= {"title": f"  {ticket['title']}　"}
    rows.insert(chance.randrange(len(rows) + 1), (ticket, "" if sort == "dusty" else sort))


_FAULTS: Mapping[str, Row] = {
    "no_date": {"opened_at": "昨天上午"},
    "unknown_state": {"state": "?"},
    "no_content": {"content": ""},
    "no_number": {"contact": "无法提供"},
    "closed_too_soon": {},
    "dusty": {},
}


def _once(rows: Sequence[Row]) -> list[Row]:
    return list({row["key"]: row for row in rows}.values())


def _ticket(system: System, n: int, person: Person, chance: random.Random) -> Row:
    """The n-th ticket in our own words and forms."""
    opened = BEGUN + timedelta(minutes=n * 7 + chance.randrange(7), days=chance.randrange(200))
    state = chance.choices(("closed", "archived", "dispatched"), (70, 22, 8))[0]
    is_open = state == "dispatched"
    said = chance.choice(SAID)
    return {
        "key": system.key.format(n=n),
        "opened_at": f"{opened:%Y-%m-%d %H:%M}:00",
        "type": chance.choice(("consult", "help", "suggestion", "complaint", "report")),
        "title": f"关于{person.street}{said[:8]}的诉求",
        "content": said,
        "name": person.written_name(system.line),
        "contact": person.number_in(system.line),
        "address": person.written_address(system.line),
        "place": person.street,
        "area": chance.choice(AREAS),
        "state": state,
        "unit": chance.choice(UNITS) if is_open else "",
        "dispatched_at": f"{opened + timedelta(minutes=30):%Y-%m-%d %H:%M}:00" if is_open else "",
        "due_at": f"{opened + timedelta(days=1000):%Y-%m-%d} 18:00:00" if is_open else "",
        "closed_at": "" if is_open else f"{opened + timedelta(days=3):%Y-%m-%d %H:%M}:00",
        "reply": "" if is_open else "已联系市民并处理完毕。",
        "solution": "" if is_open else chance.choice(("solved", "partly", "unsolved")),
        "satisfaction": ""
        if is_open
        else chance.choice(("very_satisfied", "satisfied", "fair", "dissatisfied")),
    }


def _written(system: System, ticket: Row) -> Row:
    """The ticket in the system's own way."""
    ours = {name: {code: old for old, code in table.items()} for name, table in system.tables.items()}
    written = {
        name: ours[name].get(value, value) if name in ours else value for name, value in ticket.items()
    }
    for name in ("opened_at", "dispatched_at", "due_at", "closed_at"):
        written[name] = _date(written[name], system.dates)
    return written


def _date(text: str, form: str) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    if form == "unix":
        return str(int((at - datetime(1970, 1, 1, 8)).total_seconds()))  # noqa: DTZ001
    if form == "excel":
        return repr((at - datetime(1899, 12, 30)).total_seconds() / 86_400)  # noqa: DTZ001
    return at.strftime(form)


def mapping_of(system: System) -> str:
    """The mapping file for an export of `system`."""
    lines = ['kind = "tickets"', f'source = "{system.line}"', f"key = [{_quoted(system.header['key'])}]"]
    lines += [f"dates = [{_quoted(system.dates)}]"]
    lines += [f"encoding = {_quoted(system.encoding)}"] if system.encoding else []
    lines += [f"delimiter = {_quoted(SEPARATORS[system.form])}"] if system.form in SEPARATORS else []
    lines += [
        "",
        "[columns]",
        *(f"{name} = {_quoted(old)}" for name, old in system.header.items() if name != "key"),
    ]
    lines += ["", "[constants]", f'line = "{system.line}"']
    for name, table in system.tables.items():
        lines += [
            "",
            f"[codes.{name}]",
            *(f"{_quoted(old)} = {_quoted(ours)}" for old, ours in table.items()),
        ]
    return "\n".join(lines) + "\n"


def _quoted(text: Any) -> str:
    return '"' + str(text).replace("\t", "\\t") + '"'
