"""A sweep with a thousand clocks due among those of 20,000 and of 200,000 open work orders, three clocks each.

PostgreSQL syncs its log to disk. What is due turns red: a firing, a fact, and messages to two people of each of the
units. What is open and not due must not be felt.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text
from sqlmodel import Session

from bench.measured import Aim, Measured, percentile
from dispatch.clocks import Clock
from dispatch.sweep import sweep
from hotline.bell import Bell
from hotline.budgets import Budget, Measure
from hotline.clock_policy import Kind
from hotline.pack.load import load_pack
from hotline.pack.model import CityPack
from hotline.platform import addresses, launch, postgresql, redis_server
from hotline.record import accounts, demo
from hotline.roles import Role
from hotline.store import Store, migrate, open_store

SIZES = (20_000, 200_000)
DUE = 1_000
ROUNDS = 7
FIRST = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
FIFTEEN, ONE = Budget(15, Measure.WORKING_DAYS), Budget(1, Measure.WORKING_DAYS)
MOST_SECONDS, MOST_TIMES = 1.0, 1.2

# Orders come in groups: a thousand for each round, all begun on one morning, and all others on later mornings.
FILL = """
INSERT INTO citizen (name, address, enterprise, note, created_at) VALUES ('', '', '', '', now());
INSERT INTO ticket (number, query_code, type, channel, line, citizen, contact, title, content, place, urgency,
    confidential, state, redone, urged, reply, opened_at, due_at)
  SELECT 'B' || n, '1', 'complaint', 'phone', '12345', 1, '', '路灯不亮', '门口的路灯坏了三天。', '', 'normal',
    false, 'dispatched', 0, 0, '', now(), now() FROM generate_series(1, :orders) AS n;
INSERT INTO work_order (ticket, unit, level, role, state, reason, issued_at, contact, promise, public_reply,
    internal_reply)
  SELECT id, (CAST(:units AS text[]))[1 + id % :unit_count], 'town', 'lead', 'signed', '', now(), '', '', '', ''
  FROM ticket;
INSERT INTO clock (ticket, work_order, kind, amount, measure, amber_amount, amber_measure, calendar, policy, promised,
    started_at, due_at, amber_at, provisional, next_event_at, seen_until, generation, extension_why)
  SELECT o.ticket, o.id, 'resolve', 15, 'working_days', 1, 'working_days', 'office', '2022', false,
    g.started_at, g.due_at, g.amber_at, false, g.due_at, g.amber_at, 1, ''
  FROM work_order AS o JOIN start AS g ON g.number = least((o.id - 1) / :due, :rounds);
INSERT INTO clock (ticket, work_order, kind, amount, measure, amber_amount, amber_measure, calendar, policy, promised,
    started_at, due_at, amber_at, provisional, next_event_at, seen_until, generation, extension_why)
  SELECT o.ticket, o.id, kind, 15, 'working_days', 1, 'working_days', 'office', '2022', false,
    g.started_at, g.due_at, g.amber_at, false, g.due_at + make_interval(secs => o.id % 86400), g.amber_at, 1, ''
  FROM work_order AS o JOIN start AS g ON g.number = :rounds, unnest(ARRAY['sign', 'contact']) AS kind;
