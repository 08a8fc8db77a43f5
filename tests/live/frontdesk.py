"""The desk's live stage: a real switch, the telephony and the web process, and agents in a real Chromium whose
microphone is a beep.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from playwright.sync_api import Browser, Locator, Page, sync_playwright
from sqlmodel import select

from agent_desk import build, web
from hotline.bell import Bell
from hotline.pack.load import load_pack
from hotline.platform import addresses, launch
from hotline.record import demo
from hotline.settings import Settings, environment
from hotline.store import Store, open_store
from hotline.store.tables import Call, Seat, Ticket, WorkOrder
from telephony import process as telephony
from tests.live.conftest import Switch
from tests.patience import eventually, free_port

PASSWORD = "for the tests only"
CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--disable-gpu",
    "--disable-background-networking",
)

# Keeps hold of what the page opens, so that a test can look at it and cut it.
WATCH = """
window.opened = {sockets: [], connections: []};
for (const [name, list] of [["WebSocket", opened.sockets], ["RTCPeerConnection", opened.connections]]) {
  window[name] = new Proxy(window[name], {
    construct: (kind, given) => {
      const made = new kind(...given);
      list.push(made);
      return made;
    },
  });
}
"""


@dataclass(frozen=True)
class FrontDesk:
    """Everything that runs, with a fresh record of the demo's people."""

    settings: Settings
    store: Store
    browser: Browser

    @contextmanager
    def agent(self, login: str = "chenjiaqi", *, microphone: bool = True) -> Iterator[Desk]:
        """Somebody at their desk, telephone connected; in a browser of their own that is closed at the end."""
        context = self.browser.new_context(
            permissions=["microphone"] if microphone else [], base_url=self.settings.web.origin
        )
        if not microphone:
            context.add_init_script("delete Navigator.prototype.mediaDevices")
        context.add_init_script(WATCH)
        page = context.new_page()
        _log_in(page, self.settings, login, "/desk")
        page.wait_for_selector("body[data-live=on]")
        try:
            yield Desk(page)
        finally:
            context.close()

    @contextmanager
    def page(self, login: str, path: str) -> Iterator[Page]:
        """Somebody's open page, alive."""
        context = self.browser.new_context(base_url=self.settings.web.origin)
        page = context.new_page()
        _log_in(page, self.settings, login, path)
        page.wait_for_selector("body[data-live=on]")
        try:
            yield page
        finally:
            context.close()

    def seat(self, extension: str) -> Seat | None:
        """The seat as the record knows it."""
        with self.store.transaction() as session:
            return session.get(Seat, extension)

    def calls(self) -> list[Call]:
        """Every call in the record, the oldest first."""
        with self.store.transaction() as session:
            return sorted(session.exec(select(Call)).all(), key=lambda call: call.entered_at)

    def tickets(self) -> list[Ticket]:
        """The tickets of this run, the oldest first."""
        with self.store.transaction() as session:
            found = session.exec(
                select(Ticket).where(Ticket.opened_at > datetime(2026, 1, 1, tzinfo=UTC))
            ).all()
        return sorted(found, key=lambda ticket: ticket.id or 0)

    def reply_as_unit(self, login: str, ticket: int, words: str) -> None:
        """The unit of `login` signs its order for the ticket and replies, on its own page's behalf."""
        context = self.browser.new_context()
        page = context.new_page()
        _log_in(page, self.settings, login, "/portal")
        token = page.get_attribute("meta[name=csrf]", "content") or ""
        with self.store.transaction() as session:
            order = session.exec(select(WorkOrder.id).where(WorkOrder.ticket == ticket)).one()
        for verb, values in (("sign", {}), ("reply", {"public": words})):
            path = f"{self.settings.web.origin}/api/orders/{order}/{verb}"
            answer = page.request.post(path, headers={"X-CSRF-Token": token}, data=values)
            assert answer.ok, answer.text()
        context.close()


