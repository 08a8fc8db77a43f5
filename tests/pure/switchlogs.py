"""Calls as Asterisk writes them into its two logs, made up for tests: a plan of what happens becomes rows, and the
call that should come of them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from telephony.repair.rows import Row, channel_row, queue_row

START = datetime(2026, 11, 23, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Wait:
    """A time in one queue. Each of `refused` rang for two seconds in vain; then `answered` took the call, if any."""

    queue: str
    seconds: float
    refused: tuple[str, ...] = ()
    answered: str = ""


@dataclass(frozen=True)
class Plan:
    """One call from outside. All waits but the last end without an answer; `handed_to` takes over in an attended
    transfer.
    """

    number: int
    begins: float
    waits: tuple[Wait, ...]
    talks: float
    handed_to: str = ""

    @property
    def channel(self) -> str:
        return f"{int(START.timestamp())}.{self.number * 10}"

    @property
    def call(self) -> str:
        return f"a1-{self.channel}"

    @property
    def is_answered(self) -> bool:
        return bool(self.waits and self.waits[-1].answered)

    @property
    def queue(self) -> str | None:
        return self.waits[-1].queue if self.waits else None

    @property
    def agent(self) -> str:
        last = self.waits[-1].answered if self.waits else ""
        return self.handed_to if last and self.handed_to else last

    @property
    def outcome(self) -> str:
        return "answered" if self.is_answered else "abandoned"

    @property
    def queued(self) -> float:
        return self.begins + 0.5

    @property
    def answered(self) -> float:
        return self.queued + sum(wait.seconds + 2.5 * len(wait.refused) for wait in self.waits)

    @property
    def ended(self) -> float:
        return self.answered + (self.talks if self.is_answered else 0.1)


class Log:
    """What Asterisk writes while a plan happens: both files' lines, each in order."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.queue_log: list[tuple[float, str]] = []
        self.channels: list[tuple[float, str]] = []
        self._legs = 0
        self._happen()

    def _happen(self) -> None:
        plan = self.plan
        own = ("PJSIP/trunk-0000000a", plan.channel)
        self._cel(plan.begins, "CHAN_START", *own)
        said = f"HotlineEntered,Call: {plan.call},Line: 12319,Caller: 13800138000,Language: yue"
        self._cel(plan.begins, "APP_START", *own, app="UserEvent", data=said)
        now, leg = plan.queued, own
        for wait in plan.waits:
            now, leg = self._wait(now, wait)
        if plan.is_answered:
            now = self._talk(now, leg)
        self._cel(plan.ended, "CHAN_END", *own)
        self._cel(plan.ended, "LINKEDID_END", *own)

    def _wait(self, now: float, wait: Wait) -> tuple[float, tuple[str, str]]:
        own = ("PJSIP/trunk-0000000a", self.plan.channel)
        self._cel(now, "APP_START", *own, app="Queue", data=f"{wait.queue},b(to-seat^s^1)")
        self._queue(now, wait.queue, "NONE", "ENTERQUEUE", "", "13800138000", "1")
        for seat in wait.refused:
            leg = self._leg(seat)
            self._cel(now, "CHAN_START", *leg)
            self._cel(now + 2, "CHAN_END", *leg)
            self._queue(now + 2, wait.queue, seat, "RINGNOANSWER", "2000")
            now += 2.5
        leg = self._leg(wait.answered)
        if wait.answered:
            self._cel(now, "CHAN_START", *leg)
        now += wait.seconds
        if wait.answered:
            self._cel(now, "BRIDGE_ENTER", *leg, app="AppQueue")
            ring = str(int(wait.seconds))
            self._queue(now, wait.queue, wait.answered, "CONNECT", ring, leg[1], ring)
        elif wait is self.plan.waits[-1]:
            self._queue(now + 0.1, wait.queue, "NONE", "ABANDON", "1", "1", str(int(wait.seconds)))
        else:
            self._queue(now, wait.queue, "NONE", "EXITWITHTIMEOUT", "1", "1", str(int(wait.seconds)))
        return now, leg

    def _talk(self, now: float, leg: tuple[str, str]) -> float:
        plan, wait = self.plan, self.plan.waits[-1]
        if plan.handed_to:
            half = now + plan.talks / 2
            extra = {
                "transferee_channel_uniqueid": plan.channel,
                "transfer_target_channel_name": f"PJSIP/{plan.handed_to}-000000ff",
            }
            self._cel(half, "ATTENDEDTRANSFER", *leg, extra=extra)
            self._queue(half, wait.queue, wait.answered, "ATTENDEDTRANSFER", "BRIDGE", "", "", "1", "1")
            self._cel(half + 0.01, "CHAN_END", *leg)
        else:
            self._queue(
                now + plan.talks, wait.queue, wait.answered, "COMPLETECALLER", "1", str(int(plan.talks)), "1"
            )
            self._cel(now + plan.talks - 0.001, "CHAN_END", *leg)  # the call's own end is always the last
        return now

    def _leg(self, seat: str) -> tuple[str, str]:
        self._legs += 1
        return f"PJSIP/{seat}-{self._legs:08x}", f"{self.plan.channel}{self._legs}"

    def _cel(
        self,
        at: float,
        event: str,
        name: str,
        uniqueid: str,
        app: str = "",
        data: str = "",
        extra: dict[str, str] | None = None,
    ) -> None:
        row = {
            "eventtype": event,
            "eventtime": f"{(START + timedelta(seconds=at)).timestamp():.6f}",
            "uniqueid": uniqueid,
            "linkedid": self.plan.channel,
            "channame": name,
            "num": "13800138000",
            "exten": "12319",
            "context": "from-trunk",
            "appname": app,
            "appdata": data,
            "eventextra": json.dumps(extra) if extra else "",
        }
        self.channels.append((at, json.dumps(row)))

    def _queue(self, at: float, queue: str, member: str, event: str, *data: str) -> None:
        second = int((START + timedelta(seconds=at)).timestamp())
        self.queue_log.append((at, "|".join([str(second), self.plan.channel, queue, member, event, *data])))


