"""The city's data in pages: reading it with names, changing it in a form that says what it does, and its history."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from agent_desk.house import now
from dialplans.folders import folders
from hotline.facts import Fact, subject
from hotline.journal import append, read
from hotline.pack.load import read_pack
from hotline.record import city
from hotline.record.city import KEPT
from hotline.store.tables import CityRow
from tests.edge.visitors import Hall, Visitor

pytestmark = pytest.mark.edge

QUEUE = {"name": "evening", "title_zh": "夜间", "title_en": "Evening", "skill": "general"}


@pytest.fixture
def hall(hall: Hall) -> Hall:
    """The application on a record that has taken over Foshan."""
    with hall.town.store.transaction() as session:
        city.settle(session, read_pack("foshan"), hall.town.at, "pack foshan")
    return hall


@pytest.fixture
def administrator(hall: Hall) -> Visitor:
    return hall.visitor("admin")


def row(hall: Hall, sheet: str, **known: Any) -> CityRow:
    """The row in force with these values."""
    with hall.town.store.transaction() as session:
        found = city.rows(session, sheet)
    return next(one for one in found if all(one.written.get(name) == value for name, value in known.items()))


def line(hall: Hall, number: str) -> list[dict[str, Any]]:
    """What the record says of a line, from its first stretch to its last."""
    with hall.town.store.transaction() as session:
        rows = [one.written for one in city.rows(session, "lines") if one.written["number"] == number]
    return sorted(rows, key=lambda written: written.get("valid_from", ""))


def moment(hall: Hall, **ahead: int) -> str:
    """A minute of the city's clock, from now."""
    at = (now() + timedelta(**ahead)).astimezone(hall.house.zone)
    return at.replace(tzinfo=None).isoformat(timespec="minutes")


@pytest.mark.parametrize("sheet", KEPT)
@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_every_sheet_has_a_list_and_every_row_a_form(hall: Hall, sheet: str, language: str) -> None:
    administrator = hall.visitor("admin", language)
    listed = administrator.page(f"/city/{sheet}")
    assert listed.status_code == 200
    assert administrator.read(f"/city/{sheet}/rows").status_code == 200
    with hall.town.store.transaction() as session:
        numbers = [one.number for one in city.rows(session, sheet)]
    for number in numbers[:2]:
        form = administrator.page(f"/city/{sheet}/{number}")
        assert form.status_code == 200
        assert f'action="/api/city/{sheet}/{number}"' in form.text
    assert administrator.page(f"/city/{sheet}/new").status_code == 200


def test_a_list_reads_in_names_and_is_searched(hall: Hall, administrator: Visitor) -> None:
    found = administrator.read("/city/queues/rows?q=消费").text
    assert "消费维权" in found
    assert "城建城管" not in found
    assert "market-regulation" not in administrator.page("/city/lines").text
    assert "没有找到" in administrator.read("/city/queues/rows?q=zzz").text


def test_a_change_is_tried_out_and_then_in_force_at_once(hall: Hall, administrator: Visitor) -> None:
    found = row(hall, "queues", name="urban")
    path, values = f"/api/city/queues/{found.number}", form_of(found) | {"answer_target": "25"}
    tried = administrator.post(f"{path}/preview", **values).json()
    assert tried["problems"] == []
    assert "<del>15</del>" in tried["html"]
    assert "<ins>25</ins>" in tried["html"]
    assert row(hall, "queues", name="urban").written["answer_target"] == 15
    saved = administrator.post(path, **values, why="高峰期")
    assert (saved.status_code, saved.json()["revision"]) == (200, 2)
    assert row(hall, "queues", name="urban").written["answer_target"] == 25
    administrator.page("/city/queues")
    assert next(queue.answer_target for queue in hall.house.city.queues if queue.name == "urban") == 25


def test_what_a_form_leaves_as_it_was_stays_as_it_was_written(hall: Hall, administrator: Visitor) -> None:
    for sheet in ("calendars", "units", "prompts", "clocks", "reply_templates", "city"):
        with hall.town.store.transaction() as session:
            found = city.rows(session, sheet)[0]
        answer = administrator.post(f"/api/city/{sheet}/{found.number}", **form_of(found))
        assert answer.json()["key"] == "city.no_change", sheet


def test_mistakes_are_said_at_their_fields_and_in_words(hall: Hall, administrator: Visitor) -> None:
    found = row(hall, "queues", name="urban")
    path = f"/api/city/queues/{found.number}"
    for field, wrong, words in (
        ("skill", "juggling", "从列表"),
        ("answer_target", "soon", "整数"),
        ("name", "Urban!", "小写字母"),
        ("title_zh", "", "必填"),
    ):
        values = form_of(found) | {field: wrong}
        (problem,) = [
            one
            for one in administrator.post(f"{path}/preview", **values).json()["problems"]
            if one["field"] == field
        ]
        assert words in problem["message"], field
        refused = administrator.post(path, **values)
        assert (refused.status_code, refused.json()["field"]) == (409, field)
        assert words in refused.json()["message"]


