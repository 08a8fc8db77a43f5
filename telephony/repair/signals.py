"""What the rows about one call mean: the signals that the bridge would have heard, had it been there. Pure.

The channel log knows more and to the microsecond; queue_log speaks where it says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hotline import calls
from hotline.parties import CHANNEL, Standing
from telephony.ami.parser import Message
from telephony.repair.rows import ChannelRow, QueueRow, Row
from telephony.translate import HOW, ROOMS, ZOMBIE, extension_of, translate

# Two rows of the two logs that are no further apart tell of one thing.
SAME = timedelta(seconds=2)
# A seat that stops ringing so shortly before an answer or the end didn't refuse.
CANCELLED = timedelta(seconds=1)
RINGING, ENDED = "HotlineRinging", "HotlineEnded"  # what the dialplan says
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
    refused = [signal for signal in queued if isinstance(signal, calls.NotAnswered)]
    return [replace(one, inferred=True) for one in found if not _is_cancelled(one, found, refused)]


def ends(row: Row, root: str) -> bool:
    """Whether this row is the end of the call that began with the channel `root`. A seat that was moved to a room
    leaves a call that it began to the others there; the dialplan says when they are gone.
    """
    if not isinstance(row, ChannelRow):
        return False
    if _says(row):
        return row.data.startswith(f"{ENDED},")
    if row.event == "LINKEDID_END":
        return row.root == root
    is_seat_in_room = bool(extension_of(row.channel)) and row.context == ROOMS
    return row.event == "CHAN_END" and row.uniqueid == root and not is_seat_in_room


def said_call(row: ChannelRow) -> str:
    """The id of the call that the dialplan speaks of in this row; empty where it doesn't speak."""
    return _headers(row).get("Call", "") if _says(row) else ""


def _by_channels(call: str, rows: Sequence[ChannelRow]) -> Iterator[calls.Signal]:
    """Channels of third parties have ids that the desk gave them; whoever talks in a room, the dialplan says."""
    own = calls.channel(call)
    line = next((row.exten for row in rows if row.uniqueid == own and row.exten.isdigit()), "")
    began = next((row.at for row in rows if row.uniqueid == own), None)
    bridged: set[str] = set()
    guests: dict[str, str] = {}
    for row in rows:
        extension = "" if row.channel.endswith(ZOMBIE) else extension_of(row.channel)
        is_own, is_invited = row.uniqueid == own, row.uniqueid.startswith(CHANNEL)
        if _says(row):
            guests |= {row.uniqueid: _headers(row).get("Party", "")} if is_invited else {}
            yield from _said(row, call, began or row.at)
        elif row.event == "APP_START" and row.app == "Queue":
            yield _queued(call, row.at, row.data.partition(",")[0], row.number, line)
        elif row.event == "ATTENDEDTRANSFER":
            yield from _handed_over(row, call)
        elif ends(row, own):
            yield calls.Ended(call=call, at=row.at)
        elif row.event == "HANGUP" and row.uniqueid in guests:
            how = HOW.get(str(row.extra.get("hangupcause")), Standing.LEFT)
            yield calls.PartyLeft(call=call, at=row.at, party=guests[row.uniqueid], how=how)
        elif not extension or is_invited:
            continue
        elif row.event == "CHAN_START" and not is_own:
            yield calls.Offered(call=call, at=row.at, extension=extension)
        elif row.event == "BRIDGE_ENTER" and row.app != "ConfBridge":
            bridged.add(row.uniqueid)
            yield calls.Answered(call=call, at=row.at, extension=extension)
        elif row.event == "CHAN_END" and row.uniqueid in bridged:
            yield calls.SeatLeft(call=call, at=row.at, extension=extension)
        elif row.event == "CHAN_END":
            yield calls.NotAnswered(call=call, at=row.at, extension=extension)


def _says(row: ChannelRow) -> bool:
    """Whether the dialplan says something in this row."""
    return row.event == "APP_START" and row.app == "UserEvent"


def _headers(row: ChannelRow) -> dict[str, str]:
    pairs = (pair.partition(":") for pair in row.data.split(",")[1:])
    return {key: value.strip() for key, _, value in pairs}


def _said(row: ChannelRow, call: str, began: datetime) -> Iterator[calls.Signal]:
    """Read as the manager interface would have brought it."""
    name, headers = row.data.partition(",")[0], _headers(row)
    if name == RINGING:
        yield calls.Placed(
            call=call,
            at=began,
            line="",
            caller=row.exten,
            linkedid=calls.channel(call),
            extension=headers.get("Extension", ""),
        )
    message = Message({"Event": "UserEvent", "UserEvent": name, "Linkedid": row.root, **headers})
    for signal in translate(message, call.partition("-")[0], row.at):
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


def _is_cancelled(
    signal: calls.Signal, found: Iterable[calls.Signal], refused: Sequence[calls.NotAnswered]
) -> bool:
    """Whether a seat stopped ringing only because another answered, or the caller was gone; unless queue_log says that
    it rang in vain.
    """
    if not isinstance(signal, calls.NotAnswered) or _is_told(signal, refused):
        return False
    soon = (other for other in found if timedelta(0) <= other.at - signal.at <= CANCELLED)
    return any(isinstance(other, calls.Answered | calls.Ended) for other in soon)