def lines(plans: list[Plan]) -> tuple[list[str], list[str]]:
    """The lines of both files, in the order in which Asterisk writes them."""
    logs = [Log(plan) for plan in plans]
    queued = sorted((row for log in logs for row in log.queue_log), key=lambda row: row[0])
    channels = sorted((row for log in logs for row in log.channels), key=lambda row: row[0])
    return [line for _, line in queued], [line for _, line in channels]


def parsed(queue_lines: list[str], channel_lines: list[str]) -> tuple[list[Row], list[Row]]:
    """The rows of both."""
    queued, channels = map(queue_row, queue_lines), map(channel_row, channel_lines)
    return [row for row in queued if row], [row for row in channels if row]


seats = st.sampled_from(("8001", "8002", "8003"))
queues = st.sampled_from(("citywide", "urban"))
seconds = st.floats(3.0, 90.0).map(lambda value: round(value, 3))


@st.composite
def plans(draw: st.DrawFn) -> list[Plan]:
    """Up to five calls that overlap in any way, each abandoned, answered, moved on or handed over."""
    return [draw(_plan(number)) for number in range(1, draw(st.integers(1, 5)) + 1)]


@st.composite
def _plan(draw: st.DrawFn, number: int) -> Plan:
    names = draw(st.permutations(("citywide", "urban")))[: draw(st.integers(1, 2))]
    answered = draw(st.booleans())
    waits = [
        Wait(
            queue,
            draw(seconds),
            tuple(draw(st.lists(seats, max_size=2))),
            draw(seats) if answered and queue == names[-1] else "",
        )
        for queue in names
    ]
    begins = draw(st.floats(0, 100).map(lambda value: round(value, 3)))
    handed_to = draw(st.sampled_from(("", "8009")))
    return Plan(number, begins, tuple(waits), draw(seconds), handed_to if answered else "")
