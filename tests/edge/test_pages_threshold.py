"""The page on which administrators say from which confidence on a matter is dispatched without a person."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlmodel import select

from dispatch import thresholds
from dispatch.automatic import percent
from hotline.learning.in_force import matters_file
from hotline.learning.model import Model
from hotline.store.tables import AutomaticDispatch, FactRow, WorkOrder
from tests.edge.taught import LAMPS, NOISE, SAID, WAGES, model, teach
from tests.edge.visitors import Hall, Visitor

pytestmark = pytest.mark.edge

PAGE = "/city/learnt"


@pytest.fixture
def admin(hall: Hall) -> Visitor:
    return hall.visitor("admin")


def taught(hall: Hall, learnt: Model | None = None) -> None:
    teach(hall.house.settings.paths.state, learnt)
    assert hall.house.learnt.look() is not None


def row_of(admin: Visitor, matter: str) -> str:
    page = admin.page(PAGE).text
    found = re.search(rf'<li id="matter-{matter}".*?</li>', page, re.DOTALL)
    assert found, page
    return found[0]


def in_force(hall: Hall) -> dict[str, float]:
    with hall.town.store.transaction() as session:
        return thresholds.in_force(session)


def set_to(admin: Visitor, threshold: Any, matter: str = LAMPS) -> Any:
    return admin.post(f"/api/city/learnt/{matter}", threshold=threshold)


def test_each_matter_stands_with_what_its_suggestions_are_worth(hall: Hall, admin: Visitor) -> None:
    taught(hall)
    page = admin.page(PAGE).text
    assert "模型于 2026-11-20 从 144 件历史工单中学习" in page
    for matter in (LAMPS, NOISE, WAGES):
        row = row_of(admin, matter)
        assert "样本 48 件" in row
        assert 'value=""' in row, "nothing goes by itself until somebody says so"
        assert "未设阈值" in row
    lamps = model().precision_at(LAMPS, 0.99)
    steps = re.findall(r'<td class="number[^"]*">([^<]*)</td>', row_of(admin, LAMPS))
    assert steps[3] == f"{100 * (lamps.precision or 0):g}%"
    assert steps[7] == f"{100 * lamps.coverage:g}%"
    assert "–" in re.findall(r'<td class="number faint">([^<]*)</td>', row_of(admin, WAGES))
    assert LAMPS in admin.page(f"{PAGE}?q=路灯").text
    assert NOISE not in admin.page(f"{PAGE}?q=路灯").text


def test_what_is_typed_is_answered_with_what_it_would_mean(hall: Hall, admin: Visitor) -> None:
    taught(hall)

    def told(threshold: str, matter: str = LAMPS) -> dict[str, Any]:
        return dict(admin.read(f"/api/city/learnt/{matter}/worth?threshold={threshold}").json())

    found = model().precision_at(NOISE, 0.5)
    right, share = percent(found.precision), percent(found.coverage)
    said = told("50", NOISE)
    assert said["words"] == (
        f"准确率 {right}%：可自动派单 {found.named} 件，其中 {found.right} 件正确 · 覆盖该事项 {share}%"
    )
    assert not said["few"]
    few = told("95", WAGES)
    assert few["few"]
    assert "仅供参考" in few["words"]
    assert told("100", WAGES)["words"] == "试验样本中没有达到该置信度的工单"
    assert in_force(hall) == {}
    assert admin.read("/api/city/learnt/999999/worth?threshold=90").json()["key"] == "threshold.not_learnt"


def test_a_threshold_is_set_changed_cleared_and_each_of_it_undone(hall: Hall, admin: Visitor) -> None:
    taught(hall)
    first = set_to(admin, "95")
    assert first.status_code == 200, first.text
    assert first.json()["message"] == "路灯不亮或损坏：置信度达 95% 自动派单"
    second = set_to(admin, "97.5")
    assert in_force(hall) == {LAMPS: 0.975}
    assert 'value="97.5"' in row_of(admin, LAMPS)
    assert admin.post(first.json()["undo"]["url"]).json()["key"] == "city.changed_meanwhile"
    assert admin.post(second.json()["undo"]["url"]).status_code == 200
    assert in_force(hall) == {LAMPS: 0.95}
    cleared = admin.post(f"/api/city/learnt/{LAMPS}/clear")
    assert in_force(hall) == {}
    admin.post(cleared.json()["undo"]["url"])
    assert in_force(hall) == {LAMPS: 0.95}
    with hall.town.store.transaction() as session:
        told = session.exec(select(FactRow).where(FactRow.subject == thresholds.ALL)).all()
    assert [(one.data["before"], one.data["threshold"]) for one in told] == [
        (None, 0.95),
        (0.95, 0.975),
        (0.975, 0.95),
        (0.95, None),
        (None, 0.95),
    ]
    assert told[0].data["precision"] == 1.0
    assert "95% → 97.5%" in admin.page(PAGE).text


def test_what_cant_be_a_threshold_is_refused_in_words(hall: Hall, admin: Visitor) -> None:
    taught(hall)
    low = set_to(admin, 49)
    assert (low.status_code, low.json()["field"]) == (422, "threshold")
    assert low.json()["message"] == "阈值须在 50% 至 100% 之间"
    for wrong in ("much", 101, None):
        assert set_to(admin, wrong).status_code == 422
    assert set_to(admin, 95, "999999").json()["key"] == "threshold.not_learnt"
    assert admin.post(f"/api/city/learnt/{LAMPS}/undo?to=x&since=").status_code == 422
    assert in_force(hall) == {}


def test_it_is_for_administrators_alone(hall: Hall) -> None:
    taught(hall)
    for login in ("tanweiming", "chenjiaqi", "situzheng", "zumiao"):
        visitor = hall.visitor(login)
        assert visitor.page(PAGE).status_code == 403
        assert visitor.read(f"{PAGE}/rows").status_code == 403
        assert visitor.read(f"/api/city/learnt/{LAMPS}/worth?threshold=90").status_code == 403
        for path in ("", "/clear", "/undo?to=95&since="):
            assert visitor.post(f"/api/city/learnt/{LAMPS}{path}", threshold=95).status_code == 403
    assert in_force(hall) == {}


def test_thresholds_stay_when_a_new_model_is_learnt(hall: Hall, admin: Visitor) -> None:
    taught(hall)
    set_to(admin, 95)
    taught(hall, model("010102"))
    assert in_force(hall) == {LAMPS: 0.95}
    row = row_of(admin, LAMPS)
    assert "当前模型未包含该事项" in row
    assert "disabled" in row
    assert admin.post(f"/api/city/learnt/{LAMPS}/clear").status_code == 200


def test_without_a_model_the_page_says_how_to_get_one_and_of_a_broken_one_that_it_is(
    hall: Hall, admin: Visitor
) -> None:
    assert "hotline learn --from-record" in admin.page(PAGE).text
    file = matters_file(hall.house.settings.paths.state)
    file.parent.mkdir(parents=True)
    file.write_bytes(b"no model")
    hall.house.learnt.look()
    assert "模型文件无法读取" in admin.page(PAGE).text


def test_a_matter_that_the_catalogue_lacks_says_so(hall: Hall, admin: Visitor) -> None:
    taught(hall, model("999999"))
    assert "目录已无此事项" in row_of(admin, "999999")


def test_what_went_by_itself_and_came_back_is_counted(hall: Hall, admin: Visitor) -> None:
    taught(hall)
    agent = hall.visitor("chenjiaqi")
    tickets = [hall.open_ticket(agent, line="12345", **SAID) for _ in range(2)]
    with hall.town.store.transaction() as session:
        for ticket, state in zip(tickets, ("returned", "cancelled"), strict=True):
            order = WorkOrder(
                ticket=ticket, unit="guicheng-office", level="town", role="lead", state=state,
                issued_at=hall.town.at,
            )  # fmt: skip
            session.add(order)
            session.flush()
            session.add(
                AutomaticDispatch(
                    ticket=ticket,
                    left_at=hall.town.at,
                    looked_at=hall.town.at,
                    matter=LAMPS,
                    work_order=order.id,
                )
            )
    row = row_of(admin, LAMPS)
    for words in ("自动派单 2 件", "退单 1 件", "已撤回 1 件"):
        assert words in row
