"""Dispatching one ticket by HTTP, as the rules decide: a ticket of another matter and place each time is read, decided
on, its work order issued with three clocks, all of it told to the journal and committed, the bell rung.

PostgreSQL syncs its log to disk. The record holds 100,000 tickets before.
"""

from __future__ import annotations

import json
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bench import servers, website
from bench.filling import fill
from bench.measured import Aim, Measured, percentile
from hotline.pack.load import load_pack

TICKETS, WARMING_UP, TIMES = 100_000, 20, 300
AIM = 20.0  # milliseconds, for 95 of 100


def run() -> Measured:
    """One dispatch after the other, each with the page that proposes it before."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as name:
        folder = Path(name)
        with servers.servers(folder) as state, website.website(state, url := servers.database(state)) as site:
            fill(url, TICKETS)
            agent = website.Visitor(site, "chenjiaqi")
            found = [_dispatch(agent, number) for number in range(WARMING_UP + TIMES)][WARMING_UP:]
    proposing, dispatching = zip(*found, strict=True)
    p95 = percentile(dispatching, 95)
    return Measured(
        name="dispatching",
        words="A ticket dispatched by the rules, over HTTP, from the request to the answer",
        figures={
            **{f"dispatch_p{percent}_ms": percentile(dispatching, percent) for percent in (50, 95, 99)},
            **{f"ticket_page_p{percent}_ms": percentile(proposing, percent) for percent in (50, 95)},
        },
        aims=[Aim(f"milliseconds for 95 of 100 dispatches, aim {AIM:g}", p95, p95 <= AIM)],
    )


def _dispatch(agent: website.Visitor, number: int) -> tuple[float, float]:
    """Milliseconds for the ticket's page, which proposes a unit, and for the dispatch itself."""
    ticket = json.loads(agent.post("/api/tickets", _form(number)))["id"]
    began = time.perf_counter()
    agent.get(f"/tickets/{ticket}/body")
    proposed = time.perf_counter()
    agent.post(f"/api/tickets/{ticket}/dispatch", {})
    return 1000 * (proposed - began), 1000 * (time.perf_counter() - proposed)


def _form(number: int) -> dict[str, object]:
    today, areas = datetime.now(UTC).date(), [area.code for area in CITY.areas]
    matters = [matter for matter in CITY.catalogue.matters.values() if matter.is_valid_on(today)]
    matter = matters[number % len(matters)]
    return {
        "type": min(matter.types),
        "line": "12345",
        "number": str(13_100_000_000 + number),
        "title": matter.name_zh,
        "content": f"市民来电反映：门口有{matter.name_zh}的问题，已经三天了，请尽快处理并回复。",
        "name": "市民",
        "matter": matter.code,
        "area": areas[number % len(areas)],
        "place": f"同济路{number}号",
    }


CITY = load_pack("foshan")
