"""What the rows about one call mean: the signals that the bridge would have heard, had it been there. Pure.

The channel log knows more and to the microsecond; queue_log speaks where it says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hotline import calls
from telephony.ami.parser import Message
from telephony.repair.rows import ChannelRow, QueueRow, Row
from telephony.translate import extension_of, translate

SAME = timedelta(seconds=2)  # two rows of the two logs that are no further apart tell of one thing
CANCELLED = timedelta(
    seconds=1
)  # a seat that stops ringing so shortly before an answer or the end didn't refuse
LEFT = ("EXITWITHTIMEOUT", "EXITEMPTY", "EXITWITHKEY", "FULL", "JOINEMPTY", "LEAVEEMPTY", "JOINUNAVAIL")
TALKED = ("COMPLETECALLER", "COMPLETEAGENT", "BLINDTRANSFER", "ATTENDEDTRANSFER", "TRANSFER", "AGENTDUMP")
GIVEN_UP = ("ABANDON", "SYSCOMPAT")
LAST_WORDS = frozenset((*LEFT, *TALKED, *GIVEN_UP))  # after these a queue says no more of a call


def signals(call: str, rows: Iterable[Row]) -> list[calls.Signal]:
    """The signals about the call with this id, in their order, all of them marked as inferred."""
    told = sorted(rows, key=lambda row: row.by_then)
    channel_rows = [row for row in told if isinstance(row, ChannelRow)]
    heard = [signal for signal in _by_channels(call, channel_rows) if signal.call == call]
    queued = [signal for row in told if isinstance(row, QueueRow) for signal in _by_queue(call, row, told)]
    line = next((signal.line for signal in heard if isinstance(signal, calls.Beginning) and signal.line), "")
    missed = [_with_line(signal, line) for signal in queued if not _is_told(signal, heard)]
    found = sorted([*heard, *missed], key=lambda signal: signal.at)
    return [replace(signal, inferred=True) for signal in found if not _is_cancelled(signal, found)]


def _by_channels(call: str, rows: Sequence[ChannelRow]) -> Iterator[calls.Signal]:
    own = calls.channel(call)
    line = next((row.exten for row in rows if row.uniqueid == own and row.exten.isdigit()), "")
    began = next((row.at for row in rows if row.uniqueid == own), None)
    bridged: set[str] = set()
    for row in rows:
        is_own, extension = row.uniqueid == own, extension_of(row.channel)
        if row.event == "APP_START" and row.app == "UserEvent":
            yield from _said(row, call, began or row.at)
        elif row.event == "APP_START" and row.app == "Queue":
            yield _queued(call, row.at, row.data.partition(",")[0], row.number, line)
        elif row.event == "CHAN_START" and extension and not is_own:
            yield calls.Offered(call=call, at=row.at, extension=extension)
        elif row.event == "BRIDGE_ENTER" and extension:
            bridged.add(row.uniqueid)
            yield calls.Answered(call=call, at=row.at, extension=extension)
        elif row.event == "ATTENDEDTRANSFER":
            yield from _handed_over(row, call)
        elif row.event == "CHAN_END" and is_own:
            yield calls.Ended(call=call, at=row.at)
        elif row.event == "CHAN_END" and extension and row.uniqueid not in bridged:
            yield calls.NotAnswered(call=call, at=row.at, extension=extension)


def _said(row: ChannelRow, call: str, began: datetime) -> Iterator[calls.Signal]:
    """What the dialplan said, read as the manager interface would have brought it."""
    name, *pairs = row.data.split(",")
    headers = {key: value.strip() for key, _, value in (pair.partition(":") for pair in pairs)}
    said = {"Event": "UserEvent", "UserEvent": name, "Linkedid": row.root, **headers}
    if name == "HotlineRinging":
        placed = calls.Placed(
            call=call,
            at=began,
            line="",
            caller=row.exten,
            linkedid=calls.channel(call),
            extension=headers.get("Extension", ""),
        )
        yield placed
    for signal in translate(Message(said), call.partition("-")[0], row.at):
        if isinstance(signal, calls.Signal):
            yield signal


def _handed_over(row: ChannelRow, call: str) -> Iterator[calls.Signal]:
    extension = extension_of(str(row.extra.get("transfer_target_channel_name", "")))
    if row.extra.get("transferee_channel_uniqueid") == calls.channel(call) and extension:
        yield calls.Answered(call=call, at=row.at, extension=extension)


def _by_queue(call: str, row: QueueRow, rows: Sequence[Row]) -> Iterator[calls.Signal]:
    extension = _seat(row, rows)
    if row.event == "ENTERQUEUE":
        yield _queued(call, row.at, row.queue, row.data[1] if len(row.data) > 1 else "", "")
    elif row.event == "CONNECT" and extension:
        yield calls.Offered(call=call, at=row.at - timedelta(seconds=row.number(2)), extension=extension)
        yield calls.Answered(call=call, at=row.at, extension=extension)
    elif row.event == "RINGNOANSWER" and extension:
        rang = timedelta(milliseconds=row.number(0))
        yield calls.Offered(call=call, at=row.at - rang, extension=extension)
        yield calls.NotAnswered(call=call, at=row.at, extension=extension)
    elif not any(isinstance(other, ChannelRow) for other in rows) and row is rows[-1]:
        yield from _end(call, row)


def _end(call: str, row: QueueRow) -> Iterator[calls.Signal]:
    """Without a channel log, a call's last row in the queue is the last that is known of it."""
    if row.event in LEFT:
        yield calls.Ended(call=call, at=row.at, outcome=calls.Outcome.OVERFLOWED)
    elif row.event in LAST_WORDS:
        yield calls.Ended(call=call, at=row.at)


def _seat(row: QueueRow, rows: Sequence[Row]) -> str:
    """The extension: the member's name, its interface, or, where it has a name of its own, the seat's channel."""
    if row.member.isascii() and row.member.isdigit():
        return row.member
    leg = row.data[1] if row.event == "CONNECT" and len(row.data) > 1 else ""
    names = (other.channel for other in rows if isinstance(other, ChannelRow) and other.uniqueid == leg)
    return extension_of(row.member) or next(filter(None, map(extension_of, names)), "")


def _queued(call: str, at: datetime, queue: str, caller: str, line: str) -> calls.Queued:
    linkedid = calls.channel(call)
    return calls.Queued(call=call, at=at, queue=queue, caller=caller, line=line, linkedid=linkedid)


def _with_line(signal: calls.Signal, line: str) -> calls.Signal:
    return replace(signal, line=line) if isinstance(signal, calls.Beginning) and not signal.line else signal


def _is_told(signal: calls.Signal, heard: Iterable[calls.Signal]) -> bool:
    """Whether the other log told of the same thing."""
    return any(_means(other) == _means(signal) and abs(other.at - signal.at) <= SAME for other in heard)


def _means(signal: calls.Signal) -> tuple[object, ...]:
    return type(signal), getattr(signal, "queue", ""), getattr(signal, "extension", "")


def _is_cancelled(signal: calls.Signal, found: Iterable[calls.Signal]) -> bool:
    """Whether a seat stopped ringing only because another answered, or the caller was gone."""
    if not isinstance(signal, calls.NotAnswered):
        return False
    soon = (other for other in found if timedelta(0) <= other.at - signal.at <= CANCELLED)
    return any(isinstance(other, calls.Answered | calls.Ended) for other in soon)
