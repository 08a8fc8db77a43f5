"""The pages of the three rates: what supervisors see, what a unit sees, the orders behind a number, and the tables."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, select

from agent_desk import rate_orders
from dispatch import rating, revisiting
from dispatch.rates import By, Part
from dispatch.revisits import Answers, Grievance
from hotline.store.tables import OrderRequest, Ticket, WorkOrder
from hotline.tickets import Satisfaction, Solution
from tests.edge.conftest import Town
from tests.edge.test_order_life import Cast
from tests.edge.visitors import Hall

pytestmark = pytest.mark.edge

ZUMIAO, GUICHENG, DALIANG = "zumiao-office", "guicheng-office", "daliang-office"
HAPPY = Answers(True, Solution.SOLVED, Satisfaction.SATISFIED)
CROSS = Answers(False, Solution.UNSOLVED, Satisfaction.DISSATISFIED, Grievance.SPEED)
ASKED = "until=2026-11&least=3"


def judge(
    session: Session, town: Town, unit: str, answers: Answers, **changed: object
) -> tuple[Ticket, WorkOrder]:
    """A ticket of November that is closed with these answers."""
    cast = Cast(town, session, town.at)
    ticket = cast.ticket(**changed)
    order = cast.sign(cast.issue(ticket, unit))
    cast.reply(order)
    revisiting.conclude(session, town.city, ticket, answers, "未修好", cast.agent, cast.at)
    return ticket, order


@pytest.fixture
def hall(hall: Hall) -> Hall:
    """Three street offices: one all good, one half good, one with too few cases; and a district's department."""
    with hall.town.store.transaction() as session:
        for _ in range(3):
            judge(session, hall.town, ZUMIAO, HAPPY)
        for answers in (HAPPY, HAPPY, CROSS, CROSS):
            judge(session, hall.town, GUICHENG, answers, area="guicheng")
        judge(session, hall.town, DALIANG, CROSS, area="daliang", confidential=True)
        judge(session, hall.town, "chancheng-urban-management", HAPPY)
    return hall


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_a_supervisor_sees_the_rates_and_the_league_table_of_one_kind(hall: Hall) -> None:
    page = hall.visitor("guanshufen").page(f"/reports/rates?{ASKED}").text
    said = text_of(page)
    assert "66.6 % 6 / 9" in said  # satisfied: six of nine
    order = [said.index(name) for name in ("祖庙街道办事处", "桂城街道办事处", "大良街道办事处")]
    assert order == sorted(order)
    assert "优秀" in said
    assert "件数过少，不参与比较" in said
    assert "禅城区城市管理和综合执法局" not in said  # another kind of unit, under another tab
    assert page.count('aria-current="page"') == 3
    assert "市民反馈已解决的工单数" in said


@pytest.mark.parametrize(("by", "words"), [("area", "禅城区"), ("line", "12319"), ("category", "未知")])
def test_rates_are_gathered_by_area_line_and_category(hall: Hall, by: str, words: str) -> None:
    said = text_of(hall.visitor("guanshufen").page(f"/reports/rates?{ASKED}&by={by}").text)
    assert words in said
    assert "名次并列" not in said


def test_every_number_leads_to_as_many_orders(hall: Hall) -> None:
    supervisor = hall.visitor("guanshufen")
    with hall.town.store.transaction() as session:
        for by, keys in (
            (By.ALL, [""]),
            (By.UNIT, [ZUMIAO, GUICHENG]),
            (By.LINE, ["12319"]),
            (By.CATEGORY, [""]),
        ):
            month = datetime(2026, 11, 1, tzinfo=UTC).date()
            counts = rating.summed(session, by, month, month)
            for key in keys:
                for part in (Part.ORDERS, Part.SOLVED, Part.UNSOLVED, Part.DISSATISFIED, Part.EXCLUDED):
                    listed = supervisor.page(
                        f"/reports/rates/orders?what={part}&by={by}&key={key}&until=2026-11"
                    ).text
                    assert listed.count("data-row>") == getattr(counts[key], part), (by, key, part)
    district = supervisor.page(
        "/reports/rates/orders?what=of-solved&by=area&key=chancheng&until=2026-11"
    ).text
    assert district.count("data-row>") == 4


def test_a_list_shows_no_more_than_its_reader_may_see(hall: Hall) -> None:
    """The number counts all; one confidential order among them is not the auditor's to see, and none the admin's."""
    path = "/reports/rates/orders?what=orders&until=2026-11"
    for login, seen in (("guanshufen", 9), ("situzheng", 8), ("admin", 0)):
        page = hall.visitor(login).page(path).text
        assert page.count("data-row>") == seen, login
        assert "9" in text_of(page)


