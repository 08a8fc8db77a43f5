"""Old systems' files, and importing them into a test's record."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hotline.imports import run as runs
from hotline.imports.account import Account
from hotline.imports.mapping import read_mapping
from hotline.imports.run import Asked
from hotline.store.tables import ImportRun
from tests.edge.conftest import Town

HEADER = (
    "工单编号", "诉求类型", "标题", "内容", "姓名", "电话", "受理时间", "状态", "承办单位", "派单时间", "时限",
    "办结时间", "答复", "满意度",
)  # fmt: skip
MAPPING = """
kind = "tickets"
key = "工单编号"
dates = ["%Y/%m/%d %H:%M"]
[columns]
type = "诉求类型"
title = "标题"
content = "内容"
name = "姓名"
contact = "电话"
opened_at = "受理时间"
state = "状态"
unit = "承办单位"
dispatched_at = "派单时间"
due_at = "时限"
closed_at = "办结时间"
reply = "答复"
satisfaction = "满意度"
[codes.type]
"投诉" = "complaint"
"咨询" = "consult"
[codes.state]
"已办结" = "closed"
"办理中" = "dispatched"
"待派单" = "review"
"待回访" = "replied"
[codes.satisfaction]
"满意" = "satisfied"
"""
CLOSED = {
    "工单编号": "JB2019-0001",
    "诉求类型": "投诉",
    "标题": "路灯不亮",
    "内容": "小区门口的路灯坏了三天。",
    "姓名": "梁女士",
    "电话": "13000000001",
    "受理时间": "2019/3/5 14:22",
    "状态": "已办结",
    "承办单位": "祖庙街道办事处",
    "派单时间": "2019/3/5 15:00",
    "时限": "2019/3/20 17:30",
    "办结时间": "2019/3/12 09:10",
    "答复": "已更换灯泡。",
    "满意度": "满意",
}
OPEN = CLOSED | {
    "工单编号": "JB2026-0002",
    "受理时间": "2026/11/20 09:13",
    "派单时间": "2026/11/20 10:00",
    "时限": "2026/12/04 17:30",
    "状态": "办理中",
    "办结时间": "",
    "答复": "",
    "满意度": "",
}


def row(base: Mapping[str, str] = CLOSED, **changed: str) -> dict[str, str]:
    """A row like `base` with these columns otherwise."""
    return {**base, **changed}


def write(
    path: Path, rows: Sequence[Mapping[str, str]], encoding: str = "utf-8", header: Sequence[str] = HEADER
) -> Path:
    """A CSV file of these rows."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows([one.get(name, "") for name in header] for one in rows)
    return path


@dataclass
class Desk:
    """Somebody who imports files into `town`, from a folder of their own."""

    town: Town
    folder: Path
    line: str = "12315"
    text: str = MAPPING

    def asked(self, path: Path, **changed: Any) -> Asked:
        mapping = read_mapping(self.text, "M.toml").on_line(self.line)
        return Asked(
            **(
                {"path": path, "name": path.name, "mapping": mapping, "text": self.text, "by": "operator:me"}
                | changed
            )
        )

    def bring(self, path: Path, **changed: Any) -> ImportRun:
        """A whole run."""
        asked = self.asked(path, **changed)
        return self.go(runs.begin(self.town.store, asked, self.town.at), asked)

    def go(self, run: ImportRun, asked: Asked, **changed: Any) -> ImportRun:
        values = {"folder": self.folder, "language": "zh_Hans", "now": lambda: self.town.at} | changed
        return runs.go(self.town.store, self.town.city, run, asked, **values)

    def account(self, path: Path, **changed: Any) -> Account:
        return runs.account_of(self.bring(path, **changed))


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)
