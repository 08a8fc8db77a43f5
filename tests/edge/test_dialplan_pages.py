"""The page of the switch's configuration: what comes when, what will be otherwise, what was refused."""

from __future__ import annotations

import io
import tarfile
from datetime import UTC, datetime, timedelta

import pytest

from agent_desk.dialplan_pages import coming
from dialplans import chronicle
from dialplans.switchroom import Outcome
from hotline.errors import Misconfigured
from hotline.pack.load import read_pack
from hotline.record import city
from hotline.record.city import Change
from tests.edge.visitors import Hall

pytestmark = pytest.mark.edge

NODE = "a1"


def tomorrow() -> str:
    return f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d} 08:30"


@pytest.fixture
def cut_over(hall: Hall) -> str:
    """Line 12319, a dual number, is merged tomorrow at this moment of the city's clock."""
    at = tomorrow()
    with hall.town.store.transaction() as session:
        city.settle(session, read_pack("foshan"), hall.town.at)
        (row,) = (row for row in city.rows(session, "lines") if row.written["number"] == "12319")
        merged = row.written | {"valid_from": at, "mode": "merged", "greeting": "welcome-merged"}
        changes = [
            Change("lines", row.number, row.written | {"valid_until": at}),
            Change("lines", None, merged),
        ]
        city.change(session, changes, by="account:1", at=hall.town.at, note="并入")
    return at


def test_what_comes_is_listed_and_its_difference_is_shown(hall: Hall, cut_over: str) -> None:
    page = hall.visitor("admin", language="en").page("/dialplan").text
    assert cut_over in page
    assert "Dual number" in page
    assert "<strong>Merged line</strong>" in page
    assert "hotline/12319-welcome-dual" in page
    assert "hotline/12319-welcome-merged" in page


def test_a_moment_before_it_makes_no_difference(hall: Hall, cut_over: str) -> None:
    before = f"{datetime.now(UTC) + timedelta(hours=8):%Y-%m-%dT%H:%M}"  # now, by the city's clock
    page = hall.visitor("admin", language="en").page(f"/dialplan?at={before}").text
    assert "Nothing will be otherwise" in page


def test_what_comes_is_in_the_order_of_time(hall: Hall, cut_over: str) -> None:
    hall.visitor("admin").page("/dialplan")
    (turn,) = coming(hall.house.city, datetime.now(UTC), "en")
    assert (turn.number, turn.before, turn.after) == ("12319", "Dual number", "Merged line")
    assert coming(hall.house.city, datetime.now(UTC) + timedelta(days=3), "en") == []


def test_what_was_told_is_shown_and_a_refusal_says_what_is_wrong(hall: Hall, cut_over: str) -> None:
    flaw = Misconfigured("extensions.conf line 7", "a way to <nowhere>", "a context that there is")
    with hall.town.store.transaction() as session:
        chronicle.note(session, NODE, Outcome("0003-abc", 2, ("queues.conf",), seconds=0.4), hall.town.at)
        chronicle.note(session, NODE, Outcome("0003-abc", 2, flaws=(flaw,)), hall.town.at)
    page = hall.visitor("admin", language="en").page("/dialplan").text
    for words in ("extensions.conf line 7", "a way to &lt;nowhere&gt;", "queues.conf", "并入", "was refused"):
        assert words in page


def test_the_files_can_be_had_without_the_secrets(hall: Hall, cut_over: str) -> None:
    answer = hall.visitor("admin").read("/dialplan/files")
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as archive:
        files = {one.name: archive.extractfile(one) for one in archive.getmembers()}
        manager, dialplan = files["etc/manager.conf"], files["etc/extensions.conf"]
        assert manager is not None
        assert dialplan is not None
        assert manager.read().count(b"secret = hidden") == 2
        assert b"[from-trunk]" in dialplan.read()


@pytest.mark.parametrize("wrong", ["tomorrow", "2026-13-01T00:00", "2026"])
def test_no_moment_is_refused_in_words(hall: Hall, cut_over: str, wrong: str) -> None:
    assert hall.visitor("admin").read(f"/dialplan?at={wrong}").status_code == 422


def test_nobody_but_administrators_sees_it(hall: Hall) -> None:
    for path in ("/dialplan", "/dialplan/state", "/dialplan/files"):
        assert hall.visitor("guanshufen").read(path).status_code == 403
