"""A ticket from an old system at the desk: found by its old number, shown with what was known there."""

from __future__ import annotations

from pathlib import Path

import pytest

from dispatch import imported
from tests.edge.importing import CLOSED, OPEN, Desk, row, write
from tests.edge.visitors import Hall

pytestmark = pytest.mark.edge


@pytest.fixture
def told(hall: Hall, tmp_path: Path) -> Hall:
    town = hall.town
    Desk(town, tmp_path / "imports").bring(write(tmp_path / "old.csv", [CLOSED, row(OPEN, 标题="井盖松动")]))
    imported.take_on(town.store, town.city, lambda: town.at)
    return hall


def test_an_old_number_finds_its_ticket_and_only_that(told: Hall) -> None:
    agent = told.visitor("chenjiaqi")
    found = agent.page("/tickets?q=JB2026-0002").text
    assert "井盖松动" in found
    assert "JB2019-0001" not in found
    assert "井盖松动" not in agent.page("/tickets?q=JB2026-0003").text


def test_the_page_says_where_it_comes_from_and_what_was_answered(told: Hall) -> None:
    agent = told.visitor("chenjiaqi")
    listed = agent.page("/tickets?q=JB2019-0001").text
    identity = listed.partition('href="/tickets/')[2].partition('"')[0]
    page = agent.page(f"/tickets/{identity}").text
    assert "12315 · JB2019-0001" in page
    assert "已更换灯泡。" in page


def test_its_unit_finds_the_order_in_the_portal(told: Hall) -> None:
    assert "井盖松动" in told.visitor("zumiao").page("/portal").text


def test_its_story_begins_with_its_coming(told: Hall) -> None:
    agent = told.visitor("chenjiaqi", language="zh_Hans")
    listed = agent.page("/tickets?q=JB2026-0002").text
    identity = listed.partition('href="/tickets/')[2].partition('"')[0]
    page = agent.page(f"/tickets/{identity}").text
    assert "由原系统 12315 转入，原工单编号 JB2026-0002" in page
    assert "祖庙街道办事处继续办理" in page
