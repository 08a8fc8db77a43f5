"""The link against a peer that misbehaves: what the libraries' own links fail at, by name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from hotline.errors import Refused, Unreachable
from telephony.ami import link as link_module
from telephony.ami.link import Down, Link, Up, pauses
from telephony.ami.parser import Message
from tests.edge.fake_ami import FakeAMI, listing, refusal, until

pytestmark = pytest.mark.edge


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "SHORTEST", 0.02)
    monkeypatch.setattr(link_module, "LONGEST", 0.05)


@asynccontextmanager
async def linked(
    ami: FakeAMI, ping_every: float = 5, deadline: float = 2, capacity: int = 1000
) -> AsyncIterator[Link]:
    link = Link(ami.address, ping_every=ping_every, deadline=deadline, capacity=capacity)
    running = asyncio.create_task(link.run())
    try:
        yield link
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError, Refused):
            await running


async def collect(link: Link, count: int) -> list[object]:
    items: list[object] = []
    async with asyncio.timeout(5):
        while len(items) < count:
            items += await link.batch()
    return items


def names(items: list[object]) -> list[str]:
    return [item.one("N") if isinstance(item, Message) else type(item).__name__ for item in items]


def numbered(first: int, last: int) -> list[dict[str, str]]:
    return [{"Event": "UserEvent", "N": str(number)} for number in range(first, last)]


def test_events_arrive_in_asterisks_order() -> None:
    async def scene() -> None:
        async with FakeAMI().running() as ami, linked(ami) as link:
            assert isinstance((await collect(link, 1))[0], Up)
            ami.send(*numbered(0, 2000))
            assert names(await collect(link, 2000)) == [str(number) for number in range(2000)]

    asyncio.run(scene())


def test_adding_a_queue_member_is_answered() -> None:
    """panoramisk takes "Added interface to queue" for the start of a list and waits for ever."""

    async def scene() -> None:
        async with FakeAMI().running() as ami, linked(ami) as link:
            ami.replies["QueueAdd"] = lambda action: [
                {"Response": "Success", "Message": "Added interface to queue"}
            ]
            await until(lambda: link.is_up)
            (answer,) = await link.ask({"Action": "QueueAdd", "Queue": "general", "Interface": "PJSIP/8001"})
            assert answer.one("Message") == "Added interface to queue"

    asyncio.run(scene())


def test_a_silent_link_is_dropped_and_made_again() -> None:
    async def scene() -> None:
        async with FakeAMI().running() as ami, linked(ami, ping_every=0.03, deadline=0.03) as link:
            await until(lambda: link.is_up)
            ami.is_silent = True
            await until(lambda: not link.is_up)
            ami.is_silent = False
            items = await collect(link, 3)
            assert [type(item) for item in items] == [Up, Down, Up]
            assert ami.accepted >= 2

    asyncio.run(scene())


def test_an_answered_ping_keeps_a_quiet_link() -> None:
    async def scene() -> None:
        async with FakeAMI().running() as ami, linked(ami, ping_every=0.01, deadline=0.5) as link:
            await until(lambda: len(ami.asked("Ping")) > 10)
            assert link.is_up
            assert ami.accepted == 1

    asyncio.run(scene())


def test_an_action_without_an_answer_is_given_up() -> None:
    async def scene() -> None:
        async with FakeAMI().running() as ami, linked(ami, deadline=0.05) as link:
            await until(lambda: link.is_up)
            ami.replies["QueuePause"] = None
            with pytest.raises(Unreachable, match="QueuePause: no answer"):
                await link.ask({"Action": "QueuePause"})

    asyncio.run(scene())


def test_an_answer_that_comes_too_late_harms_nobody() -> None:
    async def scene() -> None:
        async with FakeAMI().running() as ami, linked(ami, deadline=0.05) as link:
            await until(lambda: link.is_up)
            ami.replies["QueuePause"] = None
            with pytest.raises(Unreachable):
                await link.ask({"Action": "QueuePause"})
            ami.send({"Response": "Success", "ActionID": ami.asked("QueuePause")[0].one("ActionID")})
            ami.send(*numbered(0, 1))
            assert names(await collect(link, 2)) == ["Up", "0"]
            assert link.protocol.orphans == 1

    asyncio.run(scene())


def test_an_originate_without_an_answer_is_not_sent_again_after_a_reconnection() -> None:
    async def scene() -> None:
        async with FakeAMI().running() as ami, linked(ami) as link:
            await until(lambda: link.is_up)
            ami.replies["Originate"] = None
            asking = asyncio.ensure_future(link.ask({"Action": "Originate", "Channel": "PJSIP/8001"}))
            await until(lambda: ami.asked("Originate"))
            ami.drop()
            with pytest.raises(Unreachable):
                await asking
            await until(lambda: ami.accepted == 2 and link.is_up)
            await link.ask({"Action": "Ping"})
            assert len(ami.asked("Originate")) == 1

    asyncio.run(scene())


def test_a_refused_login_stops_and_says_so() -> None:
    async def scene() -> None:
        ami = FakeAMI()
        ami.login_reply = refusal("Authentication failed")
        async with ami.running():
            with pytest.raises(Refused, match=r"switch\.login_refused"):
                await Link(ami.address).run()
            await asyncio.sleep(0.2)
            assert ami.logins == 1

    asyncio.run(scene())


def test_an_action_that_asterisk_refuses_says_why() -> None:
    async def scene() -> None:
        async with FakeAMI().running() as ami, linked(ami) as link:
            await until(lambda: link.is_up)
            ami.replies["QueueRemove"] = refusal("Unable to remove interface: Not there")
            with pytest.raises(Refused) as refused:
                await link.ask({"Action": "QueueRemove"})
            assert refused.value.facts == {"message": "Unable to remove interface: Not there"}

    asyncio.run(scene())


def test_asking_while_the_link_is_down_says_so_at_once() -> None:
    with pytest.raises(Unreachable):
        asyncio.run(Link(FakeAMI().address).ask({"Action": "Ping"}))


def test_a_port_that_nobody_listens_on_is_tried_until_somebody_does() -> None:
    async def scene() -> None:
        ami = FakeAMI()
        async with ami.running():
            pass
        async with linked(ami) as link:
            await asyncio.sleep(0.1)
            async with ami.running():
                await until(lambda: link.is_up)

    asyncio.run(scene())


def test_closing_ends_a_pending_reconnection() -> None:
    async def scene() -> None:
        ami = FakeAMI()
        async with ami.running():
            async with linked(ami) as link:
                await until(lambda: link.is_up)
                ami.drop()
                await until(lambda: not link.is_up)
            accepted = ami.accepted
            await asyncio.sleep(0.2)
            assert ami.accepted == accepted

    asyncio.run(scene())


def test_a_list_cut_in_the_middle_is_no_list() -> None:
    async def scene() -> None:
        async with FakeAMI().running() as ami, linked(ami) as link:
            await until(lambda: link.is_up)
            ami.replies["QueueStatus"] = lambda action: listing("QueueStatus", {"Event": "QueueParams"})(
                action
            )[:2]
            asking = asyncio.ensure_future(link.ask({"Action": "QueueStatus"}, as_list=True))
            await until(lambda: ami.asked("QueueStatus"))
            ami.drop()
            with pytest.raises(Unreachable):
                await asking

    asyncio.run(scene())


def test_events_between_the_parts_of_a_list_stay_events() -> None:
    async def scene() -> None:
        async with FakeAMI().running() as ami, linked(ami) as link:
            await until(lambda: link.is_up)
            ami.replies["QueueStatus"] = None
            asking = asyncio.ensure_future(link.ask({"Action": "QueueStatus"}, as_list=True))
            await until(lambda: ami.asked("QueueStatus"))
            marked = {"ActionID": ami.asked("QueueStatus")[0].one("ActionID")}
            ami.send({"Response": "Success", "EventList": "start", **marked}, *numbered(0, 1))
            ami.send({"Event": "QueueMember", **marked}, *numbered(1, 2))
            ami.send({"Event": "QueueStatusComplete", "EventList": "Complete", **marked}, *numbered(2, 3))
            assert [message.one("Event") for message in await asking] == [
                "",
                "QueueMember",
                "QueueStatusComplete",
            ]
            assert names(await collect(link, 4)) == ["Up", "0", "1", "2"]

    asyncio.run(scene())


def test_a_full_queue_makes_asterisk_wait_and_loses_nothing() -> None:
    async def scene() -> None:
        async with (
            FakeAMI().running() as ami,
            linked(ami, capacity=100, ping_every=0.02, deadline=0.02) as link,
        ):
            await until(lambda: link.is_up)
            for first in range(0, 20_000, 1000):
                ami.send(*numbered(first, first + 1000))
            await asyncio.sleep(0.2)
            assert link._items.qsize() < 10_000
            assert names(await collect(link, 20_001)) == ["Up", *(str(number) for number in range(20_000))]
            assert ami.accepted == 1

    asyncio.run(scene())


def test_a_line_break_in_an_action_is_refused_before_it_is_sent() -> None:
    async def scene() -> None:
        async with FakeAMI().running() as ami, linked(ami) as link:
            await until(lambda: link.is_up)
            with pytest.raises(ValueError, match="line break"):
                await link.ask({"Action": "DBPut", "Val": "x\r\nAction: Originate"})

    asyncio.run(scene())


def test_a_storm_of_reconnections_keeps_its_distance() -> None:
    async def scene() -> None:
        ami = FakeAMI()
        async with ami.running(), linked(ami):
            for _ in range(5):
                await until(lambda: ami.connections)
                ami.drop()
                await until(lambda: not ami.connections)
            assert ami.accepted <= 6

    asyncio.run(scene())


def test_a_message_that_ends_in_crlf_lf_does_not_swallow_the_next_event() -> None:
    """asterisk#761: panoramisk glues the next event to it, and a channel is never seen."""

    async def scene() -> None:
        async with FakeAMI().running() as ami, linked(ami) as link:
            await until(lambda: link.is_up)
            ami.send(b"Event: CoreShowChannelMapComplete\r\nN: 0\r\n\n", *numbered(1, 3))
            assert names(await collect(link, 4)) == ["Up", "0", "1", "2"]

    asyncio.run(scene())


