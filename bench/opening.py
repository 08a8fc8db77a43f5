"""Opening a ticket by HTTP, beside the same rows written straight into PostgreSQL by psycopg.

Eight clients each way, in turns, on one PostgreSQL that syncs its log to disk. The web process does what it always
does: login session, CSRF, permission, validation, citizen, ticket, journal, clock, bell.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import psycopg

from bench import servers, website
from bench.measured import Aim, Measured, percentile
from hotline.settings import Settings

CLIENTS = 8
SECONDS = 6.0
ROUNDS = 3
AIM = 0.25

_numbers = count(13_000_100_000)


@dataclass(frozen=True)
class Round:
    """One turn: operations a second, and how long each took, in seconds."""

    rate: float
    times: list[float]


def run() -> Measured:
    """Both ways in turns, on databases of their own making."""
    with (
        tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder,
        servers.servers(Path(folder)) as state,
        website.website(state, servers.database(state)) as settings,
    ):
        turn(lambda: http_client(settings), 1.0)
        by_http, by_psycopg = [], []
        for _ in range(ROUNDS):
            by_http.append(turn(lambda: http_client(settings), SECONDS))
            by_psycopg.append(turn(lambda: _psycopg_client(settings), SECONDS))
    ratios = [ours.rate / limit.rate for ours, limit in zip(by_http, by_psycopg, strict=True)]
    ratio = percentile(ratios, 50)
    return Measured(
        name="opening",
        words="Tickets opened by HTTP, beside the same rows by psycopg",
        figures={
            "http_per_second": percentile([turn.rate for turn in by_http], 50),
            "http_p50_ms": 1000 * percentile([t for turn in by_http for t in turn.times], 50),
            "http_p95_ms": 1000 * percentile([t for turn in by_http for t in turn.times], 95),
            "psycopg_per_second": percentile([turn.rate for turn in by_psycopg], 50),
            "psycopg_p95_ms": 1000 * percentile([t for turn in by_psycopg for t in turn.times], 95),
        },
        aims=[Aim(f"part of the limit per web process, aim {AIM}", ratio, ratio >= AIM)],
        rounds=[
            {"http_per_second": ours.rate, "psycopg_per_second": limit.rate}
            for ours, limit in zip(by_http, by_psycopg, strict=True)
        ],
    )


def turn(client: Callable[[], Callable[[], None]], seconds: float) -> Round:
    """`CLIENTS` threads, each with a client of its own, for `seconds`."""
    times: list[float] = []
    until = time.monotonic() + seconds

    def work() -> None:
        once = client()
        while (begun := time.monotonic()) < until:
            once()
            times.append(time.monotonic() - begun)

    threads = [threading.Thread(target=work) for _ in range(CLIENTS)]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Round(len(times) / (time.monotonic() - begun), times)


def http_client(settings: Settings) -> Callable[[], None]:
    """An agent who opens a ticket whenever it is called."""
    agent = website.Visitor(settings, "chenjiaqi")
    return lambda: _open(agent)


def _open(agent: website.Visitor) -> None:
    agent.post("/api/tickets", _form())


def _form() -> dict[str, object]:
    return {
        "type": "complaint",
        "line": "12319",
        "number": str(next(_numbers)),
        "title": "路灯不亮",
        "content": "小区门口的路灯坏了三天，晚上看不清路，请尽快修理。",
        "name": "市民",
        "area": "zumiao",
        "place": "祖庙街道同济路",
    }


def _psycopg_client(settings: Settings) -> Callable[[], None]:
    connection = psycopg.connect(settings.database.url)

    def once() -> None:
        with connection.transaction(), connection.cursor() as cursor:
            _write_same_rows(cursor, datetime.now(UTC))

    return once


def _write_same_rows(cursor: psycopg.Cursor[tuple[int]], at: datetime) -> None:
    """What one opening leaves behind: citizen, number, ticket, clock and three facts."""
    form = _form()
    cursor.execute(
        "INSERT INTO citizen (name, address, area, enterprise, note, created_at) VALUES (%s,%s,%s,'','',%s)"
        " RETURNING id",
        (form["name"], form["place"], form["area"], at),
    )
    citizen = cursor.fetchone()
    assert citizen is not None
    cursor.execute(
        "INSERT INTO citizen_number (number, citizen) VALUES (%s,%s)", (form["number"], citizen[0])
    )
    cursor.execute(
        "INSERT INTO ticket (number, query_code, type, channel, line, citizen, contact, title, content, area, place,"
        " urgency, confidential, state, redone, urged, reply, opened_by, opened_at)"
        " VALUES (%s,'123456',%s,'phone',%s,%s,%s,%s,%s,%s,%s,'normal',false,'opened',0,0,'',1,%s) RETURNING id",
        (
            f"limit-{form['number']}",
            form["type"],
            form["line"],
            citizen[0],
            form["number"],
            form["title"],
            form["content"],
            form["area"],
            form["place"],
            at,
        ),
    )
    ticket = cursor.fetchone()
    assert ticket is not None
    cursor.execute(
        "INSERT INTO clock (ticket, kind, amount, measure, amber_amount, amber_measure, calendar, policy, promised,"
        " started_at, due_at, amber_at, provisional, next_event_at, seen_until, generation, extension_why)"
        " VALUES (%s,'dispatch',30,'minutes',20,'percent','office','1',false,%s,%s,%s,false,%s,%s,1,'')",
        (ticket[0], at, at, at, at, at),
    )
    for kind in ("citizen.remembered", "ticket.opened", "clock.started"):
        cursor.execute(
            'INSERT INTO fact (at, kind, subject, by, data, ticket) VALUES (%s,%s,%s,%s,\'{"number":"1"}\',%s)',
            (at, kind, f"ticket:{ticket[0]}", "account:1", ticket[0]),
        )
