"""A real installation with everything that it runs: made, started, watched, stopped, started again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from hotline.platform import running
from hotline.settings import Settings, environment
from tests.patience import eventually

pytestmark = pytest.mark.live

PARTS = Path(__file__).parents[2] / ".hotline" / "parts"


@pytest.fixture
def installation(settings: Settings) -> Settings:
    """An installation with one administrator; the parts are the checkout's own."""
    shared = settings.paths.model_copy(update={"parts": PARTS})
    made = settings.model_copy(update={"paths": shared})
    answer = hotline(made, "init", "--login", "chief", "--password-stdin", given="a long enough one\n")
    assert answer.returncode == 0, answer.stderr
    return made


def hotline(settings: Settings, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hotline.cli", *arguments],
        env={**os.environ, **environment(settings)},
        input=given,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@contextmanager
def up(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    """`hotline up`, ready inside the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "hotline.cli", "up"],
        env={**os.environ, **environment(settings)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    try:
        told = []
        for line in process.stdout:
            told.append(line)
            if "Ready:" in line:
                break
        else:
            pytest.fail("".join(told))
        yield process
    finally:
        process.terminate()
        process.communicate()


def states(settings: Settings) -> dict[str, Any]:
    return {
        child["name"]: child for child in json.loads(hotline(settings, "status", "--json").stdout)["children"]
    }


def test_an_installation_starts_mends_itself_and_stops(installation: Settings) -> None:
    with up(installation) as process:
        with urlopen(f"{installation.web.origin}/health", timeout=5) as answer:
            assert answer.status == 200
        first = states(installation)
        assert set(first) == {
            *("postgresql", "redis", "asterisk", "switchroom", "telephony", "web", "worker"),
            *("clocks", "sender"),
        }

        os.kill(first["web"]["pid"], 9)
        again = eventually(
            lambda: (now := states(installation)["web"])["ready"] and now["restarts"] and now, 20
        )
        assert again["pid"] != first["web"]["pid"]

        findings = json.loads(hotline(installation, "doctor", "--json").stdout)
        assert [finding for finding in findings if finding["verdict"] == "wrong"] == []

        assert hotline(installation, "down").returncode == 0
        assert process.wait(5) == 0
        assert all(running.started_at(child["pid"]) is None for child in (*first.values(), again))

    with up(installation):
        assert all(child["ready"] for child in states(installation).values())
