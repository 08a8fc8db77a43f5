"""The catalogue's pages: looking around, a draft with its problems, publishing, the difference, and organisations."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent_desk import daywatch
from hotline.catalogue_generator import HEADER, generate
from hotline.pack.load import read_pack
from hotline.record import catalogue_drafts, catalogues, city
from hotline.settings import Settings
from tests.edge.conftest import Town
from tests.edge.visitors import Hall, hall_in

pytestmark = pytest.mark.edge

TOMORROW = (datetime.now(UTC) + timedelta(days=1, hours=8)).date()


@pytest.fixture
def hall(town: Town, served: Settings) -> Iterator[Hall]:
    """The web application on a record that has the city and its catalogue."""
    with town.store.transaction() as session:
        city.settle(session, read_pack("foshan"), town.at)
    with hall_in(town, served) as opened:
        yield opened


def test_the_catalogue_is_browsed_by_heading_and_searched_by_words(hall: Hall) -> None:
    agent = hall.visitor("chenjiaqi")
    assert "城市照明" in agent.page("/catalogue?heading=01").text
    assert "路灯不亮或损坏" in agent.page("/catalogue?heading=0101").text
    assert "路灯不亮或损坏" in agent.page("/catalogue?q=黑灯").text
    assert "没有符合的事项" in agent.page("/catalogue?q=龙卷风").text
    card = agent.page("/catalogue/matters/010101").text
    assert "佛山市城市管理和综合执法局" in card
    assert "禅城区城市管理和综合执法局" in card  # whom it would go to in that district
    assert agent.page("/catalogue/matters/999999").status_code == 404


def test_a_draft_shows_what_is_wrong_with_it_and_isnt_published_so(hall: Hall) -> None:
    number = _draft(hall, faults=1)
    administrator, agent = hall.visitor("admin"), hall.visitor("chenjiaqi")
    page = administrator.page(f"/catalogue/versions/{number}").text
    for title in (
        "无责任单位的事项",
        "责任单位不存在",
        "职责重叠",
        "同类事项重名",
        "分类不存在",
        "区域不存在",
    ):
        assert title in page
    answer = administrator.post(f"/api/catalogue/versions/{number}/publish", day=TOMORROW.isoformat())
    assert (answer.status_code, answer.json()["key"]) == (409, "catalogue.has_errors")
    assert agent.page(f"/catalogue/versions/{number}").status_code == 404
    assert agent.post(f"/api/catalogue/versions/{number}/discard").status_code == 403
    assert administrator.post(f"/api/catalogue/versions/{number}/discard").json() == {
        "next": "/catalogue/versions"
    }
    assert administrator.page(f"/catalogue/versions/{number}").status_code == 404


def test_a_version_is_scheduled_withdrawn_and_takes_effect_by_itself_on_its_day(hall: Hall) -> None:
    number = _draft(hall)
    administrator, agent = hall.visitor("admin"), hall.visitor("chenjiaqi")
    path = f"/api/catalogue/versions/{number}"
    assert administrator.post(f"{path}/publish", day="2020-01-01").json()["key"] == "catalogue.day_past"
    assert administrator.post(f"{path}/publish", day=TOMORROW.isoformat()).status_code == 200
    assert administrator.post(f"{path}/withdraw").status_code == 200
    assert administrator.post(f"{path}/publish", day=TOMORROW.isoformat()).status_code == 200
    first = hall.house.city.catalogue.version
    assert first not in (None, number)
    daywatch.look(hall.house, datetime.now(UTC) + timedelta(days=1))
    assert hall.house.city.catalogue.version == number
    assert "待生效" in agent.page("/catalogue/versions").text


def test_an_order_keeps_the_version_under_which_it_was_dispatched(hall: Hall) -> None:
    agent, staff = hall.visitor("chenjiaqi"), hall.visitor("admin")
    ticket = hall.open_ticket(agent, "chancheng-urban-management", matter="010101")
    first = hall.house.city.catalogue.version
    assert f"派单目录第{first}版" in agent.page(f"/tickets/{ticket}").text
    number = _draft(hall)  # in this one the matter has another code
    staff.post(
        f"/api/catalogue/versions/{number}/publish",
        day=catalogues.today(hall.house.city, datetime.now(UTC)).isoformat(),
    )
    daywatch.look(hall.house, datetime.now(UTC))
    assert "010101" not in hall.house.city.catalogue.matters
    page = agent.page(f"/tickets/{ticket}").text
    assert "路灯不亮或损坏" in page
    assert f"派单目录第{first}版" in page


def test_the_difference_is_a_page_and_a_file(hall: Hall) -> None:
    first = hall.house.city.catalogue.version
    number = _draft(hall, of_pack={"010101": {"name_zh": "路灯故障"}}, without="010102")
    administrator = hall.visitor("admin")
    page = administrator.page(f"/catalogue/difference?before={first}&after={number}").text
    assert "路灯不亮或损坏" in page
    assert "路灯故障" in page
    answer = administrator.read(f"/catalogue/difference.csv?before={first}&after={number}")
    table = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert table[1:] == [
        ["变更", "010101", "路灯故障", "中文名称", "路灯不亮或损坏", "路灯故障"],
        ["取消", "010102", "路灯安装或增设", "", "", ""],
    ]


def test_a_downloaded_version_is_read_again_as_the_same(hall: Hall) -> None:
    first = hall.house.city.catalogue.version
    answer = hall.visitor("admin").read(f"/catalogue/versions/{first}/file.csv")
    table = list(enumerate(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))), start=1))
    number = _take_in(hall, table)
    with hall.house.store.transaction() as session:
        assert catalogues.read(session, number).matters == hall.house.city.catalogue.matters


def test_a_file_without_the_columns_becomes_a_draft_that_says_so(hall: Hall) -> None:
    number = _take_in(hall, [(1, ["城市", "天气"]), (2, ["佛山", "晴"])])
    page = hall.visitor("admin").page(f"/catalogue/versions/{number}").text
    assert "事项编码" in page


def test_an_uploaded_file_waits_for_the_worker(hall: Hall, tmp_path: Path) -> None:
    administrator, agent = hall.visitor("admin"), hall.visitor("chenjiaqi")
    file = {"file": ("目录.csv", "事项编码,事项名称,责任单位\n".encode("gb18030"), "text/csv")}
    sent = administrator.client.post("/api/catalogue/drafts", data={"title": "新版"}, files=file)
    assert (sent.status_code, sent.json()["state"]) == (202, "waiting")
    untitled = administrator.client.post("/api/catalogue/drafts", data={"title": ""}, files=file)
    assert untitled.json()["field"] == "title"
    assert agent.client.post("/api/catalogue/drafts", data={"title": "新版"}, files=file).status_code == 403


def test_an_organisations_change_is_planned_shown_carried_out_and_told(hall: Hall) -> None:
    administrator, agent = hall.visitor("admin"), hall.visitor("chenjiaqi")
    ticket = hall.open_ticket(agent, "chancheng-urban-management", matter="010101")
    plan = {
        "kind": "merge",
        "unit": "chancheng-urban-management",
        "successor": "chancheng-housing-water",
        "day": TOMORROW.isoformat(),
        "basis": "示例批复",
    }
    assert agent.post("/api/organisations", **plan).status_code == 403
    assert administrator.post("/api/organisations", **(plan | {"basis": " "})).json()["field"] == "basis"
    assert (
        administrator.post("/api/organisations", **(plan | {"successor": None})).json()["field"] == "shares"
    )
    assert administrator.post("/api/organisations", **plan).status_code == 201
    assert "待执行" in administrator.page("/organisations").text
    daywatch.look(hall.house, datetime.now(UTC) + timedelta(days=1))
    assert "已执行" in administrator.read("/organisations/rows").text
    story = agent.page(f"/tickets/{ticket}").text
    assert "禅城区住房城乡建设和水利局承接了禅城区城市管理和综合执法局的工单" in story


def _draft(
    hall: Hall, faults: int = 0, of_pack: dict[str, dict[str, str]] | None = None, without: str = ""
) -> int:
    """A draft of a small generated catalogue, or of the pack's own with other values in some matters."""
    if of_pack is None:
        rows = generate(hall.house.city, size=200, faults=faults).rows
        return _take_in(
            hall,
            [(n, list(row)) for n, row in enumerate([HEADER, *([r[h] for h in HEADER] for r in rows)], 1)],
        )
    found = [row for row in read_pack("foshan")["matters"] if row.written["code"] != without]
    names = [field.name for field in found[0].sheet.fields]
    cells = [
        [str({**row.written, **of_pack.get(row.written["code"], {})}.get(name, "")) for name in names]
        for row in found
    ]
    return _take_in(hall, list(enumerate([names, *cells], start=1)))


def _take_in(hall: Hall, table: list[tuple[int, list[str]]]) -> int:
    at = datetime.now(UTC)
    with hall.house.store.transaction() as session:
        number = catalogue_drafts.begin(session, "新版目录", "目录.csv", len(table) - 1, "system", at).id or 0
    catalogue_drafts.take_in(hall.house.store, hall.house.city, number, table, at)
    return number
