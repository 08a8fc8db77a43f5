"""Asking citizens, in the record: tries, messages, exemptions, two people at once, and what each leads to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from dispatch import revisit_links, revisit_sweep, revisit_tasks, revisiting
from dispatch.revisits import Answers, Grievance, Outcome, Result
from hotline import journal
from hotline.budgets import Budget, Measure
from hotline.errors import Refused
from hotline.revisit_policy import RevisitRule, Way
from hotline.store.tables import ClockRow, FactRow, Revisit, RevisitLink, RevisitTry, Ticket, Verdict
from hotline.tickets import Channel, Satisfaction, Solution, Type
from tests.edge.conftest import Town
from tests.edge.test_order_life import DISTRICT, TOWN_OFFICE, Cast

pytestmark = pytest.mark.edge

CONTENT = Answers(True, Solution.SOLVED, Satisfaction.SATISFIED)
CROSS = Answers(False, Solution.UNSOLVED, Satisfaction.VERY_DISSATISFIED, Grievance.RESULT)
ORIGIN = "https://12345.example"


@pytest.fixture
def cast(town: Town, session: Session) -> Cast:
    return Cast(town, session, town.at)


def replied(cast: Cast, **changed: object) -> Ticket:
    """A ticket whose citizen is to be asked."""
    ticket = cast.ticket(**changed)
    cast.reply(cast.sign(cast.issue(ticket, TOWN_OFFICE)))
    assert ticket.state == "revisit"
    return ticket


def task_of(cast: Cast, ticket: Ticket) -> Revisit:
    found = cast.session.exec(select(Revisit).where(Revisit.ticket == ticket.id).order_by(Revisit.id)).all()
    return found[-1]


def rest(cast: Cast, ticket: Ticket, result: Result) -> Revisit:
    return revisiting.try_in_vain(cast.session, cast.city, ticket, result, cast.agent, cast.at)


def steps(cast: Cast) -> int:
    """What is due happens by itself, in the test's own transaction."""
    cast.session.flush()
    due = cast.session.exec(revisit_sweep._due(cast.at)).all()
    for identity in due:
        ticket = cast.session.get_one(Ticket, identity)
        task = revisit_tasks.find(cast.session, ticket)
        assert task is not None
        revisit_sweep.step(cast.session, cast.city, ticket, task, ORIGIN, "zh_Hans", cast.at)
    cast.session.flush()
    return len(due)


def test_three_tries_in_vain_close_it_as_unreachable(cast: Cast) -> None:
    ticket = replied(cast)
    first = rest(cast, ticket, Result.NO_ANSWER)
    # Four hours of those in which citizens are called, after nine o'clock: three until noon, and one from two on.
    assert first.not_before == cast.at + timedelta(hours=6)
    cast.at = first.not_before
    rest(cast, ticket, Result.BUSY)
    assert ticket.state == "revisit"
    cast.at = task_of(cast, ticket).not_before
    last = rest(cast, ticket, Result.NO_ANSWER)
    assert (ticket.state, last.outcome) == ("closed", Outcome.UNREACHABLE)
    assert (ticket.satisfaction, ticket.solution) == (None, None)
    assert cast.running(None, ticket) == set()
    made = cast.session.exec(select(RevisitTry).order_by(RevisitTry.id)).all()
    assert [(one.way, one.number, one.result) for one in made] == [
        ("agent", 1, "no_answer"),
        ("agent", 2, "busy"),
        ("agent", 3, "no_answer"),
    ]
    with pytest.raises(Refused, match=r"revisit\.unknown"):
        rest(cast, ticket, Result.BUSY)


