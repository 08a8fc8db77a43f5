"""Tickets that go by themselves: only from the threshold on, only what is plain, each looked at once, and what is told
of it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, col, select
from structlog.testing import capture_logs

from dispatch import automatic_sweep, orders, thresholds
from dispatch.automatic import Outcome
from hotline.errors import Refused
from hotline.learning.model import Model
from hotline.record import dispatched, tickets
from hotline.record.tickets import Draft
from hotline.store.tables import AutomaticDispatch, ClockRow, FactRow, Ticket, WorkOrder
from hotline.tickets import State, Type, Urgency, Verb
from tests.edge.conftest import Town
from tests.edge.taught import LAMPS, MIXED, NOISE, SAID, WAGES, model

pytestmark = pytest.mark.edge

ZONE = ZoneInfo("Asia/Shanghai")
UNIT = "chancheng-urban-management"


def left(town: Town, **changed: Any) -> int:
    """A ticket that an agent left to a dispatcher; its id."""
    values = {"type": Type.HELP, "line": "12345", "number": "13000000001", "area": "zumiao"} | SAID | changed
    agent = town.viewer("chenjiaqi")
    with town.store.transaction() as session:
        ticket = tickets.open_ticket(session, Draft(**values), agent, town.at, ZONE)
        tickets.move(session, ticket, Verb.SUBMIT, agent.by, town.at)
        automatic_sweep.leave(session, ticket, town.at)
        assert ticket.id is not None
        return ticket.id


def allow(town: Town, matter: str = LAMPS, threshold: float | None = 0.95) -> None:
    with town.store.transaction() as session:
        thresholds.change(session, matter, threshold, town.viewer("admin"), town.at)


def sweep(town: Town, taught: Model | None) -> int:
    return automatic_sweep.sweep(town.store, town.city, taught, "zh_Hans", lambda: datetime.now(UTC))


def looked(town: Town, ticket: int) -> AutomaticDispatch:
    with town.store.transaction() as session:
        row = session.get_one(AutomaticDispatch, ticket)
        session.expunge(row)
        return row


def stays(town: Town, ticket: int, outcome: Outcome) -> None:
    """Nothing was dispatched, for this reason, and it won't be looked at again."""
    assert sweep(town, model()) == 0
    row = looked(town, ticket)
    assert (row.outcome, row.work_order) == (outcome, None)
    with town.store.transaction() as session:
        assert session.exec(select(WorkOrder).where(WorkOrder.ticket == ticket)).first() is None


def orders_of(session: Session, ticket: int) -> list[WorkOrder]:
    return list(session.exec(select(WorkOrder).where(WorkOrder.ticket == ticket)).all())


def test_a_sure_one_goes_by_itself_and_says_on_what_grounds(town: Town) -> None:
    allow(town)
    ticket = left(town)
    assert sweep(town, model()) == 1
    with town.store.transaction() as session:
        row = session.get_one(Ticket, ticket)
        (order,) = orders_of(session, ticket)
        told = {one.kind: one for one in session.exec(select(FactRow).where(FactRow.ticket == ticket)).all()}
        running = session.exec(select(ClockRow).where(ClockRow.work_order == order.id)).all()
        noted = session.get_one(AutomaticDispatch, ticket)
    assert (row.state, row.matter) == (State.DISPATCHED, LAMPS)
    assert (order.unit, order.issued_by, noted.work_order) == (UNIT, None, order.id)
    assert "自动派单" in order.reason
    assert "置信度" in order.reason
    assert running
    grounds = told["ticket.sent_by_itself"]
    assert grounds.by == told["order.issued"].by == told["ticket.classified"].by == "system"
    assert grounds.data["confidence"] > grounds.data["threshold"] == 0.95
    assert grounds.data["precision"] == model().precision_at(LAMPS, 0.95).precision == 1.0


def test_nothing_goes_without_a_threshold_or_a_model(town: Town) -> None:
    stays(town, left(town), Outcome.NO_THRESHOLD)
    allow(town)
    unheard = left(town)
    assert sweep(town, None) == 0
    assert looked(town, unheard).outcome == Outcome.NO_MODEL
    assert sweep(town, model()) == 0, "it has been looked at"
    allow(town, threshold=None)
    stays(town, left(town), Outcome.NO_THRESHOLD)


def test_a_process_without_a_model_leaves_tickets_to_those_that_may_have_one(town: Town) -> None:
    allow(town)
    ticket = left(town)
    soon = town.at + automatic_sweep.PATIENCE / 2
    assert automatic_sweep.sweep(town.store, town.city, None, "zh_Hans", lambda: soon) == 0
    assert looked(town, ticket).looked_at is None
    assert automatic_sweep.sweep(town.store, town.city, model(), "zh_Hans", lambda: soon) == 1


def test_what_is_less_sure_than_the_threshold_stays(town: Town) -> None:
    allow(town)
    stays(town, left(town, **MIXED), Outcome.UNSURE)
    allow(town, threshold=0.9)
    left(town, **MIXED)
    assert sweep(town, model()) == 1


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({"confidential": True}, Outcome.DELICATE),
        ({"about": "guicheng-office", "type": Type.REPORT}, Outcome.DELICATE),
        ({"urgency": Urgency.URGENT}, Outcome.URGENT),
        ({"urgency": Urgency.CRITICAL}, Outcome.URGENT),
        ({"matter": NOISE}, Outcome.OTHER_MATTER),
        ({"title": "ΩΩ", "content": "ΩΩ"}, Outcome.NO_GUESS),
    ],
)
def test_what_is_delicate_urgent_or_in_dispute_stays(
    town: Town, changed: dict[str, Any], outcome: Outcome
) -> None:
    allow(town)
    stays(town, left(town, **changed), outcome)


