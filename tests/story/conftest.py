"""The whole platform as a newcomer starts it, and people at browsers: what a story needs."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from hotline.platform.people import DEMO_PASSWORD
from hotline.settings import Settings
from tests.patience import free_port

PICTURES = Path(__file__).parent.parent / "screenshots"
PARTS = Path(__file__).parent.parent.parent / ".hotline" / "parts"
BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]


@dataclass(frozen=True)
class Platform:
    """A running `hotline up --demo` on ports and folders of the test's own."""

    settings: Settings
    environment: dict[str, str]

    @property
    def url(self) -> str:
        """Where its pages are."""
        return self.settings.web.origin

    def command(self, *arguments: str) -> subprocess.Popen[str]:
        """`hotline …` against this platform, running."""
        return subprocess.Popen(
            [sys.executable, "-m", "hotline.cli", *arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Everything, started by the newcomer's own command and stopped by Ctrl-C."""
    folder = tmp_path_factory.mktemp("platform")
    rtp = free_port(socket.SOCK_DGRAM) // 2 * 2
    values = {
        "paths": {"state": folder / "state", "parts": PARTS},
        "site": {"demo": True},
        "web": {"port": free_port()},
        "asterisk": {
            "ami_port": free_port(),
            "http_port": free_port(),
            "agi_port": free_port(),
            "sip_port": free_port(socket.SOCK_DGRAM),
            "rtp_first": min(rtp, 60000),
            "rtp_last": min(rtp, 60000) + 400,
        },
        "trunk": {"port": free_port(socket.SOCK_DGRAM)},
    }
    environment = os.environ | {
        f"HOTLINE_{section}__{name}".upper(): str(value)
        for section, names in values.items()
        for name, value in names.items()  # type: ignore[attr-defined]
    }
    settings = Settings.model_validate(values)
    up = subprocess.Popen(
        [sys.executable, "-m", "hotline.cli", "up", "--demo"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        _read_until_ready(up, settings.web.origin)
        yield Platform(settings, environment)
    finally:
        up.send_signal(signal.SIGINT)
        said, _ = up.communicate(timeout=30)
        shutil.copytree(
            folder / "state" / "logs", PICTURES.parent / "screenshots" / "logs", dirs_exist_ok=True
        )
    assert up.returncode == 0, said


def _read_until_ready(up: subprocess.Popen[str], origin: str) -> None:
    said: list[str] = []
    assert up.stdout is not None
    for line in up.stdout:
        said.append(line)
        if origin in line:
            return
    raise AssertionError("the platform didn't start:\n" + "".join(said))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium with a microphone that plays a tone."""
    executable = shutil.which("chromium") or "/usr/bin/chromium"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=executable, args=BROWSER_ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def person(platform: Platform, browser: Browser) -> Iterator[Callable[[str], Page]]:
    """Logs somebody in, in a browser of their own."""
    contexts = []

    def log_in(login: str, language: str = "zh-CN") -> Page:
        context = browser.new_context(
            locale=language, viewport={"width": 1366, "height": 768}, permissions=["microphone"]
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.goto(f"{platform.url}/login")
        page.locator("[name=login]").fill(login)
        page.locator("[name=password]").fill(DEMO_PASSWORD)
        page.locator("[name=password]").press("Enter")
        page.wait_for_url(lambda url: "/login" not in url)
        return page

    yield log_in
    for context in contexts:
        context.close()


@pytest.fixture
def picture() -> Callable[[Page, str], None]:
    """Keeps a screenshot under `tests/screenshots`."""
    PICTURES.mkdir(exist_ok=True)

    def take(page: Page, name: str) -> None:
        page.screenshot(path=PICTURES / f"{name}.png")

    return take
