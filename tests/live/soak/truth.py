"""What happened, as the switch wrote it down itself: every call of its channel log and of queue_log, read on its face.
It shares nothing with the platform's own reading of them, lest both be wrong in the same way. Pure.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hotline.store.tables import Call

SLACK = timedelta(seconds=2)
LOST = "isn't in the record"


@dataclass
class Handled:
    """A call that the switch handled: from `caller`, or, where it `is_ours`, to them (empty where it didn't come so
    far). `seats` talked in it, in their order; `ended` is None where the switch died with it, `is_sent_on` where a
    branch centre was called.
    """

    channel: str
    caller: str
    began: datetime
    is_ours: bool
    is_sent_on: bool
    ended: datetime | None = None
    seats: list[str] = field(default_factory=list)


def calls_of(channel_log: Iterable[str], queue_log: Iterable[str]) -> dict[str, Handled]:
    """Every call that the switch answered, or that we placed, by the id of its first channel."""
    rows: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for line in channel_log:
        row = json.loads(line)
        rows[row["linkedid"]].append(row)
    handled = [call for channel, about in rows.items() if (call := _handled(channel, about))]
    found = {call.channel: call for call in handled}
    for line in queue_log:
        _, channel, _, member, event, *_ = line.split("|")
        if event == "CONNECT" and channel in found:
            found[channel].seats.append(member)
    return found


def differences(call: Handled, known: Sequence[Call]) -> Iterator[str]:
    """What the record, which has `known` of this call, says otherwise."""
    if len(known) != 1:
        yield LOST if not known else f"is there {len(known)} times"
        return
    (row,) = known
    if row.ended_at is None or row.outcome == "lost":
        yield f"is {row.outcome or row.state} in the record"
        return
    if call.ended and abs(row.ended_at - call.ended) > SLACK:
        yield f"ended at {call.ended}, and at {row.ended_at} in the record"
    if abs(row.entered_at - call.began) > SLACK:
        yield f"began at {call.began}, and at {row.entered_at} in the record"
    if call.caller and row.caller != call.caller:
        yield f"came from {call.caller}, and from {row.caller} in the record"
    if not call.is_sent_on and bool(call.seats) != bool(row.answered_at):
        yield f"was answered by {call.seats}, and in the record {row.answered_at}"
    elif call.seats and not call.is_ours and row.agent != call.seats[-1]:
        yield f"was answered by {call.seats[-1]}, and by {row.agent} in the record"


def _handled(channel: str, rows: Sequence[Mapping[str, Any]]) -> Handled | None:
    own = [row for row in rows if row["uniqueid"] == channel]
    said = [row["appdata"].split(",") for row in rows if row["appname"] == "UserEvent"]
    names = [words[0] for words in said]
    is_ours = channel.startswith("desk-")
    if not own or not (is_ours or "HotlineEntered" in names):
        return None
    dialled = next((row["exten"] for row in own if row["appdata"].startswith("HotlineRinging,")), "")
    headers = dict(word.split(": ", 1) for words in said for word in words[1:])
    ends = [_at(row) for row in own if row["eventtype"] == "CHAN_END"]
    return Handled(
        channel=channel,
        caller=dialled if is_ours else headers.get("Caller", ""),
        began=_at(own[0]),
        is_ours=is_ours,
        is_sent_on="HotlineSent" in names,
        ended=ends[0] if ends else None,
        seats=[headers["Extension"]] if "HotlineConnected" in names else [],
    )


def _at(row: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(float(row["eventtime"]), UTC)
