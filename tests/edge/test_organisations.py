"""An organisation changes: its matters, open orders, people and history follow on the day, once, whoever is first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, col, select, update

from dispatch import orders
from hotline import journal
from hotline.errors import Refused
from hotline.organisations import Change, Kind, Share
from hotline.pack.load import read_pack
from hotline.record import catalogues, city, organisations, tickets, visibility
from hotline.record.tickets import Draft
from hotline.responsibility import responsible_unit
from hotline.store.tables import Account, CityRow, ClockRow, OrganisationChange, WorkOrder
from hotline.tickets import Type, Verb
from tests.edge.conftest import Town, viewer_of

pytestmark = pytest.mark.edge

TODAY = date(2026, 11, 23)
DAY = date(2026, 12, 1)
ON_THE_DAY = datetime.fromisoformat("2026-12-01T00:00:05+08:00")
BASIS = "佛机编〔2026〕示例号"
MERGE = Change(Kind.MERGE, ("chancheng-urban-management",), DAY, BASIS, (Share("chancheng-housing-water"),))


@pytest.fixture
def settled(town: Town) -> Town:
    """The town with its data and its catalogue in the record."""
    with town.store.transaction() as session:
        city.settle(session, read_pack("foshan"), town.at)
    return town


def test_a_merger_is_carried_out_on_its_day_with_all_that_follows(settled: Town) -> None:
    with settled.store.transaction() as session:
        ticket, order = _order(session, settled, "chancheng-urban-management")
        clocks = _clocks(session, order)
        organisations.plan(session, settled.city, MERGE, today=TODAY, by="account:1", at=settled.at)
        assert organisations.carry_out_due(session, DAY - timedelta(days=1), settled.at) == 0
    with settled.store.transaction() as session:
        assert organisations.carry_out_due(session, DAY, ON_THE_DAY) > 0
        assert organisations.carry_out_due(session, DAY, ON_THE_DAY) == 0
    with settled.store.transaction() as session:
        after = city.read(session)
        assert after.units["chancheng-urban-management"].valid_until == DAY
        assert after.units["chancheng-housing-water"].succeeds == ("chancheng-urban-management",)
        moved = session.get_one(WorkOrder, order)
        assert (moved.unit, moved.state) == ("chancheng-housing-water", "issued")
        assert _clocks(session, order) == clocks
        told = [fact for fact in journal.story(session, ticket, []) if fact.kind == "order.moved"]
        assert [(one.data["former"], one.data["unit"], one.data["reason"]) for one in told] == [
            ("chancheng-urban-management", "chancheng-housing-water", BASIS)
        ]
        lamps = catalogues.in_force(session, DAY).matters["010101"]
        whole = replace(after, catalogue=catalogues.in_force(session, DAY))
        assert responsible_unit(whole, lamps, "zumiao", DAY).unit.code == "chancheng-housing-water"
        left = session.exec(select(Account).where(Account.unit == "chancheng-urban-management")).all()
        assert left == []


def test_dispatch_rules_ask_the_successor_once(settled: Town) -> None:
    gone = Change(Kind.CLOSE, ("emergency-management",), DAY, BASIS, (Share("water-resources"),))
    with settled.store.transaction() as session:
        organisations.plan(session, settled.city, gone, today=TODAY, by="account:1", at=settled.at)
        organisations.carry_out_due(session, DAY, ON_THE_DAY)
    with settled.store.transaction() as session:
        rules = {rule.code: rule for rule in city.read(session).rules}
    assert rules["gas-leak"].co == ("water-resources",)
    assert (rules["flooded-streets"].unit, rules["flooded-streets"].co) == (
        "water-resources",
        ("water-resources",),
    )
    assert rules["unpaid-crews"].co == ("public-security", "housing-construction")


def test_the_city_departments_matters_go_to_its_successor_in_a_version_from_that_day_on(
    settled: Town,
) -> None:
    change = Change(Kind.CLOSE, ("urban-management",), DAY, BASIS, (Share("state-assets"),))
    with settled.store.transaction() as session:
        before = catalogues.version_on(session, DAY).id
        organisations.plan(session, settled.city, change, today=TODAY, by="account:1", at=settled.at)
        organisations.carry_out_due(session, DAY, ON_THE_DAY)
    with settled.store.transaction() as session:
        assert catalogues.version_on(session, DAY - timedelta(days=1)).id == before
        now = catalogues.in_force(session, DAY)
        assert now.version != before
        assert not [one for one in now.matters.values() if one.owner == "urban-management"]
        assert now.matters["010101"].owner == "state-assets"
        whole = replace(city.read(session), catalogue=now)
        found = responsible_unit(whole, now.matters["010101"], "zumiao", DAY)
        assert found.unit.code == "chancheng-urban-management"  # it carries out the successor's duties now


def test_a_split_divides_matters_and_orders_by_category_and_area(settled: Town) -> None:
    shares = (
        Share("ecology", categories=("0103",)),
        Share("transport", areas=("nanhai",)),
        Share("urban-management"),
    )
    change = Change(Kind.SPLIT, ("urban-management",), DAY, BASIS, shares)
    with settled.store.transaction() as session:
        organisations.plan(session, settled.city, change, today=TODAY, by="account:1", at=settled.at)
        _, refuse = _order(session, settled, "urban-management", matter="010301")
        _, lamp = _order(session, settled, "urban-management", matter="010101", area="guicheng")
        _, other = _order(session, settled, "urban-management", matter="010101")
        organisations.carry_out_due(session, DAY, ON_THE_DAY)
    with settled.store.transaction() as session:
        units = [session.get_one(WorkOrder, one).unit for one in (refuse, lamp, other)]
        assert units == ["ecology", "transport", "urban-management"]
        matters = catalogues.in_force(session, DAY).matters
        assert matters["010301"].owner == "ecology"
        assert [(one.unit, one.areas) for one in matters["010101"].claims] == [
            ("urban-management", ()),
            ("transport", ("nanhai",)),
        ]
        assert city.read(session).units["urban-management"].valid_until == date.max


def test_a_renamed_unit_keeps_all_that_hangs_on_its_code(settled: Town) -> None:
    change = Change(
        Kind.RENAME, ("health",), DAY, BASIS, name_zh="佛山市卫生健康委员会", name_en="Health Commission"
    )
    with settled.store.transaction() as session:
        organisations.plan(session, settled.city, change, today=TODAY, by="account:1", at=settled.at)
        organisations.carry_out_due(session, DAY, ON_THE_DAY)
        assert city.read(session).units["health"].name_zh == "佛山市卫生健康委员会"


def test_the_successors_people_see_what_the_predecessor_had(settled: Town) -> None:
    with settled.store.transaction() as session:
        ticket, order = _order(session, settled, "chancheng-urban-management")
        session.get_one(WorkOrder, order).ended_at = settled.at  # over: it stays the predecessor's
        session.get_one(WorkOrder, order).state = "accepted"
        heir = session.exec(select(Account).where(Account.login != "chenjiaqi")).first()
        assert heir is not None
        heir.unit, heir.roles = "chancheng-housing-water", ["unit_staff"]
        session.flush()
        before = viewer_of(settled.city, heir)
        with pytest.raises(Refused):
            visibility.find_ticket(session, before, ticket)
        organisations.plan(session, settled.city, MERGE, today=TODAY, by="account:1", at=settled.at)
        organisations.carry_out_due(session, DAY, ON_THE_DAY)
        after = viewer_of(city.read(session), heir)
        assert visibility.find_ticket(session, after, ticket).id == ticket


def test_two_processes_carry_it_out_once(settled: Town) -> None:
    with settled.store.transaction() as session:
        organisations.plan(session, settled.city, MERGE, today=TODAY, by="account:1", at=settled.at)
    with settled.store.transaction() as one, settled.store.transaction() as other:
        assert organisations.carry_out_due(one, DAY, ON_THE_DAY) > 0
        assert organisations.carry_out_due(other, DAY, ON_THE_DAY) == 0
    with settled.store.transaction() as session:
        assert organisations.carry_out_due(session, DAY, ON_THE_DAY) == 0
        assert len([one for one in city.history(session) if one.revision.note == BASIS]) >= 2


def test_what_can_no_longer_be_done_is_noted_and_changes_nothing(settled: Town) -> None:
    with settled.store.transaction() as session:
        organisations.plan(session, settled.city, MERGE, today=TODAY, by="account:1", at=settled.at)
        number = next(
            row.number
            for row in city.rows(session, "units")
            if row.written["code"] == "chancheng-housing-water"
        )
        row = next(row for row in city.rows(session, "units") if row.number == number)
        ended = {**row.written, "valid_from": "2026-12-02", "valid_until": "2026-12-02"}
        session.execute(update(CityRow).where(col(CityRow.id) == row.id).values(written=ended))
    with settled.store.transaction() as session:
        assert organisations.carry_out_due(session, DAY, ON_THE_DAY) == 0
        plan = session.exec(select(OrganisationChange)).one()
        assert (plan.done_at, plan.outcome["refused"]) == (None, "city.broken")
        organisations.cancel(session, plan.id or 0, "account:1", ON_THE_DAY)
        assert organisations.pending(session) == []


def test_what_is_planned_for_a_unit_is_planned_once(settled: Town) -> None:
    with settled.store.transaction() as session:
        organisations.plan(session, settled.city, MERGE, today=TODAY, by="account:1", at=settled.at)
        with pytest.raises(Refused, match=r"organisation\.planned"):
            organisations.plan(session, settled.city, MERGE, today=TODAY, by="account:1", at=settled.at)


def _order(
    session: Session, town: Town, unit: str, matter: str = "010101", area: str = "zumiao"
) -> tuple[int, int]:
    """A ticket that was dispatched to `unit`: its number and its order's."""
    agent = town.viewer("chenjiaqi")
    draft = Draft(Type.HELP, "12345", "16000000001", "路灯不亮", "三天了", matter=matter, area=area)
    ticket = tickets.open_ticket(session, draft, agent, town.at, ZoneInfo("Asia/Shanghai"))
    tickets.move(session, ticket, Verb.SUBMIT, agent.by, town.at)
    order = orders.issue(session, town.city, ticket, unit, "按权责清单", agent, town.at)
    session.flush()
    return ticket.id or 0, order.id or 0


def _clocks(session: Session, order: int) -> list[tuple[str, datetime | None, datetime | None]]:
    rows = session.exec(select(ClockRow).where(ClockRow.work_order == order).order_by(col(ClockRow.id)))
    return [(row.kind, row.due_at, row.stopped_at) for row in rows]
