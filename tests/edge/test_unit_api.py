"""The API for units' own systems: what a token opens and what it doesn't, that it sees no more than its unit, and the
manual's own examples.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from hotline.record import visibility
from hotline.store.tables import Account, Attachment, FactRow, Ticket, UnitSystem, WorkOrder
from hotline.unit_systems import Pace, Scope
from tests.edge.test_evidence import JPEG
from tests.edge.test_pages_order import BUREAU, GOOD, OFFICE, given, somebody
from tests.edge.visitors import Hall

pytestmark = pytest.mark.edge

ROOT = "/api/unit/v1"
ALL = [scope.value for scope in Scope]


@dataclass
class System:
    """A unit's own system: a client with a token and no cookies."""

    client: TestClient
    token: str

    def read(self, path: str) -> httpx2.Response:
        return self.client.get(ROOT + path, headers=self.headers)

    def post(self, path: str, **values: Any) -> httpx2.Response:
        return self.client.post(ROOT + path, json=values, headers=self.headers)

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}", "accept": "application/json"}


def admitted(hall: Hall, unit: str = OFFICE, scopes: list[str] = ALL, login: str = "admin") -> System:
    """A system of that unit, with a token fresh from the page."""
    answer = hall.visitor(login).post(f"/api/systems/{unit}", name="综合治理平台", scopes=scopes)
    assert answer.status_code == 201, answer.text
    client = TestClient(hall.app, base_url="http://127.0.0.1", raise_server_exceptions=False)
    return System(client, answer.json()["once"])


def test_a_system_reads_signs_and_answers_in_its_units_name(hall: Hall) -> None:
    order, system = given(hall), admitted(hall)
    assert [one["id"] for one in system.read("/orders?state=issued").json()["orders"]] == [order]
    full = system.read(f"/orders/{order}").json()
    assert full["citizen"] == {"name": "王女士", "number": "16000000001"}
    assert full["may"] == ["attach", "return", "sign"]
    assert [clock["kind"] for clock in full["clocks"]] == ["sign", "contact", "resolve"]
    assert system.post(f"/orders/{order}/sign").json()["state"] == "signed"
    assert system.post(f"/orders/{order}/contact", how="已电话联系").status_code == 200
    kept = system.client.post(
        f"{ROOT}/orders/{order}/attachments",
        files={"file": ("照片.jpg", JPEG)},
        data={"audience": "citizen"},
        headers=system.headers,
    )
    assert kept.status_code == 201, kept.text
    assert system.read(f"/attachments/{kept.json()['id']}").content == JPEG
    assert system.post(f"/orders/{order}/reply", public=GOOD).status_code == 200
    page = hall.visitor("zumiao").page(f"/portal/orders/{order}").text
    assert "综合治理平台" in page
    with hall.town.store.transaction() as session:
        kinds = [fact.kind for fact in session.exec(select(FactRow).where(FactRow.kind == "person.viewed"))]
    assert kinds  # the look at the citizen is in the journal


def test_a_list_goes_on_where_it_ended(hall: Hall) -> None:
    ids, system = [given(hall) for _ in range(3)], admitted(hall)
    first = system.read("/orders?most=2").json()
    assert ([one["id"] for one in first["orders"]], first["next"]) == (ids[:2], ids[1])
    rest = system.read(f"/orders?most=2&after={first['next']}").json()
    assert ([one["id"] for one in rest["orders"]], rest["next"]) == (ids[2:], None)
    assert system.read("/orders?state=lost").status_code == 422


