"""An event on the manager socket, its facts committed, the bell received: at 5, 50 and 500 events a second.

A peer says, in time, what our own filters let through of recorded calls, and each event bears the moment at which it
was said. Facts bear their event's moment; the moment of their commit is PostgreSQL's own (`track_commit_timestamp`).
Each transaction with facts is followed by one stroke of the bell, so the strokes that a subscriber on the same Redis
receives are told apart by their order. Events that mean nothing new have no facts, and so no delay.

Beside it the limit of the parts: one bare row written by psycopg and committed, then the bell rung and heard.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import Any

import psycopg
import redis

from bench import peer, recorded, servers
from bench.bridge import HEARD
from bench.measured import Aim, Measured, percentile
from hotline.bell import CHANNEL
from tests.patience import eventually

RATES = (5, 50, 500)
SECONDS = {5: 60, 50: 60, 500: 30}  # of each rate
WARMING_UP = 20  # seconds before those: until the first calls at all seats have come as far as others
BARE = 300  # rows written one by one for the limit
AIM = 10.0  # milliseconds, for 95 of 100 at 50 events/s
TOLD = """
    SELECT min(extract(epoch FROM at))::float8, extract(epoch FROM pg_xact_commit_timestamp(xid::text::xid))::float8
    FROM fact WHERE xid >= %s GROUP BY xid, at ORDER BY min(id)
"""


def run() -> Measured:
    """One rate after the other, on one record."""
    load = os.getloadavg()[0]
    figures: dict[str, float] = {}
    rounds: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as name, ExitStack() as stack:
        state = stack.enter_context(servers.servers(Path(name), {"track_commit_timestamp": "on"}))
        url, broker = servers.database(state), servers.bell(state)
        switch = stack.enter_context(peer.speaking())
        stack.enter_context(peer.telephony(switch, url, broker, state / "telephony"))
        record = stack.enter_context(psycopg.connect(url, autocommit=True))
        strokes = stack.enter_context(_listening(broker))
        for number, rate in enumerate(RATES):
            told = _talk(switch, record, strokes, rate, number)
            figures |= _figures(rate, told)
            rounds += told
        figures |= _limit(record, broker, strokes)
    p95 = figures["at_50_bell_p95_ms"]
    return Measured(
        name="latency",
        words="From an event on the manager socket to its fact's commit, and to the bell",
        figures=figures | {"load_before": load},
        aims=[Aim(f"milliseconds to the bell for 95 of 100 at 50 events/s, aim {AIM:g}", p95, p95 <= AIM)],
        rounds=rounds,
    )


def _talk(
    switch: peer.Peer,
    record: psycopg.Connection[Any],
    strokes: list[float],
    rate: int,
    number: int,
) -> list[dict[str, float]]:
    """Milliseconds of each event that told something, at this rate."""
    seats = recorded.seats_for(rate, HEARD)
    switch.say(partial(recorded.joining, seats))
    time.sleep(2)  # what comes of that is over
    strokes.clear()
    (first,) = record.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::float8").fetchone() or (
        0.0,
    )
    begun = switch.say(partial(_floor, seats, WARMING_UP + SECONDS[rate], number), in_time=True)
    told: list[tuple[float, float]] = []

    def is_complete() -> bool:
        told[:] = record.execute(TOLD, [first]).fetchall()
        return len({committed for _, committed in told}) == len(strokes)

    eventually(is_complete, 20, step=0.5)
    rung = dict(zip(sorted({committed for _, committed in told}), sorted(strokes), strict=True))
    return [
        {
            "rate": rate,
            "commit_ms": 1000 * (committed - at),
            "bell_ms": 1000 * (rung[committed] - at),
        }
        for at, committed in told
        if at >= begun + WARMING_UP
    ]


def _floor(seats: int, seconds: float, number: int) -> Iterator[recorded.Timed]:
    """Calls without end at these seats, cut off after `seconds`; the number keeps their ids apart from others'."""
    begin = time.time() + 1_000_000 * number
    floor = recorded.floor(seats, 1_000_000, begin, HEARD)
    return takewhile(lambda said: said[0] < begin + seconds, floor)


def _figures(rate: int, told: list[dict[str, float]]) -> dict[str, float]:
    return {f"at_{rate}_events": float(len(told))} | {
        f"at_{rate}_{what}_p{percent}_ms": percentile([one[f"{what}_ms"] for one in told], percent)
        for what in ("commit", "bell")
        for percent in (50, 95, 99)
    }


def _limit(record: psycopg.Connection[Any], broker: str, strokes: list[float]) -> dict[str, float]:
    """Milliseconds from nothing to a row's commit and to the bell that is heard after it."""
    record.execute("CREATE TABLE bare (at timestamptz, told text)")
    committed, rung = [], []
    with redis.Redis.from_url(broker) as client:
        for number in range(BARE):
            strokes.clear()
            begun = time.time()
            record.execute("INSERT INTO bare VALUES (now(), %s)", [f"a fact of some length, {number}"])
            committed.append(1000 * (time.time() - begun))
            client.publish(CHANNEL, "")
            eventually(lambda: strokes, 5, step=0.001)
            rung.append(1000 * (strokes[0] - begun))
    return {
        f"bare_{what}_p{percent}_ms": percentile(times, percent)
        for what, times in (("commit", committed), ("bell", rung))
        for percent in (50, 95)
    }


@contextmanager
def _listening(broker: str) -> Iterator[list[float]]:
    """The moments of the bell's strokes, for as long as the block lasts."""
    strokes: list[float] = []
    with redis.Redis.from_url(broker) as client, client.pubsub(ignore_subscribe_messages=True) as heard:
        heard.subscribe(CHANNEL)
        is_over = threading.Event()
        ear = threading.Thread(target=_hear, args=(heard, strokes, is_over))
        ear.start()
        try:
            yield strokes
        finally:
            is_over.set()
            ear.join()


def _hear(heard: redis.client.PubSub, strokes: list[float], is_over: threading.Event) -> None:
    while not is_over.is_set():
        with suppress(redis.TimeoutError):
            if heard.get_message(timeout=0.5):
                strokes.append(time.time())
