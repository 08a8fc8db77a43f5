"""The pages' live stage: the web process without a switch, and people at real browsers."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from playwright.sync_api import Browser, Page, sync_playwright
from sqlmodel import select

from agent_desk import build, web
from hotline.bell import Bell
from hotline.pack.load import load_pack, read_pack
from hotline.platform import addresses, launch
from hotline.record import calls as call_record
from hotline.record import city, demo
from hotline.settings import Settings, environment
from hotline.store import Store, open_store
from hotline.store.tables import WorkOrder
from tests.live.frontdesk import CHROMIUM, FLAGS, PASSWORD
from tests.patience import free_port

AXE = build.MODULES / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESKTOP, TELEPHONE, WALL = (1366, 768), (390, 844), (1920, 1080)


@dataclass
class Guest:
    """One browser, with what its pages complained about. Somebody is logged in where there is a `token`."""

    page: Page
    token: str = ""
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Goes to a page and waits until its scripts are awake."""
        self.page.goto(path)
        self.page.wait_for_selector("html[data-ready]")
        if self.token:
            self.page.wait_for_selector("body[data-live=on]")

    def post(self, path: str, **values: Any) -> dict[str, Any]:
        """What a form would send; must be accepted."""
        answer = self.page.request.post(path, headers={"X-CSRF-Token": self.token}, data=values)
        assert answer.ok, answer.text()
        return dict(answer.json())

    def violations(self) -> list[str]:
        """What axe finds wrong with the page as it stands: rule and element."""
        self.page.evaluate(f"{AXE.read_text('utf-8')}; null")
        found = self.page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        assert len(found["passes"]) > 10
        return [f"{one['id']}: {node['html'][:200]}" for one in found["violations"] for node in one["nodes"]]

    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - innerWidth"))


@dataclass(frozen=True)
class Reception:
    """The web process on a fresh record of the demo's people."""

    settings: Settings
    store: Store
    browser: Browser

    @contextmanager
    def guest(
        self,
        login: str = "",
        *,
        language: str = "zh_Hans",
        theme: str = "light",
        size: tuple[int, int] = DESKTOP,
    ) -> Iterator[Guest]:
        """A browser of its own, closed at the end; logged in where a login is given."""
        context = self.browser.new_context(
            base_url=self.settings.web.origin,
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if theme == "dark" else "light",
        )
        guest = Guest(context.new_page())
        guest.page.on("console", lambda message: _note(guest.complaints, message.type, message.text))
        guest.page.on("pageerror", lambda error: guest.complaints.append(str(error)))
        guest.page.goto(f"/language/{language}?next=/login")
        if login:
            credentials = {"login": login, "password": PASSWORD}
            assert guest.page.request.post("/api/login", data=credentials).ok
            guest.page.goto("/welcome")
            guest.token = guest.page.get_attribute("meta[name=csrf]", "content") or ""
            guest.post("/api/preferences", language=language, theme="auto")
        try:
            yield guest
        finally:
            context.close()

    def order_of(self, ticket: int) -> int:
        """The id of the ticket's first work order."""
        with self.store.transaction() as session:
            asked = select(WorkOrder.id).where(WorkOrder.ticket == ticket).order_by("id").limit(1)
            return int(session.exec(asked).one() or 0)

    def happen(self, signals: Sequence[call_record.Signal]) -> None:
        """Lets calls and seats be seen, as the switch would."""
        with self.store.transaction() as session:
            call_record.apply(session, signals, "a1")


@contextmanager
def reception(servers: Path, template: str, state: Path) -> Iterator[Reception]:
    """The stage, with a database of its own on the tests' servers."""
    folder, name = addresses.postgresql_folder(servers), f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(addresses.socket_url(folder, "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    settings = Settings.model_validate(
        {
            "site": {"demo": True},
            "paths": {"parts": state / "parts", "state": state / "state"},
            "database": {"url": addresses.socket_url(folder, name)},
            "redis": {"url": f"unix://{addresses.redis_socket(servers)}?db=0"},
            "web": {"port": free_port()},
        }
    )
    build.build(settings, lambda words: None)
    with ExitStack() as stack:
        store = open_store(settings.database.url, Bell(settings.redis.url))
        stack.callback(store.close)
        with store.transaction() as session:
            city.settle(session, read_pack(settings.site.city), datetime.now(UTC), "pack foshan")
            demo.settle(session, load_pack(settings.site.city), PASSWORD, datetime.now(UTC))
        child = replace(next(iter(web.children(settings))), env=environment(settings), after=())
        logs = state / "logs"
        logs.mkdir()
        stack.enter_context(launch.running(child, logs))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        stack.callback(browser.close)
        yield Reception(settings, store, browser)


def _note(complaints: list[str], kind: str, text: str) -> None:
    if kind in ("error", "warning"):
        complaints.append(text)
