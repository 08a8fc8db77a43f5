"""The fault table: what was broken how often, what it cost, and how long it took until all was well again. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median

from hotline.repairs import Gap
from tests.live.soak.evidence import Evidence
from tests.live.soak.plan import Fault
from tests.live.soak.truth import Handled
from tests.live.soak.verdict import Verdict

HEADINGS = (
    "fault",
    "times tried",
    "calls under way",
    "calls lost",
    "counted twice",
    "longest gap (s)",
    "time to repair (s), median",
    "longest",
)
WORDS = {
    Fault.TELEPHONY: "kill -9 of the telephony process",
    Fault.WEB: "kill -9 of the web process",
    Fault.WORKER: "kill -9 of the worker",
    Fault.REDIS: "kill -9 of Redis",
    Fault.POSTGRESQL: "kill -9 of PostgreSQL",
    Fault.ASTERISK: "kill -9 of Asterisk",
    Fault.LINK_CUT: "link cut",
    Fault.LINK_HALF_CLOSED: "link half closed",
    Fault.LINK_SILENT: "link silent",
}
DEAFENING = (
    *(Fault.TELEPHONY, Fault.ASTERISK),
    *(Fault.LINK_CUT, Fault.LINK_HALF_CLOSED, Fault.LINK_SILENT),
)  # after these, nobody listens for a while
TAKEN = 202  # the answer's status
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Struck:
    """A fault that happened at `at`; everything worked again at `whole_at`, None if it never did."""

    fault: Fault
    at: datetime
    whole_at: datetime | None

    @property
    def seconds(self) -> float:
        """Until everything worked again; without end if it never did."""
        return (self.whole_at - self.at).total_seconds() if self.whole_at else math.inf

    def overlaps(self, begun: datetime, ended: datetime) -> bool:
        return begun <= (self.whole_at or NEVER) and ended >= self.at


def table(found: Evidence, verdict: Verdict, struck: Sequence[Struck]) -> str:
    """In Markdown, a row for each fault, and one for the calls during which nothing was broken."""
    rows = [_row(fault, found, verdict, struck) for fault in Fault]
    calm = [
        call for call in found.handled.values() if not any(_concerns(blow, call, struck) for blow in struck)
    ]
    rows.append(["nothing", "", str(len(calm)), *_costs(calm, verdict), "", "", ""])
    return _markdown([HEADINGS, *rows])


def _row(fault: Fault, found: Evidence, verdict: Verdict, struck: Sequence[Struck]) -> list[str]:
    blows = [blow for blow in struck if blow.fault is fault]
    concerned = [
        call for call in found.handled.values() if any(_concerns(blow, call, struck) for blow in blows)
    ]
    gaps = _gaps(fault, found, struck)
    seconds = [blow.seconds for blow in blows]
    return [
        WORDS[fault],
        str(len(blows)),
        str(len(concerned)),
        *_costs(concerned, verdict),
        f"{max(gaps):.1f}" if gaps else "none",
        *(f"{value:.1f}" if value < math.inf else "never" for value in (median(seconds), max(seconds))),
    ]


def _costs(concerned: Sequence[Handled], verdict: Verdict) -> list[str]:
    return [
        str(sum(call.channel in group for call in concerned)) for group in (verdict.lost, verdict.doubled)
    ]


def _concerns(blow: Struck, call: Handled, struck: Sequence[Struck]) -> bool:
    """Whether the call went on while this was broken. One without an end of its own died with the switch."""
    deaths = [one.at for one in struck if one.fault is Fault.ASTERISK and one.at >= call.began]
    return blow.overlaps(call.began, call.ended or min(deaths, default=NEVER))


def _gaps(fault: Fault, found: Evidence, struck: Sequence[Struck]) -> list[float]:
    """Seconds in which nobody listened. Where several things were broken, those that deafen have the blame."""

    def during(gap: Gap, faults: Sequence[Fault]) -> bool:
        return any(blow.overlaps(gap.lost_at, gap.back_at) for blow in struck if blow.fault in faults)

    mine = [gap for gap in found.gaps if during(gap, [fault])]
    to_blame = [gap for gap in mine if fault in DEAFENING or not during(gap, DEAFENING)]
    return [(gap.back_at - gap.lost_at).total_seconds() for gap in to_blame]


def summary(found: Evidence, verdict: Verdict) -> list[str]:
    """The same in plain words, for everything together."""
    put_right = sum(row.inferred for row in found.known)
    again = sum(count > 1 for count in found.titles.values())
    return [
        f"Calls that the switch handled: {len(found.handled)}; lost {len(verdict.lost)}, "
        f"counted twice {len(verdict.doubled)}; put right from the switch's own logs {put_right}.",
        f"Tickets that agents were told to be written: {len(found.written)}; lost {len(verdict.tickets_lost)}; "
        f"there twice, because an answer was lost and the form sent again: {again}.",
        f"Calls to citizens that agents ordered: {len(found.ordered)}; taken by the switch "
        f"{sum(order.status == TAKEN for order in found.ordered)}; rang {sum(map(bool, found.rang.values()))}, "
        f"more than once {len(verdict.double_dials)}.",
        *(f"`hotline reconcile`: {line}." for line in found.reconciled.splitlines()),
    ]


def _markdown(rows: Sequence[Sequence[str]]) -> str:
    """Aligned, so that it is read as easily where nobody renders it."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    rule = ["-" * width if not n else "-" * (width - 1) + ":" for n, width in enumerate(widths)]
    lines = [rows[0], rule, *rows[1:]]
    return "\n".join(
        "| "
        + " | ".join(
            cell.ljust(width) if not n else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        + " |"
        for line in lines
    )
