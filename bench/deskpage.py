"""An agent's page under observation: notes when each call's card is in the DOM, and when its parts were asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, expect

from hotline.pack.model import Person
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
DRIFT = "() => performance.timeOrigin + performance.now() - Date.now()"


@dataclass(frozen=True)
class Pop:
    """A card in the DOM, in seconds of the wall clock: when it was there, when it was asked for, and when it came."""

    at: float
    asked_at: float
    came_at: float


@dataclass(frozen=True)
class DeskPage:
    """The page of the seat `extension`."""

    extension: str
    page: Page

    def pops(self) -> dict[str, Pop]:
        """Every call whose card was in the DOM while it rang, by its id."""
        return {call: Pop(*moments) for call, moments in self.page.evaluate("pops").items()}

    def drift(self) -> float:
        """Seconds by which the page's clock is ahead of the wall clock, as far as milliseconds tell."""
        return float(self.page.evaluate(DRIFT)) / 1000

    def is_ready(self) -> bool:
        """Whether the seat takes calls."""
        return self.page.locator(".seat[data-presence=ready]").count() > 0


@contextmanager
def ready_desk(browser: Browser, platform: Platform, agent: Person) -> Iterator[DeskPage]:
    """The agent at the desk, in a browser of their own, with a telephone that takes calls."""
    context = newcomer.come_in(browser)
    try:
        context.add_init_script(WATCH)
        page = newcomer.log_in(context, platform, agent.login)
        expect(page.locator("[data-softphone]")).to_have_attribute("data-line", "ready")
        page.locator("[data-seat=ready]").click()
        expect(page.locator(".seat[data-presence]").first).to_have_attribute("data-presence", "ready")
        assert agent.extension is not None
        yield DeskPage(agent.extension, page)
    finally:
        context.close()
