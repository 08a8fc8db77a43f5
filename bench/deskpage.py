"""An agent's page under observation: notes when each call's card is in the DOM, and when it was asked for.

Each agent has a Chromium of their own. It is driven only before and after the calls: whoever looks at a page through
its debugging port makes the page and the machine busy with telling of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Page, Playwright, expect

from hotline.pack.model import Person
from hotline.platform import launch
from hotline.platform.child import Child
from tests import newcomer
from tests.newcomer import Platform

# Seconds of the wall clock. The last asking before the card is the one that brought it.
WATCH = """
window.pops = {};
const clock = (since) => (performance.timeOrigin + since) / 1000;
const look = () => {
  const card = document.querySelector('#call-card[data-state="offered"]');
  if (!card || card.dataset.call in pops) return;
  const at = performance.now();
  const asked = performance.getEntriesByType("resource").filter((one) => one.name.endsWith("/desk/call")).at(-1);
  pops[card.dataset.call] = [clock(at), clock(asked?.startTime ?? at), clock(asked?.responseEnd ?? at)];
};
performance.setResourceTimingBufferSize(100_000);
new MutationObserver(look).observe(document, {childList: true, subtree: true, attributes: true});
"""
ACTIVE_PORT = "DevToolsActivePort"  # where Chromium writes it
# A window of the desk's own: without tabs to redraw whenever a telephone rings.
WINDOW = ("--headless", "--no-first-run", "--app=data:text/html,desk", "--window-size=1366,768")
DRIFT = "() => performance.timeOrigin + performance.now() - Date.now()"


@dataclass(frozen=True)
class Pop:
    """A card in the DOM, in seconds of the wall clock: when it was there, when it was asked for, and when it came."""

    at: float
    asked_at: float
    came_at: float


@dataclass(frozen=True)
class Seen:
    """What a page noted: every call whose card was in the DOM while it rang, by its id; and by how many seconds the
    page's clock is ahead of the wall clock, as far as milliseconds tell."""

    pops: dict[str, Pop]
    drift: float


@dataclass(frozen=True)
class DeskPage:
    """The desk of the seat `extension`, in the Chromium whose profile is in `profile`."""

    extension: str
    profile: Path
    playwright: Playwright

    @contextmanager
    def driven(self) -> Iterator[Page]:
        """The page, to be looked at and touched inside the block."""
        browser = self.playwright.chromium.connect_over_cdp(_door(self.profile))
        yield browser.contexts[0].pages[0]
        browser.close()

    def seen(self) -> Seen:
        """What the page has noted so far."""
        with self.driven() as page:
            pops = {call: Pop(*moments) for call, moments in page.evaluate("pops").items()}
            return Seen(pops, float(page.evaluate(DRIFT)) / 1000)


@contextmanager
def ready_desk(playwright: Playwright, platform: Platform, agent: Person, folder: Path) -> Iterator[DeskPage]:
    """The agent at the desk, with a telephone that takes calls. Nobody drives the browser any more."""
    assert agent.extension is not None
    profile = folder / agent.login
    own = ("--remote-debugging-port=0", f"--user-data-dir={profile}")
    child = Child(
        name=f"chromium-{agent.login}",
        argv=(newcomer.CHROMIUM, *newcomer.BROWSER_ARGUMENTS, *WINDOW, *own),
        ready=lambda: _has_window(profile),
    )
    with launch.running(child, folder):
        desk = DeskPage(agent.extension, profile, playwright)
        with desk.driven() as page:
            newcomer.log_in(page, platform, agent.login)
            page.evaluate(WATCH)
            expect(page.locator("[data-softphone]")).to_have_attribute("data-line", "ready")
            page.locator("[data-seat=ready]").click()
            expect(page.locator(".seat[data-presence]").first).to_have_attribute("data-presence", "ready")
        yield desk


def _door(profile: Path) -> str:
    """The address of the debugging port."""
    return f"http://127.0.0.1:{(profile / ACTIVE_PORT).read_text().split()[0]}"


def _has_window(profile: Path) -> bool:
    with urlopen(f"{_door(profile)}/json/list", timeout=1) as answer:
        return any(one["type"] == "page" for one in json.load(answer))