def test_characters_split_between_packets_are_whole() -> None:
    """panoramisk decodes each read by itself: half of a character is dropped."""

    async def scene() -> None:
        async with FakeAMI().running() as ami, linked(ami) as link:
            await until(lambda: link.is_up)
            await ami.dribble("Event: UserEvent\r\nName: Zoë 佛山\r\nEmpty: \r\n\r\n".encode())
            _, event = await collect(link, 2)
            assert isinstance(event, Message)
            assert (event.one("Name"), event["Empty"]) == ("Zoë 佛山", "")

    asyncio.run(scene())


def test_a_connection_dropped_in_the_middle_of_an_event_leaves_nothing_of_it() -> None:
    async def scene() -> None:
        async with FakeAMI().running() as ami, linked(ami) as link:
            await until(lambda: link.is_up)
            ami.send(*numbered(0, 1), b"Event: UserEvent\r\nN: 1\r\nHalf")
            await until(lambda: link._items.qsize() == 2)
            ami.drop()
            await until(lambda: ami.logins == 2 and link.is_up)
            ami.send(*numbered(2, 3))
            assert names(await collect(link, 5)) == ["Up", "0", "Down", "Up", "2"]

    asyncio.run(scene())


def test_a_half_closed_socket_is_a_closed_one() -> None:
    """A read that ends in good order is no news for some clients: they spin, or listen to nothing for ever."""

    async def scene() -> None:
        async with FakeAMI().running() as ami, linked(ami) as link:
            await until(lambda: link.is_up)
            ami.half_close()
            items = await collect(link, 3)
            assert [type(item) for item in items] == [Up, Down, Up]

    asyncio.run(scene())


