"""A web process of a measurement's own on one of its databases, and people who are logged in there."""

from __future__ import annotations

import http.client
import json
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from agent_desk import web
from bench import servers
from hotline.platform import launch, people
from hotline.settings import Settings, environment
from tests.patience import free_port

KEPT = 3.0  # seconds for which an idle connection is used again


@contextmanager
def website(state: Path, url: str) -> Iterator[Settings]:
    """The pages of the record at `url` inside the block; the demo's people are in it."""
    own = state / "pages" / url.rpartition("/")[2].partition("?")[0]
    (own / "logs").mkdir(parents=True)
    settings = Settings.model_validate(
        {
            "paths": {"state": own, "parts": own / "parts"},
            "database": {"url": url},
            "redis": {"url": servers.bell(state)},
            "web": {"port": free_port()},
            "site": {"demo": True},
        }
    )
    people.settle_demo(settings)
    child = replace(next(web.children(settings)), env=environment(settings))
    with launch.running(child, own / "logs"):
        yield settings


class Visitor:
    """Somebody who is logged in, on a connection of their own."""

    def __init__(self, settings: Settings, login: str, password: str = people.DEMO_PASSWORD) -> None:
        self._connection = http.client.HTTPConnection(settings.web.host, settings.web.port)
        self._used = 0.0
        self._headers: Mapping[str, str] = {"Content-Type": "application/json"}
        _, answer = self._ask("POST", "/api/login", {"login": login, "password": password})
        self._headers = {**self._headers, "Cookie": answer["Set-Cookie"].partition(";")[0]}
        token = re.search(rb'name="csrf" content="([^"]+)"', self.get("/notices"))
        assert token is not None
        self._headers = {**self._headers, "X-CSRF-Token": token[1].decode()}

    def get(self, path: str) -> bytes:
        """A page."""
        return self._ask("GET", path)[0]

    def post(self, path: str, form: object) -> bytes:
        """What is answered to a form."""
        return self._ask("POST", path, form)[0]

    def _ask(self, method: str, path: str, form: object = None) -> tuple[bytes, http.client.HTTPMessage]:
        body = None if form is None else json.dumps(form)
        if time.monotonic() > self._used + KEPT:
            self._connection.close()  # the server does so too, some seconds later
        self._connection.request(method, quote(path, safe="/?=&"), body, dict(self._headers))
        answer = self._connection.getresponse()
        said = answer.read()
        self._used = time.monotonic()
        assert answer.status in (200, 201), (path, answer.status, said[:500])
        return said, answer.headers