def test_a_plan_that_does_not_close_leaves_it_to_the_centre(cast: Cast) -> None:
    ticket = replied(cast, confidential=True)
    rest(cast, ticket, Result.WRONG_NUMBER)
    task = task_of(cast, ticket)
    assert (ticket.state, task.way) == ("revisit", Way.CHECK)
    looked = Answers(solution=Solution.PARTLY)
    with pytest.raises(Refused, match=r"field\.missing"):
        revisiting.look_for_itself(cast.session, cast.city, ticket, looked, " ", cast.agent, cast.at)
    revisiting.look_for_itself(cast.session, cast.city, ticket, looked, "现场照片核实", cast.agent, cast.at)
    assert (ticket.state, task.outcome, ticket.solution) == ("closed", "checked", "partly")


def test_whoever_refuses_is_not_asked_again(cast: Cast) -> None:
    ticket = replied(cast)
    task = rest(cast, ticket, Result.REFUSED)
    assert (ticket.state, task.outcome) == ("closed", "declined")


def test_thanks_are_closed_by_themselves(cast: Cast) -> None:
    ticket = replied(cast, type=Type.THANKS, title="感谢社区", content="感谢工作人员。")
    assert (task_of(cast, ticket).exempt, task_of(cast, ticket).way) == ("thanks", "")
    with pytest.raises(Refused, match=r"revisit\.not_agent"):
        revisit_tasks.take(cast.session, ticket, cast.agent, cast.at)
    assert steps(cast) == 1
    assert (ticket.state, task_of(cast, ticket).outcome) == ("closed", "exempt")
    assert steps(cast) == 0


def test_a_message_is_sent_once_and_after_its_wait_an_agent_calls(cast: Cast) -> None:
    ticket = replied(cast, channel=Channel.WECHAT)
    assert steps(cast) == 1
    assert steps(cast) == 0
    journal.write(cast.session)
    assert cast.session.exec(select(FactRow).where(FactRow.kind == "message.posted")).one().data == {
        "channel": "sms"
    }
    assert revisit_tasks.find(cast.session, ticket).way == "message"  # type: ignore[union-attr]
    cast.later(hours=24)
    assert steps(cast) == 1
    task = task_of(cast, ticket)
    assert (task.way, task.not_before, task.tries) == ("agent", cast.at, 1)
    rest(cast, ticket, Result.NO_ANSWER)
    cast.at = task.not_before
    rest(cast, ticket, Result.NO_ANSWER)
    assert (ticket.state, task.outcome) == ("closed", "unreachable")


def test_the_journal_says_nothing_of_who_gets_a_message_or_what_it_says(cast: Cast) -> None:
    ticket = replied(cast, channel=Channel.WEB)
    steps(cast)
    cast.told(ticket)
    for fact in cast.session.exec(select(FactRow)).all():
        if fact.kind.startswith(("revisit.", "message.")):
            assert ticket.contact not in str(fact.data)
            assert "/r/" not in str(fact.data) + fact.subject
    (link,) = cast.session.exec(select(RevisitLink)).all()
    assert len(link.token_hash) == 64


def test_a_content_answer_by_message_closes_the_ticket(cast: Cast) -> None:
    ticket = replied(cast, channel=Channel.WEB)
    steps(cast)
    revisiting.answer(cast.session, cast.city, ticket, CONTENT, "谢谢", cast.at)
    assert (ticket.state, ticket.satisfaction) == ("closed", "satisfied")
    tried = cast.session.exec(select(RevisitTry)).one()
    assert (tried.way, tried.result, tried.answers) == (
        "message",
        "reached",
        CONTENT.said | {"words": "谢谢"},
    )


def test_a_discontent_answer_by_message_brings_an_agent_who_decides(cast: Cast) -> None:
    ticket = replied(cast, channel=Channel.WEB)
    steps(cast)
    revisiting.answer(cast.session, cast.city, ticket, CROSS, "没人来过", cast.at)
    task = task_of(cast, ticket)
    assert (ticket.state, task.way, task.answers) == ("revisit", "agent", CROSS.said)
    for _ in range(
        4
    ):  # called in vain more often than the plan would have it: it is never given up by itself
        rest(cast, ticket, Result.NO_ANSWER)
        cast.at = max(cast.at, task.not_before)
    assert ticket.state == "revisit"
    revisiting.conclude(cast.session, cast.city, ticket, CROSS, "请上门处理", cast.agent, cast.at, redo=True)
    assert (ticket.state, ticket.redone, task.outcome) == ("dispatched", 1, "redone")


