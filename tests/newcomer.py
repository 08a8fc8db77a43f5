"""The whole platform as a newcomer starts it, and people at browsers: what a story, and a measurement, begins with."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from hotline.platform.people import DEMO_PASSWORD
from hotline.settings import Settings, environment
from tests.patience import free_port

PARTS = Path(__file__).parent.parent / ".hotline" / "parts"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
BROWSER_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)


@dataclass(frozen=True)
class Platform:
    """A running `hotline up --demo` on ports and folders of its own."""

    settings: Settings

    @property
    def url(self) -> str:
        """Where its pages are."""
        return self.settings.web.origin

    def command(self, *arguments: str, program: str = "hotline.cli") -> subprocess.Popen[str]:
        """`hotline …` against this platform, running; or another program of Python's."""
        return subprocess.Popen(
            [sys.executable, "-m", program, *arguments],
            env=os.environ | environment(self.settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


@contextmanager
def running(folder: Path) -> Iterator[Platform]:
    """Everything, with its state in `folder`: started by the newcomer's own command and stopped by Ctrl-C."""
    platform = Platform(settings_in(folder))
    with started(platform, platform.command("up", "--demo")):
        yield platform


@contextmanager
def started(platform: Platform, up: subprocess.Popen[str]) -> Iterator[None]:
    """The platform that `up` is starting, ready inside the block, and stopped by Ctrl-C."""
    try:
        read_until_ready(up, platform.url)
        yield
    finally:
        up.send_signal(signal.SIGINT)
        said, _ = up.communicate(timeout=30)
    assert up.returncode == 0, said


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium with a microphone that plays a tone."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(BROWSER_ARGUMENTS))
        yield browser
        browser.close()


def come_in(browser: Browser, language: str = "zh-CN") -> BrowserContext:
    """Somebody with a browser of their own, of which nobody else knows a thing."""
    return browser.new_context(
        locale=language, viewport={"width": 1366, "height": 768}, permissions=["microphone"]
    )


def log_in(page: Page, platform: Platform, login: str) -> None:
    """One of the demo's people comes to the page that they see first."""
    page.set_default_timeout(15_000)
    page.goto(f"{platform.url}/login")
    page.locator("[name=login]").fill(login)
    page.locator("[name=password]").fill(DEMO_PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)


def settings_in(folder: Path) -> Settings:
    """A demo on free ports, with its state in `folder` and the checkout's parts."""
    rtp = min(free_port(socket.SOCK_DGRAM) // 2 * 2, 60000)
    ports = {name: free_port() for name in ("ami_port", "http_port", "agi_port")}
    return Settings.model_validate(
        {
            "paths": {"state": folder / "state", "parts": PARTS},
            "site": {"demo": True},
            "web": {"port": free_port()},
            "asterisk": ports
            | {"sip_port": free_port(socket.SOCK_DGRAM), "rtp_first": rtp, "rtp_last": rtp + 400},
            "trunk": {"port": free_port(socket.SOCK_DGRAM)},
        }
    )


def read_until_ready(up: subprocess.Popen[str], origin: str) -> None:
    """Wait until `hotline up` names the address of its pages."""
    said: list[str] = []
    assert up.stdout is not None
    for line in up.stdout:
        said.append(line)
        if origin in line:
            return
    raise AssertionError("the platform didn't start:\n" + "".join(said))