def test_a_token_opens_what_its_scopes_say(hall: Hall) -> None:
    order = given(hall)
    needs = {
        "sign": ("sign", {}),
        "contact": ("reply", {"how": "x"}),
        "reply": ("reply", {"public": "x"}),
        "return": ("request", {"reason": "duty", "basis": "x", "proposed": "x"}),
        "extend": ("request", {"amount": 1, "reason": "x"}),
    }
    reader = admitted(hall, scopes=[])
    assert reader.read(f"/orders/{order}").json()["citizen"] is None
    for deed, (scope, values) in needs.items():
        refused = reader.post(f"/orders/{order}/{deed}", **values)
        assert (refused.status_code, refused.json()["key"]) == (403, "token.no_scope"), deed
        assert scope in refused.json()["message"]
    handed = reader.client.post(
        f"{ROOT}/orders/{order}/attachments", files={"file": ("a.jpg", JPEG)}, headers=reader.headers
    )
    assert handed.status_code == 403


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer hls_wrong", "Basic aGxzOng=", "Bearer \u00e9"])
def test_nobody_comes_in_without_a_valid_token(hall: Hall, header: str) -> None:
    client = TestClient(hall.app, base_url="http://127.0.0.1", raise_server_exceptions=False)
    headers = {"authorization": header.encode("latin-1")} if header else {}
    answer = client.get(f"{ROOT}/orders", headers=headers)
    assert (answer.status_code, answer.json()["key"]) == (401, "token.unknown")


def test_a_cookie_is_no_token_and_a_token_no_login(hall: Hall) -> None:
    assert hall.visitor("zumiao").read(f"{ROOT}/orders").status_code == 401
    system = admitted(hall)
    for path in ("/portal", "/api/units?q=祖庙"):
        assert system.client.get(path, headers=system.headers).status_code == 401, path
    with hall.town.store.transaction() as session:
        account = session.exec(select(Account).where(Account.name == "综合治理平台")).one()
    assert "综合治理平台" not in hall.visitor("admin").page("/people").text
    assert hall.visitor().log_in(account.login, "综合治理平台").status_code == 401


def test_a_revoked_token_is_refused_at_once(hall: Hall) -> None:
    system = admitted(hall, login="zumiao-leader")
    assert system.read("/orders").status_code == 200
    with hall.town.store.transaction() as session:
        row = session.exec(select(UnitSystem)).one()
    assert row.token_hash not in system.token
    assert row.used_at is not None
    assert hall.visitor("zumiao").post(f"/api/systems/{row.id}/revoke").status_code == 403
    assert hall.visitor("guicheng").post(f"/api/systems/{row.id}/revoke").status_code == 403
    leader = hall.visitor("zumiao-leader")
    assert "使用中" in leader.page("/portal/system").text
    assert leader.post(f"/api/systems/{row.id}/revoke").status_code == 200
    assert system.read("/orders").status_code == 401
    assert leader.post(f"/api/systems/{row.id}/revoke").status_code == 404
    assert "已吊销" in leader.page("/portal/system").text


def test_only_the_units_leader_gives_tokens(hall: Hall) -> None:
    for login, status in (("zumiao", 403), ("chancheng", 403), ("chenjiaqi", 403), ("zumiao-leader", 201)):
        answer = hall.visitor(login).post(f"/api/systems/{OFFICE}", name="平台", scopes=["sign"])
        assert answer.status_code == status, login
    leader = hall.visitor("zumiao-leader")
    assert leader.post(f"/api/systems/{OFFICE}", name=" ").json()["field"] == "name"
    assert leader.post(f"/api/systems/{OFFICE}", name="x" * 61).json()["field"] == "name"
    assert leader.read("/portal/system?unit=guicheng-office").status_code == 403
    assert hall.visitor("zumiao").read("/portal/system").status_code == 403


def test_it_sees_exactly_what_its_unit_may_see(hall: Hall) -> None:
    agent = hall.visitor("chenjiaqi")
    secret = given(hall, confidential=True)
    for unit in (OFFICE, "guicheng-office", "chancheng-government"):
        given(hall, unit)
    hall.open_ticket(agent, "chancheng-government", type="report", about=OFFICE)
    for unit in (OFFICE, "chancheng-government", "guicheng-office"):
        system = admitted(hall, unit)
        listed = {one["id"] for one in system.read("/orders?below=true").json()["orders"]}
        viewer = hall.town.viewer({OFFICE: "zumiao", "guicheng-office": "guicheng"}.get(unit, "chancheng"))
        with hall.town.store.transaction() as session:
            seen = set(session.exec(select(WorkOrder.id).where(visibility.orders(viewer))))
            everything = set(session.exec(select(WorkOrder.id)))
        assert listed == seen
        for order in everything:
            expected = 200 if order in seen else 404
            assert system.read(f"/orders/{order}").status_code == expected, (unit, order)
            if expected == 404:
                assert system.post(f"/orders/{order}/sign").status_code == 404
        assert "16000000001" not in system.read(f"/orders/{secret}").text


