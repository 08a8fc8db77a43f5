"""Importing a million old tickets, beside PostgreSQL's own COPY of the rows that they became.

The import reads a CSV file in GB18030, maps and checks every row, finds or makes its citizen, numbers its ticket and
remembers its key. The limit is COPY of the very same rows into the same tables with the same indexes, in a database
of its own on the same PostgreSQL, which syncs its log to disk. A second import of the file finds nothing new.
"""

from __future__ import annotations

import csv
import multiprocessing
import os
import random
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench import servers
from bench.measured import Aim, Measured
from dispatch import imported
from hotline.bell import Bell
from hotline.imports import run as runs
from hotline.imports.mapping import read_mapping
from hotline.imports.run import Asked
from hotline.pack.load import load_pack
from hotline.platform import addresses
from hotline.store import open_store

ROWS = int(os.environ.get("BENCH_IMPORT_ROWS", "1000000"))
AIM, MOST_MEMORY = 0.15, 500.0
OPEN = 50  # one ticket in so many is still open
TABLES = ("citizen", "citizen_number", "ticket", "imported", "imported_open", "citizen_source")

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
HEADER = (
    "工单编号", "诉求类型", "标题", "内容", "姓名", "电话", "地址", "区域", "受理时间", "状态", "承办单位", "时限",
    "办结时间", "答复", "满意度",
)  # fmt: skip
MAPPING = """
kind = "tickets"
source = "12315"
key = "工单编号"
dates = ["%Y/%m/%d %H:%M:%S"]
[columns]
type = "诉求类型"
title = "标题"
content = "内容"
name = "姓名"
contact = "电话"
place = "地址"
area = "区域"
opened_at = "受理时间"
state = "状态"
unit = "承办单位"
due_at = "时限"
closed_at = "办结时间"
reply = "答复"
satisfaction = "满意度"
[constants]
line = "12315"
[codes.type]
"投诉" = "complaint"
"咨询" = "consult"
"求助" = "help"
[codes.state]
"已办结" = "closed"
"办理中" = "dispatched"
[codes.satisfaction]
"满意" = "satisfied"
"不满意" = "dissatisfied"
"""


def run() -> Measured:
    """The import, its repetition and the limit, one after the other."""
    with (
        tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder,
        servers.servers(Path(folder)) as state,
    ):
        file = Path(folder) / "old.csv"
        _write_file(file)
        url, limit_url = (servers.database(state, name) for name in (addresses.DATABASE, "limit"))
        broker = servers.bell(state)
        first = _in_a_process(url, broker, file)
        again = _in_a_process(url, broker, file)
        assert first["loaded"] == again["duplicate"] == ROWS, (first, again)
        copied = servers.copy(url, limit_url, TABLES, Path(folder))
        taken = _take_on(url, broker)
    part = copied / first["seconds"]
    memory = max(first["memory_mb"], again["memory_mb"])
    return Measured(
        name="importing",
        words=f"{ROWS:,} old tickets imported, beside COPY of the rows that they became",
        figures={
            "import_rows_per_second": ROWS / first["seconds"],
            "again_rows_per_second": ROWS / again["seconds"],
            "copy_rows_per_second": ROWS / copied,
            "peak_memory_mb": memory,
            "open_taken_on_per_second": taken,
        },
        aims=[
            Aim(f"part of COPY's speed, aim {AIM}", part, part >= AIM),
            Aim(f"peak memory in MB, aim below {MOST_MEMORY:.0f}", memory, memory < MOST_MEMORY),
        ],
    )


def _write_file(file: Path) -> None:
    """Invented tickets of twelve years by a third as many callers."""
    chance = random.Random(12345)
    areas = [area.name_zh for area in load_pack("foshan").areas]
    with file.open("w", encoding="gb18030", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(HEADER)
        for number in range(ROWS):
            writer.writerow(_row(number, chance, areas))


def _row(number: int, chance: random.Random, areas: list[str]) -> list[str]:
    is_open = number % OPEN == 0
    days = chance.randrange(1, 20) if is_open else chance.randrange(30, 4_000)
    opened = NOW - timedelta(days=days, seconds=chance.randrange(80_000))
    caller = chance.randrange(ROWS // 3 + 1)
    place = f"百花路{chance.randrange(1, 900)}号"
    form = "%Y/%m/%d %H:%M:%S"
    return [
        f"JB{opened:%Y%m%d}{number:07d}",
        chance.choice(("投诉", "咨询", "求助")),
        f"关于{place}路灯不亮的问题",
        f"市民来电反映：{place}门口的路灯坏了{chance.randrange(2, 30)}天，晚上看不清路，老人小孩出行不便，"
        "曾向物业反映未果。诉求：请有关部门尽快派人维修，并答复处理结果。",
        f"市民{caller}",
        f"130{caller:08d}",
        place,
        chance.choice(areas),
        f"{opened:{form}}",
        "办理中" if is_open else "已办结",
        "祖庙街道办事处",
        f"{opened + timedelta(days=21):{form}}",
        "" if is_open else f"{opened + timedelta(days=chance.randrange(1, 14)):{form}}",
        "" if is_open else f"尊敬的市民：您反映的{place}路灯问题，工作人员已到现场更换灯泡，感谢您的监督。",
        "" if is_open else chance.choice(("满意", "不满意", "")),
    ]


def _in_a_process(url: str, broker: str, file: Path) -> dict[str, float]:
    """One import in a process of its own, whose memory nothing else has used."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found: dict[str, float] = pool.apply(_import, (url, broker, file))
    return found


def _import(url: str, broker: str, file: Path) -> dict[str, float]:
    store, city = open_store(url, Bell(broker), pool=3), load_pack("foshan")
    asked = Asked(file, file.name, read_mapping(MAPPING, "mapping"), MAPPING, "operator:bench")
    begun = time.perf_counter()
    done = runs.go(
        store,
        city,
        runs.begin(store, asked, NOW),
        asked,
        folder=file.parent / "imports",
        language="zh_Hans",
        now=lambda: NOW,
    )
    seconds = time.perf_counter() - begun
    store.close()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "memory_mb": memory, "loaded": done.loaded, "duplicate": done.duplicate}


def _take_on(url: str, broker: str) -> float:
    """Open tickets that go on as work orders, in a second."""
    store, city = open_store(url, Bell(broker), pool=3), load_pack("foshan")
    taken = 0

    def work() -> None:
        nonlocal taken
        taken = imported.take_on(store, city, lambda: NOW)

    seconds = _timed(work)
    store.close()
    return taken / seconds


def _timed(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
