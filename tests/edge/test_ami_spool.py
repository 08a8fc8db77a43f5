"""What Asterisk said while the record was slow or away, or while our process died, is in the record in the end:
in order and once.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from hotline.errors import Unreachable
from hotline.platform import secrets
from hotline.record import calls as record
from hotline.settings import Settings, environment
from hotline.store import Store
from telephony.spool import Kind, Spool
from telephony.writing import Writer
from tests.edge.bridging import STORY, bridged, call_row, entered, facts, hurry, link_row
from tests.edge.fake_ami import FakeAMI, until
from tests.patience import eventually

pytestmark = pytest.mark.edge

DEAF = """
from sqlalchemy.exc import OperationalError
from hotline.record import calls as record
from telephony import process

def away(*given):
    raise OperationalError("away", {}, Exception())

record.apply = away
process.command()
"""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spool"


def about_calls(store: Store) -> list[str]:
    return [fact.kind for fact in facts(store) if fact.noun == "call"]


TOLD = [f"call.{verb}" for verb in ("entered", "queued", "offered", "answered", "held", "resumed", "ended")]


@contextmanager
def away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The record can't be written inside the block."""

    def apply(*given: Any) -> Any:
        raise OperationalError("away", {}, Exception())

    with monkeypatch.context() as patch:
        patch.setattr(record, "apply", apply)
        yield


