"""What a soak came to: whether the record has every call, ticket and order once and as it was. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hotline.store.tables import Call
from tests.live.soak.evidence import Evidence
from tests.live.soak.truth import LOST, differences

CLEAN = " 0 differences"


@dataclass(frozen=True)
class Verdict:
    """The channels of the calls that are `lost` or `doubled`; tickets and numbers by their names; `wrong` is all that
    is not as it should be, in words.
    """

    lost: frozenset[str]
    doubled: frozenset[str]
    tickets_lost: frozenset[str]
    double_dials: frozenset[str]
    wrong: Sequence[str]


def judge(found: Evidence) -> Verdict:
    """Of the calls, the switch's logs and the citizens' own telephones are asked, each for itself."""
    known: dict[str, list[Call]] = defaultdict(list)
    for row in found.known:
        known[row.id.partition("-")[2]].append(row)
    about_calls = [
        (channel, words)
        for channel, call in found.handled.items()
        for words in differences(call, known[channel])
    ]
    lost = {channel for channel, words in about_calls if words == LOST}
    times = Counter(row.caller for row in found.known if row.direction == "in")
    unheard = {one.caller for one in found.answered if one.is_answered and not times[one.caller]}
    doubled = {caller for caller, count in times.items() if count > 1}
    channels = {call.caller: channel for channel, call in found.handled.items() if not call.is_ours}
    tickets_lost = frozenset(one.title for one in found.written if not found.titles.get(one.title))
    double_dials = frozenset(contact for contact, count in found.rang.items() if count > 1)
    return Verdict(
        lost=frozenset(lost | {channels.get(caller, caller) for caller in unheard}),
        doubled=frozenset(channels.get(caller, caller) for caller in doubled),
        tickets_lost=tickets_lost,
        double_dials=double_dials,
        wrong=[
            *(f"{channel} {words}" for channel, words in about_calls),
            *(f"the call from {caller} was answered, and isn't in the record" for caller in unheard),
            *(f"the call from {caller} is in the record {times[caller]} times" for caller in doubled),
            *(f"{ticket} is gone" for ticket in tickets_lost),
            *(f"{contact} rang {found.rang[contact]} times" for contact in double_dials),
            *_unrecorded(found),
            *_unknown(found),
            *found.told,
            *found.miscounted,
            *(line for line in found.reconciled.splitlines() if not line.endswith(CLEAN)),
        ],
    )


def _unrecorded(found: Evidence) -> Iterator[str]:
    """Calls to citizens whose telephone rang, and that aren't in the record once, as calls that came so far."""
    for contact, count in found.rang.items():
        rows = [row for row in found.known if row.direction == "out" and row.caller == contact]
        if count and [row.outcome == "failed" for row in rows] != [False]:
            yield f"{contact} rang, and the record says {[row.outcome for row in rows]}"


def _unknown(found: Evidence) -> Iterator[str]:
    """Calls of the record that never were. One that we wanted to place may not have reached the switch."""
    for row in found.known:
        is_unplaced = row.direction == "out" and row.outcome == "failed"
        if row.id.partition("-")[2] not in found.handled and not is_unplaced:
            yield f"{row.id} isn't known to the switch"