def test_a_rule_that_marks_tickets_wants_a_person(town: Town) -> None:
    allow(town, WAGES, 0.8)
    unpaid = {"title": "老板拖欠两个月工资", "content": "同济路附近，老板拖欠两个月工资，几十人讨薪。"}
    stays(town, left(town, **unpaid), Outcome.MARKED)


def test_what_a_rule_leaves_to_the_unit_on_duty_stays(town: Town) -> None:
    allow(town)
    stays(town, left(town, content=f"{SAID['content']}电视台记者"), Outcome.NO_UNIT)


def test_the_agents_own_matter_may_agree(town: Town) -> None:
    allow(town)
    ticket = left(town, matter=LAMPS)
    assert sweep(town, model()) == 1
    with town.store.transaction() as session:
        kinds = session.exec(select(FactRow.kind).where(FactRow.ticket == ticket)).all()
    assert "ticket.classified" not in kinds


def test_a_matter_that_the_catalogue_lacks_is_never_sent(town: Town) -> None:
    gone = "999999"
    allow(town, gone)
    ticket = left(town)
    assert sweep(town, model(gone)) == 0
    assert looked(town, ticket).outcome == Outcome.MATTER_GONE


def test_two_that_look_at_the_same_time_send_it_once(town: Town) -> None:
    allow(town)
    waiting = [left(town, number=f"1300000000{n}") for n in range(4)]
    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(lambda _: sweep(town, model()), range(2)))
    # Which of them took which is chance; what somebody held is taken next time.
    assert sum(counts) + sweep(town, model()) == len(waiting)
    with town.store.transaction() as session:
        assert [len(orders_of(session, ticket)) for ticket in waiting] == [1] * len(waiting)


def test_one_that_a_dispatcher_was_faster_with_is_left_alone(town: Town) -> None:
    allow(town)
    ticket = left(town)
    with town.store.transaction() as session:
        row = session.get_one(Ticket, ticket)
        orders.issue(session, town.city, row, "zumiao-office", "属地", town.viewer("tanweiming"), town.at)
    assert sweep(town, model()) == 0
    assert looked(town, ticket).outcome == Outcome.MOVED_ON
    with town.store.transaction() as session:
        assert [order.unit for order in orders_of(session, ticket)] == ["zumiao-office"]


def test_what_fails_is_left_to_a_dispatcher_and_told_once_without_what_was_said(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(town)
    ticket = left(town)

    def fail(*given: Any) -> None:
        raise Refused("field.unknown", field=SAID["content"])

    monkeypatch.setattr(orders, "issue_by_itself", fail)
    with capture_logs() as logs:
        assert sweep(town, model()) == 0
        assert sweep(town, model()) == 0
    assert [(one["event"], one["ticket"], one["error"]) for one in logs] == [
        ("ticket not dispatched by itself", ticket, "Refused")
    ]
    assert SAID["content"] not in str(logs)
    assert looked(town, ticket).outcome == Outcome.FAILED
    with town.store.transaction() as session:
        row = session.get_one(Ticket, ticket)
        assert (row.state, row.matter, orders_of(session, ticket)) == (State.REVIEW, None, [])


def test_it_can_be_taken_back_and_isnt_looked_at_again(town: Town) -> None:
    allow(town)
    ticket = left(town)
    sweep(town, model())
    with town.store.transaction() as session:
        row = session.get_one(Ticket, ticket)
        orders.withdraw(session, town.city, row, town.viewer("tanweiming"), town.at)
        automatic_sweep.leave(session, row, town.at)
    assert sweep(town, model()) == 0
    with town.store.transaction() as session:
        assert thresholds.sent(session) == {LAMPS: thresholds.Sent(1, 0, 1)}


def test_what_a_unit_returns_counts_against_the_matter(town: Town) -> None:
    allow(town)
    first, _ = left(town), left(town, number="13000000002")
    assert sweep(town, model()) == 2
    with town.store.transaction() as session:
        (order,) = orders_of(session, first)
        order.state = "returned"
        session.flush()
        assert thresholds.sent(session) == {LAMPS: thresholds.Sent(2, 1, 0)}


def test_it_teaches_only_after_its_unit_has_replied(town: Town) -> None:
    allow(town)
    ticket = left(town)
    sweep(town, model())
    with town.store.transaction() as session:
        assert dispatched.count(session, 10) == 0
        row = session.get_one(Ticket, ticket)
        tickets.move(session, row, Verb.REPLY, "account:1", town.at)
        session.flush()
        assert dispatched.count(session, 10) == 1


def test_thresholds_are_set_by_administrators_alone_and_every_change_is_told(town: Town) -> None:
    with pytest.raises(Refused, match="not_allowed"), town.store.transaction() as session:
        thresholds.change(session, WAGES, 0.9, town.viewer("tanweiming"), town.at)
    for wrong in (0.49, 1.01):
        with pytest.raises(Refused, match="bad_value"):
            allow(town, WAGES, wrong)
    for to in (0.9, 0.97, None):
        allow(town, WAGES, to)
    with pytest.raises(Refused, match="no_change"):
        allow(town, WAGES, None)
    with town.store.transaction() as session:
        told = session.exec(select(FactRow).where(col(FactRow.kind).startswith("threshold."))).all()
        assert thresholds.in_force(session) == {}
    admin = town.viewer("admin").by
    assert [(one.kind, one.by, one.data["before"], one.data["threshold"]) for one in told] == [
        ("threshold.set", admin, None, 0.9),
        ("threshold.set", admin, 0.9, 0.97),
        ("threshold.cleared", admin, 0.97, None),
    ]
