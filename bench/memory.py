"""The telephony process's memory over many calls: resident after each tenth of them.

A peer says what our own filters let through of recorded calls at 200 seats, as fast as it is taken; after each tenth
all of it is written. The rows are thrown away then: what grows is the process's own. `BENCH_MEMORY_CALLS=1000000`
is the long form, which takes an hour or more.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from itertools import chain
from pathlib import Path

import psycopg

from bench import peer, processes, recorded, servers
from bench.bridge import HEARD, SEATS
from bench.measured import Aim, Measured

CALLS = int(os.environ.get("BENCH_MEMORY_CALLS", "30000"))
PARTS = 10
APART = 1_000_000  # seconds between the parts' clocks, so that no call has the id of another
AIM = 5.0  # per cent


def run() -> Measured:
    """Ten parts, one after the other."""
    load, begun = os.getloadavg()[0], time.time()
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as name, ExitStack() as stack:
        state = stack.enter_context(servers.servers(Path(name)))
        url = servers.database(state)
        switch = stack.enter_context(peer.speaking())
        process = stack.enter_context(peer.telephony(switch, url, servers.bell(state), state / "telephony"))
        record = stack.enter_context(psycopg.connect(url, autocommit=True))
        switch.say(partial(recorded.joining, SEATS))
        resident = []
        for part in range(1, PARTS + 1):
            _carry(switch, record, part)
            resident.append(processes.megabytes(process.pid))
    swing = 100 * max(abs(one / resident[0] - 1) for one in resident)
    return Measured(
        name="memory",
        words=f"Resident memory of the telephony process over {CALLS:,} calls' worth of events",
        figures={f"after_{part}0_percent_mb": one for part, one in enumerate(resident, 1)}
        | {"seconds": time.time() - begun, "load_before": load},
        aims=[Aim(f"per cent away from the first tenth's, at most, aim {AIM:g}", swing, swing <= AIM)],
    )


def _carry(switch: peer.Peer, record: psycopg.Connection[tuple[bool]], part: int) -> None:
    last = f"a1-9.{part}"
    switch.say(partial(_speech, part, last))
    peer.until(record, f"SELECT true FROM call WHERE id = '{last}'", 3600)
    record.execute("TRUNCATE call, call_alias, fact, line_day")


def _speech(part: int, last: str) -> Iterator[recorded.Timed]:
    floor = recorded.floor(SEATS, CALLS // PARTS, time.time() + APART * part, HEARD)
    return chain(floor, [(0.0, recorded.entering(last))])