def test_redone_at_most_twice(cast: Cast) -> None:
    ticket = cast.ticket()
    order = cast.issue(ticket, TOWN_OFFICE)

    def have_it_redone() -> None:
        cast.reply(cast.sign(order))
        note = "市民反映仍未修好"
        revisiting.conclude(cast.session, cast.city, ticket, CROSS, note, cast.agent, cast.at, redo=True)

    for times in (1, 2):
        have_it_redone()
        assert (ticket.state, ticket.redone, order.state) == ("dispatched", times, "redo")
    with pytest.raises(Refused, match=r"ticket\.redone_enough"):
        have_it_redone()


def test_closing_as_unsolved_needs_the_kind_and_the_words_of_a_reason(cast: Cast) -> None:
    ticket = replied(cast)
    for answers, note, field in ((replace(CROSS, why=None), "未修好", "why"), (CROSS, " ", "note")):
        with pytest.raises(Refused) as refused:
            revisiting.conclude(cast.session, cast.city, ticket, answers, note, cast.agent, cast.at)
        assert refused.value.facts["field"] == field
    revisiting.conclude(cast.session, cast.city, ticket, CROSS, "配件停产，已告知", cast.agent, cast.at)
    assert (ticket.state, ticket.solution) == ("closed", "unsolved")


def test_only_the_unit_that_leads_is_judged(cast: Cast) -> None:
    ticket = cast.ticket()
    lead = cast.sign(cast.issue(ticket, TOWN_OFFICE))
    cast.reply(cast.sign(cast.issue(ticket, DISTRICT)))
    cast.reply(lead)
    revisiting.conclude(cast.session, cast.city, ticket, CONTENT, "", cast.agent, cast.at)
    cast.session.flush()
    assert [one.unit for one in cast.session.exec(select(Verdict))] == [TOWN_OFFICE]


def test_while_somebody_asks_nobody_else_does(cast: Cast) -> None:
    ticket = replied(cast)
    revisit_tasks.take(cast.session, ticket, cast.agent, cast.at)
    other = cast.dispatcher
    for deed in (
        lambda: revisit_tasks.take(cast.session, ticket, other, cast.at),
        lambda: revisiting.try_in_vain(cast.session, cast.city, ticket, Result.BUSY, other, cast.at),
        lambda: revisiting.conclude(cast.session, cast.city, ticket, CONTENT, "", other, cast.at),
    ):
        with pytest.raises(Refused, match=r"revisit\.held") as refused:
            deed()
        assert refused.value.facts["name"] == cast.agent.name
    cast.later(minutes=10)
    revisit_tasks.take(cast.session, ticket, other, cast.at)  # kept for ten minutes and no longer
    revisit_tasks.release(cast.session, ticket, other, cast.at)
    revisit_tasks.take(cast.session, ticket, cast.agent, cast.at)


def test_who_waits_longest_is_next_and_what_one_may_not_see_never_is(cast: Cast) -> None:
    urgent = replied(cast)
    secret = replied(cast, confidential=True)
    secret.opened_by = cast.dispatcher.account
    cast.later(days=2)
    later = replied(cast)
    taken = [revisit_tasks.take_next(cast.session, cast.agent, cast.at).ticket for _ in range(2)]
    assert taken == [urgent.id, later.id]
    with pytest.raises(Refused, match=r"revisit\.none_due"):
        revisit_tasks.take_next(cast.session, cast.agent, cast.at)
    assert revisit_tasks.take_next(cast.session, cast.supervisor, cast.at).ticket == secret.id


