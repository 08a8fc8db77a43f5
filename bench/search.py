"""Full-text search over many tickets in Chinese, beside a plain scan for the same words.

The texts are made from parts, so that some pairs of characters stand in every ticket, some in one of a thousand and
some in none. Words of two characters and more are looked for as a person at the tickets' list does it: the newest page
that they may see, or a later page, or only what is under way. BENCH_SEARCH_TICKETS says how many tickets there are.
"""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import psycopg
from sqlmodel import Session, select

from bench.measured import Aim, Measured, percentile
from hotline.bell import Bell
from hotline.pack.load import load_pack
from hotline.phrases import sought, vector
from hotline.platform import addresses, launch, postgresql
from hotline.record import ticket_search, visibility
from hotline.roles import Role
from hotline.store import Store, migrate, open_store
from hotline.store.tables import Ticket
from hotline.viewer import Viewer
from tests.pure.complaints import KNOWN, UNSEEN

TICKETS = int(os.environ.get("BENCH_SEARCH_TICKETS", "200000"))
UNDER_WAY = 50  # one of the newest so many is still under way
SEARCHES, SCANS, KEPT = 300, 12, 200
PAGE = 31
AIM = 50.0  # milliseconds for p95
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
AGENT = Viewer(account=0, login="agent", name="", roles=frozenset({Role.AGENT}))

ROADS = (
    "同济", "季华", "百花", "岭南", "汾江", "文华", "桂澜", "海八", "魁奇", "绿景", "华远", "卫国", "建新",
    "锦华", "惠景", "江湾", "湖景", "影荫", "轻工", "普君", "福宁", "朝安", "澜石", "弼塘", "裕和",
)  # fmt: skip
WAYS = ("路", "大道", "一路", "二路", "东街", "西街", "北巷")
ESTATES = (
    "东方", "金域", "恒福", "丽日", "怡翠", "雅居", "依岸", "星湖", "翠湖", "湖心", "锦绣", "富丽", "城南",
    "阳光", "鸿业", "南苑", "新城", "东建",
)  # fmt: skip
KINDS = ("花园", "小区", "广场", "豪庭", "新村", "雅苑")
REMARKS = (
    "市民多次向物业反映未果", "严重影响周边居民正常生活", "已持续一个多星期", "晚上尤其严重",
    "老人出行不便", "附近有学校，孩子上下学不安全", "现场没有任何警示标志", "市民不认可之前的答复",
    "要求书面回复", "昨晚十点左右又出现同样的情况", "其他住户也有同样的诉求", "市民有现场照片可以提供",
    "涉及人数较多", "建议加强日常巡查", "曾联系居委会，答复不归其管",
)  # fmt: skip
REPLIES = (
    "您反映的问题已收悉", "经核实情况属实", "我单位已安排工作人员现场处理", "目前已整改完毕",
    "工作人员已与您电话联系并说明情况", "已责令责任方限期整改", "因需采购配件，预计本周内完成",
)  # fmt: skip
RARE = (
    "蓝色集装箱", "废弃冷库", "无人机扰民", "白蚁飞虫", "龙眼树倒伏", "旧变压器", "充电桩起火", "地铁共振",
)  # fmt: skip
NOWHERE = ("外星飞船", "恐龙化石", "火山爆发", "企鹅迁徙")


def run() -> Measured:
    """Fills a record of its own, then looks for words in it."""
    with (
        tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder,
        _record(Path(folder)) as (url, store),
    ):
        began = time.perf_counter()
        _fill(url)
        filled = time.perf_counter() - began
        size = _size(url)
        asked = _asked()
        with store.transaction() as session:
            _times(asked[:40], lambda one: _search(session, *one))
            searched = {
                kind: _times(some, lambda one: _search(session, *one)) for kind, some in _kinds(asked)
            }
            scanned = _times(asked[:SCANS], lambda one: _scan(session, one[0]))
        kept = _keep(store)
        caught_up = _catch_up(url, store)
    everything = [time_ for times in searched.values() for time_ in times]
    p95 = percentile(everything, 95)
    return Measured(
        name="search",
        words=f"Full-text search over {TICKETS:,} tickets",
        figures={
            "p50_ms": percentile(everything, 50),
            "p95_ms": p95,
            "p99_ms": percentile(everything, 99),
            **{f"{kind}_p95_ms": percentile(times, 95) for kind, times in searched.items()},
            "plain_scan_p50_ms": percentile(scanned, 50),
            "plain_scan_p95_ms": percentile(scanned, 95),
            "a_ticket_read_again_p50_ms": percentile(kept, 50),
            "a_ticket_read_again_p95_ms": percentile(kept, 95),
            "old_tickets_read_a_second": caught_up,
            "index_and_words_mb": size,
            "filled_s": filled,
            "searches": float(len(everything)),
        },
        aims=[Aim(f"search p95 at most {AIM:g} ms", p95, p95 <= AIM)],
    )


