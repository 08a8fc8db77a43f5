"""Lining up after a lost link, with 200 seats in twelve queues each and 500 calls: from `FullyBooted` to the commit of
the corrections and of the end of the gap.

A fake switch loses the link, and has gone on when it is back: fifty calls are over, fifty are new, every seat talks
with another caller than before. The 0.2 s that a look waits for late events are part of what is measured.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from bench import peer, servers
from bench.measured import Aim, Measured
from tests.edge.fake_ami import Headers

SEATS, CALLS, MOVED = 200, 500, 50
QUEUES = 12
ROUNDS = 7
APART = 3.0  # seconds: what changed within two of them before a look is left alone by it
AIM = 1.0  # seconds
FIRST = 1_700_000_000
RESTORED = """
    SELECT extract(epoch FROM pg_xact_commit_timestamp(xid::text::xid))::float8, (data->>'corrections')::int
    FROM fact WHERE kind = 'link.restored' ORDER BY id
"""


def run() -> Measured:
    """Some gaps, one after the other."""
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as name, ExitStack() as stack:
        state = stack.enter_context(servers.servers(Path(name), {"track_commit_timestamp": "on"}))
        url = servers.database(state)
        switch = stack.enter_context(peer.speaking(shown))
        stack.enter_context(peer.telephony(switch, url, servers.bell(state), state / "telephony"))
        record = stack.enter_context(psycopg.connect(url, autocommit=True))
        rounds = [_gap(switch, record, number) for number in range(1, ROUNDS + 1)]
    worst = max(one["seconds"] for one in rounds)
    return Measured(
        name="lineup",
        words=f"From FullyBooted to committed corrections, {SEATS} seats in {QUEUES} queues and {CALLS} calls",
        figures={
            "median_seconds": median(one["seconds"] for one in rounds),
            "worst_seconds": worst,
            "corrections": median(one["corrections"] for one in rounds),
            "load_before": load,
        },
        aims=[Aim(f"seconds, the worst of {ROUNDS}, aim {AIM:g}", worst, worst <= AIM)],
        rounds=rounds,
    )


def _gap(switch: peer.Peer, record: psycopg.Connection[Any], number: int) -> dict[str, float]:
    time.sleep(APART)
    booted_at = switch.reconnect()
    peer.until(record, f"SELECT count(*) > {number} FROM fact WHERE kind = 'link.restored'", 30)
    restored_at, corrections = record.execute(RESTORED).fetchall()[-1]
    return {"seconds": restored_at - booted_at, "corrections": corrections}


def shown(login: int) -> Mapping[str, Sequence[Headers]]:
    """What the switch shows after its so manyth login. The first calls talk, one at each seat; the others wait."""
    calls = range(MOVED * login, MOVED * login + CALLS)
    return {
        "CoreShowChannels": [
            *(channel for place, call in enumerate(calls) for channel in _channels(place, call))
        ],
        "QueueStatus": [*_members(), *(_waiting(call) for call in calls[SEATS:])],
    }


def _channels(place: int, call: int) -> Iterator[Headers]:
    bridge = f"bridge-{call}" if place < SEATS else ""
    yield _channel(call, f"PJSIP/trunk-{call:08x}", f"{FIRST + call}.0", bridge)
    if bridge:
        yield _channel(call, f"PJSIP/{8001 + place}-{call:08x}", f"{FIRST + call}.1", bridge)


def _channel(call: int, name: str, uniqueid: str, bridge: str) -> Headers:
    """As long as Asterisk's own."""
    own = f"HOTLINE_CALL=a1-{FIRST + call}.0\r\nChanVariable: HOTLINE_LINE=12345\r\nChanVariable: HOTLINE_PARTY="
    return {
        "Event": "CoreShowChannel",
        "Channel": name,
        "ChannelState": "6",
        "ChannelStateDesc": "Up",
        "CallerIDNum": f"138{call:08d}",
        "CallerIDName": "<unknown>",
        "ConnectedLineNum": "<unknown>",
        "ConnectedLineName": "<unknown>",
        "Language": "cmn",
        "AccountCode": "",
        "Context": "queue",
        "Exten": "s",
        "Priority": "3",
        "Uniqueid": uniqueid,
        "Linkedid": f"{FIRST + call}.0",
        "ChanVariable": own,
        "Application": "Queue",
        "ApplicationData": "citywide,ckR,,,,,,",
        "Duration": "00:00:42",
        "BridgeId": bridge,
    }


def _members() -> Iterator[Headers]:
    for queue in range(QUEUES):
        for seat in range(8001, 8001 + SEATS):
            yield {
                "Event": "QueueMember",
                "Queue": f"queue-{queue}",
                "Name": str(seat),
                "Location": f"PJSIP/{seat}",
                "StateInterface": f"PJSIP/{seat}",
                "Membership": "dynamic",
                "Penalty": "0",
                "CallsTaken": "12",
                "LastCall": "0",
                "LastPause": "0",
                "LoginTime": str(FIRST),
                "InCall": "1",
                "Status": "2",
                "Paused": "0",
                "PausedReason": "",
                "Wrapuptime": "0",
            }


def _waiting(call: int) -> Headers:
    return {
        "Event": "QueueEntry",
        "Queue": "queue-0",
        "Position": "1",
        "Channel": f"PJSIP/trunk-{call:08x}",
        "Uniqueid": f"{FIRST + call}.0",
        "CallerIDNum": f"138{call:08d}",
        "CallerIDName": "unknown",
        "ConnectedLineNum": "unknown",
        "ConnectedLineName": "unknown",
        "Wait": "30",
        "Priority": "0",
    }
