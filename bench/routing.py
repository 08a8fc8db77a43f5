"""Deciding a call's route: from the switch's connection to the command that says where the call belongs.

The record holds a million citizens, each with a number and an answered call, every other one with a ticket; the city
has Foshan's lines. A process of its own answers, as `hotline telephony` does; fifty calls begin each second. In turns
with it, at the same pace, a script is asked that says the same without looking at anything: the limit.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from multiprocessing.synchronize import Event
from pathlib import Path

import psycopg

from bench.measured import Aim, Measured, percentile
from hotline.bell import Bell
from hotline.log import set_up as set_up_log
from hotline.pack.load import load_pack, read_pack
from hotline.platform import addresses, launch, postgresql, redis_server
from hotline.record import city
from hotline.record.city_in_force import CityInForce
from hotline.store import migrate, open_store
from telephony import directory
from telephony.agi import Conversation, Request, set_variable
from telephony.answering import answers
from telephony.fastagi import serving
from tests.patience import free_port

CITIZENS = int(os.environ.get("BENCH_ROUTING_CITIZENS", "1000000"))
RATE = 50  # calls that begin each second
SECONDS = 10  # of each turn
TURNS = 4
WARMING_UP = 100  # calls before those that count
AIM = 20.0  # milliseconds
HOST = "127.0.0.1"
FIRST = 13_000_000_000

ROWS = f"""
SET session_replication_role = replica;
INSERT INTO citizen (id, name, address, enterprise, note, created_at)
    SELECT n, 'N' || n, '', '', '', now() FROM generate_series(1, {CITIZENS}) n;
INSERT INTO citizen_number (number, citizen)
    SELECT ({FIRST} + n)::text, n FROM generate_series(1, {CITIZENS}) n;
INSERT INTO call (id, node, linkedid, direction, line, caller, language, queue, agent, state, outcome, entered_at,
        queued_at, answered_at, ended_at, inferred)
    SELECT 'a1-' || n || '.1', 'a1', n || '.1', 'in', '12345', ({FIRST} + n)::text, 'cmn',
        (ARRAY['citywide', 'consumer', 'cantonese', 'english'])[1 + n % 4], '8001', 'ended', 'answered',
        now() - n * interval '1 second', now(), now(), now(), false
    FROM generate_series(1, {CITIZENS}) n;