def test_what_was_taken_from_the_unit_is_gone_from_the_list(hall: Hall) -> None:
    order, system = given(hall), admitted(hall)
    with hall.town.store.transaction() as session:
        ticket = session.get_one(WorkOrder, order).ticket
    assert hall.visitor("chenjiaqi").post(f"/api/tickets/{ticket}/take-back").status_code == 200
    assert system.read("/orders?open=false").json()["orders"] == []
    assert system.read(f"/orders/{order}").status_code == 404


def test_a_systems_reply_waits_for_the_leader_where_every_reply_does(hall: Hall) -> None:
    order, system = given(hall, BUREAU), admitted(hall, BUREAU)
    system.post(f"/orders/{order}/sign")
    waiting = system.post(f"/orders/{order}/reply", public=GOOD)
    assert (waiting.status_code, waiting.json()["state"]) == (200, "signed")
    (request,) = system.read(f"/orders/{order}").json()["requests"]
    assert (request["kind"], request["state"]) == ("approve", "asked")
    leader = somebody(hall, BUREAU, *hall.town.viewer("zumiao-leader").roles)
    assert leader.post(f"/api/requests/{request['id']}/grant", note="").status_code == 200


def test_who_asks_too_often_waits(hall: Hall) -> None:
    system = admitted(hall)
    hall.app.state.pace = Pace(most=2)
    assert [system.read("/orders").status_code for _ in range(2)] == [200, 200]
    refused = system.read("/orders")
    assert (refused.status_code, refused.json()["key"]) == (429, "token.too_fast")
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert admitted(hall).read("/orders").status_code == 200


def test_its_description_speaks_of_it_alone(hall: Hall) -> None:
    described = hall.visitor().read(f"{ROOT}/openapi.json").json()
    assert all(path.startswith(ROOT) for path in described["paths"])
    assert len(described["paths"]) == 9
    assert described["security"] == [{"token": []}]
    parameters = described["paths"][f"{ROOT}/orders/{{identity}}"]["get"]["parameters"]
    assert [one["name"] for one in parameters] == ["identity"]


def test_the_manuals_examples_work(hall: Hall, tmp_path: Path) -> None:
    system = admitted(hall)
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(JPEG)
    known = {
        "TOKEN": system.token,
        "HOTLINE": "",
        "ORDER": str(given(hall)),
        "OTHER": str(given(hall)),
        "PHOTO": str(photo),
        "FILE": "1",
    }
    manual = (Path(__file__).parents[2] / "docs" / "unit-api.md").read_text("utf-8")
    examples = re.findall(r"```sh\n(curl .*?)```", manual, re.DOTALL)
    assert len(examples) == 9
    for example in examples:
        answer = curl(system.client, Template(example).substitute(known))
        assert answer.status_code < 300, (example, answer.text)
    with hall.town.store.transaction() as session:
        assert session.get_one(WorkOrder, int(known["ORDER"])).state in ("replied", "accepted")
        assert session.exec(select(Attachment)).one().audience == "citizen"
        assert session.exec(select(Ticket)).first() is not None


def curl(client: TestClient, command: str) -> httpx2.Response:
    """What that command of curl's would get."""
    words = iter(shlex.split(command.replace("\\\n", " "))[1:])
    method, headers, address = "", {"accept": "*/*"}, ""
    body: dict[str, Any] = {}
    for word in words:
        if word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        elif word == "-X":
            method = next(words)
        elif word == "--json":
            headers["content-type"], body["content"] = "application/json", next(words).encode()
        elif word == "-F":
            name, _, value = next(words).partition("=")
            if value.startswith("@"):
                body.setdefault("files", {})[name] = (Path(value[1:]).name, Path(value[1:]).read_bytes())
            else:
                body.setdefault("data", {})[name] = value
        elif word == "-o":
            next(words)
        else:
            address = word
    return client.request(method or ("POST" if body else "GET"), address, headers=headers, **body)
