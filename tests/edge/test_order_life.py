"""What may become of a work order in the record: returned and bound, extended, suspended, handed down, worked on by
several, approved, sent back, redone; each with who may, what is required, and what its clocks do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, col, select

from dispatch import handling, marking, orders, requesting, reviewing, revisiting, timekeeping
from dispatch.archiving import archive
from dispatch.handling import Reply
from dispatch.marks import Kind as MarkKind
from dispatch.requests import Approval, Extension, Form, Return, ReturnReason, Suspension
from dispatch.revisits import Answers
from dispatch.workorders import Part
from hotline import journal
from hotline.errors import Refused
from hotline.pack.model import CityPack
from hotline.record import tickets, visibility
from hotline.record.tickets import Draft
from hotline.roles import Role
from hotline.store.tables import Account, ClockRow, FactRow, OrderRequest, Ticket, WorkOrder
from hotline.tickets import Satisfaction, Solution, Type
from hotline.viewer import Viewer
from tests.edge.conftest import Town, viewer_of

pytestmark = pytest.mark.edge

ZONE = ZoneInfo("Asia/Shanghai")
TOWN_OFFICE, DISTRICT, CITY_UNIT = "zumiao-office", "chancheng-urban-management", "urban-management"
WITH_VILLAGE, VILLAGE = "nanzhuang-office", "nanzhuang-zinan-committee"


@dataclass
class Cast:
    """The people of these stories, and the clock on their wall."""

    town: Town
    session: Session
    at: datetime

    def __post_init__(self) -> None:
        self.agent = self.town.viewer("chenjiaqi")
        self.dispatcher = self.town.viewer("tanweiming")
        self.supervisor = self.town.viewer("guanshufen")

    @property
    def city(self) -> CityPack:
        return self.town.city

    def of(self, unit: str, *roles: Role) -> Viewer:
        """Somebody of that unit; with no roles a leader who also does the work."""
        login = f"{unit}-{'-'.join(roles) or 'all'}"
        account = self.session.exec(select(Account).where(Account.login == login)).first()
        if account is None:
            given = roles or (Role.UNIT_LEADER, Role.UNIT_STAFF)
            account = Account(
                login=login, name=login, password_hash="-", roles=list(given), unit=unit, created_at=self.at
            )
            self.session.add(account)
            self.session.flush()
        return viewer_of(self.city, account)

    def later(self, **much: float) -> datetime:
        self.at += timedelta(**much)
        return self.at

    def ticket(self, **changed: object) -> Ticket:
        values: dict[str, object] = {
            "type": Type.HELP,
            "line": "12319",
            "number": "16000000001",
            "title": "路灯不亮",
            "content": "小区门口的路灯坏了三天，晚上看不清路。",
            "area": "zumiao",
        }
        draft = Draft(**(values | changed))  # type: ignore[arg-type]
        ticket = tickets.open_ticket(self.session, draft, self.agent, self.at, ZONE)
        timekeeping.start_for_ticket(self.session, self.city, ticket, self.at, self.agent.by)
        return ticket

    def issue(self, ticket: Ticket, unit: str, **how: object) -> WorkOrder:
        by = self.supervisor if how.get("decided") else self.dispatcher
        return orders.issue(
            self.session,
            self.city,
            ticket,
            unit,
            "属地管理",
            by,
            self.at,
            **how,  # type: ignore[arg-type]
        )

    def sign(self, order: WorkOrder) -> WorkOrder:
        handling.sign(self.session, order, self.of(order.unit), self.at)
        return order

    def reply(self, order: WorkOrder, words: str = "已更换灯泡，现已恢复照明。", **more: str) -> None:
        handling.reply(self.session, self.city, order, Reply(words, **more), self.of(order.unit), self.at)

    def ask(self, order: WorkOrder, form: Form) -> OrderRequest:
        return requesting.ask(self.session, self.city, order, form, self.of(order.unit), self.at)

    def grant(self, row: OrderRequest, by: Viewer | None = None) -> None:
        requesting.grant(self.session, self.city, row, "", by or self.dispatcher, self.at)

    def running(self, order: WorkOrder | None, ticket: Ticket) -> set[str]:
        self.session.flush()
        mine = select(ClockRow).where(
            ClockRow.ticket == ticket.id, ClockRow.work_order == (order and order.id)
        )
        return {row.kind for row in self.session.exec(mine) if row.stopped_at is None}

    def told(self, ticket: Ticket) -> list[str]:
        journal.write(self.session)
        mine = select(FactRow.kind).where(FactRow.ticket == ticket.id).order_by(FactRow.id)
        return [kind for kind in self.session.exec(mine) if not kind.startswith("clock.")]

    def of_ticket(self, ticket: Ticket) -> list[tuple[str, str]]:
        self.session.flush()
        return [(one.unit, one.state) for one in orders.of_ticket(self.session, ticket)]


@pytest.fixture
def cast(town: Town, session: Session) -> Cast:
    return Cast(town, session, town.at)


RETURN = Return(ReturnReason.DUTY, "三定方案：路灯由城管部门负责", DISTRICT)


def test_returned_once_and_then_bound(cast: Cast) -> None:
    ticket = cast.ticket()
    first = cast.issue(ticket, TOWN_OFFICE)
    assert first.state == "issued"
    asked = cast.ask(first, RETURN)
    assert cast.running(first, ticket) >= {"sign", "resolve"}  # silence costs whoever asks, too
    cast.later(minutes=20)
    cast.grant(asked)
    assert (first.state, ticket.state) == ("returned", "review")
    assert cast.running(None, ticket) >= {"dispatch"}
    assert cast.running(first, ticket) == set()
    second = cast.issue(ticket, DISTRICT)
    assert second.state == "bound"
    with pytest.raises(Refused, match=r"request\.may_not_return"):
        cast.ask(second, Return(ReturnReason.DUTY, "权责清单", TOWN_OFFICE))
    assert {"request.asked", "request.granted", "order.returned"} <= set(cast.told(ticket))


def test_a_return_that_is_refused_binds_the_unit(cast: Cast) -> None:
    order = cast.issue(cast.ticket(), TOWN_OFFICE)
    row = cast.ask(order, RETURN)
    with pytest.raises(Refused, match=r"field\.missing"):
        requesting.refuse(cast.session, row, " ", cast.dispatcher, cast.at)
    requesting.refuse(cast.session, row, "按属地原则由街道先行处置", cast.dispatcher, cast.at)
    assert (order.state, row.state) == ("bound", "refused")
    with pytest.raises(Refused, match=r"request\.may_not_return"):
        cast.ask(order, RETURN)
    cast.sign(order)


def test_a_return_comes_in_time_or_not_at_all(cast: Cast) -> None:
    order = cast.issue(cast.ticket(), TOWN_OFFICE)
    cast.later(days=3)
    with pytest.raises(Refused, match=r"request\.too_late"):
        cast.ask(order, RETURN)


def test_a_signed_order_is_not_returned(cast: Cast) -> None:
    order = cast.sign(cast.issue(cast.ticket(), TOWN_OFFICE))
    with pytest.raises(Refused, match=r"request\.may_not_return"):
        cast.ask(order, RETURN)


def test_only_a_leader_objects_and_nobody_decides_their_own(cast: Cast) -> None:
    order = cast.issue(cast.ticket(), TOWN_OFFICE)
    staff = cast.of(TOWN_OFFICE, Role.UNIT_STAFF)
    with pytest.raises(Refused, match="not_allowed"):
        requesting.ask(cast.session, cast.city, order, RETURN, staff, cast.at)
    row = cast.ask(order, RETURN)
    with pytest.raises(Refused, match=r"request\.not_yours"):
        cast.grant(row, cast.of(TOWN_OFFICE))
    with pytest.raises(Refused, match="not_allowed"):
        cast.grant(row, cast.agent)


def test_a_supervisor_names_the_unit_which_then_is_bound(cast: Cast) -> None:
    order = cast.issue(cast.ticket(), TOWN_OFFICE, decided=True)
    assert order.state == "bound"


def test_when_the_lead_returns_it_whoever_came_first_leads(cast: Cast) -> None:
    ticket = cast.ticket()
    lead, helper = cast.issue(ticket, TOWN_OFFICE), cast.issue(ticket, DISTRICT)
    assert (lead.role, helper.role) == (Part.LEAD, Part.CO)
    cast.grant(cast.ask(lead, Return(ReturnReason.DUTY, "三定方案", CITY_UNIT)))
    assert helper.role == Part.LEAD
    assert ticket.state == "dispatched"


def test_extended_once_before_it_is_due(cast: Cast) -> None:
    ticket = cast.ticket()
    order = cast.sign(cast.issue(ticket, TOWN_OFFICE))
    due = ticket.due_at
    assert due is not None
    with pytest.raises(Refused, match=r"request\.too_long"):
        cast.ask(order, Extension(11, "等待配件"))
    cast.grant(cast.ask(order, Extension(5, "等待配件")))
    assert ticket.due_at is not None
    # Monday 7 December is the tenth working day, Monday 14 December the fifteenth.
    assert (ticket.due_at - due).days == 7
    with pytest.raises(Refused, match=r"request\.decided_already"):
        cast.ask(order, Extension(1, "再次申请"))


def test_an_extension_after_the_due_time_is_refused(cast: Cast) -> None:
    order = cast.sign(cast.issue(cast.ticket(), TOWN_OFFICE))
    cast.later(days=30)
    with pytest.raises(Refused, match=r"request\.too_late"):
        cast.ask(order, Extension(1, "忘记申请"))


def test_suspended_with_a_promise_its_clocks_stand(cast: Cast) -> None:
    ticket = cast.ticket()
    order = cast.sign(cast.issue(ticket, TOWN_OFFICE))
    with pytest.raises(Refused, match=r"field\.unknown"):
        cast.ask(order, Suspension("改造后修复", date(2026, 11, 23)))
    promise = Suspension("道路改造完工后一并修复", date(2027, 3, 1), "纳入年度改造计划")
    cast.grant(cast.ask(order, promise))
    assert (order.state, order.promise, order.review_on) == ("suspended", promise.promise, date(2027, 3, 1))
    clocks = [
        clock for row, clock in timekeeping.of_ticket(cast.session, ticket) if row.work_order == order.id
    ]
    assert all(clock.is_paused for clock in clocks if clock.stopped_at is None)
    cast.later(days=90)
    handling.resume(cast.session, cast.city, order, cast.of(TOWN_OFFICE), cast.at)
    assert order.state == "signed"
    assert timekeeping.due_of_order(cast.session, order, timekeeping.Kind.RESOLVE) is not None


def test_handed_down_three_levels_and_answered_upwards(cast: Cast) -> None:
    ticket = cast.ticket(area="nanzhuang")
    city_order = cast.sign(cast.issue(ticket, "chancheng-government"))
    leader = cast.of("chancheng-government")
    (below,) = handling.delegate(
        cast.session, cast.city, city_order, [WITH_VILLAGE], "请街道处置", "", leader, cast.at
    )
    cast.sign(below)
    (lowest,) = handling.delegate(
        cast.session, cast.city, below, [VILLAGE], "请居委核查", "属地核查", cast.of(WITH_VILLAGE), cast.at
    )
    assert (city_order.state, below.state, lowest.state) == ("delegated", "delegated", "issued")
    assert [one.level for one in (city_order, below, lowest)] == ["district", "town", "village"]
    with pytest.raises(Refused, match=r"order\.others_working"):
        cast.reply(city_order)
    cast.reply(cast.sign(lowest), "已到现场核实。")
    cast.reply(below, "居委已核实，路灯已修复。")
    assert (lowest.state, ticket.state) == ("accepted", "dispatched")
    reviewing.send_back_below(cast.session, cast.city, below, "请补充现场照片", leader, cast.at)
    assert below.state == "redo"
    cast.reply(cast.sign(below), "居委已核实，附照片。")
    cast.reply(city_order, "经街道处置，路灯已修复。")
    assert (below.state, city_order.state, ticket.state) == ("accepted", "accepted", "revisit")
    assert ticket.reply == "经街道处置，路灯已修复。"
    spoken = [entry.text for entry in tickets.thread(cast.session, ticket, ["citizen"])]
    assert spoken == ["经街道处置，路灯已修复。"]  # what those below said is not the citizen's to read


def test_a_departments_duty_is_not_put_on_the_towns_without_a_basis(cast: Cast) -> None:
    matter = next(
        one
        for one in cast.city.catalogue.matters.values()
        if one.level == "district" and one.is_valid_on(cast.at.date())
    )
    ticket = cast.ticket(matter=matter.code)
    order = cast.sign(cast.issue(ticket, "chancheng-government"))
    leader = cast.of("chancheng-government")
    with pytest.raises(Refused, match=r"order\.not_theirs"):
        handling.delegate(cast.session, cast.city, order, [TOWN_OFFICE], "", "", leader, cast.at)
    with pytest.raises(Refused, match=r"order\.not_below"):
        handling.delegate(cast.session, cast.city, order, ["guicheng-office"], "", "", leader, cast.at)
    handling.delegate(cast.session, cast.city, order, [TOWN_OFFICE], "", "区政府委托文件", leader, cast.at)


def test_what_was_handed_down_comes_back_to_who_handed_it_down(cast: Cast) -> None:
    ticket = cast.ticket()
    order = cast.sign(cast.issue(ticket, "chancheng-government"))
    leader = cast.of("chancheng-government")
    (below,) = handling.delegate(cast.session, cast.city, order, [TOWN_OFFICE], "", "", leader, cast.at)
    row = cast.ask(below, RETURN)
    assert row.decider == "chancheng-government"
    with pytest.raises(Refused, match="not_allowed"):
        cast.grant(row)  # the centre gave it to the district; this is the district's own affair
    cast.grant(row, leader)
    assert (below.state, order.state, ticket.state) == ("returned", "signed", "dispatched")


def test_the_lead_waits_for_those_who_work_along_or_says_why_not(cast: Cast) -> None:
    ticket = cast.ticket()
    lead = cast.sign(cast.issue(ticket, TOWN_OFFICE))
    slow, quick = cast.issue(ticket, DISTRICT), cast.issue(ticket, CITY_UNIT)
    cast.reply(cast.sign(quick), "线路正常。")
    with pytest.raises(Refused, match=r"order\.others_working") as refused:
        cast.reply(lead)
    assert cast.city.units[DISTRICT].name_zh in str(refused.value.facts["units"])
    cast.reply(lead, override="协办单位逾期未答复，现场已处置完毕")
    assert (slow.state, quick.state, ticket.state) == ("cancelled", "accepted", "revisit")


def test_of_several_equals_the_last_reply_is_the_tickets(cast: Cast) -> None:
    ticket = cast.ticket(type=Type.COMPLAINT)
    one = cast.sign(cast.issue(ticket, TOWN_OFFICE, part=Part.EQUAL))
    other = cast.sign(cast.issue(ticket, DISTRICT, part=Part.EQUAL))
    cast.reply(one, "街道已清理。")
    assert ticket.state == "dispatched"
    cast.reply(other, "已立案查处。")
    assert ticket.state == "replied"
    assert ticket.reply.count("【") == 2
    reviewing.accept(
        cast.session, cast.city, ticket, "街道已清理，城管已立案查处。", cast.dispatcher, cast.at
    )
    assert (ticket.state, ticket.reply) == ("revisit", "街道已清理，城管已立案查处。")
    assert (one.state, other.state) == ("accepted", "accepted")


def test_who_leads_may_have_somebody_work_along(cast: Cast) -> None:
    ticket = cast.ticket()
    lead = cast.sign(cast.issue(ticket, TOWN_OFFICE))
    helper = handling.ask_along(
        cast.session, cast.city, lead, DISTRICT, "请协助核查线路", cast.of(TOWN_OFFICE), cast.at
    )
    assert (helper.role, helper.state) == (Part.CO, "issued")
    with pytest.raises(Refused, match=r"order\.not_lead"):
        handling.ask_along(cast.session, cast.city, helper, CITY_UNIT, "", cast.of(DISTRICT), cast.at)


def test_the_first_contact_is_written_down_once_and_stops_its_clock(cast: Cast) -> None:
    ticket = cast.ticket()
    order = cast.issue(ticket, TOWN_OFFICE)
    staff = cast.of(TOWN_OFFICE, Role.UNIT_STAFF)
    with pytest.raises(Refused, match=r"order\.may_not_reply"):
        handling.contact(cast.session, order, "已电话联系", staff, cast.at)
    cast.sign(order)
    handling.contact(cast.session, order, "上午电话联系，市民同意下午到场", staff, cast.at)
    assert "contact" not in cast.running(order, ticket)
    with pytest.raises(Refused, match=r"order\.contacted_already"):
        handling.contact(cast.session, order, "再次联系", staff, cast.at)


def test_a_reply_leaves_a_careful_unit_only_through_its_leader(cast: Cast) -> None:
    careful = next(unit.code for unit in cast.city.units if unit.approves)
    ticket = cast.ticket()
    order = cast.sign(cast.issue(ticket, careful))
    staff, leader = cast.of(careful, Role.UNIT_STAFF), cast.of(careful, Role.UNIT_LEADER)
    with pytest.raises(Refused, match=r"order\.needs_approval"):
        handling.reply(cast.session, cast.city, order, Reply("已修好。"), staff, cast.at)
    row = requesting.ask(cast.session, cast.city, order, Approval("已修好。", "内部说明"), staff, cast.at)
    with pytest.raises(Refused, match=r"request\.not_yours"):
        cast.grant(row, staff)
    requesting.refuse(cast.session, row, "请写明修复时间", leader, cast.at)
    assert order.state == "signed"
    row = requesting.ask(cast.session, cast.city, order, Approval("今日已修好。"), staff, cast.at)
    cast.grant(row, cast.of(careful))
    assert (order.state, order.public_reply) == ("accepted", "今日已修好。")
    facts = [fact.data for fact in journal.story(cast.session, ticket.id or 0, []) if fact.noun == "request"]
    assert all("今日已修好" not in str(data) for data in facts)


def test_a_reply_that_does_not_answer_is_sent_back_and_a_citizen_may_have_it_redone_twice(cast: Cast) -> None:
    ticket = cast.ticket(type=Type.COMPLAINT)
    order = cast.sign(cast.issue(ticket, TOWN_OFFICE))
    due = ticket.due_at
    cast.reply(order, "已阅。")
    with pytest.raises(Refused, match="not_allowed"):
        reviewing.send_back(cast.session, cast.city, ticket, "答非所问", cast.agent, cast.at)
    reviewing.send_back(cast.session, cast.city, ticket, "答非所问，请说明处置结果", cast.dispatcher, cast.at)
    assert (order.state, ticket.state, ticket.redone) == ("redo", "dispatched", 0)
    for times in (1, 2):
        cast.later(hours=2)
        cast.reply(cast.sign(order))
        reviewing.accept(cast.session, cast.city, ticket, "", cast.dispatcher, cast.at)
        reviewing.send_back(cast.session, cast.city, ticket, "市民反映仍未修好", cast.supervisor, cast.at)
        assert ticket.redone == times
    assert ticket.due_at == due  # what the citizen was told stays
    cast.reply(cast.sign(order))
    reviewing.accept(cast.session, cast.city, ticket, "", cast.dispatcher, cast.at)
    with pytest.raises(Refused, match=r"ticket\.redone_enough"):
        reviewing.send_back(cast.session, cast.city, ticket, "第三次", cast.supervisor, cast.at)


def test_an_order_knows_what_is_due_next_whoever_moves_its_clocks(cast: Cast) -> None:
    def next_due(order: WorkOrder) -> tuple[datetime | None, datetime | None]:
        cast.session.flush()
        running = select(ClockRow.due_at).where(
            ClockRow.work_order == order.id, col(ClockRow.stopped_at).is_(None)
        )
        dues = [due for due in cast.session.exec(running) if due is not None]
        cast.session.refresh(order, ["due_at"])
        return order.due_at, min(dues, default=None)

    order = cast.issue(cast.ticket(), TOWN_OFFICE)
    seen = [next_due(order)]
    cast.sign(order)
    seen.append(next_due(order))
    handling.contact(cast.session, order, "已电话联系市民", cast.of(TOWN_OFFICE), cast.at)
    seen.append(next_due(order))
    cast.grant(cast.ask(order, Extension(2, "等待配件")))
    seen.append(next_due(order))
    cast.grant(cast.ask(order, Suspension("改造后修复", date(2027, 3, 1))))
    seen.append(next_due(order))
    handling.resume(cast.session, cast.city, order, cast.of(TOWN_OFFICE), cast.later(days=9))
    seen.append(next_due(order))
    cast.reply(order)
    seen.append(next_due(order))
    assert all(kept == replayed for kept, replayed in seen)
    assert [kept is None for kept, _ in seen] == [False, False, False, False, True, False, True]
    assert len({kept for kept, _ in seen}) == 5  # signing and contacting are due at the same time


def test_reopened_within_fifteen_days_it_is_dispatched_again(cast: Cast) -> None:
    ticket = cast.ticket()
    cast.reply(cast.sign(cast.issue(ticket, TOWN_OFFICE)))
    said = Answers(True, Solution.SOLVED, Satisfaction.SATISFIED)
    revisiting.conclude(cast.session, cast.city, ticket, said, "", cast.agent, cast.later(hours=1))
    cast.later(days=14)
    reviewing.reopen(cast.session, cast.city, ticket, "路灯又坏了", cast.agent, cast.at)
    assert ticket.state == "review"
    again = cast.issue(ticket, TOWN_OFFICE)
    assert again.state == "issued"


def test_marks_draw_attention_and_some_are_lifted(cast: Cast) -> None:
    ticket = cast.ticket()
    order = cast.issue(ticket, TOWN_OFFICE)
    marking.urge(cast.session, ticket, "市民再次来电催办", cast.agent, cast.at)
    assert ticket.urged == 1
    with pytest.raises(Refused, match="not_allowed"):
        marking.put_upon(cast.session, ticket, order, MarkKind.SUPERVISED, "逾期", cast.agent, cast.at)
    mark = marking.put_upon(
        cast.session, ticket, order, MarkKind.SUPERVISED, "多次催办未果", cast.supervisor, cast.at
    )
    card = marking.put_upon(cast.session, ticket, order, MarkKind.RED, "已超期", cast.supervisor, cast.at)
    marking.lift(cast.session, cast.supervisor, mark.id or 0, cast.at)
    with pytest.raises(Refused, match=r"mark\.stays"):
        marking.lift(cast.session, cast.supervisor, card.id or 0, cast.at)
    with pytest.raises(Refused, match=r"mark\.unknown"):
        marking.lift(cast.session, cast.supervisor, mark.id or 0, cast.at)
    assert [one.kind for one in marking.of_ticket(cast.session, ticket)] == ["urged", "supervised", "red"]


def test_a_report_about_a_unit_is_never_the_units_own(cast: Cast) -> None:
    ticket = cast.ticket(type=Type.REPORT, about=WITH_VILLAGE, title="反映工作人员推诿")
    for accused in (WITH_VILLAGE, VILLAGE):
        with pytest.raises(Refused, match=r"order\.about_itself"):
            cast.issue(ticket, accused)
    order = cast.issue(ticket, "chancheng-government")
    above = cast.of("chancheng-government")
    assert orders.find(cast.session, above, order.id or 0).id == order.id
    with pytest.raises(Refused, match=r"order\.about_itself"):
        handling.delegate(cast.session, cast.city, cast.sign(order), [WITH_VILLAGE], "", "", above, cast.at)
    for unit in (WITH_VILLAGE, VILLAGE):
        with pytest.raises(Refused, match=r"ticket\.unknown"):
            visibility.find_ticket(cast.session, cast.of(unit), ticket.id or 0)


def test_what_can_no_longer_be_reopened_is_archived(town: Town) -> None:
    with town.store.transaction() as session:
        cast = Cast(town, session, town.at)
        early, late, open_ = cast.ticket(type=Type.CONSULT), cast.ticket(type=Type.CONSULT), cast.ticket()
        tickets.answer_at_once(session, early, "周一至周五办理。", cast.agent, town.at)
        tickets.answer_at_once(session, late, "周一至周五办理。", cast.agent, town.at + timedelta(days=1))
        ids = [early.id, late.id, open_.id]
    with town.store.transaction() as session:
        assert archive(session, town.at + timedelta(days=15, hours=1)) >= 1  # and the old tickets of the demo
    with town.store.transaction() as session:
        assert [session.get_one(Ticket, id_).state for id_ in ids] == ["archived", "answered", "opened"]
        assert archive(session, town.at + timedelta(days=15, hours=1)) == 0