def test_a_unit_sees_its_own_and_the_median_and_nothing_of_others(hall: Hall) -> None:
    staff = hall.visitor("guicheng")
    page = staff.page(f"/portal/rates?{ASKED}")
    said = text_of(page.text)
    assert "50.0 % 2 / 4" in said
    assert "同类单位中位数：75.0%" in said
    assert "祖庙街道办事处" not in said
    own = staff.page(f"/reports/rates/orders?what=unsolved&by=unit&key={GUICHENG}&until=2026-11")
    assert own.text.count("data-row>") == 2
    assert "/portal/orders/" in own.text
    for path in (
        "/reports/rates",
        "/reports/rates/figures.csv",
        "/reports/rates/orders?until=2026-11",
        f"/reports/rates/orders?by=unit&key={ZUMIAO}&until=2026-11",
        f"/reports/rates/orders.csv?by=unit&key={ZUMIAO}&until=2026-11",
    ):
        assert staff.page(path).status_code == 403, path


def test_tables_say_the_same_for_a_spreadsheet(hall: Hall) -> None:
    supervisor = hall.visitor("guanshufen")
    answer = supervisor.page(f"/reports/rates/figures.csv?{ASKED}&group=town.town")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert [row[:4] for row in rows] == [
        [ZUMIAO, "祖庙街道办事处", "1", "优秀"],
        [GUICHENG, "桂城街道办事处", "2", "待改进"],
        [DALIANG, "大良街道办事处", "", ""],
    ]
    assert [row[head.index("满意率")] for row in rows] == ["100.0", "50.0", "0.0"]
    answer = supervisor.page("/reports/rates/orders.csv?what=unsolved&until=2026-11")
    assert "orders-unsolved-2026-11.csv" in answer.headers["content-disposition"]
    head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert len(rows) == 3
    assert {row[head.index("不满意原因")] for row in rows} == {"对办理时效不满意"}


def test_a_table_of_more_rows_than_are_read_at_once_is_whole(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_orders, "TOGETHER", 2)
    answer = hall.visitor("guanshufen").page("/reports/rates/orders.csv?until=2026-11")
    assert len(answer.text.splitlines()) == 1 + 9


def test_the_centre_leaves_an_order_out_from_the_list_or_the_ticket(hall: Hall) -> None:
    with hall.town.store.transaction() as session:
        ticket, order = judge(session, hall.town, ZUMIAO, CROSS)
    supervisor, agent = hall.visitor("guanshufen"), hall.visitor("chenjiaqi")
    assert f"/api/rates/{order.id}/exclude" in supervisor.page(f"/tickets/{ticket.id}").text
    assert f"/api/rates/{order.id}/exclude" not in agent.page(f"/tickets/{ticket.id}").text
    left = {"reason": "legal", "because": "已提起行政诉讼"}
    assert agent.post(f"/api/rates/{order.id}/exclude", **left).status_code == 403
    assert supervisor.post(f"/api/rates/{order.id}/exclude", reason="legal", because=" ").status_code == 422
    assert supervisor.post(f"/api/rates/{order.id}/exclude", **left).json()["message"] == "已剔除，不计入三率"
    behind = supervisor.page("/reports/rates/orders?what=excluded&until=2026-11").text
    assert "已提起行政诉讼" in behind
    assert f"/api/rates/{order.id}/include" in behind
    assert "从三率中剔除" in supervisor.page(f"/tickets/{ticket.id}").text
    assert supervisor.post(f"/api/rates/{order.id}/include").status_code == 200
    assert supervisor.page("/reports/rates/orders?what=excluded&until=2026-11").text.count("data-row>") == 0


def test_a_unit_asks_on_its_orders_page_and_the_centre_decides(hall: Hall) -> None:
    with hall.town.store.transaction() as session:
        _, order = judge(session, hall.town, ZUMIAO, CROSS)
        order.ended_at = datetime.now(UTC)
        judged = rating.judged(session, order)
        judged.closed_at = datetime.now(UTC) - timedelta(days=1)
    leader, staff = hall.visitor("zumiao-leader"), hall.visitor("zumiao")
    path, command = f"/portal/orders/{order.id}", f"/api/orders/{order.id}/exclude"
    assert f'action="{command}"' in leader.page(path).text
    assert f'action="{command}"' not in staff.page(path).text
    assert "对办理时效不满意" in staff.page(path).text
    asked = leader.post(command, reason="policy", because="市级政策规定")
    assert asked.json()["message"] == "由热线中心决定是否剔除"
    assert f'action="{command}"' not in leader.page(path).text
    console = hall.visitor("tanweiming").page("/dispatching?tab=requests").text
    assert "市级政策规定" in console
    assert "受政策或客观条件限制" in console
    with hall.town.store.transaction() as session:
        request = session.exec(select(OrderRequest.id)).one()
    assert hall.visitor("guanshufen").post(f"/api/requests/{request}/grant", note="").status_code == 200
    assert "受政策或客观条件限制" in leader.page(path).text
