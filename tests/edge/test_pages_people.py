"""The people page: adding somebody, a new password, and an end to an account."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.edge.conftest import PASSWORD
from tests.edge.visitors import Hall, Visitor

pytestmark = pytest.mark.edge

NEW: dict[str, Any] = {
    "login": "newcomer",
    "name": "新同事",
    "roles": ["agent"],
    "password": "long enough indeed",
    "extension": "8050",
    "skills": ["general"],
}


def test_a_new_person_can_log_in_and_work_at_once(hall: Hall) -> None:
    administrator, newcomer = hall.visitor("admin"), hall.visitor()
    assert administrator.post("/api/people", **NEW).status_code == 201
    assert "新同事" in administrator.read("/people/rows?q=newc").text
    assert newcomer.log_in("newcomer", NEW["password"]).status_code == 200
    assert newcomer.page("/desk").status_code == 200


def test_what_is_wrong_with_a_new_person_is_said_at_its_field(hall: Hall) -> None:
    administrator = hall.visitor("admin")
    for field, wrong in (
        ("login", "Capital Letters"),
        ("login", "chenjiaqi"),
        ("name", ""),
        ("roles", []),
        ("roles", ["king"]),
        ("password", "short"),
        ("extension", "8001"),
        ("extension", "x"),
        ("unit", "nowhere"),
        ("skills", ["juggling"]),
    ):
        answer = administrator.post("/api/people", **(NEW | {field: wrong}))
        assert answer.status_code in (409, 422), (field, wrong)
        assert answer.json()["field"].partition(".")[0] == field
    unitless = administrator.post("/api/people", **(NEW | {"roles": ["unit_staff"]}))
    assert unitless.json()["field"] == "unit"


def test_a_new_password_ends_the_old_ones_sessions(hall: Hall) -> None:
    administrator, agent = hall.visitor("admin"), hall.visitor("chenjiaqi")
    identity = _id(administrator, "chenjiaqi")
    assert administrator.post(f"/api/people/{identity}/password", password="short").status_code == 409
    assert (
        administrator.post(f"/api/people/{identity}/password", password="a wholly new one").status_code == 200
    )
    assert agent.read("/tickets/rows").status_code == 401
    assert agent.post("/api/login", login="chenjiaqi", password=PASSWORD).status_code == 401
    assert agent.log_in("chenjiaqi", "a wholly new one").status_code == 200


def test_a_closed_account_is_out_at_once_and_can_be_opened_again(hall: Hall) -> None:
    administrator, agent = hall.visitor("admin"), hall.visitor("chenjiaqi")
    identity = _id(administrator, "chenjiaqi")
    administrator.post(f"/api/people/{identity}/active", active=False)
    assert agent.read("/tickets/rows").status_code == 401
    assert agent.post("/api/login", login="chenjiaqi", password=PASSWORD).status_code == 401
    administrator.post(f"/api/people/{identity}/active", active=True)
    assert agent.log_in("chenjiaqi").status_code == 200


def test_nobody_closes_their_own_account(hall: Hall) -> None:
    administrator = hall.visitor("admin")
    identity = _id(administrator, "admin")
    answer = administrator.post(f"/api/people/{identity}/active", active=False)
    assert (answer.status_code, answer.json()["key"]) == (409, "account.own")
    assert f"/api/people/{identity}/active" not in administrator.page("/people").text


def test_only_administrators_come_here(hall: Hall) -> None:
    supervisor = hall.visitor("guanshufen")
    assert supervisor.page("/people").status_code == 403
    assert supervisor.read("/people/rows").status_code == 403
    assert supervisor.post("/api/people", **NEW).status_code == 403
    assert supervisor.post("/api/people/1/password", password="long enough indeed").status_code == 403
    assert supervisor.post("/api/people/1/active", active=False).status_code == 403
    assert hall.visitor("admin").post("/api/people/999999/active", active=False).status_code == 404


def _id(administrator: Visitor, login: str) -> int:
    found = re.search(r'id="person-(\d+)"', administrator.read(f"/people/rows?q={login}").text)
    assert found
    return int(found[1])