def test_a_header_of_a_megabyte_costs_its_own_message_only() -> None:
    async def scene() -> None:
        async with FakeAMI().running() as ami, linked(ami) as link:
            await until(lambda: link.is_up)
            ami.send(*numbered(0, 1), {"Event": "UserEvent", "X": "x" * 1_000_000}, *numbered(1, 2))
            assert names(await collect(link, 3)) == ["Up", "0", "1"]
            assert link.skipped == 1
            ami.drop()
            await until(lambda: ami.logins == 2 and link.is_up)
            assert link.skipped == 1

    asyncio.run(scene())


def test_a_peer_that_reads_slowly_holds_no_event_back() -> None:
    async def scene() -> None:
        async with FakeAMI().running() as ami, linked(ami, deadline=0.2) as link:
            await until(lambda: link.is_up)
            ami.replies["Slow"] = None
            asking = [
                asyncio.ensure_future(link.ask({"Action": "Slow", "X": "x" * 50_000})) for _ in range(50)
            ]
            ami.send(*numbered(0, 100))
            assert len(names(await collect(link, 101))) == 101
            answers = await asyncio.gather(*asking, return_exceptions=True)
            assert all(isinstance(answer, Unreachable) for answer in answers)

    asyncio.run(scene())


def test_events_that_nobody_wants_are_not_even_read() -> None:
    async def scene() -> None:
        async with FakeAMI().running() as ami:
            link = Link(ami.address, wanted=frozenset({b"FullyBooted", b"Hangup"}))
            running = asyncio.create_task(link.run())
            await until(lambda: link.is_up)
            ami.send({"Event": "VarSet", "N": "0"}, {"Event": "Hangup", "N": "1"}, {"Event": "RTCPSent"})
            (seen,) = await link.ask({"Action": "Ping"})
            assert seen.one("Ping") == "Pong"
            assert names(await collect(link, 2)) == ["Up", "1"]
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    asyncio.run(scene())


def test_a_list_answers_its_action_though_nobody_wants_such_events() -> None:
    async def scene() -> None:
        async with FakeAMI().running() as ami:
            ami.replies["QueueStatus"] = listing("QueueStatus", {"Event": "QueueMember"})
            link = Link(ami.address, wanted=frozenset({b"FullyBooted"}))
            running = asyncio.create_task(link.run())
            await until(lambda: link.is_up)
            assert len(await link.ask({"Action": "QueueStatus"}, as_list=True)) == 3
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    asyncio.run(scene())