def test_a_row_that_is_named_is_kept_and_says_who_names_it(hall: Hall, administrator: Visitor) -> None:
    found = row(hall, "queues", name="urban")
    refused = administrator.post(f"/api/city/queues/{found.number}/end", why="")
    assert refused.status_code == 409
    assert "12319" in refused.json()["message"] or "12369" in refused.json()["message"]
    added = administrator.post("/api/city/queues/new", **QUEUE, why="试点")
    assert added.status_code == 201
    evening = row(hall, "queues", name="evening")
    assert administrator.post(f"/api/city/queues/{evening.number}/end", why="").status_code == 200
    assert administrator.page(f"/city/queues/{evening.number}").status_code == 409


def test_the_city_itself_is_one_row(hall: Hall, administrator: Visitor) -> None:
    found = row(hall, "city")
    assert administrator.post("/api/city/city/new", **form_of(found)).json()["key"] == "city.row_stays"
    assert administrator.post(f"/api/city/city/{found.number}/end").json()["key"] == "city.row_stays"


def test_who_edits_what_somebody_else_has_changed_is_told(hall: Hall, administrator: Visitor) -> None:
    found = row(hall, "queues", name="urban")
    path = f"/api/city/queues/{found.number}"
    drawn = form_of(found) | {"since": str(found.since)}
    assert administrator.post(path, **(drawn | {"answer_target": "25"})).status_code == 200
    late = administrator.post(path, **(drawn | {"weight": "3"}))
    assert late.json()["key"] == "city.changed_meanwhile"


def test_a_cutover_is_two_rows_of_one_revision_and_can_be_cancelled(
    hall: Hall, administrator: Visitor
) -> None:
    at = moment(hall, days=30)
    path = "/api/city/lines/12319"
    wanted = {"mode": "merged", "at": at, "queue": "citywide"}
    tried = administrator.post(f"{path}/cutover/preview", **wanted)
    assert "整体并入" in tried.json()["html"]
    assert administrator.post(f"{path}/cutover", **wanted, why="市政府第12次常务会").status_code == 200
    before, after = line(hall, "12319")
    assert (before["mode"], before["valid_until"]) == ("dual", at)
    assert (after["mode"], after["valid_from"]) == ("merged", at)
    assert (after["queue"], after["greeting"]) == ("citywide", "welcome-merged")
    listed = administrator.page("/city/lines").text
    assert at.replace("T", " ") in listed
    coming = row(hall, "lines", number="12319", valid_from=at)
    assert administrator.post(f"{path}/cancel", row=coming.number).status_code == 200
    (only,) = line(hall, "12319")
    assert (only["mode"], "valid_until" in only) == ("dual", False)


def test_a_line_is_rolled_back_as_it_was_cut_over(hall: Hall, administrator: Visitor) -> None:
    path = "/api/city/lines/12319"
    assert administrator.post(f"{path}/rollback").json()["key"] == "line.no_before"
    assert administrator.post(f"{path}/cutover", mode="merged").status_code == 200
    at = moment(hall, hours=2)
    assert administrator.post(f"{path}/rollback", at=at, why="接通率下降").status_code == 200
    first, second, third = line(hall, "12319")
    assert (first["mode"], second["mode"], third["mode"]) == ("dual", "merged", "dual")
    assert third["valid_from"] == second["valid_until"] == at
    assert third["greeting"] == first["greeting"]


def test_a_cutover_that_makes_no_sense_is_refused(hall: Hall, administrator: Visitor) -> None:
    path = "/api/city/lines/12319/cutover"
    for wanted, key in (
        ({"mode": "dual"}, "line.no_change"),
        ({"mode": "merged", "at": moment(hall, days=-1)}, "line.moment_over"),
        ({"mode": "merged", "at": "tomorrow"}, "line.bad_moment"),
        ({"mode": "branch"}, "city.broken"),
    ):
        assert administrator.post(path, **wanted).json()["key"] == key, wanted
    assert administrator.post("/api/city/lines/99999/cutover", mode="dual").status_code == 404
    assert len(line(hall, "12319")) == 1


def test_the_history_names_who_changed_what_and_undoes_it(hall: Hall, administrator: Visitor) -> None:
    found = row(hall, "queues", name="urban")
    administrator.post(
        f"/api/city/queues/{found.number}", **(form_of(found) | {"answer_target": "25"}), why="高峰期"
    )
    told = administrator.page("/city/history").text
    for words in ("修订 2", "高峰期", "城建城管", "<del>15</del>", "<ins>25</ins>"):
        assert words in told
    assert f"<span>{hall.town.viewer('admin').name}</span>" in told
    of_row = administrator.page(f"/city/history?sheet=queues&number={found.number}").text
    assert of_row.count('id="revision-') == 2
    assert 'id="revision-' not in administrator.read("/city/history/rows?by=account:99999").text
    assert administrator.post("/api/city/revisions/2/undo").status_code == 200
    assert row(hall, "queues", name="urban").written["answer_target"] == 15
    assert administrator.post("/api/city/revisions/2/undo").json()["key"] == "city.changed_since"
    with hall.town.store.transaction() as session:
        facts = [fact for fact in read(session, 0).facts if fact.kind == "city.changed"]
    assert [fact.by.partition(":")[0] for fact in facts[-2:]] == ["account", "account"]


