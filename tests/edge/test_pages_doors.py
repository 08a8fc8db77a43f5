"""Coming in and being turned away: logins, foreign pages, malformed requests, and the demo's front door."""

from __future__ import annotations

from subprocess import CompletedProcess
from typing import Any

import psycopg
import pytest

from agent_desk import trycall
from hotline.platform.people import DEMO_PASSWORD
from tests.edge.conftest import PASSWORD, Town
from tests.edge.visitors import TICKET, Hall, Visitor, hall_in

pytestmark = pytest.mark.edge

MALFORMED = (
    ("/api/tickets", b"{"),
    ("/api/tickets", b"[]"),
    ("/api/tickets", b'{"type": "nothing"}'),
    ("/api/tickets", b"\xff\xfe"),
    ("/api/tickets", b'{"type": "help", "surprise": 1}'),
    ("/api/tickets/1/close", b'{"satisfaction": 7}'),
    ("/api/tickets/x/close", b"{}"),
    ("/api/orders/1/reply", b"null"),
    ("/api/preferences", b'{"language": "xx"}'),
    ("/api/people", b'{"login": "A B"}'),
    ("/api/login", b'{"login": ""}'),
)


def test_a_login_leads_where_the_person_wanted_to_go(hall: Hall) -> None:
    visitor = hall.visitor()
    turned = visitor.page("/tickets?q=1")
    assert (turned.status_code, turned.headers["location"]) == (303, "/login?next=%2Ftickets%3Fq%3D1")
    assert 'name="next" value="/tickets?q=1"' in visitor.page(turned.headers["location"]).text
    assert visitor.log_in("chenjiaqi", next="/tickets?q=1").json() == {"next": "/tickets?q=1"}
    assert visitor.page("/tickets?q=1").status_code == 200


def test_no_login_leads_to_another_site(hall: Hall) -> None:
    visitor = hall.visitor()
    for next_ in (
        "//elsewhere.example",
        "https://elsewhere.example",
        "/\\elsewhere.example",
        "/\t/elsewhere.example",
        "/\n/elsewhere.example",
        "elsewhere",
        "",
    ):
        assert 'name="next" value="/"' in visitor.client.get("/login", params={"next": next_}).text
        assert visitor.log_in("chenjiaqi", next=next_).json() == {"next": "/"}
        chosen = visitor.client.get("/language/en", params={"next": next_}, follow_redirects=False)
        assert chosen.headers["location"] == "/"


def test_too_many_wrong_passwords_close_the_door_for_a_while(hall: Hall) -> None:
    visitor = hall.visitor()
    wrong = [visitor.post("/api/login", login="chenjiaqi", password="wrong").status_code for _ in range(5)]
    assert wrong == [401] * 5
    waiting = visitor.post("/api/login", login="chenjiaqi", password=PASSWORD)
    assert (waiting.status_code, waiting.json()["key"]) == (429, "login.wait")
    assert "10" in waiting.json()["message"]


def test_an_unknown_login_is_refused_like_a_wrong_password(hall: Hall) -> None:
    visitor = hall.visitor()
    wrong = visitor.post("/api/login", login="chenjiaqi", password="wrong")
    assert visitor.post("/api/login", login="nobody", password="wrong").json() == wrong.json()


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(hall: Hall) -> None:
    cookie = hall.visitor().log_in("chenjiaqi").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


def test_a_request_without_the_pages_token_is_refused(hall: Hall) -> None:
    agent = hall.visitor("chenjiaqi")
    del agent.client.headers["X-CSRF-Token"]
    for path in ("/api/tickets", "/api/logout", "/api/preferences"):
        answer = agent.post(path, **TICKET)
        assert (answer.status_code, answer.json()["key"]) == (403, "login.foreign_page"), path
    agent.client.headers["X-CSRF-Token"] = "wrong"
    assert agent.post("/api/tickets", **TICKET).status_code == 403


def test_after_logging_out_the_cookie_opens_nothing(hall: Hall) -> None:
    agent = hall.visitor("chenjiaqi")
    kept = agent.client.cookies["hotline_session"]
    assert agent.post("/api/logout").json() == {"next": "/login"}
    thief = hall.visitor()
    thief.client.cookies.set("hotline_session", kept)
    assert thief.read("/tickets/rows").status_code == 401