"""


def run() -> Measured:
    """The same sweeps in two records in turns, one ten times as large as the other."""
    times: dict[int, list[float]] = {orders: [] for orders in SIZES}
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder, ExitStack() as stack:
        state = stack.enter_context(_servers(Path(folder)))
        records = {orders: stack.enter_context(record(state, orders)) for orders in SIZES}
        for number in range(ROUNDS):
            for orders, (store, city) in records.items():
                times[orders].append(sweep_once(store, city, number))
    few, many = (percentile(times[orders], 50) for orders in SIZES)
    return Measured(
        name="sweep",
        words=f"A sweep with {DUE:,} clocks due among {3 * SIZES[0]:,} and among {3 * SIZES[1]:,} that run",
        figures={
            f"among_{3 * SIZES[0]}_seconds": few,
            f"among_{3 * SIZES[1]}_seconds": many,
            f"among_{3 * SIZES[1]}_slowest_seconds": max(times[SIZES[1]]),
            "for_one_clock_ms": 1000 * many / DUE,
            "clocks_per_second": DUE / many,
        },
        aims=[
            Aim(f"{DUE:,} due in at most {MOST_SECONDS:g} s", many, many <= MOST_SECONDS),
            Aim(
                f"at most {MOST_TIMES:g} times as long when ten times as many run",
                many / few,
                many / few <= MOST_TIMES,
            ),
        ],
        rounds=[
            {f"among_{3 * orders}_seconds": times[orders][number] for orders in SIZES}
            for number in range(ROUNDS)
        ],
    )


@contextmanager
def _servers(state: Path) -> Iterator[Path]:
    logs = state / "logs"
    logs.mkdir(parents=True)
    state.chmod(0o711)
    where, broker = addresses.postgresql_folder(state), addresses.redis_socket(state)
    postgresql.install(where)
    redis_server.install(broker)
    with ExitStack() as stack:
        stack.enter_context(launch.running(postgresql.child(where), logs))
        stack.enter_context(launch.running(redis_server.child(broker), logs))
        yield state


@contextmanager
def record(state: Path, orders: int) -> Iterator[tuple[Store, CityPack]]:
    """A record with so many open orders, of which a thousand are due on each of some days."""
    where, name = addresses.postgresql_folder(state), f"sweep_{orders}"
    postgresql.create(where, name)
    url = addresses.socket_url(where, name)
    migrate(url)
    store, city = open_store(url, Bell(f"unix://{addresses.redis_socket(state)}")), load_pack("foshan")
    try:
        with store.transaction() as session:
            demo.settle(session, city, "only for the bench", FIRST)
            _fill(session, city, orders)
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
            connection.execute(text("CHECKPOINT"))  # what filling it costs is no sweep's affair
        yield store, city
    finally:
        store.close()


def _fill(session: Session, city: CityPack, orders: int) -> None:
    units = [unit.code for unit in city.units if unit.level == "town"]
    password = accounts.hash_password("only for the bench")
    for unit in units:
        for role in (Role.UNIT_STAFF, Role.UNIT_LEADER):
            login = f"{unit}.{role}"
            accounts.create_account(
                session, login=login, name=login, roles=[role], password_hash=password, unit=unit, at=FIRST
            )
    session.execute(
        text(
            "CREATE TEMP TABLE start (number int, started_at timestamptz, due_at timestamptz, amber_at timestamptz)"
        )
    )
    for number in range(ROUNDS + 1):
        amber, due = _turns(city, number)
        values = {"number": number, "started": _start(number), "due": due, "amber": amber}
        session.execute(text("INSERT INTO start VALUES (:number, :started, :due, :amber)"), values)
    # Triggers would make each order's due time anew with each of its clocks, which takes minutes; no sweep reads it.
    session.execute(text("SET LOCAL session_replication_role = replica"))
    given = {"orders": orders, "units": units, "unit_count": len(units), "due": DUE, "rounds": ROUNDS}
    for statement in FILL.split(";\n"):
        if statement.strip():
            wanted = {name: value for name, value in given.items() if f":{name}" in statement}
            session.execute(text(statement), wanted)


def _start(number: int) -> datetime:
    """The morning on which the orders of a round began; the last is so late that nothing of it is due."""
    return FIRST + timedelta(days=7 * number + (60 if number == ROUNDS else 0))


def _turns(city: CityPack, number: int) -> tuple[datetime, datetime]:
    turns = Clock(Kind.RESOLVE, FIFTEEN, ONE, "2022", _start(number)).turns(city.calendars["office"])
    assert turns is not None
    return turns


def sweep_once(store: Store, city: CityPack, number: int) -> float:
    """Seconds until nothing of this round's thousand is left to take; what was taken is then replied to."""
    at, taken, began = _turns(city, number)[1], 0, time.perf_counter()
    while True:
        with store.transaction() as session:
            count = sweep(session, city, at)
        taken += count
        if count == 0:
            break
    spent = time.perf_counter() - began
    assert taken == DUE, taken
    with store.transaction() as session:
        session.execute(
            text("UPDATE clock SET stopped_at = now(), next_event_at = NULL WHERE seen_until = :at"),
            {"at": at},
        )
    return spent
