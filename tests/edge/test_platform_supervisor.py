"""The supervisor on real processes: what it starts again, and that nothing survives it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hotline.errors import Refused, Unreachable
from hotline.platform import launch, running
from hotline.platform.child import Child
from hotline.platform.supervisor import Supervisor
from tests.patience import eventually

pytestmark = pytest.mark.edge


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A running platform of two children on `tmp_path`, all ready."""
    command = [sys.executable, "-m", "tests.edge.supervised", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "READY\n"
    yield process
    if process.poll() is None:
        process.terminate()
    process.wait()
    process.stdout.close()


def pid_of(state: Path, name: str) -> int:
    run = running.find(state)
    return next((child.pid for child in run.children if child.name == name and child.ready), 0) if run else 0


def group_is_gone(leader: int) -> Callable[[], bool]:
    def gone() -> bool:
        try:
            os.killpg(leader, 0)
        except ProcessLookupError:
            return True
        return False

    return gone


def test_a_child_that_dies_is_started_again(platform: subprocess.Popen[str], tmp_path: Path) -> None:
    before = pid_of(tmp_path, "client")
    os.kill(before, signal.SIGKILL)
    after = eventually(lambda: pid_of(tmp_path, "client") not in (0, before) and pid_of(tmp_path, "client"))
    assert after != before
    eventually(group_is_gone(before))
    assert platform.stdout is not None
    assert platform.stdout.readline() == "client ended (by SIGKILL); starting again in 1 s\n"


def test_children_stop_in_reverse_order_with_all_they_started(
    platform: subprocess.Popen[str], tmp_path: Path
) -> None:
    leaders = [pid_of(tmp_path, "server"), pid_of(tmp_path, "client")]
    platform.send_signal(signal.SIGINT)
    assert platform.wait(15) == 0
    assert (tmp_path / "order").read_text() == "client\nserver\n"
    for leader in leaders:
        eventually(group_is_gone(leader))
    assert running.find(tmp_path) is None


def test_nothing_survives_the_supervisor_killed(platform: subprocess.Popen[str], tmp_path: Path) -> None:
    leaders = [pid_of(tmp_path, name) for name in ("server", "client", "stubborn")]
    platform.kill()
    platform.wait()
    for leader in leaders:
        eventually(group_is_gone(leader))


def test_a_second_one_on_the_same_state_is_refused(platform: subprocess.Popen[str], tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused, running.claim(tmp_path):
        pass
    assert refused.value.key == "platform.already_runs"
    assert refused.value.facts["pid"] == platform.pid


def test_a_first_start_that_fails_ends_everything_with_its_last_words(tmp_path: Path) -> None:
    broken = Child(name="broken", argv=("sh", "-c", "echo no such city; exit 3"), ready=lambda: False)
    fine = Child(name="fine", argv=("sleep", "600"), ready=lambda: True)
    said: list[str] = []
    supervisor = Supervisor([fine, broken], tmp_path, said.append, lambda states: None)
    with pytest.raises(Unreachable, match="no such city"):
        asyncio.run(supervisor.run(lambda: said.append("ready")))
    assert said[-1] == "Stopped; nothing is left running"
    assert "ready" not in said


def test_a_grown_log_is_put_aside_at_the_next_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "LARGEST_LOG", 10)
    for text in ("a" * 20, "b" * 20, "c"):
        log = launch.open_log(tmp_path, "web")
        os.write(log, text.encode())
        os.close(log)
    texts = [(tmp_path / name).read_text()[0] for name in ("web.log", "web.log.1", "web.log.2")]
    assert texts == ["c", "b", "a"]
