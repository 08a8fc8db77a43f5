"""`hotline doctor` asks a switch that somebody else runs, and says what it can't find out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from hotline.platform import secrets
from hotline.platform.doctor import Finding, Verdict
from hotline.settings import Settings
from hotline.store.tables import Link
from telephony.switch.doctor import findings, link_finding
from tests.edge.fake_ami import FakeAMI, refusal

pytestmark = pytest.mark.edge

FILES = {
    "manager.conf": {
        "Category-000000": "general",
        "Line-000000-000000": "timestampevents=no",
        "Category-000001": "link",
        "Line-000001-000000": "read=system,call,agent,user",
    },
    "http.conf": {"Category-000000": "general", "Line-000000-000000": "sessionlimit=300"},
}


@pytest.fixture
def ami() -> Iterator[FakeAMI]:
    with FakeAMI().in_thread() as ami:
        ami.replies["CoreSettings"] = lambda action: [{"Response": "Success", "AsteriskVersion": "22.11.0"}]
        ami.replies["GetConfig"] = lambda action: [{"Response": "Success", **FILES[action.one("Filename")]}]
        yield ami


@pytest.fixture
def foreign(served: Settings, ami: FakeAMI) -> Settings:
    secrets.ensure(served.paths.state)
    asterisk = served.asterisk.model_copy(update={"external": True, "ami_port": ami.port})
    return served.model_copy(update={"asterisk": asterisk})


def told(settings: Settings) -> dict[str, Finding]:
    return {finding.about: finding for finding in findings(settings)}


def test_its_files_are_read_and_compared(foreign: Settings) -> None:
    found = told(foreign)
    assert found["Event times"].verdict is Verdict.WRONG
    assert "writetimeout = 5000" in found["Stalls"].advice
    assert found["Switch"].verdict is Verdict.WARNING
    assert found["Web sessions"].verdict is Verdict.FINE


def test_files_that_it_does_not_show_are_for_a_person_to_compare(foreign: Settings, ami: FakeAMI) -> None:
    ami.replies["GetConfig"] = refusal("File requires escalated privileges")
    found = told(foreign)
    assert "manager.conf: File requires escalated privileges" in found["Switch's settings"].found
    assert found["Switch"].verdict is Verdict.WARNING


def test_an_account_that_it_does_not_know_is_named_first(foreign: Settings, ami: FakeAMI) -> None:
    ami.login_reply = refusal("Authentication failed")
    found = told(foreign)
    assert found["Switch"].verdict is Verdict.WRONG
    assert "Authentication failed" in found["Switch"].found


@pytest.mark.parametrize(
    ("row", "verdict", "words"),
    [
        (Link(node="a1", is_up=True, gaps=2, gap_seconds=7.4), Verdict.FINE, "up; 2 gaps, 7 s"),
        (
            Link(node="a1", lost_at=datetime(2026, 11, 23, 1, tzinfo=UTC), why="silent"),
            Verdict.WARNING,
            "down since 2026-11-23 01:00:00 UTC: silent",
        ),
        (Link(node="a1", is_refused=True, why="Authentication failed"), Verdict.WRONG, "refused: Auth"),
    ],
)
def test_how_the_link_stands(row: Link, verdict: Verdict, words: str) -> None:
    found = link_finding(row)
    assert found.verdict is verdict
    assert words in found.found
