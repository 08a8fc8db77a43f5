"""Every list of the pages in a record of a million tickets, 200,000 of them open with three clocks each, and in one of
a hundredth of that: by HTTP, rendered, as the person asks for whom the page is. The same request goes to both in turns.

BENCH_LISTS_TICKETS says how many the larger one has.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from bench import servers, website
from bench.filling import CENTRE, fill
from bench.measured import Aim, Measured, percentile
from bench.website import Visitor

SIZES = (10_000, int(os.environ.get("BENCH_LISTS_TICKETS", "1000000")))
TIMES, WARMING_UP = 40, 4
AIM, GROWTH = 30.0, 1.5  # milliseconds for p95, and how much more than in the small record

AGENT, DISPATCHER, SUPERVISOR, ADMINISTRATOR = "chenjiaqi", "tanweiming", "guanshufen", "admin"
TOWN = "zumiao"
PAGES: dict[str, tuple[str, str]] = {
    "tickets": (AGENT, "/tickets"),
    "tickets_with_units": (AGENT, "/tickets?stage=with-units"),
    "tickets_over": (AGENT, "/tickets?stage=over"),
    "tickets_far_back": (AGENT, "/tickets?stage=over&before={middle}"),
    "tickets_of_a_number": (AGENT, "/tickets?q=13800000077"),
    "tasks_of_a_desk": (AGENT, "/desk/tasks"),
    "to_dispatch": (DISPATCHER, "/dispatching"),
    "to_decide": (DISPATCHER, "/dispatching?tab=requests"),
    "to_review": (DISPATCHER, "/dispatching?tab=replies"),
    "without_a_unit": (DISPATCHER, "/dispatching?tab=ownerless"),
    "promises_due": (DISPATCHER, "/dispatching?tab=suspended"),
    "to_revisit": (AGENT, "/revisit"),
    "to_revisit_later": (AGENT, "/revisit?tab=later"),
    "hot_issues": (SUPERVISOR, "/hot"),
    "orders_behind_a_rate": (SUPERVISOR, "/reports/rates/orders?until={month}&months=12&what=unsolved"),
    "orders_of_a_unit": (
        SUPERVISOR,
        "/reports/rates/orders?by=unit&key=zumiao-office&until={month}&months=12&what=orders",
    ),
    "notices": (SUPERVISOR, "/notices"),
    "outbox": (ADMINISTRATOR, "/messages"),
    "town_to_sign": (TOWN, "/portal"),
    "town_to_do": (TOWN, "/portal?tab=to-do"),
    "town_done": (TOWN, "/portal?tab=done"),
    "town_to_do_by_words": (TOWN, "/portal?tab=to-do&words=路灯"),
    **{
        f"city_{tab.replace('-', '_')}": (CENTRE, f"/portal?tab={tab}&of=all")
        for tab in (
            "to-sign",
            "to-do",
            "delegated",
            "co-handled",
            "supervised",
            "waiting",
            "done",
            "returned",
        )
    },
    "city_to_do_of_an_area": (CENTRE, "/portal?tab=to-do&of=all&area=zumiao"),
    "city_to_do_of_a_matter": (CENTRE, "/portal?tab=to-do&of=all&category=0101"),
    "city_to_do_by_words": (CENTRE, "/portal?tab=to-do&of=all&words=路灯"),
    "city_to_do_by_rare_words": (CENTRE, "/portal?tab=to-do&of=all&words=蓝色集装箱"),
    "city_urgent": (CENTRE, "/portal?tab=to-do&of=all&urgency=urgent"),
}


def run() -> Measured:
    """Fills both records, then looks at each list in both."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder, ExitStack() as stack:
        state = stack.enter_context(servers.servers(Path(folder)))
        began = time.perf_counter()
        sites = [stack.enter_context(_site(state, tickets)) for tickets in SIZES]
        filled = time.perf_counter() - began
        found = {name: _page(sites, who, path) for name, (who, path) in PAGES.items()}
    slowest = max(found, key=lambda name: found[name][1])
    steepest = max(found, key=lambda name: found[name][1] / found[name][0])
    p95, growth = found[slowest][1], found[steepest][1] / found[steepest][0]
    return Measured(
        name="lists",
        words=f"The lists' pages by HTTP among {SIZES[1]:,} tickets, beside {SIZES[0]:,}",
        figures={"filled_s": filled}
        | {
            f"{name}_p95_ms_{size}": figure
            for name, pair in found.items()
            for size, figure in zip(SIZES, pair, strict=True)
        },
        aims=[
            Aim(f"{slowest}: the slowest p95, at most {AIM:g} ms", p95, p95 <= AIM),
            Aim(
                f"{steepest}: the most times its p95 among {SIZES[0]:,}, at most {GROWTH:g}",
                growth,
                growth <= GROWTH,
            ),
        ],
    )


@contextmanager
def _site(state: Path, tickets: int) -> Iterator[tuple[int, dict[str, Visitor]]]:
    """The pages of a record with so many tickets, and one visitor for each kind of person."""
    url = servers.database(state, f"lists_{tickets}")
    with website.website(state, url) as settings:
        fill(url, tickets)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")  # what filling it costs is no page's affair
        people = {login: Visitor(settings, login) for login, _ in PAGES.values()}
        yield tickets, people


def _page(sites: list[tuple[int, dict[str, Visitor]]], who: str, path: str) -> tuple[float, float]:
    """p95 in milliseconds, in the small record and in the large one."""
    month = f"{datetime.now(UTC):%Y-%m}"
    times: list[list[float]] = [[], []]
    for turn in range(WARMING_UP + TIMES):
        for (tickets, people), spent in zip(sites, times, strict=True):
            address = path.format(middle=tickets // 2, month=month)
            began = time.perf_counter()
            people[who].get(address)
            if turn >= WARMING_UP:
                spent.append(1000 * (time.perf_counter() - began))
    return percentile(times[0], 95), percentile(times[1], 95)
