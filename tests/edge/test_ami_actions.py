"""Orders to the switch: each within its deadline, none sent twice, refusals with their reason."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from hotline.errors import Refused, Unreachable
from hotline.platform import secrets
from hotline.settings import Settings
from telephony.actions import Telephone
from telephony.ami.parser import Message
from tests.edge.fake_ami import FakeAMI, Headers, listing, refusal, success
from tests.patience import eventually

pytestmark = pytest.mark.edge

CALL = "a1-desk-00ff"


@pytest.fixture
def ami() -> Iterator[FakeAMI]:
    with FakeAMI().in_thread() as ami:
        yield ami


@pytest.fixture
def telephone(settings: Settings, ami: FakeAMI) -> Telephone:
    secrets.ensure(settings.paths.state)
    asterisk = settings.asterisk.model_copy(update={"ami_port": ami.port})
    return Telephone(settings.model_copy(update={"asterisk": asterisk}), seconds=0.5)


def member(queue: str) -> dict[str, str]:
    return {"Event": "QueueMember", "Queue": queue, "Location": "PJSIP/8001"}


def test_a_password_is_written_where_asterisk_looks_for_it(telephone: Telephone, ami: FakeAMI) -> None:
    telephone.issue_password("8001", "geheim")
    (put,) = ami.asked("DBPut")
    assert (put.one("Family"), put.one("Key")) == ("auths/auth", "8001")
    assert json.loads(put.one("Val")) == {"auth_type": "userpass", "username": "8001", "password": "geheim"}
    telephone.withdraw_password("8001")
    assert ami.asked("DBDel")[0].one("Key") == "8001"


def test_withdrawing_a_password_that_nobody_has_is_fine(telephone: Telephone, ami: FakeAMI) -> None:
    ami.replies["DBDel"] = refusal("Database entry not found")
    telephone.withdraw_password("8001")


def test_a_seat_joins_the_queues_it_should_and_leaves_the_others(telephone: Telephone, ami: FakeAMI) -> None:
    ami.replies["QueueStatus"] = listing("QueueStatus", member("old"), member("general"))
    telephone.join_queues("8001", {"general": 0, "english": 5})
    assert [action.one("Queue") for action in ami.asked("QueueRemove")] == ["old"]
    assert [(a.one("Queue"), a.one("Penalty")) for a in ami.asked("QueueAdd")] == [
        ("general", "0"),
        ("english", "5"),
    ]


def test_joining_a_queue_twice_only_sets_the_penalty(telephone: Telephone, ami: FakeAMI) -> None:
    ami.replies["QueueAdd"] = refusal("Unable to add interface: Already there")
    telephone.join_queues("8001", {"general": 3})
    assert ami.asked("QueuePenalty")[0].one("Penalty") == "3"


def test_leaving_takes_the_seat_out_of_every_queue(telephone: Telephone, ami: FakeAMI) -> None:
    ami.replies["QueueStatus"] = listing("QueueStatus", member("general"), member("english"))
    telephone.leave_queues("8001")
    assert sorted(action.one("Queue") for action in ami.asked("QueueRemove")) == ["english", "general"]


def test_a_seat_in_no_queue_cannot_be_paused(telephone: Telephone, ami: FakeAMI) -> None:
    ami.replies["QueuePause"] = refusal("Interface not found")
    with pytest.raises(Refused, match=r"seat\.in_no_queue"):
        telephone.pause("8001", "meal")


def test_a_placed_call_carries_its_name(telephone: Telephone, ami: FakeAMI) -> None:
    telephone.place_call("8001", "13800138000", CALL)
    (order,) = ami.asked("Originate")
    assert (order.one("ActionID"), order.one("ChannelId")) == (CALL, "desk-00ff")
    assert (order.one("Channel"), order.one("Exten")) == ("PJSIP/8001", "13800138000")
    assert f"__HOTLINE_CALL={CALL}" in order.all("Variable")


def test_an_unanswered_order_to_call_is_looked_for_and_not_repeated(
    telephone: Telephone, ami: FakeAMI
) -> None:
    ami.replies["Originate"] = None
    telephone.place_call("8001", "13800138000", CALL)
    assert len(ami.asked("Originate")) == 1
    assert ami.asked("Status")[0].one("Channel") == "desk-00ff"


def test_an_order_to_call_that_came_to_nothing_says_so(telephone: Telephone, ami: FakeAMI) -> None:
    ami.replies |= {"Originate": None, "Status": refusal("No such channel")}
    with pytest.raises(Unreachable, match="Originate"):
        telephone.place_call("8001", "13800138000", CALL)
    assert len(ami.asked("Originate")) == 1


def test_hanging_up_a_call_that_is_gone_is_fine(telephone: Telephone, ami: FakeAMI) -> None:
    ami.replies["Hangup"] = refusal("No such channel")
    telephone.hang_up(CALL)


def test_a_wrong_secret_is_refused(telephone: Telephone, ami: FakeAMI) -> None:
    ami.login_reply = refusal("Authentication failed")
    with pytest.raises(Refused, match=r"switch\.refused"):
        telephone.unpause("8001")


@pytest.mark.parametrize("fault", ["silent", "gone", "no ami", "drop"])
def test_whatever_the_switch_does_an_order_ends_in_time(
    telephone: Telephone, ami: FakeAMI, fault: str
) -> None:
    began = time.monotonic()
    if fault == "silent":
        ami.is_silent = True
    elif fault == "gone":
        ami.login_reply = lambda action: ami.drop() or []  # type: ignore[func-returns-value]
    elif fault == "drop":
        ami.replies["QueuePause"] = lambda action: ami.drop() or []  # type: ignore[func-returns-value]
    else:
        ami.banner = b"220 smtp.example.com ready\r\n"
    with pytest.raises(Unreachable):
        telephone.pause("8001", "meal")
    assert time.monotonic() - began < 1.5


def test_an_answer_that_comes_after_a_silence_is_heard(telephone: Telephone, ami: FakeAMI) -> None:
    """asterisk-ami stops reading when nothing came for as long as its connecting may take."""
    ami.replies["QueuePause"] = None
    with ThreadPoolExecutor(1) as pool:
        pausing = pool.submit(telephone.pause, "8001", "meal")
        (asked,) = eventually(lambda: ami.asked("QueuePause"))
        time.sleep(0.25)  # half of the time that the order has
        ami.say({"Response": "Success", "ActionID": asked.one("ActionID")})
        pausing.result()


@pytest.mark.parametrize(
    "noise",
    [
        b"\x00\xff\xfe\x80 junk\r\n\r\n",
        b"Event: CoreShowChannelMapComplete\r\nItems: 1\r\n\n",
        "Event: Newchannel\r\nCallerIDName: Zoë 佛山\r\nEmpty: \r\n\r\n".encode(),
        b"Response: Success\r\nActionID: nobody's\r\n\r\n",
        b"Event: UserEvent\r\nX: " + b"x" * 1_000_000 + b"\r\n\r\n",
    ],
    ids=["junk", "odd end", "characters", "orphan", "megabyte"],
)
def test_an_answer_is_found_behind_whatever_comes_before_it(
    telephone: Telephone, ami: FakeAMI, noise: bytes
) -> None:
    def reply(action: Message) -> list[Headers]:
        for start in range(0, len(noise), max(1, len(noise) // 50)):
            ami.send(noise[start : start + max(1, len(noise) // 50)])
        return success(action)

    ami.replies["QueuePause"] = reply
    telephone.pause("8001", "meal")


def test_a_port_that_nobody_listens_on_is_unreachable(settings: Settings) -> None:
    secrets.ensure(settings.paths.state)
    with pytest.raises(Unreachable):
        Telephone(settings).unpause("8001")


def test_many_threads_may_give_orders_at_once(telephone: Telephone, ami: FakeAMI) -> None:
    before = threading.active_count()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: telephone.pause(str(8000 + number), "meal"), range(40)))
    assert len(ami.asked("QueuePause")) == 40
    assert threading.active_count() <= before


def test_an_order_is_quick(telephone: Telephone, ami: FakeAMI) -> None:
    began = time.monotonic()
    telephone.unpause("8001")
    assert time.monotonic() - began < 0.3


def test_a_line_break_never_reaches_the_switch(telephone: Telephone, ami: FakeAMI) -> None:
    with pytest.raises(ValueError, match="line break"):
        telephone.place_call("8001", "1380\r\nAction: Logoff", CALL)
    assert not ami.asked("Originate")