def test_a_ticket_without_a_promised_time_comes_last_but_comes(cast: Cast) -> None:
    first = replied(cast)
    cast.later(hours=1)
    replied(cast)
    clock = cast.session.exec(select(ClockRow).where(ClockRow.ticket == first.id, ClockRow.kind == "revisit"))
    clock.one().stopped_at = cast.at
    order = [revisit_tasks.take_next(cast.session, cast.agent, cast.at).ticket for _ in range(2)]
    assert order[-1] == first.id


def test_two_who_want_the_next_at_once_get_two(town: Town, cast: Cast) -> None:
    first, second = replied(cast), replied(cast)
    cast.session.commit()
    agents = [town.viewer("chenjiaqi"), town.viewer("liangwenhao")]
    got = _at_once(
        lambda session, viewer: revisit_tasks.take_next(session, viewer, town.at).ticket, town, agents
    )
    assert sorted(got) == sorted([first.id or 0, second.id or 0])


def test_two_who_want_the_same_at_once_get_one_refusal(town: Town, cast: Cast) -> None:
    ticket = replied(cast)
    cast.session.commit()

    def take(session: Session, viewer: object) -> str:
        try:
            revisit_tasks.take(session, ticket, viewer, town.at)  # type: ignore[arg-type]
        except Refused as refused:
            return refused.key
        return "taken"

    agents = [town.viewer("chenjiaqi"), town.viewer("liangwenhao")]
    assert sorted(_at_once(take, town, agents)) == ["revisit.held", "taken"]


def test_a_link_is_good_once_and_for_a_week(cast: Cast) -> None:
    ticket = replied(cast, channel=Channel.WEB)
    task = task_of(cast, ticket)
    token = revisit_links.make(cast.session, task, cast.at)
    assert revisit_links.find(cast.session, token, cast.at)[1] is task
    with pytest.raises(Refused, match=r"link\.unknown"):
        revisit_links.find(cast.session, token + "x", cast.at)
    with pytest.raises(Refused, match=r"link\.over"):
        revisit_links.find(cast.session, token, cast.at + timedelta(days=7))
    link, _ = revisit_links.find(cast.session, token, cast.at, lock=True)
    link.used_at = cast.at
    with pytest.raises(Refused, match=r"link\.used"):
        revisit_links.find(cast.session, token, cast.at)


def test_the_sweep_closes_what_is_exempt_and_passes_over_what_somebody_works_on(town: Town) -> None:
    with town.store.transaction() as session:
        made = Cast(town, session, town.at)
        thanks = [replied(made, type=Type.THANKS, title=f"感谢{number}") for number in range(2)]
    with town.store.transaction() as busy:
        busy.exec(select(Ticket).where(Ticket.id == thanks[0].id).with_for_update()).one()
        assert sweep(town) == 1
    assert sweep(town) == 1
    assert sweep(town) == 0
    with town.store.transaction() as session:
        assert {one.state for one in session.exec(select(Ticket).where(Ticket.type == "thanks"))} == {
            "closed"
        }


def test_a_revisit_keeps_the_plan_that_it_began_with(cast: Cast) -> None:
    ticket = replied(cast)
    once = RevisitRule("once", "一次", "once", ways=(Way.AGENT,), pause=Budget(1, Measure.MINUTES))
    cast.town = replace(cast.town, city=replace(cast.city, revisits=(once,)))
    rest(cast, ticket, Result.NO_ANSWER)
    assert ticket.state == "revisit"


def sweep(town: Town) -> int:
    return revisit_sweep.sweep(town.store, town.city, ORIGIN, "zh_Hans", lambda: town.at + timedelta(hours=1))


def _at_once(deed: Callable[..., object], town: Town, people: list[object]) -> list[object]:
    """What each gets who does `deed` while all others do."""
    begun, got = threading.Barrier(len(people)), []

    def do(viewer: object) -> None:
        with town.store.transaction() as session:
            begun.wait(10)
            got.append(deed(session, viewer))

    threads = [threading.Thread(target=do, args=(viewer,)) for viewer in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return got