@dataclass(frozen=True)
class Desk:
    """An agent's open page."""

    page: Page

    @property
    def phone(self) -> Locator:
        """The softphone."""
        return self.page.locator("[data-softphone]")

    def until_phone(self, **state: str) -> None:
        """Waits until the softphone's dataset says so: `line`, `call`, `microphone`, `muted`."""
        wanted = "".join(f'[data-{name}="{value}"]' for name, value in state.items())
        self.page.wait_for_selector(f"[data-softphone]{wanted}", timeout=15_000)

    def be_ready(self) -> None:
        """Registers the telephone and takes calls."""
        self.until_phone(line="ready", microphone="granted")
        self.page.keyboard.press("Alt+R")
        self.page.wait_for_selector("#seat [data-presence=ready]")

    def answer(self) -> None:
        """Answers the call that rings."""
        self.until_phone(call="ringing")
        self.page.keyboard.press("Alt+A")
        self.until_phone(call="talking")

    def leave(self) -> None:
        """Hangs up and goes away."""
        if self.phone.get_attribute("data-call") != "none":
            self.page.keyboard.press("Alt+X")
        self.until_phone(call="none")
        self.page.locator("#seat [data-seat=away]").wait_for()
        self.page.keyboard.press("Alt+W")
        self.page.wait_for_selector("#seat [data-presence=away]")

    def prefer(self, *, language: str, theme: str) -> None:
        """Has the page in another language and other colours."""
        token = self.page.get_attribute("meta[name=csrf]", "content") or ""
        wanted = {"language": language, "theme": theme}
        self.page.request.post("/api/preferences", headers={"X-CSRF-Token": token}, data=wanted)
        self.page.reload()
        self.until_phone(line="ready", microphone="granted")

    def cut_line(self, address: str) -> None:
        """Closes the page's websockets to `address`."""
        self.page.evaluate(
            "address => opened.sockets.filter(one => one.url === address).forEach(one => one.close())",
            address,
        )

    def microphone_is_open(self) -> bool:
        """Whether the agent's voice goes into the newest call."""
        return bool(
            self.page.evaluate("() => opened.connections.at(-1).getSenders().some(one => one.track?.enabled)")
        )

    def packets(self) -> tuple[int, int]:
        """Sound packets that came in and went out in the present call."""
        data = self.phone.evaluate("panel => [panel.dataset.packetsIn, panel.dataset.packetsOut]")
        return int(data[0] or 0), int(data[1] or 0)

    def hears_and_is_heard(self) -> None:
        """Waits until sound has gone both ways for a while."""
        before = self.packets()
        eventually(
            lambda: all(now > then + 50 for now, then in zip(self.packets(), before, strict=True)), 15, 0.2
        )


@contextmanager
def front_desk(
    switch: Switch, servers: Path, template: str, link_port: int | None = None
) -> Iterator[FrontDesk]:
    """The stage on `switch`, with a database of its own on the tests' servers. The link goes by way of `link_port`."""
    folder, name = addresses.postgresql_folder(servers), f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(addresses.socket_url(folder, "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    url, broker = addresses.socket_url(folder, name), f"unix://{addresses.redis_socket(servers)}?db=0"
    settings = _served(switch.settings, url, broker)
    build.build(settings, lambda words: None)
    with ExitStack() as stack:
        store = open_store(url, Bell(broker))
        stack.callback(store.close)
        with store.transaction() as session:
            demo.settle(session, load_pack(settings.site.city), PASSWORD, datetime.now(UTC))
        (link,), logs = telephony.children(settings), settings.paths.state / "logs"
        for child, known in (
            (link, _linked_by(settings, link_port)),
            (next(iter(web.children(settings))), settings),
        ):
            stack.enter_context(launch.running(replace(child, env=environment(known)), logs))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        stack.callback(browser.close)
        yield FrontDesk(settings, store, browser)


def _log_in(page: Page, settings: Settings, login: str, then: str) -> None:
    page.goto(f"{settings.web.origin}/login?next={then}")
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"**{then}*")
    page.wait_for_selector("html[data-ready]")


def _linked_by(settings: Settings, port: int | None) -> Settings:
    asterisk = settings.asterisk.model_copy(update={"ami_port": port or settings.asterisk.ami_port})
    return settings.model_copy(update={"asterisk": asterisk})


def _served(settings: Settings, database: str, broker: str) -> Settings:
    return settings.model_copy(
        update={
            "database": settings.database.model_copy(update={"url": database}),
            "redis": settings.redis.model_copy(update={"url": broker}),
            "web": settings.web.model_copy(update={"port": free_port()}),
        }
    )