@contextmanager
def _record(folder: Path) -> Iterator[tuple[str, Store]]:
    state = folder / "state"
    (state / "logs").mkdir(parents=True)
    for one in (folder, state):
        one.chmod(0o711)
    where = addresses.postgresql_folder(state)
    postgresql.install(where)
    with launch.running(postgresql.child(where), state / "logs"):
        postgresql.create(where, addresses.DATABASE)
        url = addresses.socket_url(where, addresses.DATABASE)
        migrate(url)
        store = open_store(url, Bell(f"unix://{folder}/none"))
        try:
            yield url, store
        finally:
            store.close()


def _texts(random: Random) -> tuple[str, str, str, str]:
    """A title, what was said, where, and the reply."""
    city = _city()
    area, matter = random.choice(city[0]), city[1][min(int(random.expovariate(1 / 60)), len(city[1]) - 1)]
    estate = random.choice(ESTATES) + random.choice(KINDS)
    place = f"{area}{random.choice(ROADS)}{random.choice(WAYS)}{random.randint(1, 300)}号{estate}"
    rare = f"旁边有{random.choice(RARE)}。" if random.random() < 0.0006 else ""
    said = random.choice((*KNOWN, *UNSEEN))[0]
    content = (
        f"市民来电反映：{place}{random.randint(1, 30)}栋附近{matter}，{said}。{random.choice(REMARKS)}，"
        f"{random.choice(REMARKS)}。{rare}诉求：请相关部门尽快处理，并回复市民。"
    )
    return f"关于{estate}{matter}的问题", content, place, "。".join(random.sample(REPLIES, 3))


def _city() -> tuple[Sequence[str], Sequence[str]]:
    """Names of towns and of matters, read once by each process."""
    if not _NAMES:
        city = load_pack("foshan")
        _NAMES.extend(
            [[one.name_zh for one in city.areas], [one.name_zh for one in city.catalogue.matters.values()]]
        )
    return _NAMES[0], _NAMES[1]


_NAMES: list[list[str]] = []


