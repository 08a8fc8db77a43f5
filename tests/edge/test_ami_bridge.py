"""From the socket to the record: a fake Asterisk talks, a real PostgreSQL remembers."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from hotline.presence import WRAP_UP
from hotline.record import calls as record
from hotline.store import Store
from hotline.store.tables import Call, FactRow, Seat
from telephony import bridge as bridge_module
from telephony import listening as listening_module
from telephony import writing as writing_module
from telephony.ami.link import Link
from telephony.ami.parser import Message
from tests.edge.bridging import (
    START,
    STORY,
    at_queue,
    at_seat,
    bridged,
    call_row,
    entered,
    facts,
    hangup,
    hurry,
    stamp,
)
from tests.edge.fake_ami import FakeAMI, listing, refusal, until

pytestmark = pytest.mark.edge


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)


def test_a_seat_that_rings_is_written_with_the_joining_before_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bridge_module, "COMPANY", 5)

    async def scene() -> None:
        async with FakeAMI().running() as ami, bridged(ami, store):
            ami.send(entered())
            await until(lambda: facts(store, "call.entered"))
            ami.send(at_queue("QueueCallerJoin", 1, CallerIDNum="13800138000"))
            await asyncio.sleep(0.02)  # as long as a switch takes to ring a seat
            ami.send(at_seat("AgentCalled", 1))
            await until(lambda: facts(store, "call.offered"))
            with store.transaction() as session:
                wanted = col(FactRow.kind).in_(("call.queued", "call.offered"))
                written = session.exec(select(FactRow.xid).where(wanted)).all()
            assert len(written) == 2
            assert len(set(written)) == 1

    asyncio.run(scene())


def test_a_caller_for_whom_no_seat_rings_is_written_all_the_same(store: Store) -> None:
    async def scene() -> None:
        async with FakeAMI().running() as ami, bridged(ami, store):
            ami.send(entered())
            await until(lambda: facts(store, "call.entered"))
            ami.send(at_queue("QueueCallerJoin", 1, CallerIDNum="13800138000"))
            await until(lambda: facts(store, "call.queued"))

    asyncio.run(scene())


def test_a_call_from_the_socket_to_the_record(store: Store) -> None:
    async def scene() -> None:
        async with FakeAMI().running() as ami, bridged(ami, store):
            ami.send(*STORY)
            await until(lambda: facts(store, "call.ended"))
            call = call_row(store)
            assert (call.line, call.caller, call.queue, call.agent) == (
                "12319",
                "13800138000",
                "general",
                "8001",
            )
            assert (call.outcome, call.answered_at) == ("answered", START + timedelta(seconds=5))
            assert not call.inferred
            told = [fact.kind for fact in facts(store) if fact.noun == "call"]
            verbs = ("entered", "queued", "offered", "answered", "held", "resumed", "ended")
            assert told == [f"call.{verb}" for verb in verbs]

    asyncio.run(scene())


def test_a_seat_in_a_call_is_paused_for_wrap_up_and_freed_when_its_time_is_over(store: Store) -> None:
    async def scene() -> None:
        async with FakeAMI().running() as ami, bridged(ami, store, wrap_up=0.2):
            ami.send(
                *(
                    event | stamp((datetime.now(UTC) - START).total_seconds())
                    for event in map(dict, STORY[:5])
                )
            )
            (lay,) = await until(lambda: ami.asked("QueuePause"))
            assert (lay.one("Interface"), lay.one("Paused"), lay.one("Reason")) == (
                "PJSIP/8001",
                "true",
                WRAP_UP,
            )
            now = (datetime.now(UTC) - START).total_seconds()
            ami.send(
                {
                    "Event": "QueueMemberPause",
                    "Interface": "PJSIP/8001",
                    "Paused": "1",
                    "PausedReason": WRAP_UP,
                },
                at_seat("AgentComplete", now),
                hangup(now),
            )
            lift = await until(lambda: ami.asked("QueuePause")[1:])
            assert lift[0].one("Paused") == "false"
            ami.send({"Event": "QueueMemberPause", "Interface": "PJSIP/8001", "Paused": "0"})
            became = await until(
                lambda: [
                    f.became
                    for f in facts(store, "seat.became")
                    if f.became == "ready" and f.was == "wrap-up"
                ]
            )
            assert became == ["ready"]

    asyncio.run(scene())


def test_what_happened_while_the_link_was_away_is_made_up(store: Store) -> None:
    async def scene() -> None:
        ami = FakeAMI()
        async with ami.running(), bridged(ami, store):
            ami.send(*STORY[:3])
            await until(lambda: facts(store, "call.queued"))
            ami.replies["Ping"] = lambda action: [{"Response": "Success", **stamp(60)}]
            channel = {
                "Event": "CoreShowChannel",
                "Channel": "PJSIP/trunk-0000009",
                "ChannelState": "6",
                "CallerIDNum": "13900139000",
                "Uniqueid": "1763800050.7",
                "Linkedid": "1763800050.7",
                "Duration": "00:00:10",
                "BridgeId": "",
                "ChanVariable": "HOTLINE_CALL=a1-1763800050.7\r\nChanVariable: HOTLINE_LINE=12345",
            }
            entry = {"Event": "QueueEntry", "Queue": "general", "Uniqueid": "1763800050.7", "Wait": "8"}
            member = {"Event": "QueueMember", "Queue": "general", "Location": "PJSIP/8001", "Paused": "1"}
            ami.replies["CoreShowChannels"] = listing("CoreShowChannels", channel)
            ami.replies["QueueStatus"] = listing("QueueStatus", entry, {**member, "PausedReason": "meal"})
            ami.drop()
            await until(lambda: facts(store, "link.restored")[1:])
            assert [call_row(store).state, call_row(store).outcome] == ["ended", "lost"]
            missed = call_row(store, "a1-1763800050.7")
            assert (missed.state, missed.line, missed.inferred) == ("queued", "12345", True)
            assert missed.queued_at == START + timedelta(seconds=52)
            with store.transaction() as session:
                seat = session.get_one(Seat, "8001")
            assert (seat.state, seat.reason) == ("paused", "meal")
            lost, restored = facts(store, "link.lost", "link.restored")[1:]
            assert restored.data["lost_at"] == lost.at.isoformat()
            assert restored.data["corrections"] == 4
            inferred = [fact for fact in facts(store) if fact.data.get("inferred")]
            assert len(inferred) == 4

    asyncio.run(scene())


def test_lining_up_twice_changes_nothing(store: Store) -> None:
    async def scene() -> None:
        ami = FakeAMI()
        async with ami.running(), bridged(ami, store) as bridge:
            ami.drop()
            await until(lambda: facts(store, "link.restored")[1:])
            ami.drop()
            await until(lambda: facts(store, "link.restored")[2:])
            assert bridge.corrected == 0

    asyncio.run(scene())


def test_late_events_from_before_a_look_change_nothing(store: Store) -> None:
    async def scene() -> None:
        async with FakeAMI().running() as ami, bridged(ami, store):
            ami.send(*STORY)
            await until(lambda: facts(store, "call.ended"))
            known = len(facts(store))
            ami.send(STORY[2], STORY[3], STORY[4], STORY[8], entered("a1-2.2"))
            await until(lambda: [fact for fact in facts(store) if fact.call == "a1-2.2"])
            assert len(facts(store)) == known + 1

    asyncio.run(scene())


def test_an_event_that_makes_no_sense_costs_only_itself(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = writing_module.translate

    def translate(message: Any, *args: Any) -> Any:
        if message.one("Boom"):
            raise RuntimeError("boom")
        return real(message, *args)

    monkeypatch.setattr(writing_module, "translate", translate)

    async def scene() -> None:
        async with FakeAMI().running() as ami, bridged(ami, store) as bridge:
            ami.send(entered(), {"Event": "UserEvent", "Boom": "1"}, hangup(5))
            await until(lambda: facts(store, "call.ended"))
            await until(lambda: bridge.failed == 1)
            assert ami.accepted == 1

    asyncio.run(scene())


def test_a_signal_that_cannot_be_recorded_costs_only_itself(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = record.apply

    def apply(session: Session, signals: Any, node: str) -> record.Applied:
        if any(signal.call == "a1-3.3" for signal in signals):
            raise ValueError("unrecordable")
        return real(session, signals, node)

    monkeypatch.setattr(record, "apply", apply)

    async def scene() -> None:
        async with FakeAMI().running() as ami, bridged(ami, store) as bridge:
            ami.send(entered("a1-2.2"), entered("a1-3.3"), entered("a1-4.4"))
            await until(lambda: len(facts(store, "call.entered")) == 2)
            assert bridge.failed == 1

    asyncio.run(scene())


def test_a_look_that_makes_no_sense_is_not_the_last(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    real, looks = listening_module.look, []

    async def look(link: Link) -> Any:
        looks.append(link)
        if len(looks) == 1:
            raise ValueError("nonsense")
        return await real(link)

    monkeypatch.setattr(listening_module, "look", look)
    monkeypatch.setattr(listening_module, "LOOK_AGAIN", 0.02)

    async def scene() -> None:
        async with FakeAMI().running() as ami, bridged(ami, store) as bridge:
            assert bridge.failed == 1

    asyncio.run(scene())


def test_a_look_that_cannot_be_recorded_ends_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def corrections(*given: Any) -> Any:
        raise ValueError("unrecordable")

    async def scene() -> None:
        async with FakeAMI().running() as ami, bridged(ami, store) as bridge:
            monkeypatch.setattr(writing_module, "corrections", corrections)
            ami.drop()
            await until(lambda: bridge.failed == 1)
            ami.send(*STORY)
            await until(lambda: facts(store, "call.ended"))

    asyncio.run(scene())


def test_a_database_that_is_away_for_a_while_loses_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, tries = record.apply, []

    def apply(session: Session, signals: Any, node: str) -> record.Applied:
        tries.append(signals)
        if len(tries) < 5:
            raise OperationalError("away", {}, Exception())
        return real(session, signals, node)

    async def scene() -> None:
        async with FakeAMI().running() as ami, bridged(ami, store):
            monkeypatch.setattr(record, "apply", apply)
            ami.send(*STORY)
            await until(lambda: facts(store, "call.ended"))
            assert call_row(store).outcome == "answered"

    asyncio.run(scene())


def test_a_seat_that_left_its_queues_in_a_call_is_not_paused(store: Store) -> None:
    async def scene() -> None:
        ami = FakeAMI()
        ami.replies["QueuePause"] = refusal("Interface not found")
        async with ami.running(), bridged(ami, store):
            ami.send(*STORY[:5])
            await until(lambda: ami.asked("QueuePause"))
            ami.send(*STORY[5:])
            await until(lambda: facts(store, "call.ended"))

    asyncio.run(scene())


def test_an_order_that_is_never_answered_holds_no_event_back(store: Store) -> None:
    """A client that waits for an answer where it hands out events waits for itself."""

    async def scene() -> None:
        ami = FakeAMI()
        ami.replies["QueuePause"] = None
        async with ami.running(), bridged(ami, store):
            now = (datetime.now(UTC) - START).total_seconds()
            ami.send(*(event | stamp(now) for event in map(dict, STORY[:5])))
            await until(lambda: ami.asked("QueuePause"))
            ami.send(at_seat("AgentComplete", now + 1), hangup(now + 1))
            await until(lambda: facts(store, "call.ended"))

    asyncio.run(scene())


def test_calls_that_begin_in_one_second_are_told_apart(store: Store) -> None:
    """panoramisk's CallManager takes calls of the same second for one."""

    async def scene() -> None:
        async with FakeAMI().running() as ami, bridged(ami, store):
            ids = [f"a1-1763800000.{number}" for number in (1, 2, 10, 11)]
            ami.send(*(entered(id) for id in ids))
            await until(lambda: len(facts(store, "call.entered")) == 4)
            ami.send({**hangup(3), "Uniqueid": "1763800000.1", "ChanVariable": f"HOTLINE_CALL={ids[0]}"})
            await until(lambda: facts(store, "call.ended"))
            assert [call_row(store, id).state for id in ids] == ["ended", "entered", "entered", "entered"]

    asyncio.run(scene())


def test_stopping_writes_what_has_arrived_and_says_that_nobody_listens(store: Store) -> None:
    async def scene() -> None:
        async with FakeAMI().running() as ami, bridged(ami, store) as bridge:
            for number in range(50):
                bridge._link.insert(Message(entered(f"a1-{number}.1", number)))
        assert len(facts(store, "call.entered")) == 50
        assert facts(store)[-1].data == {"why": "stopped"}

    asyncio.run(scene())


def test_many_calls_at_once_are_one_row_each(store: Store) -> None:
    async def scene() -> None:
        async with FakeAMI().running() as ami, bridged(ami, store):
            ami.send(*(entered(f"a1-{number}.1", number) for number in range(300)))
            await until(lambda: len(facts(store, "call.entered")) == 300)
            with store.transaction() as session:
                rows = session.exec(select(Call.id).order_by(col(Call.entered_at))).all()
            assert list(rows) == [f"a1-{number}.1" for number in range(300)]

    asyncio.run(scene())
