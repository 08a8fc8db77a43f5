"""The page of the switch's configuration in a real browser: fit for everybody's eyes, in both languages and themes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dialplans import chronicle
from dialplans.switchroom import Outcome
from hotline.errors import Misconfigured
from hotline.record import city
from hotline.record.city import Change
from tests.live.reception import DESKTOP, TELEPHONE, Reception, reception

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def desk(servers: Path, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reception]:
    """A cut-over lies ahead, and one configuration was refused."""
    with reception(servers, template, tmp_path_factory.mktemp("reception")) as running:
        now = datetime.now(UTC)
        at = f"{now + timedelta(days=7):%Y-%m-%d} 00:00"
        flaw = Misconfigured(
            "extensions.conf line 17", "a way to the context asc", "a context that there is, as ask"
        )
        with running.store.transaction() as session:
            (row,) = (row for row in city.rows(session, "lines") if row.written["number"] == "12319")
            then = row.written | {"valid_from": at, "mode": "merged", "greeting": "welcome-merged"}
            changes = [
                Change("lines", row.number, row.written | {"valid_until": at}),
                Change("lines", None, then),
            ]
            city.change(session, changes, by="account:1", at=now, note="12319 并入 12345")
            files = ("extensions.conf", "queues.conf", "sentences.json")
            chronicle.note(session, "a1", Outcome("0002-5f3a9c01d2e4", 1, files, seconds=0.41), now)
            chronicle.note(session, "a1", Outcome("0002-5f3a9c01d2e4", 2, flaws=(flaw,)), now)
        yield running


@pytest.mark.parametrize(
    ("language", "theme", "size"),
    [("zh_Hans", "light", DESKTOP), ("en", "dark", DESKTOP), ("zh_Hans", "dark", TELEPHONE)],
)
def test_it_is_fit_for_all_readers(desk: Reception, language: str, theme: str, size: tuple[int, int]) -> None:
    with desk.guest("admin", language=language, theme=theme, size=size) as guest:
        for path in ("/dialplan", "/dialplan?at=2020-01-01T00:00"):
            guest.open(path)
            assert guest.violations() == [], path
            assert guest.overflow() == 0, path
        assert guest.complaints == []


def test_it_follows_what_happens_without_being_loaded_again(desk: Reception) -> None:
    with desk.guest("admin", language="en") as guest:
        guest.open("/dialplan")
        with desk.store.transaction() as session:
            chronicle.note(session, "a1", Outcome("0003-0badc0ffee00", 3, ("pjsip.conf",)), datetime.now(UTC))
        guest.page.get_by_text("pjsip.conf").wait_for()
