"""A bridge between a fake Asterisk and a real record, and a call's story as Asterisk tells it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from hotline.facts import Fact
from hotline.journal import read
from hotline.store import Store
from hotline.store.tables import Call
from hotline.store.tables import Link as LinkRow
from telephony import bridge as bridge_module
from telephony import listening as listening_module
from telephony.ami import link as link_module
from telephony.ami.link import Address, Link
from telephony.bridge import Bridge
from telephony.keeping import keep
from telephony.listening import Stop
from telephony.spool import Spool
from telephony.wrapup import WrapUp
from tests.edge.fake_ami import FakeAMI, Headers, until

CALL, CHANNEL = "a1-1763800000.1", "1763800000.1"
VARIABLES = {"ChanVariable": f"HOTLINE_CALL={CALL}"}
START = datetime.now(UTC) - timedelta(minutes=5)


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for long."""
    monkeypatch.setattr(link_module, "SHORTEST", 0.02)
    monkeypatch.setattr(link_module, "LONGEST", 0.05)
    monkeypatch.setattr(bridge_module, "RETRY", 0.02)
    monkeypatch.setattr(listening_module, "RETRY", 0.02)


@asynccontextmanager
async def bridged(
    ami: FakeAMI,
    store: Store,
    wrap_up: float = 60,
    folder: Path | None = None,
    room: int = 10_000_000,
    capacity: int = 5000,
    grace: float = 5,
    address: Callable[[], Address] | None = None,
    deadline: float = 5,
) -> AsyncIterator[Bridge]:
    """The bridge inside the block, from its first look on; its spool is in `folder`, or thrown away afterwards."""
    link = Link(ami.address, capacity=capacity, ping_every=deadline, deadline=deadline)
    with TemporaryDirectory() as passing, closing(Spool(folder or Path(passing), room)) as spool:
        bridge = Bridge(link, spool, store, "a1", WrapUp(link, wrap_up))
        keeping, writing = (
            asyncio.create_task(keep(link, address or (lambda: ami.address), asyncio.Event())),
            asyncio.create_task(bridge.run()),
        )
        try:
            known = len(facts(store, "link.restored"))
            await until(lambda: len(facts(store, "link.restored")) > known)
            yield bridge
        finally:
            keeping.cancel()
            link.insert(Stop())
            await asyncio.wait_for(writing, grace)


def facts(store: Store, *kinds: str) -> list[Fact]:
    with store.transaction() as session:
        return [fact for fact in read(session, 0).facts if not kinds or fact.kind in kinds]


def call_row(store: Store, id: str = CALL) -> Call:
    with store.transaction() as session:
        return session.get_one(Call, id)


def link_row(store: Store) -> LinkRow:
    with store.transaction() as session:
        return session.get_one(LinkRow, "a1")


def stamp(seconds: float) -> dict[str, str]:
    return {"Timestamp": f"{(START + timedelta(seconds=seconds)).timestamp():.6f}"}


def entered(call: str = CALL, seconds: float = 0) -> Headers:
    header = {"Event": "UserEvent", "UserEvent": "HotlineEntered", "Call": call, "Line": "12319"}
    return {**header, "Caller": "13800138000", "Language": "cmn", "Linkedid": call[3:], **stamp(seconds)}


def at_queue(event: str, seconds: float, **headers: str) -> Headers:
    return {"Event": event, "Queue": "general", "Linkedid": CHANNEL, **VARIABLES, **headers, **stamp(seconds)}


def at_seat(event: str, seconds: float) -> Headers:
    return at_queue(event, seconds, Interface="PJSIP/8001")


def hangup(seconds: float) -> Headers:
    return {"Event": "Hangup", "Uniqueid": CHANNEL, "Linkedid": CHANNEL, **VARIABLES, **stamp(seconds)}


STORY: list[Headers] = [
    {"Event": "QueueMemberAdded", "Queue": "general", "Interface": "PJSIP/8001", "Paused": "0", **stamp(0)},
    entered(),
    at_queue("QueueCallerJoin", 1, CallerIDNum="13800138000"),
    at_seat("AgentCalled", 2),
    at_seat("AgentConnect", 5),
    {"Event": "Hold", "Channel": "PJSIP/8001-00000002", "Linkedid": CHANNEL, **VARIABLES, **stamp(6)},
    {"Event": "Unhold", "Channel": "PJSIP/8001-00000002", "Linkedid": CHANNEL, **VARIABLES, **stamp(7)},
    at_seat("AgentComplete", 9),
    hangup(9),
]
