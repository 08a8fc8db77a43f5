"""The truth after trouble: what a look at the switch makes of what we believed, and how a gap is told."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from hotline.presence import LINK_LOST
from hotline.record import links
from hotline.store import Store
from telephony import keeping, reach
from telephony import listening as listening_module
from telephony.ami.link import Address, Link
from telephony.keeping import keep
from telephony.listening import Refusal
from tests.edge.bridging import (
    CALL,
    CHANNEL,
    STORY,
    VARIABLES,
    at_queue,
    at_seat,
    bridged,
    call_row,
    entered,
    facts,
    hangup,
    hurry,
    link_row,
    stamp,
)
from tests.edge.fake_ami import FakeAMI, Headers, listing, refusal, until

pytestmark = pytest.mark.edge


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)


@pytest.fixture
def ami() -> FakeAMI:
    fake = FakeAMI()
    fake.replies["Ping"] = lambda action: [{"Response": "Success", **stamp(0)}]
    return fake


def leg(channel: str, unique: str, **headers: str) -> Headers:
    common = {"Event": "CoreShowChannel", "Channel": channel, "ChannelState": "6", "Uniqueid": unique}
    return {
        **common,
        "Duration": "00:01:00",
        "BridgeId": "b",
        "ChanVariable": f"HOTLINE_CALL={CALL}",
        **headers,
    }


TALK = (leg("PJSIP/trunk-01", CHANNEL), leg("PJSIP/8001-02", "1.2"))


def member(**headers: str) -> Headers:
    return {"Event": "QueueMember", "Queue": "general", "Location": "PJSIP/8001", "Paused": "0", **headers}


async def gap(ami: FakeAMI, store: Store) -> None:
    """The link is lost and comes back; a minute has passed at the switch."""
    ami.replies["Ping"] = lambda action: [{"Response": "Success", **stamp(60)}]
    known = len(facts(store, "link.restored"))
    ami.drop()
    await until(lambda: len(facts(store, "link.restored")) > known)


def states(store: Store) -> list[str]:
    return [str(fact.became) for fact in facts(store) if fact.noun == "call"]


def test_a_gap_is_a_fact_with_its_ends_and_its_corrections(store: Store, ami: FakeAMI) -> None:
    async def scene() -> None:
        async with ami.running(), bridged(ami, store):
            ami.send(*STORY[:3])
            await until(lambda: facts(store, "call.queued"))
            await gap(ami, store)
            (lost,) = facts(store, "link.lost")
            restored = facts(store, "link.restored")[-1]
            assert restored.data["lost_at"] == lost.at.isoformat()
            assert restored.data["seconds"] == round((restored.at - lost.at).total_seconds(), 3)
            assert restored.data["corrections"] > 0
            row = link_row(store)
            assert (row.is_up, row.lost_at, row.gaps, row.orphans) == (True, None, 1, 1)
            assert row.corrections == restored.data["corrections"]
            assert row.gap_seconds == restored.data["seconds"]

    asyncio.run(scene())


def test_a_gap_begins_when_anything_was_last_heard_where_the_process_died_without_a_word(
    store: Store, ami: FakeAMI
) -> None:
    heard = datetime.now(UTC) - timedelta(minutes=3)
    with store.transaction() as session:
        links.advance(session, "a1", 1, 1, heard, 0)
        links.restore(session, "a1", heard, [])

    async def scene() -> None:
        async with ami.running(), bridged(ami, store):
            lost, restored = facts(store, "link.lost", "link.restored")[1:]
            assert (lost.at, lost.data["why"]) == (heard, links.BEGUN)
            assert restored.data["seconds"] > 170

    asyncio.run(scene())


def test_a_gap_begins_when_a_link_fell_silent_and_not_when_that_was_noticed(
    store: Store, ami: FakeAMI
) -> None:
    async def scene() -> None:
        async with ami.running(), bridged(ami, store, deadline=0.1) as bridge:
            ami.is_silent = True
            await until(lambda: not bridge._link.is_up)
            noticed = datetime.now(UTC)
            ami.is_silent = False
            (lost,) = await until(lambda: facts(store, "link.lost"))
            assert lost.at <= noticed - timedelta(seconds=0.1)  # a ping's deadline at least has passed

    asyncio.run(scene())


def test_the_first_time_ever_nothing_was_lost(store: Store, ami: FakeAMI) -> None:
    async def scene() -> None:
        async with ami.running(), bridged(ami, store):
            (restored,) = [fact for fact in facts(store) if fact.noun == "link"]
            assert restored.data == {"corrections": 0}

    asyncio.run(scene())


def test_a_call_on_hold_is_found_on_hold(store: Store, ami: FakeAMI) -> None:
    async def scene() -> None:
        async with ami.running(), bridged(ami, store):
            ami.send(*STORY[:5])
            await until(lambda: facts(store, "call.answered"))
            ami.replies["CoreShowChannels"] = listing("CoreShowChannels", *TALK)
            ami.replies["QueueStatus"] = listing("QueueStatus", member(Status="8"))
            await gap(ami, store)
            assert states(store)[-1] == "held"
            assert facts(store, "call.held")[-1].data["inferred"]
            ami.replies["QueueStatus"] = listing("QueueStatus", member(Status="2"))
            await gap(ami, store)
            assert states(store)[-1] == "talking"

    asyncio.run(scene())


def test_a_look_that_is_cut_in_the_middle_ends_no_call(store: Store, ami: FakeAMI) -> None:
    async def scene() -> None:
        async with ami.running(), bridged(ami, store):
            ami.send(*STORY[:5])
            await until(lambda: facts(store, "call.answered"))
            ami.replies["CoreShowChannels"] = lambda action: listing("CoreShowChannels")(action)[:1]
            ami.drop()
            await until(lambda: len(ami.asked("CoreShowChannels")) == 2)
            ami.replies["CoreShowChannels"] = listing("CoreShowChannels", *TALK)
            ami.replies["QueueStatus"] = listing("QueueStatus", member(Status="2"))
            await gap(ami, store)
            assert states(store)[-1] == "talking"

    asyncio.run(scene())


def test_late_events_from_before_a_snapshot_change_nothing(store: Store, ami: FakeAMI) -> None:
    """The call was passed on from 8001 to 8002 while nobody listened; then the old events arrive after all."""

    async def scene() -> None:
        async with ami.running(), bridged(ami, store):
            ami.send(*STORY[:5])
            await until(lambda: facts(store, "call.answered"))
            second = leg("PJSIP/8002-03", "1.3")
            ami.replies["CoreShowChannels"] = listing("CoreShowChannels", TALK[0], second)
            ami.replies["QueueStatus"] = listing(
                "QueueStatus", member(), member(Location="PJSIP/8002", Paused="1", PausedReason="wrap-up")
            )
            await gap(ami, store)
            assert call_row(store).agent == "8002"
            known = len(facts(store))
            ami.send(
                at_seat("AgentCalled", 20),
                at_seat("AgentConnect", 25),
                {"Event": "QueueMemberPause", "Interface": "PJSIP/8001", "Paused": "1", **stamp(26)},
                at_queue("QueueCallerJoin", 27, CallerIDNum="138"),
                {"Event": "Hold", "Channel": "PJSIP/8001-02", "Linkedid": CHANNEL, **VARIABLES, **stamp(28)},
                entered("a1-9.9", 200),
            )
            await until(lambda: [fact for fact in facts(store) if fact.call == "a1-9.9"])
            assert [fact.kind for fact in facts(store)[known:]] == ["call.entered"]
            assert call_row(store).agent == "8002"

    asyncio.run(scene())


def test_a_call_that_was_lost_sight_of_ends_once(store: Store, ami: FakeAMI) -> None:
    async def scene() -> None:
        async with ami.running(), bridged(ami, store):
            ami.send(*STORY[:5])
            await until(lambda: facts(store, "call.answered"))
            await gap(ami, store)
            assert call_row(store).outcome == "lost"
            ami.send(hangup(9), at_seat("AgentComplete", 9), entered("a1-9.9", 200))
            await until(lambda: [fact for fact in facts(store) if fact.call == "a1-9.9"])
            assert len(facts(store, "call.ended")) == 1

    asyncio.run(scene())


def test_what_a_later_look_finds_is_counted_as_drift(
    store: Store, ami: FakeAMI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening_module, "LOOK_AGAIN", 0.05)
    monkeypatch.setattr(listening_module, "LOOK_OFTEN", 0.05)
    monkeypatch.setattr(listening_module, "SETTLE", 0)

    async def scene() -> None:
        async with ami.running(), bridged(ami, store):
            ami.replies["QueueStatus"] = listing("QueueStatus", member())
            (drifted,) = await until(lambda: facts(store, "link.drifted"))
            assert drifted.data["corrections"] == 2  # it joined, and is ready
            assert link_row(store).drift == 2
            assert link_row(store).corrections == 0

    asyncio.run(scene())


def test_a_seat_whose_telephone_is_gone_is_paused_when_two_looks_say_so(
    store: Store, ami: FakeAMI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening_module, "LOOK_AGAIN", 0.05)
    monkeypatch.setattr(listening_module, "LOOK_OFTEN", 0.05)
    monkeypatch.setattr(listening_module, "SETTLE", 0)
    monkeypatch.setattr(reach, "APART", timedelta(seconds=0.01))
    ami.replies["Ping"] = lambda action: [
        {"Response": "Success", "Timestamp": f"{datetime.now(UTC).timestamp():.6f}"}
    ]
    there = member(Location="PJSIP/8002", Status="1")
    ami.replies["QueueStatus"] = listing("QueueStatus", member(Status="5"), there)

    async def scene() -> None:
        async with ami.running(), bridged(ami, store):
            order = (await until(lambda: ami.asked("QueuePause")))[0]
            assert (order.one("Interface"), order.one("Reason")) == ("PJSIP/8001", LINK_LOST)
            assert all(one.one("Interface") == "PJSIP/8001" for one in ami.asked("QueuePause"))

    asyncio.run(scene())


def test_a_refused_login_is_in_the_record_until_it_is_mended(
    store: Store, ami: FakeAMI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AMI secrets change on one side first. Nobody has to start anything again when the other one follows."""
    monkeypatch.setattr(keeping, "LOOK_EVERY", 0.02)

    async def scene() -> None:
        secrets = ["secret"]

        def address() -> Address:
            return Address("127.0.0.1", ami.port, "link", secrets[-1])

        def login(action: Headers) -> list[Headers]:
            is_right = action["Secret"] == "new"
            return (
                [{"Response": "Success"}]
                if is_right
                else [{"Response": "Error", "Message": "Authentication failed"}]
            )

        async with ami.running(), bridged(ami, store, address=address):
            ami.login_reply = login  # type: ignore[assignment]
            ami.drop()
            (refused,) = await until(lambda: facts(store, "link.refused"))
            assert refused.data == {"why": "Authentication failed"}
            assert (link_row(store).is_up, link_row(store).is_refused) == (False, True)
            tried = ami.logins
            await asyncio.sleep(0.2)  # ten times as long as the next look at the secret takes
            assert ami.logins == tried
            secrets.append("new")
            await until(lambda: link_row(store).is_up)
            assert not link_row(store).is_refused
            assert ami.logins == tried + 1

    asyncio.run(scene())


@pytest.mark.parametrize("why", ["nudge", "time"])
def test_the_same_secret_is_tried_again_when_asked_to_and_now_and_then(
    ami: FakeAMI, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    monkeypatch.setattr(keeping, "TRY_AGAIN", 0.1 if why == "time" else 600)
    ami.login_reply = refusal("Authentication failed")

    async def scene() -> None:
        async with ami.running():
            nudge, link = asyncio.Event(), Link(ami.address)
            running = asyncio.create_task(keep(link, lambda: ami.address, nudge))
            assert await link.batch() == [Refusal("Authentication failed")]
            if why == "nudge":
                nudge.set()
            await until(lambda: ami.logins == 2)
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    asyncio.run(scene())