INSERT INTO ticket (id, number, query_code, type, channel, line, citizen, contact, title, content, matter, place,
        urgency, confidential, state, redone, urged, reply, opened_by, opened_at, closed_at)
    SELECT n, 'T' || n, '', 'help', 'phone', '12345', n * 2, '', '', '',
        (ARRAY['010101', '050101', '060101'])[1 + n % 3], '', 'normal', false, 'dispatched', 0, 0, '', 1, now(),
        CASE WHEN n % 4 > 0 THEN now() END
    FROM generate_series(1, {CITIZENS // 2}) n;
"""


def run() -> Measured:
    """A record, the process that answers, and the calls."""
    load, dice = os.getloadavg()[0], random.Random(12345)
    lines = sorted({line.number for line in load_pack("foshan").lines})
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as name, ExitStack() as stack:
        url, broker = stack.enter_context(_record(Path(name)))
        port = stack.enter_context(_answering(url, broker, Path(name) / "logs" / "telephony.log"))
        asyncio.run(_calls(port, "route", WARMING_UP, lines, dice))
        took: dict[str, list[float]] = {"route": [], "empty": []}
        for _ in range(TURNS):
            for script in took:
                took[script] += asyncio.run(_calls(port, script, RATE * SECONDS, lines, dice))
    return _measured(took["route"], took["empty"], load)


@contextmanager
def _record(state: Path) -> Iterator[tuple[str, str]]:
    """The addresses of a record full of people and of its broker."""
    logs, where, broker = state / "logs", addresses.postgresql_folder(state), addresses.redis_socket(state)
    logs.mkdir()
    postgresql.install(where)
    redis_server.install(broker)
    with (
        launch.running(postgresql.child(where), logs),
        launch.running(redis_server.child(broker), logs),
    ):
        postgresql.create(where, addresses.DATABASE)
        url, bell = addresses.socket_url(where, addresses.DATABASE), f"unix://{broker}?db=0"
        migrate(url)
        store = open_store(url, Bell(bell), 1)
        with store.transaction() as session:
            city.settle(session, read_pack("foshan"), datetime.now(UTC))
        store.close()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(ROWS)
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")  # so that nobody waits for what the filling left to be written
        yield url, bell


@contextmanager
def _answering(url: str, bell: str, log: Path) -> Iterator[int]:
    """The port on which a process answers; it writes its log as the real one does."""
    spawn = multiprocessing.get_context("spawn")
    port, ready, stop = free_port(), spawn.Event(), spawn.Event()
    process = spawn.Process(target=_answer, args=(url, bell, port, log, ready, stop))
    process.start()
    try:
        assert ready.wait(30)
        yield port
    finally:
        stop.set()
        process.join()


def _answer(url: str, bell: str, port: int, log: Path, ready: Event, stop: Event) -> None:
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    set_up_log("telephony")

    async def until_stopped() -> None:
        store = open_store(url, Bell(bell), directory.THREADS, directory.WITHIN)
        callers = directory.Callers(store, CityInForce(load_pack("foshan")))
        async with serving(HOST, port, {**answers(callers), "empty": _empty}):
            ready.set()
            await asyncio.to_thread(stop.wait)
        callers.close()
        store.close()

    asyncio.run(until_stopped())


async def _empty(request: Request) -> Conversation:
    return _say_always_the_same()


def _say_always_the_same() -> Conversation:
    yield set_variable("HOTLINE_QUEUE", "citywide")


async def _calls(port: int, script: str, count: int, lines: list[str], dice: random.Random) -> list[float]:
    """Milliseconds of each of `count` calls, which begin at `RATE`; one in five comes from nobody known."""
    begun, tasks = time.monotonic(), []
    for n in range(count):
        await asyncio.sleep(max(0.0, begun + n / RATE - time.monotonic()))
        caller = FIRST + dice.randint(1, CITIZENS * 5 // 4)
        tasks.append(asyncio.create_task(_call(port, script, dice.choice(lines), caller, n)))
    return list(await asyncio.gather(*tasks))


async def _call(port: int, script: str, line: str, caller: int, n: int) -> float:
    """What a channel does: connect, say who it is, be told; then say yes and wait for the end."""
    begun = time.perf_counter()
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(
        f"agi_network: yes\nagi_network_script: {script}\nagi_callerid: {caller}\n"
        f"agi_arg_1: a1-{n}.1\nagi_arg_2: {line}\n\n".encode()
    )
    told = await reader.readline()
    took = 1000 * (time.perf_counter() - begun)
    assert b"HOTLINE_QUEUE" in told, told
    writer.write(b"200 result=1\n")
    assert await reader.read() == b""
    writer.close()
    return took


def _measured(route: list[float], empty: list[float], load: float) -> Measured:
    p99 = percentile(route, 99)
    return Measured(
        name="routing",
        words=f"From a call's question to its route, at {RATE} calls/s with {CITIZENS:,} citizens",
        figures={
            "calls": len(route),
            **{f"p{percent}_ms": percentile(route, percent) for percent in (50, 95, 99)},
            "max_ms": max(route),
            **{f"empty_p{percent}_ms": percentile(empty, percent) for percent in (50, 95, 99)},
            "p99_times_the_limit": p99 / percentile(empty, 99),
            "load_before": load,
        },
        aims=[Aim(f"milliseconds for 99 of 100, aim {AIM:g}", p99, p99 <= AIM)],
        rounds=[{"route_ms": one, "empty_ms": other} for one, other in zip(route, empty, strict=True)],
    )
