"""The floor: the board counts every fact once, whenever it was opened, and shows nobody's number."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from agent_desk.board import Board
from hotline import calls, presence
from hotline.record import calls as call_record
from hotline.record import links
from hotline.record.repair import compared, repair
from tests.edge.visitors import Hall, Visitor

pytestmark = pytest.mark.edge


def tile(html: str, name: str) -> str:
    """The figure on a tile, as it is read."""
    found = re.search(rf'id="tile-{name}".*?class="figure">(.*?)</span>', html, re.DOTALL)
    assert found
    return re.sub(r"<[^>]*>", "", found[1]).strip()


def happen(hall: Hall, *signals: call_record.Signal) -> None:
    with hall.town.store.transaction() as session:
        call_record.apply(session, signals, "a1")


def wait(hall: Hall, number: int, at: datetime) -> str:
    """A call that waits in a queue since `at`; its id."""
    call = f"a1-{number}.1"
    named = {"call": call, "line": "12319", "caller": f"1600000{number:04}", "linkedid": f"{number}.1"}
    happen(hall, calls.Entered(at=at, **named), calls.Queued(at=at, queue="urban", **named))  # type: ignore[arg-type]
    return call


def test_the_board_follows_calls_and_seats(hall: Hall) -> None:
    supervisor, now = hall.visitor("guanshufen"), datetime.now(UTC)
    assert tile(board(supervisor), "waiting") == "0"
    happen(hall, presence.Joined(extension="8001", at=now, queue="urban"))
    assert tile(board(supervisor), "ready") == "1"
    call = wait(hall, 1, now - timedelta(seconds=40))
    shown = board(supervisor)
    assert (tile(shown, "waiting"), "data-since=" in tile_html(shown, "longest")) == ("1", True)
    assert 'class="late"' in shown
    happen(hall, calls.Offered(call=call, at=now, extension="8001"))
    assert 'data-presence="ringing"' in board(supervisor)
    happen(hall, calls.Answered(call=call, at=now, extension="8001"))
    shown = board(supervisor)
    assert (tile(shown, "waiting"), tile(shown, "talking"), tile(shown, "answered")) == ("0", "1", "1")
    assert tile(shown, "kept") == "0%"
    happen(hall, calls.Ended(call=wait(hall, 2, now - timedelta(seconds=3)), at=now))
    shown = board(supervisor)
    assert (tile(shown, "abandoned"), tile(shown, "kept")) == ("1", "0%")


def test_a_board_opened_in_the_midst_of_it_counts_nothing_twice(hall: Hall) -> None:
    now = datetime.now(UTC)
    # An older transaction still writes, so that the horizon lies before everything that follows.
    with hall.town.store.transaction() as slow:
        slow.execute(text("SELECT pg_current_xact_id()"))
        happen(hall, calls.Ended(call=wait(hall, 1, now), at=now))
        opened = Board(hall.house, now)
        happen(hall, calls.Ended(call=wait(hall, 2, now), at=now))
    with hall.town.store.transaction() as session:
        count = opened.now(session, now).counts["urban"]
    assert (count.offered, count.abandoned) == (2, 2)


def test_a_new_day_begins_from_nothing_and_keeps_who_waits(hall: Hall) -> None:
    now = datetime.now(UTC)
    wait(hall, 1, now)
    opened = Board(hall.house, now)
    with hall.town.store.transaction() as session:
        tomorrow = opened.now(session, now + timedelta(days=1))
    assert len(tomorrow.waiting("urban")) == 1
    assert tomorrow.counts == {}


def test_nobodys_number_is_on_the_floor(hall: Hall) -> None:
    supervisor = hall.visitor("guanshufen")
    wait(hall, 1, datetime.now(UTC))
    assert "16000000001" not in supervisor.page("/floor").text
    assert "1600000" not in board(supervisor)


def test_the_last_hour_comes_in_steps_of_five_minutes(hall: Hall) -> None:
    now = datetime.now(UTC)
    call = wait(hall, 1, now - timedelta(minutes=12))
    happen(hall, calls.Answered(call=call, at=now - timedelta(minutes=11), extension="8001"))
    happen(hall, calls.Ended(call=wait(hall, 2, now - timedelta(minutes=2)), at=now - timedelta(minutes=1)))
    wait(hall, 3, now - timedelta(minutes=90))
    told = hall.visitor("guanshufen", "en").read("/floor/hour").json()
    entered, answered, abandoned = told["series"]
    assert [one["label"] for one in told["series"]] == ["Incoming", "Answered", "Abandoned"]
    assert len(told["at"]) == 12
    assert (entered["values"][9], entered["values"][11], sum(entered["values"])) == (1, 1, 2)
    assert (answered["values"][9], sum(answered["values"])) == (1, 1)
    assert (abandoned["values"][11], sum(abandoned["values"])) == (1, 1)


def test_only_who_may_watch_the_floor_does(hall: Hall) -> None:
    for login in ("chenjiaqi", "zumiao", "tanweiming"):
        visitor = hall.visitor(login)
        for path in ("/floor", "/floor/board", "/floor/hour"):
            assert visitor.read(path).status_code == 403


def board(supervisor: Visitor) -> str:
    return supervisor.read("/floor/board").text


def tile_html(html: str, name: str) -> str:
    return html.partition(f'id="tile-{name}"')[2].partition("</div>")[0]


def test_a_call_that_was_put_right_is_counted_as_it_was(hall: Hall) -> None:
    supervisor, now = hall.visitor("guanshufen"), datetime.now(UTC)
    call = wait(hall, 3, now - timedelta(seconds=3))
    happen(hall, calls.Ended(call=call, at=now, outcome=calls.Outcome.LOST, inferred=True))
    assert (tile(board(supervisor), "abandoned"), tile(board(supervisor), "waiting")) == ("0", "0")
    with hall.town.store.transaction() as session:
        repair(session, "a1", {call: [calls.Ended(call=call, at=now)]}, now)
    assert tile(board(supervisor), "abandoned") == "1"


def test_the_board_says_what_the_comparison_with_the_switch_came_to(hall: Hall) -> None:
    supervisor, now = hall.visitor("guanshufen"), datetime.now(UTC)
    with hall.town.store.transaction() as session:
        links.advance(session, "a1", 1, 1, now, 0)
        compared(session, "a1", "2026-11-23", now, calls=120, differing=0, differences=[])
    assert "120 通来电全部一致" in board(supervisor)
    with hall.town.store.transaction() as session:
        compared(session, "a1", "2026-11-24", now, calls=130, differing=2, differences=[])
    assert "130 通来电中有 2 通不一致" in board(supervisor)