def test_a_record_that_is_away_does_not_hold_the_link_back(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene() -> None:
        async with FakeAMI().running() as ami, bridged(ami, store, capacity=100) as bridge:
            with away(monkeypatch):
                for number in range(2000):
                    ami.send(entered(f"a1-{number}.1", number / 1000))
                await until(lambda: bridge._spool.waiting > 2000 * 150)
                assert (await bridge._link.ask({"Action": "Ping"}))[0].one("Response") == "Success"
                assert not about_calls(store)
            await until(lambda: len(about_calls(store)) == 2000)
            told = [fact.call for fact in facts(store, "call.entered")]
            assert told == [f"a1-{number}.1" for number in range(2000)]

    asyncio.run(scene())


def test_a_full_spool_makes_asterisk_wait_and_loses_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene() -> None:
        async with FakeAMI().running() as ami, bridged(ami, store, room=50_000, capacity=50) as bridge:
            with away(monkeypatch):
                for number in range(3000):
                    ami.send(entered(f"a1-{number}.1", number / 1000))
                await until(lambda: not bridge._link._is_reading)
                assert bridge._spool.waiting <= 50_000
            await until(lambda: len(about_calls(store)) == 3000)
            assert ami.accepted == 1
            told = [fact.call for fact in facts(store, "call.entered")]
            assert told == [f"a1-{number}.1" for number in range(3000)]

    monkeypatch.setattr("telephony.spool.SEGMENT", 5000)
    asyncio.run(scene())


def test_stopping_while_the_record_is_away_leaves_what_waits_for_the_next_start(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def first() -> None:
        with pytest.raises(TimeoutError):
            async with FakeAMI().running() as ami, bridged(ami, store, folder=folder, grace=0.2) as bridge:
                patience.enter_context(away(monkeypatch))
                ami.send(*STORY)
                await until(lambda: bridge._spool.waiting > 1000)  # the story, not what came before it

    async def second() -> None:
        async with FakeAMI().running() as ami, bridged(ami, store, folder=folder):
            assert about_calls(store) == TOLD

    with ExitStack() as patience:
        asyncio.run(first())
    assert not about_calls(store)
    asyncio.run(second())


def test_what_is_in_the_record_already_is_passed_over_at_the_next_start(store: Store, folder: Path) -> None:
    async def life(ami: FakeAMI, condition: Callable[[], object]) -> None:
        async with ami.running(), bridged(ami, store, folder=folder) as bridge:
            ami.send(*STORY)
            await until(condition)
            assert bridge.failed == 0

    asyncio.run(life(FakeAMI(), lambda: about_calls(store) == TOLD))
    reread = Spool(folder, 10_000_000)
    assert len([entry for entry in reread.peek(100) if entry.kind is Kind.MESSAGE]) == len(STORY)
    assert Writer(store, "a1").write(reread.peek(100)) is None
    reread.close()
    known = len(facts(store))
    asyncio.run(life(FakeAMI(), lambda: link_row(store).applied > reread.first))
    assert [fact.kind for fact in facts(store)[known:]] == ["link.restored", "link.lost"]


def test_a_commit_whose_word_was_lost_is_not_repeated(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    real, lost = Writer.write, []

    def write(self: Writer, *given: Any) -> Any:
        written = real(self, *given)
        if written and any(fact.kind == "call.entered" for fact in written.facts) and not lost:
            lost.append(written)
            raise OperationalError("the connection broke after the commit", {}, Exception())
        return written

    monkeypatch.setattr(Writer, "write", write)

    async def scene() -> None:
        async with FakeAMI().running() as ami, bridged(ami, store) as bridge:
            ami.send(*STORY)
            await until(lambda: "call.ended" in about_calls(store))
            assert about_calls(store) == TOLD
            assert lost
            assert bridge.failed == 0

    asyncio.run(scene())


def test_an_event_that_can_not_be_written_is_passed_over_and_counted(
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
            await until(lambda: link_row(store).failed == 1)
            assert bridge.failed == 1

    asyncio.run(scene())


def test_junk_between_the_messages_is_counted_in_the_record(store: Store) -> None:
    async def scene() -> None:
        async with FakeAMI().running() as ami, bridged(ami, store):
            ami.send(b"\x00\xff\xfe\x80 junk\r\n\r\n", entered())
            await until(lambda: about_calls(store))
            assert link_row(store).skipped == 1

    asyncio.run(scene())


@pytest.fixture
def told(served: Settings, store: Store) -> Settings:
    secrets.ensure(served.paths.state)
    return served


def test_what_a_killed_process_heard_is_in_the_record_after_its_next_start(
    told: Settings, store: Store, tmp_path: Path
) -> None:
    """kill -9 while the record is away: the next process writes what the first one heard, once."""
    with FakeAMI().in_thread() as ami:
        asterisk = told.asterisk.model_copy(update={"ami_port": ami.port})
        env = {**os.environ, **environment(told.model_copy(update={"asterisk": asterisk}))}
        spooled = told.paths.state / "spool" / "a1"
        with running(["-c", DEAF], env, tmp_path) as process:
            eventually(lambda: ami.asked("QueueStatus"), 20)
            ami.say(*STORY)
            eventually(lambda: sum(file.stat().st_size for file in spooled.glob("*.spool")) > 2000)
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert not about_calls(store)
        with running(["-c", "from telephony import process; process.command()"], env, tmp_path):
            eventually(lambda: "call.ended" in about_calls(store), 20)
            eventually(lambda: "link.restored" in [fact.kind for fact in facts(store)])
    assert about_calls(store) == TOLD
    assert call_row(store).outcome == "answered"
    assert not call_row(store).inferred


@contextmanager
def running(arguments: list[str], env: dict[str, str], cwd: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, *arguments], env=env, cwd=cwd)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def test_a_bridge_whose_link_is_down_still_writes_what_waits(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene() -> None:
        async with FakeAMI().running() as ami, bridged(ami, store, folder=folder) as bridge:
            with away(monkeypatch):
                ami.send(*STORY)
                await until(lambda: bridge._spool.waiting > 1000)
                ami.login_reply = lambda action: []
                ami.drop()
                await until(lambda: not bridge._link.is_up)
            await until(lambda: "call.ended" in about_calls(store))
            with pytest.raises(Unreachable):
                await bridge._link.ask({"Action": "Ping"})

    asyncio.run(scene())
