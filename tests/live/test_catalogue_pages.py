"""The catalogue's and the organisations' pages in a real browser, with a worker that reads an uploaded file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from agent_desk import web
from hotline.catalogue_generator import HEADER, SIZE, generate
from hotline.pack.load import load_pack, read_pack
from hotline.platform import launch
from hotline.record import catalogues, city
from tests.live.reception import Reception, environment, reception
from tests.patience import eventually

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def desk(servers: Path, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reception]:
    """The pages on a record that has the city, and the worker."""
    folder = tmp_path_factory.mktemp("catalogue")
    with reception(servers, template, folder) as running:
        with running.store.transaction() as session:
            city.settle(session, read_pack("foshan"), datetime.now(UTC))
        worker = next(one for one in web.children(running.settings) if one.name == "worker")
        ours = replace(worker, env=environment(running.settings), after=())
        with launch.running(ours, folder / "logs"):
            yield running


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue of the real size, without a fault."""
    path = tmp_path_factory.mktemp("files") / "权责清单.csv"
    with path.open("w", encoding="gb18030", newline="") as stream:
        writer = csv.DictWriter(stream, HEADER)
        writer.writeheader()
        writer.writerows(generate(load_pack("foshan")).rows)
    return path


def test_a_file_of_the_real_size_is_read_with_a_bar_checked_and_put_in_force(
    desk: Reception, file: Path
) -> None:
    with desk.guest("admin") as admin:
        admin.open("/catalogue/versions")
        admin.page.click("[data-open=new-draft]")
        admin.page.fill("#new-draft [name=title]", "十二月版")
        admin.page.set_input_files("#new-draft [name=file]", file)
        admin.page.click("#new-draft [type=submit]")
        expect(admin.page.locator("#draft-job")).to_be_visible()
        admin.page.wait_for_url("**/catalogue/versions/2", timeout=60_000)
        expect(admin.page.locator("#facts")).to_contain_text(str(SIZE))
        admin.page.click("#publish [type=submit]")
        expect(admin.page.locator("#facts")).to_contain_text("现行有效")
        assert admin.complaints == []
    with desk.guest("chenjiaqi") as agent:
        eventually(lambda: _is_suggested(agent, "医院周边路灯不亮或损坏"), 20)


def _is_suggested(agent: object, name: str) -> bool:
    answer = agent.page.request.get(f"/api/matters?q={name}")  # type: ignore[attr-defined]
    return name in [one["label"] for one in answer.json()["options"]]


@pytest.mark.parametrize(("language", "theme"), [("zh_Hans", "light"), ("en", "dark")])
def test_every_page_is_fit_for_all_readers(desk: Reception, language: str, theme: str) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    with desk.guest("admin", language=language, theme=theme) as admin:
        if language == "en":
            plan = {
                "kind": "close",
                "unit": "rail-transit",
                "successor": "transport",
                "day": tomorrow,
                "basis": "批复",
            }
            admin.post("/api/organisations", **plan)
        for path in (
            "/catalogue",
            "/catalogue?heading=0101",
            "/catalogue?q=zzz",
            "/catalogue/versions",
            "/catalogue/versions/1",
            "/catalogue/difference?before=1&after=1",
            f"/catalogue/matters/{_code(desk)}",
            "/organisations",
        ):
            admin.open(path)
            assert admin.violations() == [], path
            assert admin.overflow() == 0, path
        assert admin.complaints == []


def test_a_plans_form_shows_what_its_kind_needs(desk: Reception) -> None:
    with desk.guest("admin") as admin:
        admin.open("/organisations")
        admin.page.click("[data-open=new-plan]")
        form = admin.page.locator("#new-plan")
        expect(form.locator("[name=name_zh]")).to_be_visible()
        form.locator("[name=kind]").select_option("split")
        expect(form.locator("[name=name_zh]")).to_be_hidden()
        expect(form.locator("[name=second_areas]")).to_be_visible()
        expect(form.locator("[data-combobox=successor]")).to_be_visible()


def _code(desk: Reception) -> str:
    with desk.store.transaction() as session:
        return next(
            iter(
                catalogues.in_force(session, catalogues.today(load_pack("foshan"), datetime.now(UTC))).matters
            )
        )