def test_a_long_history_goes_on_by_key(hall: Hall, administrator: Visitor) -> None:
    found = row(hall, "queues", name="urban")
    for seconds in range(20, 40):
        values = form_of(found) | {"answer_target": str(seconds)}
        assert administrator.post(f"/api/city/queues/{found.number}", **values).status_code == 200
    first = administrator.page("/city/history?sheet=queues")
    older = re.search(r'href="(/city/history\?[^"]*before=\d+[^"]*)"', first.text)
    assert older
    second = administrator.page(older[1].replace("&amp;", "&"))
    numbers = [
        int(one) for text in (first.text, second.text) for one in re.findall(r'id="revision-(\d+)"', text)
    ]
    assert numbers == list(range(21, 0, -1))


def test_what_the_switch_made_of_it_is_shown(hall: Hall, administrator: Visitor) -> None:
    node = hall.house.settings.asterisk.node
    for kind, data, words in (
        ("dialplan.applied", {"revision": 0}, "正在"),
        ("dialplan.applied", {"revision": 1, "waiting": []}, "已生效"),
        (
            "dialplan.refused",
            {"revision": 1, "flaws": [{"where": "extensions.conf line 7", "found": "x", "expected": "y"}]},
            "extensions.conf line 7",
        ),
    ):
        with hall.town.store.transaction() as session:
            append(session, Fact(kind, subject("dialplan", node), now(), data=data))
        assert words in administrator.read("/city/status").text


def test_a_prompt_of_ours_is_begun_with_our_words_and_heard_once_spoken(
    hall: Hall, administrator: Visitor
) -> None:
    assert "话务员正忙" in administrator.page("/city/prompts/new?name=wait").text
    assert administrator.read("/city/sounds/cmn/wait").status_code == 404
    sounds = folders(hall.house.settings).sounds / "cmn" / "hotline"
    sounds.mkdir(parents=True)
    (sounds / "wait.wav").write_bytes(b"RIFF")
    (sounds.parent / "secret.wav").write_bytes(b"RIFF")
    heard = administrator.read("/city/sounds/cmn/wait")
    assert (heard.status_code, heard.content, heard.headers["content-type"]) == (200, b"RIFF", "audio/wav")
    for name in ("..%2Fsecret", "%2E%2E/secret", "..", "Wait"):
        assert administrator.read(f"/city/sounds/cmn/{name}").status_code in (404, 405, 422), name


def test_who_may_do_what(hall: Hall) -> None:
    found = row(hall, "queues", name="urban")
    path = f"/api/city/queues/{found.number}"
    supervisor, auditor = hall.visitor("guanshufen"), hall.visitor(auditors_login(hall))
    for stranger in (supervisor, auditor):
        assert stranger.page("/city/lines").status_code == 403
        assert stranger.page("/city/queues").status_code == 403
        for deed in (path, f"{path}/preview", f"{path}/end", "/api/city/queues/new"):
            assert stranger.post(deed, **form_of(found)).status_code == 403, deed
        for deed in ("cutover", "cutover/preview"):
            assert stranger.post(f"/api/city/lines/12319/{deed}", mode="merged").status_code == 403
        assert stranger.post("/api/city/lines/12319/rollback").status_code == 403
        assert stranger.post("/api/city/lines/12319/cancel", row=1).status_code == 403
        assert stranger.post("/api/city/revisions/1/undo").status_code == 403
    assert supervisor.page("/city/history").status_code == 403
    assert auditor.page("/city/history").status_code == 200
    assert auditor.page("/city").headers["location"] == "/city/history"
    assert hall.visitor("admin").page("/city/nothing").status_code == 404


def auditors_login(hall: Hall) -> str:
    """Somebody who only reads what others did."""
    person = {"login": "auditor", "name": "审计", "roles": ["auditor"], "password": "for the tests only"}
    assert hall.visitor("admin").post("/api/people", **person).status_code == 201
    return "auditor"


def form_of(found: CityRow) -> dict[str, Any]:
    """What the row's form sends when nobody touches it."""
    fields = {field.name: field for field in city.BY_NAME[found.sheet].fields}
    texts = {name: field.form.texts(found.written.get(name)) for name, field in fields.items()}
    return {
        name: list(values) if fields[name].form.is_many else "".join(values) for name, values in texts.items()
    }


def test_times_are_said_in_words(hall: Hall) -> None:
    admin = hall.visitor("admin")
    assert "15个工作日" in admin.read("/city/clocks").text
    steps = admin.read("/city/steps").text
    assert "到期前2个工作日" in steps
    assert "超期1个工作日后" in steps
    assert "working day" not in steps
