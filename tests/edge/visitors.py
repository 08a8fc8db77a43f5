"""People at their browsers: the web application on a test's own record, and visitors who log in to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import httpx2
from fastapi import FastAPI
from fastapi.testclient import TestClient

from agent_desk import build
from agent_desk.app import create_app
from agent_desk.house import House
from hotline.errors import Unreachable
from hotline.record.city_in_force import CityInForce
from hotline.settings import Settings
from telephony.actions import Telephone
from tests.edge.conftest import PASSWORD, Town

PAGE = {"accept": "text/html"}
TICKET: dict[str, Any] = {
    "type": "help",
    "line": "12319",
    "number": "16000000001",
    "title": "路灯不亮",
    "content": "门口的路灯坏了三天",
    "name": "王女士",
    "area": "zumiao",
    "place": "百花路18号",
}


class NoTelephone:
    """A switch that doesn't answer: what these pages show needs none."""

    def __getattr__(self, name: str) -> Any:
        def order(*given: Any) -> None:
            raise Unreachable("switch")

        return order


class Visitor:
    """One browser."""

    def __init__(self, app: FastAPI) -> None:
        self.client = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)

    def log_in(self, login: str, password: str = PASSWORD, next: str = "/") -> httpx2.Response:
        answer = self.post("/api/login", login=login, password=password, next=next)
        found = re.search(r'name="csrf" content="([^"]+)"', self.page("/welcome").text)
        if found:
            self.client.headers["X-CSRF-Token"] = found[1]
        return answer

    def page(self, path: str) -> httpx2.Response:
        """What the address bar gets."""
        return self.client.get(path, headers=PAGE, follow_redirects=False)

    def read(self, path: str, **headers: str) -> httpx2.Response:
        """What a script gets."""
        return self.client.get(path, headers={"accept": "application/json"} | headers)

    def post(self, path: str, **values: Any) -> httpx2.Response:
        return self.client.post(path, json=values)


@dataclass
class Hall:
    """The application, with everybody who comes to it."""

    app: FastAPI
    house: House
    town: Town

    def visitor(self, login: str = "", language: str = "") -> Visitor:
        """A fresh browser, logged in where a login is given."""
        visitor = Visitor(self.app)
        if login:
            assert visitor.log_in(login).status_code == 200
        if language:
            visitor.post("/api/preferences", language=language)
        return visitor

    def open_ticket(self, agent: Visitor, unit: str = "", **changes: Any) -> int:
        """A ticket written by an agent, dispatched to `unit` where one is given; its id."""
        opened = agent.post("/api/tickets", **(TICKET | changes))
        assert opened.status_code == 201, opened.text
        identity = int(opened.json()["id"])
        if unit:
            sent = agent.post(f"/api/tickets/{identity}/dispatch", unit=unit, reason="属地管理")
            assert sent.status_code == 200, sent.text
        return identity


@contextmanager
def hall_in(town: Town, settings: Settings) -> Iterator[Hall]:
    """The application on `town`'s record, following its journal."""
    build.build(settings, lambda words: None)
    house = House(settings, town.store, CityInForce(town.city), cast(Telephone, NoTelephone()))
    app = create_app(house)
    with TestClient(app):
        yield Hall(app, house, town)