def _fill(url: str) -> None:
    """Tickets and their words by COPY from several processes, the index afterwards."""
    with psycopg.connect(url, autocommit=True) as connection:
        (definition,) = connection.execute(
            "SELECT indexdef FROM pg_indexes WHERE indexname = 'ticket_words_index'"
        ).fetchone() or ("",)
        connection.execute("DROP INDEX ticket_words_index")
        connection.execute(
            "INSERT INTO citizen (name, address, enterprise, note, created_at) VALUES ('', '', '', '', now())"
        )
        step = -(-TICKETS // 20)
        parts = [(url, first, min(first + step, TICKETS + 1)) for first in range(1, TICKETS + 1, step)]
        with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
            pool.map(_fill_part, parts)
        connection.execute("SET maintenance_work_mem = '256MB'")
        connection.execute(definition)
        connection.execute("VACUUM ANALYZE ticket")
        connection.execute("VACUUM ANALYZE ticket_words")


def _fill_part(part: tuple[str, int, int]) -> None:
    url, first, until = part
    random = Random(first)
    columns = (
        "id, number, query_code, type, channel, line, citizen, contact, title, content, place, urgency, confidential,"
        " state, redone, urged, reply, opened_at, closed_at"
    )
    words = []
    with psycopg.connect(url) as connection:
        with connection.cursor().copy(f"COPY ticket ({columns}) FROM STDIN") as copy:
            for number in range(first, until):
                title, content, place, reply = _texts(random)
                is_open = number > TICKETS - TICKETS // UNDER_WAY
                state, closed = ("dispatched", None) if is_open else ("closed", NOW)
                opened = NOW - timedelta(minutes=TICKETS - number)
                copy.write_row(
                    (number, str(number), "", "help", "phone", "12345", 1, "", title, content, place, "normal",
                     number % 500 == 0, state, 0, 0, reply, opened, closed)
                )  # fmt: skip
                marks = ticket_search.marks(number, state)
                words.append((number, vector((str(number), title, content, place, reply), marks)))
        with connection.cursor().copy("COPY ticket_words FROM STDIN") as copy:
            for row in words:
                copy.write_row(row)


def _asked() -> list[tuple[str, int | None, bool]]:
    """Words to look for, below which id, and whether only under way: parts of texts that there are, and others."""
    random = Random(7)
    asked: list[tuple[str, int | None, bool]] = []
    while len(asked) < SEARCHES:
        text = random.choice(_texts(random)[:3]).replace("：", "，").replace("。", "，")
        run = random.choice([run for run in text.split("，") if len(run) > 1])
        length = min(random.choice((2, 2, 2, 3, 4, 6)), len(run))
        at = random.randint(0, len(run) - length)
        words = run[at : at + length]
        kind = len(asked) % 10
        if kind == 0:
            words = random.choice((*RARE, *NOWHERE))
        elif kind == 1:
            words = (
                f"{random.choice(ROADS)}{random.choice(WAYS)} {random.choice(ESTATES)}{random.choice(KINDS)}"
            )
        below = random.randint(2, TICKETS) if kind == 2 else None
        if sought(words):
            asked.append((words, below, kind == 3))
    return asked


def _kinds(
    asked: Sequence[tuple[str, int | None, bool]],
) -> list[tuple[str, Sequence[tuple[str, int | None, bool]]]]:
    return [
        ("two_characters", [one for one in asked if len(one[0]) == 2]),
        ("longer", [one for one in asked if len(one[0]) > 2]),
    ]


def _search(session: Session, words: str, below: int | None, only_open: bool) -> list[int]:
    narrowed = ticket_search.UNDER_WAY_ONLY if only_open else ""
    among = visibility.tickets(AGENT)
    return ticket_search.newest(session, sought(words), among, PAGE, below=below, narrowed=narrowed)


def _scan(session: Session, words: str) -> object:
    """What one would write first."""
    asked = select(Ticket.id).where(visibility.tickets(AGENT))
    for word in words.split():
        text = Ticket.title + "，" + Ticket.content + "，" + Ticket.place + "，" + Ticket.reply
        asked = asked.where(text.contains(word))  # type: ignore[attr-defined]
    return session.exec(asked.order_by(Ticket.id.desc()).limit(PAGE)).all()  # type: ignore[union-attr]


def _keep(store: Store) -> list[float]:
    """Milliseconds for a ticket's words to follow a new reply, each in a transaction that is committed."""
    random, times = Random(9), []
    for _ in range(KEPT):
        with store.transaction() as session:
            ticket = session.get_one(Ticket, random.randint(1, TICKETS))
            ticket.reply = _texts(random)[3]
            began = time.perf_counter()
            session.flush()
            times.append(1000 * (time.perf_counter() - began))
    return times


def _catch_up(url: str, store: Store) -> float:
    """Old tickets a second that an index as large as this takes in."""
    some = min(10_000, TICKETS // 2)
    with psycopg.connect(url) as connection:
        connection.execute("DELETE FROM ticket_words WHERE ticket > %s", (TICKETS - some,))
    began = time.perf_counter()
    assert ticket_search.catch_up(store) == some
    return some / (time.perf_counter() - began)


def _size(url: str) -> float:
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT pg_total_relation_size('ticket_words')").fetchone()
    assert found is not None
    return float(found[0]) / 1e6


def _times(asked: Sequence[Any], look: Callable[[Any], object]) -> list[float]:
    """Milliseconds of each look, one after the other."""
    times = []
    for one in asked:
        began = time.perf_counter()
        look(one)
        times.append(1000 * (time.perf_counter() - began))
    return times