def test_malformed_bodies_are_refused_in_words(hall: Hall) -> None:
    agent = hall.visitor("chenjiaqi")
    for path, body in MALFORMED:
        answer = agent.client.post(path, content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 422, (path, body)
        assert set(answer.json()) == {"key", "message", "field"}
        assert "Traceback" not in answer.text


def test_what_is_refused_is_a_page_for_people_and_json_for_scripts(hall: Hall) -> None:
    unit = hall.visitor("zumiao")
    page = unit.page("/floor")
    assert page.status_code == 403
    assert "您的角色没有此项权限" in page.text
    assert 'href="/"' in page.text
    script = unit.read("/floor/board")
    assert (script.status_code, script.json()["key"]) == (403, "not_allowed")
    assert unit.page("/nowhere").status_code == 404
    assert unit.read("/nowhere").json()["key"] == "page.unknown"


def test_what_breaks_says_so_without_its_insides(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    agent = hall.visitor("chenjiaqi")

    def burst(*given: Any) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr("agent_desk.ticket_pages._list", burst)
    for answer in (agent.page("/tickets"), agent.read("/tickets")):
        assert answer.status_code == 500
        assert "secret" not in answer.text


def test_a_database_that_is_away_is_said_in_words_and_no_longer_than_that(
    hall: Hall, database_url: str
) -> None:
    visitor = hall.visitor("chenjiaqi", "en")
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    refused = visitor.post("/api/tickets", **TICKET)
    assert (refused.status_code, refused.json()["key"]) == (503, "record.unreachable")
    assert visitor.post("/api/tickets", **TICKET).status_code == 201


def test_jobs_that_cannot_be_begun_are_said_in_words(town: Town, served: Any) -> None:
    nowhere = served.redis.model_copy(update={"url": "unix:///nowhere/redis.sock"})
    with hall_in(town, served.model_copy(update={"redis": nowhere})) as hall:
        refused = hall.visitor("tanweiming").post("/api/citizens/search")
        assert (refused.status_code, refused.json()["key"]) == (503, "jobs.unreachable")


def test_everybody_begins_on_their_own_page(hall: Hall) -> None:
    homes = {
        "chenjiaqi": "/desk",
        "zumiao": "/portal",
        "tanweiming": "/tickets",
        "admin": "/people",
        "zhenyongxin": "/welcome",
    }
    for login, home in homes.items():
        assert hall.visitor(login).page("/").headers["location"] == home


def test_the_demos_door_names_everybody_and_lets_them_in(hall: Hall) -> None:
    for language, agent in (("zh_Hans", "陈嘉琪"), ("en", "Chen Jiaqi")):
        visitor = hall.visitor()
        visitor.page(f"/language/{language}")
        html = visitor.page("/").text
        assert agent in html
        assert html.count("/api/login") >= len(hall.town.city.people)
        assert DEMO_PASSWORD in html
        assert '<option value="12319" selected>' in html


def test_a_real_installation_has_no_demos_door(town: Town, served: Any) -> None:
    with hall_in(town, served) as hall:
        visitor = Visitor(hall.app)
        assert visitor.page("/").headers["location"] == "/login"
        assert visitor.page("/demo").headers["location"] == "/"
        assert visitor.post("/api/demo/call", number="12345").status_code == 404
        assert "演示" not in visitor.page("/login").text


def test_a_test_call_is_asked_for_and_asked_after(hall: Hall) -> None:
    visitor = hall.visitor()
    asked = visitor.post("/api/demo/call", number="12319", say="您好", seconds=20)
    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    assert visitor.read(f"/api/demo/call/{asked.json()['job']}").json()["state"] == "waiting"
    assert visitor.read("/api/demo/call/never-was").status_code == 404
    assert visitor.post("/api/demo/call", number="rm -rf").status_code == 422


def test_a_test_call_that_nobody_answers_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[list[str]] = []

    def run(argv: list[str], **options: Any) -> Any:
        told.append(argv)
        return CompletedProcess(argv, 1, stdout="12319: nobody answered\n", stderr="")

    monkeypatch.setattr("agent_desk.trycall.subprocess.run", run)
    wanted: dict[str, str | int] = {"number": "12319", "say": "您好", "seconds": 20, "caller": "16000000001"}
    assert trycall.make(wanted) == "12319: nobody answered"
    assert told[0][3:] == ["call", "12319", "--seconds", "20", "--from", "16000000001", "--say", "您好"]


def test_a_body_beyond_all_measure_is_refused_before_it_is_read(hall: Hall) -> None:
    for visitor in (hall.visitor(), hall.visitor("chenjiaqi")):
        answer = visitor.client.post(
            "/api/tickets", content=b" " * 300_000, headers={"content-type": "application/json"}
        )
        assert answer.status_code == 413
