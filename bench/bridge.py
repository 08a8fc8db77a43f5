"""The whole bridge, from the manager socket to the commit: parsed, kept in the spool, translated, stepped through the
machines of calls and seats, and written with its facts into a PostgreSQL that syncs its log to disk.

It is the real telephony process. A peer says what Asterisk said of some recorded calls, multiplied, at 200 seats; once
all that an account hears that filters nothing, once only what our own filters let through. In turns with it the same
bytes are only parsed, from memory: by our parser and by the three Python clients of the manager interface, each with
a callback that does nothing. At the end COPY puts the rows that became of it into the same tables: the limit.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from statistics import median
from time import time

import psycopg

from bench import parsers, peer, processes, recorded, servers
from bench.measured import Aim, Measured
from dialplans.modules import LINK_EVENTS

SEATS = 200
EVENTS = int(os.environ.get("BENCH_BRIDGE_EVENTS", "100000"))
ROUNDS = 3
HEARD = frozenset(name.encode() for name in LINK_EVENTS)
STREAMS = {"everything": None, "filtered": HEARD}
TABLES = ("call", "seat", "fact", "link", "line_day")
LAST = "a1-9.9"
PARSING, WHOLE = 3.5, 1.0  # times panoramisk's parsing

Round = dict[str, float]


@dataclass(frozen=True)
class Stage:
    """What every round needs."""

    state: Path
    switch: peer.Peer
    read: Mapping[str, parsers.Read]


def run() -> Measured:
    """Both streams, some rounds of each."""
    load, read = os.getloadavg()[0], parsers.parsers()
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as name, ExitStack() as stack:
        state = stack.enter_context(servers.servers(Path(name)))
        stage = Stage(state, stack.enter_context(peer.speaking()), read)
        rounds = [_round(stage, stream, number) for number in range(ROUNDS) for stream in STREAMS]
    return _measured(
        rounds, {"load_before": load}, "" if "pystrix" in read else "; pystrix could not be fetched"
    )


def _round(stage: Stage, stream: str, number: int) -> Round:
    """The rates at which everybody reads, and at which the bridge does all."""
    calls = _calls(STREAMS[stream])
    events = [event for _, event in recorded.floor(SEATS, calls, time(), STREAMS[stream])]
    found = {f"{name}_per_s": rate for name, rate in parsers.rates(stage.read, events).items()}
    found |= {"events": len(events), "bytes_per_event": sum(map(len, events)) / len(events)}
    found |= _carry(stage, f"{stream}_{number}", partial(_speech, calls, STREAMS[stream]), len(events))
    return {f"{stream}_{name}": value for name, value in found.items()}


def _carry(stage: Stage, name: str, speech: peer.Speech, events: int) -> Round:
    """The whole bridge on a record of its own, and COPY of the same rows."""
    url, limit_url = (servers.database(stage.state, f"{name}{kind}") for kind in ("", "_limit"))
    folder = stage.state / name
    with (
        peer.telephony(stage.switch, url, servers.bell(stage.state), folder) as process,
        psycopg.connect(url, autocommit=True) as record,
    ):
        stage.switch.say(partial(recorded.joining, SEATS))
        peer.until(record, f"SELECT count(*) = {SEATS} FROM seat")
        own, database = processes.seconds(process.pid), processes.seconds_of_servers(stage.state)
        begun = stage.switch.say(speech)
        took = peer.until(record, f"SELECT true FROM call WHERE id = '{LAST}'") - begun
        own = processes.seconds(process.pid) - own
        database = processes.seconds_of_servers(stage.state) - database
        (facts,) = record.execute("SELECT count(*) FROM fact").fetchone() or (0,)
    copied = servers.copy(url, limit_url, TABLES, folder)
    return {
        "bridge_per_s": events / took,
        "facts_per_s": facts / took,
        "copy_per_s": events / copied,
        "bridge_cpu_us": 1e6 * own / events,
        "postgresql_cpu_us": 1e6 * database / events,
    }


def _calls(only: frozenset[bytes] | None) -> int:
    """As many as make `EVENTS`."""
    each = [
        sum(only is None or one.name in only for one in recorded.recording(name)) for name in recorded.MIX
    ]
    return max(1, EVENTS * len(each) // sum(each))


def _speech(calls: int, only: frozenset[bytes] | None) -> Iterator[recorded.Timed]:
    return chain(recorded.floor(SEATS, calls, time(), only), [(0.0, recorded.entering(LAST))])


def _measured(rounds: list[Round], about: Round, missing: str) -> Measured:
    """The medians; ratios are medians of each round's own."""
    figures = {name: median(one[name] for one in rounds if name in one) for one in rounds for name in one}
    times = {
        f"{stream}_{what}": median(
            one[f"{stream}_{what}_per_s"] / one[f"{stream}_panoramisk_per_s"]
            for one in rounds
            if f"{stream}_events" in one
        )
        for stream in STREAMS
        for what in ("ours", "ours_every_header", "bridge")
    }
    wanted = {"ours": PARSING, "ours_every_header": PARSING, "bridge": WHOLE}
    words = {"ours": "only parsed", "ours_every_header": "every header read", "bridge": "the whole bridge"}
    return Measured(
        name="bridge",
        words=f"{EVENTS:,} recorded events from the socket to the commit, beside clients that only parse{missing}",
        figures=figures | about,
        aims=[
            Aim(f"{stream}, {words[what]}: times panoramisk's parsing, aim {aim:g}", value, value >= aim)
            for stream in STREAMS
            for what, aim in wanted.items()
            for value in [times[f"{stream}_{what}"]]
        ],
        rounds=rounds,
    )