def test_a_login_that_is_never_followed_by_a_booted_switch_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An account that may not read `system` is let in, and then hears nothing for ever."""
    monkeypatch.setattr(link_module, "BOOTING", 0.05)

    async def scene() -> None:
        ami = FakeAMI()
        ami.tells_booted = False
        async with ami.running(), linked(ami) as link:
            await until(lambda: ami.logins >= 2)
            assert not link.is_up

    asyncio.run(scene())


def test_a_refused_connection_leaves_no_pinger_behind() -> None:
    """panoramisk's goes on for life, and writes into nothing."""

    async def scene() -> None:
        ami = FakeAMI()
        async with ami.running():
            pass
        async with linked(ami, ping_every=0.01) as link:
            await asyncio.sleep(0.1)
            assert link.pinger is None

    asyncio.run(scene())


def test_two_simultaneous_hang_ups_are_two_events() -> None:
    async def scene() -> None:
        async with FakeAMI().running() as ami, linked(ami) as link:
            await until(lambda: link.is_up)
            hangup = {"Event": "Hangup", "Uniqueid": "1.1", "N": "0"}
            ami.send(hangup, hangup)
            assert names(await collect(link, 3)) == ["Up", "0", "0"]

    asyncio.run(scene())


def test_nothing_is_asked_before_the_login() -> None:
    """After Asterisk's restart some clients ping first, and are sent away."""

    async def scene() -> None:
        ami = FakeAMI()
        ami.login_reply = lambda action: []
        async with ami.running(), linked(ami, ping_every=0.005, deadline=0.1):
            await until(lambda: ami.logins == 2)
            assert {action.one("Action") for action in ami.actions} == {"Login"}

    asyncio.run(scene())


def test_a_switch_that_takes_the_connection_and_says_nothing_is_tried_again() -> None:
    async def scene() -> None:
        ami = FakeAMI()
        ami.banner, ami.is_silent = b"", True
        async with ami.running(), linked(ami, deadline=0.05) as link:
            await until(lambda: ami.accepted >= 3)
            ami.is_silent = False
            await until(lambda: link.is_up)

    asyncio.run(scene())


def test_an_action_that_was_given_up_is_forgotten() -> None:
    """panoramisk and asterisk-ami keep what is never answered for as long as they live."""

    async def scene() -> None:
        async with FakeAMI().running() as ami, linked(ami, deadline=0.05) as link:
            await until(lambda: link.is_up)
            ami.replies["Slow"] = None
            asking = [asyncio.ensure_future(link.ask({"Action": "Slow"})) for _ in range(100)]
            answers = await asyncio.gather(*asking, return_exceptions=True)
            assert {type(answer) for answer in answers} == {Unreachable}
            await until(lambda: not link.protocol._pending)

    asyncio.run(scene())


def test_an_answer_that_is_told_twice_is_taken_once() -> None:
    async def scene() -> None:
        async with FakeAMI().running() as ami, linked(ami) as link:
            await until(lambda: link.is_up)
            answer = {"Response": "Success", "Message": "Added interface to queue"}
            ami.replies["QueueAdd"] = lambda action: [answer, answer]
            (taken,) = await link.ask({"Action": "QueueAdd"})
            assert taken.one("Message") == answer["Message"]
            await until(lambda: link.protocol.orphans == 1)

    asyncio.run(scene())


def test_asking_over_a_connection_that_has_just_died_says_so() -> None:
    """A write to a dead socket ends some clients."""

    async def scene() -> None:
        async with FakeAMI().running() as ami, linked(ami) as link:
            await until(lambda: link.is_up)
            ami.replies["Slow"] = None
            ami.drop()
            with pytest.raises(Unreachable):
                await link.ask({"Action": "Slow"})
            await until(lambda: ami.logins == 2 and link.is_up)

    asyncio.run(scene())


def test_the_thirtieth_connection_is_as_good_as_the_first() -> None:
    """Some clients can be started once, and stay dead; others stay "not connected" although they are."""

    async def scene() -> None:
        async with FakeAMI().running() as ami, linked(ami) as link:
            for number in range(30):
                await until(lambda: link.is_up)
                ami.send(*numbered(number, number + 1))
                items: list[object] = []
                while str(number) not in names(items):
                    items += await link.batch()
                ami.drop()
                await until(lambda: not link.is_up)
            assert ami.accepted == 30

    asyncio.run(scene())


def test_pauses_grow_up_to_their_bound() -> None:
    longest = [pause for pause, _ in zip(pauses(lambda low, high: high), range(8), strict=False)]
    assert longest == sorted(longest)
    assert longest[-1] == link_module.LONGEST
